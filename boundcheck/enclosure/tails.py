"""The functions of the language on germs at infinity."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, fmpq
from sympy import Expr

from boundcheck.enclosure import balls
from boundcheck.enclosure.decimals import dyadic
from boundcheck.enclosure.germs import (
    Germ,
    add,
    constant,
    identity,
    inverse,
    make,
    multiply,
    parameter,
    raise_to,
    split,
)
from boundcheck.enclosure.program import Algebra
from boundcheck.enclosure.scales import ONE, Scale, UndecidedError

_FASTER_THAN = (16, 8, 4, 2, 1)
"""Powers of z that stand in for what falls faster, as -exp(z), in an exponent."""


def _scaled(factor: Expr, f: Germ) -> Germ:
    return multiply(constant(f.start, factor), f)


def smooth(f: Germ, value: Callable[[arb], arb], slope: Callable[[arb], arb]) -> Germ:
    """Return g(f) for a bounded f by the mean value theorem: g(c) + (f - c) g'(xi)."""
    if f.scale.growth() == 0:
        terms = [] if f.rest is None else [(f.rest_scale, f.rest * slope(f.factor()))]
        return make(f.start, ONE, value(arb(f.lead)), terms)
    if f.is_zero():
        return parameter(f.start, value(arb(0)))
    return make(f.start, ONE, value(arb(0)), [(f.scale, f.factor() * slope(f.range()))])


def exponential(f: Germ) -> Germ:
    """Return exp(f): exact growing terms become a scale."""
    if f.exact is not None:
        growing, middle, decaying = split(f.exact)
        tail = constant(f.start, sympy.S.Zero)
        for exponent, coefficient in decaying.items():
            tail = add(tail, multiply(constant(f.start, coefficient), _monomial(f.start, exponent)))
        scale = Germ(f.start, Scale(exponents=growing), fmpq(1))
        return multiply(multiply(scale, _exact_function(sympy.exp, f.start, middle)), _bounded_exponential(tail))
    if f.scale.growth() <= 0:
        return _bounded_exponential(f)
    return _unbounded_exponential(f)


def _monomial(start: arb, exponent: Fraction) -> Germ:
    return Germ(start, Scale(power=exponent), fmpq(1))


def _bounded_exponential(f: Germ) -> Germ:
    if f.is_zero():
        return constant(f.start, sympy.S.One)
    if f.scale.growth() < 0:
        return make(f.start, ONE, fmpq(1), [(f.scale, f.factor() * balls.OPERATIONS["exp"](f.range()))])
    return smooth(f, arb.exp, balls.OPERATIONS["exp"])


def _unbounded_exponential(f: Germ) -> Germ:
    """Peel an exact leading power off; else bound exp(f) by [0, 1] exp(-k z^a) where f falls at least so fast."""
    plain = not f.scale.exponents and not f.scale.log_power
    if plain and isinstance(f.lead, fmpq) and f.rest is not None and (f.scale * f.rest_scale).growth() <= 0:
        lead = sympy.Rational(int(f.lead.p), int(f.lead.q))
        scale = Germ(f.start, Scale(exponents=((f.scale.power, lead),)), fmpq(1))
        return multiply(scale, _bounded_exponential(make(f.start, f.scale * f.rest_scale, f.rest, [])))
    factor = f.factor()
    if not factor < 0 or not f.scale.rises_from(f.start):
        raise UndecidedError
    if plain:
        rate = _simple(factor.upper())
        return Germ(f.start, Scale(exponents=((f.scale.power, rate),)), arb(0).union(arb(1)))
    for power in _FASTER_THAN:
        rest = f.scale / Scale(power=Fraction(power))
        if rest.rises_from(f.start):
            rate = _simple((rest.at(f.start) * factor).upper())
            return Germ(f.start, Scale(exponents=((Fraction(power), rate),)), arb(0).union(arb(1)))
    return parameter(f.start, arb(0).union(balls.OPERATIONS["exp"](f.scale.at(f.start) * factor)))


def _simple(bound: arb) -> Expr:
    """Return a short rational between a negative bound and zero, near the bound."""
    value = dyadic(bound)
    short = Fraction(int(value * 1024), 1024) if abs(value) >= 1 else value
    return sympy.Rational(short.numerator, short.denominator)


