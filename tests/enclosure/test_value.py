"""Enclosures: exact ends, decimal text rounded outward, pickling, display."""

import math
import pickle
import time
from decimal import Decimal
from fractions import Fraction

import pytest
import sympy
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.enclosure import Enclosure, PrecisionError, certify, compile_arb, precision
from boundcheck.enclosure.decimals import decimal_text

rationals = st.fractions(max_denominator=10**40).map(lambda x: x * Fraction(10) ** 7)


@given(value=rationals, digits=st.integers(1, 60), scale=st.integers(-400, 400))
@settings(derandomize=True, deadline=None, max_examples=150)
def test_decimal_text_is_rounded_outward_and_tight(value, digits, scale):
    number = value * Fraction(10) ** scale
    low, high = (Fraction(Decimal(decimal_text(number, digits, up=up))) for up in (False, True))
    assert low <= number <= high
    assert high - low <= abs(number) * Fraction(10) ** (1 - digits)


def test_the_ends_of_exact_numbers_are_the_numbers():
    assert decimal_text(Fraction(1, 4), 30, up=True) == "0.25"
    assert decimal_text(Fraction(10**30), 5, up=False) == "1.0e+30"
    assert decimal_text(Fraction(-1, 3), 4, up=True) == "-0.3333"
    assert decimal_text(Fraction(-1, 3), 4, up=False) == "-0.3334"
    assert decimal_text(Fraction(9999, 1000), 3, up=True) == "10.0"
    assert decimal_text(Fraction(0), 3, up=True) == "0"


def test_a_float_is_the_binary_number_and_text_the_decimal_one():
    assert Enclosure("0.1", "0.1").lower == Fraction(1, 10)
    assert Enclosure(0.1, 0.1).lower == Fraction(0.1) != Fraction(1, 10)


@pytest.mark.parametrize("ends", [(2, 1), ("x", 1), (math.nan, 1), (math.inf, math.inf)])
def test_false_ends_are_refused(ends):
    with pytest.raises(ValueError, match="must be|<="):
        Enclosure(*ends)


@pytest.mark.parametrize("ends", [(True, 1), (None, 1), (1j, 2)])
def test_other_kinds_are_refused(ends):
    with pytest.raises(TypeError):
        Enclosure(*ends)


def test_a_ball_that_is_not_finite_is_no_enclosure():
    with pytest.raises(ValueError, match="finite"):
        Enclosure.from_arb(arb(-1).log())


def test_the_ends_of_a_ball_are_kept_exactly():
    with precision(50):
        ball = arb(2).sqrt()
    found = Enclosure.from_arb(ball)
    assert found.lower**2 < 2 < found.upper**2
    assert found.width < Fraction(1, 10**50)
    with precision(60):
        assert found.arb().overlaps(arb(2).sqrt())


def test_pickle_and_set_operations():
    x = Enclosure(1, 2, sympy.sqrt(2))
    assert pickle.loads(pickle.dumps(x)) == x
    assert x.contains(Fraction(3, 2))
    assert not x.contains("2.0001")
    assert x.contains(Enclosure("1.5", 2))
    assert x.union(Enclosure(5, 6)) == Enclosure(1, 6)
    assert not x.overlaps(Enclosure("2.1", 3))


def test_doubles_are_rounded_outward():
    low, high = Enclosure(Fraction(1, 3), Fraction(1, 3)).doubles
    assert Fraction(low) < Fraction(1, 3) < Fraction(high)
    assert math.nextafter(low, 1) == high
    assert Enclosure(10**400, 10**400).doubles == (1.7976931348623157e308, math.inf)
    assert float(Enclosure(-(10**400), -(10**400))) == -math.inf


def test_display_names_the_exact_value():
    x = Enclosure.from_arb(certify(compile_arb(4 / (3 * sympy.sqrt(3))), 30), 4 / (3 * sympy.sqrt(3)))
    assert "0.769800358919501019345531707335" in str(x)
    assert "\\sqrt{3}" in x._repr_latex_()
    assert "sqrt(3)" in x._repr_html_()
    assert x.as_dict(20) == {
        "lower": "0.76980035891950101934",
        "upper": "0.76980035891950101935",
        "exact": "4*sqrt(3)/9",
    }


def test_precision_is_a_context():
    before = ctx.prec
    with precision(1000):
        assert ctx.prec > 3300
    assert ctx.prec == before


@pytest.mark.parametrize("digits", [0, -1, 10**9])
def test_absurd_digits_are_refused(digits):
    with pytest.raises(ValueError, match="digits must be between"), precision(digits):
        pass


def test_digits_must_be_an_integer():
    with pytest.raises(TypeError), precision(3.5):
        pass


def test_certify_raises_the_precision_through_cancellation():
    x = sympy.Symbol("x")
    function = compile_arb((1 + x) ** 2 - 1 - 2 * x, [x])
    found = Enclosure.from_arb(certify(lambda: function(arb(2) ** -200), 30))
    assert found.contains(Fraction(1, 2**400))
    assert found.relative_width < 1e-30


def test_certify_gives_up_outside_the_domain():
    function = compile_arb(sympy.log(sympy.Symbol("x")), [sympy.Symbol("x")])
    with pytest.raises(PrecisionError, match="cannot certify 10 digits"):
        certify(lambda: function(arb(-1)), 10)


def test_numbers_that_no_memory_holds_are_refused_and_tiny_radii_are_not():
    huge = (arb(10) ** 12).exp()
    for ball in (huge, 1 / huge):
        with pytest.raises(ValueError, match="must lie within 2"):
            Enclosure.from_arb(ball)
    found = Enclosure.from_arb(arb(1, 1 / huge))
    assert found.lower < 1 < found.upper
    assert found.lower_text(30) == "0." + "9" * 30


def test_ends_of_a_hundred_thousand_digits_are_printed_fast():
    value = Fraction(3**200_000 + 1, 2**400_000)
    start = time.process_time()
    low, high = (decimal_text(value, 1000, up=up) for up in (False, True))
    assert time.process_time() - start < 0.5  # about 3 ms when the machine is idle
    assert Fraction(low) < value < Fraction(high)
    assert low[:990] == high[:990]
