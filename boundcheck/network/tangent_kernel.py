"""The empirical neural tangent kernel K^m(x, x') = (1/m) sum_i <grad h_t(theta_i; x), grad h_t'(theta_i; x')>."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from boundcheck.network.derivatives import jacobian
from boundcheck.network.initialization import Weights, check_inputs
from boundcheck.network.states import blocks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from boundcheck.activations import Activation


def gram_matrix(weights: Weights, X: ArrayLike, activation: Activation | str) -> NDArray[np.float64]:
    """Return the Gram matrix of shape (nT, nT), symmetric positive semidefinite.

    Row j*T + t-1 belongs to sample j and time t, as in F.reshape(-1). Entry (j,t),(j',t') is the mean over neurons of
    <grad h_t(theta_i; x^j), grad h_t'(theta_i; x^j')>; for t = t' that is K_t^m of Proposition 2. With J F's Jacobian,
    it is J J^T.
    """
    inputs = check_inputs(X, weights.d)
    n, T, d = inputs.shape
    total = np.zeros((n * T, n * T))
    for block in blocks(0, weights.m, (1 + d) * n * T):
        part = Weights(weights.w[block], weights.u[block], weights.c[block])
        rows = jacobian(part, inputs, activation).transpose(0, 1, 3, 2).reshape(-1, n * T)
        total += rows.T @ rows
    return total / weights.m
