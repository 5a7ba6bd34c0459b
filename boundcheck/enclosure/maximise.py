"""Branch and bound with derivatives: the supremum of an objective over R, certified.

Cells are split where needed, the greatest upper bound first. A cell is settled when its bound lies below a value
already found, when f is monotone or convex on it (the supremum is at an end), or when f is concave on it (the maximiser
is enclosed by interval Newton on f'). A tail is settled by the sign of f' on it, its limit and its bound; else it is
cut further out.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from time import thread_time
from typing import Any, TypeAlias

from flint import arb, ctx
from sympy import Expr, Symbol

from boundcheck.enclosure.balls import constant
from boundcheck.enclosure.decimals import dyadic
from boundcheck.enclosure.errors import EffortError, SingularError, UnboundedError
from boundcheck.enclosure.germs import Germ
from boundcheck.enclosure.intervals import EVERYTHING, INFINITY, Interval
from boundcheck.enclosure.objective import Objective
from boundcheck.enclosure.pieces import PiecewiseObjective
from boundcheck.enclosure.pole_search import is_tiny, smallest_without_bound
from boundcheck.enclosure.scales import UndecidedError
from boundcheck.enclosure.wave_peaks import peak_of_waves

_FIRST_START = 8
_MOST_DOUBLINGS = 400
_MOST_WITHOUT_BOUND = 14
_MOST_LOOKS, _WIDE = 40, 1e-6
_FIRST_LOOK = 300
_STRIDE = 16
_COARSE = arb(2) ** -20
_FAR = arb(2) ** 64


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bound on f over a set: a point or a peak [low, high], or a limit at an end (``side`` +1 or -1)."""

    value: arb
    low: arb | None = None
    high: arb | None = None
    side: int = 0
    is_peak: bool = False


Anything: TypeAlias = Objective | PiecewiseObjective
Item: TypeAlias = tuple[Any, ...]
"""A cell (low, high, side, value, slope, curvature) of the chart ``side`` (0: z itself), or a tail (start,)."""


