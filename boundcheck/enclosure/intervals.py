"""Intervals with exact, possibly infinite ends: what balls cannot hold, such as sin over all of [8, oo).

Plain interval arithmetic, rounded outward: wide where a variable occurs twice, but its ends are sharp: tanh lies in
[tanh(8), 1] there, and the bound 1 is exactly 1. Where an argument may leave a function's domain, ``UndecidedError``: a
bounded function of what is undefined, as tanh(1/z), would else look bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import arb, fmpq
from sympy import Expr

from boundcheck.enclosure import balls
from boundcheck.enclosure.program import Algebra
from boundcheck.enclosure.scales import UndecidedError

Interval = tuple[arb, arb]
INFINITY = arb("inf")
EVERYTHING: Interval = (-INFINITY, INFINITY)
_UNIT: Interval = (arb(-1), arb(1))


def _down(value: arb) -> arb:
    return -INFINITY if value.is_nan() else value.lower()


def _up(value: arb) -> arb:
    return INFINITY if value.is_nan() else value.upper()


def add(*terms: Interval) -> Interval:
    """Add intervals."""
    low, high = terms[0]
    for term in terms[1:]:
        low, high = _down(low + term[0]), _up(high + term[1])
    return low, high


def _times(x: arb, y: arb) -> arb:
    return arb(0) if x == 0 or y == 0 else x * y


def multiply(*factors: Interval) -> Interval:
    """Multiply intervals; an infinite end is a limit, so that 0 times it is 0."""
    product = factors[0]
    for factor in factors[1:]:
        ends = [_times(x, y) for x in product for y in factor]
        product = min(_down(end) for end in ends), max(_up(end) for end in ends)
    return product


def _reciprocal(x: Interval) -> Interval:
    low, high = x
    if low > 0 or high < 0:
        return _down(_inverse(high)), _up(_inverse(low))
    raise UndecidedError


def _inverse(x: arb) -> arb:
    return 1 / x if x.is_finite() else arb(0)


def absolute(x: Interval) -> Interval:
    """Take the absolute value."""
    low, high = x
    if low >= 0:
        return x
    return (-high, -low) if high <= 0 else (arb(0), max(-low, high))


def _positive_power(exponent: fmpq, x: Interval) -> Interval:
    """Raise x >= 0 to a power > 0."""

    def apply(end: arb) -> arb:
        return end if end == 0 or not end.is_finite() else end ** arb(exponent)

    return _down(apply(x[0])), _up(apply(x[1]))


def integer_power(exponent: int, x: Interval) -> Interval:
    """Raise to an integer power >= 0."""
    if exponent == 0:
        return arb(1), arb(1)
    if exponent % 2 == 0:
        return _positive_power(fmpq(exponent), absolute(x))
    low, high = (end**exponent if end.is_finite() else end for end in x)
    return _down(low), _up(high)


def rational_power(exponent: tuple[int, int], x: Interval) -> Interval:
    """Raise to a rational power > 0, where x >= 0."""
    if not x[0] >= 0:
        raise UndecidedError
    return _positive_power(fmpq(*exponent), x)


def _increasing(
    function: Callable[[arb], arb], at_minus: Callable[[], arb], at_plus: Callable[[], arb]
) -> Callable[[Interval], Interval]:
    """Apply an increasing function with the given limits."""

    def at(end: arb) -> arb:
        return function(end) if end.is_finite() else at_plus() if end > 0 else at_minus()

    return lambda x: (_down(at(x[0])), _up(at(x[1])))


def _log(x: Interval) -> Interval:
    if not x[0] > 0:
        raise UndecidedError
    return _down(x[0].log()), _up(x[1].log()) if x[1].is_finite() else INFINITY


def _wave(function: Callable[[arb], arb]) -> Callable[[Interval], Interval]:
    def apply(x: Interval) -> Interval:
        if not (x[0].is_finite() and x[1].is_finite()) or x[1] - x[0] > 6:
            return _UNIT
        value = function(x[0].union(x[1]))
        return max(arb(-1), value.lower()), min(arb(1), value.upper())

    return apply


def _sign(x: Interval) -> Interval:
    return (arb(1), arb(1)) if x[0] > 0 else (arb(-1), arb(-1)) if x[1] < 0 else _UNIT


def _pick(choose: Callable[..., arb]) -> Callable[..., Interval]:
    return lambda *values: (choose(low for low, _ in values), choose(high for _, high in values))


def _unknown(*_: Any) -> Interval:
    raise UndecidedError


_exp = _increasing(arb.exp, lambda: arb(0), lambda: INFINITY)
OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": add,
    "mul": multiply,
    "div": lambda x, y: multiply(x, _reciprocal(y)),
    "power": integer_power,
    "root": rational_power,
    "pospower": lambda exponent, x: _positive_power(fmpq(exponent), (max(arb(0), x[0]), max(arb(0), x[1]))),
    "abspower": lambda exponent, x: rational_power(exponent, absolute(x)),
    "pow": lambda x, y: _exp(multiply(y, _log(x))),
    "exp": _exp,
    "log": _log,
    "tanh": _increasing(arb.tanh, lambda: arb(-1), lambda: arb(1)),
    "erf": _increasing(arb.erf, lambda: arb(-1), lambda: arb(1)),
    "atan": _increasing(arb.atan, lambda: -arb.pi() / 2, lambda: arb.pi() / 2),
    "sin": _wave(balls.sine),
    "cos": _wave(balls.cosine),
    "abs": absolute,
    "sign": _sign,
    "min": _pick(min),
    "max": _pick(max),
    "p": _unknown,
    "q": _unknown,
    "sum": _unknown,
    "regular": _unknown,
}


def _constant(node: Expr) -> Interval:
    value = balls.constant(node)
    return value.lower(), value.upper()


INTERVALS = Algebra(OPERATIONS, _constant)
