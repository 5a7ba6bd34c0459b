"""Exact points that anyone can evaluate again: floats as hexadecimal text, JSON-able."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from boundcheck.measurement.search import Point

FAR = 1e7


def encode(array: Any) -> Any:
    """Write floats as hexadecimal text, arrays as nested lists."""
    values = np.asarray(array, dtype=np.float64)
    return float(values).hex() if values.ndim == 0 else [encode(row) for row in values]


def decode(data: Any) -> np.ndarray:
    """Read what `encode` wrote."""
    return np.array(_floats(data), dtype=np.float64)


def fractions(data: Any) -> Any:
    """Read what `encode` wrote as exact fractions."""
    return [fractions(row) for row in data] if isinstance(data, list) else Fraction(float.fromhex(data))


def _floats(data: Any) -> Any:
    return [_floats(row) for row in data] if isinstance(data, list) else float.fromhex(data)


def realise(point: Point, d: int) -> dict[str, np.ndarray]:
    """Turn scalars (w, s_t, xi_t) into a neuron, inputs in the closed unit ball and a direction.

    For d >= 2: u along the first axis, of length so large that the first component s_t/||u|| of x_t is tiny; the second
    component is xi_t. Returns: w (), u (d,), x (T, d), v_w (), v_u (d,).
    """
    s, xi = np.array(point.s), np.array(point.xi)
    u, x, v_u = np.zeros(d), np.zeros((len(s), d)), np.zeros(d)
    if d == 1:
        u[0], x[:, 0], v_u[0] = point.u, xi, point.v_u
    else:
        u[0] = FAR * max(1.0, float(np.abs(s).max()))
        x[:, 0] = s / u[0]
        x[:, 1] = xi * np.sqrt(1.0 - x[:, 0] ** 2)
        v_u[1] = point.v_u
    return {"w": np.array(point.w), "u": u, "x": into_ball(x), "v_w": np.array(point.v_w), "v_u": v_u}


def into_ball(x: np.ndarray) -> np.ndarray:
    """Shrink rows by a few roundings until ||x_t|| <= 1 holds exactly; x: (..., d)."""
    rows = x.reshape(-1, x.shape[-1]).copy()
    for row in rows:
        while sum(Fraction(value) ** 2 for value in row.tolist()) > 1:
            row *= 1.0 - 2.0**-52
    return rows.reshape(x.shape)