def logarithm(f: Germ) -> Germ:
    """Return log(f) for f > 0: log of the scale plus log of the factor."""
    if f.sign() != 1 or f.scale.log_power:
        raise UndecidedError
    inner = Germ(f.start, ONE, f.lead, f.rest_scale, f.rest)
    total = smooth(inner, arb.log, lambda xi: 1 / xi)
    if isinstance(f.lead, fmpq) and f.lead == 1:
        total = make(f.start, ONE, fmpq(0), [] if f.rest is None else [(f.rest_scale, f.rest / f.factor())])
    for exponent, coefficient in f.scale.exponents:
        total = add(total, multiply(constant(f.start, coefficient), _monomial(f.start, exponent)))
    if f.scale.power:
        power = sympy.Rational(f.scale.power.numerator, f.scale.power.denominator)
        total = add(total, _scaled(power, Germ(f.start, Scale(log_power=Fraction(1)), fmpq(1))))
    return total


def _odd(f: Germ, at_infinity: Callable[[Germ], Germ], value: Any, slope: Any, first: Expr, third: Expr) -> Germ:
    """Return an odd function: by its limit if f grows, by first*f + theta*f^3 if f decays, else by smoothness.

    ``third`` bounds |g'''|/6.
    """
    growth = 0 if f.is_zero() else f.scale.growth()
    if growth > 0:
        side = f.sign()
        if side == 0:
            raise UndecidedError
        return at_infinity(f) if side > 0 else _scaled(-sympy.S.One, at_infinity(_scaled(-sympy.S.One, f)))
    if growth == 0:
        return smooth(f, value, slope)
    theta = parameter(f.start, arb(0, 1) * balls.compile_arb(third)())
    return add(_scaled(first, f), multiply(theta, multiply(f, multiply(f, f))))


def _tanh_at_infinity(f: Germ) -> Germ:
    decay = exponential(_scaled(sympy.Integer(-2), f))
    one = constant(f.start, sympy.S.One)
    return add(one, _scaled(sympy.Integer(-2), multiply(decay, inverse(add(one, decay)))))


def _erf_at_infinity(f: Germ) -> Germ:
    """1 - erfc(f), with erfc(x) in exp(-x^2)/(x sqrt(pi)) [1 - 1/(2x^2), 1] for x > 0."""
    if not f.scale.rises_from(f.start):
        raise UndecidedError
    least = f.scale.at(f.start) * f.factor()
    bracket = arb(1).union(1 - 1 / (2 * least.lower() ** 2))
    bell = multiply(exponential(_scaled(-sympy.S.One, multiply(f, f))), inverse(f))
    return add(constant(f.start, sympy.S.One), multiply(parameter(f.start, -bracket / arb.pi().sqrt()), bell))


def _atan_at_infinity(f: Germ) -> Germ:
    return add(parameter(f.start, arb.pi() / 2), _scaled(-sympy.S.One, arc_tangent(inverse(f))))


def hyperbolic_tangent(f: Germ) -> Germ:
    """Return tanh(f)."""
    return _odd(f, _tanh_at_infinity, arb.tanh, lambda x: arb(0).union(arb(1)), sympy.S.One, sympy.Rational(1, 3))


def error_function(f: Germ) -> Germ:
    """Return erf(f)."""
    root = sympy.sqrt(sympy.pi)
    return _odd(f, _erf_at_infinity, arb.erf, lambda x: arb(0).union(arb(fmpq(8, 7))), 2 / root, 2 / (3 * root))


def arc_tangent(f: Germ) -> Germ:
    """Return atan(f)."""
    return _odd(f, _atan_at_infinity, arb.atan, lambda x: 1 / (1 + x * x), sympy.S.One, sympy.Rational(1, 3))


def _everywhere(f: Germ) -> Germ:
    return parameter(f.start, arb(0, 1))


def sine(f: Germ) -> Germ:
    """Return sin(f): all of [-1, 1] if f grows."""
    if not f.is_zero() and f.scale.growth() > 0:
        return _everywhere(f)
    return _odd(f, _everywhere, arb.sin, balls.cosine, sympy.S.One, sympy.Rational(1, 6))


