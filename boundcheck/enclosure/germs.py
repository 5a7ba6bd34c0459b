"""Germs at infinity: f(z) = M(z) (c + N(z) C) for every z >= R, with growth M, a decaying N and a ball C.

This is how a tail [R, oo) is bounded rigorously, how its limit is found, and how a derivative's sign is settled on it.
Exact leading coefficients cancel exactly (1 - tanh^2 decays as exp(-2z)). Whatever cannot be settled from R on raises
``UndecidedError``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import sympy
from flint import arb, fmpq
from sympy import Expr

from boundcheck.enclosure.decimals import dyadic
from boundcheck.enclosure.scales import ONE, Scale, UndecidedError, ball_power, number, ordered

Coefficient: TypeAlias = Any
"""An exact fmpq, which cancels exactly, or a ball."""
Exact: TypeAlias = dict[Fraction, Expr] | None


@dataclass(frozen=True, slots=True)
class Germ:
    """scale * (lead + rest_scale * rest) on z >= start; ``exact`` holds f as an exact sum of c z^e where it is one."""

    start: arb
    scale: Scale
    lead: Coefficient
    rest_scale: Scale = ONE
    rest: arb | None = None
    exact: Any = None

    def remainder(self) -> arb:
        """Enclose rest_scale * rest over the whole tail."""
        return arb(0) if self.rest is None else arb(0).union(self.rest * self.rest_scale.at(self.start))

    def factor(self) -> arb:
        """Enclose f / scale over the whole tail."""
        return arb(self.lead) + self.remainder()

    def sign(self) -> int:
        """Return the sign on the whole tail, 0 if it is not settled."""
        factor = self.factor()
        return 1 if factor > 0 else -1 if factor < 0 else 0

    def is_zero(self) -> bool:
        """Tell whether f vanishes identically."""
        return self.rest is None and isinstance(self.lead, fmpq) and self.lead == 0

    def limit(self) -> arb | None:
        """Enclose the limit at infinity; None if there is none or it is infinite."""
        growth = self.scale.growth()
        return arb(0) if growth < 0 or self.is_zero() else arb(self.lead) if growth == 0 else None

    def range(self) -> arb:
        """Enclose f over the whole tail; UndecidedError unless bounded."""
        growth = self.scale.growth()
        if self.is_zero():
            return arb(0)
        if growth > 0:
            raise UndecidedError
        if growth == 0:
            return self.factor()
        if not self.scale.falls_from(self.start):
            raise UndecidedError
        return arb(0).union(self.scale.at(self.start) * self.factor())


def make(start: arb, scale: Scale, lead: Coefficient, terms: list[tuple[Scale, arb]], exact: Exact = None) -> Germ:
    """Build scale * (lead + sum of terms), with the terms under their dominant scale."""
    kept = [(term_scale, ball) for term_scale, ball in terms if not ball == 0]
    constant = [ball for term_scale, ball in kept if term_scale == ONE]
    kept = [term for term in kept if term[0] != ONE]
    for ball in constant:
        lead = arb(lead) + ball
    if not kept:
        return Germ(start, scale, lead, exact=exact)
    top = kept[0][0]
    for term_scale, _ in kept[1:]:
        if (term_scale / top).growth() > 0:
            top = term_scale
    if top.growth() >= 0 or not top.falls_from(start):
        raise UndecidedError
    rest = sum((ball * _spread(term_scale / top, start) for term_scale, ball in kept), arb(0))
    if isinstance(lead, fmpq) and lead == 0:
        return Germ(start, scale * top, rest, exact=exact)
    return Germ(start, scale, lead, top, rest, exact)


def _spread(ratio: Scale, start: arb) -> arb:
    if ratio == ONE:
        return arb(1)
    if not ratio.falls_from(start):
        raise UndecidedError
    return arb(0).union(ratio.at(start))


def constant(start: arb, value: Expr) -> Germ:
    """Return the germ of an exact number."""
    lead = fmpq(int(value.p), int(value.q)) if value.is_Rational else number(value)
    return Germ(start, ONE, lead, exact={Fraction(0): value} if value != 0 else {})


def parameter(start: arb, ball: arb) -> Germ:
    """Return the germ of a constant known as a ball; an exact one stays exact."""
    if not ball.is_exact():
        return Germ(start, ONE, ball)
    value = dyadic(ball)
    return Germ(start, ONE, fmpq(value.numerator, value.denominator))


def identity(start: arb) -> Germ:
    """Return the germ of z itself."""
    return Germ(start, Scale(power=Fraction(1)), fmpq(1), exact={Fraction(1): sympy.S.One})


def add(f: Germ, g: Germ) -> Germ:
    """Add two germs."""
    exact = _merge(f.exact, g.exact)
    if f.is_zero() or g.is_zero():
        return g if f.is_zero() else f
    ratio = g.scale / f.scale
    if ratio.growth() > 0:
        f, g, ratio = g, f, f.scale / g.scale
    terms = [] if f.rest is None else [(f.rest_scale, f.rest)]
    if ratio == ONE:
        lead = _exactly(f.lead, g.lead, "+")
        return make(f.start, f.scale, lead, terms + ([] if g.rest is None else [(g.rest_scale, g.rest)]), exact)
    return make(f.start, f.scale, f.lead, [*terms, (ratio, g.factor())], exact)


def multiply(f: Germ, g: Germ) -> Germ:
    """Multiply two germs."""
    if f.is_zero() or g.is_zero():
        return constant(f.start, sympy.S.Zero)
    terms = []
    if f.rest is not None:
        terms.append((f.rest_scale, f.rest * g.lead))
    if g.rest is not None:
        terms.append((g.rest_scale, g.rest * f.lead))
    if f.rest is not None and g.rest is not None:
        terms.append((f.rest_scale * g.rest_scale, f.rest * g.rest))
    lead = _exactly(f.lead, g.lead, "*")
    return make(f.start, f.scale * g.scale, lead, terms, _cauchy(f.exact, g.exact))


def inverse(f: Germ) -> Germ:
    """Return 1/f; UndecidedError unless f has one sign."""
    factor = f.factor()
    if factor.contains(0):
        raise UndecidedError
    terms = [] if f.rest is None else [(f.rest_scale, -f.rest / (f.lead * factor))]
    lead = 1 / f.lead
    exact = {-e: 1 / c for e, c in f.exact.items()} if f.exact is not None and len(f.exact) == 1 else None
    return make(f.start, ONE / f.scale, lead, terms, exact)


def raise_to(exponent: Fraction, f: Germ) -> Germ:
    """Return f^r, r != 0, by the mean value theorem on the factor; f > 0 unless r is an integer."""
    if exponent.denominator == 1 and exponent > 0 and (f.exact is not None or f.sign() == 0):
        result = f
        for _ in range(int(exponent) - 1):
            result = multiply(result, f)
        return result
    factor = f.factor()
    if factor.contains(0) or (exponent.denominator != 1 and not factor > 0):
        raise UndecidedError
    slope = ball_power(factor, exponent - 1) * fmpq(exponent.numerator, exponent.denominator)
    terms = [] if f.rest is None else [(f.rest_scale, f.rest * slope)]
    return make(f.start, f.scale**exponent, _lead_power(f.lead, exponent), terms)


def _lead_power(lead: Coefficient, exponent: Fraction) -> Coefficient:
    if isinstance(lead, fmpq):
        value = sympy.Rational(int(lead.p), int(lead.q)) ** sympy.Rational(exponent.numerator, exponent.denominator)
        if value.is_Rational:
            return fmpq(int(value.p), int(value.q))
    return ball_power(arb(lead), exponent)


def _exactly(x: Coefficient, y: Coefficient, operation: str) -> Coefficient:
    if not (isinstance(x, fmpq) and isinstance(y, fmpq)):
        x, y = arb(x), arb(y)
    return x + y if operation == "+" else x * y


def _merge(x: Exact, y: Exact) -> Exact:
    if x is None or y is None:
        return None
    return {e: c for e, c in ((e, x.get(e, sympy.S.Zero) + y.get(e, sympy.S.Zero)) for e in {*x, *y}) if c != 0}


def _cauchy(x: Exact, y: Exact) -> Exact:
    if x is None or y is None or len(x) * len(y) > 64:
        return None
    product: dict[Fraction, Expr] = {}
    for e, c in x.items():
        for f, b in y.items():
            product[e + f] = product.get(e + f, sympy.S.Zero) + c * b
    return {e: c for e, c in product.items() if c != 0}


def split(exact: dict[Fraction, Expr]) -> tuple[tuple[tuple[Fraction, Expr], ...], Expr, dict[Fraction, Expr]]:
    """Split an exact sum into its growing terms, its constant and its decaying terms."""
    growing = ordered({e: c for e, c in exact.items() if e > 0})
    return growing, exact.get(Fraction(0), sympy.S.Zero), {e: c for e, c in exact.items() if e < 0}
