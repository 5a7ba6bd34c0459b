"""A SymPy expression compiled once into a straight-line program; the arithmetic it runs in is chosen afterwards.

Equal subexpressions become one instruction. The same program runs on balls, on jets of balls (Taylor coefficients), on
germs at infinity and on doubles: each is an ``Algebra``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Expr, Symbol

from boundcheck.enclosure.quotients import Regular, numerator_and_denominator
from boundcheck.notation import p, q

_UNARY = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.tanh: "tanh",
    sympy.erf: "erf",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.atan: "atan",
    sympy.Abs: "abs",
    sympy.sign: "sign",
}
_BINARY = {p: "p", q: "q"}
_EXTREMA = {sympy.Min: "min", sympy.Max: "max"}

_HIGH_POWER = 8
_NO_NUMBERS = (sympy.Float, sympy.I, sympy.oo, sympy.zoo, sympy.nan)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One operation on earlier results; ``payload`` is a number, an exponent or a nested program."""

    name: str
    inputs: tuple[int, ...] = ()
    payload: Any = None


@dataclass(frozen=True, slots=True)
class Program:
    """Straight-line code: registers 0.. hold the symbols, then each instruction's result; ``outputs`` are registers."""

    symbols: tuple[Symbol, ...]
    instructions: tuple[Instruction, ...]
    outputs: tuple[int, ...]
    sources: tuple[Expr, ...] = field(compare=False, default=())


class Algebra:
    """An arithmetic that programs run in: one function per operation, and how a constant is read."""

    def __init__(self, operations: Mapping[str, Callable[..., Any]], constant: Callable[[Expr], Any]) -> None:
        self.operations = dict(operations)
        self.constant = constant


def compile_program(expressions: Sequence[Expr], symbols: Sequence[Symbol], *, fold: bool = True) -> Program:
    """Compile expressions in the given symbols; equal subexpressions are computed once.

    With ``fold`` a subexpression without symbols is one constant, read by the algebra as a whole.

    Raises:  ValueError naming a function outside the language of claims, or a symbol that is not given.
    """
    builder = _Builder(tuple(symbols), fold)
    outputs = tuple(builder.visit(sympy.sympify(expression, strict=True)) for expression in expressions)
    return Program(tuple(symbols), tuple(builder.code), outputs, tuple(builder.sources))


class _Builder:
    """Number the values of an expression tree."""

    def __init__(self, symbols: tuple[Symbol, ...], fold: bool) -> None:
        self.fold = fold
        self.registers: dict[Expr, int] = {symbol: index for index, symbol in enumerate(symbols)}
        self.numbered: dict[Instruction, int] = {}
        self.offset = len(symbols)
        self.symbols = symbols
        self.code: list[Instruction] = []
        self.sources: list[Expr] = []

    def visit(self, node: Expr) -> int:
        if node not in self.registers:
            self.registers[node] = self._translate(node)
        return self.registers[node]

    def emit(self, name: str, inputs: tuple[int, ...], payload: Any, node: Expr) -> int:
        instruction = Instruction(name, inputs, payload)
        if instruction not in self.numbered:
            self.numbered[instruction] = self.offset + len(self.code)
            self.code.append(instruction)
            self.sources.append(node)
        return self.numbered[instruction]

    def _translate(self, node: Expr) -> int:
        kind = node.func
        if node.is_Rational or node.is_NumberSymbol or (self.fold and not node.free_symbols and _known(node)):
            return self.emit("constant", (), node, node)
        if node.is_Float:
            return self.emit("constant", (), sympy.Rational(node), node)
        if node.is_Add:
            return self.emit("add", tuple(self.visit(term) for term in node.args), None, node)
        if node.is_Mul:
            return self._product(node)
        if node.is_Pow:
            return self._power(node)
        if kind in _UNARY:
            return self.emit(_UNARY[kind], (self.visit(node.args[0]),), None, node)
        if kind in _BINARY:
            return self.emit(_BINARY[kind], (self.visit(node.args[0]), self.visit(node.args[1])), None, node)
        if kind in _EXTREMA:
            return self.emit(_EXTREMA[kind], tuple(self.visit(part) for part in node.args), None, node)
        if isinstance(node, sympy.Sum):
            return self._sum(node)
        if kind is Regular:
            return self.emit("regular", (self.visit(node.args[0]),), node.args[1:], node)
        raise ValueError(self._refusal(node))

    def _refusal(self, node: Expr) -> str:
        if node.is_Symbol:
            known = " ".join(symbol.name for symbol in self.symbols)
            return f"every symbol needs a value; got {node} (given: {known or 'none'})"
        return f"{node.func.__name__} is no function of the language; got {str(node)[:60]}"

    def _product(self, node: Expr) -> int:
        above, below = numerator_and_denominator(node)
        above = _joined(above) + [1 / factor for factor in below if _is_high_power(factor)]
        below = [factor for factor in below if not _is_high_power(factor)]
        if not below:
            registers = tuple(self.visit(factor) for factor in above)
            return self.emit("mul", registers, None, node) if len(registers) > 1 else registers[0]
        inputs = self.visit(sympy.Mul(*above)), self.visit(sympy.Mul(*below))
        return self.emit("div", inputs, None, node)

    def _power(self, node: Expr) -> int:
        base, exponent = node.args
        if exponent.is_Integer and exponent.is_negative and _is_high_power(1 / node):
            return self.emit("power", (self.visit(1 / base),), -int(exponent), node)
        if exponent.is_Rational and exponent.is_negative:
            return self.emit("div", (self.visit(sympy.S.One), self.visit(1 / node)), None, node)
        if exponent.is_Rational and base.func is sympy.Abs:
            inner = self.visit(base.args[0])
            return self.emit("abspower", (inner,), (int(exponent.p), int(exponent.q)), node)
        if exponent.is_Integer and exponent > 1 and base.func in _EXTREMA and len(base.args) == 2 and 0 in base.args:
            (inner,) = (part for part in base.args if part != 0)
            if base.func is sympy.Min:
                return self.visit(sympy.Mul(sympy.S.NegativeOne**exponent, sympy.Max(0, -inner) ** exponent))
            return self.emit("pospower", (self.visit(inner),), int(exponent), node)
        if exponent.is_Integer:
            return self.emit("power", (self.visit(base),), int(exponent), node)
        if exponent.is_Rational:
            return self.emit("root", (self.visit(base),), (int(exponent.p), int(exponent.q)), node)
        return self.emit("pow", (self.visit(base), self.visit(exponent)), None, node)

    def _sum(self, node: Expr) -> int:
        inner = node.function
        for index, low, high in node.limits[:-1]:
            inner = sympy.Sum(inner, (index, low, high))
        index, low, high = node.limits[-1]
        free = tuple(sorted(inner.free_symbols - {index}, key=str))
        body = compile_program([inner], (index, *free), fold=self.fold)
        inputs = (self.visit(low), self.visit(high), *(self.visit(symbol) for symbol in free))
        return self.emit("sum", inputs, body, node)


