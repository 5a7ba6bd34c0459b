"""Kinks far out, where no cell looks: a certificate of C^2 must not pass over them."""

import pytest
import sympy
from flint import arb
from sympy import Abs, Max, Min, Rational, exp, sin, tanh

from boundcheck.enclosure.errors import SingularError
from boundcheck.enclosure.intervals import EVERYTHING, INTERVALS
from boundcheck.enclosure.kinks import kinks
from boundcheck.enclosure.objective import Objective, vanishes_nowhere
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.enclosure.scales import UndecidedError
from boundcheck.enclosure.supremum import derivative_supremum
from boundcheck.notation import z

FIRST_ORDER_THAT_BREAKS = [
    (Abs(z), 1),
    (z * Abs(z), 2),
    (exp(-(Abs(z) ** 3)), 3),
    (Abs(z) ** Rational(5, 2), 3),
    (z / (1 + Abs(z)), 2),
    (z / (1 + Abs(z) ** 3), 4),
    (Max(0, z) ** 3, 3),
    (Min(0, z) ** 4, 4),
    (Max(0, 1 - z**2) ** 4, 4),
    (exp(-(z**2)) * Abs(sin(z)) ** 3, 3),
    (exp(-Abs(z)) * (1 + Abs(z) + z**2 / 2), 3),
    (Max(tanh(z), z), 1),
]


@pytest.mark.parametrize(("function", "order"), FIRST_ORDER_THAT_BREAKS, ids=str)
def test_the_first_derivative_that_jumps_is_told_from_the_expression(function, order):
    assert kinks(function, z, order - 1) == ()
    assert kinks(function, z, order) != ()


@pytest.mark.parametrize(
    "function",
    [
        tanh(z) + Abs(z - 100) - Abs(z - 101),
        tanh(z) + exp(-Abs(z - 100)) / 1000,
        tanh(z) + Min(1, Max(-1, z - 100)),
        tanh(z) + (z - 100) * Abs(z - 100) * exp(-((z - 100) ** 2)) / 1000,
        Max(exp(-(z**2)), exp(-((z - 40) ** 2))),
    ],
    ids=str,
)
def test_a_kink_far_out_is_not_passed_over(function):
    with pytest.raises(SingularError) as caught:
        derivative_supremum(function, z, 2, 20)
    assert caught.value.high > 19


def test_a_smooth_power_far_out_is_no_kink():
    function = tanh(z) + Abs(z - 100) ** 3 * exp(-((z - 100) ** 2)) / 1000
    assert derivative_supremum(function, z, 2, 20).value.contains(derivative_supremum(tanh(z), z, 2, 40).value)


def test_what_may_be_undefined_on_a_tail_has_no_interval():
    for function in (tanh(1 / (z - 100)), sin(sympy.sqrt(20 - z)), tanh(sympy.log(z - 50)), exp(-1 / (z - 90) ** 2)):
        with pytest.raises(UndecidedError):
            Runner(compile_program([function], [z]), INTERVALS).outputs(((arb(8), arb("inf")),))
        assert Objective(function, z).tail_range(1, arb(8)) == EVERYTHING


def test_what_vanishes_nowhere():
    assert vanishes_nowhere(tanh(z) + 2, z)
    assert not vanishes_nowhere(tanh(z) + 1, z)
    assert not vanishes_nowhere(z, z)


def test_powers_of_a_positive_part_are_exact_where_it_is_zero():
    objective = Objective(Max(0, 1 - z**2) ** 4, z)
    jet = objective.jet(arb(2), arb(9))
    assert jet[0] == 0
    assert jet[1] == 0
    jet = objective.jet(arb(0.5), arb(0.5))
    assert jet[0].contains(arb(0.75) ** 4)
    assert jet[1].contains(-8 * arb(0.5) * arb(0.75) ** 3)
