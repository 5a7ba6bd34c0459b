"""Making samples: given arrays as they are, or windows of a scaled series with one-step-ahead targets."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boundcheck.series.files import refuse_infinite

if TYPE_CHECKING:
    import numpy as np

ROUNDING = 1e-12  # norms above 1 by no more than this are rounding of unit vectors


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Samples with everything that was done to make them.

    X: (n, T, d) float64, ||x_t||_2 <= norm_bound; y: (n, T) float64. Shifts are 0: only scales are applied, so that
    x = raw / input_scales[column] and y = raw / target_scale. starts are the first rows of the windows kept.
    """

    X: np.ndarray
    y: np.ndarray
    path: str
    sha256: str
    rows: int
    columns: tuple[str, ...]
    target: str
    input_scales: tuple[float, ...]
    target_scale: float
    windows: int
    starts: tuple[int, ...]
    norm_bound: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Samples n, length T, input dimension d."""
        return self.X.shape

    def as_dict(self) -> dict[str, Any]:
        """Return the record that a report prints; no arrays."""
        samples, length, inputs = self.shape
        return {
            "path": self.path, "sha256": self.sha256, "rows": self.rows, "columns": list(self.columns),
            "target": self.target, "input_shifts": [0.0] * len(self.columns), "input_scales": list(self.input_scales),
            "target_shift": 0.0, "target_scale": self.target_scale, "windows_available": self.windows,
            "windows": samples, "starts": list(self.starts), "n": samples, "T": length, "d": inputs,
            "norm_bound": self.norm_bound,
        }  # fmt: skip


def samples(path: Path, content: bytes, arrays: dict[str, Any], max_windows: int | None) -> Series:
    """Take X (n, T, d) and y (n, T) as they are: nothing is scaled, so ||x_t||_2 <= 1 must hold."""
    import numpy as np

    X = arrays["X"].astype(np.float64)
    if X.ndim != 3 or 0 in X.shape:
        message = f"X must have shape (n, T, d), none of them 0; got {X.shape} in {path}"
        raise ValueError(message)
    if "y" not in arrays or arrays["y"].shape != X.shape[:2]:
        got = f"y of shape {arrays['y'].shape}" if "y" in arrays else f"only {', '.join(arrays)}"
        message = f"an NPZ with X must hold y of shape (n, T) = {X.shape[:2]}; got {got} in {path}"
        raise ValueError(message)
    y = arrays["y"].astype(np.float64)
    refuse_infinite(path, "X", X)
    refuse_infinite(path, "y", y)
    norms = np.linalg.norm(X, axis=2)
    j, t = np.unravel_index(int(norms.argmax()), norms.shape)
    if norms[j, t] > 1 + ROUNDING:
        message = f"||x_t||_2 must be <= 1; got {norms[j, t]:.6g} at sample {j}, t = {t + 1} of {path} (divide X by it)"
        raise ValueError(message)
    kept = _spread(len(X), max_windows)
    inputs = tuple(f"X[{i}]" for i in range(X.shape[2]))
    return _series(
        X[kept], y[kept], path, content, rows=len(X), columns=inputs, target="y", input_scales=(1.0,) * len(inputs),
        target_scale=1.0, windows=len(X), starts=tuple(kept), norm_bound=_norm_bound(X.reshape(-1, X.shape[2])),
    )  # fmt: skip


def windows(
    path: Path, content: bytes, values: Any, columns: tuple[str, ...], T: int, max_windows: int | None
) -> Series:
    """Cut a series (rows, columns) into overlapping windows with one-step-ahead targets of its last column."""
    import numpy as np

    if len(values) < T + 1:
        message = f"data must have at least T + 1 = {T + 1} rows; got {len(values)} in {path} (choose a smaller T)"
        raise ValueError(message)
    largest = np.abs(values).max(axis=0)
    for name, size in zip(columns, largest, strict=True):
        if size == 0:
            message = f"a series must not be 0 everywhere; got column {name!r} of {path}"
            raise ValueError(message)
    scaled = values / largest
    length = _norm_scale(scaled)
    inputs, targets = scaled / length, scaled[:, -1]
    total = len(values) - T
    kept = _spread(total, max_windows)
    X = np.stack([inputs[s : s + T] for s in kept])
    y = np.stack([targets[s + 1 : s + T + 1] for s in kept])
    return _series(
        X, y, path, content, rows=len(values), columns=columns, target=columns[-1],
        input_scales=tuple(float(size * length) for size in largest), target_scale=float(largest[-1]),
        windows=total, starts=tuple(kept), norm_bound=1.0,
    )  # fmt: skip


def _norm_scale(rows: Any) -> float:
    """Return a number >= 1 by which to divide so that every row has exact Euclidean norm <= 1."""
    import numpy as np

    scale = max(1.0, float(np.linalg.norm(rows, axis=1).max()))
    while _norm_bound(rows / scale) > 1:
        scale *= 1 + 2.0**-52
    return scale


def _norm_bound(rows: Any) -> float:
    """Return the least double >= 1 that is >= the exact Euclidean norm of every row."""
    import numpy as np

    near = rows[np.linalg.norm(rows, axis=1) > 1 - 1e-9]
    square = max((sum(Fraction(float(x)) ** 2 for x in row) for row in np.unique(near, axis=0)), default=Fraction(0))
    bound = max(1.0, math.sqrt(square) * (1 - 1e-15))
    while Fraction(bound) ** 2 < square:
        bound = math.nextafter(bound, math.inf)
    return bound


def _spread(total: int, most: int | None) -> list[int]:
    """Return at most `most` indices out of range(total), evenly spread, the first and the last among them."""
    if most is None or total <= most:
        return list(range(total))
    return [i * (total - 1) // max(most - 1, 1) for i in range(most)]


def _series(X: Any, y: Any, path: Path, content: bytes, **record: Any) -> Series:
    import numpy as np

    X, y = np.ascontiguousarray(X), np.ascontiguousarray(y)
    X.setflags(write=False)
    y.setflags(write=False)
    return Series(X=X, y=y, path=str(path), sha256=hashlib.sha256(content).hexdigest(), **record)
