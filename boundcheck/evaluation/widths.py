"""The smallest even width m with m >= g(m); g(m), the width that the theorem asks for at m, is nonincreasing.

Because g falls, g(m) lies on the other side of the crossing than m: every evaluation gives a bound from the other
side, and the two close in quickly. Doubles find the place, lower balls there the even integer next to it, and balls
decide that one: from m - 2 < g(m) <= m follows g(m - 2) >= g(m) > m - 2, so that no smaller even width suffices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Rational

from boundcheck.enclosure import precision
from boundcheck.enclosure.decimals import decimal_text, dyadic
from boundcheck.evaluation.balls import Balls, LowerBalls, Places
from boundcheck.evaluation.closed_form import exact_rational
from boundcheck.evaluation.conditions import Asker, Conditions
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.radii import double_radii, lower_radius, upper_radii
from boundcheck.notation import epsilon

LARGEST = 10**300
MAX_ROUNDS = 120
MAX_COARSE = 9
MAX_AIMS = 3
GALLOP = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """``m`` certainly suffices with ``radii``; ``refuted``: the largest even width known not to (m - 2 if minimal)."""

    m: int
    radii: tuple[Rational, Rational]
    refuted: int


def shown_number(value: Rational) -> str:
    """Write a positive rational in a few digits, however small it is."""
    return f"{float(value):.3g}" if 1e-300 < value < 1e300 else decimal_text(Fraction(value.p, value.q), 3, up=True)


class NoWidthError(ValueError):
    """No width up to 10^300 suffices."""


def smallest_width(conditions: Conditions) -> Width:
    """Return the smallest even width, decided in balls.

    Raises:  NoWidthError if none up to 10^300 suffices.
    """
    low, high = double_bracket(conditions)
    finder = _Decider(conditions)
    for _ in range(MAX_ROUNDS):
        finder.consider(high)
        if finder.is_decided or finder.is_coarse:
            break
        high = finder.proposal()
    if finder.is_coarse:
        finder.settle_for(high)
    return finder.result(low)


def double_bracket(conditions: Conditions) -> tuple[int, int]:
    """Return even widths (does not suffice, suffices) in doubles, next to one another where doubles can tell."""
    asker = Asker(conditions, Doubles(conditions.width.activation))
    least = asked_double(asker, LARGEST)
    if not least <= LARGEST:
        message = (
            f"{conditions.theorem} ({conditions.variant}) needs a width beyond 10^300 for epsilon="
            f"{shown_number(conditions.values[epsilon])}; got none to propose (ask for a larger epsilon, a smaller T)"
        )
        raise NoWidthError(message)
    low = even_ceiling(least) - 2
    high = max(low, 2)
    asked = asked_double(asker, high)
    while not asked <= high:
        low = high
        high = even_ceiling(asked) if asked <= LARGEST else min(high * high if high > 2 else 4, LARGEST)
        if asked <= LARGEST:
            break
        asked = asked_double(asker, high)
    return _narrowed(asker, low, high)


def asked_double(asker: Asker, width: int) -> float:
    """Return g(width) in doubles; infinite where there is no fixed point or no double."""
    try:
        radii = double_radii(asker, width)
        value = math.inf if radii is None else asker.width(width, radii)
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return value if value == value else math.inf


def _narrowed(asker: Asker, low: int, high: int) -> tuple[int, int]:
    for _ in range(200):
        if high - low <= max(2, int(high * 2e-14)):
            break
        below = even_ceiling(asked_double(asker, high)) - 2
        low = max(low, min(below, high - 2))
        above = asked_double(asker, low) if low else math.inf
        if above <= high - 2:
            high = max(even_ceiling(above), low + 2)
        if high - low <= 2:
            break
        middle = 2 * (math.isqrt(max(low, 1) * high) // 2)
        middle = min(max(middle, low + 2), high - 2)
        if asked_double(asker, middle) <= middle:
            high = middle
        else:
            low = middle
    return low, high


def even_ceiling(value: Any) -> int:
    """Round up to an even integer >= 2."""
    whole = math.ceil(value)
    return max(2, whole + whole % 2)


class _Decider:
    """What balls have decided so far: ``feasible`` certainly suffices, ``infeasible`` certainly does not."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self.feasible: int | None = None
        self.infeasible = 0
        self.radii: tuple[Rational, Rational] | None = None
        self.is_coarse = False
        self.hint = 2
        self.aims, self.reach = 0, 2
        self.places: Places = {}

    @property
    def is_decided(self) -> bool:
        return self.feasible is not None and self.feasible - self.infeasible == 2

    def consider(self, width: int) -> None:
        """Decide a width, at rising precision, or find out that a smaller one may do."""
        if width <= self.infeasible or (self.feasible is not None and width >= self.feasible):
            return
        needed = len(str(width)) + 8
        for digits in (needed, 2 * needed + 20):
            with precision(max(digits, 20) + 10):
                if self._try(width, min(needed, digits)):
                    return
        self.is_coarse = True

    def settle_for(self, width: int) -> None:
        """Where balls are too wide to decide next to the threshold, decide as near to it as they can."""
        for power in range(MAX_COARSE):
            margin = Fraction(10) ** (power - 10)
            if self.feasible is None or self.feasible > width + 4 * margin * width:
                self.consider(even_ceiling(width * (1 + margin)))
            if self.infeasible < width - 4 * margin * width - 2:
                self.consider(max(2, even_ceiling(width * (1 - margin)) - 2))

    def _bound_below(self, width: int, digits: int) -> Rational:
        """Bound g(width) from below, which refutes every smaller even width up to this one; return the radius of it."""
        below = Asker(self.conditions, LowerBalls(self.conditions.width.activation, digits, self.places))
        radius, _ = lower_radius(below, width, digits)
        outer = below.radius_u(width, radius).lower() if self.conditions.is_fixed_point else None
        floor = self.conditions.floor[1] if outer is None else max(self.conditions.floor[1], _exact(outer))
        asked = below.width(width, (radius, floor))
        if asked.is_finite():
            self.hint = even_ceiling(dyadic(asked.lower()))
            self.infeasible = max(self.infeasible, min(width, self.hint - 2))
        elif asked > width:
            self.infeasible = max(self.infeasible, width)
        return radius

    def _try(self, width: int, digits: int) -> bool:
        radius = self._bound_below(width, digits)
        if self.infeasible >= width:
            return True
        if self.hint < width and self.feasible is None and self.aims < MAX_AIMS:
            self.aims += 1  # do not certify a width that is not the smallest
            return True
        above = Asker(self.conditions, Balls(self.conditions.width.activation, digits, self.places))
        radii = upper_radii(above, width, radius, digits + 4)
        if radii is None:
            return False
        asked = above.width(width, radii)
        if asked <= width or self._is_met_exactly(asked, width, radii):
            self.feasible, self.radii = width, radii
            self.hint = even_ceiling(dyadic(asked.lower()))
            return True
        return False

    def _is_met_exactly(self, asked: Any, width: int, radii: tuple[Rational, Rational]) -> bool:
        """Tell whether a width that balls cannot tell from the one asked for is at least the exact one."""
        if asked > width:
            return False
        exact = exact_rational(self.conditions.width, self.conditions.at(width, radii))
        return exact is not None and bool(exact <= width)

    def proposal(self) -> int:
        """Return the next width to decide, strictly between what is decided."""
        if self.feasible is None:
            # Where radii have no fixed point, the width asked for is no guide (infinite, or a power of powers).
            self.reach *= GALLOP
            is_guide = self.infeasible < self.hint <= 2 * self.infeasible + 2
            return self.hint if is_guide else self.infeasible + self.reach
        middle = (self.infeasible + self.feasible) // 4 * 2
        inside = self.infeasible < self.hint < self.feasible
        return self.hint if inside else max(middle, self.infeasible + 2)

    def result(self, low: int) -> Width:
        if self.feasible is None or self.radii is None:
            message = (
                f"{self.conditions.theorem}: no width could be certified near {low + 2}; got an undecided comparison"
            )
            raise NoWidthError(message)
        return Width(m=self.feasible, radii=self.radii, refuted=self.infeasible)


def _exact(ball: Any) -> Rational:
    fraction = dyadic(ball)
    return Rational(fraction.numerator, fraction.denominator)
