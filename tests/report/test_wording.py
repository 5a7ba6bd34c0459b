"""Numbers at the digits they deserve: never more than are certified or measured, ends rounded outward."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundcheck.language.typography import html_text
from boundcheck.report import wording
from boundcheck.report.reading import at_most


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (125693.2, 3, "126000"),
        (1234.0, 4, "1234"),
        (0.0012344, 4, "0.001234"),
        (1.0, 3, "1"),
        (0.0, 3, "0"),
        (None, 3, "–"),
    ],
)
def test_a_number_has_no_more_digits_than_asked_for(value, digits, text):
    assert wording.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "uncertainty", "text"),
    [(3.53653e-4, 6.5e-6, "3.537·10⁻⁴"), (0.671378, 1e-14, "0.671378"), (0.671378, None, "0.671378"),
     (0.0, 0.1, "0"), (1.0, 30.0, "1"), (0.25, [0.1, 0.3], "0.25")],
)  # fmt: skip
def test_an_estimate_ends_with_its_uncertainty(value, uncertainty, text):
    assert wording.estimate(value, uncertainty) == text


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6), st.integers(2, 8))
def test_an_upper_end_is_rounded_up(value, digits):
    from boundcheck.enclosure.decimals import decimal_text

    shown = at_most(decimal_text(value, 30, up=True), digits)
    mantissa, _, power = shown.partition("·10")
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    assert (
        value
        <= Fraction(mantissa) * Fraction(10) ** exponent
        <= value * (1 + Fraction(10) ** (1 - digits)) + Fraction(1, 10**29)
    )


def test_a_count_is_whole_or_rounded_up():
    assert wording.count("775808") == "775808"
    assert wording.count("12345678901234567890123456") == "1.235·10²⁵"


def test_a_greek_index_is_set_low():
    assert html_text("a witness in Omega_rho; step") == "a witness in Ω<sub>ρ</sub>; step"


@pytest.mark.parametrize(
    ("names", "text"),
    [(("close",), "column close"), (("open", "close"), "inputs open, close, targets close")],
)
def test_every_column_that_was_read_is_named(names, text):
    assert wording.columns({"columns": names, "target": names[-1]}) == text
