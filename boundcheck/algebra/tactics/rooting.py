"""Roots of bounds: from m >= (Y/X)^2 infer sqrt(m) X >= Y, where the goal holds sqrt(m).

The square is read off the hypothesis as it is written; multiplied out, it can no longer be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isqrt

from flint import fmpq

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Step
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.terms import MIRROR, ONE, ZERO, Rel, Term, mul, num, subterms, write, write_relation


def roots_of_bounds(context: Context, relations: Sequence[Rel], goal: Rel) -> Iterator[Step]:
    """Yield steps that take the roots of bounds on m, for every sqrt(m) of the goal."""
    radicands = {term[1] for side in (goal.left, goal.right) for term in subterms(side) if term[0] == "sqrt"}
    for relation in relations:
        for left, op, right in (relation, Rel(relation.right, MIRROR[relation.op], relation.left)):
            parts = halves(context, right) if op in (">", ">=") and left in radicands else None
            if parts is not None:
                step = _rooted(context, left, parts, op)
                if step is not None:
                    yield step


def halves(context: Context, term: Term) -> tuple[Term, Term] | None:
    """Return v, u with (v/u)^2 equal to the term, or None; roots only of what is known to be >= 0."""
    head = term[0]
    if head == "num":
        roots = [isqrt(part) for part in (abs(term[1].numerator), term[1].denominator)]
        exact = term[1] >= 0 and Fraction(roots[0] ** 2, roots[1] ** 2) == term[1]
        return (num(roots[0]), num(roots[1])) if exact else None
    if head == "**" and term[2][0] == "num" and term[2][1].denominator == 1 and term[2][1] > 0 and term[2][1] % 2 == 0:
        return ("**", term[1], num(term[2][1] / 2)), ONE
    if head in ("*", "/"):
        one, two = halves(context, term[1]), halves(context, term[2])
        if one is None or two is None:
            return None
        return (mul(one[0], two[0]), mul(one[1], two[1])) if head == "*" else (mul(one[0], two[1]), mul(one[1], two[0]))
    return (("sqrt", term), ONE) if head == "var" and context.holds(Rel(term, ">=", ZERO)) else None


def _rooted(context: Context, m: Term, parts: tuple[Term, Term], op: str) -> Step | None:
    """N = V - U s > 0 contradicts N^2 + 2 U s N + (U^2 s^2 - V^2) = 0, where the last is >= 0 by the bound."""
    table, known = context.table, []
    for term in (*parts, ("sqrt", m)):
        value = table.normal(term)
        if value.denominator:
            return None
        known.append(value.numerator)
    v, u, s = known
    if not context.sign(u) <= SIGNS[">="]:
        return None
    goal = Rel(mul(parts[1], ("sqrt", m)), op, parts[0])
    below = (v - u * s).primitive()
    scale, twice = below[0], (u * s).scaled(fmpq(2))
    gap = table.reduce(u * u * s * s) - table.reduce(v * v)
    factors = [write(table.polynomial_term(item)) for item in (twice, gap)]
    denial = len(context.facts)
    terms = [
        {"c": str(scale * scale), "facts": [[denial, 2]]},
        {"c": str(scale), "facts": [[denial, 1]], "times": factors[0]},
        {"c": "1", "times": factors[1]},
    ]
    combination: Step = {"rule": "combination", "terms": terms}
    return {"rule": "contradiction", "goal": write_relation(goal), "steps": [combination]}
