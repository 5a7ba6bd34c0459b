"""The empirical neural tangent kernel K^m(x, x') = (1/m) sum_i <grad h_t(theta_i; x), grad h_t'(theta_i; x')>."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from boundcheck.network.derivatives import plain_jacobian
from boundcheck.network.initialization import Weights, check_inputs
from boundcheck.network.kernels.generation import has_kernels
from boundcheck.network.states import blocks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from boundcheck.activations import Activation

ROWS = 1024
"""Features of a block, about: enough for the matrix product to run at full speed."""


def gram_matrix(weights: Weights, X: ArrayLike, activation: Activation | str) -> NDArray[np.float64]:
    """Return the Gram matrix of shape (nT, nT), symmetric positive semidefinite.

    Row j*T + t-1 belongs to sample j and time t, as in F.reshape(-1). Entry (j,t),(j',t') is the mean over neurons of
    <grad h_t(theta_i; x^j), grad h_t'(theta_i; x^j')>; for t = t' that is K_t^m of Proposition 2. With J F's Jacobian,
    it is J J^T. Memory: two nT x nT matrices and the features of one block of neurons.
    """
    inputs = check_inputs(X, weights.d)
    return _compiled(weights, inputs, activation) if has_kernels(activation) else _plain(weights, inputs, activation)


def _plain(weights: Weights, inputs: NDArray[np.float64], activation: Activation | str) -> NDArray[np.float64]:
    n, T, d = inputs.shape
    total = np.zeros((n * T, n * T))
    for block in blocks(0, weights.m, (1 + d) * n * T):
        part = Weights(weights.w[block], weights.u[block], weights.c[block])
        rows = plain_jacobian(part, inputs, activation).transpose(0, 1, 3, 2).reshape(-1, n * T)
        total += rows.T @ rows
    return total / weights.m


def _compiled(weights: Weights, inputs: NDArray[np.float64], activation: Activation | str) -> NDArray[np.float64]:
    """Add up the products of the blocks' features by dsyrk; a feature's columns are [tile][t][sample], padded."""
    from scipy.linalg.blas import dsyrk

    from boundcheck.network.features import JacobianWriter
    from boundcheck.network.kernels.crew import share
    from boundcheck.network.kernels.layout import aligned_empty
    from boundcheck.network.kernels.symmetry import EDGE, unpack

    n, T, d = inputs.shape
    write = JacobianWriter(weights, inputs, activation)
    layout = write.layout
    columns, tile = layout.outputs, layout.tile
    size = max(4, ROWS // (1 + d) // 4 * 4)
    features = aligned_empty(min(size, -(-weights.m // 4) * 4) * (1 + d), columns)
    strides = ((1 + d) * columns, columns, T * tile, tile)
    total = np.empty((columns, columns), order="F")
    for start in range(0, weights.m, size):
        stop = min(start + size, weights.m)
        quarters = range(start, stop, max(4, size // 8 // 4 * 4))

        def store(part: int, stop: int = stop, quarters: range = quarters) -> None:
            lo, hi = quarters[part], min(stop, quarters[part] + quarters.step)
            place = features[(lo - quarters.start) * (1 + d) :].reshape(-1)
            write(place, lo, hi, layout.tiles * tile, strides)

        share(store, len(quarters))
        rows = features[: (stop - start) * (1 + d)]
        total = dsyrk(1.0, rows.T, beta=float(start > 0), c=total, lower=0, overwrite_c=1)
    gram = np.empty((n * T, n * T))
    parts = -(-n // EDGE)
    share(lambda part: unpack(total.T, gram, 1 / weights.m, n, T, tile, part, parts), parts)
    return gram
