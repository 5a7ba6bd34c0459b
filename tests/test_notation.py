"""Symbols, geometric sums and exact numbers."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, Symbol

from boundcheck.notation import exact, p, parameter, q, t

x = Symbol("x", nonnegative=True)
RATIONALS = st.fractions(min_value=0, max_value=3, max_denominator=20)


def plain_p(index: int, base: Fraction) -> Fraction:
    return sum((base**k for k in range(index)), Fraction(0))


def plain_q(index: int, base: Fraction) -> Fraction:
    return sum(((k + 1) * base**k for k in range(index)), Fraction(0))


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.integers(-2, 8), RATIONALS)
def test_sums_equal_their_definition_and_identities(index, base):
    for function, plain in ((p, plain_p), (q, plain_q)):
        value = function(Integer(index), Rational(base.numerator, base.denominator))
        expected = plain(index, base)
        assert value.expand(func=True) == Rational(expected.numerator, expected.denominator)
        assert abs(value.evalf(40) - Rational(expected.numerator, expected.denominator)) < Rational(1, 10**35)


def test_rules_for_every_index():
    assert p(t, Integer(1)) == t
    assert q(t, Integer(1)) == t * (t + 1) / 2
    assert p(0, x) == q(-1, x) == 0
    assert p(1, x) == q(1, x) == 1
    assert p(t, x).diff(x) == q(t - 1, x)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0.1", Rational(1, 10)),
        ("1e-3", Rational(1, 1000)),
        (0.5, Rational(1, 2)),
        (Fraction(2, 3), Rational(2, 3)),
        (7, 7),
    ],
)
def test_exact_numbers(value, number):
    assert exact(value) == number


def test_a_float_is_the_binary_number_it_is():
    assert exact(0.1) != Rational(1, 10)
    assert exact(0.1) == Rational(*(0.1).as_integer_ratio())


@pytest.mark.parametrize("value", ["abc", "1/0", "nan", "inf", float("nan"), "9e999999999", "1_000", "1e" + "9" * 400])
def test_other_numbers_are_refused(value):
    with pytest.raises(ValueError, match="a number must be finite"):
        exact(value)


def test_a_truth_value_is_no_number():
    with pytest.raises(TypeError):
        exact(True)  # noqa: FBT003


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("m", 3, "m must be an even integer >= 2; got 3"),
        ("m", 0, "m must be an even integer >= 2; got 0"),
        ("alpha", "-1/2", "alpha must be > 0; got -1/2"),
        ("delta", 1, "delta must be in"),
        ("T", "1/2", "T must be an integer >= 1; got 1/2"),
        ("kappa", "1/2", "kappa must be in"),
        ("rho_w", -1, "rho_w must be >= 0; got -1"),
        ("sigma", 1, "unknown symbol 'sigma'; symbols are: alpha T"),
    ],
)
def test_parameters_keep_their_domain(name, value, rule):
    with pytest.raises(ValueError, match=rule.replace("(", r"\(")):
        parameter(name).check(value)
