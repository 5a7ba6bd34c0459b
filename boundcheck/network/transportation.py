"""Transportation maps v = (v_w, v_u) and their realisable targets F*_t(x) = E <grad h_t(theta; x), v(theta)> (3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.network.initialization import Weights, check_inputs, recurrent_scale
from boundcheck.network.states import weighted_tangents

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from boundcheck.activations import Activation

REPLICATES = 16
"""Independent scrambles of the Sobol points, from whose spread the error of a target is estimated."""
UNSEEN = 0.4
"""Chance of an event that 16 scrambles all miss with probability 3e-4, as rare as 6 standard errors."""
STANDARD_ERRORS = 6.0
"""Stated error in standard errors of the mean over the replicates."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransportationMap:
    """v_w = nu_w sign<a, u> and v_u = nu_u v/||v|| with v = b + M (u o u - 1): saturated at nu almost everywhere.

    v_w is odd and v_u even in u. For an odd sigma any other parity part contributes exactly 0 to the target, because
    d_w h is odd and d_u h is even in u; for other activations the map is admissible as well.

    nu_w, nu_u: sup-norm bounds, >= 0; a: (d,), b: (d,), M: (d, d), dimensionless.
    """

    nu_w: float
    nu_u: float
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    M: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("nu_w", "nu_u"):
            value = float(getattr(self, name))
            if not (np.isfinite(value) and value >= 0):
                message = f"{name} must be finite and >= 0; got {getattr(self, name)}"
                raise ValueError(message)
            object.__setattr__(self, name, value)
        a, b, M = (np.array(array, dtype=np.float64) for array in (self.a, self.b, self.M))
        d = a.size
        if a.shape != (d,) or b.shape != (d,) or M.shape != (d, d) or not a.any():
            message = f"a map needs a non-zero a (d,), b (d,) and M (d, d); got {a.shape}, {b.shape}, {M.shape}"
            raise ValueError(message)
        for name, array in (("a", a), ("b", b), ("M", M)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @classmethod
    def random(cls, *, nu_w: Any, nu_u: Any, d: int, rng: np.random.Generator) -> TransportationMap:
        """Draw a, b and M with independent standard normal entries (M scaled by 1/sqrt(d))."""
        a, b = rng.normal(size=d), rng.normal(size=d)
        return cls(nu_w=float(nu_w), nu_u=float(nu_u), a=a, b=b, M=rng.normal(size=(d, d)) / np.sqrt(d))

    def __call__(
        self, w: NDArray[np.float64], u: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (v_w of shape (m,), v_u of shape (m, d)) at the neurons w (m,), u (m, d)."""
        v_w = self.nu_w * np.sign(u @ self.a)
        v = self.b + (u * u - 1) @ self.M.T
        length = np.linalg.norm(v, axis=1, keepdims=True)
        return v_w, self.nu_u * v / np.where(length > 0, length, 1.0)


def point_of_attraction(weights: Weights, transport: TransportationMap) -> Weights:
    """Return Theta-bar: theta_i(0) + (c_i / sqrt(m)) v(theta_i(0)) (eq. 20); it lies in Omega_{nu,m}."""
    v_w, v_u = transport(weights.w, weights.u)
    scale = weights.c / np.sqrt(weights.m)
    return Weights(weights.w + scale * v_w, weights.u + scale[:, None] * v_u, weights.c)


def target(
    transport: TransportationMap,
    X: ArrayLike,
    activation: Activation | str,
    alpha: Any,
    *,
    points: int = 1 << 13,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (F*, error), both of shape (n, T): F*_t(x) = E <grad h_t(theta; x), v(theta)> over the initial law.

    The mean over w in {-alpha, alpha} is exact; over u it is a scrambled Sobol rule, turned so that the jump of v_w
    lies on a coordinate plane. The error is 6 standard errors over 16 independent scrambles: statistical, not rigorous.
    For d = 1 the sign of v_u jumps at two points, each of which one of the equal parts of the line holds: that it lies
    on the wrong side of the part's point in all scrambles or in none is not seen in their spread, and is added.

    Args:    X: (n, T, d) with ||x_t|| <= 1; points: of each scramble, a power of 2; seed: of the scrambles.
    """
    inputs = check_inputs(X, len(transport.a), unit_ball=True)
    scale = recurrent_scale(alpha)
    if points < 2 or points & (points - 1):
        message = f"points must be a power of 2, at least 2; got {points}"
        raise ValueError(message)
    rng = np.random.default_rng(seed)
    means = np.stack(
        [
            _mean_slope(transport, _normal_points(transport.a, points, rng), scale, inputs, activation)
            for _ in range(REPLICATES)
        ]
    )
    error = STANDARD_ERRORS * means.std(axis=0, ddof=1) / np.sqrt(REPLICATES)
    if len(transport.a) == 1:
        nodes = _normal_points(transport.a, points, rng)
        error += 2 * UNSEEN / points * _largest_jump(transport, nodes, scale, inputs, activation)
    return means.mean(axis=0), error


def _largest_jump(
    transport: TransportationMap, u: NDArray[np.float64], alpha: float, X: NDArray[np.float64], activation: Any
) -> NDArray[np.float64]:
    """Largest jump of <grad h_t, v> where v_u changes its sign, (n, T), over both signs of w."""
    from boundcheck.network.states import tangent

    w = np.repeat([-alpha, alpha], len(u))
    u = np.concatenate([u, u])
    _, v_u = transport(w, u)
    return 2 * np.abs(tangent(w, u, np.zeros_like(w), v_u, X, activation)).max(axis=0).T


def _mean_slope(
    transport: TransportationMap, u: NDArray[np.float64], alpha: float, X: NDArray[np.float64], activation: Any
) -> NDArray[np.float64]:
    w = np.repeat([-alpha, alpha], len(u))
    u = np.concatenate([u, u])
    return weighted_tangents(w, u, *transport(w, u), np.full(len(w), 1 / len(w)), X, activation)


def _normal_points(axis: NDArray[np.float64], points: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Scrambled Sobol points of N(0, I_d), turned so that their first coordinate runs along `axis`."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    d = len(axis)
    cube = qmc.Sobol(d, scramble=True, rng=rng).random(points)
    gaussian = ndtri(np.clip(cube, 1e-16, 1 - 1e-16))
    frame, _ = np.linalg.qr(np.column_stack([axis, np.eye(d)]))
    return gaussian @ frame[:, :d].T
