"""The small checker: re-check a certificate with exact polynomial arithmetic and Arb alone.

A proof is a list of steps; each adds a fact (P op 0, see ``context``) that follows from the facts before it. How the
steps were found is of no concern here. Nothing in a certificate is taken on trust: every datum is read, computed with,
and may be refused.

What must be trusted is this file and the modules that it imports, no SymPy, no NumPy, no tactic among them. In lines
of code (neither blank, nor comments, docstrings or imports): this file 62, the rules (``rules``) 276, the axioms 123,
facts, signs and definedness (``context``, ``signs``, ``definedness``) 327, normal forms over polynomials (``normal``,
``quotients``, ``functions``, ``sum_forms``, ``polynomials``) 598, reading of texts (``terms``, ``hypotheses``,
``steps``) 208, and what Arb decides (``boxes``, ``slopes``, ``witness``, ``balls``) 262; together 1856 (2750 with all
lines), beside python-flint and Python itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from boundcheck.algebra.boxes import NotCovered
from boundcheck.algebra.context import Context
from boundcheck.algebra.definedness import NotDefined
from boundcheck.algebra.hypotheses import hypotheses, opening
from boundcheck.algebra.polynomials import TooLarge
from boundcheck.algebra.quotients import UndefinedTerm
from boundcheck.algebra.rules import RULES
from boundcheck.algebra.steps import Rejected, Step, refuse, require, require_known
from boundcheck.algebra.terms import Rel, TermError, read, read_relation
from boundcheck.algebra.witness import refutes

MAX_STEPS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What the checker found; true exactly if the certificate was accepted."""

    accepted: bool
    kind: str
    reason: str = ""

    def __bool__(self) -> bool:
        return self.accepted


def replay(certificate: Mapping[str, Any], tick: Callable[[], None] = lambda: None) -> Replay:
    """Re-check a certificate of kind ``proof``, ``contradiction`` or ``refutation``.

    Args:    certificate: as ``Verdict.certificate`` holds it, or read back from its JSON.
             tick: called often; may raise to stop.
    Returns: accepted, or the reason why not. Never raises for a bad certificate.
    """
    kind = str(certificate.get("kind")) if isinstance(certificate, Mapping) else "?"
    try:
        if kind not in _KINDS:
            refuse(f"unknown kind {kind[:40]!r}; this checker knows: {' '.join(_KINDS)}")
        _KINDS[kind](certificate, tick)
    except NotDefined as missing:
        return Replay(accepted=False, kind=kind, reason=f"not known to be defined: needs {missing}")
    except (Rejected, TermError, UndefinedTerm, TooLarge, NotCovered) as refusal:
        return Replay(accepted=False, kind=kind, reason=str(refusal))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError, OverflowError) as error:
        return Replay(accepted=False, kind=kind, reason=f"malformed: {type(error).__name__} {str(error)[:80]}")
    except RecursionError:
        return Replay(accepted=False, kind=kind, reason="nested too deep")
    return Replay(accepted=True, kind=kind)


def _check_proof(certificate: Mapping[str, Any], tick: Callable[[], None]) -> None:
    context = opening(certificate["given"], tick)
    Checker(tick).prove(context, certificate["steps"], read_relation(certificate["claim"]))


def _check_contradiction(certificate: Mapping[str, Any], tick: Callable[[], None]) -> None:
    context = opening(certificate["given"], tick)
    Checker(tick).run(context, certificate["steps"])
    require(context.contradiction, "the hypotheses were not shown to contradict one another")


def _check_refutation(certificate: Mapping[str, Any], tick: Callable[[], None]) -> None:
    integers, relations = hypotheses(certificate["given"])
    point = {str(name): read(text) for name, text in dict(certificate["point"]).items()}
    if reason := refutes(read_relation(certificate["claim"]), relations, integers, point):
        refuse(reason)


_KINDS: dict[str, Callable[[Mapping[str, Any], Callable[[], None]], None]] = {
    "proof": _check_proof,
    "contradiction": _check_contradiction,
    "refutation": _check_refutation,
}


class Checker:
    """Runs steps; counts them, so that no certificate can keep it busy for ever."""

    def __init__(self, tick: Callable[[], None] = lambda: None) -> None:
        self.count = 0
        self.tick = tick

    def prove(self, context: Context, steps: list[Step], goal: Rel) -> None:
        """Run the steps and require the goal to be known, its terms defined."""
        self.run(context, steps)
        if context.contradiction:
            return
        require_known(context, goal, "the steps do not reach")

    def run(self, context: Context, steps: list[Step]) -> None:
        """Run steps in order; stop early at a contradiction, from which all follows."""
        for step in steps:
            self.step(context, step)
            if context.contradiction:
                return

    def step(self, context: Context, step: Step) -> None:
        """Run one step."""
        self.count += 1
        self.tick()
        require(self.count <= MAX_STEPS, f"more than {MAX_STEPS} steps")
        rule = RULES.get(step["rule"]) if isinstance(step["rule"], str) else None
        if rule is None:
            refuse(f"unknown rule {str(step['rule'])[:40]!r}")
        rule(self, context, step)
