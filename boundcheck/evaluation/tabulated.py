"""An expression in s_k on a table of points of the line, in doubles; not rigorous."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.evaluation.generated import compile_doubles
from boundcheck.notation import sigma_z, z

NEAR_BY = 64.0
CLOSE_PEAK = 0.02
ROUGH = 1e-3


@lru_cache(maxsize=2)
def grid(*, one_sided: bool) -> Any:
    """Points z of the table: even steps of 1/8 up to 8, growing to 2^68, and shrinking to 1e-6 around 0."""
    import numpy as np

    far = [8 * 2.0 ** np.arange(1 / 2, 28, 1 / 2), 2.0 ** np.arange(32, 70, 2)]
    parts = [np.arange(0, 65) / 8, *far, np.geomspace(1e-6, 0.1, 48)]
    positive = sorted({float(point) for part in parts for point in part})
    return np.array(positive if one_sided else [*(-point for point in reversed(positive[1:])), *positive])


@lru_cache(maxsize=256)
def derivative_on_grid(activation: Activation, order: int) -> Any:
    """Return sigma^(order) on the table; NaN where it overflows.

    One side suffices for an odd or even activation: |s_k| is then even, and s_k enters by its absolute value.
    """
    import numpy as np

    points = grid(one_sided=activation.parity is not None)
    function = compile_doubles((activation.continued_derivative(order),), (z,), vector=True, alone=True)
    with np.errstate(all="ignore"):
        return np.broadcast_to(function(points), points.shape)


class Table:
    """An expression in s_k on the points of the table; ``is_rough``: where some |s_k| may have a kink."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> None:
        import numpy as np

        used = tuple(symbol for symbol in sigma_z if symbol in expression.free_symbols)
        orders = [sigma_z.index(symbol) for symbol in used]
        if max(orders, default=0) > activation.smoothness:
            message = (
                f"this tier needs sigma^({max(orders)}) everywhere, and {activation.name} is only of class "
                f"C^{activation.smoothness} (choose a smoother activation)"
            )
            raise ValueError(message)
        self.columns = [derivative_on_grid(activation, order) for order in orders]
        self.function = compile_doubles((expression,), (*used, *symbols), vector=True)
        self.points = grid(one_sided=activation.parity is not None)
        self.is_near = abs(self.points) <= NEAR_BY
        self.is_rough = np.full(self.points.shape, activation.smoothness < len(sigma_z))
        for column in self.columns:
            sizes = np.where(np.isfinite(column), abs(column), 0.0)
            self.is_rough |= sizes <= ROUGH * sizes.max()

    def heights(self, values: tuple[float, ...]) -> tuple[Any, int]:
        """Return the values on the table, -inf where there is none, and which is the greatest."""
        import numpy as np

        with np.errstate(all="ignore"):
            (heights,) = self.function(*self.columns, *values)
            if np.shape(heights) != self.points.shape:
                heights = np.broadcast_to(heights, self.points.shape)
            top = int(heights.argmax())
            if heights[top] != heights[top]:
                heights = np.where(np.isnan(heights), -np.inf, heights)
                top = int(heights.argmax())
        return heights, top

    def peaks(self, heights: Any, top: int) -> list[int]:
        """Return peaks other than the greatest that are nearly as high."""
        import numpy as np

        inner, best = heights[1:-1], float(heights[top])
        high = (inner > best - CLOSE_PEAK * abs(best)) & (inner > heights[:-2]) & (inner >= heights[2:])
        return [int(k) for k in np.flatnonzero(high & self.is_near[1:-1]) + 1 if k != top]

    def highest_nearby(self, heights: Any) -> int:
        """Return which is the greatest of those not far out."""
        import numpy as np

        return int(np.where(self.is_near, heights, -np.inf).argmax())


table_of = lru_cache(maxsize=512)(Table)