def _joined(factors: list[Expr]) -> list[Expr]:
    """Write |u| u^(2k) and |u| u^(2k+1) as |u|^(2k+1) and |u|^(2k+1) u, which are smoother than their factors."""
    for size in [factor for factor in factors if factor.func is sympy.Abs]:
        for other in factors:
            base, exponent = other.as_base_exp()
            if base == size.args[0] and exponent.is_Integer and exponent > 1:
                joined = sympy.Pow(size, exponent + 1 - exponent % 2, evaluate=False)
                rest = [base] if exponent % 2 else []
                return [*(factor for factor in factors if factor not in (size, other)), *rest, joined]
    return factors


def _known(node: Expr) -> bool:
    """Tell whether a number is real, finite and exact, with functions of the language only."""
    functions = {*_UNARY, *_BINARY, *_EXTREMA, sympy.Sum}
    return all(part.func in functions for part in node.atoms(sympy.Function, sympy.Sum)) and not node.has(*_NO_NUMBERS)


def _is_high_power(factor: Expr) -> bool:
    """Tell whether a divisor's values on a cell are too far apart for a ball to hold them and not 0."""
    return bool(factor.is_Pow and factor.exp.is_Integer and factor.exp > _HIGH_POWER)


class Runner:
    """A program bound to an algebra."""

    def __init__(self, program: Program, algebra: Algebra) -> None:
        self.program = program
        self.steps = [(_bind(instruction, algebra), instruction.inputs) for instruction in program.instructions]

    def registers(self, arguments: Sequence[Any]) -> list[Any]:
        """Run on the values of the symbols and return every register."""
        values = list(arguments)
        append = values.append
        for function, inputs in self.steps:
            append(function(*[values[index] for index in inputs]))
        return values

    def outputs(self, arguments: Sequence[Any]) -> list[Any]:
        """Run on the values of the symbols and return the outputs."""
        values = self.registers(arguments)
        return [values[index] for index in self.program.outputs]


def _bind(instruction: Instruction, algebra: Algebra) -> Callable[..., Any]:
    if instruction.name == "constant":
        constant, node = algebra.constant, instruction.payload
        return lambda: constant(node)
    operation = algebra.operations[instruction.name]
    if instruction.payload is None:
        return operation
    payload = Runner(instruction.payload, algebra) if instruction.name == "sum" else instruction.payload
    return lambda *inputs: operation(payload, *inputs)
