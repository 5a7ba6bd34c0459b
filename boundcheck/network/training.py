"""Empirical risk (eq. 1), its gradient by the adjoint over time, and free and projected gradient descent (eq. 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.network.activation_functions import derivative_functions
from boundcheck.network.initialization import Weights, check_inputs, check_targets
from boundcheck.network.states import blocks, forward, time_major

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from boundcheck.activations import Activation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectory:
    """A run of gradient descent: index s = 0..iterations of each array is the iterate Theta(s).

    risks: (iterations+1,) empirical risk; drift_w: sqrt(m) max_i |w_i(s) - w_i(0)|; drift_u: sqrt(m) max_i
    ||u_i(s) - u_i(0)||; active: (iterations,) share of neurons that the projection moved in each step;
    exit_time: first s with Theta(s) outside the neighbourhood, None if there is none up to the end;
    weights: Theta(iterations); average: the mean of Theta(s) over s < iterations (Corollary 1).
    """

    risks: NDArray[np.float64]
    drift_w: NDArray[np.float64]
    drift_u: NDArray[np.float64]
    active: NDArray[np.float64]
    exit_time: int | None
    weights: Weights
    average: Weights

    @property
    def min_risk(self) -> float:
        """Return min over s < iterations of R(Theta(s)), the quantity that the theorems bound."""
        return float(self.risks[:-1].min())

    @property
    def mean_risk(self) -> float:
        """Return (1/tau) sum over s < iterations of R(Theta(s))."""
        return float(self.risks[:-1].mean())

    def first_exit(self, rho_w: float, rho_u: float) -> int | None:
        """Return the first s with a drift beyond (rho_w, rho_u) by more than rounding (1e-12 relative), or None."""
        return _first_exit(self.drift_w, self.drift_u, (rho_w, rho_u))


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


def project(
    w: NDArray[np.float64], u: NDArray[np.float64], reference: Weights, radii: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Project on Omega_{rho,m}: clip w_i to w_i(0) +- rho_w/sqrt(m), scale u_i - u_i(0) back to rho_u/sqrt(m).

    Returns: (w, u, share of neurons that were moved).
    """
    limit_w, limit_u = (float(radius) / np.sqrt(reference.m) for radius in radii)
    shift_w, shift_u = w - reference.w, u - reference.u
    length = np.linalg.norm(shift_u, axis=1)
    outside_w, outside_u = np.abs(shift_w) > limit_w, length > limit_u
    w = np.where(outside_w, reference.w + np.clip(shift_w, -limit_w, limit_w), w)
    factor = limit_u / np.where(outside_u, length, 1.0)
    u = np.where(outside_u[:, None], reference.u + factor[:, None] * shift_u, u)
    return w, u, float(np.mean(outside_w | outside_u))


def gradient_descent(
    weights: Weights,
    X: ArrayLike,
    y: ArrayLike,
    activation: Activation | str,
    *,
    step_size: float,
    iterations: int,
    radii: tuple[Any, Any] | None = None,
    neighbourhood: tuple[Any, Any] | None = None,
    record: Callable[[int, float, Weights], None] | None = None,
) -> Trajectory:
    """Run Theta(s+1) = Theta(s) - eta grad R(Theta(s)), s < iterations, from Theta(0) = weights.

    Args:    radii: (rho_w, rho_u) to project on Omega_{rho,m} after each step, None for free gradient descent;
             neighbourhood: (rho_w, rho_u) whose exit time is reported, radii by default;
             record: called as record(s, R(Theta(s)), Theta(s)) for s = 0..iterations.
    Raises:  ValueError if step_size <= 0, iterations < 1, a radius is negative, or the risk overflows.
    """
    eta = _check_run(step_size, iterations, radii)
    inputs = check_inputs(X, weights.d)
    targets = check_targets(y, inputs)
    w, u = weights.w.copy(), weights.u.copy()
    sum_w, sum_u = np.zeros_like(w), np.zeros_like(u)
    risks, drift_w, drift_u = (np.zeros(iterations + 1) for _ in range(3))
    active = np.zeros(iterations)
    for s in range(iterations + 1):
        current = Weights(w, u, weights.c)
        risks[s], grad_w, grad_u = loss_and_gradient(current, inputs, targets, activation)
        _check_risk(risks[s], s, eta)
        drift_w[s], drift_u[s] = drift(w, u, weights)
        if record is not None:
            record(s, risks[s], current)
        if s < iterations:
            sum_w += w
            sum_u += u
            w, u = w - eta * grad_w, u - eta * grad_u
            if radii is not None:
                w, u, active[s] = project(w, u, weights, radii)
    return Trajectory(
        risks=risks,
        drift_w=drift_w,
        drift_u=drift_u,
        active=active,
        exit_time=_first_exit(drift_w, drift_u, neighbourhood or radii),
        weights=current,
        average=Weights(sum_w / iterations, sum_u / iterations, weights.c),
    )


def drift(w: NDArray[np.float64], u: NDArray[np.float64], reference: Weights) -> tuple[float, float]:
    """Return (sqrt(m) max_i |w_i - w_i(0)|, sqrt(m) max_i ||u_i - u_i(0)||)."""
    root = np.sqrt(reference.m)
    return float(root * np.abs(w - reference.w).max()), float(root * np.linalg.norm(u - reference.u, axis=1).max())


def _first_exit(
    drift_w: NDArray[np.float64], drift_u: NDArray[np.float64], radii: tuple[Any, Any] | None
) -> int | None:
    if radii is None:
        return None
    limit_w, limit_u = (float(radius) * (1 + 1e-12) + 1e-14 for radius in radii)
    outside = np.flatnonzero((drift_w > limit_w) | (drift_u > limit_u))
    return int(outside[0]) if len(outside) else None


def _check_run(step_size: Any, iterations: int, radii: tuple[Any, Any] | None) -> float:
    eta = float(step_size)
    if not (np.isfinite(eta) and eta > 0):
        message = f"step_size must be finite and > 0; got {step_size} (eq. 5)"
        raise ValueError(message)
    if iterations < 1:
        message = f"iterations must be >= 1; got {iterations}"
        raise ValueError(message)
    if radii is not None and not all(float(radius) >= 0 for radius in radii):
        message = f"radii (rho_w, rho_u) must be >= 0; got {radii}"
        raise ValueError(message)
    return eta


def _check_risk(value: float, s: int, eta: float) -> None:
    if not np.isfinite(value):
        message = f"the risk must stay finite; got {value} at iteration {s} (the step size {eta:g} is too large)"
        raise ValueError(message)
