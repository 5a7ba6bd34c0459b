"""Sums of waves: periods, independence of frequencies decided exactly, ranges on cells and tails, suprema."""

import math
from time import thread_time

import mpmath
import pytest
import sympy
from flint import arb
from sympy import Rational, atan, cos, erf, exp, pi, sin, sqrt, tanh

from boundcheck.enclosure import precision
from boundcheck.enclosure.intervals import EVERYTHING
from boundcheck.enclosure.ranges import Ranges
from boundcheck.enclosure.supremum import derivative_supremum
from boundcheck.enclosure.waves import are_independent, periodic_parts, waves_named
from boundcheck.notation import z


def test_sums_are_split_into_periodic_parts():
    assert periodic_parts(sin(z) + sin(2 * z), z) == (sin(z) + sin(2 * z),)
    mixed = sin(z) + 3 + cos(sqrt(2) * z) + sin(5 * z)
    parts = periodic_parts(mixed, z)
    assert len(parts) == 2
    assert sympy.Add(*parts) == mixed
    assert len(periodic_parts(sin(z) * sin(sqrt(2) * z), z)) == 2
    assert periodic_parts(tanh(z) + sin(z), z) == ()
    assert periodic_parts(sin(z**2), z) == ()
    assert periodic_parts(tanh(z), z) == ()


@pytest.mark.parametrize(
    ("frequencies", "independent"),
    [
        ((1, sqrt(2)), True),
        ((sqrt(2), sqrt(3), 1), True),
        ((1, sqrt(2), 1 + sqrt(2)), False),
        ((1, sqrt(2), sqrt(6) + sqrt(2) / 7), True),
        ((1, pi), True),
        ((pi, sqrt(2) * pi), True),
        ((1, sympy.E), False),  # true, but not decided by square roots and powers of pi
        ((1, sqrt(sqrt(2))), False),
        ((1, 1 + sqrt(2) / 10**40), True),
    ],
    ids=str,
)
def test_independence_is_proved_or_not_claimed(frequencies, independent):
    parts = [sin(frequency * z) for frequency in frequencies]
    assert are_independent(parts, z) is independent


QUASI_PERIODIC = [
    (sin(z) + sin(sqrt(2) * z), 0, "2"),
    (sin(z) + sin(sqrt(2) * z), 3, "3.8284271247461900976033774484193961571"),
    (sin(z) * cos(sqrt(2) * z) + Rational(1, 3), 0, "1.3333333333333333333333333333333333333"),
    (sin(z) / 2 + sin(2 * z) / 2 + cos(pi * z) / 3, 0, None),
]


@pytest.mark.parametrize(("function", "order", "text"), QUASI_PERIODIC, ids=str)
def test_a_quasi_periodic_supremum_is_that_over_all_phases(function, order, text):
    found = derivative_supremum(function, z, order, 25)
    assert found.value.relative_width <= 1e-25
    if text is not None:
        assert found.value.overlaps(derivative_supremum(function * 1, z, order, 30).value)
        with mpmath.workdps(40):
            assert abs(mpmath.mpf(text) - mpmath.mpf(str(float(found.value)))) < 1e-14
    sampled = sympy.lambdify(z, sympy.diff(function, z, order), "numpy")
    import numpy as np

    best = np.abs(sampled(np.arange(0, 20000, 0.01))).max()
    assert best <= float(found.value.upper) + 1e-12
    assert float(found.value.lower) <= best * 1.003


def test_what_is_not_independent_gets_no_sum_of_suprema():
    function = sin(z) + cos(sqrt(2) * z) - cos((1 + sqrt(2)) * z)
    assert not are_independent(periodic_parts(function, z), z)
    with pytest.raises(ValueError, match="only known to lie between"):
        derivative_supremum(function, z, 0, 10, deadline=thread_time() + 0.3)


# Waves on something that only approaches a limit: the supremum is a limit too, known in closed form.
APPROACHED = [
    (tanh(z) + sin(1000 * z) / 10**6, 1 + Rational(1, 10**6)),
    (z / sqrt(1 + z**2) + sin(z) / 10, Rational(11, 10)),
    (atan(z) + cos(5 * z) / 7, pi / 2 + Rational(1, 7)),
    (tanh(z) * sin(z), sympy.S.One),
    (z * sin(z) / sqrt(1 + z**2), sympy.S.One),
]


@pytest.mark.parametrize(("function", "supremum"), APPROACHED, ids=str)
def test_a_wave_on_a_saturating_function(function, supremum):
    found = derivative_supremum(function, z, 0, 25).value
    assert found.relative_width <= 1e-25
    value = arb(sympy.N(supremum, 40)._mpf_[1]) * arb(2) ** int(sympy.N(supremum, 40)._mpf_[2])
    assert found.arb().overlaps(value * arb(1, 1e-38))


def test_two_waves_that_do_not_peak_together():
    found = derivative_supremum(tanh(z) + sin(z) / 10 + sin(10 * z) / 100, z, 0, 25).value
    wave = derivative_supremum(sin(z) / 10 + sin(10 * z) / 100, z, 0, 30).value
    assert found.arb().overlaps(1 + wave.arb())
    assert found.relative_width <= 1e-25


def _bound(periodic):
    with precision(30):
        return (
            -derivative_supremum(periodic, z, 0, 20).value.arb().upper(),
            derivative_supremum(periodic, z, 0, 20).value.arb().upper(),
        )


@pytest.mark.parametrize(
    "function",
    [
        tanh(z) + sin(z) / 3,
        erf(z) * cos(3 * z),
        z / sqrt(1 + z**2) + sin(z) * cos(2 * z) / 9,
        exp(-z) * sin(z) + atan(z),
        z * sin(z) / (1 + z**2),
    ],
    ids=str,
)
def test_ranges_hold_sampled_values_and_are_narrow_enough(function):
    ranges = Ranges([function], z, _bound)
    plain = sympy.lambdify(z, function, "mpmath")
    for low, high in ((-3, 2), (1, 9), (8, 20), (-40, -9), (100, 1e6)):
        (found,) = ranges.on_cell(arb(low), arb(high))
        values = [plain(mpmath.mpf(low) + (mpmath.mpf(high) - low) * k / 200) for k in range(201)]
        assert found[0] <= arb(str(min(values))) + 1e-12
        assert found[1] >= arb(str(max(values))) - 1e-12
    for side, start in ((1, 8), (-1, 16)):
        (found,) = ranges.on_tail(side, arb(start))
        if function.has(exp) and side < 0:
            assert found is None or not found[1].is_finite()
            continue
        values = [plain(side * mpmath.mpf(start) * 1.37**k) for k in range(40)]
        assert found[0] <= arb(str(min(values))) + 1e-12
        assert found[1] >= arb(str(max(values))) - 1e-12
        assert found[1] < 2.2


def test_a_saturating_function_is_sharp_on_cells():
    (found,) = Ranges([z / sqrt(1 + z**2) + sin(z) / 10], z, _bound).on_cell(arb(2**20), arb(2**21))
    assert abs(float(found[1]) - 1.1) < 1e-12
    assert float(1 - (found[1] - arb(1) / 10)) > 2**-44 * 0.4


def test_what_may_be_undefined_has_no_range():
    assert Ranges([sin(1 / z) + tanh(z)], z, _bound).on_cell(arb(-1), arb(1)) == [None]
    named, parts = waves_named(tanh(z) + sin(z) + sin(2 * z), z)
    assert len(parts) == 1
    assert named.has(tanh)
    assert not named.has(sin)
    assert not math.isnan(float(EVERYTHING[1]))
