"""Normal forms of exp, log, tanh, erf, sin, cos and atan: sums and signs taken out, values at 0 and at parts of pi."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from flint import fmpq

from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Frac, UndefinedTerm, constant, generator

if TYPE_CHECKING:
    from boundcheck.algebra.normal import Table

MAX_MULTIPLE = 80
ODD = ("tanh", "erf", "sin", "atan")
AT_ZERO = {"exp": 1, "tanh": 0, "erf": 0, "sin": 0, "atan": 0, "cos": 1}


def function(table: Table, head: str, a: Frac) -> Frac:
    """Return the normal form of a function of one argument."""
    if head == "sqrt":
        return table.sqrt(a)
    if head == "abs":
        return table.absolute(a)
    if head == "exp":
        return _exp(table, a)
    if not a.numerator and head in AT_ZERO:
        return constant(AT_ZERO[head])
    if head == "log" and a.is_constant():
        if a.rational() <= 0:
            message = "the logarithm of a number <= 0"
            raise UndefinedTerm(message)
        if a.rational() == 1:
            return constant(0)
    if head in (*ODD, "cos") and a.numerator.leading_sign() < 0:
        positive = function(table, head, Frac(-a.numerator, a.denominator))
        return positive if head == "cos" else Frac(-positive.numerator, positive.denominator)
    if head == "atan" and a.is_constant() and a.rational() == 1:
        return table.scale(table.normal(("pi",)), Fraction(1, 4))
    if head in ("sin", "cos") and (turn := _turn(table, a)) is not None:
        return _at_turn(table, turn + (Fraction(1, 2) if head == "cos" else 0))
    return generator(table.atom(head, (head, table.term(a)), (a,)))


def _turn(table: Table, a: Frac) -> Fraction | None:
    """Return c if the argument is c * pi."""
    if a.denominator or len(a.numerator) != 1 or a.numerator.degree() != 1:
        return None
    (g,) = a.numerator.generators()
    value = min(a.numerator.terms.values())
    return Fraction(int(value.p), int(value.q)) if table.atoms[g].head == "pi" else None


def _at_turn(table: Table, turn: Fraction) -> Frac:
    """sin(turn * pi) where it is 0, 1/2, sqrt(2)/2, sqrt(3)/2 or 1; else the atom in its first form."""
    sign = 1 if turn % 2 < 1 else -1
    turn = min(turn % 1, 1 - turn % 1)
    squares = {Fraction(0): 0, Fraction(1, 6): 1, Fraction(1, 4): 2, Fraction(1, 3): 3, Fraction(1, 2): 4}
    if turn in squares:
        return table.scale(table.sqrt(constant(squares[turn])), Fraction(sign, 2))
    argument = table.scale(table.normal(("pi",)), turn)
    return table.scale(generator(table.atom("sin", ("sin", table.term(argument)), (argument,))), Fraction(sign))


def _exp(table: Table, a: Frac) -> Frac:
    if a.denominator:
        if a.numerator.leading_sign() < 0:
            return table.inverse(_exp(table, Frac(-a.numerator, a.denominator)))
        return generator(table.atom("exp", ("exp", table.term(a)), (a,)))
    result = Frac(Poly.constant(1))
    for monomial, value in a.numerator.terms.items():
        times, parts = int(value.p), int(value.q)
        if abs(times) > MAX_MULTIPLE:
            times, parts = (1 if times > 0 else -1), 0
        unit = Frac(Poly({monomial: fmpq(1, parts) if parts else abs(value)}))
        factor = generator(table.atom("exp", ("exp", table.term(unit)), (unit,)))
        result = table.multiply(result, table.power(factor, times))
    return result
