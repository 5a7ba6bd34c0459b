"""A peak of waves far out: where a function only approaches its supremum, its waves alone decide how high it gets."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from boundcheck.enclosure.objective import Objective
from boundcheck.enclosure.pieces import PiecewiseObjective

_POINTS, _CLIMBS = 32, 12


def peak_of_waves(
    objective: Objective | PiecewiseObjective, values: Sequence[arb], start: arb, enough: arb
) -> arb | None:
    """Return a place just beyond ``start`` (its sign gives the side) near which f is highest; None if f has no value.

    Points of one wave, the longest first, then Newton's steps until the next one gains less than ``enough``.
    """
    place, sign = start, 1 if start > 0 else -1
    for reach, length in enumerate(objective.wave_lengths):
        steps = [k - (_POINTS // 2 if reach else 0) for k in range(_POINTS)]
        points = [(place + sign * arb(length) * k / _POINTS).mid() for k in steps]
        heights = [(objective.at(point, values), point) for point in points if abs(point) >= abs(start)]
        finite = [(float(value.mid()), point) for value, point in heights if value.is_finite()]
        if not finite:
            return None
        place = max(finite, key=lambda pair: pair[0])[1]
    for _ in range(_CLIMBS):
        jet = objective.jet(place, place, values)
        if not jet[2] < 0:
            break
        step = (jet[1] / (2 * jet[2])).mid()
        if not abs(step) < objective.wave_lengths[-1]:
            break
        place = (place - step).mid()
        if step * step * abs(jet[2]) < enough:
            break
    return place
