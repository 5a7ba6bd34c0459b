"""Derivatives of every h_t with respect to its own neuron, forward over time (Proposition 1 and its successors).

With D the derivative in theta = (w, u) and e_w the unit vector of w:
  D z_t   = h_{t-1} e_w + x_t + w D h_{t-1}
  D2 z_t  = e_w (x) D h_{t-1} + D h_{t-1} (x) e_w + w D2 h_{t-1}          (D3 z_t alike, three terms)
  D h_t   = sigma' D z_t,   D2 h_t = sigma'' (D z_t)(D z_t) + sigma' D2 z_t,   D3 h_t by Faa di Bruno.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from boundcheck.network.activation_functions import derivative_functions
from boundcheck.network.initialization import Weights, check_inputs
from boundcheck.network.kernels.generation import has_kernels
from boundcheck.network.states import LARGE, blocks, time_major

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from boundcheck.activations import Activation


def jacobian(
    weights: Weights, X: ArrayLike, activation: Activation | str, out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the first derivatives of every h_t: shape (m, 1+d, T, n), axis 1 being (w, u_1, ..., u_d).

    Args:    out: a contiguous array of that shape to write to; memory used again saves most of the time.
    """
    inputs = check_inputs(X, weights.d)
    n, T, d = inputs.shape
    shape = (weights.m, 1 + d, T, n)
    result_size = weights.m * (1 + d) * T * n
    if out is not None and (out.shape != shape or not out.flags.c_contiguous or out.dtype != np.float64):
        message = f"out must be a contiguous float64 array of shape {shape}; got {out.dtype} {out.shape}"
        raise ValueError(message)
    if not (result_size >= LARGE and has_kernels(activation)):
        result = plain_jacobian(weights, inputs, activation)
        if out is None:
            return result
        out[...] = result
        return out
    from boundcheck.network.features import jacobian_into
    from boundcheck.network.kernels.layout import aligned_empty

    result = aligned_empty(*shape) if out is None else out
    jacobian_into(result, weights, inputs, activation)
    return result


def plain_jacobian(weights: Weights, X: ArrayLike, activation: Activation | str) -> NDArray[np.float64]:
    """Return what `jacobian` does, by arrays: any activation, nothing compiled."""
    return _tensors(weights, X, activation, 1)[0]


