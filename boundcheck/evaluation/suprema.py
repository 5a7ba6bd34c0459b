"""The supremum over z of a polynomial in |s_0|, |s_1|, ... with non-negative coefficients, certified fast.

**Bound on cells.** On a cell every |s_k| is at most a number known beforehand, and the polynomial is nondecreasing in
them, so its value at those numbers bounds it; in doubles with a relative margin for rounding, since nothing cancels.
**Where that does not settle a cell** (near the maximiser), pieces of it are settled by derivatives: if E'' <= -k < 0
on one and c is a point of it, then E <= E(c) + E'(c)^2/(2k); if E' has a sign there, E is largest at an end; and the
mean value form bounds E and E'. What is not settled goes to branch and bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import sympy
from flint import arb, ctx
from sympy import Expr, S, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure.errors import EffortError, UnboundedError
from boundcheck.enclosure.maximise import maximise
from boundcheck.enclosure.objective import Objective
from boundcheck.enclosure.pieces import PiecewiseObjective, objective_of
from boundcheck.evaluation.charts import FEW_ORDERS, ORDERS, Chart, chart_of, lower_double, upper_double, x
from boundcheck.evaluation.constants import constant_ball
from boundcheck.evaluation.following import Follower, shape, signs_on
from boundcheck.evaluation.generated import compile_balls, compile_doubles
from boundcheck.evaluation.monomials import along, polynomial
from boundcheck.notation import sigma_z, z

MARGIN = 1e-13
MAX_PIECES = 300
NEWTON_STEPS = 12
MAX_CLUSTERS = 8


Variants = dict[tuple[Expr, tuple[Symbol, ...]], "Variant"]


class CertifiedSupremum:
    """sup over z of an expression in s_k and parameters, certified at every call.

    A parameter that is exactly zero is put in as such: what it multiplies, with its kinks, is gone. Who asks for the
    same suprema again keeps ``variants``: what was certified for coefficients near by holds.
    """

    def __init__(
        self,
        expression: Expr,
        symbols: tuple[Symbol, ...],
        activation: Activation,
        variants: Variants | None = None,
    ) -> None:
        self.expression, self.symbols, self.activation = expression, symbols, activation
        self.variants: Variants = {} if variants is None else variants
        self.found: dict[tuple[bool, ...], Variant] = {}

    def __call__(self, *values: arb) -> arb:
        """Return the supremum over R at balls for the parameters."""
        zeros = tuple([value == 0 for value in values])
        if zeros not in self.found:
            absent = {symbol: S.Zero for symbol, zero in zip(self.symbols, zeros, strict=True) if zero}
            kept = tuple(symbol for symbol in self.symbols if symbol not in absent)
            self.found[zeros] = variant(self.expression.xreplace(absent), kept, self.activation, self.variants)
        found = self.found[zeros]
        return found([value for value in values if not value == 0] if any(zeros) else values)


def variant(expression: Expr, symbols: tuple[Symbol, ...], activation: Activation, variants: Variants) -> Variant:
    """Return the supremum of an expression all of whose parameters are non-zero, a new one if none is kept."""
    if (expression, symbols) not in variants:
        variants[expression, symbols] = Variant(expression, symbols, activation)
    return variants[expression, symbols]


class Variant:
    """The supremum of one expression, all of whose parameters are non-zero."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> None:
        self.expression, self.symbols, self.activation = expression, symbols, activation
        self.constant = None if expression.has(*sigma_z) else compile_balls((expression,), symbols)
        self.slots = tuple(k for k, symbol in enumerate(sigma_z) if symbol in expression.free_symbols)
        orders = FEW_ORDERS if max(self.slots, default=0) < FEW_ORDERS else ORDERS
        chart = chart_of(activation, orders) if self.slots and is_admissible(expression) else None
        self.multiple = None if chart is None else self._multiple()
        self.peaks = None if chart is None else _Peaks(expression, symbols, chart, self.slots)
        self.follower = None if self.peaks is None else Follower(self.peaks.shape)
        self.guesses: list[arb] = []

    def __call__(self, values: Sequence[arb]) -> arb:
        """Return the supremum over R at balls for the parameters."""
        if self.constant is not None:
            return self.constant(*values)[0]
        if self.multiple is not None:
            order, power, coefficient = self.multiple
            return coefficient(*values) * constant_ball(self.activation, order, ctx.prec) ** power
        if self.peaks is not None and self.follower is not None and all(value > 0 for value in values):
            found = self.follower.supremum(values)
            found = self.peaks.supremum(values) if found is None else found
            if found is not None:
                return found
        return self._by_branch_and_bound(values)

    def _multiple(self) -> tuple[int, int, Any] | None:
        """Return (k, power, coefficient) where the expression is one power of |s_k| with a coefficient."""
        terms = polynomial(in_absolute_values(self.expression), absolute_values)
        if terms is None or len(terms) != 1 or len(self.slots) != 1:
            return None
        try:
            self.activation.constant(self.slots[0])
        except ValueError:
            return None
        ((powers, coefficient),) = terms.items()
        return self.slots[0], sum(powers), compile_balls((coefficient,), self.symbols, alone=True)

    def _by_branch_and_bound(self, values: Sequence[arb]) -> arb:
        objective = _objective(self.expression, self.symbols, self.activation)
        digits = max(5, int((ctx.prec - 16) * 0.30103) - 4)
        try:
            found = maximise(objective, tuple(values), digits=digits, guesses=self.guesses)
        except UnboundedError as error:
            message = f"this tier needs a supremum over z that is {error} for {self.activation.name} (choose another)"
            raise ValueError(message) from error
        except EffortError as error:
            ends = f"{error.lower.str(8, radius=False)} and {error.upper.str(8, radius=False)}"
            message = (
                f"this tier needs a supremum over z that is only known to be between {ends} for {self.activation.name} "
                "(choose another tier, such as recursive)"
            )
            raise ValueError(message) from error
        sites = [site for site in found.sites if site.low is not None and site.high is not None]
        self.guesses = [((site.low + site.high) / 2).mid() for site in sites][:4]  # type: ignore[operator]
        return found.value


