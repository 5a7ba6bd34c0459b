"""Directional derivatives of h_T and z_T along a line in one neuron's parameters, and their gradients.

Along theta + r v, v = (v_w, v_u e) with a unit vector e in R^d, the pre-activation is
z_t(r) = (w + r v_w) h_{t-1}(r) + s_t + r v_u xi_t with s_t = <u, x_t>, xi_t = <e, x_t>. So the k-th derivative needs
scalars alone, and the supremum over unit v of |D^k h[v, ..., v]| is the operator norm of the k-th derivative (a
symmetric multilinear form attains its norm on the diagonal).

Arrays run over B independent points ("lanes") in their last axis, float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundcheck.network.activation_functions import as_activation, derivative_functions

Derivatives = Callable[[np.ndarray, int], "tuple[np.ndarray, ...]"]


def derivatives(activation: Any) -> Derivatives:
    """Return f(z, order) -> (sigma(z), ..., sigma^(order)(z)) for float64 arrays, order <= 4."""
    found = as_activation(activation)
    functions: dict[int, Any] = {}

    def evaluate(z: np.ndarray, order: int) -> tuple[np.ndarray, ...]:
        if order not in functions:
            functions[order] = derivative_functions(found, order)
        return functions[order](z)

    return evaluate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lanes:
    """B points: w, v_w, v_u: (B,); s, xi: (T, B). ``tied``: z_t = w h_{t-1} + s_t; otherwise s_t is z_t itself."""

    w: np.ndarray
    v_w: np.ndarray
    v_u: np.ndarray
    s: np.ndarray
    xi: np.ndarray
    tied: bool = True


def compose(sigma: Any, z: list[Any], order: int) -> list[Any]:
    """Return derivatives 0..order of sigma(z(r)) from those of sigma at z(0) and of z (Faa di Bruno)."""
    h = [sigma[0]]
    if order >= 1:
        h.append(sigma[1] * z[1])
    if order >= 2:
        h.append(sigma[2] * z[1] * z[1] + sigma[1] * z[2])
    if order >= 3:
        h.append(sigma[3] * z[1] * z[1] * z[1] + 3 * sigma[2] * z[1] * z[2] + sigma[1] * z[3])
    return h


def advance(h: list[Any], w: Any, v_w: Any, pull: Any, drive: Any, order: int) -> list[Any]:
    """Return derivatives 0..order of z_t from those of h_{t-1}; ``drive`` is s_t, ``pull`` is v_u xi_t."""
    z = [w * h[0] + drive]
    if order >= 1:
        z.append(w * h[1] + v_w * h[0] + pull)
    for k in range(2, order + 1):
        z.append(w * h[k] + k * v_w * h[k - 1])
    return z


def value_and_gradient(
    lanes: Lanes, sigma: Derivatives, order: int, *, of_z: bool = False
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Evaluate the order-th directional derivative of h_T (or z_T) and its gradient in w, v_w, v_u, s, xi.

    Returns: value (B,), and the gradient with the shapes of the fields. Adjoint recursion; rounding only.
    """
    length = lanes.s.shape[0]
    recurrent = lanes.w if lanes.tied else np.zeros_like(lanes.w)
    h = [np.zeros_like(lanes.w) for _ in range(order + 1)]
    tape = []
    for t in range(length):
        z = advance(h, lanes.w, lanes.v_w, lanes.v_u * lanes.xi[t], lanes.s[t], order)
        if not lanes.tied:
            z[0] = lanes.s[t]
        slopes = sigma(z[0], order + 1)
        tape.append((h, z, slopes))
        h = compose(slopes, z, order)
    value = z[order] if of_z else h[order]
    return value, _adjoint(lanes, tape, recurrent, order, of_z)


def _adjoint(
    lanes: Lanes,
    tape: list[Any],
    recurrent: np.ndarray,
    order: int,
    of_z: bool,
) -> dict[str, np.ndarray]:
    zero = np.zeros_like(lanes.w)
    grad_h = [zero] * order + [zero if of_z else np.ones_like(zero)]
    grad_s, grad_xi = np.empty_like(lanes.s), np.zeros_like(lanes.xi)
    grad_w, grad_v_w, grad_v_u = zero.copy(), zero.copy(), zero.copy()
    for t in range(len(tape) - 1, -1, -1):
        h, z, slopes = tape[t]
        grad_z = _pull_back(grad_h, z, slopes, order)
        if of_z and t == len(tape) - 1:
            grad_z[order] = grad_z[order] + 1.0
        grad_s[t] = grad_z[0]
        if order:
            grad_xi[t] = grad_z[1] * lanes.v_u
            grad_v_u += grad_z[1] * lanes.xi[t]
        if lanes.tied:
            grad_w += grad_z[0] * h[0]
        grad_h = [recurrent * grad_z[0], *(lanes.w * grad_z[k] for k in range(1, order + 1))]
        for k in range(1, order + 1):
            grad_w += grad_z[k] * h[k]
            grad_v_w += k * grad_z[k] * h[k - 1]
            grad_h[k - 1] = grad_h[k - 1] + k * lanes.v_w * grad_z[k]
    return {"w": grad_w, "v_w": grad_v_w, "v_u": grad_v_u, "s": grad_s, "xi": grad_xi}


def _pull_back(grad_h: list[Any], z: list[Any], slopes: Any, order: int) -> list[Any]:
    """Gradient in z_0..z_order from that in h_0..h_order: the transpose of the derivative of `compose`."""
    raised = compose(slopes[1:], z, order)
    grad = [sum(g * value for g, value in zip(grad_h, raised, strict=True))]
    if order >= 1:
        grad.append(grad_h[1] * slopes[1])
    if order >= 2:
        grad[1] = grad[1] + grad_h[2] * 2 * slopes[2] * z[1]
        grad.append(grad_h[2] * slopes[1])
    if order >= 3:
        grad[1] = grad[1] + grad_h[3] * 3 * (slopes[3] * z[1] * z[1] + slopes[2] * z[2])
        grad[2] = grad[2] + grad_h[3] * 3 * slopes[2] * z[1]
        grad.append(grad_h[3] * slopes[1])
    return grad
