"""Charts of the line for a supremum over z: a variable x, the derivatives s_k(x) of sigma, and a cover by cells.

Two kinds. A polynomial in tanh(kz + b) is covered by y = tanh(kz + b) in [-1, 1], where every s_k is a polynomial and
the ends of the line are ordinary points. Any other activation is covered by z itself: one period (the turn x in [0,
1] of it) if it is periodic, else cells that widen up to 2^40 and a last one without end, which only bounds from
above. |s_k| of an odd or even activation is even in z, so half of the line suffices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from flint import arb
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure.germs import identity
from boundcheck.enclosure.objective import differentiate, period
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.enclosure.scales import UndecidedError
from boundcheck.enclosure.tails import germs_from
from boundcheck.evaluation.generated import compile_balls
from boundcheck.notation import z

ORDERS, FEW_ORDERS = 5, 3
UNIFORM_CELLS = 1024
FARTHEST = 40
x = Symbol("x", real=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """A cover of (half of) the line by cells [edges[i], edges[i+1]].

    slots: s_k with its first two derivatives in x; uppers: (orders, cells), doubles >= |s_k| on each cell; ``endless``:
    whether the last (and, without parity, the first) cell stands for all that lies beyond.
    """

    slots: tuple[tuple[Expr, Expr, Expr], ...]
    edges: Any
    uppers: Any
    one_sided: bool
    endless: bool


@lru_cache(maxsize=64)
def chart_of(activation: Activation, orders: int = ORDERS) -> Chart | None:
    """Return the chart of an activation for s_0, ..., s_(orders-1); None where they are not smooth expressions."""
    if activation.expression.has(sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Sum):
        return None
    compact = _saturating(activation, orders)
    return compact if compact is not None else _on_the_line(activation, orders)


def _saturating(activation: Activation, orders: int) -> Chart | None:
    waves = activation.expression.atoms(sympy.tanh)
    if len(waves) != 1:
        return None
    (wave,) = waves
    rate = sympy.diff(wave.args[0], z)
    body = activation.expression.xreplace({wave: x})
    if rate.free_symbols or not rate.is_Rational or not body.is_polynomial(x) or z in body.free_symbols:
        return None
    slots = [body]
    for _ in range(orders - 1):
        slots.append(sympy.factor(rate * (1 - x**2) * sympy.diff(slots[-1], x)))
    one_sided = activation.parity is not None and wave.args[0].subs(z, 0) == 0
    edges = [k / UNIFORM_CELLS for k in range(0 if one_sided else -UNIFORM_CELLS, UNIFORM_CELLS + 1)]
    triples = tuple((slot, _derivative(slot, 1), _derivative(slot, 2)) for slot in slots)
    return _chart(triples, edges, one_sided=one_sided, endless=False)


def _on_the_line(activation: Activation, orders: int) -> Chart | None:
    slots = [activation.continued_derivative(k).xreplace({z: x}) for k in range(orders + 2)]
    one_sided = activation.parity is not None
    turn = period(activation.expression, z)
    if turn is not None:
        length = turn / 2 if one_sided else turn
        mirrored = sympy.expand_trig(activation.expression.subs(z, z + turn / 2)) + activation.expression
        if one_sided and sympy.simplify(mirrored) == 0:
            length = turn / 4
        slots = [slot.xreplace({x: length * x}) for slot in slots]
        triples = tuple((slots[k], length * slots[k + 1], length**2 * slots[k + 2]) for k in range(orders))
        return _chart(
            triples, [k / UNIFORM_CELLS for k in range(UNIFORM_CELLS + 1)], one_sided=one_sided, endless=False
        )
    positive = [k / 64 for k in range(8 * 64)] + [8 * 2 ** (k / 16) for k in range(16 * (FARTHEST - 3) + 1)]
    edges = positive if one_sided else [-edge for edge in reversed(positive[1:])] + positive
    tails = [_tail(activation, orders, side) for side in ((1,) if one_sided else (-1, 1))]
    triples = tuple((slots[k], slots[k + 1], slots[k + 2]) for k in range(orders))
    return _chart(triples, edges, one_sided=one_sided, endless=True, tails=tails)


def _chart(
    triples: tuple[tuple[Expr, Expr, Expr], ...],
    edges: Sequence[float],
    *,
    one_sided: bool,
    endless: bool,
    tails: Sequence[list[float]] = (),
) -> Chart:
    import numpy as np

    columns = [[upper_double(abs(ball)) for ball in row] for row in _on_cells(triples, edges)]
    bounds = np.array(columns).T
    if tails:
        left = [] if one_sided else [np.array(tails[0])[:, None]]
        bounds = np.concatenate([*left, bounds, np.array(tails[-1])[:, None]], axis=1)
        edges = [*([] if one_sided else [-math.inf]), *edges, math.inf]
    return Chart(slots=triples, edges=np.array(edges), uppers=bounds, one_sided=one_sided, endless=endless)


def _derivative(expression: Expr, order: int) -> Expr:
    return differentiate(expression, x, order)


def _on_cells(triples: Sequence[tuple[Expr, Expr, Expr]], edges: Sequence[float]) -> list[list[arb]]:
    """Enclose every s_k on every cell: by value and by the mean value form, whichever is narrower."""
    at = compile_balls(tuple(part for triple in triples for part in triple[:2]), (x,))
    rows = []
    for low, high in zip(edges, edges[1:], strict=False):
        cell = arb(low).union(arb(high))
        middle = cell.mid()
        wide, exact = at(cell), at(middle)
        row = []
        for k in range(len(triples)):
            linear = exact[2 * k] + wide[2 * k + 1] * (cell - middle)
            row.append(linear if linear.is_finite() and linear.rad() < wide[2 * k].rad() else wide[2 * k])
        rows.append(row)
    return rows


def _tail(activation: Activation, orders: int, side: int) -> list[float]:
    """Bound every |s_k| beyond 2^40; infinite where nothing is known."""
    found, start = [], arb(2) ** FARTHEST
    for k in range(orders):
        try:
            slot = differentiate(activation.expression, z, k).subs(z, side * z)
            (germ,) = Runner(compile_program([slot], [z]), germs_from(start)).outputs((identity(start),))
            found.append(upper_double(abs(germ.range())))
        except (UndecidedError, ValueError, ArithmeticError):
            found.append(math.inf)
    return found


def upper_double(ball: arb) -> float:
    """Return a double that is >= every number of the ball."""
    if not ball.is_finite():
        return math.inf
    return math.nextafter(float(ball.upper()), math.inf)


def lower_double(ball: arb) -> float:
    """Return a double that is <= every number of the ball."""
    return math.nextafter(float(ball.lower()), -math.inf) if ball.is_finite() else -math.inf
