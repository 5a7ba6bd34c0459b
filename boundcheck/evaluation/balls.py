"""Balls: rigorous arithmetic for one activation, at the precision in force."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy import Expr, Rational, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure import Enclosure, compile_arb
from boundcheck.evaluation.concavity import Bends, UnsettledError
from boundcheck.evaluation.cone import START_DIGITS, Directions, refined, summit, supremum_over_directions
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.generated import compile_balls
from boundcheck.evaluation.polarisation import polarise
from boundcheck.evaluation.suprema import CertifiedSupremum
from boundcheck.evaluation.terms import free_symbols
from boundcheck.language import Recurrence, Supremum


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a maximum over directions is, as a fraction of pi/2, to so many digits, at the values ``at``."""

    at: tuple[arb, ...]
    turn: Fraction
    digits: int
    bend: float


Places = dict[tuple[Supremum, int], Place]


class Balls:
    """Arithmetic of Arb balls for one activation; ``digits`` bounds the effort spent on directions.

    Who asks again and again at nearly the same values keeps ``places``: a maximiser moves as little as they do.
    """

    def __init__(self, activation: Activation, digits: int = 9, places: Places | None = None) -> None:
        self.activation = activation
        self.digits = digits
        self.places: Places = {} if places is None else places

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
        return _constant(self.activation, order, ctx.prec)

    def function(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., arb]:
        """Compile an expression to a function of balls."""
        return _alone(expression, symbols) if not expression.has(sympy.Sum) else compiled(expression, symbols)

    def supremum(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., arb]:
        """Compile the supremum over z of an expression in s_k and the symbols."""
        return CertifiedSupremum(expression, symbols, self.activation)

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> arb:
        """Enclose the supremum over directions of a recurrence, to the relative width of ``digits``."""
        directions, near = self._directions(supremum, length, values)
        tolerance = arb(10) ** -self.digits / 2
        try:
            bends = Bends(directions.form.plain, length, directions.values, self.activation)
            top = summit(bends, near.turn, tolerance, near.bend)
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
        at, before = tuple(known[symbol] for symbol in sorted(known, key=str)), self.places.get((supremum, length))
        digits = 0 if before is None else min(before.digits, _agreement(before.at, at))
        if before is not None and digits >= START_DIGITS:
            return directions, replace(before, at=at, digits=digits)
        angle, _, bend = Doubles(self.activation).direction_with_bend(supremum, length, known)
        turn = Fraction(min(max(angle * 2 / math.pi, 0.0), 1.0))
        return directions, Place(at=at, turn=turn, digits=START_DIGITS, bend=bend)

    def _refined(self, directions: Directions, supremum: Supremum, near: Place) -> Fraction:
        """Refine a maximiser as far as ``digits`` need it, and remember it."""
        turn, digits = refined(directions, near.turn, near.digits, self.digits)
        self.places[supremum, directions.length] = replace(near, turn=turn, digits=digits)
        return turn


class LowerBalls(Balls):
    """Balls with rigorous lower ends for what is nondecreasing in the constants: one direction bounds a supremum."""

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> arb:
        """Enclose the value at one good direction: a lower bound of the supremum."""
        directions, near = self._directions(supremum, length, values)
        return directions.value(self._refined(directions, supremum, near))


def _agreement(before: Sequence[arb], now: Sequence[arb]) -> int:
    """Return about how many digits two lists of values share."""
    apart = max(
        (float(abs(x - y).upper() / max(abs(y).lower(), arb(1e-100))) for x, y in zip(before, now, strict=True)),
        default=0.0,
    )
    return math.floor(-math.log10(apart)) if 1e-300 < apart < 1e300 else 300 if apart < 1 else 0


@lru_cache(maxsize=4096)
def compiled(expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., arb]:
    """Compile once for all precisions."""
    return compile_arb(expression, symbols)


@lru_cache(maxsize=4096)
def _alone(expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., arb]:
    return compile_balls((expression,), symbols, alone=True)


@lru_cache(maxsize=256)
def _constant(activation: Activation, order: int, bits: int) -> arb:
    constant = activation.constant(order)
    if constant.exact is not None:
        return compiled(constant.exact, ())()
    return constant.enclosure(int(bits * 0.30103) + 2).arb()
