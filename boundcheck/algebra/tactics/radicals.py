"""Instances for roots and logarithms: factors taken apart, tangents, comparisons of radicands."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom, Frac
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.tactics.named import argument, axiom
from boundcheck.algebra.terms import mul, num

Step = dict[str, Any]


def root_of_product(context: Context, atom: Atom) -> Iterator[Step]:
    """Yield sqrt(u v) = sqrt(u) sqrt(v) for the factors of a radicand."""
    unit, factors = atom.arguments[0].numerator.factors()
    pieces = [context.table.polynomial_term(factor**power) for factor, power in factors]
    if len(pieces) < 2 or unit < 0:
        return
    rest = num(Fraction(int(unit.p), int(unit.q)))
    for piece in pieces[1:]:
        rest = mul(rest, piece)
    yield axiom("root-of-product", u=pieces[0], v=rest)


def root_bounds(context: Context, atom: Atom) -> Iterator[Step]:
    """sqrt(u) beside |v| for u = v^2 + (something >= 0), and beside sqrt(v) where a fact compares u with v."""
    table, inside = context.table, atom.arguments[0].numerator
    whole = table.polynomial_term(inside)
    for monomial, value in inside.terms.items():
        rest = inside - Poly({monomial: value})
        if value > 0 and all(power % 2 == 0 for _, power in monomial) and rest and context.sign(rest) <= SIGNS[">="]:
            yield axiom("root-monotone", u=table.polynomial_term(inside - rest), v=whole)
    if len(inside) > 1 or inside.degree() != 1:
        return
    (g,) = inside.generators()
    for fact in list(context.facts):
        parts = fact.polynomial.by_power(g)
        if fact.op not in (">", ">=") or set(parts) != {0, 1} or len(fact.polynomial) > 20:
            continue
        sign = context.sign(parts[1])
        if "0" in sign or len(sign) > 1:
            continue
        bound = table.term(table.multiply(Frac(-parts[0]), table.inverse(Frac(parts[1]))))
        if sign == SIGNS["<"]:
            yield axiom("root-monotone", u=whole, v=bound)
        elif not parts[0].is_constant():
            yield axiom("root-monotone", u=bound, v=whole)


def expanded_logarithm(context: Context, atom: Atom) -> Iterator[Step]:
    """Expand log of a quotient of products, down to single factors."""
    value, table = atom.arguments[0], context.table
    parts = [value.numerator]
    if value.denominator:
        below = Poly.constant(1)
        for factor, power in value.denominator:
            below = below * factor**power
        parts.append(below)
        yield axiom("log-of-quotient", u=table.polynomial_term(parts[0]), v=table.polynomial_term(below))
    for part in parts:
        unit, factors = part.factors()
        pieces = [table.polynomial_term(factor) for factor, power in factors for _ in range(min(power, 8))]
        if unit != 1:
            pieces.insert(0, num(Fraction(int(unit.p), int(unit.q))))
        while len(pieces) > 1:
            first, *pieces = pieces
            rest = pieces[0]
            for piece in pieces[1:]:
                rest = mul(rest, piece)
            yield axiom("log-of-product", u=first, v=rest)


def neighbouring_logarithms(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Tangents between logarithms of arguments that differ by a number."""
    own = [atom for atom in atoms if atom.head == "log" and atom.free][:4]
    for one, other in permutations(own, 2):
        gap = context.table.add(one.arguments[0], context.table.scale(other.arguments[0], Fraction(-1)))
        if gap.is_constant():
            yield axiom("log-below-tangent", u=argument(context, one), v=argument(context, other))


def logarithms_of_exponentials(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """log(e^x + ...) >= x, where the rest is not negative."""
    for atom in atoms:
        inside = atom.arguments[0] if atom.head == "log" else None
        if inside is None or inside.denominator or len(inside.numerator) > 6:
            continue
        for monomial, value in inside.numerator.terms.items():
            if len(monomial) == 1 and value == 1 and context.table.atoms[monomial[0][0]].head == "exp":
                part = context.table.polynomial_term(Poly({monomial: value}))
                yield axiom("log-monotone", u=part, v=argument(context, atom))
                yield axiom("log-of-exp", u=argument(context, context.table.atoms[monomial[0][0]]))
