"""Linearisation error against width: exponents with their intervals, and bounds that hold."""

import numpy as np
import pytest

from boundcheck.measurement import Problem, measure, prepare
from boundcheck.measurement.bounds import tightest
from boundcheck.measurement.directional import derivatives
from boundcheck.measurement.linearization import _gradient_change, pair_space, random_error, random_neighbour
from boundcheck.measurement.slopes import fit_limiting_slope, fit_slope

SMALL = Problem(T=3, d=2, n=4, m=256, rho_w=1, rho_u=1, nu_w=1, nu_u=1, restarts=24)


@pytest.mark.parametrize(("statement", "expected"), [("prop-4", -0.5), ("prop-4b", -0.5), ("prop-5-symmetric", -1.0)])
def test_exponents(statement, expected):
    (item,) = measure(statement, SMALL)
    slope, random = item.series["slope"], item.series["slope_random"]
    assert slope["exponent"] == pytest.approx(expected, abs=0.03)
    assert slope["lower"] <= expected <= slope["upper"] <= slope["lower"] + 0.1
    assert random["lower"] <= -1.0 <= random["upper"]
    assert (item.series["m"][0], item.series["m"][-1]) == (1 << 6, 1 << 16)
    assert item.series["m_random"] == item.series["m"]
    assert all(p < q for p, q in zip(item.series["random"], item.series["measured"], strict=True))
    assert item.value == item.series["measured"][item.series["m"].index(SMALL.m)]


@pytest.mark.parametrize(("statement", "functional"), [("prop-4", "linearization"), ("prop-4b", "gradient-change")])
def test_random_networks_stay_below_the_bound(statement, functional):
    limit = tightest(SMALL, f"{statement}.bound")
    assert 0 < random_error(SMALL, SMALL.m, functional) < limit


def test_gradient_change_against_differences_of_the_output():
    from boundcheck import network

    ready, rng = prepare(SMALL.replace(m=32), targets=False), np.random.default_rng(0)
    initial = network.symmetric_initialization(32, 2, 0.5, rng)
    moved, bar = random_neighbour(initial, 1.0, 1.0, rng), random_neighbour(initial, 0.5, 0.5, rng)
    step = 1e-6

    def slope(at):
        ends = [
            network.forward(
                network.Weights(at.w + s * (moved.w - bar.w), at.u + s * (moved.u - bar.u), at.c), ready.X, "tanh"
            )
            for s in (step, -step)
        ]
        return (ends[0] - ends[1]) / (2 * step)

    np.testing.assert_allclose(_gradient_change(ready, initial, moved, bar), slope(moved) - slope(initial), atol=1e-8)


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


def test_the_limiting_slope_sees_through_corrections():
    x = [2.0**k for k in range(6, 17, 2)]
    y = [value**-0.5 * (1 + 3 * value**-0.5) for value in x]
    plain, limiting = fit_slope(x, y), fit_limiting_slope(x, y)
    assert not plain.lower <= -0.5 <= plain.upper
    assert limiting.lower <= -0.5 <= limiting.upper
    assert abs(limiting.exponent + 0.5) < 2e-3
    assert fit_limiting_slope(x[:4], y[:4]) is None
