"""Branch and bound with Arb, where every variable of the goal has two ends and the sides do not touch."""

from __future__ import annotations

from fractions import Fraction

from boundcheck.algebra.boxes import find_cover
from boundcheck.algebra.context import Context
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
        from boundcheck.algebra.doubles import compiled

        value = float(compiled(term)({}))
        sides = "<>" if fact.op == "==" else (">" if parts[1].constant_value() > 0 else "<")
        for side in sides:
            found[side].append((value, term))
    low = max(found[">"], key=lambda item: item[0], default=(0.0, None))[1]
    high = min(found["<"], key=lambda item: item[0], default=(0.0, None))[1]
    return low, high


__all__ = ["Fraction", "by_boxes", "ends"]
