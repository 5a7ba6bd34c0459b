"""The output of a recurrence as a function of the direction: its slope, and bounds on its curvature on an arc.

Every entry is a smooth function of earlier ones or X = max_x sum_j c_j M_j(x), whose maximiser x* is unique inside a
neighbourhood of ``following``. Along phi, with E = sum_j c_j M_j: X' = sum_j c_j' M_j(x*) (envelope theorem) and
X'' = sum_j c_j'' M_j(x*) + (sum_j c_j' M_j'(x*))^2 / -E''(x*), without the last term where x* stays at an end of the
chart. Values and slopes on an arc follow from those at its centre by the mean value theorem, so that only second
derivatives are ever evaluated on wide balls. If f'' <= -k < 0 on an arc and c is on it, f <= f(c) + f'(c)^2/(2k) there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb, fmpq
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.evaluation.following import Follower, Neighbourhood
from boundcheck.evaluation.generated import compile_balls
from boundcheck.evaluation.monomials import along
from boundcheck.evaluation.polarisation import along_u, along_w
from boundcheck.evaluation.recursion import free_symbols_of, layout
from boundcheck.evaluation.suprema import Variants, variant
from boundcheck.language import Recurrence, Supremum

ZERO = arb(0)


class UnsettledError(ArithmeticError):
    """A maximiser that is not known to stay in one neighbourhood, or no finite bound."""


@dataclass(frozen=True, slots=True)
class Jet:
    """A register: value and slope at the centre; value, slope and second derivative on the arc, if there is one."""

    here: arb
    slope: arb
    wide: arb = ZERO
    wide_slope: arb = ZERO
    wide_bend: arb = ZERO


class Bends:
    """A recurrence in cos_phi and sin_phi with derivatives along phi.

    Raises:  UnsettledError if a supremum in it has no form that can be followed.
    """

    def __init__(
        self,
        recurrence: Recurrence,
        length: int,
        values: Mapping[Symbol, Any],
        activation: Activation,
        variants: Variants | None = None,
    ) -> None:
        plan = layout(recurrence)
        self.variants: Variants = {} if variants is None else variants
        self.recurrence, self.length, self.activation = recurrence, length, activation
        self.place = dict(plan.places)
        self.fixed = [values[symbol] if symbol not in (along_w, along_u) else None for symbol in plan.outer]
        self.starts = [self._entry(item) for item in recurrence.start]
        self.locals = [(self.place[symbol], self._entry(item)) for symbol, item in recurrence.local]
        self.steps = [self._entry(item) for item in recurrence.step]
        self.output = self._entry(recurrence.output)

    def _entry(self, item: Any) -> Callable[[list[Jet], arb | None], Jet]:
        symbols = tuple(sorted(free_symbols_of(item), key=str))
        inputs = [self.place[symbol] for symbol in symbols]
        if not isinstance(item, Supremum):
            return _Smooth(item, symbols, inputs)
        follower = variant(item.value, symbols, self.activation, self.variants).follower
        if follower is None:
            message = "a supremum that cannot be followed"
            raise UnsettledError(message)
        return _Highest(follower, symbols, inputs)

    def at(self, turn: Fraction, low: Fraction | None = None, high: Fraction | None = None) -> Jet:
        """Return the output at phi = turn * pi/2 and, if ends are given, on the arc between them (which holds turn).

        Raises:  UnsettledError where derivatives (on the arc) cannot be bounded.
        """
        offset = None
        if low is not None and high is not None:
            offset = (_number(low - turn) * arb.pi() / 2).union(_number(high - turn) * arb.pi() / 2)
        registers = self._begin(turn, offset)
        for entry, place in zip(self.starts, self._states, strict=True):
            registers[place] = entry(registers, offset)
        for t in range(self.recurrence.first + 1, self.length + 1):
            registers[self.place[self.recurrence.index]] = _constant(arb(t))
            for place, entry in self.locals:
                registers[place] = entry(registers, offset)
            found = [entry(registers, offset) for entry in self.steps]
            for place, jet in zip(self._states, found, strict=True):
                registers[place] = jet
        return self.output(registers, offset)

    @property
    def _states(self) -> list[int]:
        return [self.place[symbol] for symbol in self.recurrence.state]

    def _begin(self, turn: Fraction, offset: arb | None) -> list[Jet]:
        half = fmpq(turn.numerator, 2 * turn.denominator)
        cosine, sine = arb.cos_pi_fmpq(half), arb.sin_pi_fmpq(half)
        moving = {along_w: (cosine, -sine), along_u: (sine, cosine)}
        registers = [_constant(arb(0))] * len(self.place)
        for symbol, place in self.place.items():
            if symbol in moving:
                value, slope = moving[symbol]
                registers[place] = Jet(value, slope)
                if offset is not None:
                    rest = (offset * offset / 2).union(-offset * offset / 2)
                    registers[place] = _spread(value, slope, rest - value - slope * offset, offset)
            elif place < len(self.fixed):
                registers[place] = _constant(self.fixed[place])
        registers[self.place[self.recurrence.index]] = _constant(arb(self.recurrence.first))
        return registers


def _number(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _constant(value: arb) -> Jet:
    return Jet(value, ZERO, value)


def _spread(here: arb, slope: arb, bend: arb, offset: arb) -> Jet:
    """Extend a value and a slope to the arc by a bound on the second derivative there."""
    if not bend.is_finite():
        message = "no finite bound on a second derivative"
        raise UnsettledError(message)
    wide_slope = slope + bend * offset
    return Jet(here, slope, here + wide_slope * offset, wide_slope, bend)


@lru_cache(maxsize=512)
def _derived(expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...]) -> tuple[Any, Any, Any]:
    """Compile values, first and second derivatives of expressions from values and derivatives of the symbols."""
    firsts = [Symbol(f"{symbol.name}_d", real=True) for symbol in symbols]
    seconds = [Symbol(f"{symbol.name}_dd", real=True) for symbol in symbols]

    rates = dict(zip(symbols, firsts, strict=True))
    both = rates | dict(zip(firsts, seconds, strict=True))
    slopes = tuple(along(item, rates) for item in expressions)
    return (
        compile_balls(expressions, symbols),
        compile_balls(slopes, (*symbols, *firsts)),
        compile_balls(tuple(along(item, both) for item in slopes), (*symbols, *firsts, *seconds)),
    )


class _Smooth:
    """An expression of registers."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], inputs: list[int]) -> None:
        self.value, self.first, self.second = _derived((expression,), symbols)
        self.inputs = inputs

    def __call__(self, registers: list[Jet], offset: arb | None) -> Jet:
        jets = [registers[place] for place in self.inputs]
        here = [jet.here for jet in jets]
        (value,) = self.value(*here)
        (slope,) = self.first(*here, *(jet.slope for jet in jets))
        if offset is None:
            return Jet(value, slope)
        wide = [jet.wide for jet in jets]
        (bend,) = self.second(*wide, *(jet.wide_slope for jet in jets), *(jet.wide_bend for jet in jets))
        return _spread(value, slope, bend, offset)


