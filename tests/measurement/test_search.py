"""The adversarial search against exact recursions, and against named values."""

import math

import numpy as np
import pytest

from boundcheck.measurement.directional import Lanes, derivatives, value_and_gradient
from boundcheck.measurement.search import Goal, search

D_W = Goal(order=1, phi=0.0)
D_U = Goal(order=1, phi=math.pi / 2)
FAR = np.sinh(np.linspace(4.0, 28.0, 2_001))  # some suprema are approached as z grows
GRID = np.concatenate([-FAR, np.sinh(np.linspace(-4.0, 4.0, 400_001)), FAR])


def coupled(activation: str, alpha_m: float, T: int) -> tuple[float, float]:
    """Exact recursions of tier coupled for D^w and D^u, the suprema over z on a fine grid."""
    with np.errstate(all="ignore"):
        value, slope = (np.nan_to_num(np.abs(part)) for part in derivatives(activation)(GRID, 1))
    sigma1 = float(slope.max())
    s_w, s_u = 0.0, 1.0
    for _ in range(T - 1):
        s_w = float((value + alpha_m * slope * s_w).max())
        s_u = 1.0 + alpha_m * sigma1 * s_u
    return sigma1 * s_w, sigma1 * s_u


def best(goal: Goal, activation: str, alpha_m: float, T: int, d: int = 2, starts: int = 24) -> list[float]:
    found = search(goal, derivatives(activation), alpha_m=alpha_m, T=T, d=d, starts=starts, iterations=24, seed=3)
    return [point.value for point in found]


NAMES = ("tanh", "logistic", "gaussian", "erf", "sin", "arctan", "algebraic")
EVERY = [(name, a / coupled(name, 1.0, 1)[1]) for name in NAMES for a in (0.5, 1.0, 1.5)]


@pytest.mark.parametrize(
    ("activation", "alpha_m"), [("tanh", 1.0), *(pytest.param(*case, marks=pytest.mark.slow) for case in EVERY)]
)
def test_reaches_the_exact_suprema(activation, alpha_m):
    for goal, place in ((D_W, 0), (D_U, 1)):
        values = best(goal, activation, alpha_m, 16)
        for T in (1, 2, 4, 8, 16):
            exact = coupled(activation, alpha_m, T)[place]
            assert values[T - 1] <= exact * (1 + 1e-8)
            assert values[T - 1] >= (1 - (1e-6 if T <= 8 else 1e-3)) * exact


def test_suprema_at_infinity_are_reached():
    """sup |arctan| is approached as z grows: D^w_2 = pi/2."""
    assert best(D_W, "arctan", 0.3, 2)[-1] == pytest.approx(math.pi / 2, rel=1e-9)


def test_named_values_of_tanh():
    assert best(D_W, "tanh", 1.0, 6)[-1] == pytest.approx(1.7765, abs=1e-4)
    assert best(D_U, "tanh", 1.0, 6)[-1] == pytest.approx(6.0, abs=1e-9)
    assert best(Goal(order=1), "tanh", 1.0, 6)[-1] == pytest.approx(6.0, abs=1e-9)
    assert best(Goal(order=2), "tanh", 1.0, 6, starts=96)[-1] >= 38.08


def test_one_dimension_never_exceeds_two():
    for goal in (D_U, Goal(order=2)):
        line, plane = best(goal, "gaussian", 0.8, 3, d=1), best(goal, "gaussian", 0.8, 3, d=2)
        assert all(p <= q * (1 + 1e-9) for p, q in zip(line, plane, strict=True))


def test_same_seed_same_bits():
    assert best(Goal(order=2), "tanh", 0.9, 3) == best(Goal(order=2), "tanh", 0.9, 3)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("of_z", [True, False])
def test_gradient_against_differences(order, tied, of_z):
    rng = np.random.default_rng(order)
    sigma = derivatives("tanh")
    point = {name: rng.normal(size=5) for name in ("w", "v_w", "v_u")}
    point |= {name: rng.normal(size=(4, 5)) for name in ("s", "xi")}
    _, gradient = value_and_gradient(Lanes(**point, tied=tied), sigma, order, of_z=of_z)
    for name, array in point.items():
        step = 1e-6 * rng.normal(size=array.shape)
        ends = [
            value_and_gradient(Lanes(**(point | {name: array + sign * step}), tied=tied), sigma, order, of_z=of_z)[0]
            for sign in (1, -1)
        ]
        slope = (gradient[name] * step).reshape(-1, 5).sum(axis=0)
        np.testing.assert_allclose((ends[0] - ends[1]) / 2, slope, rtol=1e-5, atol=1e-12)
