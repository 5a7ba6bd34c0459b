"""Empirical risk (eq. 1) and its gradient by the adjoint over time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from boundcheck.network.activation_functions import derivative_functions
from boundcheck.network.initialization import Weights, check_inputs, check_targets
from boundcheck.network.kernels.generation import has_kernels
from boundcheck.network.states import blocks, forward, time_major

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from boundcheck.activations import Activation


FloatArray = NDArray[np.float64]
RiskAndGradient = Callable[[FloatArray, FloatArray, FloatArray], tuple[float, FloatArray, FloatArray]]
"""A function (w, u, c) -> (R, dR/dw (m,), dR/du (m, d))."""


def risk(F: ArrayLike, y: ArrayLike) -> float:
    """Return the empirical risk (1/(nT)) sum_{j,t} (F_t(x^j) - y_t^j)^2, for F and y of shape (n, T)."""
    output, targets = np.asarray(F, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if output.shape != targets.shape or output.size == 0:
        message = f"F and y must have the same non-empty shape (n, T); got {output.shape} and {targets.shape}"
        raise ValueError(message)
    return float(np.mean((output - targets) ** 2))


def loss_and_gradient(
    weights: Weights, X: ArrayLike, y: ArrayLike, activation: Activation | str
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return (R, dR/dw of shape (m,), dR/du of shape (m, d)).

    Args:    X: (n, T, d); y: (n, T).
    """
    inputs = check_inputs(X, weights.d)
    targets = check_targets(y, inputs)
    return risk_and_gradient(inputs, targets, weights.m, activation)(weights.w, weights.u, weights.c)


def risk_and_gradient(
    X: NDArray[np.float64], y: NDArray[np.float64], m: int, activation: Activation | str, *, repeated: bool = False
) -> RiskAndGradient:
    """Return the function (w, u, c) -> (R, dR/dw, dR/du) of checked data, compiled where the activation allows it.

    Args:    repeated: whether it will be called many times, so that large buffers are worth keeping.
    """
    if has_kernels(activation):
        from boundcheck.network.evaluator import Evaluator

        return Evaluator(X, y, m, activation, repeated=repeated)

    return lambda w, u, c: plain_loss_and_gradient(Weights(w, u, c), X, y, activation)


def plain_loss_and_gradient(
    weights: Weights, inputs: NDArray[np.float64], targets: NDArray[np.float64], activation: Activation | str
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return (R, dR/dw, dR/du) by arrays in blocks of neurons: any activation, nothing compiled."""
    error = forward(weights, inputs, activation) - targets
    scale = 2 / (error.size * np.sqrt(weights.m))
    cotangent = scale * error.T
    grad_w, grad_u = np.empty_like(weights.w), np.empty_like(weights.u)
    for block in blocks(0, weights.m, error.size):
        part = Weights(weights.w[block], weights.u[block], weights.c[block])
        grad_w[block], grad_u[block] = _adjoint(part, time_major(inputs), cotangent, activation)
    return float(np.mean(error**2)), grad_w, grad_u


def _adjoint(
    weights: Weights, inputs: NDArray[np.float64], cotangent: NDArray[np.float64], activation: Activation | str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gradient of sum_{t,j} cotangent[t,j] c_i h_t: lambda_t = sigma'(z_t) (c cotangent_t + w lambda_{t+1})."""
    T, _, n = inputs.shape
    sigma = derivative_functions(activation, 1)
    w, c = weights.w[:, None], weights.c[:, None]
    states, slopes = np.zeros((T + 1, weights.m, n)), np.empty((T, weights.m, n))
    for t, x in enumerate(inputs):
        states[t + 1], slopes[t] = sigma(w * states[t] + weights.u @ x)
    grad_w, grad_u = np.zeros_like(weights.w), np.zeros_like(weights.u)
    adjoint = np.zeros((weights.m, n))
    for t in range(T - 1, -1, -1):
        adjoint = slopes[t] * (c * cotangent[t] + w * adjoint)
        grad_w += np.einsum("ij,ij->i", adjoint, states[t])
        grad_u += adjoint @ inputs[t].T
    return grad_w, grad_u
