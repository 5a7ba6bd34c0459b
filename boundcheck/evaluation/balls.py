"""Balls: rigorous arithmetic for one activation, at the precision in force."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy import Expr, Rational, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure import Enclosure, compile_arb
from boundcheck.evaluation.concavity import Bends, UnsettledError
from boundcheck.evaluation.cone import Directions, refined, summit, supremum_over_directions
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.generated import compile_balls
from boundcheck.evaluation.polarisation import polarise
from boundcheck.evaluation.suprema import CertifiedSupremum
from boundcheck.evaluation.terms import free_symbols
from boundcheck.language import Recurrence, Supremum


class Balls:
    """Arithmetic of Arb balls for one activation; ``digits`` bounds the effort spent on directions."""

    def __init__(self, activation: Activation, digits: int = 9) -> None:
        self.activation = activation
        self.digits = digits

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
        directions, turn, bend = self._directions(supremum, length, values)
        tolerance = arb(10) ** -self.digits / 2
        try:
            bends = Bends(directions.form.plain, length, directions.values, self.activation)
            top = summit(bends, turn, tolerance, bend)
        except UnsettledError:
            top = None
        turn = refined(directions, turn, self.digits) if top is None else turn
        return supremum_over_directions(directions, turn, tolerance, top)

    def _directions(
        self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]
    ) -> tuple[Directions, Fraction, float]:
        """Return the polarised recurrence and about where it is largest (as a fraction of pi/2) and how it bends."""
        if not isinstance(supremum.value, Recurrence):
            message = f"a supremum over {supremum.variable} needs a recurrence; got {str(supremum.value)[:60]}"
            raise ValueError(message)
        known = {symbol: self.number(values[symbol]) for symbol in free_symbols(supremum)}
        form = polarise(supremum.value, supremum.variable)
        angle, _, bend = Doubles(self.activation).direction_with_bend(supremum, length, known)
        start = Fraction(min(max(angle * 2 / math.pi, 0.0), 1.0))
        return Directions(form, length, known, self), start, bend


class LowerBalls(Balls):
    """Balls with rigorous lower ends for what is nondecreasing in the constants: one direction bounds a supremum."""

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> arb:
        """Enclose the value at one good direction: a lower bound of the supremum."""
        directions, turn, _ = self._directions(supremum, length, values)
        return directions.value(refined(directions, turn, self.digits))


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
