"""The greatest value of a function of one angle in doubles: a scan, then parabolas; not rigorous."""

from __future__ import annotations

import math
from collections.abc import Callable

SCAN = 8
NEARBY = 3e-4
HALVINGS = 13
MAX_PARABOLAS = 12


def scanned(height: Callable[[float], float], low: float, high: float) -> tuple[float, float, float]:
    """Return (place, value) of the greatest of 9 values, and how far from there a parabola through it is highest."""
    step = (high - low) / SCAN
    heights = [height(low + k * step) for k in range(SCAN + 1)]
    best = max(range(SCAN + 1), key=heights.__getitem__)
    place, top, move = low + best * step, heights[best], 0.0
    if 0 < best < SCAN and math.isfinite(top):
        below, above = heights[best - 1], heights[best + 1]
        bend = below - 2 * top + above
        move = step * (below - above) / (2 * bend) if bend < 0 else 0.0
    return place, top, move


def peak(height: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    """Return (place, value) of the greatest value found: a scan of 9 points, then parabolas between neighbours."""
    place, top, _ = scanned(height, low, high)
    step = (high - low) / SCAN
    if not math.isfinite(top):
        return place, top
    if place in (low, high):
        inward = step if place == low else -step
        apart = math.copysign(NEARBY, inward)  # far enough to see a bend where the slope is 0
        near, far = height(place + apart), height(place + 2 * apart)
        if near <= top:
            rise, bend = (4 * near - 3 * top - far) / 2, top - 2 * near + far
            move = rise / -bend if bend < 0 < rise else 0.0
            return place + move * apart, top + move * rise / 2
        away = [inward / 2**k for k in range(1, HALVINGS)]  # it may be close to the end
        top, move = max((height(place + move), move) for move in away)
        place, step = place + move, abs(move) / 2
    return _climb_by_parabolas(height, place, step, (low, high), top)


def moved_peak(
    height: Callable[[float], float], place: float, low: float, high: float, moves: int = MAX_PARABOLAS
) -> tuple[float, float]:
    """Return (place, value) of a greatest value known to lie near a place: parabolas, re-centred until they agree.

    Args:    moves: after so many the place reached will do, with a value seen near it.
    """
    step = NEARBY
    for made in range(1, MAX_PARABOLAS + 1):
        place = min(max(place, low + step), high - step)
        below, here, above = height(place - step), height(place), height(place + step)
        bend = below - 2 * here + above
        move = step * (below - above) / (2 * bend) if bend < 0 else math.copysign(math.inf, above - below)
        if abs(move) <= step / 100:
            return place + move, here + (above - below) * move / (4 * step)
        if place == high - step and move >= step * 0.999:
            return high, above
        if place == low + step and move <= -step * 0.999:
            return low, below
        if not abs(move) <= 0.1:
            break
        place += move
        if made == moves:
            return min(max(place, low), high), max(here, above, below)
        if abs(move) <= step:
            return place, max(height(place), here, above, below)
    if moves == MAX_PARABOLAS:
        return peak(height, low, high)
    place, top, move = scanned(height, low, high)
    return place + move, top


def _climb_by_parabolas(
    height: Callable[[float], float], place: float, step: float, ends: tuple[float, float], top: float
) -> tuple[float, float]:
    """Climb from a place by parabolas through three points ``step`` apart, each time closer."""
    found = place, top
    for _ in range(MAX_PARABOLAS):
        step = min(step, place - ends[0], ends[1] - place)
        if step <= 0:
            break
        below, here, above = height(place - step), height(place), height(place + step)
        bend = below - 2 * here + above
        found = max(found, (place - step, below), (place, here), (place + step, above), key=lambda pair: pair[1])
        if not bend < 0:
            place, step = found[0], step / 2
            continue
        move = step * (below - above) / (2 * bend)
        if abs(move) > step:
            place = found[0]
            continue
        place += move
        value = height(place)
        found = max(found, (place, value), key=lambda pair: pair[1])
        if step < 1e-3 and abs(move) < 1e-5:
            break
        step = max(min(step / 8, 4 * abs(move)), step / 64, 2e-5)
    return found
