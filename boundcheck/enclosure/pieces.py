"""Functions that are smooth between a few exact points, as exp(-|z|) (1 + |z| + z^2/2): one expression on each piece.

Absolute values, signs and extrema of polynomials with rational roots have a sign on each piece, and are gone there. So
it is exact where, and from which derivative on, the function is not continuous.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy
from flint import arb, fmpq
from sympy import Expr, Symbol

from boundcheck.enclosure.charts import Chart
from boundcheck.enclosure.germs import Germ
from boundcheck.enclosure.intervals import Interval
from boundcheck.enclosure.jets import Jet
from boundcheck.enclosure.kinks import is_rough
from boundcheck.enclosure.objective import Objective
from boundcheck.enclosure.removable import Removable, vanishes

_MOST_POINTS = 16
_MOST_DEGREE = 4
_MOST_BITS = 40


@dataclass(frozen=True, slots=True)
class Pieces:
    """Smooth expressions, one more than the exact points between them, which increase."""

    points: tuple[Expr, ...]
    expressions: tuple[Expr, ...]

    def undefined(self) -> str | None:
        """Say on which piece an expression divides by zero throughout; None if none does."""
        ends = (-sympy.oo, *self.points, sympy.oo)
        for expression, low, high in zip(self.expressions, ends, ends[1:], strict=False):
            if expression.has(sympy.zoo, sympy.nan, sympy.oo):
                return f"in ({low}, {high})"
        return None

    def has_values(self, variable: Symbol) -> bool:
        """Tell whether both expressions have a value at each point between them."""
        pairs = zip(self.expressions, self.expressions[1:], self.points, strict=False)
        values = [side.subs(variable, point) for left, right, point in pairs for side in (left, right)]
        return not any(value.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I) for value in values)

    def smoothness(self, variable: Symbol, most: int) -> tuple[int, Expr | None]:
        """Return the highest k <= most such that f, ..., f^(k) are continuous, and where the next is not."""
        for order in range(most + 1):
            for k, point in sorted(enumerate(self.points), key=lambda item: (abs(item[1]), -item[1])):
                jump = sympy.diff(self.expressions[k] - self.expressions[k + 1], variable, order).subs(variable, point)
                if not vanishes(jump):
                    return order - 1, point
        return most, None


def pieces(expression: Expr, variable: Symbol) -> Pieces | None:
    """Split an expression at the zeros of what its absolute values, signs and extrema depend on; None if that fails.

    The points must be binary fractions, which balls hold exactly.
    """
    if not is_rough(expression):
        return None
    points: list[Expr] = []
    while len(points) <= _MOST_POINTS:
        try:
            found = tuple(_smooth(expression, variable, sample) for sample in _samples(points))
        except _Split as split:
            points = sorted({*points, *split.points})
            continue
        except ValueError:
            return None
        result = Pieces(tuple(points), found)
        return result if result.undefined() is not None or result.has_values(variable) else None
    return None


class _Split(Exception):
    """Zeros of an argument inside a piece."""

    def __init__(self, points: set[Expr]) -> None:
        super().__init__()
        self.points = points


def _samples(points: Sequence[Expr]) -> list[tuple[Expr, Expr, Expr]]:
    """Return (low, a point inside, high) of each piece."""
    ends = [-sympy.oo, *points, sympy.oo]
    found = []
    for low, high in zip(ends, ends[1:], strict=False):
        inside = (low + high) / 2 if low.is_finite and high.is_finite else high - 1 if high.is_finite else low + 1
        found.append((low, inside if inside.is_finite else sympy.S.Zero, high))
    return found


def _smooth(node: Expr, variable: Symbol, piece: tuple[Expr, Expr, Expr]) -> Expr:
    """Write an expression on a piece without absolute values, signs and extrema."""
    if not is_rough(node):
        return node
    arguments = [_smooth(part, variable, piece) for part in node.args]
    if node.func is sympy.Abs:
        return _sign(arguments[0], variable, piece) * arguments[0]
    if node.func is sympy.sign:
        return sympy.Integer(_sign(arguments[0], variable, piece))
    if node.func in (sympy.Max, sympy.Min):
        best = arguments[0]
        for part in arguments[1:]:
            is_larger = _sign(part - best, variable, piece) > 0
            best = part if is_larger == (node.func is sympy.Max) else best
        return best
    return node.func(*arguments)


def _sign(argument: Expr, variable: Symbol, piece: tuple[Expr, Expr, Expr]) -> int:
    """Return the sign on a piece; ``_Split`` at zeros inside it, ValueError where they are not known exactly."""
    if argument == 0:
        return 1
    if not argument.is_polynomial(variable):
        message = "only polynomials are split at their zeros"
        raise ValueError(message)
    polynomial = sympy.Poly(argument, variable)
    if polynomial.degree() > _MOST_DEGREE or not all(c.is_Rational for c in polynomial.all_coeffs()):
        message = "only polynomials of low degree with rational coefficients are split"
        raise ValueError(message)
    low, inside, high = piece
    real = sympy.real_roots(polynomial) if polynomial.degree() else []
    roots = {root for root in real if low < root and root < high}
    if not all(root.is_Rational and root.q & (root.q - 1) == 0 and root.q.bit_length() < _MOST_BITS for root in roots):
        message = "only binary fractions are points at which a function is split"
        raise ValueError(message)
    if roots:
        raise _Split(roots)
    return 1 if argument.subs(variable, inside) > 0 else -1


class PiecewiseObjective:
    """An ``Objective`` made of one for each piece; a cell lies in one piece, for the points are edges of cells."""

    wave_lengths: tuple[float, ...] = ()
    period = None

    def __init__(self, whole: Objective, found: Pieces) -> None:
        self.variable, self.symmetric = whole.variable, whole.symmetric
        self.objectives = [
            Objective(expression, whole.variable, whole.outer, whole.slots, whole.parameters)
            for expression in found.expressions
        ]
        self.points = tuple(arb(fmpq(int(point.p), int(point.q))) for point in found.points)

    def _piece(self, place: arb) -> Objective:
        return self.objectives[sum(1 for point in self.points if place > point)]

    def _beyond(self, side: int) -> Objective:
        return self.objectives[-1 if side > 0 else 0]

    def _where(self, low: arb, high: arb, side: int) -> Objective:
        return self._beyond(side) if side else self._piece(((low + high) / 2).mid())

    def jet(self, low: arb, high: arb, values: Sequence[arb] = (), order: int = 2, side: int = 0) -> Jet:
        """Enclose the coefficients as ``Objective.jet`` does."""
        return self._where(low, high, side).jet(low, high, values, order, side)

    def at(self, point: arb, values: Sequence[arb] = (), side: int = 0) -> arb:
        """Enclose f at a point."""
        return self._where(point, point, side).at(point, values, side)

    def over(self, low: arb, high: arb, values: Sequence[arb] = (), side: int = 0) -> arb:
        """Enclose f over a cell."""
        return self._where(low, high, side).over(low, high, values, side)

    def chart(self, side: int) -> Chart | None:
        """Return the chart at infinity of the last piece on a side."""
        return self._beyond(side).chart(side)

    def tail(self, side: int, start: arb, values: Sequence[arb] = ()) -> tuple[Germ, Germ | None]:
        """Return the germs of f and f' on a tail beyond all points."""
        return self._beyond(side).tail(side, start, values)

    def tail_range(self, side: int, start: arb, values: Sequence[arb] = ()) -> Interval:
        """Enclose f on a tail beyond all points."""
        return self._beyond(side).tail_range(side, start, values)

    def has_waves(self) -> bool:
        """Waves are not looked at: no piece but the outer ones is without end."""
        return False

    def wave_range(self, low: arb, high: arb, values: Sequence[arb], bound: Callable[[Expr], Interval]) -> Interval:
        """Enclose f over a cell or a tail."""
        is_cell = low.is_finite() and high.is_finite()
        objective = self._where(low, high, 0) if is_cell else self._beyond(1 if low.is_finite() else -1)
        return objective.wave_range(low, high, values, bound)


def objective_of(
    inner: Expr,
    variable: Symbol,
    outer: Expr | None = None,
    slots: Sequence[Symbol] = (),
    parameters: Sequence[Symbol] = (),
    removable: Sequence[Removable] = (),
) -> Objective | PiecewiseObjective:
    """Return an objective, by pieces where the inner function is rough and continuous as far as it is needed."""
    whole = Objective(inner, variable, outer, slots, parameters, removable)
    found = None if removable else pieces(inner, variable)
    if found is None or not found.points or found.smoothness(variable, whole.highest)[0] < whole.highest:
        return whole
    return PiecewiseObjective(whole, found)
