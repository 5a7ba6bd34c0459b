"""Suprema on boxes: corners, interiors, ties, kinks; what is not finite in the box is refused."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Max, Rational, Symbol, cos, exp, log, sin, tanh

from boundcheck.enclosure import EffortError, supremum_on_box
from boundcheck.notation import p

x, y, w = Symbol("x", real=True), Symbol("y", real=True), Symbol("w", real=True)
CASES = [
    (x * y, {x: (-1, 2), y: (0, 3)}, 6),
    (sin(x) * cos(y), {x: (0, 3), y: (-1, 2)}, 1),
    (x * (1 - x) * y, {x: (0, 1), y: (0, 1)}, Rational(1, 4)),
    (-((x**2 + y**2 - 1) ** 2), {x: (-2, 2), y: (-2, 2)}, 0),
    (exp(-(x**2) - y**2) * (1 + x * y), {x: (-3, 3), y: (-3, 3)}, 1),
    (tanh(x) + w * (1 - tanh(x) ** 2), {x: (0, 20), w: ("0.1", "0.7")}, Rational(7, 10) + Rational(10, 28)),
    (x**2 - 2 * x * y + w, {x: (-1, 1), y: (-1, 1), w: (0, 5)}, 8),
    (Abs(x - y) + Max(x, y), {x: (-1, 1), y: (-1, 2)}, 5),
    (p(4, x) - y**2, {x: (0, 1), y: (-1, 1)}, 4),
    (x + y, {x: (1, 1), y: (2, 2)}, 3),
]


@pytest.mark.parametrize(("function", "box", "value"), CASES, ids=[str(case[0]) for case in CASES])
def test_named_suprema_on_boxes(function, box, value):
    digits = 5 if function == CASES[3][0] else 8
    found = supremum_on_box(function, box, digits).value
    assert found.lower <= Fraction(int(Rational(value).p), int(Rational(value).q)) <= found.upper
    assert found.width <= Fraction(2, 10**digits) * max(1, abs(found.upper))


fractions = st.fractions(-4, 4, max_denominator=9)


@given(a=fractions, b=fractions, c=fractions)
@settings(derandomize=True, deadline=None, max_examples=25)
def test_quadratics_on_a_square(a, b, c):
    function = Rational(a.numerator, a.denominator) * x**2 + Rational(b.numerator, b.denominator) * x * y
    function += Rational(c.numerator, c.denominator) * y
    found = supremum_on_box(function, {x: (-1, 1), y: (-1, 1)}, 6).value
    grid = [Fraction(k, 16) for k in range(-16, 17)]
    best = max(a * u * u + b * u * v + c * v for u in grid for v in (-1, 1))
    assert found.upper >= best
    assert found.lower <= best + Fraction(1, 30)


@pytest.mark.parametrize("function", [1 / x, log(x), 1 / (x - Rational(1, 3)) ** 2])
def test_what_is_not_finite_in_the_box_has_no_supremum_there(function):
    with pytest.raises(EffortError, match="only known to lie between"):
        supremum_on_box(function, {x: (0, 1)}, most_boxes=100)


def test_false_boxes_are_refused():
    with pytest.raises(ValueError, match="lower must be <= upper"):
        supremum_on_box(x, {x: (1, 0)})
    with pytest.raises(ValueError, match="every symbol needs a value; got y"):
        supremum_on_box(x + y, {x: (0, 1)})
