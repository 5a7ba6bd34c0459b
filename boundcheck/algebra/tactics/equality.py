"""Equalities: by induction, with nothing but the recurrences in its step, or from two inequalities."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.tactics.denial import by_combination
from boundcheck.algebra.tactics.induction import by_induction
from boundcheck.algebra.tactics.numbers import by_number
from boundcheck.algebra.terms import Rel

EXACT = (("number", 0.5, 0, by_number), ("combination", 0.9, 0, by_combination(1)))
RECURRING = frozenset(("sum", "p", "q", "**"))


def by_induction_of_equality(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Induct on an equality of sums, p, q or powers: both sides go on by their recurrences, and these must agree."""
    if goal.op != "==":
        return None
    heads = {context.table.atoms[g].head for g in context.fact(goal).polynomial.generators()}
    if not heads & RECURRING:
        return None
    tactics, search.tactics = search.tactics, EXACT
    try:
        return by_induction(search, context, goal, depth)
    finally:
        search.tactics = tactics


def split_equality(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Infer u == v from u <= v and u >= v."""
    if goal.op != "==":
        return None
    first = search.prove(context, Rel(goal.left, "<=", goal.right), depth)
    if first is None:
        return None
    second = search.prove(context, Rel(goal.left, ">=", goal.right), depth)
    return None if second is None else first + second
