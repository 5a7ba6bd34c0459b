"""Exponents fitted on log axes, with a confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CORRECTIONS = 2
"""Powers x^(-1/2), x^-1 that a width needs before its exponent shows: alpha_m = alpha + rho_w/sqrt(m)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Fitted exponent with its 95 % Student interval; the interval is of the fit, and widens with curvature."""

    exponent: float
    lower: float
    upper: float


def fit_slope(x: Sequence[float], y: Sequence[float]) -> Slope | None:
    """Fit log y = a + b log x by least squares; None with fewer than three positive points."""
    points = _positive(x, y)
    return None if len(points) < 3 else _slope(*_fit(points, 0))


def fit_limiting_slope(x: Sequence[float], y: Sequence[float]) -> Slope | None:
    """Fit log y = a + b log x + c x^(-1/2) + d x^-1: the exponent for large x, of values without noise.

    The interval is Student's, or as wide as what the last correction changed, where that is wider. None with fewer than
    five positive points.
    """
    points = _positive(x, y)
    if len(points) < 3 + CORRECTIONS:
        return None
    exponent, reach = _fit(points, CORRECTIONS)
    return _slope(exponent, max(reach, abs(exponent - _fit(points, CORRECTIONS - 1)[0])))


def _positive(x: Sequence[float], y: Sequence[float]) -> np.ndarray:
    return np.array([(float(p), float(q)) for p, q in zip(x, y, strict=True) if p > 0 and q > 0])


def _slope(exponent: float, reach: float) -> Slope:
    return Slope(exponent=exponent, lower=exponent - reach, upper=exponent + reach)


def _fit(points: np.ndarray, corrections: int) -> tuple[float, float]:
    """Exponent and half-width of its interval."""
    from scipy import stats

    x, logs = points[:, 0], np.log(points)
    terms = [np.ones_like(x), logs[:, 0], *(x ** (-k / 2) for k in range(1, corrections + 1))]
    columns = np.stack(terms, axis=1)
    found, *_ = np.linalg.lstsq(columns, logs[:, 1], rcond=None)
    free = len(x) - len(terms)
    spread = float(np.sum((logs[:, 1] - columns @ found) ** 2)) / free
    error = np.sqrt(spread * float(np.linalg.pinv(columns.T @ columns)[1, 1]))
    return float(found[1]), float(stats.t.ppf(0.975, free)) * float(error)
