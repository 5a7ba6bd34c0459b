import numpy as np
import pytest
import sympy

from boundcheck.activations import Activation
from boundcheck.network import (
    TransportationMap,
    Weights,
    gradient_descent,
    loss_and_gradient,
    project,
    symmetric_initialization,
    target,
)
from boundcheck.notation import z


@pytest.fixture
def task(rng):
    X = rng.normal(size=(5, 4, 2))
    X /= np.linalg.norm(X, axis=2, keepdims=True) * 1.0000001
    transport = TransportationMap.random(nu_w=0.5, nu_u=1, d=2, rng=rng)
    y, _ = target(transport, X, "tanh", 0.5, points=256)
    return symmetric_initialization(64, 2, 0.5, rng), X, y


def test_one_step_is_the_gradient_step(task):
    start, X, y = task
    run = gradient_descent(start, X, y, "tanh", step_size=0.3, iterations=1)
    _, by_w, by_u = loss_and_gradient(start, X, y, "tanh")
    np.testing.assert_allclose(run.weights.w, start.w - 0.3 * by_w, rtol=1e-15)
    np.testing.assert_allclose(run.weights.u, start.u - 0.3 * by_u, rtol=1e-15)
    np.testing.assert_array_equal(run.average.w, start.w)


def test_free_descent_lowers_the_risk_and_records_drift(task):
    start, X, y = task
    seen = []
    run = gradient_descent(
        start,
        X,
        y,
        "tanh",
        step_size=0.2,
        iterations=40,
        neighbourhood=(0.05, 0.05),
        record=lambda s, value, weights: seen.append((s, value, weights.w.copy())),
    )
    assert (np.diff(run.risks) < 0).all()
    assert run.risks[0] == pytest.approx(np.mean(y**2), rel=1e-14)
    assert [s for s, _, _ in seen] == list(range(41))
    assert run.drift_w[7] == pytest.approx(8 * np.abs(seen[7][2] - start.w).max(), rel=1e-14)
    assert run.min_risk == run.risks[39]
    assert run.mean_risk == pytest.approx(run.risks[:40].mean())
    exits = np.flatnonzero((run.drift_w > 0.05) | (run.drift_u > 0.05))
    assert run.exit_time == exits[0] == run.first_exit(0.05, 0.05)
    assert run.first_exit(1e3, 1e3) is None
    np.testing.assert_allclose(run.average.w, np.mean([w for _, _, w in seen[:40]], axis=0), rtol=1e-13)


def test_projected_descent_stays_in_the_neighbourhood(task):
    start, X, y = task
    run = gradient_descent(start, X, y, "tanh", step_size=0.5, iterations=60, radii=(0.1, 0.2))
    assert run.drift_w.max() <= 0.1 * (1 + 1e-12)
    assert run.drift_u.max() <= 0.2 * (1 + 1e-12)
    assert run.exit_time is None
    assert run.active.max() > 0.5
    assert run.risks[-1] < run.risks[0]


def test_projection_is_the_nearest_point(rng):
    start = symmetric_initialization(4, 2, 0.5, rng)
    w, u, moved = project(start.w + [1, -1, 0.01, 0], start.u + [[3, 4], [0, 0.01], [0, 0], [-6, 8]], start, (0.2, 1))
    np.testing.assert_allclose(w - start.w, [0.1, -0.1, 0.01, 0], atol=1e-15)
    np.testing.assert_allclose(u - start.u, [[0.3, 0.4], [0, 0.01], [0, 0], [-0.3, 0.4]], atol=1e-15)
    assert moved == 0.75
    again = project(w, u, start, (0.2, 1))
    np.testing.assert_allclose(again[0], w, atol=1e-16)
    np.testing.assert_allclose(again[1], u, atol=1e-15)


def test_zero_radii_pin_the_weights(task):
    start, X, y = task
    run = gradient_descent(start, X, y, "tanh", step_size=0.5, iterations=3, radii=(0, 0))
    np.testing.assert_array_equal(run.weights.w, start.w)
    np.testing.assert_array_equal(run.weights.u, start.u)
    assert run.risks[-1] == run.risks[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"step_size": 0}, "step_size must be finite and > 0"),
        ({"step_size": float("nan")}, "step_size must be finite"),
        ({"iterations": 0}, "iterations must be an integer >= 1"),
        ({"iterations": 2.5}, "iterations must be an integer >= 1"),
        ({"radii": (-1, 0)}, "must be >= 0"),
        ({"radii": (float("nan"), 0)}, "must be >= 0"),
    ],
)
def test_bad_runs_are_refused(task, changes, message):
    start, X, y = task
    with pytest.raises(ValueError, match=message):
        gradient_descent(start, X, y, "tanh", **{"step_size": 0.1, "iterations": 2, **changes})


def test_divergence_is_reported_also_without_kernels(task):
    start, X, y = task
    growing = Activation(name="growing", expression=z * sympy.cbrt(1 + z**2))
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="risk must stay finite"):
        gradient_descent(Weights(start.w, start.u, start.c), X, y, growing, step_size=1e60, iterations=9)
