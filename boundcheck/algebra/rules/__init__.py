"""The rules by which a step of a proof may follow: together with the axioms and the arithmetic, all that is trusted."""

from __future__ import annotations

from collections.abc import Callable

from boundcheck.algebra.context import Context
from boundcheck.algebra.rules import analysis, arithmetic, logic, sums
from boundcheck.algebra.steps import Runner, Step

Rule = Callable[[Runner, Context, Step], None]
RULES: dict[str, Rule] = {
    "axiom": arithmetic.axiom,
    "sight": arithmetic.sight,
    "number": arithmetic.number,
    "combination": arithmetic.combination,
    "rewrite": arithmetic.rewrite,
    "eliminate": logic.eliminate,
    "reparametrise": logic.reparametrise,
    "contradiction": logic.contradiction,
    "cases": logic.cases,
    "induction": logic.induction,
    "sum-last": sums.split,
    "sum-first": sums.split,
    "sum-bound": sums.compare,
    "sum-equal": sums.compare,
    "slope": analysis.slope,
    "concave": analysis.concave,
    "boxes": analysis.boxes,
}
