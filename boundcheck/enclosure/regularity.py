"""Why a function is not finite or not smooth somewhere: a pole, a removable singularity, a kink, complex values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy
from flint import arb
from sympy import Expr, Symbol

from boundcheck.enclosure import balls, jets
from boundcheck.enclosure.decimals import decimal_text, ends_of
from boundcheck.enclosure.kinks import kinks
from boundcheck.enclosure.maximise import SingularError
from boundcheck.enclosure.program import Instruction, Program, Runner, compile_program
from boundcheck.enclosure.removable import Removable, vanishing_order

_KINKS = {"abs", "min", "max", "sign", "abspower", "pospower"}


def explain(expression: Expr, variable: Symbol, error: SingularError, known: tuple[Removable, ...]) -> Removable | str:
    """Say what is wrong on the cell of a ``SingularError``: a removable singularity to use, or a reason in words."""
    program = compile_program([expression], [variable])
    cell = _around(error)
    for index, value in _not_finite(program, known, cell, order=0):
        instruction = program.instructions[index]
        if instruction.name == "div":
            return _quotient(program, index, variable, cell)
        return _outside(program, instruction, index, value, cell)
    proved = {kink.argument for kink in kinks(expression, variable, 2) if kink.is_proved(variable, cell)}
    for index, _ in _not_finite(program, known, cell, order=3):
        if proved and program.instructions[index].name in _KINKS:
            place = _place(variable, cell, _exact_root(program, index))
            return f"not C^2: {program.sources[index]} has a kink at {place}"
    return f"it cannot be shown to be C^2 near {_place(variable, cell)}"


def _around(error: SingularError) -> arb:
    middle = ((error.low + error.high) / 2).mid()
    least = arb(2) ** -28 * max(arb(1), abs(middle))
    return arb(middle, max(error.high - error.low, least).upper())


def _not_finite(
    program: Program, known: tuple[Removable, ...], cell: arb, order: int
) -> Iterator[tuple[int, jets.Jet]]:
    """Yield the instructions whose jet over the cell has a coefficient that is not finite, in order."""
    runner = Runner(program, jets.JETS)
    for point in known:
        inputs = program.instructions[point.instruction].inputs
        runner.steps[point.instruction] = (point.divide, (*inputs, 0))
    extra = sum(point.order for point in known)
    registers = runner.registers((jets.variable(cell, order + extra),))
    offset = len(program.symbols)
    for index, value in enumerate(registers[offset:]):
        if not all(coefficient.is_finite() for coefficient in value[: order + 1]):
            yield index, value


def _source(program: Program, register: int) -> Expr:
    offset = len(program.symbols)
    return program.symbols[register] if register < offset else program.sources[register - offset]


def _quotient(program: Program, index: int, variable: Symbol, cell: arb) -> Removable | str:
    """Tell a removable singularity, proved exactly, from a pole."""
    above, below = (_source(program, register) for register in program.instructions[index].inputs)
    for point in _candidates(cell):
        if vanishing_order(below, variable, point, most=1) == 0:
            continue
        order = vanishing_order(below, variable, point)
        if vanishing_order(above, variable, point) >= order:
            return Removable(index, point, order)
        return f"a pole: {below} vanishes at {variable} = {point}"
    return f"a pole: {below} vanishes near {_place(variable, cell)}"


def _candidates(cell: arb) -> Iterator[Expr]:
    """Yield simple exact numbers in a tiny cell: rationals, and rational multiples of pi."""
    low, high = ends_of(cell)
    middle = (low + high) / 2
    for unit, ball in ((sympy.S.One, arb(1)), (sympy.pi, arb.pi())):
        scaled = middle / ends_of(ball)[0]
        for most in (1, 12, 1000):
            ratio = scaled.limit_denominator(most)
            value = sympy.Rational(ratio.numerator, ratio.denominator) * unit
            if cell.contains(balls.constant(value)):
                yield value
                break


def _outside(program: Program, instruction: Instruction, index: int, value: jets.Jet, cell: arb) -> str:
    """Word the way in which a function's argument leaves its domain."""
    name = program.sources[index]
    variable = program.symbols[0]
    if instruction.name in ("log", "root", "pow"):
        register = instruction.inputs[0]
        base = compile_program([_source(program, register)], [variable])
        for point in (cell.lower(), cell.upper()):
            if Runner(base, balls.BALLS).outputs((point,))[0] < 0:
                text = decimal_text(ends_of(point)[0], 6, up=False)
                return f"complex values: {name} at {variable} = {text}"
        return f"{name} is not finite at {_place(variable, cell)}"
    return f"{name} is not finite near {_place(variable, cell)}"


def _exact_root(program: Program, index: int) -> Expr | None:
    """Return 0 where a kink's place is exactly there; other places are enclosed."""
    argument = _source(program, program.instructions[index].inputs[0])
    return sympy.S.Zero if argument.subs(program.symbols[0], 0) == 0 else None


def _place(variable: Symbol, cell: arb, exact: Expr | None = None) -> str:
    low, high = ends_of(cell)
    if low <= 0 <= high and (exact is not None or high - low < Fraction(1, 10**6)):
        simple = Fraction(0)
    else:
        simple = ((low + high) / 2).limit_denominator(1000)
    if low <= simple <= high:
        return f"{variable} = {simple}"
    return f"{variable} in [{decimal_text(low, 10, up=False)}, {decimal_text(high, 10, up=True)}]"
