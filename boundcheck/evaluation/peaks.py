"""The greatest value of a function of one angle in doubles: a scan, then parabolas; not rigorous."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

SCAN = 8
NEARBY = 3e-4
HALVINGS = 13
MAX_PARABOLAS = 12
PAIR, SETTLED, WITHIN, MAX_PAIRS, END = 5e-6, 1e-5, 0.1, 3, 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """Where a function is greatest, its value and second derivative there (NaN where that is not known)."""

    place: float
    value: float
    bend: float = math.nan


def scanned(height: Callable[[float], float], low: float, high: float) -> Peak:
    """Return the peak of the parabola through the greatest of 9 values and its neighbours; its value is that value."""
    step = (high - low) / SCAN
    heights = [height(low + k * step) for k in range(SCAN + 1)]
    best = max(range(SCAN + 1), key=heights.__getitem__)
    place, top, move = low + best * step, heights[best], 0.0
    if 0 < best < SCAN and math.isfinite(top):
        below, above = heights[best - 1], heights[best + 1]
        bend = below - 2 * top + above
        move = step * (below - above) / (2 * bend) if bend < 0 else 0.0
    return Peak(place=place + move, value=top)


def peak(height: Callable[[float], float], low: float, high: float) -> Peak:
    """Return the greatest value found: a scan of 9 points, then parabolas between neighbours."""
    step = (high - low) / SCAN
    heights = [(height(low + k * step), low + k * step) for k in range(SCAN + 1)]
    top, place = max(heights, key=lambda pair: pair[0])
    if not math.isfinite(top):
        return Peak(place=place, value=top)
    if place in (low, high):
        inward = step if place == low else -step
        apart = math.copysign(NEARBY, inward)  # far enough to see a bend where the slope is 0
        near, far = height(place + apart), height(place + 2 * apart)
        if near <= top:
            rise, bend = (4 * near - 3 * top - far) / 2, top - 2 * near + far
            move = rise / -bend if bend < 0 < rise else 0.0
            return Peak(place=place + move * apart, value=top + move * rise / 2)
        away = [inward / 2**k for k in range(1, HALVINGS)]  # it may be close to the end
        top, move = max((height(place + move), move) for move in away)
        place, step = place + move, abs(move) / 2
    return _climb_by_parabolas(height, place, step, (low, high), top)


def moved_peak(
    height: Callable[[float], float], before: Peak, low: float, high: float, *, is_rough: bool = False
) -> Peak:
    """Return the greatest value known to lie near a place: parabolas, re-centred until they agree.

    Args:    before: the place, and value and bend of the peak of a similar function there, if they are known: two
             values beside the place then show the rest. is_rough: the first place reached will do.
    """
    found, place, step = None, before.place, NEARBY
    if before.bend < 0 < before.value:
        found, place = _moved_by_pairs(height, before, low, high, is_rough=is_rough)
    for _ in range(MAX_PARABOLAS if found is None else 0):
        place = min(max(place, low + step), high - step)
        below, here, above = height(place - step), height(place), height(place + step)
        bend = below - 2 * here + above
        move = step * (below - above) / (2 * bend) if bend < 0 else math.copysign(math.inf, above - below)
        if abs(move) <= step / 100:
            value = here + (above - below) * move / (4 * step)
            return Peak(place=place + move, value=value, bend=bend / step**2)
        if place == high - step and move >= step * 0.999:
            return Peak(place=high, value=above, bend=bend / step**2)
        if place == low + step and move <= -step * 0.999:
            return Peak(place=low, value=below, bend=bend / step**2)
        if not abs(move) <= 0.1:
            break
        place += move
        if abs(move) <= step and not is_rough:
            return Peak(place=place, value=max(height(place), here, below, above), bend=bend / step**2)
        if is_rough:
            return Peak(place=min(max(place, low), high), value=max(here, above, below), bend=bend / step**2)
    if found is None:
        found = scanned(height, low, high) if is_rough else peak(height, low, high)
    return found


def _moved_by_pairs(
    height: Callable[[float], float], before: Peak, low: float, high: float, *, is_rough: bool
) -> tuple[Peak | None, float]:
    """Follow a peak by two values beside it and its bend, which is nearly that of the peak before, in proportion.

    Returns: the peak, or None where that does not tell; the place reached.
    """
    ratio, place = before.bend / before.value, before.place
    if place in (low, high):
        return _still_at_end(height, place, END if place == low else -END, ratio), place
    last: tuple[float, float] | None = None
    for _ in range(MAX_PAIRS):
        if not low + PAIR < place < high - PAIR:
            break
        below, above = height(place - PAIR), height(place + PAIR)
        middle, rise = (below + above) / 2, (above - below) / (2 * PAIR)
        if last is not None and (rise - last[1]) * (place - last[0]) < 0:
            ratio = (rise - last[1]) / (place - last[0]) / middle
        bend = ratio * middle
        move = rise / -bend if bend < 0 else math.inf
        if not abs(move) <= WITHIN:
            break
        if is_rough or abs(move) <= SETTLED:
            value = middle - bend * PAIR * PAIR / 2 + rise * move / 2
            return Peak(place=place + move, value=value, bend=bend), place + move
        last, place = (place, rise), place + move
    return None, place


def _still_at_end(height: Callable[[float], float], place: float, inward: float, ratio: float) -> Peak | None:
    """Return the peak at an end if it rises to there, or as good as."""
    top = height(place)
    bend = ratio * top
    rise = (height(place + inward) - top) / abs(inward) - bend * abs(inward) / 2
    return Peak(place=place, value=top, bend=bend) if rise <= -bend * abs(inward) / 10 else None


def _climb_by_parabolas(
    height: Callable[[float], float], place: float, step: float, ends: tuple[float, float], top: float
) -> Peak:
    """Climb from a place by parabolas through three points ``step`` apart, each time closer."""
    found = Peak(place=place, value=top)
    for _ in range(MAX_PARABOLAS):
        step = min(step, place - ends[0], ends[1] - place)
        if step <= 0:
            break
        below, here, above = height(place - step), height(place), height(place + step)
        bend = below - 2 * here + above
        seen = ((place - step, below), (place, here), (place + step, above))
        found = _higher(found, *max(seen, key=lambda pair: pair[1]))
        if not bend < 0:
            place, step = found.place, step / 2
            continue
        move = step * (below - above) / (2 * bend)
        found = replace(found, bend=bend / step**2)
        if abs(move) > step:
            place = found.place
            continue
        place += move
        found = _higher(found, place, height(place))
        if step < 1e-3 and abs(move) < 1e-5:
            break
        step = max(min(step / 8, 4 * abs(move)), step / 64, 2e-5)
    return found


def _higher(found: Peak, place: float, value: float) -> Peak:
    return found if found.value >= value else replace(found, place=place, value=value)
