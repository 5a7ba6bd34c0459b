"""Doubles: fast, not rigorous; the supremum over z by a table, then Newton steps from the best point.

A value is within a few units of rounding per step of a recursion of the true one; ``evaluate`` gives rigorous ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from typing import Any

import sympy
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.evaluation.generated import compile_doubles
from boundcheck.evaluation.polarisation import along_u, along_w, polarise
from boundcheck.evaluation.recursion import Stepper
from boundcheck.evaluation.terms import free_symbols
from boundcheck.language import Recurrence, Supremum
from boundcheck.notation import sigma_z, z

NEWTON_STEPS = 8
SCAN = 8
TABLE_EVERY, FIRST = 64, 3
NEAR_BY = 64.0
SHORT = (12, 48, 160)
ROUNDING = 2.0**-50
NEARBY = 3e-4
HALVINGS = 13
MAX_PARABOLAS = 12
CLOSE = 1e-11


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
    orders = range(min(5, activation.smoothness + 1))
    with np.errstate(all="ignore"):
        return tuple(
            np.broadcast_to(compile_doubles((activation.derivative(k),), (z,), vector=True)(points)[0], points.shape)
            for k in orders
        )


@lru_cache(maxsize=512)
def ascent(expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> Any:
    """Compile (value, slope, curvature) of the expression at z, by the chain rule through s_k -> s_{k+1}."""
    slope, curvature = _along(expression), _along(_along(expression))
    at = {symbol: activation.derivative(k) for k, symbol in enumerate(sigma_z) if k <= activation.smoothness}
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
            self.place = float(self.points[place])
            found = self._climb(self.place, values)
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
