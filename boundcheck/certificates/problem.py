"""What a certificate is about: data, targets, activation and initial weights, checked once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.activations import activation as as_activation
from boundcheck.network import Weights, check_inputs, check_targets

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from boundcheck.activations import Activation

BLOCK_COLUMNS = 1 << 16
"""Doubles of one component of one block of neurons, 512 KiB: what is live at once does not grow with m."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Data X (n, T, d), targets y (n, T), activation and initial weights, as exact doubles.

    Rows jt are flattened with the sample fastest: row t*n + j. N = nT. ||.|| is the rms norm on R^N.
    """

    X: NDArray[np.float64]
    y: NDArray[np.float64]
    activation: Activation
    weights: Weights

    def __post_init__(self) -> None:
        inputs = np.array(check_inputs(self.X, self.weights.d))
        targets = np.array(check_targets(self.y, inputs))
        if not np.all(np.abs(self.weights.c) == 1):
            message = "output signs c must be -1 or +1 (eq. 3); got others"
            raise ValueError(message)
        if self.activation.smoothness < 3:
            message = (
                f"a certificate needs sigma in C^3; got {self.activation.name} of class C^{self.activation.smoothness}"
                " (choose a smoother activation)"
            )
            raise ValueError(message)
        for name, array in (("X", inputs), ("y", targets)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @classmethod
    def of(cls, X: ArrayLike, y: ArrayLike, activation: Activation | str, weights: Weights) -> Problem:
        """Build a problem from arrays and an activation's name or expression."""
        return cls(X=np.asarray(X), y=np.asarray(y), activation=as_activation(activation), weights=weights)

    @property
    def rows(self) -> int:
        """Return N = nT."""
        return self.y.size

    @property
    def m(self) -> int:
        """Return the width."""
        return self.weights.m

    @property
    def pairs(self) -> int:
        """Return m/2."""
        return self.weights.m // 2

    @property
    def parameters(self) -> int:
        """Return 1 + d, the parameters of one neuron."""
        return 1 + self.weights.d

    @property
    def targets(self) -> NDArray[np.float64]:
        """Return y as (N,), sample fastest."""
        return np.ascontiguousarray(self.y.T).reshape(-1)

    @property
    def is_symmetric(self) -> bool:
        """Tell whether the second half of the neurons repeats the first with the opposite sign (Definition 1)."""
        w, u, c, half = self.weights.w, self.weights.u, self.weights.c, self.pairs
        if self.m % 2:
            return False
        same = np.array_equal(w[:half], w[half:]) and np.array_equal(u[:half], u[half:])
        return same and np.array_equal(c[:half], -c[half:])

    def require_pairs(self) -> None:
        """Raise ValueError unless the initialisation is symmetric."""
        if not self.is_symmetric:
            message = (
                "certificate B needs symmetric pairs, (w, u, -c) repeating (w, u, c) (Definition 1); got an "
                "asymmetric initialisation (ask for certificate A, or initialise in pairs)"
            )
            raise ValueError(message)

    def largest_input(self) -> float:
        """Return an upper bound of max ||x_t||."""
        return float(np.sqrt((self.X**2).sum(axis=2).max())) * (1 + 1e-12)

    def range_of(self, radius: float = 0.0) -> float:
        """Bound |z_t| over balls of the radius around every initial neuron, by |h| <= sup|sigma|."""
        w = float(np.abs(self.weights.w).max()) + radius
        drive = (float(np.sqrt((self.weights.u**2).sum(axis=1).max())) + radius) * self.largest_input()
        return (w * _largest_state(self.activation) + drive) * (1 + 1e-9)

    def blocks(self, *, halves: int = 1, entries: int = 1) -> Iterator[slice]:
        """Cut neurons 0..m/2 (or 0..m if halves is 2) into slices of about BLOCK_COLUMNS/entries rows in all."""
        count = self.pairs if halves == 1 else self.m
        size = max(1, math.ceil(BLOCK_COLUMNS / (self.rows * entries)))
        for first in range(0, count, size):
            yield slice(first, min(first + size, count))

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of data and of initial weights (shapes and little-endian doubles)."""
        return {"data": digest(self.X, self.y), "weights": digest(self.weights.w, self.weights.u, self.weights.c)}


@lru_cache(maxsize=32)
def _largest_state(activation: Activation) -> float:
    """Bound sup|sigma| over R; ValueError if sigma is unbounded."""
    return activation.constant(0).enclosure(15).doubles[1]


def digest(*arrays: Any) -> str:
    """Return the SHA-256 of the shapes and bytes of arrays as little-endian doubles."""
    total = hashlib.sha256()
    for array in arrays:
        total.update(str(np.shape(array)).encode())
        total.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return total.hexdigest()


COPIES = 6
"""Matrices of nT x nT, and copies of the data, that are alive at once."""


def check_memory(n: int, T: int, d: int, m: int, *, available: int | None = None) -> None:
    """Refuse sizes whose weights, data and kernel need more memory than there is.

    Args:    available: bytes; None: what the system says.
    """
    from boundcheck.configuration.exact import short
    from boundcheck.network.memory import available_bytes, estimate_memory

    limit = available if available is not None else available_bytes()
    need = 8 * COPIES * ((n * T) ** 2 + n * T * (1 + d))
    need += estimate_memory(n=1, T=1, d=d, m=m) if max(m, d) < 1 << 48 else 8 * m * d
    if limit is not None and need > limit:
        sizes = ", ".join(f"{name} = {short(size)}" for name, size in zip("nTdm", (n, T, d, m), strict=True))
        wanted = f"{need / 2**30:.3g}" if need < 1 << 500 else "10^100 and more"
        message = (
            f"memory must suffice: a certificate at {sizes} needs about {wanted} GiB; got {limit / 2**30:.3g} GiB "
            "(choose smaller ones)"
        )
        raise ValueError(message)
