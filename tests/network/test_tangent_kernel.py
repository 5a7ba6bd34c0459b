"""The empirical kernel against closed forms (Proposition 2): T = 1, and a diagonal linear network at any T."""

import numpy as np
import pytest

from boundcheck.activations import Activation
from boundcheck.network import Weights, gram_matrix, jacobian
from boundcheck.network.tangent_kernel import _plain
from boundcheck.network.transportation import _normal_points
from boundcheck.notation import z

IDENTITY = Activation(name="identity", expression=z)


def closed_form(name, x, y):
    """kappa_1(x, x') of MATHEMATICS section 2."""
    A, B, c = x @ x, y @ y, x @ y
    if name == "erf":
        return c * (4 / np.pi) / np.sqrt((1 + 2 * A) * (1 + 2 * B) - 4 * c * c)
    if name == "sin":
        return c / 2 * (np.exp(-((x - y) @ (x - y)) / 2) + np.exp(-((x + y) @ (x + y)) / 2))
    return c * c / ((1 + A) * (1 + B) - c * c) ** 1.5


@pytest.mark.parametrize("name", ["erf", "sin", "gaussian"])
def test_one_step_kernels_agree_with_their_closed_forms(name, rng):
    X = rng.normal(size=(6, 1, 2)) / 2
    u = _normal_points(np.array([1.0, 0.0]), 1 << 13, rng)
    weights = Weights(np.full(len(u), 0.5), u, np.ones(len(u)))
    K = _plain(weights, X, name)
    by_w = np.einsum("imtj,imtk->jk", *2 * [jacobian(weights, X, name)[:, :1]]) / weights.m
    assert not by_w.any()  # dh_1/dw = 0: h_0 = 0
    expected = [[closed_form(name, x, y) for y in X[:, 0]] for x in X[:, 0]]
    error = np.abs(K - expected).max()
    assert error < 1e-3 * np.abs(expected).max()
    assert np.abs(K - 0.97 * np.array(expected)).max() > 10 * error


def test_the_diagonal_linear_network_has_its_closed_kernel_exactly(rng):
    """Sigma = identity: K_U = sum alpha^(2T-s-r) <x_s, x'_r>, K_W = sum (T-s)(T-r) alpha^(2T-s-r-2) <x_s, x'_r>.

    Both over s + r even, since E w^k = 0 for odd k; h is linear in u, so that the d points sqrt(d) e_k with both signs
    of w integrate exactly what N(0, I_d) does.
    """
    T, d, alpha = 6, 3, 0.8
    X = rng.normal(size=(2, T, d))
    points = np.sqrt(d) * np.eye(d)
    weights = Weights(np.repeat([-alpha, alpha], d), np.vstack([points, points]), np.ones(2 * d))
    J = jacobian(weights, X, IDENTITY)[:, :, -1]
    by_w = J[:, 0, 0] @ J[:, 0, 1] / weights.m
    by_u = np.einsum("ik,ik->", J[:, 1:, 0], J[:, 1:, 1]) / weights.m
    inner = X[0] @ X[1].T
    s, r = np.meshgrid(np.arange(1, T + 1), np.arange(1, T + 1), indexing="ij")
    even = (s + r) % 2 == 0
    assert by_u == pytest.approx(np.sum(even * alpha ** (2.0 * T - s - r) * inner), rel=1e-13)
    factor = np.where(even, (T - s) * (T - r) * alpha ** (2.0 * T - s - r - 2), 0)
    assert by_w == pytest.approx(np.sum(factor * inner), rel=1e-13)
    without_parity = np.sum(alpha ** (2.0 * T - s - r) * inner)
    assert abs(by_u - without_parity) > 1e-3


@pytest.mark.parametrize(("n", "T", "d", "m"), [(1, 1, 1, 1), (5, 3, 1, 7), (9, 4, 2, 301), (70, 2, 3, 6)])
def test_blocks_and_padding_leave_the_gram_matrix_as_it_is(n, T, d, m, rng):
    X, weights = rng.normal(size=(n, T, d)), Weights(rng.normal(size=m), rng.normal(size=(m, d)), np.ones(m))
    K = gram_matrix(weights, X, "tanh")
    rows = jacobian(weights, X, "tanh").transpose(0, 1, 3, 2).reshape(-1, n * T)
    np.testing.assert_allclose(K, rows.T @ rows / m, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(K, K.T)


def test_odd_activations_have_odd_kernels(rng):
    """kappa(-x, x') = -kappa(x, x') for odd sigma: their functions are all odd, hence not dense."""
    x, u = rng.normal(size=(1, 3, 2)), rng.normal(size=(20, 2))
    weights = Weights(np.tile([0.5, -0.5], 20), np.repeat(u, 2, axis=0), np.ones(40))
    both = gram_matrix(weights, np.concatenate([x, -x]), "tanh")
    np.testing.assert_allclose(both[:3, 3:], -both[:3, :3], rtol=1e-12, atol=1e-15)
