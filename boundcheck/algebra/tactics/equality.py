"""Equalities from two inequalities."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import Rel


def split_equality(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Infer u == v from u <= v and u >= v."""
    if goal.op != "==":
        return None
    first = search.prove(context, Rel(goal.left, "<=", goal.right), depth)
    if first is None:
        return None
    second = search.prove(context, Rel(goal.left, ">=", goal.right), depth)
    return None if second is None else first + second
