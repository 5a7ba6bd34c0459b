"""Smallest arguments of monotone conditions: galloping and bisection in doubles, decided in balls by the caller."""

from __future__ import annotations

import math
from collections.abc import Callable

from sympy import Rational


def smallest_integer(holds: Callable[[int], bool], step: int, most: int) -> int | None:
    """Return the smallest multiple of ``step`` at which a monotone condition holds; None if none up to ``most``."""
    high = step
    while not holds(high):
        if high >= most:
            return None
        high = min(high * high if high > step else 2 * high, most - most % step)
    low = 0
    while high - low > step:
        wide = high > 4 * max(low, step)
        middle = math.isqrt(max(low, step) * high) if wide else (low + high) // 2
        middle = min(max(middle - middle % step, low + step), high - step)
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def settled(value: int, step: int, holds: Callable[[int], bool], *, reach: int = 60) -> tuple[int, bool]:
    """Move a value to where a rigorous condition begins to hold, and tell whether it certainly fails one step before.

    Args:    holds: raises ``Undecided`` where it cannot tell.
    """
    try:
        jump = step
        while not holds(value):
            value += jump
            jump *= 2
            reach -= 1
            if reach < 0:
                return value, False
        while value > step and holds(value - step):
            value -= step
            reach -= 1
            if reach < 0:
                return value, False
    except UndecidedError:
        return value, False
    return value, True


class UndecidedError(ArithmeticError):
    """A comparison that balls cannot decide at the precision tried."""


def between(
    holds: Callable[[Rational], bool], low: float, high: float, digits: int
) -> tuple[Rational, Rational] | None:
    """Return (fails, holds), decimals that differ in the last of so many digits; the condition holds above a threshold.

    Args:    low, high: positive doubles, the condition holding at ``high`` (else None is returned).
    """
    if not holds(decimal(high, digits, up=True)):
        return None
    if holds(decimal(low, digits, up=False)):
        return decimal(low, digits, up=False), decimal(low, digits, up=False)
    left, right = math.log(low), math.log(high)
    while right - left > 10.0**-digits / 2:
        middle = (left + right) / 2
        left, right = (left, middle) if holds(decimal(math.exp(middle), digits + 2, up=True)) else (middle, right)
    return decimal(math.exp(left), digits + 2, up=False), decimal(math.exp(right), digits + 2, up=True)


def decimal(value: float, digits: int, *, up: bool) -> Rational:
    """Round a positive double to a decimal of so many digits, up or down."""
    places = digits - 1 - math.floor(math.log10(value))
    exact = Rational(value) * Rational(10) ** places
    whole = int(exact.ceiling() if up else exact.floor())
    return Rational(whole) / Rational(10) ** places
