"""Removable singularities: exact values there, Taylor models nearby, quotients elsewhere; poles told from them."""

import math

import mpmath
import pytest
import sympy
from flint import arb
from sympy import Rational, S, cos, exp, log, pi, sin, sqrt, tanh

from boundcheck.enclosure import jets, precision
from boundcheck.enclosure.balls import compile_arb
from boundcheck.enclosure.errors import SingularError
from boundcheck.enclosure.objective import Objective
from boundcheck.enclosure.poles import quotient
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.enclosure.quotients import Regular
from boundcheck.enclosure.regularity import explain
from boundcheck.enclosure.removable import continued, removable, vanishing_order
from boundcheck.notation import z

CASES = [
    ((1 - cos(z)) / z**2, S.Zero, (Rational(1, 2), 0, -Rational(1, 12), 0)),
    ((exp(z) - 1) / z, S.Zero, (1, Rational(1, 2), Rational(1, 3), Rational(1, 4))),
    (log(1 + z) / z, S.Zero, (1, -Rational(1, 2), Rational(2, 3), -Rational(3, 2))),
    (sin(z) / (z - pi), pi, (-1, 0, Rational(1, 3), 0)),
    (sin(z**2 - 2) / (z - sqrt(2)), sqrt(2), (2 * sqrt(2), 1, -16 * sqrt(2) / 3, -24)),
    (tanh(z) / (z * (z - 1)), S.Zero, (-1, -1, -Rational(4, 3), -4)),
]


def _continued(expression, point):
    above, below = sympy.fraction(expression)
    found = removable(expression, above, below, z, point)
    return continued(expression, [found])


@pytest.mark.parametrize(("expression", "point", "values"), CASES, ids=str)
def test_values_at_the_singularity_are_exact(expression, point, values):
    whole = _continued(expression, point)
    for order, value in enumerate(values):
        derivative = sympy.diff(whole, z, order)
        assert sympy.simplify(derivative.subs(z, point) - value) == 0
        ball = compile_arb(derivative, [z])(compile_arb(point)())
        assert ball.contains(compile_arb(sympy.sympify(value))()) or ball.overlaps(compile_arb(sympy.sympify(value))())
        assert ball.rad() < 1e-12


@pytest.mark.parametrize("digits", [15, 60])
@pytest.mark.parametrize(("expression", "point", "values"), CASES, ids=str)
def test_balls_near_and_far_hold_the_function_and_are_narrow(expression, point, values, digits):
    whole = _continued(expression, point)
    for order in range(4):
        derivative = sympy.diff(expression, z, order)
        following = compile_arb(sympy.diff(whole, z, order + 1), [z])
        exact = sympy.lambdify(z, derivative, "mpmath")
        with precision(digits):
            function = compile_arb(sympy.diff(whole, z, order), [z])
            centre = compile_arb(point)().mid()
            for shift in (1e-90, 1e-30, 1e-9, -1e-4, 0.01, -0.2, 0.3, 0.55):
                place = (centre + arb(shift)).mid()
                with mpmath.workdps(1500):
                    value = mpmath.nstr(exact(mpmath.mpf(str(place.str(200, radius=False)).split()[0].strip("[]"))), 80)
                found = function(place)
                assert found.overlaps(arb(value) * arb(1, 1e-75))
                assert found.rad() < 1e-12 * max(1, abs(float(found)))
                for radius in (1e-12, 1e-6, 1e-3, 0.03):
                    wide = function(arb(place, radius))
                    assert wide.contains(found.mid())
                    assert wide.rad() < 40 * radius * (1 + abs(float(following(place))))


@pytest.mark.parametrize("place", [0.0, 1e-7, 0.3])
def test_jets_of_a_derivative_are_the_derivatives(place):
    whole = _continued((exp(z) - 1) / z, S.Zero)
    values = [compile_arb(sympy.diff(whole, z, order), [z])(arb(place)) for order in range(5)]
    for order in range(3):
        program = compile_program([sympy.diff(whole, z, order)], [z])
        jet = Runner(program, jets.JETS).outputs((jets.variable(arb(place), 2),))[0]
        for k, coefficient in enumerate(jet):
            assert coefficient.overlaps(values[order + k] / math.factorial(k))
            assert coefficient.rad() < 1e-12


