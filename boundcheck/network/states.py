"""Hidden states h_t = sigma(w h_{t-1} + <u, x_t>) (eq. 2), the output F_t (eq. 3) and its linearisation F^Lin_t."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.network.activation_functions import derivative_functions
from boundcheck.network.initialization import Weights, check_inputs
from boundcheck.network.kernels.generation import has_kernels

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from boundcheck.activations import Activation

BLOCK_ELEMENTS = 1 << 17
"""Entries of one (neurons, T, n) block of the array versions: 1 MiB, so that a block stays in the cache."""


LARGE = 1 << 19
"""Entries of a result (neurons x times x samples x derivatives) from which numba is worth importing."""


def hidden_states(weights: Weights, X: ArrayLike, activation: Activation | str) -> NDArray[np.float64]:
    """Return H of shape (m, T, n): h_t(theta_i; x^j) at H[i, t-1, j].

    Args:    X: (n, T, d).
    """
    inputs = time_major(check_inputs(X, weights.d))
    sigma = derivative_functions(activation, 0)
    states = np.empty((weights.m, inputs.shape[0], inputs.shape[2]))
    previous = np.zeros_like(states[:, 0])
    for t, x in enumerate(inputs):
        states[:, t] = sigma(weights.w[:, None] * previous + weights.u @ x)[0]
        previous = states[:, t]
    return states


def forward(weights: Weights, X: ArrayLike, activation: Activation | str) -> NDArray[np.float64]:
    """Return F of shape (n, T): F_t = m^{-1/2} sum_i c_i h_t(theta_i), exactly 0 at a symmetric initialisation."""
    inputs = check_inputs(X, weights.d)
    if weights.m * inputs.shape[0] * inputs.shape[1] >= LARGE and has_kernels(activation):
        from boundcheck.network.evaluator import Evaluator

        return Evaluator(inputs, None, weights.m, activation).output(weights.w, weights.u, weights.c)

    def states(block: slice) -> NDArray[np.float64]:
        return hidden_states(Weights(weights.w[block], weights.u[block], weights.c[block]), inputs, activation)

    return weighted_sum(weights.c, inputs, states) / np.sqrt(weights.m)


def linear_forward(
    weights: Weights, reference: Weights, X: ArrayLike, activation: Activation | str
) -> NDArray[np.float64]:
    """Return F^Lin of shape (n, T): m^{-1/2} sum_i c_i <grad h_t(theta_i(0)), theta_i - theta_i(0)>.

    Args:    reference: Theta(0), the point of linearisation; its signs c are used.
    """
    if weights.u.shape != reference.u.shape:
        message = f"weights and reference must have the same shape; got u {weights.u.shape} and {reference.u.shape}"
        raise ValueError(message)
    inputs = check_inputs(X, weights.d)
    shifts = weights.w - reference.w, weights.u - reference.u
    return weighted_tangents(reference.w, reference.u, *shifts, reference.c, inputs, activation) / np.sqrt(weights.m)


def weighted_tangents(
    w: NDArray[np.float64],
    u: NDArray[np.float64],
    v_w: NDArray[np.float64],
    v_u: NDArray[np.float64],
    c: NDArray[np.float64],
    X: NDArray[np.float64],
    activation: Activation | str,
) -> NDArray[np.float64]:
    """Return sum_i c_i <grad h_t(theta_i; x^j), v_i> of shape (n, T)."""
    if len(w) * X.shape[0] * X.shape[1] >= LARGE and has_kernels(activation):
        from boundcheck.network.features import tangent_sum

        return tangent_sum(w, u, v_w, v_u, c, X, activation)

    def slopes(block: slice) -> NDArray[np.float64]:
        return tangent(w[block], u[block], v_w[block], v_u[block], X, activation)

    return weighted_sum(c, X, slopes)


def tangent(
    w: NDArray[np.float64],
    u: NDArray[np.float64],
    v_w: NDArray[np.float64],
    v_u: NDArray[np.float64],
    X: NDArray[np.float64],
    activation: Activation | str,
) -> NDArray[np.float64]:
    """Return <grad h_t(theta_i; x^j), v_i> of shape (m, T, n), by the recursion of Proposition 1 along v."""
    inputs = time_major(X)
    sigma = derivative_functions(activation, 1)
    slopes = np.empty((len(w), inputs.shape[0], inputs.shape[2]))
    state, slope = np.zeros_like(slopes[:, 0]), np.zeros_like(slopes[:, 0])
    for t, x in enumerate(inputs):
        pre_slope = v_w[:, None] * state + v_u @ x + w[:, None] * slope
        state, first = sigma(w[:, None] * state + u @ x)
        slopes[:, t] = slope = first * pre_slope
    return slopes


def weighted_sum(c: NDArray[np.float64], X: NDArray[np.float64], values: Any) -> NDArray[np.float64]:
    """Return sum_i c_i values_i of shape (n, T), for values(block) of shape (block, T, n).

    The two halves are summed in the same order and added last: at a symmetric initialisation they cancel to exactly 0.
    """
    n, T, _ = X.shape
    half = len(c) - len(c) // 2
    total = np.zeros((T, n))
    for start, stop in ((0, half), (half, len(c))):
        part = np.zeros(T * n)
        for block in blocks(start, stop, T * n):
            part += c[block] @ values(block).reshape(-1, T * n)
        total += part.reshape(T, n)
    return np.ascontiguousarray(total.T)


def blocks(start: int, stop: int, entries: int) -> Iterator[slice]:
    """Cut the neurons start..stop into slices of about BLOCK_ELEMENTS array entries, `entries` per neuron."""
    size = max(1, BLOCK_ELEMENTS // entries)
    for first in range(start, stop, size):
        yield slice(first, min(first + size, stop))


def time_major(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return X (n, T, d) as a contiguous (T, d, n) array: vectorised over samples at each time."""
    return np.ascontiguousarray(X.transpose(1, 2, 0))
