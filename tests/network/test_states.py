import numpy as np
import pytest

from boundcheck.network import Weights, forward, hidden_states, jacobian, linear_forward, symmetric_initialization


def test_states_follow_the_recurrence(problem):
    weights, X, _ = problem
    H = hidden_states(weights, X, "arctan")
    for i in range(weights.m):
        for j in range(len(X)):
            h = 0.0
            for t in range(X.shape[1]):
                h = np.arctan(weights.w[i] * h + weights.u[i] @ X[j, t])
                assert abs(H[i, t, j] - h) < 1e-15


def test_output_is_the_signed_mean_of_the_states(problem):
    weights, X, _ = problem
    F = np.einsum("i,itj->jt", weights.c, hidden_states(weights, X, "tanh")) / np.sqrt(weights.m)
    np.testing.assert_allclose(forward(weights, X, "tanh"), F, atol=1e-15)


@pytest.mark.parametrize("activation", ["tanh", "gaussian", "relu"])
@pytest.mark.parametrize("m", [2, 6, 600])
def test_the_output_is_exactly_zero_at_a_symmetric_initialisation(activation, m, rng):
    X = rng.normal(size=(7, 5, 3)) / 10
    assert not forward(symmetric_initialization(m, 3, 0.9, rng), X, activation).any()


def test_linear_output_is_the_jacobian_applied_to_the_shift(rng, make_problem):
    weights, X, _ = make_problem(rng, n=3, T=4, d=2, m=6)
    start = Weights(weights.w - 0.3, weights.u + 0.2, weights.c)
    J = jacobian(start, X, "sin")
    shift = np.column_stack([weights.w - start.w, weights.u - start.u])
    expected = np.einsum("i,iatj,ia->jt", start.c, J, shift) / np.sqrt(6)
    np.testing.assert_allclose(linear_forward(weights, start, X, "sin"), expected, atol=1e-14)
    with pytest.raises(ValueError, match="same shape"):
        linear_forward(weights, Weights(np.ones(2), np.ones((2, 2)), np.ones(2)), X, "sin")


def test_linearisation_error_is_of_second_order(problem, rng):
    """Halving the displacement quarters the error: a wrong derivative would only halve it."""
    weights, X, _ = problem
    w, u = rng.normal(size=weights.m), rng.normal(size=weights.u.shape)

    def error(size):
        moved = Weights(weights.w + size * w, weights.u + size * u, weights.c)
        change = forward(moved, X, "tanh") - forward(weights, X, "tanh")
        return np.abs(change - linear_forward(moved, weights, X, "tanh")).max()

    assert error(1e-3) / error(5e-4) == pytest.approx(4, rel=0.02)
