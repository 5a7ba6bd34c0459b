"""Jets: Taylor coefficients of every point of a ball, checked against symbolic derivatives in mpmath."""

import math

import mpmath
import pytest
import sympy
from flint import arb
from sympy import Abs, Max, Rational, Sum, Symbol, atan, cos, erf, exp, log, sin, sqrt, tanh

from boundcheck.enclosure.jets import JETS, variable
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.notation import p, z

k = Symbol("k", integer=True)
SMOOTH = [
    tanh(z) * exp(-(z**2)),
    erf(2 * z) + atan(z**2),
    sin(z) * cos(3 * z),
    sqrt(1 + z**2) ** 3 / (2 + z),
    log(3 + z) * z**3,
    (2 + z) ** z,
    z / sqrt(1 + z**2),
    atan(tanh(z) * 3),
    (3 + z) ** Rational(-5, 3),
    Sum(z**k / (1 + k), (k, 0, 4)),
    1 / (1 + exp(-z)),
]
KINKED = [Abs(z - Rational(1, 2)), Max(z, z**2 / 3) * 2, Abs(z) ** 3, sqrt(Abs(sin(z)) + 1)]
BALLS = [(-1.2, 0), (0.3, 0), (0.7, 1e-3), (-0.4, 0.1), (0.0, 0.4), (1.1, 0.05)]


def jet_of(expression, ball, order):
    program = compile_program([expression], [z])
    return Runner(program, JETS).registers([variable(ball, order)])[program.outputs[0]]


def coefficients(expression, order):
    plain = expression.doit() if isinstance(expression, Sum) else expression
    return [sympy.lambdify(z, sympy.diff(plain, z, i) / math.factorial(i), "mpmath") for i in range(order + 1)]


@pytest.mark.parametrize("expression", SMOOTH, ids=str)
def test_coefficients_hold_every_point_of_the_ball(expression):
    functions = coefficients(expression, 4)
    for middle, radius in BALLS:
        jet = jet_of(expression, arb(middle, radius), 4)
        for share in (-1, -0.37, 0, 0.9):
            point = mpmath.mpf(middle) + mpmath.mpf(radius) * share
            for coefficient, function in zip(jet, functions, strict=True):
                value = arb(str(function(point)))
                assert abs(coefficient.mid() - value) <= coefficient.rad() + 1e-11


@pytest.mark.parametrize("expression", SMOOTH, ids=str)
def test_narrow_balls_give_narrow_jets(expression):
    for coefficient in jet_of(expression, arb(0.3, 1e-9), 3):
        assert coefficient.rad() < 1e-6


@pytest.mark.parametrize("expression", KINKED, ids=str)
def test_kinks_hold_the_generalised_gradient(expression):
    place = {KINKED[0]: 0.5}.get(expression, 0.0)
    jet = jet_of(expression, arb(place, 0.25), 2)
    value, slope = coefficients(expression, 1)
    for point in (place - 0.2, place + 0.2):
        assert jet[0].contains(arb(str(value(mpmath.mpf(point)))).mid())
        assert jet[1].overlaps(arb(str(slope(mpmath.mpf(point))), 1e-12))


def test_a_kink_has_no_curvature_but_a_cubed_size_has():
    assert not jet_of(Abs(z), arb(0, 1), 2)[2].is_finite()
    assert not jet_of(Max(z, 0), arb(0, 1), 2)[2].is_finite()
    assert jet_of(Abs(z) ** 3, arb(0, 1), 2)[2].is_finite()
    assert jet_of(Abs(z) * z**2, arb(0, 1), 2)[2].is_finite()
    assert not jet_of(Abs(z) * z, arb(0, 1), 2)[2].is_finite()


def test_geometric_sums_have_jets():
    jet = jet_of(p(5, z), arb(0.5), 2)
    assert jet[0].contains(arb(1.9375))
    assert jet[1].contains(arb(1 + 2 * 0.5 + 3 * 0.25 + 4 * 0.125))
    assert jet[2].contains(arb(1 + 3 * 0.5 + 6 * 0.25))
