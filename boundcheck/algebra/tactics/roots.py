"""Isolate a square root: a + b sqrt(u) >= 0 from the signs of a and b and a comparison of a^2 with b^2 u."""

from __future__ import annotations

from boundcheck.algebra.context import SIGNS, Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.tactics.combination import close
from boundcheck.algebra.terms import ZERO, Rel, write_relation


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


def _isolated(
    search: Search, context: Context, goal: Rel, g: int, a: Poly, b: Poly, depth: int
) -> list[Step] | None:
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
    return steps + [{"rule": "contradiction", "goal": write_relation(goal), "steps": _finish(search, context, goal)}]


def _finish(search: Search, context: Context, goal: Rel) -> list[Step]:
    """Find the small combination that uses what has been proved."""
    inner = context.child()
    before = len(inner.facts)
    inner.add(inner.fact(goal.negated()))
    focus = list(range(before, len(inner.facts)))
    return close(inner, focus, set(), 2, min(1.0, search.remaining()), search.tick) or []
