"""Doubles: fast, not rigorous; a value is within a few units of rounding per step of a recursion of the true one.

``evaluate`` gives rigorous ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.evaluation.generated import compile_doubles
from boundcheck.evaluation.peaks import NEARBY, moved_peak, peak, scanned
from boundcheck.evaluation.polarisation import along_u, along_w, polarise
from boundcheck.evaluation.recursion import Stepper
from boundcheck.evaluation.tabulated import ScalarSupremum
from boundcheck.evaluation.terms import free_symbols
from boundcheck.language import Recurrence, Supremum

SHORT = (12, 48, 160)
ROUNDING = 2.0**-50


class Doubles:
    """Arithmetic of doubles for one activation."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation
        self.suprema: list[ScalarSupremum] = []

    def begin(self) -> None:
        """Forget where the last run's maximisers were."""
        for item in self.suprema:
            item.forget()

    def must_repeat(self) -> bool:
        """Tell whether a run may have followed a maximiser that is not the greatest (it is followed no more)."""
        return any(item.doubtful for item in self.suprema)

    def period(self, before: list[float], last: list[float], now: list[float]) -> int:
        """Two steps that changed nothing by more than some roundings: what is left is of the order of the roundings."""
        rows = zip(before, last, now, strict=True)
        return int(all(x == y == z or max(abs(z - x), abs(z - y)) <= ROUNDING * abs(z) for x, y, z in rows))

    def number(self, value: Any) -> float:
        """Round to the nearest double."""
        try:
            return float(value)
        except OverflowError:
            return math.copysign(math.inf, value)

    def constant(self, order: int) -> float:
        """Return the supremum of |sigma^(order)|."""
        return float(self.activation.constant(order).enclosure(20))

    def function(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., float]:
        """Compile an expression to a function of doubles."""
        return compile_doubles((expression,), symbols, alone=True)

    def supremum(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., float]:
        """Compile the supremum over z."""
        self.suprema.append(ScalarSupremum(expression, symbols, self.activation))
        return self.suprema[-1]

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> float:
        """Return the supremum over directions."""
        return self.best_direction(supremum, length, values)[1]

    def best_direction(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> tuple[float, float]:
        """Return (angle, value) of the supremum over directions in [0, pi/2]: a scan, then parabolas."""
        return self._summit(supremum, length, values)[1:]

    def direction_with_bend(
        self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]
    ) -> tuple[float, float, float]:
        """Return (angle, value, second derivative) at the supremum over directions; NaN at an end of [0, pi/2]."""
        height, place, value = self._summit(supremum, length, values)
        if not NEARBY <= place <= math.pi / 2 - NEARBY:
            return place, value, math.nan
        return place, value, (height(place - NEARBY) - 2 * height(place) + height(place + NEARBY)) / NEARBY**2

    def _summit(
        self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]
    ) -> tuple[Callable[[float], float], float, float]:
        recurrence = supremum.value
        assert isinstance(recurrence, Recurrence)
        stepper = Stepper(polarise(recurrence, supremum.variable).plain, self)
        known = {symbol: self.number(values[symbol]) for symbol in free_symbols(supremum)}

        @cache
        def height(angle: float, at: int = length) -> float:
            known.update({along_w: math.cos(angle), along_u: math.sin(angle)})
            return stepper.run(known, at)

        if length <= SHORT[1]:
            return height, *peak(height, 0.0, math.pi / 2)
        # The maximiser settles long before the recursion ends: find it on a short one, follow it on longer ones.
        place, _, move = scanned(partial(height, at=SHORT[0]), 0.0, math.pi / 2)
        places = [(SHORT[0], place + move)]
        for at in SHORT[1:]:
            if length > at:
                place, _ = moved_peak(partial(height, at=at), _expected(places, at), 0.0, math.pi / 2, moves=1)
                places.append((at, place))
        return height, *moved_peak(height, _expected(places, length), 0.0, math.pi / 2)


def _expected(places: list[tuple[int, float]], length: int) -> float:
    """Guess where a maximiser is at a length from where it was at shorter ones: there, or on a line in 1/length."""
    (at, place), before = places[-1], places[-2:-1]
    if len(places) < 3:
        return place
    move, last = places[-2][1] - places[-3][1], place - before[0][1]
    if not 0.1 < (last / move if move else 0.0) < 1:
        return place  # it has settled
    return place + last * (1 / length - 1 / at) / (1 / at - 1 / before[0][0])
