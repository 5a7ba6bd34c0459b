"""Taylor series at the removable singularities of an activation, such as 0 for sin(z)/z.

Near such a point the closed forms of sigma and its derivatives divide nearly 0 by nearly 0. There the series serves
instead: its coefficients are Cauchy integrals over a circle, which avoids the point, by the trapezoidal rule in 50
digits. On a circle within the disc of convergence the rule converges geometrically and all negative powers vanish.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

    from boundcheck.activations import Activation

DIGITS = 50
RADII = (2.0, 1.0, 0.5, 0.25, 0.125)
"""Radii of circles to try, the largest first; the series serves up to half of it."""
POINTS = 128
"""Points of the trapezoidal rule: errors (radius/convergence radius)^124."""
DEGREE = 56
"""Highest power that is looked at: at half the radius of a good circle the rest is below 1e-22."""
NEGLIGIBLE = 1e-20


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """sigma(z) = sum_k coefficients[k] (z - point)^k for |z - point| < radius, to rounding."""

    point: float
    radius: float
    coefficients: tuple[float, ...]

    def derivative(self, order: int) -> tuple[float, ...]:
        """Return the coefficients of the derivative of that order, lowest first."""
        values = self.coefficients
        for _ in range(order):
            values = tuple(k * value for k, value in enumerate(values))[1:]
        return values or (0.0,)


def series_of(activation: Activation) -> tuple[Series, ...]:
    """Return the series at every removable singularity of the activation.

    Raises:  ValueError if sigma has no Taylor series at one of them.
    """
    points = {float(singularity.point): None for singularity in activation.removable}
    return tuple(_series(activation.expression, point) for point in points)


@lru_cache(maxsize=64)
def _series(expression: sympy.Expr, point: float) -> Series:
    import mpmath
    import sympy

    (symbol,) = expression.free_symbols
    sigma = sympy.lambdify([symbol], expression, "mpmath")
    with mpmath.workdps(DIGITS):
        for radius in RADII:
            found = _coefficients(sigma, point, radius)
            if found is not None:
                return Series(point=point, radius=radius / 2, coefficients=found)
    message = f"sigma must have a Taylor series at its removable singularity; got {expression} at {point:g}"
    raise ValueError(message)


def _coefficients(sigma: Any, point: float, radius: float) -> tuple[float, ...] | None:
    """Return the Taylor coefficients, rounded; None where the circle is not inside the disc of convergence.

    Two points inside tell a function that is analytic on the circle alone, as |z| is.
    """
    import mpmath

    turns = [mpmath.expjpi(mpmath.mpf(2 * i) / POINTS) for i in range(POINTS)]
    values = [mpmath.mpmathify(sigma(point + radius * turn)) for turn in turns]
    if not all(mpmath.isfinite(value) for value in values):
        return None
    scale = max(abs(value) for value in values)

    def power(k: int) -> Any:
        return sum(value * turns[-k * i % POINTS] for i, value in enumerate(values)) / POINTS

    scaled = [power(k) for k in range(DEGREE + 1)]
    if any(abs(power(-k)) > NEGLIGIBLE * scale for k in range(1, 5)):
        return None
    if any(abs(value.imag) > NEGLIGIBLE * scale for value in scaled):
        return None
    for inner in (mpmath.mpf("0.3"), mpmath.mpf("-0.4")):
        if abs(mpmath.polyval(scaled[::-1], inner).real - sigma(point + radius * inner)) > NEGLIGIBLE * scale:
            return None
    needed = [k for k, value in enumerate(scaled) if abs(value.real) * k**4 > NEGLIGIBLE * scale * 2**k]
    kept = scaled[: max(needed, default=0) + 1]
    return tuple(
        0.0 if abs(value) < NEGLIGIBLE * scale else float(value.real / mpmath.mpf(radius) ** k)
        for k, value in enumerate(kept)
    )
