"""What is maximised: f(z) = E(s_0(z), s_1(z), ...; parameters), s_k the k-th derivative of an inner function of z.

The inner function's jets over cells and its germs at infinity are computed once and kept, so that the same objective
can be maximised for many values of its parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import sympy
from flint import arb, ctx
from sympy import Expr, Symbol

from boundcheck.enclosure import jets
from boundcheck.enclosure.balls import BALLS, narrower
from boundcheck.enclosure.charts import Chart, as_powers, chart, named_constants
from boundcheck.enclosure.germs import Germ, identity, parameter
from boundcheck.enclosure.intervals import EVERYTHING, INFINITY, INTERVALS, Interval
from boundcheck.enclosure.jets import Jet
from boundcheck.enclosure.kinks import is_rough, kinks
from boundcheck.enclosure.program import Program, Runner, compile_program
from boundcheck.enclosure.quotients import Regular
from boundcheck.enclosure.ranges import Ranges
from boundcheck.enclosure.removable import Removable, continued
from boundcheck.enclosure.scales import UndecidedError
from boundcheck.enclosure.tails import germs_from
from boundcheck.enclosure.waves import period

_FACTOR_BELOW = 300


@lru_cache(maxsize=512)
def differentiate(expression: Expr, variable: Symbol, order: int = 1) -> Expr:
    """Differentiate symbolically, factored at each order: products lose less to dependency than sums."""
    if order == 0:
        return expression
    derivative = sympy.diff(differentiate(expression, variable, order - 1), variable)
    if derivative.has(sympy.Heaviside, sympy.DiracDelta, sympy.Derivative):
        derivative = away_from_kinks(derivative)
    if sympy.count_ops(derivative) > _FACTOR_BELOW or derivative.has(sympy.Abs, sympy.sign):
        return derivative
    return factored(derivative, variable)


def factored(expression: Expr, variable: Symbol) -> Expr:
    """Factor with each exp(c z) a power of one base, else each exp a symbol: SymPy takes exp(100 z) as exp(z)^100.

    Quotients that are continued are symbols.
    """
    quotients = {part: sympy.Dummy(real=True) for part in expression.atoms(Regular)}
    if quotients:
        plain = factored(expression.xreplace(quotients), variable)
        return plain.xreplace({name: part for part, name in quotients.items()})
    base = sympy.Dummy("y", positive=True)
    found = as_powers(expression, variable, base)
    if found is not None:
        plain, numbers = named_constants(found[0])
        return sympy.factor(plain).xreplace({base: sympy.exp(found[1] * variable), **numbers})
    powers = {part: sympy.Dummy(positive=True) for part in expression.atoms(sympy.exp)}
    back = {name: part for part, name in powers.items()}
    return sympy.factor(expression.xreplace(powers)).xreplace(back)


def away_from_kinks(derivative: Expr) -> Expr:
    """Write steps as signs and drop point masses: right wherever the signs are settled, and used only there."""
    derivative = derivative.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)
    derivative = derivative.replace(lambda part: isinstance(part, sympy.Derivative), lambda _: sympy.S.Zero)
    return derivative.replace(sympy.Heaviside, lambda x, *_: (1 + sympy.sign(x)) / 2)


def wave_lengths(expression: Expr, variable: Symbol) -> tuple[float, ...]:
    """Return the periods, the longest first, of the sines and cosines of something linear in the variable."""
    slopes = {sympy.diff(wave.args[0], variable) for wave in expression.atoms(sympy.sin, sympy.cos)}
    lengths = {abs(2 * math.pi / float(slope)) for slope in slopes if slope != 0 and not slope.free_symbols}
    return tuple(sorted((length for length in lengths if length < math.inf), reverse=True))


class Objective:
    """A function of one variable, with parameters, that can be enclosed on cells and on both tails."""

    points: tuple[arb, ...] = ()
    """Places that must be edges of cells."""

    def __init__(
        self,
        inner: Expr,
        variable: Symbol,
        outer: Expr | None = None,
        slots: Sequence[Symbol] = (),
        parameters: Sequence[Symbol] = (),
        removable: Sequence[Removable] = (),
    ) -> None:
        self.inner, self.variable = inner, variable
        self.continued = continued(inner, removable)
        slots = tuple(slots) or (Symbol("s_0", real=True),)
        self.outer = slots[0] if outer is None else outer
        self.highest = max((k for k, slot in enumerate(slots) if slot in self.outer.free_symbols), default=0)
        self.slots, self.parameters = slots[: self.highest + 2], tuple(parameters)
        if len(self.slots) < self.highest + 2:
            self.slots += (Symbol("s_next", real=True),)
        self.removable = tuple(removable)
        self.kinks = kinks(inner, variable, self.highest) if self.highest > 1 else ()
        self._inner_jets = Runner(compile_program([self.continued], [variable]), jets.JETS)
        self._outers = {0: self._compile_outer(self.outer)}
        self._cells: dict[tuple[arb, arb, int, int, int], tuple[Jet, ...]] = {}
        self._germs: dict[tuple[int, arb, int], tuple[tuple[Germ, ...], Germ | None]] = {}
        self._charts: dict[int, Chart | None] = {}
        self._ranges: dict[tuple[int, arb], list[Interval] | None] = {}
        self.symmetric = self._is_even()
        self.period = period(inner, variable)
        self.wave_lengths = wave_lengths(inner, variable)
        self._refined = self._symbolic_runner()
        self._wave_ranges: Ranges | None = None

    def _is_even(self) -> bool:
        """Tell whether f(-z) = f(z) for a reason seen in the expressions: parity of the inner function."""
        mirrored = self.inner.subs(self.variable, -self.variable)
        if mirrored == self.inner:
            flips = {slot: -slot for k, slot in enumerate(self.slots) if k % 2 == 1}
        elif mirrored == -self.inner:
            flips = {slot: -slot for k, slot in enumerate(self.slots) if k % 2 == 0}
        else:
            return False
        return self.outer.subs(flips, simultaneous=True) == self.outer

    def _symbolic_runner(self) -> Runner | None:
        """Compile the factored derivatives: they lose less to dependency than the jets; only where all is smooth."""
        if is_rough(self.inner) or self.inner.has(sympy.Sum):
            return None
        derivatives = [differentiate(self.continued, self.variable, k) for k in range(self.highest + 2)]
        return Runner(compile_program(derivatives, [self.variable]), BALLS)

    def jet(self, low: arb, high: arb, values: Sequence[arb] = (), order: int = 2, side: int = 0) -> Jet:
        """Enclose f, f', f''/2, ... over [low, high] at the precision in force; in the chart of ``side`` if not 0."""
        parts = self._inner(low, high, order, side)
        result = self._outers[side][1].outputs((*parts, *((value,) for value in values)))[0]
        return result if len(result) > 1 else (result[0], *(arb(0) for _ in range(order)))

    def chart(self, side: int) -> Chart | None:
        """Return the chart at infinity on one side, if there is one."""
        if side not in self._charts:
            usable = not self.removable and not is_rough(self.inner)
            found = chart(self.inner, self.variable, side, self.highest + 1) if usable else None
            self._charts[side] = found
            if found is not None:
                signs = zip(self.slots, found.signs, strict=False)
                known = {sympy.Abs(slot): sign * slot for slot, sign in signs if sign}
                self._outers[side] = self._compile_outer(self.outer.xreplace(known))
        return self._charts[side]

    def _inner(self, low: arb, high: arb, order: int, side: int) -> tuple[Jet, ...]:
        key = (low, high, order, side, ctx.prec)
        found = self._cells.get(key)
        if found is None:
            chart = self.chart(side) if side else None
            ball = low if low == high else low.union(high)
            found = self._derivative_jets(ball, order) if chart is None else chart.parts(ball, order)
            if len(self._cells) > 20_000:
                self._cells.clear()
            self._cells[key] = found
        return found

    def _derivative_jets(self, ball: arb, order: int) -> tuple[Jet, ...]:
        """Return the jets of s_0..s_highest: the coefficients of s_k are (i+k)!/i! times those of the inner jet."""
        most = order + self.highest
        whole = jets.padded(self._inner_jets.outputs((jets.variable(ball, most),))[0], most)
        if not whole[0].is_finite() and not ball.is_exact():
            registers = jets.centred_registers(self._inner_jets, ball, most)
            whole = jets.padded(registers[self._inner_jets.program.outputs[0]], most)
        values = [coefficient * math.factorial(i) for i, coefficient in enumerate(whole)]
        tight = self._refined.outputs((ball,)) if self._refined is not None and order <= 2 else (whole[0],)
        if self._refined is not None and tight[0].is_finite():
            values[: len(tight)] = [narrower(value, other) for value, other in zip(values, tight, strict=False)]
        return tuple(
            tuple(values[i + k] / math.factorial(i) for i in range(order + 1)) for k in range(self.highest + 1)
        )

    def at(self, point: arb, values: Sequence[arb] = (), side: int = 0) -> arb:
        """Enclose f at a point at the precision in force."""
        return self._value(self._inner(point, point, 0, side), values, side)

    def over(self, low: arb, high: arb, values: Sequence[arb] = (), side: int = 0) -> arb:
        """Enclose f over a cell by its values alone."""
        return self._value(self._inner(low, high, 2, side), values, side)

    def _value(self, parts: Sequence[Jet], values: Sequence[arb], side: int) -> arb:
        return self._outers[side][0].outputs((*(part[0] for part in parts), *values))[0]

    def _compile_outer(self, outer: Expr) -> tuple[Runner, Runner]:
        program = compile_program([outer], (*self.slots[: self.highest + 1], *self.parameters))
        return Runner(program, BALLS), Runner(program, jets.JETS)

    def tail(self, side: int, start: arb, values: Sequence[arb] = ()) -> tuple[Germ, Germ | None]:
        """Return the germs of f and of f' on z >= start (side 1) or z <= -start (side -1), as functions of |z|.

        Raises ``UndecidedError`` where nothing can be said of f from there on; f' is None if that holds of it.
        """
        if not self._has_no_kink_beyond(side, start):
            raise UndecidedError
        germs, next_germ = self._slot_germs(side, start)
        parameters = [parameter(start, value) for value in values]
        algebra = germs_from(start)
        programs = _outer_programs(self.outer, self.slots, self.parameters)
        value = Runner(programs[0], algebra).outputs((*germs, *parameters))[0]
        if next_germ is None:
            return value, None
        try:
            return value, Runner(programs[1], algebra).outputs((*germs, next_germ, *parameters))[0]
        except UndecidedError:
            return value, None

    def tail_range(self, side: int, start: arb, values: Sequence[arb] = ()) -> Interval:
        """Enclose f on a whole tail between sharp ends, by plain intervals; everything where f may be undefined."""
        key = (side, start)
        if key not in self._ranges:
            self._ranges[key] = self._tail_intervals(side, start)
        inner = self._ranges[key]
        if inner is None:
            return EVERYTHING
        parameters = [(value.lower(), value.upper()) for value in values]
        program = _outer_programs(self.outer, self.slots, self.parameters)[0]
        return Runner(program, INTERVALS).outputs((*inner, *parameters))[0]

    def has_waves(self) -> bool:
        """Tell whether there are sines or cosines of z beside something else, all of it smooth."""
        return bool(self.wave_lengths) and self.period is None and not is_rough(self.inner)

    def wave_range(self, low: arb, high: arb, values: Sequence[arb], bound: Callable[[Expr], Interval]) -> Interval:
        """Enclose f over [low, high], of which one end may be infinite, with waves as all that they range over.

        Args:    bound: gives the range over R of a periodic function of z.
        """
        if self._wave_ranges is None:
            derivatives = [sympy.diff(self.inner, self.variable, k) for k in range(self.highest + 1)]
            self._wave_ranges = Ranges(derivatives, self.variable, bound)
        if low.is_finite() and high.is_finite():
            inner = self._wave_ranges.on_cell(low, high)
        else:
            inner = self._wave_ranges.on_tail(*((1, low) if low.is_finite() else (-1, -high)))
        if None in inner:
            return EVERYTHING
        parameters = [(value.lower(), value.upper()) for value in values]
        program = _outer_programs(self.outer, self.slots, self.parameters)[0]
        return Runner(program, INTERVALS).outputs((*inner, *parameters))[0]

    def _tail_intervals(self, side: int, start: arb) -> list[Interval] | None:
        """Enclose s_0..s_highest on a tail; None where one of them may be undefined or have a kink."""
        if not self._has_no_kink_beyond(side, start):
            return None
        factored = [differentiate(self.inner, self.variable, k) for k in range(self.highest + 1)]
        plain = [away_from_kinks(sympy.diff(self.inner, self.variable, k)) for k in range(self.highest + 1)]
        try:
            found = [
                Runner(compile_program(expressions, [self.variable]), INTERVALS).outputs((_tail(side, start),))
                for expressions in (factored, plain)
            ]
        except UndecidedError:
            return None
        # Factoring pulls a decay out of a sum of which only a part decays.
        return [(max(x[0], y[0]), min(x[1], y[1])) for x, y in zip(*found, strict=True)]

    def _has_no_kink_beyond(self, side: int, start: arb) -> bool:
        """Prove that s_highest has no jump on a tail: no kink's argument vanishes there."""
        return all(_is_nonzero_beyond(kink.argument, self.variable, side, start) for kink in self.kinks)

    def _slot_germs(self, side: int, start: arb) -> tuple[tuple[Germ, ...], Germ | None]:
        """Return the germs of s_0..s_highest and of the next derivative (None where undecided)."""
        key = (side, start, ctx.prec)
        if key not in self._germs:
            expressions = [differentiate(self.inner, self.variable, k) for k in range(len(self.slots))]
            if side < 0:
                expressions = [expression.subs(self.variable, -self.variable) for expression in expressions]
            runners = [Runner(compile_program([e], [self.variable]), germs_from(start)) for e in expressions]
            found = tuple(runner.outputs((identity(start),))[0] for runner in runners[:-1])
            self._germs[key] = found, self._last_germ(runners[-1], start)
        return self._germs[key]

    @staticmethod
    def _last_germ(runner: Runner, start: arb) -> Germ | None:
        try:
            return runner.outputs((identity(start),))[0]
        except UndecidedError:
            return None


