"""Complete the square: 4 a (a x^2 + b x + c) = (2 a x + b)^2 + (4 a c - b^2)."""

from __future__ import annotations

from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.terms import ZERO, Rel, write, write_relation


def by_completing(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Show that the discriminant in some atom is not positive."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    fact = context.fact(goal)
    for g in sorted(fact.polynomial.generators()):
        if fact.polynomial.degree_in(g) == 2 and context.table.root_relation(g) is None:
            found = _completed(search, context.child(), goal, fact.polynomial, g, depth)
            if found is not None:
                return found
    return None


def _completed(search: Search, context: Context, goal: Rel, polynomial: Poly, g: int, depth: int) -> list[Step] | None:
    table, parts = context.table, polynomial.by_power(g)
    a, b, c = parts[2], parts.get(1, Poly({})), parts.get(0, Poly({}))
    if context.sign(a) != SIGNS[">"] or not b:
        return None
    gap = table.reduce(a * c).scaled(a.constant_value() * 0 + 4) - table.reduce(b * b)
    op = goal.op.replace("<", ">")
    steps = search.prove(context, Rel(table.polynomial_term(gap), op, ZERO), depth)
    if steps is None:
        return None
    root = a.scaled(a.constant_value() * 0 + 2) * Poly.generator(g) + b
    terms: list[dict[str, Any]] = [
        {"c": "4", "facts": [[len(context.facts), 1]], "times": write(table.polynomial_term(a))},
        {"c": "1", "square": write(table.polynomial_term(root))},
    ]
    if gap:
        terms.append({"c": "1", "times": write(table.polynomial_term(gap))})
    combination: Step = {"rule": "combination", "terms": terms}
    return [*steps, {"rule": "contradiction", "goal": write_relation(goal), "steps": [combination]}]
