"""What every rule is given, and how it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from boundcheck.algebra.context import Context
from boundcheck.algebra.terms import Rel, write_relation

Step = dict[str, Any]


class Rejected(Exception):  # noqa: N818 - a verdict on the certificate
    """A step does not follow; the message says which and why."""


class Runner(Protocol):
    """Runs the steps of sub-proofs."""

    tick: Callable[[], None]

    def prove(self, context: Context, steps: list[Step], goal: Rel) -> None:
        """Run the steps and require the goal to be known, its terms defined."""

    def run(self, context: Context, steps: list[Step]) -> None:
        """Run steps in order; stop early at a contradiction, from which all follows."""


def refuse(message: str) -> NoReturn:
    """Reject the certificate."""
    raise Rejected(message)


def require(condition: object, message: str, relation: Rel | None = None) -> None:
    """Reject the certificate unless the condition holds."""
    if not condition:
        raise Rejected(message if relation is None else f"{message} {write_relation(relation)[:200]}")


def require_known(context: Context, relation: Rel, message: str) -> None:
    """Reject the certificate unless the relation is defined and known here."""
    context.require_defined(relation)
    require(context.holds(relation), message, relation)
