"""Normal forms of sums: written out where the length is known, else linear, with what does not depend on k outside."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from flint import fmpq

from boundcheck.algebra.polynomials import Monomial, Poly
from boundcheck.algebra.quotients import Frac, constant, generator
from boundcheck.algebra.refusals import TooLarge, UndefinedTerm, require
from boundcheck.algebra.terms import Term, add, free, num, substitute

if TYPE_CHECKING:
    from boundcheck.algebra.normal import Table

MAX_EXPANDED = 80


def sum_form(table: Table, term: Term) -> Frac:
    """Return the normal form of a sum."""
    _, index, low, high, summand = term
    first, last = table.normal(low), table.normal(high)
    count = table.add(table.add(last, table.scale(first, Fraction(-1))), constant(1))
    if count.is_constant():
        return _finite_sum(table, term, first, count.rational())
    bound = _bound(term)
    body = table.normal(substitute(summand, {index: ("var", bound)}))
    return _linear_sum(table, body, bound, first, last, count)


def _finite_sum(table: Table, term: Term, first: Frac, count: Fraction) -> Frac:
    require(count.denominator == 1 and count >= 0, "a sum must run upwards over integers", UndefinedTerm)
    require(count <= MAX_EXPANDED, f"a sum has more than {MAX_EXPANDED} terms", TooLarge)
    result = Frac(Poly({}))
    for k in range(int(count)):
        here = add(table.term(first), num(k))
        result = table.add(result, table.normal(substitute(term[4], {term[1]: here})))
    return result


def _linear_sum(table: Table, body: Frac, bound: str, first: Frac, last: Frac, count: Frac) -> Frac:
    """Take out of the sum what does not depend on its index, monomial by monomial."""
    inner = {f: e for f, e in body.denominator if _depends(table, f.generators(), bound)}
    outer = Frac(Poly.constant(1), tuple((f, e) for f, e in body.denominator if f not in inner))
    result = Frac(Poly({}))
    groups: dict[Monomial, dict[Monomial, fmpq]] = {}
    for monomial, value in body.numerator.terms.items():
        inside = tuple(pair for pair in monomial if _depends(table, {pair[0]}, bound))
        outside = tuple(pair for pair in monomial if not _depends(table, {pair[0]}, bound))
        groups.setdefault(inside, {})[outside] = value
    for inside, coefficients in groups.items():
        unit = table.quotient(Poly({inside: fmpq(1)}), dict(inner))
        if not _depends(table, unit.generators(), bound):
            value = table.multiply(unit, count)
        else:
            text = _sum_text(table, bound, first, last, table.term(unit))
            if _bound(text) != bound:  # the enclosing index has been taken out
                value = table.normal(text)
            else:
                value = generator(table.atom("sum", text, (first, last, unit), label=bound))
        result = table.add(result, table.multiply(Frac(Poly(coefficients)), value))
    return table.multiply(result, outer)


def _sum_text(table: Table, bound: str, first: Frac, last: Frac, unit: Term) -> Term:
    """Write a sum with an index that can be read back."""
    taken = free(unit)
    index = next(name for n in range(1000) if (name := f"k_{n}" if n else "k") not in taken)
    return ("sum", index, table.term(first), table.term(last), substitute(unit, {bound: ("var", index)}))


def _depends(table: Table, generators: set[int], bound: str) -> bool:
    return any(bound in table.atoms[g].free for g in generators)


def _bound(term: Term) -> str:
    """Name the index of a sum: above those of all enclosing sums that occur in it, in the summand or in an end."""
    return f"@{max((int(name[1:]) + 1 for name in free(term) if name.startswith('@')), default=0)}"
