"""f > g on a box: Arb on every piece of a subdivision, with first derivatives where the plain ball is too wide.

A cover is a tree: ``"leaf"`` (the piece is decided as it is) or ``[variable, cut, lower part, upper part]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flint import arb

from boundcheck.algebra.balls import enclose, precision
from boundcheck.algebra.refusals import NotCovered, NoValue, TermError, require
from boundcheck.algebra.slopes import derivative
from boundcheck.algebra.terms import Rel, Term, free, read, sub

BITS = 64
MAX_LEAVES = 20_000
Ball = dict[str, arb]


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
            require(self.leaves <= MAX_LEAVES, "too many pieces", NotCovered)
            require(self.difference.lower(box) > 0, "a piece of the box is not decided", NotCovered)
            return
        name, cut, below, above = cover
        (low, high), middle = box[name], enclose(read(cut), {})
        require(low <= middle and middle <= high, "a cut lies outside its box", NotCovered)
        self.down({**box, name: (low, middle.upper())}, below)
        self.down({**box, name: (middle.lower(), high)}, above)