def derivative_suprema(
    weights: Weights, X: ArrayLike, activation: Activation | str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest |dh_t/dw|, ||dh_t/du|| and ||grad h_t|| over neurons and samples, each of shape (T,).

    Nothing of size n T m is stored. These are lower estimates of D^w_t, D^u_t and L_t where |w| <= alpha_m.
    """
    inputs = check_inputs(X, weights.d)
    if has_kernels(activation):
        from boundcheck.network.features import squared_suprema

        squares = squared_suprema(weights, inputs, activation)
    else:
        squares = np.zeros((3, inputs.shape[1]))
        for block in blocks(0, weights.m, (1 + weights.d) * inputs.shape[0] * inputs.shape[1]):
            part = Weights(weights.w[block], weights.u[block], weights.c[block])
            by_w, *by_u = (plain_jacobian(part, inputs, activation) ** 2).transpose(1, 2, 0, 3)
            found = np.stack([by_w, np.sum(by_u, axis=0), by_w + np.sum(by_u, axis=0)])
            squares = np.maximum(squares, found.max(axis=(2, 3)))
    by_w, by_u, both = np.sqrt(squares)
    return by_w, by_u, both


def hessian(weights: Weights, X: ArrayLike, activation: Activation | str) -> NDArray[np.float64]:
    """Return the second derivatives of every h_t: shape (m, 1+d, 1+d, T, n), symmetric in axes 1 and 2."""
    return _tensors(weights, X, activation, 2)[1]


def third_derivative(weights: Weights, X: ArrayLike, activation: Activation | str) -> NDArray[np.float64]:
    """Return the third derivatives of every h_t: shape (m, 1+d, 1+d, 1+d, T, n), symmetric in axes 1 to 3."""
    return _tensors(weights, X, activation, 3)[2]


def directional_derivatives(
    weights: Weights, X: ArrayLike, activation: Activation | str, v_w: ArrayLike, v_u: ArrayLike, order: int = 3
) -> NDArray[np.float64]:
    """Return d^k/ds^k h_t(theta_i + s v_i) at s = 0 for k = 0..order: shape (order+1, m, T, n).

    The k-th is the k-th derivative tensor of h_t applied k times to v_i; its largest value over unit v is the norm of
    that symmetric tensor.

    Args:    v_w: (m,); v_u: (m, d); order: 0 to 4.
    """
    inputs = time_major(check_inputs(X, weights.d))
    sigma = derivative_functions(activation, order)
    w, along_w = weights.w[:, None], np.broadcast_to(np.asarray(v_w, dtype=np.float64), (weights.m,))[:, None]
    along_u = np.broadcast_to(np.asarray(v_u, dtype=np.float64), weights.u.shape)
    result = np.empty((order + 1, weights.m, inputs.shape[0], inputs.shape[2]))
    h = np.zeros((order + 1, *result.shape[1::2]))
    for t, x in enumerate(inputs):
        z = w * h
        z[0] += weights.u @ x
        if order:
            z[1:] += np.arange(1, order + 1)[:, None, None] * along_w * h[:-1]
            z[1] += along_u @ x
        result[:, :, t] = h = _chain(sigma(z[0]), z)
    return result


def _chain(s: tuple[NDArray[np.float64], ...], z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Differentiate sigma(z(s)) along a line, by Faa di Bruno's formula up to order 4."""
    h = np.empty_like(z)
    h[0] = s[0]
    if len(z) > 1:
        h[1] = s[1] * z[1]
    if len(z) > 2:
        h[2] = s[2] * z[1] ** 2 + s[1] * z[2]
    if len(z) > 3:
        h[3] = s[3] * z[1] ** 3 + 3 * s[2] * z[1] * z[2] + s[1] * z[3]
    if len(z) > 4:
        h[4] = s[4] * z[1] ** 4 + 6 * s[3] * z[1] ** 2 * z[2] + s[2] * (3 * z[2] ** 2 + 4 * z[1] * z[3]) + s[1] * z[4]
    return h


def _tensors(weights: Weights, X: ArrayLike, activation: Activation | str, order: int) -> list[NDArray[np.float64]]:
    inputs = time_major(check_inputs(X, weights.d))
    sigma = derivative_functions(activation, order)
    T, d, n = inputs.shape
    w = weights.w[:, None]
    state = np.zeros((weights.m, n))
    D = [np.zeros((weights.m, *(1 + d,) * k, n)) for k in range(1, order + 1)]
    result = [np.empty((weights.m, *(1 + d,) * k, T, n)) for k in range(1, order + 1)]
    for t, x in enumerate(inputs):
        z = [w.reshape(-1, *(1,) * (k + 1)) * D[k - 1] for k in range(1, order + 1)]
        z[0][:, 0] += state
        z[0][:, 1:] += x
        _add_w_terms(z, D)
        state, *s = sigma(w * state + weights.u @ x)
        D = _compose(s, z)
        for k in range(order):
            result[k][..., t, :] = D[k]
    return result


def _add_w_terms(z: list[NDArray[np.float64]], D: list[NDArray[np.float64]]) -> None:
    """Add the terms in e_w: wherever one index is w, the derivative of w h_{t-1} in w leaves one order less."""
    if len(z) > 1:
        z[1][:, 0, :] += D[0]
        z[1][:, :, 0] += D[0]
    if len(z) > 2:
        z[2][:, 0, :, :] += D[1]
        z[2][:, :, 0, :] += D[1]
        z[2][:, :, :, 0] += D[1]


def _compose(s: list[NDArray[np.float64]], z: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    D = [s[0][:, None] * z[0]]
    if len(z) > 1:
        outer = z[0][:, :, None] * z[0][:, None, :]
        D.append(s[1][:, None, None] * outer + s[0][:, None, None] * z[1])
    if len(z) > 2:
        first, second = z[0], z[1]
        mixed = first[:, :, None, None] * second[:, None] + first[:, None, :, None] * second[:, :, None]
        mixed += first[:, None, None, :] * second[:, :, :, None]
        cube = outer[:, :, :, None] * first[:, None, None]
        s1, s2, s3 = (value[:, None, None, None] for value in s)
        D.append(s3 * cube + s2 * mixed + s1 * z[2])
    return D
