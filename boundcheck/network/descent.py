"""Free and projected gradient descent (eq. 5), with the drift of the weights recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.network.gradient import risk_and_gradient
from boundcheck.network.initialization import Weights, check_inputs, check_targets

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


def project(
    w: NDArray[np.float64], u: NDArray[np.float64], reference: Weights, radii: tuple[Any, Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Project (w, u) on Omega_{rho,m} around the reference Theta(0).

    Per neuron: clip w_i to w_i(0) +- rho_w/sqrt(m), scale u_i - u_i(0) back to norm rho_u/sqrt(m).

    Args:    radii: (rho_w, rho_u), >= 0.
    Returns: (w, u, share of neurons that were moved).
    """
    w, u = np.array(w, dtype=np.float64), np.array(u, dtype=np.float64)
    share = _project(w, u, reference, radii)
    return w, u, share


def _project(w: NDArray[np.float64], u: NDArray[np.float64], reference: Weights, radii: tuple[Any, Any]) -> float:
    """Project in place; return the share of neurons that were moved."""
    limit_w, limit_u = (float(radius) / np.sqrt(reference.m) for radius in radii)
    shift_w, shift_u = w - reference.w, u - reference.u
    length = np.sqrt(np.einsum("ij,ij->i", shift_u, shift_u))
    outside_w, outside_u = np.abs(shift_w) > limit_w, length > limit_u
    w[outside_w] = reference.w[outside_w] + np.clip(shift_w[outside_w], -limit_w, limit_w)
    u[outside_u] = reference.u[outside_u] + (limit_u / length[outside_u])[:, None] * shift_u[outside_u]
    return float(np.mean(outside_w | outside_u))


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
    derive = risk_and_gradient(inputs, targets, weights.m, activation, repeated=iterations >= 8)
    path = _Path(weights, iterations)
    w, u = weights.w.copy(), weights.u.copy()
    for s in range(iterations + 1):
        risk, grad_w, grad_u = derive(w, u, weights.c)
        _check_risk(risk, s, eta)
        path.note(s, risk, w, u)
        if record is not None:
            record(s, risk, Weights(w, u, weights.c))
        if s < iterations:
            grad_w *= eta  # in place, and gone before the projection: in wide networks little else is as large
            grad_u *= eta
            w -= grad_w
            u -= grad_u
            del grad_w, grad_u
            if radii is not None:
                path.active[s] = _project(w, u, weights, radii)
    del derive, grad_w, grad_u
    return path.finish(w, u, neighbourhood or radii)


class _Path:
    """What a run leaves behind, noted iterate by iterate."""

    def __init__(self, start: Weights, iterations: int) -> None:
        self.start, self.iterations = start, iterations
        self.risks, self.drift_w, self.drift_u = (np.zeros(iterations + 1) for _ in range(3))
        self.active = np.zeros(iterations)
        self.sum_w, self.sum_u = np.zeros_like(start.w), np.zeros_like(start.u)

    def note(self, s: int, risk: float, w: NDArray[np.float64], u: NDArray[np.float64]) -> None:
        self.risks[s] = risk
        self.drift_w[s], self.drift_u[s] = drift(w, u, self.start)
        if s < self.iterations:
            self.sum_w += w
            self.sum_u += u

    def finish(self, w: NDArray[np.float64], u: NDArray[np.float64], radii: tuple[Any, Any] | None) -> Trajectory:
        c = self.start.c
        self.sum_w /= self.iterations
        self.sum_u /= self.iterations
        return Trajectory(
            risks=self.risks,
            drift_w=self.drift_w,
            drift_u=self.drift_u,
            active=self.active,
            exit_time=None if radii is None else _first_exit(self.drift_w, self.drift_u, radii),
            weights=Weights(w, u, c),
            average=Weights(self.sum_w, self.sum_u, c),
        )


def drift(w: NDArray[np.float64], u: NDArray[np.float64], reference: Weights) -> tuple[float, float]:
    """Return (sqrt(m) max_i |w_i - w_i(0)|, sqrt(m) max_i ||u_i - u_i(0)||)."""
    root = np.sqrt(reference.m)
    shift = u - reference.u
    length = np.sqrt(np.einsum("ij,ij->i", shift, shift).max())
    return float(root * np.abs(w - reference.w).max()), float(root * length)


def _first_exit(drift_w: NDArray[np.float64], drift_u: NDArray[np.float64], radii: tuple[Any, Any]) -> int | None:
    limit_w, limit_u = (float(radius) * (1 + 1e-12) + 1e-14 for radius in radii)
    outside = np.flatnonzero((drift_w > limit_w) | (drift_u > limit_u))
    return int(outside[0]) if len(outside) else None


def _check_run(step_size: Any, iterations: int, radii: tuple[Any, Any] | None) -> float:
    eta = float(step_size)
    if not (np.isfinite(eta) and eta > 0):
        message = f"step_size must be finite and > 0; got {step_size} (eq. 5)"
        raise ValueError(message)
    if not isinstance(iterations, int | np.integer) or iterations < 1:
        message = f"iterations must be an integer >= 1; got {iterations}"
        raise ValueError(message)
    if radii is not None and not all(float(radius) >= 0 for radius in radii):
        message = f"radii (rho_w, rho_u) must be >= 0; got {radii}"
        raise ValueError(message)
    return eta


def _check_risk(value: float, s: int, eta: float) -> None:
    if not np.isfinite(value):
        message = f"the risk must stay finite; got {value} at iteration {s} (the step size {eta:g} is too large)"
        raise ValueError(message)
