"""Branch and bound with Arb, where every variable of the goal has two ends and the sides do not touch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flint import arb

from boundcheck.algebra.balls import enclose, precision
from boundcheck.algebra.boxes import BITS, Difference
from boundcheck.algebra.context import Context
from boundcheck.algebra.doubles import compiled
from boundcheck.algebra.refusals import NoValue
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import Rel, Term, free, free_relation, num, write, write_relation

LEAVES = {1: 400, 2: 1500, 3: 2500}


def by_boxes(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Cover the box of the variables by pieces on which Arb confirms the goal strictly."""
    if goal.op in ("==", "!="):
        return None
    if goal.op in ("<", "<="):
        goal = Rel(goal.right, goal.op.replace("<", ">"), goal.left)
    names = sorted(free_relation(goal))
    if not names or len(names) > 3 or any(name in context.integers for name in names):
        return None
    box = {name: ends(context, name) for name in names}
    if any(None in pair for pair in box.values()):
        return None
    cover = find_cover(goal, box, LEAVES[len(names)], search.tick)  # type: ignore[arg-type]
    if cover is None:
        return None
    written = {name: [write(low), write(high)] for name, (low, high) in box.items()}  # type: ignore[arg-type]
    return [{"rule": "boxes", "goal": write_relation(goal), "box": written, "cover": cover}]


def find_cover(
    goal: Rel, box: Mapping[str, tuple[Term, Term]], limit: int, tick: Callable[[], None] = lambda: None
) -> Any | None:
    """Bisect the widest side until every piece is decided; None if that takes more than ``limit`` pieces."""
    difference, count = Difference(goal), 0

    def split(here: dict[str, tuple[arb, arb]], depth: int) -> Any | None:
        nonlocal count
        count += 1
        tick()
        if count > limit or depth > 40:
            return None
        try:
            if difference.lower(here) > 0:
                return "leaf"
        except NoValue:
            pass
        name = max(here, key=lambda item: float(here[item][1] - here[item][0]))
        low, high = here[name]
        middle = ((low + high) / 2).mid()
        if middle <= low or middle >= high:
            return None
        below = split({**here, name: (low, middle)}, depth + 1)
        if below is None:
            return None
        above = split({**here, name: (middle, high)}, depth + 1)
        return None if above is None else [name, _text(middle), below, above]

    with precision(BITS):
        try:
            ends = {name: (enclose(low, {}).lower(), enclose(high, {}).upper()) for name, (low, high) in box.items()}
        except NoValue:
            return None
        return split(ends, 0)


def _text(value: arb) -> str:
    exact = value.fmpq()
    return f"{exact.p}/{exact.q}" if exact.q != 1 else str(exact.p)


def ends(context: Context, name: str) -> tuple[Term | None, Term | None]:
    """Return the largest closed lower end and the smallest closed upper end known for a variable."""
    table = context.table
    g = table.atom("var", ("var", name), label=(name,))
    found: dict[str, list[tuple[float, Term]]] = {">": [], "<": []}
    for fact in context.facts:
        parts = fact.polynomial.by_power(g)
        if set(parts) != {0, 1} and set(parts) != {1}:
            continue
        if not parts[1].is_constant() or fact.op == "!=":
            continue
        rest = parts.get(0)
        term = num(0) if rest is None else table.polynomial_term(rest.scaled(-1 / parts[1].constant_value()))
        if free(term):
            continue
        value = float(compiled(term)({}))
        sides = "<>" if fact.op == "==" else (">" if parts[1].constant_value() > 0 else "<")
        for side in sides:
            found[side].append((value, term))
    low = max(found[">"], key=lambda item: item[0], default=(0.0, None))[1]
    high = min(found["<"], key=lambda item: item[0], default=(0.0, None))[1]
    return low, high
