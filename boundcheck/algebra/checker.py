"""The small checker: re-check a certificate with exact polynomial arithmetic and Arb alone.

A proof is a list of steps; each adds a fact (P op 0, see ``context``) that follows from the facts before it. How the
steps were found is of no concern here. Nothing in a certificate is taken on trust: every datum is read, computed with,
and may be refused.

What must be trusted is this file and the modules that it imports, no SymPy, no NumPy, no tactic among them. In lines
of code (neither blank, nor comments, docstrings or imports): this file 59, the rules (``rules``) 232, the axioms 116,
facts, signs and definedness (``context``, ``signs``, ``definedness``) 288, normal forms over polynomials (``normal``,
``quotients``, ``sum_forms``, ``polynomials``) 574, reading of texts (``terms``, ``hypotheses``, ``steps``,
``refusals``) 231, and what Arb decides (``boxes``, ``slopes``, ``witness``, ``balls``) 229; together 1729 (2608 with
all lines), beside python-flint and Python itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.hypotheses import hypotheses, opening
from boundcheck.algebra.refusals import NotDefined, Refusal, require
from boundcheck.algebra.rules import RULES
from boundcheck.algebra.steps import Step, require_known
from boundcheck.algebra.terms import Rel, read, read_relation
from boundcheck.algebra.witness import refutes

MAX_STEPS = 20_000
KINDS = ("proof", "contradiction", "refutation")
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError, OverflowError)


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
        _check(certificate, kind, tick)
    except NotDefined as missing:
        reason = f"not known to be defined: needs {missing}"
    except Refusal as refusal:
        reason = str(refusal)
    except MALFORMED as error:
        reason = f"malformed: {type(error).__name__} {str(error)[:80]}"
    except RecursionError:
        reason = "nested too deep"
    else:
        return Replay(accepted=True, kind=kind)
    return Replay(accepted=False, kind=kind, reason=reason)


def _check(certificate: Mapping[str, Any], kind: str, tick: Callable[[], None]) -> None:
    require(kind in KINDS, f"unknown kind {kind[:40]!r}; this checker knows: {' '.join(KINDS)}")
    if kind == "refutation":
        integers, relations = hypotheses(certificate["given"])
        point = {str(name): read(text) for name, text in dict(certificate["point"]).items()}
        reason = refutes(read_relation(certificate["claim"]), relations, integers, point)
        require(not reason, reason)
        return
    context, checker = opening(certificate["given"], tick), Checker(tick)
    if kind == "proof":
        checker.prove(context, certificate["steps"], read_relation(certificate["claim"]))
    else:
        checker.run(context, certificate["steps"])
        require(context.contradiction, "the hypotheses were not shown to contradict one another")


class Checker:
    """Runs steps; counts them, so that no certificate can keep it busy for ever."""

    def __init__(self, tick: Callable[[], None] = lambda: None) -> None:
        self.count = 0
        self.tick = tick

    def prove(self, context: Context, steps: list[Step], goal: Rel) -> None:
        """Run the steps and require the goal to be known, its terms defined."""
        self.run(context, steps)
        if not context.contradiction:
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
        rule = step["rule"]
        require(isinstance(rule, str) and rule in RULES, f"unknown rule {str(rule)[:40]!r}")
        RULES[rule](self, context, step)
