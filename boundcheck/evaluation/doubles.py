"""Doubles: fast, not rigorous; a value is within a few units of rounding per step of a recursion of the true one.

``evaluate`` gives rigorous ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.evaluation.climbing import ScalarSupremum
from boundcheck.evaluation.generated import compile_doubles, double_lines
from boundcheck.evaluation.peaks import Peak, moved_peak, peak, scanned
from boundcheck.evaluation.polarisation import along_u, along_w, in_components
from boundcheck.evaluation.recursion import Lines, Stepper
from boundcheck.evaluation.terms import free_symbols
from boundcheck.language import Recurrence, Supremum

SHORT = (12, 48, 160)
ROUNDING = 2.0**-50
NEAR = 5e-3
BESIDE = 5e-5


class Doubles:
    """Arithmetic of doubles for one activation."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation
        self.suprema: list[ScalarSupremum] = []
        self.is_nearby = False

    def begin(self) -> None:
        """Forget where the last run's maximisers were, except if this one is said to be near it."""
        for item in self.suprema:
            item.begin(nearby=self.is_nearby)

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
        return _Function(expression, symbols)

    def supremum(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., float]:
        """Compile the supremum over z."""
        self.suprema.append(ScalarSupremum(expression, symbols, self.activation))
        return self.suprema[-1]

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> float:
        """Return the supremum over directions."""
        return self.best_direction(supremum, length, values)[1]

    def best_direction(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> tuple[float, float]:
        """Return (angle, value) of the supremum over directions in [0, pi/2]: a scan, then parabolas."""
        _, top = self._summit(supremum, length, values)
        return top.place, top.value

    def direction_with_bend(
        self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]
    ) -> tuple[float, float, float]:
        """Return (angle, value, second derivative) at the supremum over directions; the last may be NaN."""
        height, top = self._summit(supremum, length, values)
        place, step = top.place, BESIDE
        if step <= place <= math.pi / 2 - step:
            below, here, above = height(place - step), height(place), height(place + step)
            bend = (below - 2 * here + above) / step**2
            place += (below - above) / (2 * step * bend) if bend < 0 else 0.0
        else:
            inward = step if place < step else -step
            here, near, far = (height(place + k * inward) for k in range(3))
            bend = (here - 2 * near + far) / step**2
        return place, top.value, bend

    def _summit(
        self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]
    ) -> tuple[Callable[[float], float], Peak]:
        recurrence = supremum.value
        assert isinstance(recurrence, Recurrence)
        stepper = Stepper(in_components(recurrence, supremum.variable), self)
        known = {symbol: self.number(values[symbol]) for symbol in free_symbols(supremum)}
        anew: dict[int, float] = {}  # by length, the last direction whose maximisers were looked for on the table

        @cache
        def height(angle: float, at: int = length) -> float:
            known.update({along_w: math.cos(angle), along_u: math.sin(angle)})
            self.is_nearby = abs(angle - anew.get(at, math.inf)) < NEAR
            if not self.is_nearby:
                anew[at] = angle
            try:
                return stepper.run(known, at)
            finally:
                self.is_nearby = False

        if length <= SHORT[1]:
            return height, peak(height, 0.0, math.pi / 2)
        # The maximiser settles long before the recursion ends: find it on a short one, follow it on longer ones.
        top = scanned(partial(height, at=SHORT[0]), 0.0, math.pi / 2)
        places = [(SHORT[0], top.place)]
        for at in (*(short for short in SHORT[1:] if short < length), length):
            guess = replace(top, place=_expected(places, at))
            top = moved_peak(partial(height, at=at), guess, 0.0, math.pi / 2, is_rough=at < length)
            places.append((at, top.place))
        return height, top


def _expected(places: list[tuple[int, float]], length: int) -> float:
    """Guess where a maximiser is at a length from where it was at shorter ones: there, or on a line in 1/length."""
    (at, place), before = places[-1], places[-2:-1]
    if len(places) < 3 or not NEAR <= place <= math.pi / 2 - NEAR:
        return place
    move, last = places[-2][1] - places[-3][1], place - before[0][1]
    if not 0.1 < (last / move if move else 0.0) < 1:
        return place  # it has settled
    return place + last * (1 / length - 1 / at) / (1 / at - 1 / before[0][0])


class _Function:
    """An expression of doubles."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...]) -> None:
        self.call = compile_doubles((expression,), symbols, alone=True)
        self.lines = double_lines((expression,), symbols)

    def __call__(self, *values: float) -> float:
        """Return its value."""
        return float(self.call(*values))

    def written(self, result: str, inputs: list[str], name: str, space: dict[str, Any]) -> Lines:
        """Write it as lines."""
        lines, (output,) = self.lines.written(inputs, name, space)
        return Lines(each=[*lines, f"{result} = {output}"])
