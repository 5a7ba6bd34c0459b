"""Relations between numbers, such as exp(1) < 2.7183: Arb decides."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import Rel, free_relation, write_relation


def by_number(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Use Arb where no variable occurs."""
    if free_relation(goal):
        return None
    return [{"rule": "number", "goal": write_relation(goal)}]
