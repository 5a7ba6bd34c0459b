"""Suprema on boxes of a few variables: branch and bound with first derivatives.

In a variable in which f is monotone on a box, the box collapses to its better side; so a function that is monotone in
all of them is settled at a corner, exactly. Else the mean value form bounds f, and the side that matters most is
halved.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from flint import arb
from sympy import Expr, Symbol

from boundcheck.enclosure import jets
from boundcheck.enclosure.balls import BALLS
from boundcheck.enclosure.decimals import ball_between, to_fraction
from boundcheck.enclosure.maximise import EffortError
from boundcheck.enclosure.precision import bits_for, check_digits, working_bits
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.enclosure.value import Enclosure

Box = tuple[tuple[arb, arb], ...]


@dataclass(frozen=True, slots=True)
class BoxSupremum:
    """The supremum of a function on a box, a point where the lower end is reached, and how many boxes that took."""

    value: Enclosure
    point: dict[Symbol, Enclosure]
    boxes: int


def supremum_on_box(
    expression: Expr, box: Mapping[Symbol, Sequence[Any]], digits: int = 8, *, most_boxes: int = 20_000
) -> BoxSupremum:
    """Enclose the supremum of an expression over a closed box.

    Args:    expression: in the language of claims; its symbols must all be in the box.
             box: symbol -> (low, high), exact numbers or text; a side of width 0 fixes a symbol.
             digits: of max(1, |supremum|), so relative above 1 and absolute below.
    Raises:  ValueError for low > high or a missing symbol, EffortError if the digits are out of reach (as for a
             function that is not finite somewhere in the box).
    """
    sides = {symbol: Enclosure(*(to_fraction(end) for end in ends)) for symbol, ends in box.items()}
    with working_bits(bits_for(check_digits(digits) + 8)):
        search = _Search(expression, tuple(sides), arb(10) ** -digits / 4, most_boxes)
        root = tuple((_low(side), _high(side)) for side in sides.values())
        upper = search.run(root)
        value = Enclosure.from_arb(search.best.union(upper))
        point = {
            symbol: Enclosure.from_arb(low.union(high))
            for symbol, (low, high) in zip(sides, search.place, strict=True)
        }
    return BoxSupremum(value, point, search.boxes)


def _low(side: Enclosure) -> arb:
    return ball_between(side.lower, side.lower).lower()


def _high(side: Enclosure) -> arb:
    return ball_between(side.upper, side.upper).upper()


class _Search:
    """Best-first search; a box is a tuple of (low, high) with exact ends."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], tolerance: arb, most_boxes: int) -> None:
        program = compile_program([expression], symbols)
        self.values, self.slopes = Runner(program, BALLS), Runner(program, jets.JETS)
        self.tolerance, self.most_boxes = tolerance, most_boxes
        self.best = self.best_upper = arb("-inf")
        self.place: Box = ()
        self.boxes = 0
        self.queue: list[tuple[arb, int, Box, tuple[arb, ...]]] = []
        self.ticket = count()

    def run(self, root: Box) -> arb:
        """Return an upper bound of the supremum that meets the tolerance."""
        self.push(root)
        while self.queue:
            negative, _, box, weights = heapq.heappop(self.queue)
            upper = -negative
            if upper - self.best <= self.tolerance * max(abs(self.best), arb(1)):
                return max(upper, self.best_upper)
            if self.boxes > self.most_boxes:
                raise EffortError(self.best, upper)
            widest = max(range(len(box)), key=lambda i: float(weights[i]))
            low, high = box[widest]
            middle = ((low + high) / 2).mid()
            for part in ((low, middle), (middle, high)):
                self.push((*box[:widest], part, *box[widest + 1 :]))
        return self.best_upper

    def push(self, box: Box) -> None:
        """Collapse monotone sides, bound, and queue unless below the best value."""
        self.boxes += 1
        gradient = self.gradient(box)
        for i, slope in enumerate(gradient):
            if slope >= 0 or slope <= 0:
                side = box[i][1] if slope >= 0 else box[i][0]
                box = (*box[:i], (side, side), *box[i + 1 :])
        centre = tuple((((low + high) / 2).mid(),) * 2 for low, high in box)
        there = self.value(centre)
        if there.is_finite() and there.lower() > self.best:
            self.best, self.best_upper, self.place = there.lower(), max(self.best_upper, there.upper()), centre
        weights = tuple(
            (abs(slope).upper() if slope.is_finite() else arb(1)) * (high - low)
            for slope, (low, high) in zip(gradient, box, strict=True)
        )
        bounds = [self.value(box)]
        if all(slope.is_finite() for slope in gradient):
            bounds.append(there + arb(0, 1) * sum(weights, arb(0)) / 2)
        upper = min((bound.upper() for bound in bounds if bound.is_finite()), default=arb("inf"))
        if all(low == high for low, high in box) and there.is_finite():
            self.best_upper = max(self.best_upper, there.upper())
        elif upper > self.best:
            heapq.heappush(self.queue, (-upper, next(self.ticket), box, weights))

    def value(self, box: Box) -> arb:
        """Enclose f over a box."""
        return self.values.outputs([low if low == high else low.union(high) for low, high in box])[0]

    def gradient(self, box: Box) -> list[arb]:
        """Enclose the partial derivatives over a box; 0 in a fixed variable."""
        balls = [low if low == high else low.union(high) for low, high in box]
        slopes = []
        for i, (low, high) in enumerate(box):
            arguments = [(ball, arb(1)) if j == i else (ball,) for j, ball in enumerate(balls)]
            jet: jets.Jet = self.slopes.outputs(arguments)[0] if low != high else (arb(0),)
            slopes.append(jet[1] if len(jet) > 1 else arb(0))
        return slopes
