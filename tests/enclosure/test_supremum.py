"""Certified suprema over R: containment, width and named tight points; false inputs refused with the reason."""

import math
from fractions import Fraction

import mpmath
import pytest
import sympy
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Rational, atan, cos, erf, exp, log, pi, sin, sqrt, tanh

from boundcheck.enclosure import (
    EffortError,
    Enclosure,
    SingularError,
    UnboundedError,
    certified_supremum,
    precision,
)
from boundcheck.enclosure.maximise import maximise
from boundcheck.enclosure.objective import Objective, differentiate, period
from boundcheck.enclosure.supremum import derivative_supremum
from boundcheck.notation import sigma_z, z

logistic = 1 / (1 + exp(-z))
# |f^(k)|: function, order, supremum, and a maximiser (None: a limit at infinity), from the project's references.
NAMED = [
    (tanh(z), 2, "0.76980035891950101934553170734", 0.658478948462408),
    (logistic, 2, "0.09622504486493762741819146342", math.log(2 + math.sqrt(3))),
    (erf(z), 2, "0.96788289807657339919", math.sqrt(0.5)),
    (tanh(z), 3, "2", 0.0),
    (logistic, 3, "0.125", 0.0),
    (tanh(z), 0, "1", None),
    (atan(z), 0, "1.57079632679489661923132169164", None),
    (atan(z), 2, "0.64951905283832898507279237806", 1 / math.sqrt(3)),
    (z / sqrt(1 + z**2), 2, "0.85865010335991924342112268879", 0.5),
    (exp(-(z**2) / 2), 3, "1.38011904616074911171661238323", 0.741963784302726),
    (z * exp(-(z**2)), 0, "0.42888194248035339824009482063", math.sqrt(0.5)),
    (log(1 + z**2) / (1 + z**2), 0, "0.36787944117144232159552377016", math.sqrt(math.e - 1)),
]


@pytest.mark.parametrize(("function", "order", "text", "place"), NAMED, ids=str)
def test_named_suprema(function, order, text, place):
    found = derivative_supremum(function, z, order, 30)
    digits = len(text.replace("0.", "").replace(".", ""))
    reference = Fraction(text)
    assert abs(found.value.midpoint - reference) <= reference * Fraction(10) ** -(min(digits, 29) - 1) or digits < 5
    assert found.value.relative_width <= 1e-30
    if digits < 5:
        assert found.value.contains(reference)
    if place is None:
        assert 1 in found.at_infinity
    else:
        assert any(abs(float(box) - place) < 1e-9 and box.width < 1e-6 for box in found.maximisers)


def test_the_third_derivative_of_the_logistic_lies_between_its_named_ends():
    third = differentiate(logistic, z, 3)
    assert certified_supremum(third, z).value.contains(Rational(1, 24)) or abs(
        certified_supremum(third, z).value.midpoint - Fraction(1, 24)
    ) < Fraction(1, 10**29)
    assert certified_supremum(-third, z).value.contains(Rational(1, 8))


def test_two_precisions_agree_and_more_digits_are_sharper():
    coarse, fine = (derivative_supremum(tanh(z), z, 2, digits).value for digits in (15, 100))
    assert coarse.overlaps(fine)
    assert fine.relative_width < 1e-99
    squared = Fraction(16, 27)
    assert fine.lower**2 <= squared <= fine.upper**2


@pytest.mark.parametrize(
    ("function", "side"),
    [(exp(z), 1), (exp(-z), -1), (z**3, 1), (log(1 + exp(z)), 1), (z * (1 + erf(z)), 1), (1 - z, -1)],
)
def test_an_unbounded_function_is_refused_with_the_end(function, side):
    with pytest.raises(UnboundedError, match="unbounded towards") as caught:
        certified_supremum(function, z)
    assert caught.value.side == side
    assert caught.value.proved


def test_what_only_falls_to_minus_infinity_has_a_supremum():
    assert certified_supremum(-exp(z), z).at_infinity == (-1,)
    assert certified_supremum(1 - z**2, z).value.contains(1)


@pytest.mark.parametrize("function", [1 / (z - 1), 1 / (z**2 - 2), log(z**2), tanh(1 / z)])
def test_a_pole_is_refused_with_its_place(function):
    with pytest.raises((SingularError, UnboundedError)):
        certified_supremum(Abs(function), z)


def test_a_supremum_of_zero_is_found_to_an_absolute_width():
    for function in (-sin(tanh(2 * z)) * erf(erf(z)), -(tanh(z) ** 2), -exp(-(z**2))):
        found = certified_supremum(function, z, 12).value
        assert found.contains(0)
        assert found.width < Fraction(1, 10**12)


def test_suprema_that_are_limits_and_touch():
    half = Rational(1, 2)
    exact = certified_supremum(tanh(z) + half * (1 - tanh(z) ** 2), z)
    assert exact.value.contains(1)
    assert exact.at_infinity == (1,)
    above = certified_supremum(tanh(z) + (half + Rational(1, 10**6)) * (1 - tanh(z) ** 2), z)
    c = Fraction(1, 2) + Fraction(1, 10**6)
    assert abs(above.value.midpoint - (c + 1 / (4 * c))) < Fraction(1, 10**28)
    assert not above.at_infinity


