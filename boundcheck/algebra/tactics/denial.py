"""Deny the goal and combine facts to a contradiction."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step, Tactic
from boundcheck.algebra.tactics.combination import close
from boundcheck.algebra.tactics.preparation import Preparation
from boundcheck.algebra.terms import Rel, write_relation


def by_combination(level: int) -> Tactic:
    """Return the tactic that denies the goal and looks for a combination of facts against it."""

    def tactic(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
        if goal.op == "!=" or (goal.op == "==" and level == 3):
            return None
        inner = context.child()
        before = len(inner.facts)
        inner.add(inner.fact(goal.negated()))
        work = Preparation(inner, search.attempt, list(range(before, len(inner.facts))))
        work.run(goal)
        if not inner.contradiction:
            found = close(inner, work.focus, work.obsolete, level, search.clock.remaining, search.tick)
            if found is None or not search.replayed(inner, found):
                return None
            work.steps += found
        return [{"rule": "contradiction", "goal": write_relation(goal), "steps": work.steps}]

    return tactic
