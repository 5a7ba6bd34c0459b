"""Functions smooth between exact points: continuity decided exactly, suprema against samples and closed forms."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import arb
from sympy import Abs, Max, Min, Rational, exp, sign, tanh

from boundcheck.enclosure.objective import Objective
from boundcheck.enclosure.pieces import PiecewiseObjective, objective_of, pieces
from boundcheck.enclosure.supremum import derivative_supremum
from boundcheck.notation import z

SMOOTHNESS = [
    (Abs(z), 0, 0),
    (Abs(z) ** 3, 2, 0),
    (z * Abs(z), 1, 0),
    (exp(-Abs(z)) * (1 + Abs(z) + z**2 / 2), 2, 0),
    (exp(-Abs(z)) * (1 + Abs(z)), 2, 0),
    (Max(0, 1 - z**2) ** 2, 1, 1),
    (Max(0, 1 - z**2) ** 4, 3, 1),
    (Max(0, 1 - Abs(z - 3)) ** 3, 0, 3),
    (Max(z, 0), 0, 0),
    (Min(1, Max(-1, z)), 0, 1),
    (sign(z) * z**4, 3, 0),
    (sign(z), -1, 0),
    (Abs(z - 1) ** 5 + Abs(z) ** 3, 2, 0),
    (Abs(z**2 + 1), 4, None),
    (Max(tanh(Abs(z)) ** 0, 2), 4, None),
]


@pytest.mark.parametrize(("function", "order", "place"), SMOOTHNESS, ids=str)
def test_smoothness_and_the_place_where_it_ends(function, order, place):
    if not sympy.sympify(function).has(Abs, Max, Min, sign):
        assert pieces(function, z) is None
        return
    found = pieces(function, z)
    assert found.smoothness(z, 4) == (order, place)


@pytest.mark.parametrize("function", [item[0] for item in SMOOTHNESS], ids=str)
def test_pieces_are_the_function(function):
    found = pieces(function, z)
    if found is None:
        return
    ends = [-50, *(float(point) for point in found.points), 50]
    for expression, low, high in zip(found.expressions, ends, ends[1:], strict=False):
        for share in (0.01, 0.3, 0.5, 0.99):
            at = sympy.Rational(str(low + (high - low) * share))
            assert abs(sympy.N((expression - function).subs(z, at), 30)) < 1e-25
        assert not expression.has(Abs, Max, Min, sign)


@pytest.mark.parametrize("function", [Abs(z - Rational(1, 3)) ** 3, Max(tanh(z), exp(-z)), Abs(z**2 - 2) ** 3])
def test_points_that_are_no_binary_fractions_are_left_to_balls(function):
    assert pieces(function, z) is None
    assert isinstance(objective_of(function, z), Objective)


SUPREMA = [
    (exp(-Abs(z)) * (1 + Abs(z) + z**2 / 2), 0, 1),
    (exp(-Abs(z)) * (1 + Abs(z) + z**2 / 2), 1, 2 * sympy.exp(-2)),
    (exp(-Abs(z)) * (1 + Abs(z) + z**2 / 2), 2, (sympy.sqrt(2) - 1) * sympy.exp(sympy.sqrt(2) - 2)),
    (exp(-Abs(z)) * (1 + Abs(z)), 2, 1),
    (Max(0, 1 - z**2) ** 4, 2, 8),
    (tanh(z) + Max(0, z - 3) ** 3 * exp(-z), 0, None),
    (exp(-(Abs(z - 100) ** 3)), 2, None),
]


@pytest.mark.parametrize(("function", "order", "value"), SUPREMA, ids=str)
def test_suprema_by_pieces(function, order, value):
    found = derivative_supremum(function, z, order, 25).value
    assert found.relative_width <= 1e-25
    if value is not None:
        exact = Fraction(str(sympy.N(value, 40)))
        assert found.lower - Fraction(1, 10**38) <= exact <= found.upper + Fraction(1, 10**38)
    split = pieces(function, z)
    ends = [-40, *(float(point) for point in split.points), 140]
    best = 0.0
    for expression, low, high in zip(split.expressions, ends, ends[1:], strict=False):
        plain = sympy.lambdify(z, sympy.diff(expression, z, order), "numpy")
        best = max(best, np.abs(plain(np.linspace(low, high, 200_001)) * np.ones(1)).max())
    assert best <= float(found.upper) * (1 + 1e-12)
    assert float(found.lower) <= best * 1.0001


def test_cells_beside_a_point_see_one_piece():
    objective = objective_of(Abs(z) ** 3, z, Abs(sympy.Symbol("s_2", real=True)), sympy.symbols("s_0:4", real=True))
    assert isinstance(objective, PiecewiseObjective)
    left, right = (objective.jet(*ends) for ends in ((arb(-1), arb(-0.125)), (arb(0.125), arb(1))))
    assert left[1] < 0
    assert right[1] > 0
    soft = exp(-Abs(z)) * (1 + Abs(z))
    assert objective_of(soft, z).jet(arb(0), arb(1))[2].is_finite()
    assert not Objective(soft, z).jet(arb(-1), arb(1))[2].is_finite()
    assert objective.at(arb(0)).contains(0)
    assert math.isclose(float(objective.at(arb(-0.5))), 3.0)
