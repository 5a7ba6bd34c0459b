"""Random expressions of the whole language at random points and on random boxes, against mpmath.

Containment and width: what is enclosed holds the value in 150 digits (two runs of which must agree), a point gives a
narrow ball, a box a thousand times smaller gives a ball at least fifty times narrower, and two precisions agree.
"""

from fractions import Fraction

import mpmath
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sympy import Abs, Max, Min, Rational, Symbol, atan, cos, erf, exp, log, sin, sqrt, tanh

from boundcheck.enclosure import compile_arb, precision
from boundcheck.enclosure.jets import JETS, variable
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.notation import p, q

x = Symbol("x", real=True)
UNARY = (exp, log, tanh, erf, sin, cos, atan, Abs, sqrt, lambda u: u**2, lambda u: u**3, lambda u: 1 / u)
UNARY += (lambda u: u ** Rational(1, 3), lambda u: u ** Rational(-5, 2), lambda u: Abs(u) ** 3, lambda u: 2**u)
UNARY += (lambda u: p(4, u), lambda u: q(3, u), lambda u: Max(u, 0) ** 2, lambda u: u**-9)
BINARY = (
    lambda u, v: u + v,
    lambda u, v: u - v,
    lambda u, v: u * v,
    lambda u, v: u / v,
    Max,
    Min,
    lambda u, v: Max(u, v, 1 - u),
)
NUMBERS = [Rational(value) for value in ("1/3", "-2", "7/5", "1/1000", "-1000", "3")] + [sympy.pi, sqrt(2), sympy.E]
LARGEST = 10**5
"""Of arguments of exp, beyond which mpmath's numbers become long."""


def _applied(function, *arguments):
    """Apply to what holds x; SymPy refuses to compare complex numbers, and writes towers of powers of numbers out."""
    if not any(x in argument.free_symbols for argument in arguments):
        return x
    try:
        found = function(*arguments)
    except (ValueError, TypeError):
        return x
    is_long = any(abs(number.p) + number.q > 10**12 for number in found.atoms(sympy.Rational))
    return x if is_long or sympy.count_ops(found) > 60 else found


def expressions():
    leaves = st.one_of(st.just(x), st.just(x), st.sampled_from(NUMBERS))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(_applied, st.sampled_from(UNARY), inner),
            st.builds(_applied, st.sampled_from(BINARY), inner, inner),
        ),
        max_leaves=7,
    ).filter(lambda found: x in found.free_symbols and not found.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo))


POINTS = st.one_of(
    st.sampled_from([Fraction(n) for n in (0, 1, -1, 2, -7, 40)]),
    st.fractions(-4, 4, max_denominator=1 << 20).map(lambda f: Fraction(round(f * 2**24), 2**24)),
    st.builds(lambda s, k: Fraction(s) * Fraction(2) ** k, st.sampled_from([-3, -1, 1, 5]), st.integers(-400, 400)),
)


_FOUND = [Phase.generate, Phase.shrink]


class Undefined(Exception):
    """Outside a domain, or too large for the reference."""


def _value(node, at):
    """Evaluate by the definitions, in mpmath at its precision in force."""
    if node == x:
        return mpmath.mpf(at.numerator) / at.denominator
    if node.is_Rational:
        return mpmath.mpf(int(node.p)) / int(node.q)
    if node.is_NumberSymbol:
        return {sympy.pi: mpmath.pi, sympy.E: mpmath.e}[node] + mpmath.mpf(0)
    values = [_value(part, at) for part in node.args]
    if node.is_Add:
        return mpmath.fsum(values)
    if node.is_Mul:
        return mpmath.fprod(values)
    if node.is_Pow:
        return _power(*values, node.exp)
    if node.func in (p, q):
        weights = [1 if node.func is p else k + 1 for k in range(int(values[0]))]
        return mpmath.fsum(w * abs(values[1]) ** k for k, w in enumerate(weights))
    if node.func in (Max, Min):
        return (max if node.func is Max else min)(values)
    (u,) = values
    if node.func is exp:
        return _exp(u)
    if node.func is log and not u > 0:
        raise Undefined
    if node.func in (sin, cos) and abs(u) > mpmath.mpf(10) ** 60:
        raise Undefined
    functions = {log: mpmath.log, tanh: _tanh, erf: _erf, sin: mpmath.sin, cos: mpmath.cos, atan: mpmath.atan}
    return abs(u) if node.func is Abs else functions[node.func](u)


def _exp(u):
    if abs(u) > LARGEST:
        raise Undefined
    return mpmath.exp(u)


def _tanh(u):
    return mpmath.tanh(u) if abs(u) < LARGEST else mpmath.sign(u)


def _erf(u):
    return mpmath.erf(u) if abs(u) < 300 else mpmath.sign(u)


def _power(base, exponent, exact):
    if exact.is_Integer:
        if base == 0 and exact < 0:
            raise Undefined
        return base ** int(exact)
    if base < 0 or (base == 0 and not exponent > 0):
        raise Undefined
    return mpmath.mpf(0) if base == 0 else _exp(exponent * mpmath.log(base))


