"""Strengthen a bound so that induction goes through: sum 1/k^2 <= 2 is no induction hypothesis, <= 2 - 1/n is one."""

from __future__ import annotations

from collections.abc import Iterator

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.tactics.induction import attempt_induction, lower_bound
from boundcheck.algebra.terms import ONE, Rel, Term, add, free_relation, mul, num, sub, subterms


def by_strengthening(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove a bound on a sum with something that tends to 0 taken from it, by induction."""
    sums = any(term[0] == "sum" for side in (goal.left, goal.right) for term in subterms(side))
    if depth <= 0 or goal.op in ("==", "!=") or not sums:
        return None
    for name in sorted(free_relation(goal) & context.integers):
        start = lower_bound(context, name)
        for small in _vanishing(("var", name), goal) if start is not None else ():
            tighter = sub(goal.right, small) if goal.op in ("<=", "<") else add(goal.right, small)
            stronger = Rel(goal.left, goal.op, tighter)
            if start is None or search.seems_false(stronger):
                continue
            trial = context.child()
            step = attempt_induction(search, trial, stronger, name, num(start), depth)
            if step is not None and search.attempt(trial, step):
                last = search.prove(trial, goal, 0)
                if last is not None:
                    return [step, *last]
    return None


def _vanishing(n: Term, goal: Rel) -> Iterator[Term]:
    """Yield terms that tend to 0, as fast as the summands may: powers of n, and n b**(-n) for bases b that occur."""
    yield ("/", ONE, n)
    yield ("/", ONE, add(n, ONE))
    yield ("/", ONE, mul(num(2), n))
    yield ("/", ONE, ("sqrt", n))
    powers = [term for side in (goal.left, goal.right) for term in subterms(side) if term[0] == "**"]
    for base in dict.fromkeys(term[1] for term in powers if term[1][0] == "num" and term[1][1] > 1):
        yield ("/", ONE, mul(sub(base, ONE), ("**", base, n)))
        yield ("/", add(n, num(2)), ("**", base, n))