def test_a_ball_of_every_size_holds_sampled_points():
    function = compile_arb(sympy.diff(_continued((1 - cos(z)) / z**2, S.Zero), z, 2), [z])
    for low in (-0.9, -0.1, -1e-9, 0.0, 1e-5, 0.4):
        for width in (1e-8, 0.01, 0.3, 1.5):
            ball = arb(low).union(arb(low + width))
            inside = [function(arb(low + width * k / 7)) for k in range(8)]
            assert all(function(ball).overlaps(value) for value in inside)
            assert max(float(value) for value in inside) - min(float(value) for value in inside) <= 2 * float(
                function(ball).rad()
            ) * (1 + 1e-9)


def test_two_singularities_of_one_quotient_and_one_within_another():
    expression = sin(pi * z) / (z * (z - 1))
    above, below = sympy.fraction(expression)
    first = removable(expression, above, below, z, S.Zero)
    second = removable(first.replacement, above, below, z, S.One)
    function = compile_arb(continued(expression, [first, second]), [z])
    assert function(arb(0)).overlaps(-arb.pi())
    assert function(arb(1)).overlaps(-arb.pi())
    assert function(arb(-0.01).union(arb(1.01))).is_finite() or function(arb(0.99).union(arb(1.01))).is_finite()
    inner = _continued(sin(z) / z, S.Zero)
    outer = removable((inner - 1) / z**2, inner - 1, z**2, z, S.Zero)
    assert outer is not None
    value = compile_arb(outer.replacement, [z])(arb(0))
    assert value.overlaps(arb(-1) / 6)


def test_what_has_a_pole_is_not_continued():
    assert vanishing_order(1 - cos(z), z, S.Zero) == 2
    assert vanishing_order(sin(z), z, pi) == 1
    assert vanishing_order(cos(z), z, pi) == 0
    assert removable(sin(z) / z**2, sin(z), z**2, z, S.Zero) is None
    assert removable(cos(z) / z, cos(z), z, z, S.Zero) is None
    assert removable(sin(z) / (z - 1), sin(z), z - 1, z, S.One) is None


@pytest.mark.parametrize(
    ("expression", "place", "words"),
    [
        (1 / (z**2 - 2 * z + 1), 1, r"a pole: z\*\*2 - 2\*z \+ 1 vanishes at z = 1"),
        (1 / (z**2 - 2), math.sqrt(2), r"a pole: z\*\*2 - 2 vanishes near z in \[1\.414213562.*\(at sqrt\(2\)\)"),
        (1 / (exp(z) - 2), math.log(2), r"a pole: exp\(z\) - 2 vanishes near z in \[0\.693147180"),
        (exp(-1 / z**2), 0, r"not defined at 0.*z\*\*2 vanishes at z = 0"),
        (z * sin(1 / z), 0, r"sin\(1/z\) is not defined at 0"),
        (1 / (z**2 + Rational(1, 10**60)), 0, "may have a pole"),
    ],
)
def test_poles_are_named_and_only_proved_ones_are_called_so(expression, place, words):
    import re

    ball = arb(place, 1e-13)
    error = SingularError(ball.lower(), ball.upper())
    assert re.search(words, explain(expression, z, error, ()))


def test_poles_that_cancel_are_removable_together():
    found = quotient(1 / z - 1 / sin(z), 1 / z, z, arb(0, 1e-13))
    whole = continued(1 / z - 1 / sin(z), [found])
    assert whole.has(Regular)
    assert compile_arb(sympy.diff(whole, z), [z])(arb(0)).overlaps(arb(-1) / 6)


def test_an_objective_is_finite_across_a_singularity():
    above, below = sin(z), z
    objective = Objective(sin(z) / z, z, removable=[removable(sin(z) / z, above, below, z, S.Zero)])
    jet = objective.jet(arb(-0.25), arb(0.25))
    assert jet[0].contains(1)
    assert jet[1].contains(0)
    assert jet[2].contains(arb(-1) / 6)
    assert jet[0].rad() < 0.05
    assert not Objective(sin(z) / z, z).jet(arb(-0.25), arb(0.25))[0].is_finite()
