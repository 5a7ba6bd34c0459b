"""f > g on a box: Arb on every piece of a subdivision, with first derivatives where the plain ball is too wide.

A cover is a tree: ``"leaf"`` (the piece is decided as it is) or ``[variable, cut, lower part, upper part]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flint import arb

from boundcheck.algebra.balls import NoValue, enclose, precision
from boundcheck.algebra.slopes import derivative
from boundcheck.algebra.terms import Rel, Term, TermError, free, read, sub

BITS = 64
MAX_LEAVES = 20_000
Ball = dict[str, arb]


class NotCovered(Exception):  # noqa: N818 - a verdict on a cover
    """A piece of the box is not decided."""


class Difference:
    """f - g with its derivatives, ready to be enclosed on boxes."""

    def __init__(self, goal: Rel) -> None:
        self.term = sub(goal.left, goal.right)
        self.slopes: dict[str, Term] = {}
        for name in sorted(free(self.term)):
            try:
                self.slopes[name] = derivative(self.term, name)
            except TermError:
                self.slopes = {}
                break

    def lower(self, box: Mapping[str, tuple[arb, arb]]) -> arb:
        """Return a lower bound of f - g on a box; NoValue where it may be undefined."""
        ball = {name: low.union(high) for name, (low, high) in box.items()}
        plain = enclose(self.term, ball).lower()
        if plain > 0 or not self.slopes:
            return plain
        try:
            return self._centred(box, ball).max(plain)
        except NoValue:
            return plain

    def _centred(self, box: Mapping[str, tuple[arb, arb]], ball: Ball) -> arb:
        """Mean value form; at a corner where every slope has one sign."""
        point, total = {}, arb(0)
        for name, (low, high) in box.items():
            slope = enclose(self.slopes[name], ball) if name in self.slopes else arb(0)
            if slope >= 0:
                point[name] = low
            elif slope <= 0:
                point[name] = high
            else:
                middle = ((low + high) / 2).mid()
                point[name] = middle
                total += slope * (ball[name] - middle)
        return (enclose(self.term, point) + total).lower()


def check_cover(
    goal: Rel, box: Mapping[str, tuple[Term, Term]], cover: Any, tick: Callable[[], None] = lambda: None
) -> None:
    """Re-check a cover; NotCovered if some leaf is not decided."""
    with precision(BITS):
        ends = {name: (enclose(low, {}).lower(), enclose(high, {}).upper()) for name, (low, high) in box.items()}
        _Walk(Difference(goal), tick).down(ends, cover)


class _Walk:
    def __init__(self, difference: Difference, tick: Callable[[], None]) -> None:
        self.difference, self.tick, self.leaves = difference, tick, 0

    def down(self, box: dict[str, tuple[arb, arb]], cover: Any) -> None:
        self.tick()
        if cover == "leaf":
            self.leaves += 1
            self._leaf(box)
            return
        name, cut, below, above = cover
        middle = enclose(read(cut), {})
        low, high = box[name]
        if not (low <= middle and middle <= high):
            message = "a cut lies outside its box"
            raise NotCovered(message)
        self.down({**box, name: (low, middle.upper())}, below)
        self.down({**box, name: (middle.lower(), high)}, above)

    def _leaf(self, box: dict[str, tuple[arb, arb]]) -> None:
        if self.leaves > MAX_LEAVES:
            message = "too many pieces"
            raise NotCovered(message)
        try:
            positive = bool(self.difference.lower(box) > 0)
        except NoValue as trouble:
            raise NotCovered(str(trouble)) from None
        if not positive:
            message = "a piece of the box is not decided"
            raise NotCovered(message)
