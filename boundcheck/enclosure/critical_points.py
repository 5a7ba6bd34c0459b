"""Exact critical points: zeros of g' in radicals, where a factor of g' is a polynomial in z, tanh, exp, sin or cos.

Only roots of y^k = w with w rational or a quadratic irrational are taken, by explicit formulas, and values of
polynomials at them are reduced by y^k = w. General radicals and general simplification can take hours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import sympy
from sympy import Expr, Poly, Symbol

from boundcheck.enclosure.balls import compile_arb
from boundcheck.enclosure.charts import as_powers
from boundcheck.enclosure.value import Enclosure

_MOST_DEGREE = 24
_MOST_DENOMINATOR = 12
_Y = sympy.Dummy("y", real=True)
Inverse = Callable[[Expr], Expr]


@dataclass(frozen=True, slots=True)
class Root:
    """A real y = sign * radicand^(1/power), a zero of the irreducible rational polynomial ``minimal``."""

    minimal: Poly
    sign: int
    power: int
    radicand: Expr

    @property
    def value(self) -> Expr:
        """Return y in radicals."""
        return self.sign * sympy.Pow(self.radicand, sympy.Rational(1, self.power))

    def at(self, polynomial: Poly) -> Expr:
        """Return the value of a rational polynomial at y, reduced; powers y^(k i + s) are y^s w^i."""
        parts = [sympy.S.Zero] * self.power
        for (degree,), coefficient in polynomial.rem(self.minimal).terms():
            whole, rest = divmod(degree, self.power)
            parts[rest] += coefficient * self.sign**degree * sympy.expand(self.radicand**whole)
        base = sympy.Pow(self.radicand, sympy.Rational(1, self.power))
        return sympy.Add(*(sympy.expand(part) * base**rest for rest, part in enumerate(parts)))


def critical_points(function: Expr, slope: Expr, variable: Symbol, box: Enclosure) -> Iterator[tuple[Expr, Expr]]:
    """Yield (point, g(point)), exact, for zeros of g' that may lie in the box."""
    for simple in simple_numbers(box):
        if slope.subs(variable, simple) == 0:
            yield simple, function.subs(variable, simple)
    for plain, inverse, in_y in _as_polynomials(slope, function, variable):
        for root in _roots(plain):
            point = inverse(root.value)
            if may_lie_in(point, box):
                value = _value(in_y, root)
                if value is not None:
                    yield point, value


def may_lie_in(point: Expr, box: Enclosure) -> bool:
    """Tell whether an exact point may lie in the box."""
    if point.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo):
        return False
    ball = compile_arb(point)()
    return ball.is_finite() and Enclosure.from_arb(ball).overlaps(box)


def simple_numbers(box: Enclosure) -> Iterator[Expr]:
    """Yield a rational, and a rational multiple of pi, with a small denominator in a narrow box."""
    if box.width > Fraction(1, 10**6):
        return
    for unit in (sympy.S.One, sympy.pi):
        ratio = box.midpoint / Enclosure.from_arb(compile_arb(unit)()).midpoint
        near = ratio.limit_denominator(_MOST_DENOMINATOR)
        point = sympy.Rational(near.numerator, near.denominator) * unit
        if (point != 0 or unit == 1) and may_lie_in(point, box):
            yield point


_INVERSES: dict[type, Inverse] = {
    sympy.tanh: lambda y: sympy.log((1 + y) / (1 - y)) / 2,
    sympy.sin: lambda y: sympy.S.Zero if y == 0 else sympy.pi / 2 * y if abs(y) == 1 else sympy.zoo,
    sympy.cos: lambda y: sympy.pi / 2 if y == 0 else sympy.S.Zero if y == 1 else sympy.zoo,
}


