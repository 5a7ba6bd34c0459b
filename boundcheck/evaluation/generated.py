"""Expressions compiled to plain functions of doubles, arrays of doubles or balls, one line of code an operation.

The code is written from a compiled program, so it holds register numbers only: no text of a user's reaches it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import lru_cache, partial, reduce
from typing import Any

from flint import arb
from sympy import Expr, Symbol

from boundcheck.enclosure.balls import BALLS
from boundcheck.enclosure.expansions import expansion
from boundcheck.enclosure.program import Instruction, Program, compile_program
from boundcheck.enclosure.quotients import FREE, Regular


@lru_cache(maxsize=2048)
def compile_doubles(
    expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...], *, vector: bool = False, alone: bool = False
) -> Callable[..., Any]:
    """Compile expressions to f(*symbols) -> tuple of doubles (one double for one ``alone``).

    With ``vector`` the arguments may be arrays.

    Scalars outside the domain raise ArithmeticError or ValueError; beyond the range of doubles they become infinite.
    """
    names = _vector_names() if vector else dict(_SCALAR)
    return _function(compile_program(expressions, symbols), names, alone=alone)


@lru_cache(maxsize=2048)
def double_lines(expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...]) -> DoubleLines:
    """Compile expressions of doubles to lines that are written into a longer function."""
    return DoubleLines(compile_program(expressions, symbols))


class DoubleLines:
    """A program as lines of Python on local variables, for loops that cannot afford a call."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def written(self, inputs: Sequence[str], name: str, space: dict[str, Any]) -> tuple[list[str], list[str]]:
        """Return lines and the variables of the outputs; what the lines use besides goes into ``space``.

        Args:    inputs: variables of the symbols; name: what all other names begin with.
        """
        space.update(_SCALAR)
        return _lines(self.program, inputs, name, space, _SCALAR)


def function_of(lines: Sequence[str], inputs: Sequence[str], results: Sequence[str], space: dict[str, Any]) -> Any:
    """Return the function f(*inputs) -> tuple of the results that lines compute."""
    text = [f"def generated({', '.join(inputs)}):", *(f"    {line}" for line in lines)]
    exec(compile("\n".join([*text, f"    return {', '.join(results)}"]), "<boundcheck doubles>", "exec"), space)
    return space["generated"]


def _function(program: Program, names: dict[str, Any], *, alone: bool = False) -> Callable[..., Any]:
    space = dict(names)
    inputs = [f"r{k}" for k in range(len(program.symbols))]
    lines, outputs = _lines(program, inputs, "r", space, names)
    return function_of(lines, inputs, outputs if alone else [*outputs, ""], space)


def _lines(
    program: Program, inputs: Sequence[str], name: str, space: dict[str, Any], names: dict[str, Any]
) -> tuple[list[str], list[str]]:
    registers, lines = list(inputs), []
    for place, instruction in enumerate(program.instructions, len(inputs)):
        line = _line(instruction, [registers[k] for k in instruction.inputs], f"{name}_{place}", space, names)
        if instruction.name == "constant":
            registers.append(line)
            continue
        registers.append(f"{name}{place}")
        lines.append(f"{name}{place} = {line}")
    return lines, [registers[k] for k in program.outputs]


@lru_cache(maxsize=2048)
def compile_balls(
    expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...], *, alone: bool = False
) -> Callable[..., Any]:
    """Compile expressions (without sums over an index) to f(*balls) -> tuple of balls, for calls by the thousand.

    One that is ``alone`` gives a ball.

    The operations are those of ``enclosure.compile_arb``, at the precision in force at the call.
    """
    program = compile_program(expressions, symbols)
    count = len(program.symbols)
    space: dict[str, Any] = {}
    lines = [f"def generated({', '.join(f'r{k}' for k in range(count))}):"]
    for k, instruction in enumerate(program.instructions, count):
        lines.append(f"    r{k} = {_ball_line(instruction, k, space)}")
    results = ", ".join(f"r{k}" for k in program.outputs)
    lines.append(f"    return {results}" if alone else f"    return ({results},)")
    exec(compile("\n".join(lines), "<boundcheck balls>", "exec"), space)
    return space["generated"]


_BALL_OPERATORS = {"add": " + ", "mul": " * ", "div": " / "}


def _ball_line(instruction: Instruction, place: int, space: dict[str, Any]) -> str:
    inputs = [f"r{k}" for k in instruction.inputs]
    name, payload = instruction.name, instruction.payload
    if name in _BALL_OPERATORS:
        return _BALL_OPERATORS[name].join(inputs)
    if name == "constant":
        whole = payload.is_Integer and abs(payload) < 2**50
        space[f"c{place}"] = arb(int(payload)) if whole else partial(BALLS.constant, payload)
        return f"c{place}" if whole else f"c{place}()"
    operation = BALLS.operations[name]
    space[f"f{place}"] = operation if payload is None else partial(operation, payload)
    return f"f{place}({', '.join(inputs)})"