def _tail(side: int, start: arb) -> Interval:
    return (start, INFINITY) if side > 0 else (-INFINITY, -start)


def vanishes_nowhere(u: Expr, variable: Symbol) -> bool:
    """Prove by intervals that an expression is defined and does not vanish on R."""
    try:
        low, high = Runner(compile_program([u], [variable]), INTERVALS).outputs((EVERYTHING,))[0]
    except UndecidedError:
        return False
    return bool(low > 0 or high < 0)


def _is_nonzero_beyond(u: Expr, variable: Symbol, side: int, start: arb) -> bool:
    """Prove by intervals or by a germ that an expression does not vanish on a tail."""
    program = compile_program([u], [variable])
    try:
        low, high = Runner(program, INTERVALS).outputs((_tail(side, start),))[0]
        if low > 0 or high < 0:
            return True
        mirrored = compile_program([u.subs(variable, -variable)], [variable]) if side < 0 else program
        return bool(Runner(mirrored, germs_from(start)).outputs((identity(start),))[0].sign())
    except UndecidedError:
        return False


@lru_cache(maxsize=256)
def _outer_programs(outer: Expr, slots: tuple[Symbol, ...], parameters: tuple[Symbol, ...]) -> tuple[Program, Program]:
    """Compile E and dE/dz = sum of dE/ds_k s_{k+1}."""
    slope = sum(
        (sympy.diff(outer, slot) * following for slot, following in zip(slots, slots[1:], strict=False)), sympy.S.Zero
    )
    slope = away_from_kinks(slope)
    value = compile_program([outer], (*slots[:-1], *parameters))
    return value, compile_program([slope], (*slots, *parameters))
