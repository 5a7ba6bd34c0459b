"""The supremum over z of an expression in s_k, in doubles: a table of points, then Newton steps; not rigorous."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure.objective import differentiate
from boundcheck.evaluation.generated import compile_doubles
from boundcheck.notation import sigma_z, z

NEWTON_STEPS = 8
TABLE_EVERY, FIRST = 64, 3
NEAR_BY = 64.0
CLOSE = 1e-11
CLOSE_PEAK, MOST_PEAKS, BESIDE = 0.02, 3, 1e-4


@lru_cache(maxsize=2)
def grid(*, one_sided: bool) -> Any:
    """Points z of the table: even steps of 1/8 up to 8, growing to 2^68, and shrinking to 1e-6 around 0."""
    import numpy as np

    far = [8 * 2.0 ** np.arange(1 / 2, 28, 1 / 2), 2.0 ** np.arange(32, 70, 2)]
    parts = [np.arange(0, 65) / 8, *far, np.geomspace(1e-6, 0.1, 48)]
    positive = np.unique(np.concatenate(parts))
    return positive if one_sided else np.unique(np.concatenate([-positive, positive]))


@lru_cache(maxsize=64)
def derivatives_on_grid(activation: Activation) -> tuple[Any, ...]:
    """Return sigma, sigma', ... (as many as exist, at most five) on the table; NaN where they overflow.

    One side suffices for an odd or even activation: |s_k| is then even, and s_k enters by its absolute value.
    """
    import numpy as np

    points = grid(one_sided=activation.parity is not None)
    slots = [activation.continued_derivative(k) for k in range(min(5, activation.smoothness + 1))]
    with np.errstate(all="ignore"):
        return tuple(
            np.broadcast_to(compile_doubles((slot,), (z,), vector=True)(points)[0], points.shape) for slot in slots
        )


@lru_cache(maxsize=512)
def ascent(expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> Any:
    """Compile (value, slope, curvature) of the expression at z, by the chain rule through s_k -> s_{k+1}."""
    slope, curvature = _along(expression), _along(_along(expression))
    at = {symbol: differentiate(activation.continued, z, k) for k, symbol in enumerate(sigma_z)}
    return compile_doubles(tuple(item.xreplace(at) for item in (expression, slope, curvature)), (z, *symbols))


MODULI = {sympy.Abs(symbol): Symbol(f"y_{k}", nonnegative=True) for k, symbol in enumerate(sigma_z)}
SIGNS = {sympy.sign(symbol): Symbol(f"g_{k}", real=True) for k, symbol in enumerate(sigma_z)}
BACK = {name: item for item, name in (*MODULI.items(), *SIGNS.items())}


def _along(expression: Expr) -> Expr:
    """Differentiate along z: s_k to s_{k+1}, |s_k| to sign(s_k) s_{k+1}, signs to 0."""
    plain = expression.xreplace({**MODULI, **SIGNS})
    rates = {symbol: sigma_z[k + 1] for k, symbol in enumerate(sigma_z[:4])}
    signs = dict(zip(MODULI.values(), SIGNS.values(), strict=True))
    rates |= {modulus: sign * sigma_z[k + 1] for k, (modulus, sign) in enumerate(tuple(signs.items())[:4])}
    terms = (sympy.diff(plain, symbol) * rate for symbol, rate in rates.items() if symbol in plain.free_symbols)
    return sympy.Add(*terms).xreplace(BACK)


@lru_cache(maxsize=512)
def _on_table(expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> tuple[Any, list[Any]]:
    used = tuple(symbol for symbol in sigma_z if symbol in expression.free_symbols)
    table = derivatives_on_grid(activation)
    orders = [sigma_z.index(symbol) for symbol in used]
    if max(orders, default=0) >= len(table):
        message = (
            f"this tier needs sigma^({max(orders)}) everywhere, and {activation.name} is only of class "
            f"C^{activation.smoothness} (choose a smoother activation)"
        )
        raise ValueError(message)
    columns = [table[order] for order in orders]
    return compile_doubles((expression,), (*used, *symbols), vector=True), columns


class ScalarSupremum:
    """sup over z of an expression, call after call for slowly changing values.

    Each call climbs from the last maximiser; the table is asked at the first calls and every so often. If it ever shows
    a better place than climbing found, it is asked at every call from then on, and ``doubtful`` says that calls before
    in the same run may have been too low.
    """

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> None:
        self.on_table, self.columns = _on_table(expression, symbols, activation)
        self.near = ascent(expression, symbols, activation)
        self.points = grid(one_sided=activation.parity is not None)
        self.is_near = abs(self.points) <= NEAR_BY
        self.at: Any = None
        self.place = 0.0
        self.missed = False
        self.forget()

    def forget(self) -> None:
        """Begin anew: nothing is known of where the maximiser is."""
        self.at, self.doubtful = None, False
        self.asked = self.until_table = 0

    def __call__(self, *values: float) -> float:
        """Return the supremum at these values of the symbols."""
        self.until_table -= 1
        if self.until_table < 0:
            return self._from_table(values)
        try:
            height, slope, curvature = self.near(self.at, *values)
            if curvature < 0 and slope * slope < -CLOSE * curvature * height:  # near enough: the usual case
                self.at -= slope / curvature
                return height - slope * slope / (2 * curvature)
        except (ArithmeticError, ValueError):
            return self._from_table(values)
        found = self._climb(self.at, values)
        return self._from_table(values) if found is None else found

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

    def _climb_from_peaks(self, heights: Any, values: tuple[float, ...]) -> float | None:
        """Climb from the highest place on the table, and from other peaks on it that are nearly as high."""
        import numpy as np

        bounded = np.nan_to_num(heights, nan=-np.inf)
        inner = bounded[1:-1]
        peaks = 1 + np.flatnonzero((inner > bounded[:-2]) & (inner >= bounded[2:]) & self.is_near[1:-1])
        top = int(np.argmax(bounded))
        others = [int(k) for k in peaks if k != top and bounded[k] > bounded[top] - CLOSE_PEAK * abs(bounded[top])]
        others.sort(key=lambda k: -bounded[k])
        climbed = []
        # A symmetric kink lies on the table: climb from it, and from both sides of it.
        highest = float(self.points[top])
        beside = [highest + sign * BESIDE * (1 + abs(highest)) for sign in (-1, 1)]
        for start in (highest, *beside, *(float(self.points[k]) for k in others[:MOST_PEAKS])):
            found = self._climb(start, values)
            climbed.append((-math.inf if found is None else found, start, self.at))
        best, self.place, self.at = max(climbed, key=lambda item: item[0])
        if best == -math.inf:
            self.place = float(self.points[top])
            return None
        return best

    def _from_table(self, values: tuple[float, ...]) -> float:
        import numpy as np

        with np.errstate(all="ignore"):
            heights = np.broadcast_to(self.on_table(*self.columns, *values)[0], self.points.shape)
            place = int(np.nanargmax(heights)) if not np.all(np.isnan(heights)) else 0
        best, before = float(heights[place]), self.at
        expected = None if before is None else self._climb(before, values)
        found = None
        if abs(self.points[place]) > NEAR_BY:  # one of many equal peaks, perhaps, and too far out to climb in doubles
            self.place = float(self.points[int(np.nanargmax(np.where(self.is_near, heights, -np.inf)))])
            found = self._climb(self.place, values)
        if found is None or found < best:
            found = self._climb_from_peaks(heights, values)
        self.place = self.place if found is None or self.at is None else self.at
        top = max(value for value in (best, expected, found) if value is not None)
        self.asked += 1
        if expected is not None and self.asked > FIRST and top > expected + 1e-12 * abs(top):
            self.missed = self.doubtful = True
        if found is None:
            self.at = None
        lost = self.at is None or self.missed or self.asked < FIRST
        self.until_table = 0 if lost else TABLE_EVERY - 1
        return top
