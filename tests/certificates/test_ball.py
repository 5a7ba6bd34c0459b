import numpy as np
import pytest

from boundcheck import network
from boundcheck.certificates.ball import suprema
from boundcheck.certificates.centre import centre
from boundcheck.network import Weights
from boundcheck.network.rounding import OUTWARD

SIZE = 6


def bounds(problem, table, radius):
    part = centre(problem, slice(0, SIZE), table, OUTWARD)
    return suprema(problem, slice(0, SIZE), part.norms, np.full(SIZE, radius), table, OUTWARD)


def sampled(problem, radius, orders, tries=40):
    """Largest |D^k h[v..v]| found at random points of the ball, rms over rows: a lower estimate of each supremum."""
    rng, q = np.random.default_rng(5), problem.parameters
    best = np.zeros((len(orders), SIZE, *problem.X.shape[1::-1]))
    for _ in range(tries):
        shift, v = rng.normal(size=(2, SIZE, q))
        shift *= radius / np.linalg.norm(shift, axis=1, keepdims=True)
        v /= np.linalg.norm(v, axis=1, keepdims=True)
        weights = Weights(
            problem.weights.w[:SIZE] + shift[:, 0], problem.weights.u[:SIZE] + shift[:, 1:], np.ones(SIZE)
        )
        values = network.directional_derivatives(weights, problem.X, "tanh", v[:, 0], v[:, 1:], order=4)
        best = np.maximum(best, np.abs(values[list(orders)]))
    return np.sqrt((best**2).mean(axis=(2, 3)))


@pytest.mark.parametrize("radius", [0.0, 0.02, 0.1, 0.3])
def test_suprema_hold_on_sampled_points(problem, table, radius):
    found, orders = bounds(problem, table, radius), (1, 2, 3, 4)
    lower = sampled(problem, radius, orders)
    for row, k in enumerate(orders):
        assert np.all(found[k - 1] >= lower[row])


def test_suprema_grow_with_the_ball_and_start_close(problem, table):
    small, large = bounds(problem, table, 0.0), bounds(problem, table, 0.2)
    assert np.all(small <= large)
    lower = sampled(problem, 0.0, (1, 2), tries=400)
    assert np.all(small[:2] <= 1.6 * lower)


def test_half_of_a_bound_would_be_caught(problem, table):
    assert np.any(bounds(problem, table, 0.0)[0] * 0.5 < sampled(problem, 0.0, (1,), tries=400)[0])


def test_a_table_that_is_too_narrow_is_refused(problem, table):
    with pytest.raises(ValueError, match="the table must cover"):
        bounds(problem, table, 50.0)