class _Highest:
    """A supremum over z of registers."""

    def __init__(self, follower: Follower, symbols: tuple[Symbol, ...], inputs: list[int]) -> None:
        self.follower, self.inputs = follower, inputs
        self.value, self.first, self.second = _derived(follower.shape.coefficients, symbols)

    def __call__(self, registers: list[Jet], offset: arb | None) -> Jet:
        jets = [registers[place] for place in self.inputs]
        here = [jet.here for jet in jets]
        weights = wide_weights = self.value(*here)
        if offset is not None:
            wide, wide_slopes = [jet.wide for jet in jets], [jet.wide_slope for jet in jets]
            wide_weights = self.value(*wide)
        around = self.follower.around(wide_weights)
        if around is None or not around.holds(weights):
            message = "a maximiser that is not known to stay in one neighbourhood"
            raise UnsettledError(message)
        value, point, slope = self.follower.climbed(around, weights)
        terms = self._terms(_reach(point, slope, around, weights), around)
        tilt = _dot(self.first(*here, *(jet.slope for jet in jets)), terms)
        if offset is None:
            return Jet(value, tilt)
        bend = self._bend(point, around, wide_weights, self.first(*wide, *wide_slopes),
                          self.second(*wide, *wide_slopes, *(jet.wide_bend for jet in jets)))  # fmt: skip
        return _spread(value, tilt, bend, offset)

    def _terms(self, piece: arb, around: Neighbourhood) -> Sequence[arb]:
        return self.follower.terms(piece, around.signs)

    def _bend(
        self, point: arb, around: Neighbourhood, weights: Sequence[arb], rates: Sequence[arb], bends: Sequence[arb]
    ) -> arb:
        """Bound the second derivative for all coefficients and their derivatives in balls."""
        follower, count = self.follower, len(weights)
        slope = follower.along(point, around.signs, weights)[1]
        piece, may_stay, may_move = _reach(point, slope, around, weights), False, True
        for end, outward in ((around.low, -1), (around.high, 1)):
            if piece.contains(end):
                push = outward * follower.along(end, around.signs, weights)[1]
                if push >= 0:
                    piece, may_stay, may_move = end, True, False
                    break
                may_stay = may_stay or not push < 0
        terms = self._terms(piece, around)
        held = _dot(bends, terms)
        if not may_move:
            return held
        curvature = follower.along(piece, around.signs, weights)[2]
        if not curvature < 0:
            curvature = -around.curvature * weights[around.reference].lower()
            curvature = curvature.union(follower.along(piece, around.signs, weights)[2].lower())
        drift = _dot(rates, terms[count:])
        gain = drift * drift / -curvature
        return held + (gain.union(arb(0)) if may_stay else gain)


def _reach(point: arb, slope: arb, around: Neighbourhood, weights: Sequence[arb]) -> arb:
    """Enclose the maximiser, from the slope at a point: |x* - point| <= |E'(point)| / k, inside the neighbourhood."""
    size = slope.abs_upper() / (around.curvature * weights[around.reference].lower())
    low, high = (point - size).lower(), (point + size).upper()
    low, high = around.low if low < around.low else low, around.high if high > around.high else high
    return low.union(high)


def _dot(first: Sequence[arb], second: Sequence[arb]) -> arb:
    total = first[0] * second[0]
    for one, two in zip(first[1:], second[1:], strict=False):
        total += one * two
    return total
