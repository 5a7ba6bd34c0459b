"""The language on balls, after the interval test suites: every function, signs, ends, huge and tiny arguments."""

import math
import time
from fractions import Fraction
from functools import lru_cache

import mpmath
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Max, Min, Sum, Symbol, atan, cos, erf, exp, log, pi, sin, sqrt, tanh

from boundcheck.enclosure import Enclosure, compile_arb, precision
from boundcheck.notation import T, p, q

x, y = Symbol("x", real=True), Symbol("y", real=True)
FUNCTIONS = {
    "exp": exp(x),
    "log": log(x),
    "tanh": tanh(x),
    "erf": erf(x),
    "sin": sin(x),
    "cos": cos(x),
    "atan": atan(x),
    "abs": Abs(x),
    "sqrt": sqrt(x),
    "square": x**2,
    "cube": x**3,
    "inverse": 1 / x,
    "cube root": x ** sympy.Rational(1, 3),
    "root of size": sqrt(Abs(x)),
    "max": Max(x, 1),
    "min": Min(x, -1, x**2),
}
POINTS = [-1e3, -7.0, -1.5707963, -1.0, -0.3, -1e-9, 0.0, 1e-300, 1e-9, 0.1, 1.0, 3.1415926, 6.5, 40.0, 1e3]


def ends(ball):
    return Enclosure.from_arb(ball)


@lru_cache
def lambdified(expression):
    return sympy.lambdify(x, expression, "mpmath")


def reference(expression, point):
    with mpmath.workdps(40):
        value = lambdified(expression)(mpmath.mpf(point))
        return None if isinstance(value, mpmath.mpc) else value


def fraction(value):
    value = value if isinstance(value, mpmath.mpf) else mpmath.mpf(value)
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


@pytest.mark.parametrize("name", FUNCTIONS)
def test_points_are_contained_and_narrow(name):
    function = compile_arb(FUNCTIONS[name], [x])
    for point in POINTS:
        if (name in ("log", "sqrt", "cube root") and point < 0) or (name in ("log", "inverse") and point == 0):
            with precision(30):
                assert not function(arb(point)).is_finite()
            continue
        with precision(30):
            found = ends(function(arb(point)))
        value = fraction(reference(FUNCTIONS[name], point))
        slack = abs(value) * Fraction(1, 10**38)
        assert found.lower - slack <= value <= found.upper + slack
        assert found.width <= max(abs(value), Fraction(1, 10**20)) * Fraction(1, 10**28)


CELLS = [(-2, 3), (0, 1), (-1, 0), (Fraction(-1, 10**9), Fraction(1, 10**9)), (2, 9), (-9, -2), (1, 300), (-300, -1)]


@pytest.mark.parametrize("name", [*FUNCTIONS])
def test_wide_balls_hold_the_image_and_little_more(name):
    function = compile_arb(FUNCTIONS[name], [x])
    for low, high in CELLS:
        ball = arb(fmpq(Fraction(low).numerator, Fraction(low).denominator)).union(
            arb(fmpq(Fraction(high).numerator, Fraction(high).denominator))
        )
        result = function(ball)
        if (name in ("log", "sqrt", "cube root") and low <= 0) or (name == "inverse" and low <= 0 <= high):
            assert not result.is_finite()
            continue
        grid = [float(low) + (float(high) - float(low)) * k / 64 for k in range(65)]
        grid += [point for point in (0.0, 1.0, -1.0) if low <= point <= high]
        image = [float(reference(FUNCTIONS[name], point)) for point in grid]
        found = ends(result)
        assert float(found.lower) <= min(image) + 1e-12 * abs(min(image))
        assert float(found.upper) >= max(image) - 1e-12 * abs(max(image))
        if name not in ("min",):
            assert float(found.width) <= (max(image) - min(image)) * 1.02 + 2e-9 * max(map(abs, image))


def test_sine_reaches_its_turning_points_exactly_when_they_are_inside():
    function = compile_arb(sin(x), [x])
    inside, beside = function(arb(1.5, 0.1)), function(arb(1.3, 0.1))
    assert inside.contains(1)
    assert beside.upper() < arb("0.99")
    assert function(arb(0, 100)).contains(arb(0, 1).lower() * fmpq(1, 2))


@pytest.mark.parametrize(
    ("expression", "argument"),
    [
        (log(x), arb(0, 1)),
        (sqrt(x), arb(0, 1)),
        (1 / x, arb(0, 1)),
        (x ** sympy.Rational(-1, 2), arb(0)),
        (log(x), arb(0)),
        (x**x, arb(-1, 0.5)),
        (sqrt(x - 1), arb(1, 1e-10)),
    ],
)
def test_branch_points_and_straddles_are_not_finite(expression, argument):
    assert not compile_arb(expression, [x])(argument).is_finite()