def cosine(f: Germ) -> Germ:
    """Return cos(f): all of [-1, 1] if f grows."""
    if not f.is_zero() and f.scale.growth() > 0:
        return _everywhere(f)
    return smooth(f, arb.cos, lambda x: -balls.sine(x))


def absolute(f: Germ) -> Germ:
    """Return |f|."""
    side = f.sign()
    if side or f.is_zero():
        return f if side >= 0 else _scaled(-sympy.S.One, f)
    lead = abs(f.lead)
    return make(f.start, f.scale, lead, [] if f.rest is None else [(f.rest_scale, f.rest * arb(0, 1))])


def sign(f: Germ) -> Germ:
    """Return the sign of f; all of [-1, 1] unless it is settled."""
    if f.sign() or f.is_zero():
        return constant(f.start, sympy.Integer(f.sign()))
    return _everywhere(f)


def _extreme(prefer: int) -> Callable[..., Germ]:
    def pick(*values: Germ) -> Germ:
        best = values[0]
        for value in values[1:]:
            difference = add(value, _scaled(-sympy.S.One, best))
            side = difference.sign()
            if side == 0 and not difference.is_zero():
                hull = best.range().union(value.range())
                best = parameter(best.start, hull)
            elif side == prefer:
                best = value
        return best

    return pick


def _positive_power(exponent: int, f: Germ) -> Germ:
    zero = constant(f.start, sympy.S.Zero)
    part = OPERATIONS["max"](zero, f)
    return zero if part.is_zero() else raise_to(Fraction(exponent), part)


def _power(f: Germ, g: Germ) -> Germ:
    if g.exact is not None and set(g.exact) <= {Fraction(0)}:
        exponent = g.exact.get(Fraction(0), sympy.S.Zero)
        if exponent == 0:
            return constant(f.start, sympy.S.One)
        if exponent.is_Rational:
            return raise_to(Fraction(int(exponent.p), int(exponent.q)), f)
    return exponential(multiply(g, OPERATIONS["log"](f)))


def _exact_function(function: Any, start: arb, value: Expr) -> Germ:
    return constant(start, function(value))


def _lift(function: Any, rule: Callable[[Germ], Germ]) -> Callable[[Germ], Germ]:
    """Keep exact numbers exact; else apply the rule."""

    def apply(f: Germ) -> Germ:
        if f.exact is not None and set(f.exact) <= {Fraction(0)}:
            return _exact_function(function, f.start, f.exact.get(Fraction(0), sympy.S.Zero))
        return rule(f)

    return apply


def _nothing(*_: Any) -> Germ:
    raise UndecidedError


def _fold(operation: Callable[[Germ, Germ], Germ]) -> Callable[..., Germ]:
    def apply(*values: Germ) -> Germ:
        total = values[0]
        for value in values[1:]:
            total = operation(total, value)
        return total

    return apply


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": _fold(add),
    "mul": _fold(multiply),
    "div": lambda f, g: multiply(f, inverse(g)),
    "power": lambda exponent, f: raise_to(Fraction(exponent), f) if exponent else constant(f.start, sympy.S.One),
    "root": lambda exponent, f: raise_to(Fraction(*exponent), f),
    "pospower": _positive_power,
    "abspower": lambda exponent, f: raise_to(Fraction(*exponent), absolute(f)),
    "pow": _power,
    "exp": _lift(sympy.exp, exponential),
    "log": _lift(sympy.log, logarithm),
    "tanh": _lift(sympy.tanh, hyperbolic_tangent),
    "erf": _lift(sympy.erf, error_function),
    "sin": _lift(sympy.sin, sine),
    "cos": _lift(sympy.cos, cosine),
    "atan": _lift(sympy.atan, arc_tangent),
    "abs": absolute,
    "sign": sign,
    "min": _extreme(-1),
    "max": _extreme(1),
    "p": _nothing,
    "q": _nothing,
    "sum": _nothing,
    "regular": _nothing,
}


def germs_from(start: arb) -> Algebra:
    """Return the algebra of germs on z >= start (start > e)."""
    return Algebra(OPERATIONS, lambda node: constant(start, node))


__all__ = ["germs_from", "identity", "parameter"]