def _as_polynomials(slope: Expr, function: Expr, variable: Symbol) -> Iterator[tuple[Expr, Inverse, Expr]]:
    """Yield each factor of g' as a polynomial in y, the way from y back to z, and g in y."""
    for power in sympy.Mul.make_args(slope):
        factor = power.base if power.is_Pow else power
        if variable not in factor.free_symbols:
            continue
        if factor.is_polynomial(variable):
            yield factor.xreplace({variable: _Y}), lambda root: root, function.xreplace({variable: _Y})
            continue
        found, whole = as_powers(factor, variable, _Y), as_powers(function, variable, _Y)
        if found is not None and whole is not None and found[0].is_polynomial(_Y):
            rate = sympy.gcd(found[1], whole[1])
            plain, in_y = (form.subs(_Y, _Y ** (own / rate)) for form, own in (found, whole))
            yield plain, _scaled(sympy.log, rate), in_y
            continue
        for part in factor.atoms(*_INVERSES):
            rate = sympy.diff(part.args[0], variable)
            plain, in_y = factor.xreplace({part: _Y}), function.xreplace({part: _Y})
            known = rate.is_number and part.args[0].subs(variable, 0) == 0 and variable not in plain.free_symbols
            if known and variable not in in_y.free_symbols and plain.is_polynomial(_Y):
                yield plain, _scaled(_INVERSES[part.func], rate), in_y


def _scaled(inverse: Inverse, rate: Expr) -> Inverse:
    return lambda root: inverse(root) / rate


def _roots(factor: Expr) -> Iterator[Root]:
    """Yield the real roots y of the polynomial's irreducible factors that are linear or quadratic in a power of y."""
    polynomial = _rational_polynomial(factor)
    if polynomial is None or not 0 < polynomial.degree() <= _MOST_DEGREE:
        return
    for part, _ in polynomial.factor_list()[1]:
        power = reduce(math.gcd, (degree for (degree,) in part.monoms()), 0)
        below = {degree // power: coefficient for (degree,), coefficient in part.terms()}
        for radicand in _low_degree_roots([below.get(k, sympy.S.Zero) for k in range(max(below) + 1)]):
            yield from _real_powers(part, radicand, power)


def _rational_polynomial(expression: Expr) -> Poly | None:
    if not expression.is_polynomial(_Y):
        return None
    polynomial = Poly(expression, _Y)
    return polynomial.set_domain(sympy.QQ) if all(c.is_Rational for c in polynomial.all_coeffs()) else None


def _low_degree_roots(coefficients: list[Expr]) -> Iterator[Expr]:
    if len(coefficients) == 2:
        yield -coefficients[0] / coefficients[1]
    elif len(coefficients) == 3:
        c, b, a = coefficients
        discriminant = b**2 - 4 * a * c
        if discriminant >= 0:
            for side in (1, -1):
                yield -b / (2 * a) + side * sympy.sqrt(discriminant) / (2 * a)


def _real_powers(minimal: Poly, radicand: Expr, power: int) -> Iterator[Root]:
    """Yield the real y with y^power = radicand."""
    if power == 1:
        yield Root(minimal, 1, 1, radicand)
        return
    sign = 1 if compile_arb(radicand)() > 0 else -1
    if power % 2:
        yield Root(minimal, sign, power, sign * radicand)
    elif sign > 0:
        yield Root(minimal, 1, power, radicand)
        yield Root(minimal, -1, power, radicand)


def _value(function: Expr, root: Root) -> Expr | None:
    """Return g at the root: its rational part as one reduced polynomial in y, its other factors likewise inside."""
    rational, others = Poly(1, _Y, domain=sympy.QQ), sympy.S.One
    for part, side in zip(sympy.fraction(sympy.together(function)), (1, -1), strict=True):
        for factor in sympy.Mul.make_args(part):
            base, exponent = factor.args if factor.is_Pow else (factor, sympy.S.One)
            polynomial = _rational_polynomial(base)
            if polynomial is not None and exponent.is_Integer and exponent <= _MOST_DEGREE:
                inner = polynomial.rem(root.minimal)
                if inner.is_zero:
                    return None
                inner = inner if side > 0 else inner.invert(root.minimal)
                for _ in range(int(exponent)):
                    rational = (rational * inner).rem(root.minimal)
            else:
                reduced = _reduced(base, root)
                if reduced is None:
                    return None
                others *= sympy.Pow(reduced, side * exponent)
    return sympy.powsimp(root.at(rational) * others)


def _reduced(base: Expr, root: Root) -> Expr | None:
    """Return a factor at the root: a polynomial reduced, exp and other functions of reduced polynomials."""
    if not base.free_symbols:
        return base
    polynomial = _rational_polynomial(base)
    if polynomial is not None:
        return root.at(polynomial)
    if base.is_Function and len(base.args) == 1:
        inner = _reduced(base.args[0], root)
        return None if inner is None else base.func(inner)
    return None
