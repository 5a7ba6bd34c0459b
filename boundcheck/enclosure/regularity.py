"""Why a function is not finite or not smooth somewhere: a pole, a removable singularity, a kink, complex values."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from flint import arb
from sympy import Expr, Symbol

from boundcheck.enclosure import balls, jets
from boundcheck.enclosure.decimals import decimal_text, ends_of
from boundcheck.enclosure.errors import SingularError
from boundcheck.enclosure.kinks import kinks
from boundcheck.enclosure.poles import place_text, quotient
from boundcheck.enclosure.program import Instruction, Program, Runner, compile_program
from boundcheck.enclosure.removable import Removable, continued

_KINKS = {"abs", "min", "max", "sign", "abspower", "pospower"}


def explain(expression: Expr, variable: Symbol, error: SingularError, known: tuple[Removable, ...]) -> Removable | str:
    """Say what is wrong on the cell of a ``SingularError``: a removable singularity to use, or a reason in words."""
    whole = continued(expression, known)
    program = compile_program([whole], [variable])
    cell = _around(error)
    for index, value in _not_finite(program, cell, order=0):
        instruction = program.instructions[index]
        if instruction.name in ("div", "regular"):
            return quotient(whole, program.sources[index], variable, cell)
        return _outside(program, instruction, index, value, cell)
    proved = {kink.argument for kink in kinks(expression, variable, 2) if kink.is_proved(variable, cell)}
    for index, _ in _not_finite(program, cell, order=3):
        if proved and program.instructions[index].name in _KINKS:
            place = place_text(variable, cell, _exact_root(program, index))
            return f"not C^2: {program.sources[index]} has a kink at {place}"
    return f"it cannot be shown to be C^2 near {place_text(variable, cell)}"


def _around(error: SingularError) -> arb:
    middle = ((error.low + error.high) / 2).mid()
    least = arb(2) ** -28 * max(arb(1), abs(middle))
    return arb(middle, max(error.high - error.low, least).upper())


def _not_finite(program: Program, cell: arb, order: int) -> Iterator[tuple[int, jets.Jet]]:
    """Yield the instructions whose jet over the cell has a coefficient that is not finite, in order."""
    registers = Runner(program, jets.JETS).registers((jets.variable(cell, order),))
    for index, value in enumerate(registers[len(program.symbols) :]):
        if not all(coefficient.is_finite() for coefficient in value[: order + 1]):
            yield index, value


def _source(program: Program, register: int) -> Expr:
    offset = len(program.symbols)
    return program.symbols[register] if register < offset else program.sources[register - offset]


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
        return f"{name} is not finite at {place_text(variable, cell)}"
    return f"{name} is not finite near {place_text(variable, cell)}"


def _exact_root(program: Program, index: int) -> Expr | None:
    """Return 0 where a kink's place is exactly there; other places are enclosed."""
    argument = _source(program, program.instructions[index].inputs[0])
    return sympy.S.Zero if argument.subs(program.symbols[0], 0) == 0 else None
