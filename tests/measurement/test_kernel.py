"""Limit kernels: closed forms, the diagonal linear network, oddness, concentration, minimal norm."""

import numpy as np
import pytest

from boundcheck.activations import Activation
from boundcheck.measurement import Problem, limit_gram, limit_kernel, measure, minimal_norm, prepare
from boundcheck.measurement.kernel import closed_form
from boundcheck.measurement.limit_kernel import _sobol, _weighted_rows, expectation, reduce_inputs
from boundcheck.network import TransportationMap, target
from boundcheck.network.states import weighted_tangents
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


def test_sobol_errors_cover_closed_forms_over_many_scrambles():
    rng = np.random.default_rng(11)
    beyond, cases = 0, 0
    for seed in range(30):
        X = rng.normal(size=(3, 1, 3))
        X /= np.linalg.norm(X, axis=2, keepdims=True)
        kappa, error = limit_kernel(X, "erf", 0.5, points=1 << 9, seed=seed)
        exact = np.array([[closed_form("erf", x[0], y[0]) for y in X] for x in X])
        beyond, cases = beyond + int((np.abs(kappa[0] - exact) > error[0]).sum()), cases + 9
        assert error.max() < 2e-2
    assert (beyond, cases) == (0, 270)


def test_trapezoid_and_sobol_agree_in_the_plane():
    X = RNG.normal(size=(2, 4, 2))
    X /= np.linalg.norm(X, axis=2, keepdims=True)

    def products(w, u, weight):
        rows = _weighted_rows(w, u, weight, X, "tanh")
        return np.einsum("ktn,ktj->tnj", rows, rows)

    exact, error = limit_kernel(X, "tanh", 0.9)
    sampled, spread = _sobol(products, 0.9, 2, 1 << 12, 0)
    assert error.max() < 1e-9
    assert (np.abs(sampled - exact) <= spread).all()
    assert spread.max() < 1e-2


def exact_target(map_, X, alpha):
    """F* for d = 1 by Gauss-Legendre between the jumps of the map."""
    square = 1 - map_.b[0] / map_.M[0, 0]
    jumps = [-np.sqrt(square), np.sqrt(square)] if square > 0 else []
    edges = sorted([-9.0, 0.0, 9.0, *jumps])
    nodes, weights = np.polynomial.legendre.leggauss(200)
    total = np.zeros(X.shape[:2])
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        u = (high - low) / 2 * nodes + (low + high) / 2
        share = weights * (high - low) / 2 * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
        for w in (np.full(200, alpha), np.full(200, -alpha)):
            total += weighted_tangents(w, u[:, None], *map_(w, u[:, None]), share / 2, X, "tanh")
    return total


def test_stated_errors_of_targets_cover_jumps_that_no_scramble_sees():
    rng = np.random.default_rng(7)
    for seed in range(40):
        X = rng.uniform(-1, 1, size=(2, 3, 1))
        map_ = TransportationMap.random(nu_w=0.5, nu_u=1, d=1, rng=rng)
        value, error = target(map_, X, "tanh", 0.5, points=256, seed=seed)
        assert (np.abs(value - exact_target(map_, X, 0.5)) <= error).all()
        assert error.max() < 0.05


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
