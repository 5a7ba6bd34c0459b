"""Looking for a pole: a cell without a finite bound of f is halved towards the greater values until it is tiny."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flint import arb

from boundcheck.enclosure.objective import Objective
from boundcheck.enclosure.pieces import PiecewiseObjective

_WITHIN = arb(2) ** 30
_TINY = arb(2) ** -30
_AT_INFINITY = arb(2) ** -4000

Cell = tuple[arb, arb]


def smallest_without_bound(
    objective: Objective | PiecewiseObjective, values: Sequence[arb], cells: Sequence[Cell]
) -> Cell | None:
    """Return a tiny cell within one of the cells on which f has no finite bound; None if the search meets none."""

    def size_within(cell: Cell) -> float:
        low, high = cell
        points = [(low + (high - low) * k / 8).mid() for k in range(1, 8)]
        sizes = [abs(objective.at(point, values)) for point in points]
        return max(float(size.mid()) if size.is_finite() else math.inf for size in sizes)

    near = [cell for cell in cells if max(abs(cell[0]), abs(cell[1])) <= _WITHIN]
    if not near:
        return None
    low, high = max(near, key=size_within)
    while not is_tiny(low, high, 0):
        middle = ((low + high) / 2).mid()
        halves = [half for half in ((low, middle), (middle, high)) if not objective.over(*half, values).is_finite()]
        if not halves:
            return None
        low, high = max(halves, key=size_within)
    return low, high


def is_tiny(low: arb, high: arb, side: int) -> bool:
    """Tell whether a cell without a finite value is too small to go on; in a chart, relative to its place."""
    if not side:
        return bool(high - low < _TINY * max(arb(1), abs(low)))
    return bool(high - low < _TINY * low or high < _AT_INFINITY)