def test_oscillation_is_bounded_by_periods_and_by_intervals():
    assert abs(float(certified_supremum(sin(z) + cos(z), z).value) - math.sqrt(2)) < 1e-15
    assert abs(certified_supremum(tanh(z) + sin(3 * z) / 10, z).value.midpoint - Fraction(11, 10)) < Fraction(1, 10**29)
    assert period(sin(2 * z) + cos(3 * z), z) == 2 * pi
    assert period(tanh(sin(sin(z))), z) == 2 * pi
    assert period(sin(z) + sin(sqrt(2) * z), z) is None
    assert period(sin(z**2), z) is None
    assert period(z * sin(z), z) is None


def test_a_kink_at_the_top_and_a_plateau():
    assert certified_supremum(exp(-Abs(z)), z).value.contains(1)
    flat = certified_supremum(sympy.Min(1, sympy.Max(-1, z)), z, 20)
    assert flat.value.contains(1)


def test_a_hopeless_case_says_how_far_it_came():
    with pytest.raises(EffortError, match="only known to lie between"):
        maximise(Objective(sin(z) + sin(sqrt(2) * z), z), digits=20, most_cells=300)


COUPLED = Abs(sigma_z[0]) + sympy.Symbol("c") * Abs(sigma_z[1])


@given(c=st.fractions(min_value=0, max_value=30, max_denominator=64))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_the_coupled_supremum_of_tanh_has_its_closed_form(c):
    objective = Objective(tanh(z), z, COUPLED, sigma_z, [sympy.Symbol("c")])
    with precision(30):
        found = Enclosure.from_arb(maximise(objective, [arb(c.numerator) / c.denominator], digits=28).value)
    expected = c + 1 / (4 * c) if 2 * c > 1 else Fraction(1)
    assert abs(found.midpoint - expected) <= expected * Fraction(1, 10**27)
    assert found.lower <= expected <= found.upper
    assert found.relative_width < 1e-26


@pytest.mark.parametrize("function", [tanh(z), logistic, exp(-(z**2) / 2), erf(z), sin(z), atan(z), z / sqrt(1 + z**2)])
def test_families_hold_every_sampled_value(function):
    c, g = sympy.symbols("c g")
    family = Abs(sigma_z[2]) * g**2 + Abs(sigma_z[1]) * c
    objective = Objective(function, z, family, sigma_z, [c, g])
    at = {slot: differentiate(function, z, k) for k, slot in enumerate(sigma_z[:3])}
    sampled = sympy.lambdify((z, c, g), family.subs(at), "mpmath")
    for values in ((1, 1), (10, Rational(1, 3)), (0, 2)):
        with precision(25):
            balls = [arb(int(v.p)) / int(v.q) for v in map(sympy.Rational, values)]
            found = Enclosure.from_arb(maximise(objective, balls, digits=22).value)
        best = max(sampled(mpmath.mpf(k) / 16, *(float(v) for v in values)) for k in range(-64, 65))
        assert float(found.upper) >= float(best) - 1e-14
        assert float(found.lower) <= float(best) * 1.01
        assert found.relative_width < 1e-20


def test_a_guess_saves_work_and_does_not_change_the_result():
    objective = Objective(tanh(z), z, Abs(sigma_z[2]), sigma_z)
    with precision(30):
        plain = maximise(objective, digits=25)
        guided = maximise(objective, digits=25, guesses=[arb(0.6584789484624)])
        misled = maximise(objective, digits=25, guesses=[arb(-70)])
    assert guided.cells <= plain.cells
    assert plain.value.overlaps(guided.value)
    assert plain.value.overlaps(misled.value)


@pytest.mark.parametrize("digits", [8, 20, 40])
def test_the_maximiser_in_a_chart_at_infinity_is_enclosed_at_every_precision(digits):
    found = derivative_supremum(tanh(z) ** 5, z, 1, digits)
    with mpmath.workdps(60):
        place = Fraction(mpmath.nstr(mpmath.atanh(mpmath.sqrt(6) / 3), 58))
    (box,) = found.maximisers
    assert box.lower - Fraction(1, 10**57) <= place <= box.upper + Fraction(1, 10**57)
    assert box.width < Fraction(1, 10 ** (digits // 2))


def test_frequencies_that_are_nearly_commensurable_have_no_period():
    assert period(sin(z) - sin((1 + sympy.sqrt(2) / 10**40) * z), z) is None
    assert period(sin(2 * z) + sin(3 * z), z) == 2 * sympy.pi
    assert period(sin(sympy.sqrt(2) * z) + sin(3 * sympy.sqrt(2) * z), z) == sympy.sqrt(2) * sympy.pi


@pytest.mark.parametrize(
    ("function", "order", "place", "mirrored"),
    [
        (exp(-(Abs(z) ** 3)), 0, 0, True),
        (exp(-(z**4)), 0, 0, True),
        (cos(z), 0, 3.14159265358979, True),
        (exp(-((z - 3) ** 2)), 0, 3, False),
    ],
    ids=str,
)
def test_flat_and_tied_maxima_are_all_inside_the_places_named(function, order, place, mirrored):
    found = derivative_supremum(function, z, order, 15)
    assert any(box.lower - Fraction(1, 10**12) <= place <= box.upper + Fraction(1, 10**12) for box in found.maximisers)
    assert found.mirrored is mirrored


def test_a_limit_that_nothing_excludes_is_named_too():
    found = derivative_supremum(tanh(z) + sin(z) / 10, z, 0, 15)
    assert found.at_infinity
    assert "|z| -> +oo" in found.places()
    assert derivative_supremum(sin(z), z, 0, 15).period == 2 * sympy.pi
