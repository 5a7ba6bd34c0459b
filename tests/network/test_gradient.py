import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.activations import ACTIVATIONS
from boundcheck.network import Weights, forward, loss_and_gradient, risk
from boundcheck.network.gradient import plain_loss_and_gradient
from boundcheck.network.reference import reference_loss_and_gradient


def test_risk_is_the_mean_square():
    assert risk([[1.0, 2.0]], [[0.0, 0.0]]) == 2.5
    with pytest.raises(ValueError, match="same non-empty shape"):
        risk(np.zeros((1, 2)), np.zeros((2, 1)))


@pytest.mark.parametrize("name", [*ACTIVATIONS, "z*exp(-z**2) + sin(z)/2"])
def test_gradient_agrees_with_autograd(name, problem):
    weights, X, y = problem
    found = plain_loss_and_gradient(weights, X, y, name)
    for value, expected in zip(found, reference_loss_and_gradient(weights, X, y, name), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)


@settings(derandomize=True, deadline=None, max_examples=15)
@given(n=st.integers(1, 9), T=st.integers(1, 6), d=st.integers(1, 4), half=st.integers(1, 5), seed=st.integers(0, 99))
def test_compiled_and_array_versions_agree_at_any_size(make_problem, n, T, d, half, seed):
    weights, X, y = make_problem(np.random.default_rng(seed), n=n, T=T, d=d, m=2 * half)
    expected = plain_loss_and_gradient(weights, X, y, "tanh")
    for value, reference in zip(loss_and_gradient(weights, X, y, "tanh"), expected, strict=True):
        np.testing.assert_allclose(value, reference, rtol=1e-11, atol=1e-15)


def test_gradient_agrees_with_finite_differences(problem):
    weights, X, y = problem
    _, by_w, by_u = loss_and_gradient(weights, X, y, "tanh")

    def at(shift_w, shift_u):
        return risk(forward(Weights(weights.w + shift_w, weights.u + shift_u, weights.c), X, "tanh"), y)

    for i in range(weights.m):
        unit = 1e-6 * np.eye(weights.m)[i]
        assert (at(unit, 0) - at(-unit, 0)) / 2e-6 == pytest.approx(by_w[i], abs=1e-9)
        step = np.outer(unit, [0.0, 1.0])
        assert (at(0, step) - at(0, -step)) / 2e-6 == pytest.approx(by_u[i, 1], abs=1e-9)


def test_mismatched_targets_are_refused(problem):
    weights, X, y = problem
    with pytest.raises(ValueError, match="y must have shape"):
        loss_and_gradient(weights, X, y.T, "tanh")
