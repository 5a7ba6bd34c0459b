"""Induction on an integer, with the recurrences of p, q, powers and sums."""

from __future__ import annotations

from collections.abc import Iterator

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import (
    ONE,
    ZERO,
    Rel,
    Term,
    add,
    free_relation,
    num,
    sub,
    substitute_relation,
    write,
    write_relation,
)


def by_induction(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Induction on an integer variable of the goal from its known lower bound."""
    if depth <= 0:
        return None
    for form in _forms(context, goal):
        for name in sorted(free_relation(form) & context.integers):
            for start in starts(context, form, name):
                step = attempt_induction(search, context, form, name, start, depth)
                if step is not None:
                    return [step]
    return None


def _forms(context: Context, goal: Rel) -> Iterator[Rel]:
    """Yield the goal, and without its denominators: their sign may need what is known about the variable."""
    yield goal
    if context.table.normal(sub(goal.left, goal.right)).denominator:
        fact = context.fact(goal)
        yield Rel(context.table.polynomial_term(fact.polynomial), fact.op, ZERO)


def starts(context: Context, goal: Rel, name: str) -> Iterator[Term]:
    """Yield known lower bounds of an integer variable: a number, then other integers of the goal."""
    if (number := lower_bound(context, name)) is not None:
        yield num(number)
    for other in sorted(free_relation(goal) & context.integers - {name}):
        if context.holds(Rel(("var", name), ">=", ("var", other))):
            yield ("var", other)


def lower_bound(context: Context, name: str) -> int | None:
    """Return the largest c in a small range with t >= c known."""
    for c in (4, 3, 2, 1, 0, -1):
        if context.holds(Rel(("var", name), ">=", num(c))):
            return c
    return None


def attempt_induction(search: Search, context: Context, goal: Rel, name: str, start: Term, depth: int) -> Step | None:
    """Prove base and step."""
    variable: Term = ("var", name)
    outside = context.without(name)
    base = search.prove(outside.child(), substitute_relation(goal, {name: start}), depth - 1)
    if base is None:
        return None
    inner = outside.child()
    inner.integers.add(name)
    inner.add(inner.fact(Rel(variable, ">=", start)))
    defined = search.define(inner, goal, depth)
    if defined is None:
        return None
    inner.establish(goal)
    step = search.prove(inner, substitute_relation(goal, {name: add(variable, ONE)}), depth - 1)
    if step is None:
        return None
    return {
        "rule": "induction", "variable": name, "from": write(start), "goal": write_relation(goal), "base": base,
        "defined": defined, "step": step,
    }  # fmt: skip
