import numpy as np
import pytest

from boundcheck.network import Weights, check_inputs, check_targets, symmetric_initialization


def test_the_second_half_mirrors_the_first(rng):
    start = symmetric_initialization(10, 3, "0.5", rng)
    np.testing.assert_array_equal(np.abs(start.w), 0.5)
    np.testing.assert_array_equal(start.w[:5], start.w[5:])
    np.testing.assert_array_equal(start.u[:5], start.u[5:])
    np.testing.assert_array_equal(start.c[:5], -start.c[5:])
    assert (start.m, start.d) == (10, 3)


def test_the_documented_order_of_draws():
    """Reference problems fix their initialisation by these three draws in this order."""
    g = np.random.default_rng(7)
    w, u, c = 0.5 * g.choice([-1, 1], 8), g.normal(size=(8, 3)), g.choice([-1, 1], 8)
    start = symmetric_initialization(16, 3, 0.5, np.random.default_rng(7))
    np.testing.assert_array_equal(start.w[:8], w)
    np.testing.assert_array_equal(start.u[:8], u)
    np.testing.assert_array_equal(start.c[:8], c)


@pytest.mark.parametrize("m", [3, 0, -2])
def test_odd_or_nonpositive_width_is_refused(m, rng):
    with pytest.raises(ValueError, match=f"positive even integer; got {m}"):
        symmetric_initialization(m, 1, 0.5, rng)


@pytest.mark.parametrize("alpha", [0, -0.5, float("nan"), float("inf")])
def test_nonpositive_scale_is_refused(alpha, rng):
    with pytest.raises(ValueError, match="alpha must be finite and > 0"):
        symmetric_initialization(4, 1, alpha, rng)


def test_weights_are_copied_read_only_and_checked(rng):
    w = np.ones(4)
    weights = Weights(w, np.ones((4, 2)), np.ones(4))
    w[0] = 5
    assert weights.w[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        weights.w[0] = 2
    with pytest.raises(ValueError, match="shapes"):
        Weights(np.ones(3), np.ones((4, 2)), np.ones(4))
    with pytest.raises(ValueError, match="NaN or infinity in u"):
        Weights(np.ones(2), np.full((2, 1), np.nan), np.ones(2))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((2, 3)), "shape"),
        (np.zeros((2, 0, 1)), "shape"),
        (np.full((1, 1, 1), np.nan), "finite"),
        (np.full((1, 1, 2), 1.0), "got 1.41421"),
        (np.full((1, 1, 1), 1j), "real numbers; got entries of type complex"),
        ([[["a"]]], "real numbers"),
        ([[[1.0], [1.0, 2.0]]], "real numbers"),
    ],
)
def test_bad_inputs_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        check_inputs(X, unit_ball=True)


def test_dimension_and_targets_must_match():
    with pytest.raises(ValueError, match="d = 3"):
        check_inputs(np.zeros((1, 1, 2)), 3)
    with pytest.raises(ValueError, match="got \\(2,\\)"):
        check_targets(np.zeros(2), np.zeros((1, 2, 1)))
    with pytest.raises(ValueError, match="y must be finite"):
        check_targets(np.array([[np.inf]]), np.zeros((1, 1, 1)))
