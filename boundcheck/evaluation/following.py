"""A supremum over z followed from call to call: what was certified for a box of coefficients is used on all of it.

E(x) = sum_j c_j M_j(x) with c_j >= 0 and monomials M_j in the |s_k| along a chart. Where E is largest depends on the
ratios of the c_j only. A ``Neighbourhood`` holds for every ratio in a box: (1) outside an interval N of the chart E is
below its value at a point of N: the difference sum_j r_j (M_j(x) - M_j(x0)) is bounded on cells, linear in the ratios;
(2) on N, E'' <= -k < 0. A call then costs Newton steps only: with c in N, E <= E(c) + E'(c)^2/(2k) on the whole line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from flint import arb, ctx
from sympy import Expr, Symbol

from boundcheck.evaluation.charts import Chart, lower_double, x
from boundcheck.evaluation.generated import compile_balls, compile_doubles
from boundcheck.evaluation.monomials import along, polynomial

MARGIN = 1e-12
SLACKS = (0.3, 0.1, 0.03, 0.01, 0.002)
NEWTON_STEPS = 12
PIECES = 8
MOST_NEIGHBOURHOODS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """An interval [low, high] of the chart that holds every maximiser while the ratios c_j / c_reference stay in a box.

    box: (j, least, greatest) for the coefficients that move the maximiser; signs: of each s_k on the interval;
    curvature: E'' <= -curvature * c_reference there.
    """

    reference: int
    box: tuple[tuple[int, arb, arb], ...]
    low: arb
    high: arb
    signs: tuple[int, ...]
    curvature: arb

    def holds(self, weights: Sequence[arb]) -> bool:
        """Tell whether the ratios of the coefficients, which are all >= 0, are certainly in the box."""
        unit = weights[self.reference]
        return bool(unit > 0) and all(
            weights[j] <= greatest * unit and (least == 0 or least * unit <= weights[j])
            for j, least, greatest in self.box
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """A polynomial in |s_k| along a chart, compiled.

    form: E in the ``names`` of |s_k|, k in ``slots``, and the ``symbols`` c_j; coefficients: the c_j in the parameters.
    weights: balls of the c_j from the parameters; parts: s_k, s_k', s_k'' at x; heights: the M_j at |s_k|; climb: in
    doubles, E, E', E'' at x from the c_j; table: (cells, j), doubles >= M_j between ``edges``; scales: j, about the
    largest M_j; moving: those j whose M_j is not constant.
    """

    chart: Chart
    slots: tuple[int, ...]
    names: tuple[Symbol, ...]
    symbols: tuple[Symbol, ...]
    form: Expr
    monomials: tuple[Expr, ...]
    coefficients: tuple[Expr, ...]
    weights: Any
    parts: Any
    heights: Any
    climb: Any
    edges: Any
    table: Any
    scales: tuple[float, ...]
    moving: tuple[int, ...]


@lru_cache(maxsize=256)
def shape(
    expression: Expr, symbols: tuple[Symbol, ...], chart: Chart, slots: tuple[int, ...], names: tuple[Symbol, ...]
) -> Shape:
    """Compile a polynomial in the ``names`` of |s_k|, k in ``slots``."""
    import numpy as np

    found = polynomial(expression, names)
    assert found is not None
    terms = tuple(found.items())
    coefficients = tuple(Symbol(f"c_{j}", positive=True) for j in range(len(terms)))
    monomials = tuple(
        sympy.Mul(*(name**power for name, power in zip(names, powers, strict=True))) for powers, _ in terms
    )
    form = sympy.Add(*(c * monomial for c, monomial in zip(coefficients, monomials, strict=True)))
    columns = compile_doubles(monomials, names, vector=True)
    with np.errstate(all="ignore"):
        half = len(chart.edges) // 2 if _is_even(chart, slots) else 0
        uppers = [chart.uppers[k][half:] for k in slots]
        bounds = [np.broadcast_to(column, uppers[0].shape) for column in columns(*uppers)]
        table = np.array(bounds).T * (1 + MARGIN) + 1e-290
    finite = np.where(np.isfinite(table), table, 0.0).max(axis=0)
    return Shape(
        chart=chart,
        slots=slots,
        names=names,
        symbols=coefficients,
        form=form,
        monomials=monomials,
        coefficients=tuple(coefficient for _, coefficient in terms),
        weights=compile_balls(tuple(coefficient for _, coefficient in terms), symbols),
        parts=compile_balls(tuple(part for k in slots for part in chart.slots[k]), (x,)),
        heights=compile_balls(monomials, names),
        climb=_in_doubles(form, names, slots, coefficients, chart),
        edges=chart.edges[half:],
        table=table,
        scales=tuple(float(scale) if scale > 0 else 1.0 for scale in finite),
        moving=tuple(j for j, (powers, _) in enumerate(terms) if any(powers)),
    )


def _is_even(chart: Chart, slots: tuple[int, ...]) -> bool:
    """Tell whether the |s_k| are even on a chart of the whole line, so that half of it suffices."""
    if chart.one_sided or chart.edges[0] != -chart.edges[-1] or chart.edges[len(chart.edges) // 2] != 0:
        return False
    pairs = ((chart.slots[k][0], chart.slots[k][0].xreplace({x: -x})) for k in slots)
    return all(sympy.expand(one - two) == 0 or sympy.expand(one + two) == 0 for one, two in pairs)


@lru_cache(maxsize=512)
def pointwise(form: Shape, signs: tuple[int, ...]) -> tuple[Any, Any]:
    """Compile, for signs of the s_k, E, E' and E'' at x from the c_j; and the M_j, then the M_j', at x."""
    signed = [tuple(sign * part for part in form.chart.slots[k]) for sign, k in zip(signs, form.slots, strict=True)]
    rule = dict(zip(form.names, (parts[0] for parts in signed), strict=True))

    def rate(item: Expr, order: int) -> Expr:
        return along(item, {y: parts[order] for y, parts in zip(form.names, signed, strict=True)})

    slope = rate(form.form, 1)
    values = tuple(item.xreplace(rule) for item in (form.form, slope, rate(slope, 1) + rate(form.form, 2)))
    terms = tuple(item.xreplace(rule) for item in (*form.monomials, *(rate(item, 1) for item in form.monomials)))
    return compile_balls(values, (x, *form.symbols)), compile_balls(terms, (x,))


def _in_doubles(form: Expr, names: Any, slots: tuple[int, ...], coefficients: tuple[Symbol, ...], chart: Chart) -> Any:
    """Compile E, E' and E'' in doubles as functions of x and the c_j."""
    at = {name: sympy.Abs(chart.slots[k][0]) for name, k in zip(names, slots, strict=True)}
    first = {name: sympy.sign(chart.slots[k][0]) * chart.slots[k][1] for name, k in zip(names, slots, strict=True)}
    second = {name: sympy.sign(chart.slots[k][0]) * chart.slots[k][2] for name, k in zip(names, slots, strict=True)}
    slope = along(form, first)
    bend = along(slope, first) + along(form, second)
    return compile_doubles(tuple(item.xreplace(at) for item in (form, slope, bend)), (x, *coefficients))


