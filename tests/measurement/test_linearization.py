"""Linearisation error against width: exponents with their intervals, and bounds that hold."""

import numpy as np
import pytest

from boundcheck.measurement import Problem, measure
from boundcheck.measurement.bounds import tightest
from boundcheck.measurement.directional import derivatives
from boundcheck.measurement.linearization import pair_space, random_error, random_neighbour
from boundcheck.measurement.slopes import fit_slope

SMALL = Problem(T=3, d=2, n=4, m=256, rho_w=1, rho_u=1, nu_w=1, nu_u=1, restarts=24)


def test_exponents():
    (linear,) = measure("prop-4", SMALL)
    (paired,) = measure("prop-5-symmetric", SMALL)
    assert linear.series["slope"]["exponent"] == pytest.approx(-0.5, abs=0.03)
    assert paired.series["slope"]["exponent"] == pytest.approx(-1.0, abs=0.03)
    for item in (linear, paired):
        assert item.series["slope"]["lower"] <= item.series["slope"]["exponent"] <= item.series["slope"]["upper"]
        assert max(item.series["random"]) < max(item.series["measured"])
    assert linear.value == linear.series["measured"][linear.series["m"].index(SMALL.m)]


def test_random_networks_stay_below_the_bound():
    limit = tightest(SMALL, "prop-4.bound")
    assert 0 < random_error(SMALL, SMALL.m, "linearization") < limit


def test_random_neighbours_lie_on_the_boundary():
    from boundcheck.network import symmetric_initialization

    initial = symmetric_initialization(64, 3, 0.5, np.random.default_rng(0))
    moved = random_neighbour(initial, 1.0, 2.0, np.random.default_rng(1))
    np.testing.assert_allclose(np.abs(moved.w - initial.w), 1.0 / 8, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(moved.u - initial.u, axis=1), 2.0 / 8, rtol=1e-12)


@pytest.mark.parametrize("functional", ["linearization", "output", "gradient-change", "symmetric"])
@pytest.mark.parametrize("d", [1, 2])
def test_gradients_against_differences(functional, d):
    space = pair_space(SMALL.replace(d=d), functional, 16)
    objective = space.objective(derivatives("tanh"))
    rng = np.random.default_rng(d)
    v = space.start(rng, 4)
    step = 1e-6 * rng.normal(size=v.shape)
    step[0] = 0.0
    _, gradient = objective(v)
    change = (objective(v + step)[0] - objective(v - step)[0]) / 2
    np.testing.assert_allclose(change, (gradient * step).sum(axis=0), rtol=2e-4, atol=1e-11)


def test_slope_of_a_power_law():
    x = [64.0, 256.0, 1024.0, 4096.0]
    slope = fit_slope(x, [3.0 * value**-0.75 for value in x])
    assert slope.exponent == pytest.approx(-0.75)
    assert slope.upper - slope.lower < 1e-9
    assert fit_slope(x[:2], [1.0, 2.0]) is None
