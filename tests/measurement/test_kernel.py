"""Limit kernels: closed forms, the diagonal linear network, oddness, concentration, minimal norm."""

import numpy as np
import pytest

from boundcheck.activations import Activation
from boundcheck.measurement import Problem, limit_gram, limit_kernel, measure, minimal_norm, prepare
from boundcheck.measurement.kernel import closed_form
from boundcheck.measurement.limit_kernel import expectation, reduce_inputs
from boundcheck.notation import z

RNG = np.random.default_rng(5)
BALL = RNG.normal(size=(3, 4, 2))
BALL /= np.linalg.norm(BALL, axis=2, keepdims=True) * RNG.uniform(1.0, 2.0, size=(3, 4, 1))


@pytest.mark.parametrize("name", ["erf", "sin", "gaussian"])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_closed_forms(name, d):
    rows = RNG.normal(size=(2, 1, d))
    X = rows / np.linalg.norm(rows, axis=2, keepdims=True) * np.array([1.0, 0.6])[:, None, None]
    kappa, error = limit_kernel(X, name, 0.5)
    exact = np.array([[closed_form(name, x[0], y[0]) for y in X] for x in X])
    assert np.abs(kappa[0] - exact).max() <= 1e-10
    assert error.max() < 1e-9


def test_a_wrong_closed_form_is_noticed():
    kappa, error = limit_kernel(BALL[:, :1], "erf", 0.5)
    assert abs(kappa[0, 0, 1] - closed_form("sin", BALL[0, 0], BALL[1, 0])) > 100 * error.max()


def test_linear_network():
    """sigma = identity: K = K_U + K_W in closed form, over s + r even."""
    alpha, T = 0.8, 4
    identity = Activation(name="identity", expression=z)  # unbounded: for kernels alone
    kappa, _ = limit_kernel(BALL, identity, alpha)
    x, y = BALL[0], BALL[1]
    expected = 0.0
    for s in range(1, T + 1):
        for r in range(1, T + 1):
            if (s + r) % 2 == 0:
                inner = float(x[s - 1] @ y[r - 1])
                expected += alpha ** (2 * T - s - r) * inner
                if s < T and r < T:
                    expected += (T - s) * (T - r) * alpha ** (2 * T - s - r - 2) * inner
    assert kappa[-1, 0, 1] == pytest.approx(expected, abs=1e-11)


def test_odd_activations_have_odd_kernels():
    X = np.stack([BALL[0], BALL[1], -BALL[0]])
    kappa, _ = limit_kernel(X, "tanh", 0.9, tolerance=1e-8)
    np.testing.assert_allclose(kappa[:, 2, 1], -kappa[:, 0, 1], atol=1e-9)


def test_trapezoid_converges_and_sobol_agrees_within_its_error():
    X = RNG.normal(size=(2, 2, 3))
    X /= np.linalg.norm(X, axis=2, keepdims=True)
    sampled, error = limit_kernel(X, "tanh", 0.7, points=1 << 10, seed=1)
    finer, _ = limit_kernel(X, "tanh", 0.7, points=1 << 13, seed=2)
    assert (np.abs(sampled - finer) <= error).all()
    assert error.max() < 1e-2


def test_long_kernel_to_its_stated_error():
    X = np.ones((1, 6, 1))
    values = [limit_kernel(X, "tanh", 0.9, tolerance=tolerance) for tolerance in (1e-4, 1e-9)]
    (rough, error), (fine, fine_error) = values
    assert np.abs(rough - fine).max() <= error.max()
    assert fine_error.max() <= 1e-9


def test_moments_of_the_initial_law():
    mean, error = expectation(lambda w, u, weight: np.array([weight @ w**2, weight @ u[:, 0] ** 2]), alpha=0.5, d=2)
    np.testing.assert_allclose(mean, [0.25, 1.0], atol=1e-10)
    assert error.max() < 1e-9


def test_reduction_keeps_inner_products():
    flat = np.zeros((2, 3, 7))
    flat[:, :, :2] = RNG.normal(size=(2, 3, 2))
    reduced = reduce_inputs(flat)
    assert reduced.shape == (2, 3, 2)
    np.testing.assert_allclose(np.einsum("itd,jsd->itjs", reduced, reduced), np.einsum("itd,jsd->itjs", flat, flat))


def test_gram_matrix_has_the_kernel_on_its_time_diagonal():
    gram, _ = limit_gram(BALL[:2], "gaussian", 0.5, tolerance=1e-9, points=1 << 12)
    kappa, _ = limit_kernel(BALL[:2], "gaussian", 0.5, tolerance=1e-9)
    np.testing.assert_allclose(gram.reshape(2, 4, 2, 4)[0, 3, 1, 3], kappa[3, 0, 1], atol=1e-9)


def test_recursion_and_concentration():
    problem = Problem(T=4, d=2, n=3, m=512, runs=40)
    (recursion,) = measure("prop-1", problem)
    assert recursion.value < 1e-14
    found = measure("prop-2a", problem)
    size, share = found
    assert size.kind == "exact-run"
    assert 0 < size.value < 0.2
    assert share.value == 0.0
    assert share.uncertainty[1] < float(problem.delta)


def test_minimal_norm_interpolates():
    problem = prepare(Problem(T=2, d=2, n=3, nu_w=0, nu_u=1))
    found = minimal_norm(problem, penalty=1e-6, sampled=256)
    assert found.residual < 1e-2
    assert found.norm <= 1.01 * problem.norm_nu
    with pytest.raises(ValueError, match="needs data"):
        minimal_norm(Problem())
