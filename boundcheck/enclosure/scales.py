"""The scale of growth at infinity: z^a log(z)^b exp(sum c_e z^e), with exact exponents."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy
from flint import arb, fmpq
from sympy import Expr

from boundcheck.enclosure.balls import compile_arb, integer_power


class UndecidedError(Exception):
    """Nothing can be said about a tail from this point on; a later start may help."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A positive function of z >= R > e; ``exponents`` are the terms c z^e (e > 0) in exp, the highest first."""

    power: Fraction = Fraction(0)
    log_power: Fraction = Fraction(0)
    exponents: tuple[tuple[Fraction, Expr], ...] = ()

    def __mul__(self, other: Scale) -> Scale:
        return self._combine(other, 1)

    def __truediv__(self, other: Scale) -> Scale:
        return self._combine(other, -1)

    def _combine(self, other: Scale, sign: int) -> Scale:
        power, log_power = self.power + sign * other.power, self.log_power + sign * other.log_power
        if not self.exponents and not other.exponents:
            return Scale(power, log_power)
        terms = dict(self.exponents)
        for exponent, coefficient in other.exponents:
            terms[exponent] = terms.get(exponent, sympy.S.Zero) + sign * coefficient
        return Scale(power, log_power, ordered(terms))

    def __pow__(self, exponent: Fraction) -> Scale:
        rational = sympy.Rational(exponent.numerator, exponent.denominator)
        terms = tuple((e, c * rational) for e, c in self.exponents) if exponent else ()
        return Scale(self.power * exponent, self.log_power * exponent, terms)

    def growth(self) -> int:
        """Return 1 if it tends to infinity, -1 if to zero, 0 if it is 1."""
        if self.exponents:
            return sign_of(self.exponents[0][1])
        leading = self.power or self.log_power
        return (leading > 0) - (leading < 0)

    def at(self, start: arb) -> arb:
        """Enclose the value at a point."""
        value = ball_power(start, self.power)
        if self.log_power:
            value = value * ball_power(start.log(), self.log_power)
        for exponent, coefficient in self.exponents:
            value = value * (number(coefficient) * ball_power(start, exponent)).exp()
        return value

    def falls_from(self, start: arb) -> bool:
        """Prove that it never increases on z >= start: z times its logarithmic derivative is <= 0 there.

        That is a + b/log z + sum c_e e z^e; positive parts, divided by the leading power, only decrease.
        """
        parts = [(Fraction(0), arb(fmpq(self.power.numerator, self.power.denominator)))]
        if self.log_power:
            weight = arb(fmpq(self.log_power.numerator, self.log_power.denominator))
            parts.append((Fraction(0), weight / start.log() if weight > 0 else arb(0)))
        parts += [(e, number(c) * fmpq(e.numerator, e.denominator)) for e, c in self.exponents]
        if not self.exponents:
            if self.power == 0:
                return self.log_power <= 0
            return bool(parts[0][1] + (parts[1][1] if self.log_power else 0) <= 0)
        top = self.exponents[0][0]
        total = arb(0)
        for exponent, value in parts:
            if exponent == top:
                total = total + value
            elif not value <= 0:
                total = total + value.upper() * ball_power(start, exponent - top)
        return bool(total <= 0)

    def rises_from(self, start: arb) -> bool:
        """Prove that it never decreases on z >= start."""
        return (ONE / self).falls_from(start)


ONE = Scale()


def ordered(terms: dict[Fraction, Expr]) -> tuple[tuple[Fraction, Expr], ...]:
    """Sort the terms of an exponent, the highest first, without the zero ones."""
    return tuple((e, terms[e]) for e in sorted(terms, reverse=True) if terms[e] != 0)


def sign_of(coefficient: Expr) -> int:
    """Return the sign of an exact nonzero number."""
    if coefficient.is_Rational:
        return int(bool(coefficient > 0)) - int(bool(coefficient < 0))
    value = number(coefficient)
    if value.contains(0):
        raise UndecidedError
    return 1 if value > 0 else -1


def number(value: Expr) -> arb:
    """Enclose an exact number at the working precision."""
    if value.is_Rational:
        return arb(fmpq(int(value.p), int(value.q)))
    return compile_arb(value)()


def ball_power(base: arb, exponent: Fraction) -> arb:
    """Raise a ball to a rational power; one that is not positive only to a whole power."""
    if exponent.denominator == 1:
        whole = int(exponent)
        return integer_power(whole, base) if whole >= 0 else 1 / integer_power(-whole, base)
    return base ** arb(fmpq(exponent.numerator, exponent.denominator))
