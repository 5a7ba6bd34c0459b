"""The supremum over directions phi in [0, pi/2] of a recurrence, certified: branch and bound on arcs.

Each arc is bounded by the lemma of ``polarisation``, whose error is quadratic in the arc's angle; arcs are bisected
where the bound is largest. Lower ends are values at directions, so both ends are rigorous.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from flint import arb, fmpq
from sympy import Symbol

from boundcheck.evaluation.polarisation import Polarised, along_u, along_w, at_first, at_second, cross
from boundcheck.evaluation.recursion import Arithmetic, Stepper, free_symbols_of
from boundcheck.language import Supremum

MAX_ARCS = 4000


class Directions:
    """A polarised recurrence at given values: its course at a direction, and its bound on an arc."""

    def __init__(self, form: Polarised, length: int, values: Mapping[Symbol, Any], arithmetic: Arithmetic) -> None:
        self.form, self.length, self.values, self.arithmetic = form, length, values, arithmetic
        self.stepper = Stepper(form.plain, arithmetic)
        self.courses: dict[Fraction, list[list[Any]]] = {}
        self.crossing = _Crossing(form, self.stepper, arithmetic) if form.degree == 2 else None

    def course(self, turn: Fraction) -> list[list[Any]]:
        """Return the registers at every index for the direction phi = turn * pi/2."""
        if turn not in self.courses:
            half = fmpq(turn.numerator, 2 * turn.denominator)
            values = _With(self.values, {along_w: arb.cos_pi_fmpq(half), along_u: arb.sin_pi_fmpq(half)})
            registers = self.stepper.begin(values)
            found = [list(registers)]
            for t in range(self.form.plain.first + 1, self.length + 1):
                self.stepper.advance(registers, t)
                found.append(list(registers))
            self.courses[turn] = found
        return self.courses[turn]

    def value(self, turn: Fraction) -> arb:
        """Enclose the output at a direction."""
        return self.stepper.result(self.course(turn)[-1])

    def bound(self, low: Fraction, high: Fraction) -> arb:
        """Bound the output on an arc from above."""
        first, second = self.value(low), self.value(high)
        mixed = None if self.crossing is None else self.crossing.output(self.course(low), self.course(high))
        return arc_bound(self.form.degree, first, second, mixed, high - low)


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
        crown = (first + across) / 2 + (spread * spread + rise * rise).sqrt()
    if width < 1 and (rise <= 0 or fall <= 0):
        return peak.upper()
    coarse = ((peak if mixed is None else peak.max(mixed)) * stretch**degree).upper()
    return min(coarse, crown.upper()) if crown.is_finite() else coarse


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


def supremum_over_directions(directions: Directions, start: Fraction, tolerance: arb) -> arb:
    """Enclose the supremum over phi in [0, pi/2] to a relative width, or as far as ``MAX_ARCS`` arcs go.

    Args:    start: where the maximum is thought to be, as a fraction of pi/2 (a good guess saves work only).
    """
    nodes = sorted({Fraction(0), Fraction(1), min(max(start, Fraction(0)), Fraction(1))})
    lower = _largest([directions.value(node).lower() for node in nodes])
    arcs: list[tuple[float, int, Any, Fraction, Fraction]] = []
    done = lower
    pending = list(zip(nodes, nodes[1:], strict=False))
    for count in range(MAX_ARCS):
        for low, high in pending:
            bound = directions.bound(low, high)
            if bound <= lower * (1 + tolerance):
                done = done.max(bound)
            else:
                heapq.heappush(arcs, (-float(bound / lower - 1), 2 * count + (low == pending[0][0]), bound, low, high))
        if not arcs:
            break
        _, _, _, low, high = heapq.heappop(arcs)
        middle = (low + high) / 2
        lower = lower.max(directions.value(middle).lower())
        pending = [(low, middle), (middle, high)]
    else:
        done = _largest([done, *(bound for _, _, bound, _, _ in arcs), *(directions.bound(*arc) for arc in pending)])
    return lower.union(done)


def _largest(values: list[arb]) -> arb:
    largest = values[0]
    for value in values[1:]:
        largest = largest.max(value)
    return largest
