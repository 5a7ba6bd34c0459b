"""The smallest width in doubles: a bracket of it, and the slope of the width asked for, which says where to go on."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from sympy import Rational

from boundcheck.enclosure.decimals import decimal_text
from boundcheck.evaluation.conditions import Asker, Conditions
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.radii import double_radii
from boundcheck.notation import epsilon

LARGEST = 10**300
TOLD_APART = 2e-13
SHARE = 8


def shown_number(value: Rational) -> str:
    """Write a positive rational in a few digits, however small it is."""
    return f"{float(value):.3g}" if 1e-300 < value < 1e300 else decimal_text(Fraction(value.p, value.q), 3, up=True)


class NoWidthError(ValueError):
    """No width up to 10^300 suffices."""


def beyond(conditions: Conditions) -> str:
    """Say that no width up to 10^300 suffices."""
    target = shown_number(conditions.values[epsilon])
    return (
        f"{conditions.name} needs a width beyond 10^300 for epsilon={target}; "
        "got none to propose (ask for a larger epsilon, a smaller T)"
    )


class Bracket:
    """Even widths of which ``low`` does not suffice and ``high`` does, in doubles: neighbours where those can tell.

    Raises:  NoWidthError if none up to 10^300 suffices.
    """

    def __init__(self, conditions: Conditions) -> None:
        self.asker = Asker(conditions, Doubles(conditions.width.activation))
        self.seen: list[tuple[int, float]] = []
        least = self.asked(LARGEST)
        if not least <= LARGEST:
            raise NoWidthError(beyond(conditions))
        self.low = even_ceiling(least) - 2
        self.high = max(self.low, 2)
        asked, is_bounded = self.asked(self.high), False
        while not asked <= self.high and not is_bounded:
            self.low, is_bounded = self.high, asked <= LARGEST
            self.high = even_ceiling(asked) if is_bounded else min(self.high**2 if self.high > 2 else 4, LARGEST)
            asked = self.asked(self.high)
        if asked <= self.high:
            self.low = max(self.low, even_ceiling(asked) - 2)
        self._narrow()

    def asked(self, width: int) -> float:
        """Return g(width); infinite where there is no fixed point or no double."""
        try:
            radii = double_radii(self.asker, width)
            value = math.inf if radii is None else self.asker.width(width, radii)
        except (OverflowError, ZeroDivisionError):
            value = math.inf
        value = value if value == value else math.inf
        if math.isfinite(value):
            self.seen.append((width, value))
        return value

    def slope(self, apart: float = 0.0) -> float:
        """Return the slope of g between the last width and the nearest seen at least so far from it (relative to it).

        0 where there is none; it is in [-1, 0] where it is of use.
        """
        if not self.seen:
            return 0.0
        width, value = self.seen[-1]
        others = [item for item in self.seen if abs(item[0] - width) > apart * width and item[0] < LARGEST]
        if not others:
            return 0.0
        there, other = min(others, key=lambda item: abs(item[0] - width))
        rise = (value - other) / float(width - there)
        return rise if -1 <= rise <= 0 else 0.0

    def _narrow(self) -> None:
        """Take the bracket to where a line through two values crosses; where that is no progress, halve it."""
        for _ in range(200):
            size = self.high - self.low
            if size <= max(2, int(self.high * TOLD_APART)):
                break
            middle = 2 * (math.isqrt(max(self.low, 1) * self.high) // 2)
            for guess in (crossing(*self.seen[-1], self.slope()), middle):
                width = min(max(guess, self.low + 2), self.high - 2)
                value = self.asked(width)
                if value <= width:
                    self.low, self.high = max(self.low, even_ceiling(value) - 2), width
                else:
                    self.low = width
                    self.high = max(min(self.high, even_ceiling(value)), width + 2) if value <= LARGEST else self.high
                if self.high - self.low <= size // SHARE:
                    break


def crossing(width: int, asked: Any, slope: float | Fraction) -> int:
    """Return about the smallest width that suffices, from what a width near by asks for (exactly rational)."""
    return even_ceiling(width + (Fraction(asked) - width) / (1 - Fraction(slope)))


def even_ceiling(value: Any) -> int:
    """Round up to an even integer >= 2."""
    whole = math.ceil(value)
    return max(2, whole + whole % 2)
