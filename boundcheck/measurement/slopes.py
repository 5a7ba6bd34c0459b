"""Exponents fitted on log axes, with a confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Fitted exponent with its 95 % Student interval; the interval is of the fit, and widens with curvature."""

    exponent: float
    lower: float
    upper: float


def fit_slope(x: Sequence[float], y: Sequence[float]) -> Slope | None:
    """Fit log y = a + b log x by least squares; None with fewer than three positive points."""
    from scipy import stats

    points = [(float(p), float(q)) for p, q in zip(x, y, strict=True) if p > 0 and q > 0]
    if len(points) < 3:
        return None
    logs = np.log(np.array(points))
    fit = stats.linregress(logs[:, 0], logs[:, 1])
    reach = float(stats.t.ppf(0.975, len(points) - 2)) * float(fit.stderr)
    return Slope(exponent=float(fit.slope), lower=float(fit.slope) - reach, upper=float(fit.slope) + reach)
