"""Doubles: fast, not rigorous; the supremum over z by a table, then Newton steps from the best point.

A value is within a few units of rounding per step of a recursion of the true one; ``evaluate`` gives rigorous ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.evaluation.generated import compile_doubles
from boundcheck.evaluation.terms import free_symbols
from boundcheck.language import Supremum
from boundcheck.notation import sigma_z, z

NEWTON_STEPS = 6


class Doubles:
    """Arithmetic of doubles for one activation."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

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
        compiled = compile_doubles((expression,), symbols)
        return lambda *values: compiled(*values)[0]

    def supremum(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., float]:
        """Compile the supremum over z."""
        return ScalarSupremum(expression, symbols, self.activation)

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> float:
        """Return the supremum over directions."""
        return self.best_direction(supremum, length, values)[1]

    def best_direction(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> tuple[float, float]:
        """Return (angle, value) of the supremum over directions."""
        from boundcheck.evaluation.vectors import Vectors, best_direction

        known = {symbol: self.number(values[symbol]) for symbol in free_symbols(supremum)}
        return best_direction(supremum, length, known, Vectors(self.activation, self.constant))


@lru_cache(maxsize=1)
def grid() -> Any:
    """Points z of the table: even steps of 1/16 up to 8, then growing to 1e9, and small ones around 0."""
    import numpy as np

    inner = np.arange(0, 129) / 16
    positive = np.concatenate([inner, 8 * 2.0 ** np.arange(1 / 8, 28, 1 / 8), np.geomspace(1e-6, 0.06, 16)])
    return np.unique(np.concatenate([-positive, positive]))


@lru_cache(maxsize=64)
def derivatives_on_grid(activation: Activation, points: tuple[float, ...] | None = None) -> tuple[Any, ...]:
    """Return sigma, sigma', ... (as many as exist, at most five) on the table; NaN where they overflow."""
    import numpy as np

    orders = range(min(5, activation.smoothness + 1))
    with np.errstate(all="ignore"):
        return tuple(
            np.broadcast_to(compile_doubles((activation.derivative(k),), (z,), vector=True)(grid())[0], grid().shape)
            for k in orders
        )


@lru_cache(maxsize=512)
def ascent(expression: Expr, symbols: tuple[Symbol, ...], activation: Activation, *, vector: bool = False) -> Any:
    """Compile (value, slope, curvature) of the expression at z, by the chain rule through s_k -> s_{k+1}."""
    slope, curvature = _along(expression), _along(_along(expression))
    at = {symbol: activation.derivative(k) for k, symbol in enumerate(sigma_z) if k <= activation.smoothness}
    pieces = tuple(item.xreplace(at) for item in (expression, slope, curvature))
    return compile_doubles(pieces, (z, *symbols), vector=vector)


def _along(expression: Expr) -> Expr:
    """Differentiate along z."""
    terms = (sympy.diff(expression, sigma_z[k]) * sigma_z[k + 1] for k in range(4))
    return sympy.Add(*terms).replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)


class ScalarSupremum:
    """sup over z of an expression, for one set of values at a call; keeps the last maximiser as a start."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> None:
        used = tuple(symbol for symbol in sigma_z if symbol in expression.free_symbols)
        table = derivatives_on_grid(activation)
        self.columns = [table[sigma_z.index(symbol)] for symbol in used]
        self.on_table = compile_doubles((expression,), (*used, *symbols), vector=True)
        self.near = ascent(expression, symbols, activation)
        self.points = grid()

    def __call__(self, *values: float) -> float:
        """Return the supremum at these values of the symbols."""
        import numpy as np

        with np.errstate(all="ignore"):
            heights = np.broadcast_to(self.on_table(*self.columns, *values)[0], self.points.shape)
        place = int(np.nanargmax(heights))
        best, at = float(heights[place]), float(self.points[place])
        for _ in range(NEWTON_STEPS):
            try:
                height, slope, curvature = self.near(at, *values)
            except (ArithmeticError, ValueError):
                break
            best = max(best, height) if height == height else best
            step = -slope / curvature if curvature < 0 else 0.0
            if not abs(step) > 1e-9 * (1 + abs(at)) or not abs(step) < 1:
                break
            at += step
        return best