class Follower:
    """The supremum at one call after the other; neighbourhoods that were certified are kept."""

    def __init__(self, form: Shape) -> None:
        self.shape = form
        self.known: list[Neighbourhood] = []
        self.at = 0
        self.place: float | None = None

    def supremum(self, values: Sequence[arb]) -> arb | None:
        """Enclose the supremum at balls > 0 for the parameters; None where no neighbourhood can be certified."""
        weights = self.shape.weights(*values)
        around = self.around(weights)
        return None if around is None else self.climbed(around, weights)[0]

    def around(self, weights: Sequence[arb]) -> Neighbourhood | None:
        """Find a neighbourhood for these coefficients: the last one, the next, the first, or a new one."""
        for place in (self.at, self.at + 1, 0):
            if place < len(self.known) and self.known[place].holds(weights):
                self.at = place
                return self.known[place]
        if len(self.known) >= MOST_NEIGHBOURHOODS:
            self.known, self.at = [], 0
        found = self._certified(weights)
        if found is not None:
            self.at = min(self.at + 1, len(self.known))
            self.known.insert(self.at, found)
        return found

    def climbed(self, around: Neighbourhood, weights: Sequence[arb]) -> tuple[arb, arb, arb]:
        """Enclose the supremum by Newton steps in a neighbourhood; return it, the last point and the slope there."""
        unit, low, high = weights[around.reference], around.low, around.high
        point = arb(self._near(around, [float((weight / unit).mid()) for weight in weights]))
        least, tiny = 2 * around.curvature * unit.lower(), _tiny(ctx.prec)
        for _ in range(NEWTON_STEPS):
            value, slope, bend = self.along(point, around.signs, weights)
            if (point == low and slope <= 0) or (point == high and slope >= 0):
                return value, point, slope
            excess = slope * slope / least
            if excess <= value * tiny or excess <= value.rad() / 64:
                break
            following = (point - slope.mid() / bend.mid()).mid()
            following = low if following < low else high if following > high else following
            if following == point:
                break
            point = following
        return value.union(value + excess.upper()), point, slope

    def _near(self, around: Neighbourhood, ratios: list[float]) -> float:
        """Return about the maximiser, by Newton's method in doubles."""
        low, high = float(around.low), float(around.high)
        at = (low + high) / 2 if self.place is None or not low <= self.place <= high else self.place
        for _ in range(NEWTON_STEPS):
            try:
                height, slope, bend = self.shape.climb(at, *ratios)
            except (ArithmeticError, ValueError):
                break
            if not bend < 0:
                break
            before, at = at, min(max(at - slope / bend, low), high)
            if abs(at - before) <= 1e-9 * (high - low) or slope * slope <= -1e-18 * bend * height:
                break
        self.place = at = min(max(at, low), high)
        return at

    def along(self, point: arb, signs: tuple[int, ...], weights: Sequence[arb]) -> tuple[arb, arb, arb]:
        """Return E, E' and E'' at a point (or on a piece) of the chart."""
        value, slope, bend = pointwise(self.shape, signs)[0](point, *weights)
        return value, slope, bend

    def terms(self, point: arb, signs: tuple[int, ...]) -> Sequence[arb]:
        """Return the M_j, then the M_j', at a point (or on a piece) of the chart."""
        found: Sequence[arb] = pointwise(self.shape, signs)[1](point)
        return found

    def _certified(self, weights: Sequence[arb]) -> Neighbourhood | None:
        """Certify a neighbourhood around the maximiser for ratios near those of the coefficients."""
        import numpy as np

        form = self.shape
        heights = [
            float(weight.mid()) * form.scales[j] if j in form.moving else -1.0 for j, weight in enumerate(weights)
        ]
        reference = max(range(len(weights)), key=heights.__getitem__)
        if not (math.isfinite(heights[reference]) and heights[reference] > 0):
            return None
        unit = weights[reference]
        ratios = np.array(
            [float((weight / unit).mid()) if j in form.moving else 0.0 for j, weight in enumerate(weights)]
        )
        with np.errstate(all="ignore"):
            place = self._highest(ratios)
            here = form.heights(*(abs(part) for part in form.parts(arb(place))[::3]))
            least = np.array([max(lower_double(value), 0.0) for value in here])
            gaps, sums = form.table - least, form.table + least
        units = np.array([form.scales[reference] / scale for scale in form.scales])
        for slack in SLACKS:
            room = slack * units * np.array([j in form.moving and j != reference for j in range(len(weights))])
            with np.errstate(all="ignore"):
                bounds = gaps @ ratios + np.abs(gaps) @ room + MARGIN * (sums @ (ratios + room))
            open_cells = np.flatnonzero(~(bounds < 0))
            found = self._curved(open_cells, place, reference, ratios, room)
            if found is not None and found.holds(weights):
                return found
        return None

    def _highest(self, ratios: Any) -> float:
        """Return about the maximiser at these ratios: the best cell, then Newton's method in doubles."""
        import numpy as np

        edges = self.shape.edges
        heights = self.shape.table @ ratios
        cell = int(np.argmax(np.where(np.isfinite(heights), heights, -math.inf)))
        low, high = float(edges[max(cell - 1, 0)]), float(edges[min(cell + 2, len(edges) - 1)])
        low, high = (
            (low if math.isfinite(low) else float(edges[cell])),
            (high if math.isfinite(high) else float(edges[cell + 1])),
        )
        at = start = (float(edges[cell]) + float(edges[cell + 1])) / 2
        for _ in range(NEWTON_STEPS):
            try:
                _, slope, bend = self.shape.climb(at, *ratios.tolist())
            except (ArithmeticError, ValueError):
                return start
            if not bend < 0:
                return high if slope > 0 else low if slope < 0 else at
            before, at = at, min(max(at - slope / bend, low), high)
            if abs(at - before) <= 1e-9:
                break
        return at

    def _curved(self, open_cells: Any, place: float, reference: int, ratios: Any, room: Any) -> Neighbourhood | None:
        """Return the neighbourhood of some open cells if E is concave there for all ratios in the box."""
        if not len(open_cells) or open_cells[-1] - open_cells[0] != len(open_cells) - 1:
            return None
        edges = self.shape.edges
        low, high = float(edges[open_cells[0]]), float(edges[open_cells[-1] + 1])
        if not (math.isfinite(low) and math.isfinite(high) and low <= place <= high):
            return None
        box = tuple(
            (j, arb(max(ratio - size, 0.0)), arb(ratio + size))
            for j, (ratio, size) in enumerate(zip(ratios.tolist(), room.tolist(), strict=True))
            if j in self.shape.moving and j != reference
        )
        balls = [arb(0)] * len(ratios)
        balls[reference] = arb(1)
        for j, least, greatest in box:
            balls[j] = least.union(greatest)
        signs = signs_on(self.shape, arb(low), arb(high))
        if signs is None:
            return None
        steps = [low + (high - low) * k / PIECES for k in range(PIECES)] + [high]
        curvature = None
        for start, end in zip(steps, steps[1:], strict=False):
            bend = self.along(arb(start).union(arb(end)), signs, balls)[2]
            if not bend < 0:
                return None
            weakest = (-bend).lower()
            curvature = weakest if curvature is None else min(curvature, weakest)
        assert curvature is not None
        return Neighbourhood(
            reference=reference, box=box, low=arb(low), high=arb(high), signs=signs, curvature=curvature
        )


