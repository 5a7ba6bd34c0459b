"""The supremum over directions phi in [0, pi/2] of a recurrence, certified: branch and bound on arcs.

Each arc is bounded by the lemma of ``polarisation``, whose error is quadratic in the arc's angle. Where the form that
bounds it stays below the best value known is solved for, so that an arc beside a good maximiser shrinks to a small
part of itself at every step (each certified digit costs the same); else the arc is bisected. Lower ends are values at
directions, so both ends are rigorous.

Where the output is certified to be concave on an arc around a good maximiser (``concavity``), its slope at one
direction bounds it there, and arcs are needed for the rest only: the digits asked for then cost Newton steps.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from itertools import count
from typing import Any

from flint import arb, ctx, fmpq
from sympy import Symbol

from boundcheck.enclosure import precision
from boundcheck.enclosure.decimals import dyadic
from boundcheck.evaluation.polarisation import Polarised, along_u, along_w, at_first, at_second, cross
from boundcheck.evaluation.recursion import Arithmetic, Stepper, free_symbols_of
from boundcheck.evaluation.summits import Summit
from boundcheck.language import Supremum

MAX_ARCS = 4000
SMALL_SHARE = 0.4
COARSE_DIGITS = 16
FEW_ARCS = 64


class Directions:
    """A polarised recurrence at given values: its course at a direction, and its bound on an arc."""

    def __init__(self, form: Polarised, length: int, values: Mapping[Symbol, Any], arithmetic: Arithmetic) -> None:
        self.form, self.length, self.values, self.arithmetic = form, length, values, arithmetic
        self.stepper = Stepper(form.plain, arithmetic)
        self.courses: dict[Fraction, list[list[Any]]] = {}
        self.crossing = _Crossing(form, self.stepper, arithmetic) if form.degree == 2 else None

    def at(self, turn: Fraction) -> arb:
        """Enclose the output at a direction phi = turn * pi/2, at the precision in force, and remember nothing."""
        return self.stepper.run(self._values(turn), self.length)

    def _values(self, turn: Fraction) -> Mapping[Symbol, Any]:
        half = fmpq(turn.numerator, 2 * turn.denominator)
        return _With(self.values, {along_w: arb.cos_pi_fmpq(half), along_u: arb.sin_pi_fmpq(half)})

    def course(self, turn: Fraction) -> list[list[Any]]:
        """Return the registers at every index for the direction phi = turn * pi/2."""
        if turn not in self.courses:
            registers = self.stepper.begin(self._values(turn))
            found = [list(registers)]
            for t in range(self.form.plain.first + 1, self.length + 1):
                self.stepper.advance(registers, t)
                found.append(list(registers))
            self.courses[turn] = found
        return self.courses[turn]

    @contextmanager
    def anew(self) -> Iterator[None]:
        """Forget the courses of another precision, and afterwards those of this one."""
        self.courses = {}
        try:
            yield
        finally:
            self.courses = {}

    def value(self, turn: Fraction) -> arb:
        """Enclose the output at a direction."""
        return self.stepper.result(self.course(turn)[-1])

    def ends(self, low: Fraction, high: Fraction) -> tuple[int, arb, arb, arb | None, Fraction]:
        """Return the form of ``polarisation`` on an arc: degree, values at both ends, polarised value, width."""
        mixed = None if self.crossing is None else self.crossing.output(self.course(low), self.course(high))
        return self.form.degree, self.value(low), self.value(high), mixed, high - low

    def bound(self, low: Fraction, high: Fraction) -> arb:
        """Bound the output on an arc from above."""
        return arc_bound(*self.ends(low, high))

    def above(self, low: Fraction, high: Fraction, bar: arb) -> tuple[arb, tuple[Fraction, Fraction]]:
        """Bound the output on an arc from above, and return a part of it outside which it is at most ``bar``."""
        ends = self.ends(low, high)
        bound = arc_bound(*ends)
        part = part_above(*ends, bar) if bound > bar else None
        return bound, (low, high) if part is None else (low + part[0], low + part[1])


def arc_bound(degree: int, first: arb, second: arb, mixed: arb | None, width: Fraction) -> arb:
    """Bound the form of ``polarisation`` on an arc of the angle width * pi/2 < pi/2.

    With the angle theta from the first direction the form is p cos^2 + 2r sin cos + q sin^2 (degree 2) or p cos + r sin
    (degree 1). Where its slope r at the first end, or the one from the second end, is <= 0, it is largest at an end of
    the arc: it is a constant plus one sine wave, of which the arc is less than half. Else its largest value on the
    whole circle bounds it, and so does the coarser bound of the lemma.
    """
    peak = first.max(second)
    if degree == 0:
        return peak.upper()
    stretch = 1 / arb.cos_pi_fmpq(fmpq(width.numerator, 4 * width.denominator))
    half = fmpq(width.numerator, 2 * width.denominator)
    cosine, sine = arb.cos_pi_fmpq(half), arb.sin_pi_fmpq(half)
    if degree == 1:
        rise, fall = (second - first * cosine) / sine, (first - second * cosine) / sine
        crown = (first * first + rise * rise).sqrt()
    else:
        assert mixed is not None
        rise, fall = (mixed - first * cosine) / sine, (mixed - second * cosine) / sine
        across = (first * cosine * cosine - 2 * mixed * cosine + second) / (sine * sine)
        spread = (first - across) / 2
        crown = first + rise * rise / (spread + (spread * spread + rise * rise).sqrt())
    if width < 1 and (rise <= 0 or fall <= 0):
        return peak.upper()
    coarse = ((peak if mixed is None else peak.max(mixed)) * stretch**degree).upper()
    return min(coarse, crown.upper()) if crown.is_finite() else coarse


def part_above(
    degree: int, first: arb, second: arb, mixed: arb | None, width: Fraction, bar: arb
) -> tuple[Fraction, Fraction] | None:
    """Enclose the part of an arc of width * pi/2 < pi/2 on which the form of ``polarisation`` exceeds ``bar``.

    With s = tan(theta) (degree 2) or tan(theta/2) (degree 1) the form exceeds it iff c + 2 r s - k s^2 > 0, r its slope
    at the first direction. Returns fractions of pi/2 from there, rounded outward; None where nothing is excluded.
    """
    if degree == 0 or width >= 1:
        return None
    half = fmpq(width.numerator, 2 * width.denominator)
    cosine, sine = arb.cos_pi_fmpq(half), arb.sin_pi_fmpq(half)
    if degree == 1:
        rise, fall_off = (second - first * cosine) / sine, first + bar
    else:
        assert mixed is not None
        rise = (mixed - first * cosine) / sine
        fall_off = bar - (first * cosine * cosine - 2 * mixed * cosine + second) / (sine * sine)
    inside = (rise * rise + fall_off * (first - bar)).upper()
    if not (fall_off > 0 and inside.is_finite()):
        return None
    root = inside.sqrt() if inside > 0 else arb(0)
    scale = fmpq(4, degree) / arb.pi()
    low, high = ((rise - root) / fall_off).atan() * scale, ((rise + root) / fall_off).atan() * scale
    wide = dyadic((high - low).upper()) + Fraction(1, 1 << ctx.prec)
    unit = Fraction(1, 1 << max(0, 6 + wide.denominator.bit_length() - wide.numerator.bit_length()))
    start = math.floor(dyadic(low.lower()) / unit) * unit
    end = math.ceil(dyadic(high.upper()) / unit) * unit
    return max(start, Fraction(0)), min(end, width)


class _With(dict[Symbol, Any]):
    """Values with some replaced; what is missing is asked of the first."""

    def __init__(self, base: Mapping[Symbol, Any], extra: Mapping[Symbol, Any]) -> None:
        super().__init__(extra)
        self.base = base

    def __missing__(self, symbol: Symbol) -> Any:
        return self.base[symbol]


Read = tuple[str, int]


class _Crossing:
    """The polarised entries X12 along two courses."""

    def __init__(self, form: Polarised, stepper: Stepper, arithmetic: Arithmetic) -> None:
        self.locals = {symbol for symbol, _ in form.plain.local}
        self.stepper, self.arithmetic = stepper, arithmetic
        self.slots = {cross(symbol): k for k, (symbol, _) in enumerate((*form.local, *form.step))}
        self.first_state = len(form.local)
        self.starts = [self._compiled(value) for _, value in form.start]
        self.local = [self._compiled(value) for _, value in form.local]
        self.step = [self._compiled(value) for _, value in form.step]
        assert form.output is not None
        self.final = self._compiled(form.output)
        # Which register each symbol of the two directions is, and whether it is a local (of this step) or a state.

    def _compiled(self, item: Any) -> tuple[Callable[..., Any], list[Read]]:
        symbols = tuple(sorted(free_symbols_of(item), key=str))
        if isinstance(item, Supremum):
            function = self.arithmetic.supremum(item.value, symbols)
        else:
            function = self.arithmetic.function(item, symbols)
        return function, [self._source(symbol) for symbol in symbols]

    def _source(self, symbol: Symbol) -> Read:
        if symbol in self.slots:
            return "cross", self.slots[symbol]
        for plain, place in self.stepper.place.items():
            kind = "now" if plain in self.locals else "before"
            if symbol == plain:
                return f"{kind}1", place
            if symbol == at_first(plain):
                return f"{kind}1", place
            if symbol == at_second(plain):
                return f"{kind}2", place
        raise KeyError(symbol)

    def output(self, first: list[list[Any]], second: list[list[Any]]) -> Any:
        """Enclose the polarised output at the last index."""
        slots: list[Any] = [None] * len(self.slots)
        slots[self.first_state :] = [self._apply(entry, first, second, 0, 0, slots) for entry in self.starts]
        for t in range(1, len(first)):
            for k, entry in enumerate(self.local):
                slots[k] = self._apply(entry, first, second, t - 1, t, slots)
            slots[self.first_state :] = [self._apply(entry, first, second, t - 1, t, slots) for entry in self.step]
        last = len(first) - 1
        return self._apply(self.final, first, second, last, last, slots)

    def _apply(self, entry: Any, first: Any, second: Any, before: int, now: int, slots: list[Any]) -> Any:
        function, reads = entry
        sources = {
            "before1": first[before], "before2": second[before], "now1": first[now], "now2": second[now], "cross": slots
        }  # fmt: skip
        return function(*[sources[name][place] for name, place in reads])


def supremum_over_directions(directions: Directions, start: Fraction, tolerance: arb, top: Summit | None = None) -> arb:
    """Enclose the supremum over phi in [0, pi/2] to a relative width, or as far as ``MAX_ARCS`` arcs go.

    Args:    start: where the maximum is thought to be, as a fraction of pi/2 (a good guess saves work only).
             top: an arc that is settled already.
    """
    if top is None:
        nodes = sorted({Fraction(0), Fraction(1), min(max(start, Fraction(0)), Fraction(1))})
        lower = _largest([directions.value(node).lower() for node in nodes])
        done, pending = lower, list(zip(nodes, nodes[1:], strict=False))
    else:
        lower, done = top.lower, top.upper
        pending = [arc for arc in ((Fraction(0), top.low), (top.high, Fraction(1))) if arc[0] < arc[1]]
        if _are_below(directions, pending, lower):
            return lower.union(done)
    arcs: list[tuple[float, int, Any, tuple[Fraction, Fraction], Fraction]] = []
    ticket = count()
    for _ in range(MAX_ARCS):
        bar = (lower * (1 + tolerance)).lower()
        for low, high in pending:
            bound, part = directions.above(low, high, bar)
            done = done.max(min(bound, bar))
            if bound > bar and part[0] < part[1]:
                excess = float(bound / lower - 1)
                heapq.heappush(arcs, (-excess, next(ticket), bound, part, (part[1] - part[0]) / (high - low)))
        if not arcs:
            break
        _, _, _, (low, high), share = heapq.heappop(arcs)
        middle = (low + high) / 2
        pending = [(low, high)] if share < SMALL_SHARE else [(low, middle), (middle, high)]
        lower = _largest([lower, *(directions.value(node).lower() for arc in pending for node in arc)])
    else:
        done = _largest([done, *(bound for _, _, bound, _, _ in arcs)])
        done = _largest([done, *(directions.bound(*arc) for arc in pending)])
    return lower.union(done)


def _are_below(directions: Directions, arcs: list[tuple[Fraction, Fraction]], bar: arb) -> bool:
    """Tell whether the output is certainly below ``bar`` on arcs: at a low precision, as far as a few arcs go."""
    pending = list(arcs)
    with precision(COARSE_DIGITS), directions.anew():
        for _ in range(FEW_ARCS):
            if not pending:
                return True
            low, high = pending.pop()
            bound, part = directions.above(low, high, bar)
            if bound <= bar or part[0] >= part[1]:
                continue
            middle = (part[0] + part[1]) / 2
            small = part[1] - part[0] < (high - low) * Fraction(SMALL_SHARE)
            pending += [part] if small else [(part[0], middle), (middle, part[1])]
    return not pending


def _largest(values: list[arb]) -> arb:
    largest = values[0]
    for value in values[1:]:
        largest = largest.max(value)
    return largest
