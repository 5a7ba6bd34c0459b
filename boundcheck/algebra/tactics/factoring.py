"""Factor the goal: even powers are squares, the other factors must have a known sign."""

from __future__ import annotations

from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import ZERO, Rel, Term, write, write_relation


def by_factors(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """P >= 0 (or > 0) for P = c * (square) * (factors of known sign, or of a sign that can be proved)."""
    if goal.op in ("==", "!="):
        return None
    fact = context.fact(goal)
    unit, factors = fact.polynomial.factors()
    if len(factors) == 1 and factors[0][1] == 1:
        return None
    table, steps = context.table, []
    square = Poly.constant(1)
    for factor, power in factors:
        square = square * factor ** (power // 2)
        if power % 2 and len(context.sign(factor)) == 3 and depth > 0:
            found = _sign_of(search, context, table.polynomial_term(factor), depth, strict=">=" not in goal.op)
            if found is None:
                return None
            steps += found
    odd = [write(table.polynomial_term(factor)) for factor, power in factors if power % 2]
    item: dict[str, Any] = {"c": "1", "times": [str(unit), *odd]}
    if not square.is_constant():
        item["square"] = write(table.polynomial_term(square))
    denial: dict[str, Any] = {"c": "1", "facts": [[len(context.facts), 1]]}
    step: Step = {"rule": "combination", "terms": [denial, item]}
    return [*steps, {"rule": "contradiction", "goal": write_relation(goal), "steps": [step]}]


def _sign_of(search: Search, context: Context, factor: Term, depth: int, *, strict: bool) -> list[Step] | None:
    for op in (">", "<") if strict else (">=", "<="):
        found = search.prove(context, Rel(factor, op, ZERO), depth - 1)
        if found is not None:
            return found
    return None
