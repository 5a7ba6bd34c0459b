"""The least fixed point rho_w = radius_w(rho_w, m): from below in doubles, from both sides in balls.

radius_w is nondecreasing and convex in rho_w: every tier is a composition of sums, products and suprema of non-
negative, nondecreasing, convex functions of alpha_m, which is affine in rho_w, and the outer max keeps convexity. So
with h(r) = radius_w(r) - r and a < b below the least root, the line through (a, h(a)) and (b, h(b)) lies below h
beyond b, and its zero is at most the root: secant steps stay below. Where that line rises there is no root. A radius
r with radius_w(r) <= r satisfies the theorem.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from flint import arb
from sympy import Rational

from boundcheck.enclosure.decimals import dyadic
from boundcheck.evaluation.conditions import Asker

MAX_STEPS = 60
BEYOND = 1e150
NOWHERE = Rational(10**151)


def double_radii(asker: Asker, width: int) -> tuple[float, float] | None:
    """Return the least radii in doubles, or None if there is no fixed point (or none below 1e150)."""
    floor_w, floor_u = (float(value) for value in asker.conditions.floor)
    if not asker.conditions.is_fixed_point:
        return floor_w, floor_u
    before, low = None, floor_w
    for _ in range(MAX_STEPS):
        gap = asker.radius_w(width, low) - low
        if not math.isfinite(gap) or low > BEYOND:
            return None
        if gap <= 1e-14 * low:
            return max(low, low + gap), max(floor_u, asker.radius_u(width, low))
        step = gap
        if before is not None:
            slope = (gap - before[1]) / (low - before[0])
            if slope >= 0:
                return None
            step = max(gap, -gap / slope)
        before, low = (low, gap), low + step
    return None


def lower_radius(asker: Asker, width: int, digits: int) -> tuple[Rational, bool]:
    """Return a rational below every admissible rho_w, and whether no larger one was needed to come within 10^-digits.

    Each step is rigorous, so that the value is a lower bound whenever the search stops.
    """
    low = asker.conditions.floor[0]
    if not asker.conditions.is_fixed_point:
        return low, True
    before: tuple[Any, arb] | None = None
    tolerance = Fraction(1, 10**digits)
    for _ in range(MAX_STEPS):
        ball = asker.radius_w(width, low)
        if not ball.is_finite() or low > BEYOND:  # it runs away, each step a power of the one before
            return low, False
        gap = ball - asker.arithmetic.number(low)
        if not gap > 0:
            return low, True
        step = gap
        if before is not None:
            slope = (gap - before[1]) / asker.arithmetic.number(low - before[0])
            if slope >= 0:  # the line lies below h beyond here, and above 0: no radius is admissible
                return NOWHERE, False
            step = gap.max(gap / -slope.lower()) if slope < 0 else gap
        rise = dyadic(step.lower()) if step.is_finite() else Fraction(0)
        before, low = (low, gap), low + _rational(rise)
        if rise <= tolerance * Fraction(int(low.p), int(low.q)):
            return low, True
    return low, False


def upper_radii(asker: Asker, width: int, near: Rational, digits: int) -> tuple[Rational, Rational] | None:
    """Return decimal radii (rho_w, rho_u) near ``near`` that certainly satisfy the radius conditions, or None."""
    floor_w, floor_u = asker.conditions.floor
    if not asker.conditions.is_fixed_point:
        return floor_w, floor_u
    for candidate in (near, *(max(floor_w, _raised(near, places)) for places in range(digits, 1, -2))):
        if bool(asker.radius_w(width, candidate) <= asker.arithmetic.number(candidate)):
            outer = asker.radius_u(width, candidate)
            if not outer.is_finite():
                return None
            return candidate, max(floor_u, _raised(_rational(dyadic(outer.upper())), digits))
    return None


def _raised(value: Rational, places: int) -> Rational:
    """Round up to so many significant decimal places, strictly above the value."""
    if value == 0:
        return Rational(0)
    fraction = Fraction(int(value.p), int(value.q))
    exponent = places - 1 - math.floor(math.log10(fraction)) if fraction < 10**300 else places - len(str(int(fraction)))
    scale = Fraction(10) ** exponent
    whole = math.floor(fraction * scale) + 2  # one place is not enough next to a round number
    return _rational(whole / scale)


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)
