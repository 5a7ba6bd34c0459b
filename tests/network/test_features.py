import numpy as np
import pytest

from boundcheck.activations import ACTIVATIONS
from boundcheck.network import Weights
from boundcheck.network.derivatives import plain_jacobian
from boundcheck.network.features import PART_STATES, jacobian_into, part_edges, squared_suprema, tangent_sum
from boundcheck.network.kernels.features import STEPS
from boundcheck.network.kernels.layout import BLOCK

SHAPES = [(1, 1, 1, 1), (8, STEPS, 4, 4), (70, STEPS + 1, 5, 6), (3, 2 * STEPS + 1, 9, 5), (19, STEPS - 1, 8, 7)]
"""(n, T, d, m) around the ends of segments of time, fours of inputs, tiles of samples and blocks of neurons."""


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        *((shape, "tanh") for shape in SHAPES),
        *(pytest.param(SHAPES[2], name, marks=pytest.mark.slow) for name in [*ACTIVATIONS, "z*exp(-z**2) + sin(z)/2"]),
    ],
)
def test_jacobian_suprema_and_tangents_agree_with_arrays(shape, name, rng, make_problem):
    n, T, d, m = shape
    weights, X, _ = make_problem(rng, n=n, T=T, d=d, m=m + m % 2, alpha=1.1)
    weights = Weights(weights.w[:m], weights.u[:m], weights.c[:m])
    expected = plain_jacobian(weights, X, name)
    J = np.full_like(expected, np.nan)
    jacobian_into(J, weights, X, name)
    np.testing.assert_allclose(J, expected, rtol=1e-11, atol=1e-13)
    squares = expected**2
    largest = np.stack([squares[:, 0], squares[:, 1:].sum(axis=1), squares.sum(axis=1)]).max(axis=(1, 3))
    np.testing.assert_allclose(squared_suprema(weights, X, name), largest, rtol=1e-11)
    v = rng.normal(size=(m, 1 + d))
    along = tangent_sum(weights.w, weights.u, v[:, 0], v[:, 1:], weights.c, X, name)
    np.testing.assert_allclose(along, np.einsum("i,iatj,ia->jt", weights.c, expected, v), rtol=1e-10, atol=1e-11)


def test_a_single_large_derivative_is_found_wherever_it_is(rng, make_problem):
    """All inputs are 0 but those of one sample, and all neurons but one ignore them."""
    for sample, neuron in ((0, 0), (9, 6), (8, 5)):
        start, X, _ = make_problem(rng, n=10, T=3, d=2, m=8)
        X[np.arange(10) != sample] = 0.0
        weights = Weights(np.where(np.arange(7) == neuron, start.w[:7], 0.0), start.u[:7], start.c[:7])
        squares = plain_jacobian(weights, X, "tanh") ** 2
        largest = np.stack([squares[:, 0], squares[:, 1:].sum(axis=1), squares.sum(axis=1)]).max(axis=(1, 3))
        np.testing.assert_allclose(squared_suprema(weights, X, "tanh"), largest, rtol=1e-12)


@pytest.mark.parametrize(("m", "states"), [(1, 1), (7, 10**6), (256, 512), (4096, 8192), (3, 1)])
def test_parts_are_whole_blocks_and_none_is_tiny(m, states):
    edges = part_edges(m, states)
    assert edges[0] == 0
    assert edges[-1] == m
    assert len(edges) <= 17
    assert all(lo < hi and lo % BLOCK == 0 for lo, hi in zip(edges, edges[1:], strict=False))
    assert len(edges) == 2 or m * states >= PART_STATES * (len(edges) - 1)
