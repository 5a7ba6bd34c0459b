"""Factor the goal: even powers are squares, the other factors must have a known sign."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from boundcheck.algebra.context import SIGNS, Context, sign_product
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import Rel, write, write_relation


def by_factors(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """P >= 0 (or > 0) for P = c * (square) * (factors of known sign)."""
    if goal.op in ("==", "!="):
        return None
    fact = context.fact(goal)
    unit, factors = fact.polynomial.factors()
    square, rest = Poly.constant(1), Poly.constant(unit)
    signs = SIGNS[">"]
    for factor, power in factors:
        square = square * factor ** (power // 2)
        if power // 2:
            signs = sign_product(signs, context.sign(factor) | {"0"} if "0" in context.sign(factor) else SIGNS[">"])
        if power % 2:
            rest = rest * factor
    if square.is_constant() or not context.sign(rest) <= SIGNS[">="]:
        return None
    table = context.table
    item: dict[str, Any] = {"c": str(Fraction(1)), "square": write(table.polynomial_term(square))}
    if not rest.is_constant() or rest.constant_value() != 1:
        item["times"] = write(table.polynomial_term(rest))
    inner = context.child()
    before = len(inner.facts)
    inner.add(inner.fact(goal.negated()))
    denial: dict[str, Any] = {"c": "1", "facts": [[before, 1]]}
    step: Step = {"rule": "combination", "terms": [denial, item]}
    return [{"rule": "contradiction", "goal": write_relation(goal), "steps": [step]}]