def reference(expression, at):
    """Return the value to about 150 digits, or None where it is undefined or cancels too much to be known."""
    values = []
    try:
        for digits in (300, 450):
            with mpmath.workdps(digits):
                values.append(_value(expression, at))
    except Undefined:
        return None
    with mpmath.workdps(300):
        if values[1] == 0 and at != 0:
            return None  # perhaps only smaller than a rounding, as log(tanh(1000)) is
        close = abs(values[0] - values[1]) <= mpmath.mpf(10) ** -150 * abs(values[1])
        return values[1] if close else None


def as_ball(value):
    sign, mantissa, exponent, _ = value._mpf_
    with precision(160):
        return arb(-int(mantissa) if sign else int(mantissa)) * arb(2) ** int(exponent) * arb(1, 1e-140)


def exact(at):
    return arb(fmpq(at.numerator, at.denominator))


def check_point(expression, at):
    value = reference(expression, at)
    assume(value is not None)
    function = compile_arb(expression, [x])
    found = []
    for digits in (15, 60, 700):
        with precision(digits):
            found.append(function(exact(at)))
    with precision(200):
        for ball in found:
            assert not ball.is_finite() or ball.overlaps(as_ball(value)), (expression, at, ball)
        size = abs(as_ball(value)).upper()
        if found[-1].is_finite():
            assert found[-1].rad() <= size * 1e-60 + arb(10) ** -300, (expression, at, found[-1])
        else:
            assert touches_an_edge(expression, at), (expression, at)
        assert not (found[0].is_finite() and found[1].is_finite()) or found[0].overlaps(found[1])


def touches_an_edge(expression, at):
    """Tell whether an argument is within 1e-200 of its domain's edge, where no ball that is inexact can be inside."""
    for node in sympy.preorder_traversal(expression):
        edged = node.func is log or (node.is_Pow and not (node.exp.is_Integer and node.exp > 0))
        if edged:
            with mpmath.workdps(900):
                try:
                    inner = _value(node.args[0], at)
                except Undefined:
                    return True
                if abs(inner) < mpmath.mpf(10) ** -200:
                    return True
    return False


def check_box(expression, at, radius):
    """Boxes around a point: the images of inside points, derivatives by divided differences, how fast they shrink."""
    program = compile_program([expression], [x])
    with precision(40):
        boxes = [exact(at) + arb(0, 1) * exact(radius / shrink) for shrink in (1, 1024)]
        jet = Runner(program, JETS).outputs((variable(boxes[0], 3),))[0]
        balls = [compile_arb(expression, [x])(box) for box in boxes]
    inside = [at + radius * Fraction(k, 8) for k in (-8, -5, 0, 3, 8)]
    values = [reference(expression, point) for point in inside]
    assume(all(value is not None for value in values))
    with precision(200):
        differences = [as_ball(value) for value in values]
        assert not balls[0].is_finite() or all(balls[0].overlaps(value) for value in differences), (expression, at)
        for order, coefficient in enumerate(jet):
            if not coefficient.is_finite():
                break
            assert all(coefficient.overlaps(one) for one in differences), (expression, at, radius, order)
            gaps = [exact(last - first) for first, last in zip(inside, inside[order + 1 :], strict=False)]
            pairs = zip(differences, differences[1:], gaps, strict=False)
            differences = [(last - first) / gap for first, last, gap in pairs]
        size = abs(as_ball(values[2])).upper()
        if balls[0].is_finite() and balls[0].rad() < size / 1000:
            assert balls[1].rad() <= balls[0].rad() / 50 + size * 1e-38, (expression, at, radius)


RADII = st.one_of(
    st.builds(lambda k: (Fraction(2) ** -k, False), st.integers(-3, 12)),
    st.builds(lambda k: (Fraction(2) ** -k, True), st.integers(-1, 60)),
)
"""A radius, absolute or relative to the point."""


def width(at, radius):
    """Return the radius of a box around a point."""
    value, is_relative = radius
    return value if not is_relative else value * (abs(at) + Fraction(1, 2**40))


@given(expression=expressions(), at=POINTS)
@settings(derandomize=True, deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
def test_points(expression, at):
    check_point(expression, at)


@given(expression=expressions(), at=POINTS, radius=RADII)
@settings(derandomize=True, deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
def test_boxes(expression, at, radius):
    check_box(expression, at, width(at, radius))


@pytest.mark.slow
@given(expression=expressions(), at=POINTS)
@settings(deadline=None, max_examples=4000, phases=_FOUND, suppress_health_check=list(HealthCheck))
def test_many_points(expression, at):
    check_point(expression, at)


@pytest.mark.slow
@given(expression=expressions(), at=POINTS, radius=RADII)
@settings(deadline=None, max_examples=4000, phases=_FOUND, suppress_health_check=list(HealthCheck))
def test_many_boxes(expression, at, radius):
    check_box(expression, at, width(at, radius))
