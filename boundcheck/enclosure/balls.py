"""The language of claims on Arb balls: tight on wide balls, not finite outside the domain.

A ball stands for every real number in it; the result holds the image of all of them. An argument that leaves the
domain, or only straddles its edge, gives a ball that is not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy import Expr, Symbol

from boundcheck.enclosure.program import Algebra, Runner, compile_program
from boundcheck.enclosure.sums import finite_sum, geometric_sum, weighted_geometric_sum

_NARROW_BITS = 20
_MOST_ROOT = 1 << 30
NOWHERE = arb("nan")
_NUMBERS: dict[Expr, Callable[[], arb]] = {
    sympy.pi: arb.pi,
    sympy.E: arb.const_e,
    sympy.EulerGamma: arb.const_euler,
    sympy.Catalan: arb.const_catalan,
    sympy.GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
}


def _is_narrow(ball: arb) -> bool:
    return bool(ball.rel_accuracy_bits() >= _NARROW_BITS)


def _increasing(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """Make an increasing function tight on wide balls by its ends."""

    def apply(x: arb) -> arb:
        if _is_narrow(x) or not x.is_finite():
            return function(x)
        return function(x.lower()).union(function(x.upper()))

    return apply


def add(*terms: arb) -> arb:
    """Add balls."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def multiply(*factors: arb) -> arb:
    """Multiply balls."""
    product = factors[0]
    for factor in factors[1:]:
        product = product * factor
    return product


def divide(x: arb, y: arb) -> arb:
    """Divide balls; not finite where the divisor holds zero."""
    return x / y


def integer_power(exponent: int, x: arb) -> arb:
    """Raise to an integer power >= 0, tight for every sign of the base (an even power is never negative)."""
    if exponent == 1:
        return x
    if exponent < 2 or _is_narrow(x) or not x.is_finite():
        return x**exponent
    if exponent % 2 == 0:
        return _hull(x.abs_lower() ** exponent, x.abs_upper() ** exponent)
    return _hull(x.lower() ** exponent, x.upper() ** exponent)


def _hull(low: arb, high: arb) -> arb:
    return low.union(high)


def rational_power(exponent: tuple[int, int], x: arb) -> arb:
    """Raise to a rational power p/q > 0, q > 1, for x >= 0; not finite if the ball holds a negative number."""
    numerator, denominator = exponent

    def power(y: arb) -> arb:
        if y < 0 or not y.is_finite():
            return NOWHERE
        if y == 0:
            return arb(0)
        if denominator > _MOST_ROOT:
            return y ** arb(fmpq(numerator, denominator))
        base = y.sqrt() if denominator == 2 else y.root(denominator)
        return base**numerator

    return power(x) if _is_narrow(x) else _hull(power(x.lower()), power(x.upper()))


def power(x: arb, y: arb) -> arb:
    """Raise to any power: an exact integer exponent for any base, else x >= 0 (zero only if y > 0)."""
    exponent = y.unique_fmpz() if y.is_exact() else None
    if exponent is not None and abs(int(exponent)) < 1 << 62:
        whole = int(exponent)
        return integer_power(whole, x) if whole >= 0 else 1 / integer_power(-whole, x)
    if x == 0 and y > 0:
        return arb(0)
    return (y * natural_log(x)).exp()


def natural_log(x: arb) -> arb:
    """Take the natural logarithm; not finite unless x > 0."""
    if not x > 0:
        return NOWHERE
    return x.log() if _is_narrow(x) else _hull(x.lower().log(), x.upper().log())


def sine(x: arb) -> arb:
    """Take the sine, tight on wide balls: ends, and the turning points inside."""
    if not x.is_finite() or x.is_exact():
        return x.sin()
    return _narrow_wave(x, *x.mid().sin_cos()) if _is_narrow(x) else _periodic(x, arb.sin, arb(fmpq(1, 2)))


def cosine(x: arb) -> arb:
    """Take the cosine, tight on wide balls."""
    if not x.is_finite() or x.is_exact():
        return x.cos()
    return _narrow_wave(x, *reversed(x.mid().sin_cos())) if _is_narrow(x) else _periodic(x, arb.cos, arb(0))


def _narrow_wave(x: arb, value: arb, slope: arb) -> arb:
    """Enclose by Taylor's theorem: near a turning point Arb's own bound is a hundred times wider."""
    radius = x.rad()
    if radius > 1:
        return arb(0, 1)
    return value + arb(0, 1) * (abs(slope) * radius + radius * radius / 2)


