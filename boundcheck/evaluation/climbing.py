"""The supremum over z of an expression in s_k, in doubles: a table of points, then Newton steps; not rigorous."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure.objective import differentiate
from boundcheck.evaluation.generated import double_lines, function_of
from boundcheck.evaluation.monomials import along
from boundcheck.evaluation.recursion import Lines
from boundcheck.evaluation.tabulated import table_of
from boundcheck.notation import sigma_z, z

NEWTON_STEPS = 8
TABLE_EVERY, FIRST = 64, 3
CLOSE = 1e-11
MOST_PEAKS, BESIDE = 3, 1e-4
NEVER = 2**60


class Ascent:
    """(value, slope, curvature) of an expression in s_k at z, by the chain rule through s_k -> s_{k+1}, in doubles."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> None:
        slope = _along(expression)
        triple = (expression, slope, _along(slope))
        used = tuple(symbol for symbol in sigma_z if any(symbol in item.free_symbols for item in triple))
        self.slots = double_lines(tuple(differentiate(activation.continued, z, sigma_z.index(s)) for s in used), (z,))
        self.outer = double_lines(triple, (*used, *symbols))
        space: dict[str, Any] = {}
        inputs = [f"p{k}" for k in range(len(symbols))]
        lines, results = self.written(["z", *inputs], "r", space)
        self.function = function_of(lines, ["z", *inputs], results, space)

    def written(self, inputs: Sequence[str], name: str, space: dict[str, Any]) -> tuple[list[str], list[str]]:
        """Return lines of Python and the variables of value, slope and curvature, as ``DoubleLines`` does."""
        slots, values = self.slots.written(inputs[:1], f"{name}s", space)
        lines, results = self.outer.written([*values, *inputs[1:]], f"{name}e", space)
        return [*slots, *lines], results


ascent = lru_cache(maxsize=512)(Ascent)


MODULI = {sympy.Abs(symbol): Symbol(f"y_{k}", nonnegative=True) for k, symbol in enumerate(sigma_z)}
SIGNS = {sympy.sign(symbol): Symbol(f"g_{k}", real=True) for k, symbol in enumerate(sigma_z)}
BACK = {name: item for item, name in (*MODULI.items(), *SIGNS.items())}


def _along(expression: Expr) -> Expr:
    """Differentiate along z: s_k to s_{k+1}, |s_k| to sign(s_k) s_{k+1}, signs to 0."""
    plain = expression.xreplace({**MODULI, **SIGNS})
    rates = {symbol: sigma_z[k + 1] for k, symbol in enumerate(sigma_z[:4])}
    signs = dict(zip(MODULI.values(), SIGNS.values(), strict=True))
    rates |= {modulus: sign * sigma_z[k + 1] for k, (modulus, sign) in enumerate(tuple(signs.items())[:4])}
    return along(plain, rates).xreplace(BACK)


