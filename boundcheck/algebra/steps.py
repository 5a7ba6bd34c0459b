"""What every rule is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from boundcheck.algebra.context import Context
from boundcheck.algebra.refusals import Rejected, refuse
from boundcheck.algebra.terms import Rel, write_relation

Step = dict[str, Any]


class Runner(Protocol):
    """Runs the steps of sub-proofs."""

    tick: Callable[[], None]

    def prove(self, context: Context, steps: list[Step], goal: Rel) -> None:
        """Run the steps and require the goal to be known, its terms defined."""

    def run(self, context: Context, steps: list[Step]) -> None:
        """Run steps in order; stop early at a contradiction, from which all follows."""


def require_known(context: Context, relation: Rel, message: str) -> None:
    """Reject the certificate unless the relation is defined and known here."""
    context.require_defined(relation)
    if not context.holds(relation):
        refuse(Rejected, f"{message} {write_relation(relation)[:200]}")
