"""Balls: rigorous arithmetic for one activation, at the precision in force."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy import Expr, Rational, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure import Enclosure
from boundcheck.evaluation.concavity import Bends, UnsettledError
from boundcheck.evaluation.cone import Directions, supremum_over_directions
from boundcheck.evaluation.constants import compiled, constant_ball
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.generated import compile_balls
from boundcheck.evaluation.polarisation import polarise
from boundcheck.evaluation.summits import START_DIGITS, refined, sharpened, summit
from boundcheck.evaluation.suprema import CertifiedSupremum, Variants
from boundcheck.evaluation.terms import free_symbols
from boundcheck.language import Recurrence, Supremum

MOST_PLACES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a maximum over directions is, as a fraction of pi/2, to so many digits, at the values ``at``."""

    at: tuple[arb, ...]
    turn: Fraction
    digits: int
    bend: float


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept by who asks again and again at nearly the same values, for one activation.

    places: of the last maxima over directions, which move as little as the values do; variants: suprema over z.
    """

    places: dict[tuple[Supremum, int], tuple[Place, ...]] = field(default_factory=dict)
    variants: Variants = field(default_factory=dict)

    def near(self, supremum: Supremum, length: int, at: tuple[arb, ...]) -> Place | None:
        """Return the place at the values nearest to these, with the digits that it has at these."""
        found = self.places.get((supremum, length), ())
        moved = [replace(place, at=at, digits=min(place.digits, _agreement(place.at, at))) for place in found]
        return max(moved, key=lambda place: place.digits, default=None)

    def keep(self, supremum: Supremum, length: int, place: Place) -> None:
        """Keep a place beside the last few."""
        self.places[supremum, length] = (place, *self.places.get((supremum, length), ())[: MOST_PLACES - 1])


class Balls:
    """Arithmetic of Arb balls for one activation; ``digits`` bounds the effort spent on directions."""

    def __init__(self, activation: Activation, digits: int = 9, known: Known | None = None) -> None:
        self.activation = activation
        self.digits = digits
        self.known = Known() if known is None else known

    def begin(self) -> None:
        """Nothing to prepare: every call is certified on its own."""

    def must_repeat(self) -> bool:
        """Never."""
        return False

    def period(self, before: list[Any], last: list[Any], now: list[Any]) -> int:
        """Tell whether a step has taken every number of the last state's balls into themselves: all others will."""
        return int(all(y.contains(z) for y, z in zip(last, now, strict=True)))

    def number(self, value: Any) -> arb:
        """Read an exact rational, an enclosure or a ball."""
        if isinstance(value, arb):
            return value
        if isinstance(value, Enclosure):
            return value.arb()
        exact = Rational(value)
        return arb(fmpq(int(exact.p), int(exact.q)))

    def constant(self, order: int) -> arb:
        """Return the supremum of |sigma^(order)|; ValueError with the reason where there is none."""
        return constant_ball(self.activation, order, ctx.prec)

    def function(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., arb]:
        """Compile an expression to a function of balls."""
        return _alone(expression, symbols) if not expression.has(sympy.Sum) else compiled(expression, symbols)

    def supremum(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., arb]:
        """Compile the supremum over z of an expression in s_k and the symbols."""
        return CertifiedSupremum(expression, symbols, self.activation, self.known.variants)

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> arb:
        """Enclose the supremum over directions of a recurrence, to the relative width of ``digits``."""
        directions, near = self._directions(supremum, length, values)
        tolerance = arb(10) ** -self.digits / 2
        try:
            top = summit(self._bends(directions), near.turn, tolerance, near.bend)
        except UnsettledError:
            top = None
        turn = self._refined(directions, supremum, near) if top is None else near.turn
        return supremum_over_directions(directions, turn, tolerance, top)

    def _directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> tuple[Directions, Place]:
        """Return the polarised recurrence and about where it is largest."""
        if not isinstance(supremum.value, Recurrence):
            message = f"a supremum over {supremum.variable} needs a recurrence; got {str(supremum.value)[:60]}"
            raise ValueError(message)
        known = {symbol: self.number(values[symbol]) for symbol in free_symbols(supremum)}
        directions = Directions(polarise(supremum.value, supremum.variable), length, known, self)
        at = tuple(known[symbol] for symbol in sorted(known, key=str))
        before = self.known.near(supremum, length, at)
        if before is not None and before.digits >= START_DIGITS:
            return directions, before
        angle, _, bend = Doubles(self.activation).direction_with_bend(supremum, length, known)
        turn = Fraction(min(max(angle * 2 / math.pi, 0.0), 1.0))
        return directions, Place(at=at, turn=turn, digits=START_DIGITS, bend=bend)

    def _bends(self, directions: Directions) -> Bends:
        return Bends(directions.form.plain, directions.length, directions.values, self.activation, self.known.variants)

    def _refined(self, directions: Directions, supremum: Supremum, near: Place) -> Fraction:
        """Refine a maximiser as far as ``digits`` need it, and remember it."""
        turn, digits = refined(directions, near.turn, near.digits, self.digits)
        self.known.keep(supremum, directions.length, replace(near, turn=turn, digits=digits))
        return turn


class LowerBalls(Balls):
    """Balls with rigorous lower ends for what is nondecreasing in the constants: one direction bounds a supremum."""

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> arb:
        """Enclose the value at one good direction: a lower bound of the supremum."""
        directions, near = self._directions(supremum, length, values)
        if 2 * near.digits >= self.digits:
            return directions.value(near.turn)
        found = None
        if near.bend < 0:
            try:
                found = sharpened(self._bends(directions), near.turn, near.bend, self.digits)
            except UnsettledError:
                found = None
        if found is None:
            return directions.value(self._refined(directions, supremum, near))
        turn, digits, bend = found
        self.known.keep(supremum, length, replace(near, turn=turn, digits=digits, bend=bend))
        return directions.value(turn)


def _agreement(before: Sequence[arb], now: Sequence[arb]) -> int:
    """Return about how many digits two lists of values share."""
    apart = max(
        (float(abs(x - y).upper() / max(abs(y).lower(), arb(1e-100))) for x, y in zip(before, now, strict=True)),
        default=0.0,
    )
    return math.floor(-math.log10(apart)) if 1e-300 < apart < 1e300 else 300 if apart < 1 else 0


@lru_cache(maxsize=4096)
def _alone(expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., arb]:
    return compile_balls((expression,), symbols, alone=True)