class Search:
    """The state of one maximisation; bounds in the queue are exact numbers."""

    def __init__(
        self, objective: Anything, values: Sequence[arb], digits: int, most_cells: int, deadline: float = math.inf
    ) -> None:
        self.objective, self.values, self.most_cells, self.deadline = objective, values, most_cells, deadline
        self.digits = digits
        self.tolerance = arb(10) ** -digits / 4
        self.best = arb("-inf")
        self.residual = arb("-inf")
        self.candidates: list[Candidate] = []
        self.queue: list[tuple[arb, int, Item]] = []
        self.ticket = count()
        self.cells, self.next_look, self.looks = 0, _FIRST_LOOK, 0

    def run(self, guesses: Sequence[arb]) -> None:
        """Settle all of R."""
        for guess in guesses:
            self.offer_point(guess)
        self.push_roots()
        while self.queue:
            negative, _, item = heapq.heappop(self.queue)
            upper = -negative
            if upper < self.best:
                break
            if upper - self.best <= self.slack():
                if self.is_worth_a_look(item):
                    self.treat(*item)
                    continue
                self.residual = upper
                self.keep_unsettled([item, *(entry[2] for entry in self.queue if -entry[0] >= self.best)])
                break
            self.check_effort(upper)
            if len(item) == 1:
                self.cut_tail(item[0])
            else:
                self.treat(*item)

    def is_worth_a_look(self, item: Item) -> bool:
        """Tell whether to split a cell whose bound will do, so that it is not named as a place of the maximum."""
        if len(item) == 1 or self.looks >= _MOST_LOOKS or item[1] - item[0] < _WIDE:
            return False
        self.looks += 1
        return True

    def check_effort(self, upper: arb) -> None:
        """Give up after too many cells or too much time; where f is infinite on cells, look for its pole first."""
        late = thread_time() > self.deadline
        if self.cells > self.most_cells or late:
            self.look_for_pole()
            raise EffortError(self.best, upper, late=late)
        if not upper.is_finite() and self.cells > self.next_look:
            self.next_look = 2 * self.cells
            self.look_for_pole()

    def look_for_pole(self) -> None:
        """Raise ``SingularError`` with a tiny cell on which f has no finite bound, if one is found."""
        cells = [item for _, _, item in self.queue if len(item) > 1 and not item[3].is_finite() and not item[2]]
        found = smallest_without_bound(self.objective, self.values, [item[:2] for item in cells])
        if found is not None:
            raise SingularError(*found)

    def keep_unsettled(self, items: Sequence[Item]) -> None:
        """Take the cells and tails that may still hold a maximiser as candidates; a tail stands for cells before it."""
        ends = {1 if item[0] > 0 else -1 for item in items if len(item) == 1}
        far = [item for item in items if len(item) > 1 and not item[2]]
        far = [item for item in far if any(min(item[0] * side, item[1] * side) >= _FIRST_START for side in ends)]
        for item in items:
            if any(item is other for other in far):
                continue
            if len(item) == 1:
                self.offer(Candidate(self.best, side=1 if item[0] > 0 else -1))
            else:
                self.offer_set(self.best, *item[:3])

    def slack(self) -> arb:
        """Return how far an upper bound may lie above the best value: relative, and far below 1 for a value near 0."""
        return self.tolerance * max(abs(self.best), self.tolerance)

    def push_roots(self) -> None:
        """Queue the first cells and the tails, or one period."""
        for side in (1,) if self.objective.symmetric else (1, -1):
            edges = self._edges(side)
            for low, high in zip(edges, edges[1:], strict=False):
                self.push(*((low, high) if side > 0 else (-high, -low)))
            if self.objective.period is not None:
                continue
            chart = self.objective.chart(side)
            if chart is None:
                self.push_tail(side * edges[-1])
            else:
                self.push(arb(0), chart.edge(edges[-1]), side)

    def _edges(self, side: int) -> list[arb]:
        """Return the edges |z| of the first cells: half a period, or up to where the tail or its chart begins."""
        if self.objective.period is not None:
            half = (constant(self.objective.period) / 2).upper()
            return [(half * k / 4).upper() for k in range(5)]
        chart = self.objective.chart(side)
        last = arb(_FIRST_START) if chart is None else arb(chart.start)
        points = [abs(point) for point in self.objective.points if point * side > 0]
        while any(point >= last for point in points):
            last *= 2
        edges = [arb(0), *(last / 2**k for k in range(4 if chart is None else 2, -1, -1)), *points]
        return sorted({float(edge): edge for edge in edges}.values(), key=float)

    def bound(self, periodic: Expr) -> Interval:
        """Return the range over R of a periodic function of z."""
        return _periodic_range(periodic, self.objective.variable, self.digits + 4, ctx.prec)

    def offer(self, candidate: Candidate) -> None:
        """Take a candidate; its value bounds the supremum from below."""
        self.candidates.append(candidate)
        lower = candidate.value.lower()
        if lower > self.best:
            self.best = lower

    def offer_set(self, value: arb, low: arb, high: arb, side: int = 0, *, is_peak: bool = False) -> None:
        """Take a value on a set of a chart as a candidate."""
        chart = self.objective.chart(side) if side else None
        if chart is None:
            self.offer(Candidate(value, low, high, is_peak=is_peak))
        elif low > 0:
            place = chart.place(low).union(chart.place(high))
            self.offer(Candidate(value, place.lower(), place.upper(), is_peak=is_peak))
        else:
            self.offer(Candidate(value, side=side))

    def offer_point(self, point: arb, side: int = 0) -> None:
        """Take the value at a point as a candidate."""
        value = self.objective.at(point, self.values, side)
        if value.is_finite():
            self.offer_set(value, point, point, side)

    def push(self, low: arb, high: arb, side: int = 0) -> None:
        """Bound f on a cell by its value and by the mean value form; queue it unless that lies below the best value."""
        self.cells += 1
        value = self.objective.over(low, high, self.values, side)
        upper = value.upper() if value.is_finite() else arb("inf")
        if not upper < self.best and self.objective.has_waves():
            upper = min(upper, self.objective.wave_range(low, high, self.values, self.bound)[1])
        if upper < self.best:
            return
        jet = self.objective.jet(low, high, self.values, side=side)
        slope = jet[1]
        if slope.is_finite():
            middle = ((low + high) / 2).mid()
            if slope.contains(0) and jet[2].is_finite():
                slope = self._refined_slope(low, high, middle, jet, side)
            upper = min(upper, self._mean_value_bound(low, high, middle, slope, side))
        if not upper < self.best:
            heapq.heappush(self.queue, (-upper, next(self.ticket), (low, high, side, jet[0], slope, jet[2])))

    def _refined_slope(self, low: arb, high: arb, middle: arb, jet: tuple[arb, ...], side: int) -> arb:
        """Return the slope over a cell by the mean value theorem for f', where that is narrower."""
        there = self.objective.jet(middle, middle, self.values, 1, side)[1]
        other = there + 2 * jet[2] * arb(0, 1) * ((high - low) / 2)
        return other if other.is_finite() and other.rad() < jet[1].rad() else jet[1]

    def _mean_value_bound(self, low: arb, high: arb, middle: arb, slope: arb, side: int) -> arb:
        value = self.objective.at(middle, self.values, side)
        if not value.is_finite():
            return arb("inf")
        if value.lower() > self.best:
            self.offer_set(value, middle, middle, side)
        return (value + slope * arb(0, 1) * ((high - low) / 2)).upper()

    def treat(self, low: arb, high: arb, side: int, value: arb, slope: arb, curvature: arb) -> None:
        """Settle a cell by its derivatives, or split it."""
        middle = ((low + high) / 2).mid()
        if not value.is_finite() and not self.objective.at(middle, self.values, side).is_finite():
            raise SingularError(middle, middle)
        if slope == 0:
            self.offer_set(self.objective.at(middle, self.values, side), low, high, side)
        elif slope > 0:
            self.offer_point(high, side)
        elif slope < 0:
            self.offer_point(low, side)
        elif curvature > 0:
            self.offer_point(low, side)
            self.offer_point(high, side)
        elif curvature < 0:
            self.peak(low, high, side, middle, curvature)
        elif not middle > low or not middle < high or (not value.is_finite() and is_tiny(low, high, side)):
            raise SingularError(low, high)
        else:
            self.push(low, middle, side)
            self.push(middle, high, side)

    def peak(self, low: arb, high: arb, side: int, middle: arb, curvature: arb) -> None:
        """Enclose the maximum of a concave f on a cell: at an end, or where Newton's step puts f' = 0."""
        self.offer_point(low, side)
        self.offer_point(high, side)
        step = self._newton(low, high, side, middle, curvature)
        while step is not None:
            low, high, shrunk = step
            middle = ((low + high) / 2).mid()
            if (high - low) ** 2 * abs(curvature) <= self.slack():
                break
            if not shrunk:
                if high - low > min(_COARSE, arb(2) ** (-ctx.prec // 3)) * max(arb(1), abs(middle)):
                    self.push(low, middle, side)
                    self.push(middle, high, side)
                    return
                break
            curvature = self.objective.jet(low, high, self.values, side=side)[2]
            step = self._newton(low, high, side, middle, curvature)
        if step is not None:
            slope = self._refined_slope(low, high, middle, self.objective.jet(low, high, self.values, side=side), side)
            value = self.objective.at(middle, self.values, side) + slope * arb(0, 1) * ((high - low) / 2)
            self.offer_set(value, low, high, side, is_peak=True)

    def _newton(self, low: arb, high: arb, side: int, middle: arb, curvature: arb) -> tuple[arb, arb, bool] | None:
        """Return the part of the cell where f' may vanish and whether it shrank by half; None if it cannot vanish."""
        slope = self.objective.jet(middle, middle, self.values, 1, side)[1]
        place = middle - slope / (2 * curvature)
        new_low, new_high = max(low, place.lower()), min(high, place.upper())
        if new_low > new_high:
            return None
        return new_low, new_high, bool(2 * (new_high - new_low) < high - low)

    def push_tail(self, start: arb) -> None:
        """Settle the tail beyond ``start`` (its sign gives the side), or queue it with its bound."""
        side = 1 if start > 0 else -1
        upper = self.objective.tail_range(side, abs(start), self.values)[1]
        if self.objective.has_waves():
            ends = (start, INFINITY) if side > 0 else (-INFINITY, start)
            upper = min(upper, self.objective.wave_range(*ends, self.values, self.bound)[1])
        if upper < self.best:
            return
        slope = None
        try:
            germ, slope = self.objective.tail(side, abs(start), self.values)
            limit, upper = germ.limit(), min(upper, self._tail_bound(germ, side))
        except UndecidedError:
            limit = None
        direction = 0 if slope is None else slope.sign() * side
        # A limit known as a range alone is the supremum's lower bound here, and narrows further out.
        is_limit = limit is not None and direction > 0 and (2 * limit.rad() <= self.slack() or abs(start) > _FAR)
        if limit is not None and limit.is_finite():
            self.offer(Candidate(limit if is_limit else limit.lower(), side=side))
        if upper < self.best or is_limit:
            return
        if direction < 0 or (slope is not None and slope.is_zero()):
            self.offer_point(start)
            return
        if self.objective.wave_lengths and upper.is_finite():
            with ctx.workprec(ctx.prec + dyadic(abs(start)).numerator.bit_length()):
                place = peak_of_waves(self.objective, self.values, start, self.slack() / 4)
                if place is not None:
                    self.offer_point(place)
        heapq.heappush(self.queue, (-upper, next(self.ticket), (start,)))

    def _tail_bound(self, germ: Germ, side: int) -> arb:
        if germ.is_zero() or germ.scale.growth() <= 0:
            return germ.range().upper()
        if germ.sign() > 0:
            raise UnboundedError(side, proved=True)
        return arb(0) if germ.sign() < 0 else arb("inf")

    def cut_tail(self, start: arb) -> None:
        """Cut the tail at twice its start; where waves decide, further out."""
        farthest = arb(2) ** (_MOST_DOUBLINGS if self.queue_is_finite(start) else _MOST_WITHOUT_BOUND)
        if abs(start) > farthest:
            self.look_for_pole()
            raise UnboundedError(1 if start > 0 else -1, proved=False)
        further = start * (_STRIDE if self.objective.has_waves() and abs(start) >= _STRIDE else 2)
        self.push_tail(further)
        self.push(*((start, further) if start > 0 else (further, start)))

    def queue_is_finite(self, start: arb) -> bool:
        """Tell whether the bounds left in the queue are finite."""
        return not self.queue or bool((-self.queue[0][0]).is_finite())


@lru_cache(maxsize=256)
def _periodic_range(periodic: Expr, variable: Symbol, digits: int, bits: int) -> Interval:
    try:
        ends = [maximise(Objective(sign * periodic, variable), digits=digits).value.upper() for sign in (-1, 1)]
    except ValueError:
        return EVERYTHING
    return -ends[0], ends[1]


@dataclass(frozen=True, slots=True)
class Maximum:
    """The supremum of f as a ball, where it is attained or approached, and how many cells that took."""

    value: arb
    sites: tuple[Candidate, ...]
    cells: int


def maximise(
    objective: Anything,
    values: Sequence[arb] = (),
    *,
    digits: int = 30,
    guesses: Sequence[arb] = (),
    most_cells: int = 6000,
    deadline: float = math.inf,
) -> Maximum:
    """Enclose the supremum over R of an objective, at the precision in force.

    Args:    values: balls for the objective's parameters.
             digits: relative accuracy at which cells are left unsplit.
             guesses: points near which the maximum is expected; they only save work.
             deadline: of ``time.thread_time()``, in seconds.
    Raises:  UnboundedError, SingularError (a pole, a kink, complex values), EffortError.
    """
    search = Search(objective, values, digits, most_cells, deadline)
    search.run(guesses)
    uppers = [candidate.value.upper() for candidate in search.candidates]
    upper = max([search.residual, *uppers])
    sites = tuple(item for item in search.candidates if item.value.upper() >= search.best)
    return Maximum(search.best.union(upper), sites, search.cells)
