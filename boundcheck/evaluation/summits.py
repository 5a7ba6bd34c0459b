"""The greatest value over directions near a good direction: climbed to by slopes or parabolas, certified where concave.

A direction need not be rigorous: its value is a lower bound, and what it is short of the supremum is quadratic in how
far it is off. An upper bound near it follows where the output is certified to be concave on an arc (``concavity``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from boundcheck.enclosure import precision
from boundcheck.enclosure.decimals import dyadic
from boundcheck.evaluation.concavity import Bends, Jet, UnsettledError

START_DIGITS = 7
MAX_CLIMBS = 12
WIDTHS = (Fraction(1, 30), Fraction(1, 100), Fraction(1, 1000), Fraction(1, 100_000))
FIRST_ERROR = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Summit:
    """An arc on which the output is concave, as fractions of pi/2, and the ends of its greatest value there."""

    low: Fraction
    high: Fraction
    lower: arb
    upper: arb


def summit(bends: Bends, start: Fraction, tolerance: arb, bend: float = math.nan) -> Summit | None:
    """Enclose the greatest value near a direction to a relative width; None where no arc around it is concave.

    Args:    bend: about the second derivative there, if known (it saves steps only).
    """
    for width in WIDTHS:
        low, high = max(start - width, Fraction(0)), min(start + width, Fraction(1))
        try:
            jet = bends.at(start, low, high)
            if jet.wide_bend < 0:
                guess = arb(bend) if bend < 0 else jet.wide_bend.mid()
                return _climbed(bends, jet, start, (low, high), tolerance, guess)
        except UnsettledError:
            continue
    return None


def _climbed(
    bends: Bends, jet: Jet, turn: Fraction, ends: tuple[Fraction, Fraction], tolerance: arb, estimate: arb
) -> Summit | None:
    """Climb to the maximum on a concave arc; it is at most f(c) + f'(c)^2/(2k), or f(c) at an end that f rises to."""
    weakest = -jet.wide_bend.upper()
    known = 2 * START_DIGITS
    for _ in range(MAX_CLIMBS):
        is_end = (turn == ends[0] and jet.slope <= 0) or (turn == ends[1] and jet.slope >= 0)
        excess = arb(0) if is_end else (jet.slope * jet.slope / (2 * weakest)).upper()
        if excess <= jet.here * tolerance / 4:
            return Summit(low=ends[0], high=ends[1], lower=jet.here.lower(), upper=(jet.here + excess).upper())
        known = 2 * known
        move = round(dyadic((-2 * jet.slope / (estimate * arb.pi())).mid()) * 10**known)
        before, turn = turn, min(max(turn + Fraction(move, 10**known), ends[0]), ends[1])
        ahead = bends.at(turn)
        bend = (ahead.slope - jet.slope) / (arb(fmpq(*(turn - before).as_integer_ratio())) * arb.pi() / 2)
        estimate = bend.mid() if turn != before and bend < 0 else estimate
        jet = ahead
    return None


def refined(directions: Any, start: Fraction, known: int, digits: int) -> tuple[Fraction, int]:
    """Bring a maximiser known to so many digits to half of ``digits``, by parabolas through three ``directions``.

    From a direction off by e the vertex through it and its neighbours at distance h is off by O(e^2 + h^2), and how far
    it moves tells e. This is not rigorous and need not be; but the arcs beside a direction so close to the maximiser
    are settled at once, and its value alone is a lower bound that loses no digits.
    """
    place = start
    for _ in range(MAX_CLIMBS):
        if 2 * known >= digits + START_DIGITS:
            break
        step = Fraction(1, 10**known)
        centre = min(max(place, step), 1 - step)  # a maximiser may lie too near to an end for doubles to tell
        with precision(3 * known + 20):
            below, here, above = (directions.at(centre + k * step) for k in (-1, 0, 1))
            bend = below - 2 * here + above
            move = (below - above) / (2 * bend) if bend < 0 else arb("nan")
        if not (move.is_finite() and abs(move) < 100):
            break
        behind = max(0, math.ceil(math.log10(abs(float(move)) + 1e-9)))
        moved = centre + step * Fraction(round(dyadic(move.mid()) * 10 ** (2 * known)), 10 ** (2 * known))
        place, known = min(max(moved, Fraction(0)), Fraction(1)), 2 * (known - behind) - 1
    return min(max(place, Fraction(0)), Fraction(1)), known


def sharpened(
    bends: Bends, start: Fraction, bend: float, digits: int, error: float = FIRST_ERROR
) -> tuple[Fraction, int, float] | None:
    """Bring a maximiser to half of ``digits`` by Newton steps on the slope; return it, its digits and the bend.

    Args:    bend: about the second derivative there, < 0, to the relative ``error``. None where that leads nowhere.
    """
    place, estimate, before = start, arb(bend), None
    for _ in range(MAX_CLIMBS):
        try:
            slope = bends.at(place).slope
        except UnsettledError:
            return None
        if (place == 0 and slope <= 0) or (place == 1 and slope >= 0):
            return place, digits, bend
        if before is not None and place != before[0]:
            apart = arb(fmpq(*(place - before[0]).as_integer_ratio())) * arb.pi() / 2
            estimate = ((slope - before[1]) / apart).mid()
        move = (-2 * slope / (estimate * arb.pi())).mid() if estimate < 0 else arb("nan")
        if not abs(move) < 0.01:
            return None
        size = float(abs(move))
        if size <= 10.0**-digits:
            return place, digits, float(estimate)
        left = max(size * (error + size), 1e-300)
        known = math.floor(-math.log10(left))
        before, error = (place, slope), 10 * size
        place += Fraction(round(dyadic(move) * 10 ** (known + 3)), 10 ** (known + 3))
        place = min(max(place, Fraction(0)), Fraction(1))
        if 2 * known >= digits:
            return place, known, float(estimate)
    return None
