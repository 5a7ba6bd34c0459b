"""Isolate a square root: a + b sqrt(u) >= 0 from the signs of a and b and a comparison of a^2 with b^2 u."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.terms import ZERO, Rel, write, write_relation


def by_squaring(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Reduce the goal to one without a chosen root, and square."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    fact = context.fact(goal)
    for g in roots(context, fact.polynomial):
        parts = fact.polynomial.by_power(g)
        found = _isolated(search, context.child(), goal, g, parts.get(0, Poly({})), parts[1], depth)
        if found is not None:
            return found
    return None


def roots(context: Context, polynomial: Poly) -> list[int]:
    """Return the square roots that occur, linearly, with a coefficient of known sign; compound radicands first."""
    found = []
    for g in polynomial.generators():
        atom = context.table.atoms[g]
        if atom.head != "sqrt":
            continue
        parts = polynomial.by_power(g)
        if set(parts) <= {0, 1} and context.sign(parts[1]) != frozenset("-0+"):
            found.append((-len(atom.arguments[0].numerator), len(parts[1]), g))
    return [item[-1] for item in sorted(found)]


def _isolated(search: Search, context: Context, goal: Rel, g: int, a: Poly, b: Poly, depth: int) -> list[Step] | None:
    table = context.table
    relation = table.root_relation(g)
    if relation is None:
        return None
    op = goal.op.replace("<", ">")
    gap = table.reduce(a * a) - table.reduce(b * b * relation[1])
    positive = context.sign(b) <= SIGNS[">="]
    needs = [Rel(table.polynomial_term(gap), op.replace(">", "<") if positive else op, ZERO)]
    if not positive:
        if not context.sign(b) <= SIGNS["<="]:
            return None
        needs.insert(0, Rel(table.polynomial_term(a), ">=", ZERO))
    steps: list[Step] = []
    for need in needs:
        found = search.prove(context, need, depth - 1)
        if found is None:
            return None
        steps += found
    other = b * Poly.generator(g) if positive else a
    gap = gap.scaled(fmpq(-1 if positive else 1))
    return [*steps, _finish(context, goal, write(table.polynomial_term(other)), gap)]


def _finish(context: Context, goal: Rel, other: str, gap: Poly) -> Step:
    """N = -(a + b s) > 0 contradicts N^2 + 2 a N + (a^2 - b^2 u) = 0, or N^2 + 2 b s N + (b^2 u - a^2) = 0."""
    place = len(context.facts)
    terms: list[dict[str, Any]] = [
        {"c": "1", "facts": [[place, 2]]},
        {"c": "2", "facts": [[place, 1]], "times": other},
    ]
    if gap:
        terms.append({"c": "1", "times": write(context.table.polynomial_term(gap))})
    combination: Step = {"rule": "combination", "terms": terms}
    return {"rule": "contradiction", "goal": write_relation(goal), "steps": [combination]}