@lru_cache(maxsize=64)
def _tiny(bits: int) -> arb:
    return arb(2) ** (-6 - bits)


def signs_on(form: Shape, low: arb, high: arb) -> tuple[int, ...] | None:
    """Return the sign of each s_k on an interval of the chart: seen, or by its slope where it vanishes at an end."""
    piece, found = low.union(high), []
    parts, middle = form.parts(piece), form.parts(piece.mid())
    for index, k in enumerate(form.slots):
        ball, slope = parts[3 * index], parts[3 * index + 1]
        if not (ball >= 0 or ball <= 0):
            inner = middle[3 * index] + slope * (piece - piece.mid())
            ball = inner if inner >= 0 or inner <= 0 else ball
        slot = form.chart.slots[k][0]
        if ball >= 0 or ball <= 0:
            found.append(1 if ball >= 0 else -1)
        elif (slope > 0 or slope < 0) and _vanishes(slot, low):
            found.append(1 if slope > 0 else -1)
        elif (slope > 0 or slope < 0) and _vanishes(slot, high):
            found.append(-1 if slope > 0 else 1)
        else:
            return None
    return tuple(found)


def _vanishes(slot: Expr, point: arb) -> bool:
    """Tell whether s_k is exactly zero at a point -1, 0 or 1 of the chart, where symmetry puts zeros."""
    whole = int(float(point)) if point == -1 or point == 0 or point == 1 else None
    return whole is not None and _zero_at(slot, whole)


@lru_cache(maxsize=512)
def _zero_at(slot: Expr, whole: int) -> bool:
    """Tell whether an expression along the chart vanishes at an integer, exactly."""
    return bool(slot.subs(x, whole) == 0)