def _line(instruction: Instruction, inputs: list[str], place: str, space: dict[str, Any], names: dict[str, Any]) -> str:
    name, payload = instruction.name, instruction.payload
    if name == "constant":
        value = _double(payload)
        if math.isfinite(value):
            return f"({value!r})"
        space[f"c{place}"] = value
        return f"c{place}"
    if name in ("add", "mul"):
        return (" + " if name == "add" else " * ").join(inputs)
    if name == "div":
        return f"divide({inputs[0]}, {inputs[1]})" if "divide" in names else f"{inputs[0]} / {inputs[1]}"
    if name == "power":
        return {2: f"{inputs[0]} * {inputs[0]}", 1: inputs[0], 0: "1.0"}.get(payload, f"raised({inputs[0]}, {payload})")
    if name == "root":
        return _root(inputs[0], payload)
    if name == "abspower":
        return _root(f"abs_({inputs[0]})", payload)
    if name == "pospower":
        return f"raised(max_({inputs[0]}, 0.0), {payload})"
    if name == "sum":
        space[f"f{place}"] = _summed(_function(payload, names))
        return f"f{place}({', '.join(inputs)})"
    if name == "regular":
        space[f"f{place}"] = _continued(payload, vector="sign_" in names)
        return f"f{place}({inputs[0]})"
    if "sign_" not in names and name in ("sign", "abs"):
        size = "1.0" if name == "sign" else inputs[0]
        return f"{size} if {inputs[0]} >= 0 else -{size}"
    return f"{name}_({', '.join(inputs)})"


def _summed(body: Callable[..., Any]) -> Callable[..., Any]:
    def add(low: float, high: float, *values: Any) -> Any:
        first, last = int(low), int(high)
        if last < first - 1:
            return -add(last + 1, first - 1, *values)
        return sum((body(float(k), *values)[0] for k in range(first, last + 1)), 0.0)

    return add


@lru_cache(maxsize=512)
def _continued(payload: Any, *, vector: bool) -> Callable[..., Any]:
    """Return a quotient continued to its removable singularities: Taylor polynomials near them, itself elsewhere."""
    above, below, points, order = payload
    series = [expansion(above, below, points).series(k, int(order)) for k in range(len(points))]
    function = compile_doubles((Regular(FREE, *payload).plain(),), (FREE,), vector=vector, alone=True)
    return partial(_on_arrays if vector else _on_doubles, function, series)


def _on_doubles(function: Callable[..., Any], series: Any, x: float) -> float:
    for point, radius, coefficients in series:
        shift = x - point
        if abs(shift) < radius:
            total = 0.0
            for coefficient in reversed(coefficients):
                total = total * shift + coefficient
            return total
    return function(x)


def _on_arrays(function: Callable[..., Any], series: Any, x: Any) -> Any:
    import numpy as np

    with np.errstate(all="ignore"):
        found = function(x)
    for point, radius, coefficients in series:
        shift = np.asarray(x) - point
        near = np.abs(shift) < radius
        found = np.where(near, np.polyval(coefficients[::-1], np.where(near, shift, 0.0)), found)
    return found


def _root(inside: str, payload: tuple[int, int]) -> str:
    numerator, denominator = payload
    base = inside if denominator == 1 else f"raised({inside}, {1 / denominator!r})"
    base = f"sqrt_({inside})" if denominator == 2 else base
    return base if numerator == 1 else f"raised({base}, {numerator})"


def _double(node: Expr) -> float:
    try:
        return float(node)
    except OverflowError:
        return math.copysign(math.inf, 1 if node > 0 else -1)


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    def apply(*arguments: float) -> float:
        try:
            return function(*arguments)
        except OverflowError:
            return math.inf

    return apply


def geometric(t: float, x: Any) -> Any:
    """Return p_t(x), all terms non-negative."""
    return _sums(int(t), abs(x))[0]


def weighted(t: float, x: Any) -> Any:
    """Return q_t(x), all terms non-negative."""
    return _sums(int(t), abs(x))[1]


def _sums(count: int, x: Any) -> tuple[Any, Any]:
    p, q, power, t = 0.0 * x, 0.0 * x, 1.0 + 0.0 * x, 0
    for bit in bin(count)[2:] if count > 0 else "":
        q = q + power * (q + t * p)
        p = p * (1.0 + power)
        power, t = power * power, 2 * t
        if bit == "1":
            p = 1.0 + x * p
            q = p + x * q
            power, t = power * x, t + 1
    return p, q


# The sign of 0 is 1: a derivative that is continuous across |u| = 0 has its limit there, as one-sided derivatives do.
_SCALAR: dict[str, Any] = {
    "raised": _guarded(operator.pow),
    "sqrt_": math.sqrt,
    "pow_": _guarded(operator.pow),
    "exp_": _guarded(math.exp),
    "log_": math.log,
    "tanh_": math.tanh,
    "erf_": math.erf,
    "sin_": math.sin,
    "cos_": math.cos,
    "atan_": math.atan,
    "abs_": abs,
    "min_": min,
    "max_": max,
    "p_": geometric,
    "q_": weighted,
}


def _vector_names() -> dict[str, Any]:
    import numpy as np

    return {
        "divide": np.divide,
        "raised": np.power,
        "sqrt_": np.sqrt,
        "pow_": np.power,
        "exp_": np.exp,
        "log_": np.log,
        "tanh_": np.tanh,
        "erf_": np.vectorize(math.erf, otypes=[float]),  # tables are short; importing SciPy takes longer
        "sin_": np.sin,
        "cos_": np.cos,
        "atan_": np.arctan,
        "abs_": np.abs,
        "sign_": lambda x: np.where(np.asarray(x) < 0, -1.0, 1.0),
        "min_": lambda *items: reduce(np.minimum, items),
        "max_": lambda *items: reduce(np.maximum, items),
        "p_": geometric,
        "q_": weighted,
    }