class ScalarSupremum:
    """sup over z of an expression, call after call for slowly changing values.

    Each call climbs from where the last maximisers lead; the table is asked at the first calls and every so often. If
    it ever shows a better place than climbing found, it is asked at every call from then on, and ``doubtful`` says that
    calls before in the same run may have been too low. A run said to be near the last one starts from its first
    maximisers and does not ask the table.
    """

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> None:
        self.table = table_of(expression, symbols, activation)
        self.ascent = ascent(expression, symbols, activation)
        self.near = self.ascent.function
        self.at: Any = None  # the last maximiser, and the one before
        self.was: Any = None
        self.place = 0.0
        self.missed = False
        self.first: list[tuple[float, float]] = []  # maximisers of the first calls, and the values there
        self.begin()

    def begin(self, *, nearby: bool = False) -> None:
        """Begin a new run: nothing is known of where the maximiser is, or that it begins near where it did before."""
        self.at = self.was = None
        self.doubtful = False
        self.is_nearby = nearby and len(self.first) == FIRST and not self.missed
        self.asked = self.until_table = 0

    def written(self, result: str, inputs: list[str], name: str, space: dict[str, Any]) -> Lines:
        """Write a call: Newton steps from the place ahead on the line through the last two; else ``sought``."""
        space |= {name: self, f"{name}tries": range(NEWTON_STEPS)}
        lines, (height, slope, bend) = self.ascent.written([f"{name}x", *inputs], f"{name}e", space)
        at, was, left, x, step, gain = (f"{name}{word}" for word in ("at", "was", "left", "x", "step", "gain"))
        begin = [f"{at} = {name}.at", f"{was} = {name}.was", f"{left} = {name}.until_table"]
        end = [f"{name}.at = {at}", f"{name}.was = {was}", f"{name}.until_table = {left}"]
        each = [
            f"{left} -= 1",
            f"{result} = None",
            f"if {left} >= 0:",
            f"    {x} = {at} + {at} - {was}",
            "    try:",
            f"        for _ in {name}tries:",
            *(f"            {line}" for line in lines),
            f"            if not {bend} < 0:",
            "                break",
            f"            {step} = -{slope} / {bend}",
            f"            if not -1 < {step} < 1:",
            "                break",
            f"            {x} += {step}",
            f"            {gain} = {slope} * {step}",
            f"            if {gain} <= {CLOSE} * {height} or {gain} <= {CLOSE} * -{height}:",
            f"                {result} = {height} + {gain} / 2",
            f"                {was}, {at} = {at}, {x}",
            "                break",
            "    except (ArithmeticError, ValueError):",
            "        pass",
            f"if {result} is None:",
            *(f"    {line}" for line in end),
            f"    {result} = {name}.sought({', '.join(inputs)})",
            *(f"    {line}" for line in begin),
        ]
        return Lines(begin=begin, each=each, end=end)

    def __call__(self, *values: float) -> float:
        """Return the supremum at these values of the symbols."""
        self.until_table -= 1
        return self.sought(*values)

    def sought(self, *values: float) -> float:
        """Return the supremum: climbing from the last maximiser, or from the table where it is its turn."""
        before, found = self.at, None
        if self.is_nearby:
            place, value = self.first[self.asked]
            found = self._climb(place, values)
            if found is None or found < value / 2:  # climbed to nowhere
                found, self.is_nearby, self.until_table = None, False, 0
            else:
                self.asked += 1
                self.is_nearby = self.asked < FIRST
                self.until_table = 0 if self.is_nearby else NEVER
        elif self.until_table >= 0:
            found = self._climb(before, values)
        if found is None:
            found = self._from_table(values)
        self.was = self.at if before is None or self.asked < FIRST else before
        return found

    def _climb(self, at: float, values: tuple[float, ...]) -> float | None:
        """Climb by Newton's method; None unless it settles at a maximum nearby."""
        best = -math.inf
        for _ in range(NEWTON_STEPS):
            try:
                height, slope, curvature = self.near(at, *values)
            except (ArithmeticError, ValueError):
                return None
            best = max(best, height)
            if not curvature < 0:
                self.at = at
                return best if slope == 0 == curvature else None
            step = -slope / curvature
            if slope * step <= CLOSE * abs(height):
                self.at = at + step
                return max(best, height + slope * step / 2)
            if not abs(step) < 1:
                return None
            at += step
        return None

    def _climb_from_peaks(self, heights: Any, top: int, others: list[int], values: tuple[float, ...]) -> float | None:
        """Climb from the highest place on the table, and from other peaks on it that are nearly as high."""
        climbed = []
        # A symmetric kink lies on the table: climb from it, and from both sides of it.
        highest = float(self.table.points[top])
        is_rough = self.table.is_rough[top]
        beside = [highest + sign * BESIDE * (1 + abs(highest)) for sign in (-1, 1)] if is_rough else []
        others.sort(key=lambda k: -heights[k])
        for start in (highest, *beside, *(float(self.table.points[k]) for k in others[:MOST_PEAKS])):
            found = self._climb(start, values)
            climbed.append((-math.inf if found is None else found, start, self.at))
        best, self.place, self.at = max(climbed, key=lambda item: item[0])
        if best == -math.inf:
            self.place = highest
            return None
        return best

    def _from_table(self, values: tuple[float, ...]) -> float:
        before, points = self.at, self.table.points
        heights, top = self.table.heights(values)
        best = float(heights[top])
        expected = None if before is None else self._climb(before, values)
        others = self.table.peaks(heights, top)
        found = None
        if expected is not None and expected >= best and self.asked >= FIRST and not others and self._is_beside(top):
            found = expected
        elif not self.table.is_near[top]:  # one of many equal peaks, perhaps, and too far out to climb in doubles
            self.place = float(points[self.table.highest_nearby(heights)])
            found = self._climb(self.place, values)
        if found is None or found < best:
            found = self._climb_from_peaks(heights, top, others, values)
        self.place = self.place if found is None or self.at is None else self.at
        highest = max(value for value in (best, expected, found) if value is not None)
        if self.asked < FIRST:
            self.first = [*self.first[: self.asked], (self.place, highest)]
        self.asked += 1
        if expected is not None and self.asked > FIRST and highest > expected + 1e-12 * abs(highest):
            self.doubtful = self.doubtful or not self.missed  # a run that asked every time is right
            self.missed = True
        if found is None:
            self.at = None
        lost = self.at is None or self.missed or self.asked < FIRST
        self.until_table = 0 if lost else TABLE_EVERY - 1
        return highest if highest > -math.inf else math.nan

    def _is_beside(self, top: int) -> bool:
        """Tell whether the maximiser lies next to the highest point of the table, and no kink there."""
        points = self.table.points
        if not 0 < top < len(points) - 1 or self.table.is_rough[top]:
            return False
        return bool(points[top - 1] <= self.at <= points[top + 1])