@lru_cache(maxsize=256)
def _objective(expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> Objective | PiecewiseObjective:
    return objective_of(activation.expression, z, expression, sigma_z, symbols, activation.removable)


@lru_cache(maxsize=256)
def is_admissible(expression: Expr) -> bool:
    """Tell whether the expression is a polynomial in |s_k| with coefficients known to be >= 0."""
    plain = in_absolute_values(expression)
    generators = [symbol for symbol in absolute_values if symbol in plain.free_symbols]
    terms = polynomial(plain, generators) if generators and not plain.has(*sigma_z) else None
    if terms is None:
        return False
    return all(part.is_nonnegative for item in terms.values() for part in sympy.Add.make_args(item))


absolute_values = tuple(Symbol(f"y_{k}", nonnegative=True) for k in range(5))


def in_absolute_values(expression: Expr) -> Expr:
    """Write y_k for |s_k|, and its even powers for those of s_k."""
    pairs = dict(zip(sigma_z, absolute_values, strict=True))
    plain = expression.xreplace({sympy.Abs(symbol): y for symbol, y in pairs.items()})
    powers = [part for part in plain.atoms(sympy.Pow) if part.base in pairs and part.exp.is_even]
    return plain.xreplace({part: pairs[part.base] ** part.exp for part in powers})


class _Peaks:
    """The maximisation on a chart."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], chart: Chart, slots: tuple[int, ...]) -> None:
        self.chart, self.slots, self.symbols = chart, slots, symbols
        self.original, self.expression = expression, in_absolute_values(expression)
        self.names = tuple(absolute_values[k] for k in slots)
        self.shape = shape(self.expression, symbols, chart, slots, self.names)
        self.columns = [chart.uppers[k] for k in slots]

    # Compiled when first asked for: most calls are answered by a follower.
    @cached_property
    def bound(self) -> Any:
        return compile_doubles((self.expression,), (*self.names, *self.symbols), vector=True)

    @cached_property
    def values_on(self) -> Any:
        return compile_balls(tuple(part for k in self.slots for part in self.chart.slots[k]), (x,))

    @cached_property
    def climb(self) -> Any:
        return _climber(self.original, self.symbols, self.chart)

    @cached_property
    def outer(self) -> Any:
        return _outer(self.expression, self.names, self.symbols)

    def supremum(self, values: Sequence[arb]) -> arb | None:
        """Enclose the supremum; None where derivatives do not settle it."""
        import numpy as np

        highs = [upper_double(value) for value in values]
        with np.errstate(all="ignore"):
            bounds = (
                np.broadcast_to(self.bound(*self.columns, *highs)[0], self.columns[0].shape) * (1 + MARGIN) + 1e-290
            )
        if np.isnan(bounds).any():
            return None
        place = self._refined(self._climbed(int(np.argmax(bounds)), values), values)
        best = self._at(place, values)[0]
        if not best.is_finite():
            return None
        open_cells = np.flatnonzero(bounds > lower_double(best))
        if not len(open_cells):
            return best
        solid = open_cells[-1] - open_cells[0] == len(open_cells) - 1
        groups = [open_cells] if solid else np.split(open_cells, np.flatnonzero(np.diff(open_cells) > 1) + 1)
        if len(groups) > MAX_CLUSTERS:
            return None
        top = best
        for group in groups:
            found = self._group(int(group[0]), int(group[-1]), float(bounds[group].max()), place, best, values)
            if found is None:
                return None
            top = top.max(found)
        return best.lower().union(top.upper())

    def _group(self, first: int, last: int, bound: float, place: arb, best: arb, values: Sequence[arb]) -> arb | None:
        """Bound E on neighbouring cells."""
        edges = self.chart.edges
        low, high = float(edges[first]), float(edges[last + 1])
        if math.isfinite(bound) and arb(bound) <= best.lower() * (1 + arb(2) ** (8 - ctx.prec)):
            return arb(bound)
        if not (math.isfinite(low) and math.isfinite(high)):
            return None
        return self._pieces(arb(low), arb(high), place, best, values)

    def _pieces(self, low: arb, high: arb, place: arb, best: arb, values: Sequence[arb]) -> arb | None:
        """Bound E on [low, high] by derivatives, splitting where they do not tell."""
        enough = best.lower() * (1 + arb(2) ** (8 - ctx.prec))
        inside = low < place and place < high
        pending = [(low, place), (place, high)] if inside and low < place - (high - low) / 64 else [(low, high)]
        pending = [(low, high)] if not inside else pending
        top = best
        for _ in range(MAX_PIECES):
            if not pending:
                return top
            low, high = pending.pop()
            found = self._settled(low, high, place, enough, values)
            if found is not None:
                top = top.max(found)
                continue
            middle = ((low + high) / 2).mid()
            pending += [(low, middle), (middle, high)]
        return None

    def _settled(self, low: arb, high: arb, place: arb, enough: arb, values: Sequence[arb]) -> arb | None:
        """Bound E on one piece: below what is known already, monotone, or concave; None where that cannot be told."""
        piece = low.union(high)
        parts = self.values_on(piece)
        signs = signs_on(self.shape, low, high)
        if signs is None:
            value = self._along([abs(part) for part in parts], tuple(1 for _ in self.slots), values)[0]
            return value.upper() if value <= enough else None
        value, slope, curvature = self._along(parts, signs, values)
        if value <= enough:
            return value.upper()
        if curvature < 0:
            return self._concave(low, high, place, curvature, signs, values)
        middle = piece.mid()
        here, tilt, _ = self._along(self.values_on(middle), signs, values)
        away = piece - middle
        slope = slope if slope >= 0 or slope <= 0 else tilt + curvature * away
        if slope >= 0 or slope <= 0:
            return self._along(self.values_on(high if slope >= 0 else low), signs, values)[0].upper()
        taylor = (here + away * slope).upper()
        return taylor if taylor <= enough else None

    def _concave(
        self, low: arb, high: arb, place: arb, curvature: arb, signs: tuple[int, ...], values: Sequence[arb]
    ) -> arb:
        """Bound a concave E by its value and slope at one point of the piece, near its maximum there."""
        point = low if place <= low else high if place >= high else place
        value, slope, bend = self._along(self.values_on(point), signs, values)
        for _ in range(NEWTON_STEPS):
            if (point == low and slope <= 0) or (point == high and slope >= 0):
                return value.upper()
            if abs(slope * slope) <= abs(curvature * value) * arb(2) ** (6 - ctx.prec) or not bend < 0:
                break
            following = (point - slope.mid() / bend.mid()).mid()
            following = low if following <= low else high if following >= high else following
            if following == point:
                break
            point = following
            value, slope, bend = self._along(self.values_on(point), signs, values)
        return (value + abs(slope) * abs(slope) / (2 * -curvature.upper())).upper()

    def _along(self, parts: Sequence[arb], signs: tuple[int, ...], values: Sequence[arb]) -> tuple[arb, arb, arb]:
        """Return E, E' and E'' from the values of s_k and their derivatives, with the signs given."""
        signed = [part * sign for sign, triple in zip(signs, _triples(parts), strict=True) for part in triple]
        value, slope, curvature = self.outer(*signed, *values)
        return value, slope, curvature

    def _at(self, point: arb, values: Sequence[arb]) -> tuple[arb, arb, arb]:
        """Return E, E' and E'' at a point; the derivatives are one-sided at a kink."""
        parts = self.values_on(point)
        signs = tuple(-1 if ball < 0 else 1 for ball, _, _ in _triples(parts))
        value, slope, curvature = self._along(parts, signs, values)
        if any(not (ball >= 0 or ball <= 0) for ball, _, _ in _triples(parts)):
            value = self._along([abs(part) for part in parts], tuple(1 for _ in signs), values)[0]
        return value, slope, curvature

    def _climbed(self, cell: int, values: Sequence[arb]) -> arb:
        """Climb in doubles from a cell, staying on the chart."""
        edges = self.chart.edges
        low = float(edges[0]) if math.isfinite(edges[0]) else float(edges[1])
        high = float(edges[-1]) if math.isfinite(edges[-1]) else float(edges[-2])
        start = (max(float(edges[cell]), low) + min(float(edges[cell + 1]), high)) / 2
        middles = [float(value.mid()) for value in values]
        at = start
        for _ in range(NEWTON_STEPS):
            try:
                height, slope, curvature = self.climb(at, *middles)
            except (ArithmeticError, ValueError):
                return arb(start)
            if not curvature < 0:
                at = high if slope > 0 and cell == len(edges) - 2 else at
                break
            step = -slope / curvature
            if not math.isfinite(step) or slope * step <= 1e-20 * abs(height):
                break
            at = min(max(at + step, low), high)
        return arb(min(max(at, low), high))

    def _refined(self, place: arb, values: Sequence[arb]) -> arb:
        """Improve an inner maximiser by Newton's method at the precision in force."""
        low, high = self.chart.edges[0], self.chart.edges[-1]
        for _ in range(NEWTON_STEPS):
            value, slope, curvature = self._at(place, values)
            if not curvature < 0 or abs(slope) * abs(slope) <= abs(curvature * value) * arb(2) ** (4 - ctx.prec):
                break
            step = place - slope.mid() / curvature.mid()
            following = step.mid()
            if not (following > low and following < high) or abs(following - place) > 0.01:
                break
            place = following
        return place


def _triples(parts: Sequence[arb]) -> list[tuple[arb, arb, arb]]:
    return [(parts[k], parts[k + 1], parts[k + 2]) for k in range(0, len(parts), 3)]


@lru_cache(maxsize=256)
def _outer(expression: Expr, names: tuple[Symbol, ...], symbols: tuple[Symbol, ...]) -> Any:
    """Compile E, E' and E'' as functions of y_k, y_k', y_k'' (y_k = |s_k| along the chart) and the parameters."""
    firsts = [Symbol(f"{name.name}_d", real=True) for name in names]
    seconds = [Symbol(f"{name.name}_dd", real=True) for name in names]
    rates = dict(zip(names, firsts, strict=True))
    slope = along(expression, rates)
    curvature = along(slope, rates | dict(zip(firsts, seconds, strict=True)))
    order = [symbol for triple in zip(names, firsts, seconds, strict=True) for symbol in triple]
    return compile_balls((expression, slope, curvature), (*order, *symbols))


def _climber(expression: Expr, symbols: tuple[Symbol, ...], chart: Chart) -> Any:
    return _compiled_climber(expression, symbols, tuple(triple[0] for triple in chart.slots))


@lru_cache(maxsize=256)
def _compiled_climber(expression: Expr, symbols: tuple[Symbol, ...], slots: tuple[Expr, ...]) -> Any:
    at = dict(zip(sigma_z, slots, strict=False))
    slope = {symbol: sympy.diff(slot, x) for symbol, slot in at.items()}
    bend = {symbol: sympy.diff(slot, x, 2) for symbol, slot in at.items()}
    used = [symbol for symbol in sigma_z if symbol in expression.free_symbols]
    first = sympy.Add(*(sympy.diff(expression, s) * slope[s] for s in used))
    second = sympy.Add(*(sympy.diff(expression, s, r) * slope[s] * slope[r] for s in used for r in used))
    second += sympy.Add(*(sympy.diff(expression, s) * bend[s] for s in used))
    pieces = tuple(
        item.replace(sympy.DiracDelta, lambda *_: S.Zero).xreplace(at) for item in (expression, first, second)
    )
    return compile_doubles(pieces, (x, *symbols))