def test_ties_of_max_and_min():
    larger, smaller = compile_arb(Max(x, y), [x, y]), compile_arb(Min(x, y), [x, y])
    wide, narrow = arb(0, 2), arb(1, 0.5)
    assert larger(wide, narrow).contains(2)
    assert larger(wide, narrow).contains(arb(0.5))
    assert smaller(wide, narrow).contains(-2)
    assert larger(arb(1), arb(1)) == 1


def test_powers_follow_sympy():
    assert compile_arb(x**y, [x, y])(arb(0), arb(0)) == 1
    assert compile_arb(x**y, [x, y])(arb(-2), arb(3)) == -8
    assert compile_arb(x**y, [x, y])(arb(0), arb(0.5)) == 0
    assert compile_arb(x**-2, [x])(arb(-2)) == 0.25
    assert ends(compile_arb(x**2, [x])(arb(0, 3))).lower >= -1e-7


@given(
    t=st.integers(-2, 40),
    a=st.fractions(min_value=-3, max_value=3, max_denominator=50),
)
@settings(derandomize=True, deadline=None, max_examples=80)
def test_geometric_sums_are_exact(t, a):
    k = Symbol("k", integer=True)
    with precision(40):
        argument = arb(fmpq(a.numerator, a.denominator))
        plain = ends(compile_arb(p(T, x), [T, x])(arb(t), argument))
        weighted = ends(compile_arb(q(T, x), [T, x])(arb(t), argument))
        summed = ends(compile_arb(Sum((k + 1) * Abs(x) ** k, (k, 0, T - 1)), [T, x])(arb(max(t, 0)), argument))
    exact_p = sum((abs(a) ** i for i in range(t)), Fraction(0))
    exact_q = sum(((i + 1) * abs(a) ** i for i in range(t)), Fraction(0))
    assert plain.contains(exact_p)
    assert plain.relative_width < 1e-38
    assert weighted.contains(exact_q)
    assert weighted.relative_width < 1e-38
    assert summed.contains(exact_q)


def test_sums_of_geometric_balls_hold_both_ends():
    found = ends(compile_arb(q(T, x), [T, x])(arb(30), arb(1, 0.1)))
    assert found.contains(465)
    for end in (Fraction(91, 100), Fraction(109, 100)):
        assert found.contains(sum((i + 1) * end**i for i in range(30)))
    assert not compile_arb(p(T, x), [T, x])(arb(2.5), arb(1)).is_finite()


def test_no_cancellation_near_one_and_speed():
    function = compile_arb(p(T, x) * q(T, x), [T, x])
    with precision(1000):
        near = 1 - arb(10) ** -300
        function(arb(1000), near)
        start = time.perf_counter()
        found = function(arb(1000), near)
        seconds = time.perf_counter() - start
        assert found.rel_accuracy_bits() > 3300
        assert abs(found - 1000 * 500500) < arb(10) ** -280
    assert seconds < 0.05  # about 0.3 ms when the machine is idle


def test_finite_sums_follow_karr():
    k = Symbol("k", integer=True)
    function = compile_arb(Sum(k, (k, x, y)), [x, y])
    assert function(arb(1), arb(10)) == 55
    assert function(arb(1), arb(0)) == 0
    assert function(arb(5), arb(1)) == -9
    assert int(Sum(k, (k, 5, 1)).doit()) == -9
    assert not function(arb(1), arb(2.5)).is_finite()
    with pytest.raises(ValueError, match="at most 1000000 terms"):
        function(arb(0), arb(10**9))


def test_constants_follow_the_precision():
    function = compile_arb(pi * sqrt(2) + exp(1), [])
    for digits in (20, 200):
        with precision(digits):
            assert function().rel_accuracy_bits() > digits * math.log2(10)


@pytest.mark.parametrize("expression", [sympy.gamma(x), sympy.zeta(x), sympy.Function("f")(x), sympy.I * x])
def test_what_is_outside_the_language_is_refused(expression):
    with pytest.raises(ValueError, match="no function of the language"):
        compile_arb(expression, [x])


def test_a_missing_symbol_is_named():
    with pytest.raises(ValueError, match="every symbol needs a value; got y"):
        compile_arb(x + y, [x])
    with pytest.raises(TypeError, match="takes 1 balls"):
        compile_arb(x, [x])(arb(1), arb(2))


def test_two_precisions_agree():
    expression = erf(sin(x)) * tanh(x**3) + log(1 + exp(x)) ** sympy.Rational(5, 3) / (2 + cos(x))
    function = compile_arb(expression, [x])
    with precision(20):
        coarse = ends(function(arb("1.7")))
    with precision(400):
        fine = ends(function(arb("1.7")))
    assert coarse.overlaps(fine)
    assert fine.width < coarse.width * Fraction(1, 10**300)
