"""What a function ranges over on a cell or a tail, between sharp ends: intervals, narrowed at every step.

On a cell a step whose slope has one sign lies between its values at the ends; on a tail it lies in the range of its
germ. Sums of waves are put in with all that they range over. That settles long stretches on which a function does not
come near a supremum that it only approaches further out, as tanh(z) + sin(1000 z)/10^6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb
from sympy import Expr, Symbol

from boundcheck.enclosure import jets
from boundcheck.enclosure.balls import BALLS
from boundcheck.enclosure.germs import Germ, identity, parameter
from boundcheck.enclosure.intervals import INFINITY, INTERVALS, Interval, add, multiply
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.enclosure.scales import ONE, Scale, UndecidedError
from boundcheck.enclosure.tails import OPERATIONS, germs_from
from boundcheck.enclosure.waves import waves_named

_FIRST_GERM = 8
Narrow = Callable[[int], Interval | None]


class Ranges:
    """The ranges of several expressions in one variable; ``bound`` gives [inf, sup] over R of a periodic function."""

    def __init__(self, expressions: Sequence[Expr], variable: Symbol, bound: Callable[[Expr], Interval]) -> None:
        names: list[Symbol] = []
        self.parts: list[tuple[Expr, ...]] = []
        plain = []
        for expression in expressions:
            body, found = waves_named(expression, variable, len(names))
            plain.append(body)
            names += found
            self.parts += found.values()
        self.bound = bound
        self.program = compile_program(plain, [variable, *names])
        self.runners = {kind: Runner(self.program, kind) for kind in (INTERVALS, jets.JETS, BALLS)}

    def on_cell(self, low: arb, high: arb) -> list[Interval | None]:
        """Enclose each expression over [low, high]; None where one may be undefined."""
        waves = self._waves()
        unknown = [(one.union(other), arb("nan")) for one, other in waves]
        slopes = self.runners[jets.JETS].registers((jets.variable(low.union(high), 1), *unknown))
        balls = [one.union(other) for one, other in waves]
        ends = [self.runners[BALLS].registers((end, *balls)) for end in (low, high)]

        side = 1 if low > 0 else -1
        near, far = (low, high) if side > 0 else (-high, -low)
        germs = self._germs(side, near, waves) if near >= _FIRST_GERM else []

        def between_ends(index: int) -> Interval | None:
            jet = slopes[index]
            if len(jet) == 1 or not (jet[0].is_finite() and jet[1].is_finite()):
                return None
            first, last = (values[index] for values in ends)
            if jet[1] >= 0:
                return first.lower(), last.upper()
            return (last.lower(), first.upper()) if jet[1] <= 0 else None

        def narrowed(index: int) -> Interval | None:
            known = between_ends(index)
            return _cut(known, _germ_range(germs[index], near, far)) if germs else known

        return self._run(((low, high), *waves), narrowed)

    def on_tail(self, side: int, start: arb) -> list[Interval | None]:
        """Enclose each expression over z >= start (side 1) or z <= -start; None where one may be undefined."""
        waves = self._waves()
        germs = self._germs(side, start, waves)
        tail = (start, INFINITY) if side > 0 else (-INFINITY, -start)
        return self._run((tail, *waves), lambda index: _germ_range(germs[index], start, INFINITY))

    def _waves(self) -> list[Interval]:
        return [_sum_of([self.bound(part) for part in parts]) for parts in self.parts]

    def _germs(self, side: int, start: arb, waves: Sequence[Interval]) -> list[Germ | None]:
        outward = identity(start) if side > 0 else OPERATIONS["mul"](parameter(start, arb(-1)), identity(start))
        found: list[Germ | None] = [outward, *(parameter(start, one.union(other)) for one, other in waves)]
        for function, places in Runner(self.program, germs_from(start)).steps:
            arguments = [found[k] for k in places]
            try:
                found.append(None if None in arguments else function(*arguments))
            except UndecidedError:
                found.append(None)
        return found

    def _run(self, inputs: Sequence[Interval], narrow: Narrow) -> list[Interval | None]:
        """Run in intervals, each result cut with what ``narrow`` knows of it."""
        values: list[Interval | None] = list(inputs)
        for index, (function, places) in enumerate(self.runners[INTERVALS].steps, len(inputs)):
            arguments = [values[k] for k in places]
            try:
                value = None if None in arguments else function(*arguments)
            except UndecidedError:
                value = None
            values.append(_cut(value, narrow(index)))
        return [values[k] for k in self.program.outputs]


def _germ_range(germ: Germ | None, near: arb, far: arb) -> Interval | None:
    """Enclose a bounded germ for near <= |z| <= far (perhaps infinite): scales that fall lie between their ends."""
    if germ is None:
        return None
    factor: Interval = (arb(germ.lead).lower(), arb(germ.lead).upper())
    if germ.rest is not None:
        rest = germ.rest.lower(), germ.rest.upper()
        factor = add(factor, multiply(rest, _falling(germ.rest_scale, near, far)))
    if germ.scale == ONE:
        return factor
    if not (germ.scale.growth() < 0 and germ.scale.falls_from(near)):
        return None
    return multiply(factor, _falling(germ.scale, near, far))


def _falling(scale: Scale, near: arb, far: arb) -> Interval:
    return scale.at(far).lower() if far.is_finite() else arb(0), scale.at(near).upper()


def _cut(x: Interval | None, y: Interval | None) -> Interval | None:
    if x is None or y is None:
        return y if x is None else x
    return max(x[0], y[0]), min(x[1], y[1])


def _sum_of(items: Sequence[Interval]) -> Interval:
    return add(*items)
