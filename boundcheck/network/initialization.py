"""One neuron per entry: the weights, and the symmetric random initialisation (Definition 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The parameters Theta of the network, copied and read-only.

    w: (m,) recurrent weights; u: (m, d) input weights; c: (m,) fixed output signs. float64, dimensionless.
    """

    w: NDArray[np.float64]
    u: NDArray[np.float64]
    c: NDArray[np.float64]

    def __post_init__(self) -> None:
        w, u, c = (np.array(array, dtype=np.float64, order="C") for array in (self.w, self.u, self.c))
        if w.ndim != 1 or u.ndim != 2 or c.ndim != 1 or not len(w) == len(u) == len(c) > 0 or u.shape[1] == 0:
            message = f"weights must have shapes w (m,), u (m, d), c (m,); got {w.shape}, {u.shape}, {c.shape}"
            raise ValueError(message)
        for name, array in (("w", w), ("u", u), ("c", c)):
            if not np.isfinite(array).all():
                message = f"weights must be finite; got NaN or infinity in {name}"
                raise ValueError(message)
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def m(self) -> int:
        """Return the width: the number of neurons."""
        return len(self.w)

    @property
    def d(self) -> int:
        """Return the input dimension."""
        return self.u.shape[1]


def symmetric_initialization(m: int, d: int, alpha: Any, rng: np.random.Generator) -> Weights:
    """Draw w_i ~ Unif{-alpha, alpha}, u_i ~ N(0, I_d), c_i ~ Unif{-1, 1} for i <= m/2; the second half is (w, u, -c).

    Definition 1. Hence F_t(.; Theta(0)) = 0 exactly.

    Args:    m: width, even, >= 2; d: input dimension, >= 1; alpha: recurrent scale, > 0; rng: source of randomness.
    Raises:  ValueError if m is not positive and even, d < 1 or alpha is not finite and > 0.
    """
    if m < 2 or m % 2:
        message = f"m must be a positive even integer; got {m} (Definition 1)"
        raise ValueError(message)
    if d < 1:
        message = f"d must be >= 1; got {d} (Definition 1)"
        raise ValueError(message)
    scale = recurrent_scale(alpha)
    half = m // 2
    w = scale * rng.choice([-1.0, 1.0], half)
    u = rng.normal(size=(half, d))
    c = rng.choice([-1.0, 1.0], half)
    return Weights(np.concatenate([w, w]), np.concatenate([u, u]), np.concatenate([c, -c]))


def recurrent_scale(alpha: Any) -> float:
    """Return alpha as a double.

    Raises:  ValueError unless alpha is finite and > 0.
    """
    scale = float(alpha)
    if not (np.isfinite(scale) and scale > 0):
        message = f"alpha must be finite and > 0; got {alpha} (Definition 1)"
        raise ValueError(message)
    return scale


def real(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return values as a float64 array; ValueError for what is no array of real numbers."""
    try:
        found = np.asarray(values)
        if found.dtype.kind in "biufO":
            return found.astype(np.float64, copy=False)
        got = f"entries of type {found.dtype}"
    except (ValueError, TypeError) as error:
        got = str(error).splitlines()[0]
    message = f"{name} must be an array of real numbers; got {got}"
    raise ValueError(message)


def check_inputs(X: ArrayLike, d: int | None = None, *, unit_ball: bool = False) -> NDArray[np.float64]:
    """Return X as a float64 array of shape (n, T, d).

    Args:    d: the input dimension that X must have; unit_ball: require ||x_t||_2 <= 1 (up to 1e-12).
    Raises:  ValueError for a wrong shape, NaN or infinity, or an input outside the unit ball.
    """
    inputs = real(X, "X")
    if inputs.ndim != 3 or 0 in inputs.shape:
        message = f"X must have shape (n, T, d), none of them 0; got {inputs.shape}"
        raise ValueError(message)
    if d is not None and inputs.shape[2] != d:
        message = f"X must have input dimension d = {d}, as u has; got {inputs.shape[2]}"
        raise ValueError(message)
    if not np.isfinite(inputs).all():
        message = "X must be finite; got NaN or infinity"
        raise ValueError(message)
    if unit_ball and (largest := float(np.sqrt((inputs**2).sum(axis=2).max()))) > 1 + 1e-12:
        message = f"inputs must satisfy ||x_t||_2 <= 1; got {largest:.6g} (divide X by it)"
        raise ValueError(message)
    return inputs


def check_targets(y: ArrayLike, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return y as a float64 array of shape (n, T), one target for each sample and time of X."""
    targets = real(y, "y")
    if targets.shape != X.shape[:2]:
        message = f"y must have shape (n, T) = {X.shape[:2]}, as X has; got {targets.shape}"
        raise ValueError(message)
    if not np.isfinite(targets).all():
        message = "y must be finite; got NaN or infinity"
        raise ValueError(message)
    return targets