def _periodic(x: arb, function: Callable[[arb], arb], top: arb) -> arb:
    """Hull of the ends, with 1 if x/pi may meet top + 2k and -1 if it may meet top + 1 + 2k."""
    if x.rad() > 4:
        return arb(0, 1)
    hull = _hull(function(x.lower()), function(x.upper()))
    turns = x / arb.pi()
    if ((turns - top) / 2).contains_integer():
        hull = hull.union(arb(1))
    if ((turns - top - 1) / 2).contains_integer():
        hull = hull.union(arb(-1))
    return hull


def sign(x: arb) -> arb:
    """Take the sign; [-1, 1] if the ball straddles zero."""
    return arb(1) if x > 0 else arb(-1) if x < 0 else arb(0) if x == 0 else arb(0, 1)


def minimum(*values: arb) -> arb:
    """Take the least, rigorous where balls overlap."""
    return _fold(arb.min, values)


def maximum(*values: arb) -> arb:
    """Take the greatest, rigorous where balls overlap."""
    return _fold(arb.max, values)


def _fold(pick: Callable[[arb, arb], arb], values: Sequence[arb]) -> arb:
    if not all(value.is_finite() for value in values):
        return NOWHERE
    best = values[0]
    for value in values[1:]:
        best = pick(best, value)
    return best


def absolute(x: arb) -> arb:
    """Take the absolute value."""
    if x >= 0:
        return x
    return -x if x <= 0 else _hull(arb(0), x.abs_upper())


def absolute_power(exponent: tuple[int, int], x: arb) -> arb:
    """Raise |x| to a rational power > 0."""
    size = absolute(x)
    if exponent[1] == 1:
        return integer_power(exponent[0], size)
    low, high = rational_power(exponent, size.abs_lower()), rational_power(exponent, size.abs_upper())
    return rational_power(exponent, size) if _is_narrow(size) else _hull(low, high)


def positive_power(exponent: int, x: arb) -> arb:
    """Raise max(0, x) to an integer power > 0."""
    return integer_power(exponent, maximum(arb(0), x))


def regular(payload: Any, x: arb) -> arb:
    """Take a quotient continued to its removable singularities."""
    from boundcheck.enclosure.expansions import derivative_jet  # built on jets of balls

    return derivative_jet(payload, x, 0)[0]


def narrower(x: arb, y: arb) -> arb:
    """Return the narrower of two enclosures of the same value."""
    if not x.is_finite() or not y.is_finite():
        return y if y.is_finite() else x
    return y if y.rad() < x.rad() else x


def constant(node: Expr) -> arb:
    """Enclose an exact number at the working precision."""
    return _constant(node, ctx.prec)


@lru_cache(maxsize=4096)
def _constant(node: Expr, bits: int) -> arb:
    if node.is_Rational:
        return arb(fmpq(int(node.p), int(node.q)))
    if node in _NUMBERS:
        return _NUMBERS[node]()
    return Runner(compile_program([node], (), fold=False), BALLS).outputs(())[0]


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": add,
    "mul": multiply,
    "div": divide,
    "power": integer_power,
    "root": rational_power,
    "abspower": absolute_power,
    "pospower": positive_power,
    "pow": power,
    "exp": _increasing(arb.exp),
    "log": natural_log,
    "tanh": _increasing(arb.tanh),
    "erf": _increasing(arb.erf),
    "sin": sine,
    "cos": cosine,
    "atan": _increasing(arb.atan),
    "abs": absolute,
    "sign": sign,
    "min": minimum,
    "max": maximum,
    "p": geometric_sum,
    "q": weighted_geometric_sum,
    "sum": finite_sum,
    "regular": regular,
}
BALLS = Algebra(OPERATIONS, constant)


def compile_arb(expression: Expr, symbols: Sequence[Symbol] = ()) -> Callable[..., arb]:
    """Compile an expression of the language once to a function of balls.

    Args:    expression: SymPy expression in the language of claims, with p(t, x) and q(t, x).
             symbols: in the order of the function's arguments.
    Returns: f(*balls) -> ball that holds the image of all points of the balls, at the precision in force at the call;
             not finite where an argument leaves the domain or straddles its edge.
    Raises:  ValueError for a function outside the language or a symbol that is not given.
    """
    runner = Runner(compile_program([expression], symbols), BALLS)
    output = runner.program.outputs[0]
    count = len(runner.program.symbols)

    def evaluate(*arguments: arb) -> arb:
        if len(arguments) != count:
            message = f"the function takes {count} balls; got {len(arguments)}"
            raise TypeError(message)
        return runner.registers(arguments)[output]

    return evaluate
