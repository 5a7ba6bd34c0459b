"""Tails: germs, intervals with infinite ends, charts, removable singularities, against mpmath far out."""

from fractions import Fraction

import mpmath
import pytest
import sympy
from flint import arb
from sympy import Abs, Max, atan, cos, erf, exp, log, sin, sqrt, tanh

from boundcheck.enclosure import Enclosure, precision
from boundcheck.enclosure.charts import chart
from boundcheck.enclosure.germs import identity
from boundcheck.enclosure.intervals import INFINITY, INTERVALS
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.enclosure.scales import Scale, UndecidedError, ball_power
from boundcheck.enclosure.tails import germs_from
from boundcheck.notation import z

START = 8
LIMITS = [
    (tanh(z), 1),
    (1 - tanh(z) ** 2, 0),
    (1 / (1 + exp(-z)), 1),
    ((exp(z) - exp(-z)) / (exp(z) + exp(-z)), 1),
    (z / sqrt(1 + z**2), 1),
    (sqrt(1 + z**2) - z, 0),
    (atan(z), None),
    (erf(z / sqrt(2)), 1),
    (z * exp(-(z**2) / 2), 0),
    (sin(z) / z, 0),
    (exp(-sqrt(1 + z**2)), 0),
    (z / (1 + Abs(z)), 1),
    (log(1 + z**2) / (1 + z**2), 0),
    (z * sin(1 / z), 1),
    (cos(1 / z) + 2 ** (-z), 1),
    (tanh(exp(z)), None),
    (Max(tanh(z), 1 / z), 1),
]


def germ_of(expression, start=START):
    program = compile_program([expression], [z])
    return Runner(program, germs_from(arb(start))).outputs((identity(arb(start)),))[0]


@pytest.mark.parametrize(("expression", "limit"), LIMITS, ids=str)
def test_a_germ_holds_the_function_and_its_limit(expression, limit):
    function = sympy.lambdify(z, expression, "mpmath")
    with precision(30):
        germ = germ_of(expression)
        factor = Enclosure.from_arb(germ.factor())
        scales = {point: germ.scale.at(arb(point)).str(30, radius=False) for point in (8, 9, 20, 41)}
        tail = Enclosure.from_arb(germ.range())
    with mpmath.workdps(900 if expression.has(erf) else 60):
        for point, scale in scales.items():
            value = function(mpmath.mpf(point))
            ratio = float(value / mpmath.mpf(scale))
            assert float(factor.lower) - 1e-9 <= ratio <= float(factor.upper) + 1e-9
            assert float(tail.lower) - 1e-12 <= float(value) <= float(tail.upper) + 1e-12
    if limit is not None:
        assert germ.limit() == limit


GROWING = [exp(z), z * erf(z), log(1 + exp(z)), z - tanh(z), z**2 * exp(z / 7) - exp(z / 9)]


@pytest.mark.parametrize("expression", GROWING, ids=str)
def test_what_grows_is_seen_to_grow(expression):
    germ = germ_of(expression, 64)
    assert germ.scale.growth() > 0
    assert germ.sign() == 1
    assert germ.limit() is None
    with pytest.raises(UndecidedError):
        germ.range()


def test_nothing_is_said_of_what_is_not_settled():
    for expression in (1 / sin(z), log(sin(z)), exp(z * sin(z))):
        with pytest.raises(UndecidedError):
            germ_of(expression)


def test_scales_fall_only_where_they_do():
    scale = Scale(power=Fraction(9), exponents=((Fraction(1), sympy.Integer(-1)),))
    assert scale.growth() == -1
    assert not scale.falls_from(arb(8))
    assert scale.falls_from(arb(10))
    assert Scale(power=Fraction(2)).rises_from(arb(3))
    assert (Scale(power=Fraction(2)) / Scale(power=Fraction(2))).growth() == 0


INTERVAL_CASES = [
    (tanh(z) + sin(z) / 10, (8, INFINITY), Fraction(11, 10)),
    (sin(z**2), (8, INFINITY), 1),
    (atan(z) * 2, (-INFINITY, -8), None),
    (exp(-z), (8, INFINITY), None),
    (1 / z, (8, INFINITY), Fraction(1, 8)),
    (sqrt(1 + z**2), (-3, 4), None),
    (Max(z, -2) ** 3, (-INFINITY, 1), 1),
    (Abs(z) * cos(z), (-2, 1), 2),
]


@pytest.mark.parametrize(("expression", "ends", "upper"), INTERVAL_CASES, ids=str)
def test_intervals_hold_every_sample_and_have_sharp_ends(expression, ends, upper):
    low, high = (end if isinstance(end, arb) else arb(end) for end in ends)
    with precision(30):
        found = Runner(compile_program([expression], [z]), INTERVALS).outputs(((low, high),))[0]
    function = sympy.lambdify(z, expression, "mpmath")
    first = float(low) if low.is_finite() else float(high) - 500
    last = float(high) if high.is_finite() else float(low) + 500
    for k in range(201):
        value = float(function(mpmath.mpf(first + (last - first) * k / 200)))
        assert not arb(value + 1e-9) < found[0]
        assert not arb(value - 1e-9) > found[1]
    if upper is not None:
        with precision(30):
            assert abs(found[1] - arb(upper.numerator) / arb(upper.denominator)) < arb(10) ** -28


@pytest.mark.parametrize("function", [tanh(z), 1 / (1 + exp(-z)), tanh(z / 2) * tanh(z / 3), 2 / (exp(z) + exp(-z))])
def test_a_chart_is_the_function_seen_from_infinity(function):
    for side in (1, -1):
        found = chart(function, z, side, 3)
        for place in (2.0, 5.0, 11.0):
            x = (-arb(place) * found.rate).exp()
            assert found.place(x).overlaps(arb(side * place))
            for k, jet in enumerate(found.parts(x, 1)):
                value = sympy.diff(function, z, k).subs(z, sympy.Rational(side * place)).evalf(30)
                assert abs(jet[0] - arb(str(value))) < 1e-12
                assert found.signs[k] * value >= 0 or place == 2.0


@pytest.mark.parametrize("function", [atan(z), exp(-(z**2)), exp(z), z * exp(-z), tanh(z) + z])
def test_other_functions_have_no_chart(function):
    assert chart(function, z, 1, 3) is None


def test_whole_powers_of_balls_of_any_sign():
    for exponent in (2, 3, 4):
        around = ball_power(arb(0, 1), Fraction(exponent))
        assert around.is_finite()
        assert around.contains(0.25)
    assert ball_power(arb(2), Fraction(-2)) == 0.25
    assert ball_power(arb(4), Fraction(3, 2)).overlaps(arb(8))
