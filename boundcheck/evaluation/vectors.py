"""Arrays of doubles: many parameter values, or many directions, in one pass of a recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.evaluation.doubles import ascent, derivatives_on_grid, grid
from boundcheck.evaluation.generated import compile_doubles
from boundcheck.evaluation.polarisation import along_u, along_w, polarise
from boundcheck.evaluation.recursion import run
from boundcheck.language import Recurrence, Supremum
from boundcheck.notation import sigma_z

DIRECTIONS = 33
ZOOMS = 3
NEWTON_STEPS = 4


class Vectors:
    """Arithmetic of arrays of doubles for one activation; shapes broadcast to (k,)."""

    def __init__(self, activation: Activation, constant: Callable[[int], float]) -> None:
        self.activation = activation
        self.constant = constant

    def number(self, value: Any) -> Any:
        """Read a number or an array."""
        return value if isinstance(value, np.ndarray) else float(value)

    def function(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., Any]:
        """Compile an expression to a function of arrays."""
        compiled = compile_doubles((expression,), symbols, vector=True)
        return lambda *values: compiled(*values)[0]

    def supremum(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., Any]:
        """Compile the supremum over z."""
        return VectorSupremum(expression, symbols, self.activation)


class VectorSupremum:
    """sup over z of an expression, for arrays of values (k,): best point of a table, then Newton steps."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> None:
        used = tuple(symbol for symbol in sigma_z if symbol in expression.free_symbols)
        table = derivatives_on_grid(activation)
        self.columns = [table[sigma_z.index(symbol)][:, None] for symbol in used]
        self.on_table = compile_doubles((expression,), (*used, *symbols), vector=True)
        self.near = ascent(expression, symbols, activation, vector=True)

    def __call__(self, *values: Any) -> Any:
        """Return the suprema (k,)."""
        count = max((len(value) for value in values if isinstance(value, np.ndarray)), default=1)
        heights = np.broadcast_to(self.on_table(*self.columns, *values)[0], (len(grid()), count))
        place = np.nanargmax(heights, axis=0)
        best, at = heights[place, np.arange(count)], grid()[place]
        for _ in range(NEWTON_STEPS):
            height, slope, curvature = self.near(at, *values)
            best = np.fmax(best, height)
            step = np.where(curvature < 0, -slope / np.where(curvature < 0, curvature, 1.0), 0.0)
            usable = np.abs(step) < 1
            if not np.any(usable & (np.abs(step) > 1e-9)):
                break
            at = np.where(usable, at + step, at)
        return best


def along_directions(
    recurrence: Recurrence,
    direction: Symbol,
    angles: np.ndarray,
    length: int,
    values: Mapping[Symbol, Any],
    arithmetic: Vectors,
) -> np.ndarray:
    """Evaluate a recurrence at many directions (k,) in one pass."""
    known = {symbol: float(value) for symbol, value in values.items()} | {
        along_w: np.cos(angles), along_u: np.sin(angles)
    }  # fmt: skip
    with np.errstate(all="ignore"):
        return np.broadcast_to(run(polarise(recurrence, direction).plain, length, known, arithmetic), angles.shape)


def best_direction(
    supremum: Supremum, length: int, values: Mapping[Symbol, Any], arithmetic: Vectors
) -> tuple[float, float]:
    """Return (angle, value) of the supremum over directions in [0, pi/2] by zooming into an even grid."""
    recurrence = supremum.value
    assert isinstance(recurrence, Recurrence)
    low, high = 0.0, np.pi / 2
    best = (0.0, -np.inf)
    for _ in range(ZOOMS):
        angles = np.linspace(low, high, DIRECTIONS)
        heights = along_directions(recurrence, supremum.variable, angles, length, values, arithmetic)
        place = int(np.nanargmax(heights))
        best = max(best, (float(angles[place]), float(heights[place])), key=lambda pair: pair[1])
        low, high = angles[max(place - 1, 0)], angles[min(place + 1, DIRECTIONS - 1)]
    return best
