import numpy as np
import pytest

from boundcheck.activations import ACTIVATIONS, activation
from boundcheck.network import (
    Weights,
    derivative_suprema,
    directional_derivatives,
    hessian,
    hidden_states,
    jacobian,
    third_derivative,
)
from boundcheck.network.reference import reference_derivatives, reference_directional

SMOOTH = [name for name in ACTIVATIONS if name != "relu"]
USER = "z*exp(-z**2) + sin(z)/2"


@pytest.mark.parametrize("name", [*ACTIVATIONS, USER])
def test_first_derivatives_agree_with_autograd(name, problem):
    weights, X, _ = problem
    sigma = activation(name)
    np.testing.assert_allclose(
        jacobian(weights, X, sigma), reference_derivatives(weights, X, sigma, 1), rtol=1e-12, atol=1e-14
    )


@pytest.mark.parametrize("name", [*SMOOTH, USER])
def test_second_derivatives_agree_with_autograd(name, rng, make_problem):
    weights, X, _ = make_problem(rng, n=2, T=3, d=1, m=2)
    np.testing.assert_allclose(
        hessian(weights, X, name), reference_derivatives(weights, X, name, 2), rtol=1e-12, atol=1e-13
    )


@pytest.mark.parametrize("name", [*SMOOTH, USER])
def test_directional_derivatives_agree_with_autograd_and_the_tensors(name, problem, rng):
    weights, X, _ = problem
    v = rng.normal(size=(weights.m, 3))
    found = directional_derivatives(weights, X, name, v[:, 0], v[:, 1:], 3)
    for order in range(4):
        expected = reference_directional(weights, X, name, v[:, 0], v[:, 1:], order)
        np.testing.assert_allclose(found[order], expected, rtol=1e-11, atol=1e-13)
    contracted = np.einsum("iabctn,ia,ib,ic->itn", third_derivative(weights, X, name), v, v, v)
    np.testing.assert_allclose(found[3], contracted, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", [*ACTIVATIONS, USER])
def test_autograd_agrees_with_central_differences(name, problem, rng):
    """The reference itself: each order of autograd against differences of the one before."""
    weights, X, _ = problem
    v = rng.normal(size=(weights.m, 3))
    step = 1e-6

    def at(size, order):
        moved = Weights(weights.w + size * v[:, 0], weights.u + size * v[:, 1:], weights.c)
        return reference_directional(moved, X, name, v[:, 0], v[:, 1:], order)

    for order in (1, 2, 3) if name in SMOOTH or name == USER else (1,):
        exact, difference = at(0.0, order), (at(step, order - 1) - at(-step, order - 1)) / (2 * step)
        np.testing.assert_allclose(difference, exact, rtol=1e-6, atol=1e-6 * np.abs(exact).max())


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_each_order_is_the_central_difference_of_the_one_before(order, problem, rng):
    """Finite differences against the hand-written recursion, independent of autograd."""
    weights, X, _ = problem
    v = rng.normal(size=(weights.m, 3))
    step = 1e-5

    def at(size):
        moved = Weights(weights.w + size * v[:, 0], weights.u + size * v[:, 1:], weights.c)
        return directional_derivatives(moved, X, "tanh", v[:, 0], v[:, 1:], order)

    difference = (at(step)[order - 1] - at(-step)[order - 1]) / (2 * step)
    exact = at(0.0)[order]
    np.testing.assert_allclose(difference, exact, rtol=1e-6, atol=1e-6 * np.abs(exact).max())


def test_complex_step_gives_the_same_jacobian(problem):
    weights, X, _ = problem
    J = jacobian(weights, X, "tanh")
    for a in range(3):
        w, u = weights.w.astype(complex), weights.u.astype(complex)
        (w if a == 0 else u[:, a - 1])[...] += 1e-30j
        h, states = np.zeros((weights.m, len(X)), dtype=complex), []
        for t in range(X.shape[1]):
            h = np.tanh(w[:, None] * h + u @ X[:, t].T)
            states.append(h.imag / 1e-30)
        np.testing.assert_allclose(J[:, a], np.stack(states, axis=1), rtol=1e-13, atol=1e-15)


def test_the_comparison_catches_a_wrong_derivative(problem):
    """A slope of 0.97 sigma' in the reference must not pass for the true one."""
    weights, X, _ = problem
    wrong = reference_derivatives(Weights(0.97 * weights.w, weights.u, weights.c), X, "tanh", 1)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(jacobian(weights, X, "tanh"), wrong, rtol=1e-3)


def test_suprema_are_those_of_the_jacobian(rng, make_problem):
    weights, X, _ = make_problem(rng, n=11, T=5, d=3, m=9 + 1)
    J = jacobian(weights, X, "tanh")
    by_w, by_u, both = derivative_suprema(weights, X, "tanh")
    np.testing.assert_allclose(by_w, np.abs(J[:, 0]).max(axis=(0, 2)), rtol=1e-12)
    np.testing.assert_allclose(by_u, np.linalg.norm(J[:, 1:], axis=1).max(axis=(0, 2)), rtol=1e-12)
    np.testing.assert_allclose(both, np.linalg.norm(J, axis=1).max(axis=(0, 2)), rtol=1e-12)


def test_a_wrong_out_array_is_refused(problem):
    weights, X, _ = problem
    with pytest.raises(ValueError, match="out must be"):
        jacobian(weights, X, "tanh", out=np.empty(3))
    out = np.empty((6, 3, 4, 3))
    assert jacobian(weights, X, "tanh", out=out) is out
    assert hidden_states(weights, X, "tanh").shape == (6, 4, 3)
