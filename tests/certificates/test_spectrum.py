import numpy as np
import pytest
from flint import arb, arb_mat, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.certificates import filters
from boundcheck.certificates.centre import centre
from boundcheck.certificates.spectrum import gram_norms, largest_eigenvalue
from boundcheck.network import gram_matrix
from boundcheck.network.rounding import OUTWARD, PLAIN


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(1, 6), st.integers(0, 10**6), st.integers(-8, 8))
def test_largest_eigenvalue_is_an_upper_bound(size, seed, exponent):
    """Arb: bound - A is positive definite iff the bound exceeds every eigenvalue (Cholesky in balls)."""
    factor = np.random.default_rng(seed).normal(size=(size, max(1, size - 1)))
    A = factor @ factor.T * 10.0**exponent
    bound = float(largest_eigenvalue(A, OUTWARD))
    assert bound <= np.linalg.eigvalsh(A)[-1] * (1 + 1e-6) + 1e-280
    with ctx.workprec(200):
        A = (A + A.T) / 2
        left = arb_mat([[arb(bound if i == j else 0) - arb(float(A[i, j])) for j in range(size)] for i in range(size)])
        for k in range(1, size + 1):
            minor = arb_mat([[left[i, j] for j in range(k)] for i in range(k)])
            assert minor.det() > 0


def test_negative_matrices_are_bounded_by_zero_or_more():
    assert largest_eigenvalue(-np.eye(3), OUTWARD) >= -1
    assert largest_eigenvalue(-np.eye(3), PLAIN) == 0


def test_kernel_agrees_with_the_network(problem, spectrum):
    n, T = problem.y.shape
    gram = gram_matrix(problem.weights, problem.X, "tanh").reshape(n, T, n, T).transpose(1, 0, 3, 2)
    gram = gram.reshape(T * n, T * n)
    np.testing.assert_allclose(spectrum.kernel * problem.rows, gram, atol=1e-12)
    assert spectrum.error < 1e-11
    assert spectrum.largest >= np.linalg.eigvalsh(gram / problem.rows)[-1] * (1 - 1e-14)


def test_gram_norms_bound_operator_norms(problem, table):
    part = centre(problem, slice(0, 4), table, OUTWARD)
    bound = gram_norms(part.hessian, part.errors[1], OUTWARD)
    truth = [np.linalg.norm(part.hessian[:, p], 2) / np.sqrt(problem.rows) for p in range(4)]
    assert np.all(bound >= truth)
    np.testing.assert_allclose(bound, truth, rtol=1e-6)


def test_scalar_filters_bound_the_maxima():
    x = np.linspace(0, 1, 20001)[:, None]
    j, eta = np.arange(40), 3.0
    psi, phi = filters.psi(40, OUTWARD), filters.phi(40, eta, OUTWARD)
    assert np.all(psi >= (x * (1 - x) ** j).max(axis=0))
    assert np.all(phi >= np.sqrt(2 * eta) * (np.sqrt(x) * (1 - x) ** j).max(axis=0))
    np.testing.assert_allclose(psi, (x * (1 - x) ** j).max(axis=0), rtol=1e-4)


def test_pair_filters_bound_the_matrix_powers(problem, table, spectrum):
    steps, eta = 30, 1 / (2 * spectrum.largest) * (1 - 1e-9)
    basis = filters.filter_basis(spectrum, eta, steps, OUTWARD)
    part = centre(problem, slice(0, 4), table, OUTWARD, order=1, norms=False)
    phi, leverage = filters.pair_filters(part.gradient, problem.m, spectrum, basis, OUTWARD)
    Y = np.eye(problem.rows) - 2 * eta * spectrum.kernel
    for p in range(4):
        G = part.gradient[:, p].T
        for place, j in enumerate(basis.grid):
            truth = 2 * eta * np.linalg.norm(G.T @ np.linalg.matrix_power(Y, j), 2) / np.sqrt(problem.rows)
            assert truth <= phi[place, p] <= 1.2 * truth + 1e-6
    assert np.all(np.diff(basis.grid) > 0)
    assert basis.grid[0] == 0


def test_leverage_bounds_the_block_row(problem, table, spectrum):
    steps, eta = 12, 1 / (2 * spectrum.largest) * (1 - 1e-9)
    basis = filters.filter_basis(spectrum, eta, steps, OUTWARD)
    half, q = problem.pairs, problem.parameters
    part = centre(problem, slice(0, half), table, OUTWARD, order=1, norms=False)
    J = 2 / np.sqrt(problem.m) * (problem.weights.c[:half, None, None] * part.gradient.transpose(1, 0, 2))
    J = J.reshape(-1, problem.rows).T
    kept = np.linalg.matrix_power(np.eye(J.shape[1]) - eta / problem.rows * J.T @ J, steps)
    rows = (np.eye(J.shape[1]) - kept).reshape(half, q, -1)
    truth = np.array([np.linalg.norm(block, 2) for block in rows])
    _, leverage = filters.pair_filters(part.gradient, problem.m, spectrum, basis, OUTWARD)
    assert np.all(leverage >= truth)
    assert np.all(leverage <= 1.2 * truth + 1e-6)


@pytest.mark.parametrize("steps", [1, 2, 5, 8, 100])
def test_grids_start_at_zero_and_stay_below_the_steps(steps):
    grid = filters.power_grid(steps)
    assert grid[0] == 0
    assert grid[-1] == max(steps - 1, 0)
