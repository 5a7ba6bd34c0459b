"""Compare sums summand by summand."""

from __future__ import annotations

from fractions import Fraction

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Frac
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import ZERO, Rel, Term, substitute, write


def by_summands(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Infer sum f >= 0 from f >= 0 for every index, where the goal is one sum over one range."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    fact = context.fact(goal)
    table = context.table
    sums = [g for g in sorted(fact.polynomial.generators()) if table.atoms[g].head == "sum"]
    if not sums or any(fact.polynomial.degree_in(g) != 1 for g in sums):
        return None
    low, high, _ = table.atoms[sums[0]].arguments
    if any([end.key for end in table.atoms[g].arguments[:2]] != [low.key, high.key] for g in sums):
        return None
    body = _combined(context, fact.polynomial, sums)
    if body is None:
        return None
    ends = table.term(low), table.term(high)
    fresh = next(name for n in range(1000) if context.is_fresh(name := f"i_{n}", *ends, body))
    at_index = substitute(body, {"@": ("var", fresh)})
    inner, _ = context.binder(("sum", "@", *ends, ZERO), fresh)
    search_goal = Rel(ZERO, "<=", at_index)
    found = search.prove(inner, search_goal, depth - 1)
    if found is None:
        return None
    index = next(name for n in range(1000) if context.is_fresh(name := f"j_{n}", *ends, body) and name != fresh)
    right = substitute(body, {"@": ("var", index)})
    left: Term = ("sum", index, *ends, ZERO)
    return [{"rule": "sum-bound", "left": write(left), "right": write(right), "index": fresh, "steps": found}]


def _combined(context: Context, polynomial: Poly, sums: list[int]) -> Term | None:
    """Write a linear combination of sums over one range as one summand, with "@" for the index."""
    table, body, rest = context.table, None, polynomial
    for g in sums:
        coefficient = polynomial.by_power(g)[1]
        if coefficient.generators() & set(sums):
            return None
        rest = rest - coefficient * Poly.generator(g)
        atom = table.atoms[g]
        unit = substitute(table.term(atom.arguments[2]), {atom.index: ("var", "@")})
        part: Term = ("*", table.polynomial_term(coefficient), unit)
        body = part if body is None else ("+", body, part)
    if rest:
        low, high, _ = table.atoms[sums[0]].arguments
        count = table.add(table.add(high, table.scale(low, Fraction(-1))), Frac(Poly.constant(1)))
        each = rest.divided_by(count.numerator) if not count.denominator else None
        if each is None and any(table.atoms[g].head != "var" for g in rest.generators()):
            return None
        share = table.multiply(Frac(rest), table.inverse(count)) if each is None else Frac(each)
        body = ("+", body, table.term(share))
    return body
