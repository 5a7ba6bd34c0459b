"""Derivatives along directions: against differences, on arcs against samples, and the suprema that rest on them."""

import math
from fractions import Fraction

import pytest
from flint import arb
from sympy import pi

from boundcheck.activations import activation
from boundcheck.enclosure import precision
from boundcheck.evaluation.balls import Balls
from boundcheck.evaluation.concavity import Bends, UnsettledError
from boundcheck.evaluation.cone import Directions, supremum_over_directions
from boundcheck.evaluation.polarisation import polarise
from boundcheck.evaluation.request import request, unchanging
from boundcheck.evaluation.summits import summit
from boundcheck.evaluation.terms import free_symbols

VALUES = {"m": 64, "d": 2, "rho_w": 1, "rho_u": 1}


def forms(name, sigma, alpha, length):
    """Return the recurrence along a direction in both shapes."""
    given = VALUES | {"alpha": alpha, "T": length}
    asked = request(name, tier="directional", variant=None, activation=sigma, statements=(), given=given)
    arithmetic = Balls(activation(sigma), 30)
    supremum = asked.term.value
    steps, outer = unchanging(supremum.value, asked.values, arithmetic, frozenset({supremum.variable}))
    form = polarise(steps, supremum.variable)
    known = {symbol: arithmetic.number(outer[symbol]) for symbol in free_symbols(steps) - {supremum.variable}}
    bends = Bends(form.plain, length, known, activation(sigma))
    return bends, Directions(form, length, known, arithmetic)


@pytest.mark.parametrize("name", ["lemma-1.L", "lemma-1.beta"])
@pytest.mark.parametrize(("sigma", "alpha"), [("tanh", "9/10"), ("tanh", "11/10"), ("sin", "1"), ("gaussian", "9/10")])
def test_derivatives_equal_differences_and_arcs_contain_what_lies_on_them(name, sigma, alpha):
    with precision(60):
        bends, directions = forms(name, sigma, alpha, 6)
        for turn in (Fraction(3, 7), Fraction(9, 10)):
            low, high = turn - Fraction(1, 1000), turn + Fraction(1, 1000)
            jet, step = bends.at(turn, low, high), Fraction(1, 10**15)
            below, here, above = (directions.at(turn + k * step) for k in (-1, 0, 1))
            width = arb(10) ** -15 * arb.pi() / 2
            assert jet.here.overlaps(here)
            assert abs(jet.slope - (above - below) / (2 * width)) < arb("1e-20") * abs(here)
            bend = (below - 2 * here + above) / width**2
            assert (jet.wide_bend + arb(0, 1e-20)).contains(bend)
            assert bends.at(turn).slope.overlaps(jet.slope)
            for point in (low, (low + turn) / 2, high):
                there = bends.at(point)
                assert jet.wide.overlaps(there.here)
                assert jet.wide_slope.overlaps(there.slope)


@pytest.mark.parametrize("name", ["lemma-1.L", "lemma-1.beta", "lemma-2.chi"])
@pytest.mark.parametrize(("sigma", "alpha"), [("tanh", "9/10"), ("sin", "1/2"), ("logistic", "3/2")])
def test_a_supremum_with_a_concave_arc_equals_the_one_by_arcs_alone(name, sigma, alpha):
    with precision(40):
        bends, directions = forms(name, sigma, alpha, 5)
        best = max(range(201), key=lambda k: float(directions.at(Fraction(k, 200)).mid()))
        start, tolerance = Fraction(best, 200), arb(10) ** -12
        plain = supremum_over_directions(directions, start, tolerance)
        top = summit(bends, start, tolerance)
        assert top is not None
        quick = supremum_over_directions(directions, start, tolerance, top)
        assert plain.overlaps(quick)
        assert quick.rad() * 2 <= tolerance * quick * arb("1.01")
        assert quick.lower() >= directions.at(start).lower() * (1 - tolerance)


def test_a_summit_away_from_the_greatest_value_does_not_hide_it():
    """The arc around a wrong start is bounded as it is; the rest is searched by arcs."""
    with precision(30):
        _, directions = forms("lemma-1.beta", "tanh", "9/10", 5)
        bends, _ = forms("lemma-1.beta", "tanh", "9/10", 5)
        tolerance = arb(10) ** -8
        right = supremum_over_directions(directions, Fraction(9, 10), tolerance)
        wrong = summit(bends, Fraction(1, 2), tolerance)
        if wrong is not None:
            found = supremum_over_directions(directions, Fraction(1, 2), tolerance, wrong)
            assert found.overlaps(right)
            assert found.upper() >= right.lower()


def test_what_cannot_be_followed_is_said():
    with precision(30), pytest.raises(UnsettledError):
        forms("lemma-1.L", "algebraic", "9/10", 3)[0].at(Fraction(1, 2), Fraction(0), Fraction(1))


def test_directions_are_fractions_of_a_right_angle():
    with precision(30):
        bends, _ = forms("lemma-1.L", "tanh", "9/10", 1)
        assert bends.at(Fraction(1, 3)).here.overlaps(arb.sin(arb.pi() / 6))
        assert math.isclose(float(bends.at(Fraction(1, 3)).slope), math.cos(float(pi / 6)))
