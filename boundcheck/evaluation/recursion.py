"""Recurrences evaluated as recursions, in any arithmetic; nothing is ever expanded, T steps cost T times one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from sympy import Expr, Symbol

from boundcheck.evaluation.terms import Value, free_symbols
from boundcheck.language import Recurrence, Supremum

LOOK_EVERY = 8  # steps (later ones: a part of those made), of which three in a row are compared with one another


class Arithmetic(Protocol):
    """Numbers of one kind, for one activation: balls, doubles or multiprecision."""

    def begin(self) -> None:
        """Prepare for a new run of a recurrence."""

    def must_repeat(self) -> bool:
        """Tell whether the run must be done again (a supremum was followed to the wrong maximiser)."""

    def period(self, before: list[Any], last: list[Any], now: list[Any]) -> int:
        """Tell from three states in a row after how many steps a recursion without t repeats itself; 0 if unknown."""

    def number(self, value: Any) -> Any:
        """Read an exact rational (or a number of this kind)."""

    def function(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., Any]:
        """Compile an expression once."""

    def supremum(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., Any]:
        """Compile the supremum over z of an expression in s_k and the symbols."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines of Python for an entry of a step: before a run of steps, at each of them, and after."""

    each: list[str]
    begin: list[str] = field(default_factory=list)
    end: list[str] = field(default_factory=list)


@runtime_checkable
class Written(Protocol):
    """A function that can be written into the loop over steps, where a call would cost more than what it computes."""

    def written(self, result: str, inputs: list[str], name: str, space: dict[str, Any]) -> Lines:
        """Return lines that leave its value in ``result``; other names begin with ``name``, values go to ``space``."""


@lru_cache(maxsize=256)
def _code(text: str) -> Any:
    return compile(text, "<boundcheck recurrence>", "exec")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each symbol of a recurrence lives: outer values first, then the index, the state, the locals."""

    outer: tuple[Symbol, ...]
    places: tuple[tuple[Symbol, int], ...]


@lru_cache(maxsize=512)
def layout(recurrence: Recurrence) -> Layout:
    """Lay a recurrence out in registers."""
    outer = tuple(sorted(free_symbols(recurrence), key=str))
    names = (*outer, recurrence.index, *recurrence.state, *(symbol for symbol, _ in recurrence.local))
    return Layout(outer, tuple((symbol, place) for place, symbol in reversed(tuple(enumerate(names)))))


class Stepper:
    """A recurrence compiled in an arithmetic: ``start`` and ``advance`` work on a list of registers."""

    def __init__(self, recurrence: Recurrence, arithmetic: Arithmetic) -> None:
        self.recurrence = recurrence
        self.arithmetic = arithmetic
        plan = layout(recurrence)
        self.outer = plan.outer
        self.place = dict(plan.places)
        self.starts = [self._compiled(item) for item in recurrence.start]
        self.locals = [(self.place[symbol], *self._compiled(item)) for symbol, item in recurrence.local]
        self.steps = [self._compiled(item) for item in recurrence.step]
        self.output = self._compiled(recurrence.output)
        self.index = self.place[recurrence.index]
        self.uses_index = any(recurrence.index in free_symbols_of(item) for item in _moving(recurrence))
        self.states = [self.place[symbol] for symbol in recurrence.state]
        self.step = self._written_out()

    def _compiled(self, item: Value) -> tuple[Callable[..., Any], list[int]]:
        symbols = tuple(sorted(free_symbols_of(item), key=str))
        if isinstance(item, Supremum):
            function = self.arithmetic.supremum(item.value, symbols)
        else:
            function = self.arithmetic.function(item, symbols)
        return function, [self.place[symbol] for symbol in symbols]

    def begin(self, values: Mapping[Symbol, Any]) -> list[Any]:
        """Return the registers at the first index."""
        registers: list[Any] = [self.arithmetic.number(values[symbol]) for symbol in self.outer]
        registers += [None] * (len(self.place) - len(registers))
        registers[self.index] = self.arithmetic.number(self.recurrence.first)
        found = [function(*[registers[k] for k in inputs]) for function, inputs in self.starts]
        for place, value in zip(self.states, found, strict=True):
            registers[place] = value
        return registers

    def advance(self, registers: list[Any], t: int, count: int = 1) -> None:
        """Take the registers from index t-1 to t, or ``count`` steps further than t-1."""
        if not self.uses_index:
            self.step(registers, count)
            return
        for k in range(t, t + count):
            registers[self.index] = self.arithmetic.number(k)
            self.step(registers, 1)

    def _written_out(self) -> Callable[[list[Any], int], None]:
        """Write steps as one function of the registers, which it holds in local variables: they are thousands."""
        space: dict[str, Any] = {}
        moving = [*self.states, *(place for place, _, _ in self.locals)]
        used = {k for _, _, inputs in self.locals for k in inputs} | {k for _, inputs in self.steps for k in inputs}
        entries = [(f"r{place}", function, inputs) for place, function, inputs in self.locals]
        entries += [(f"s{k}", function, inputs) for k, (function, inputs) in enumerate(self.steps)]
        begin, each, end = [f"r{k} = r[{k}]" for k in sorted(used | set(moving))], [], []
        for k, (result, function, inputs) in enumerate(entries):
            arguments = [f"r{i}" for i in inputs]
            if isinstance(function, Written):
                code = function.written(result, arguments, f"f{k}_", space)
                begin, each, end = begin + code.begin, each + code.each, end + code.end
            else:
                space[f"f{k}"] = function
                each.append(f"{result} = f{k}({', '.join(arguments)})")
        each += [f"r{place} = s{k}" for k, place in enumerate(self.states)]
        end += [f"r[{place}] = r{place}" for place in moving]
        body = [*begin, "for _ in range(count):", *(f"    {line}" for line in each), *end]
        exec(_code("\n".join(["def step(r, count):", *(f"    {line}" for line in body)])), space)
        return space["step"]

    def run(self, values: Mapping[Symbol, Any], length: int) -> Any:
        """Return the output at index ``length`` (at the first index if that is larger)."""
        while True:
            self.arithmetic.begin()
            registers = self.begin(values)
            t = self.recurrence.first
            while t < length:
                ahead = max(LOOK_EVERY, t // LOOK_EVERY)
                if self.uses_index or length - t < ahead:
                    self.advance(registers, t + 1, length - t)
                    break
                states = [self._after(registers, t + 1, count) for count in (ahead - 2, 1, 1)]
                t += ahead
                period = self.arithmetic.period(*states)
                if period:
                    self.advance(registers, t + 1, (length - t) % period)
                    break
            if not self.arithmetic.must_repeat():
                return self.result(registers)

    def _after(self, registers: list[Any], t: int, count: int) -> list[Any]:
        self.advance(registers, t, count)
        return [registers[k] for k in self.states]

    def result(self, registers: list[Any]) -> Any:
        """Return the output at the index reached."""
        function, inputs = self.output
        return function(*[registers[k] for k in inputs])


def _moving(recurrence: Recurrence) -> tuple[Value, ...]:
    return (*recurrence.step, *(item for _, item in recurrence.local), recurrence.output)


def free_symbols_of(item: Value) -> set[Symbol]:
    """Return the symbols of an entry of a recurrence (a nested recurrence is not allowed)."""
    if isinstance(item, Supremum) and isinstance(item.value, Recurrence):
        message = "a step of a recurrence must be an expression or a supremum over z; got a supremum of a recurrence"
        raise ValueError(message)
    return free_symbols(item)


def run(recurrence: Recurrence, length: int, values: Mapping[Symbol, Any], arithmetic: Arithmetic) -> Any:
    """Evaluate a recurrence at index ``length`` (at its first index if that is larger)."""
    return Stepper(recurrence, arithmetic).run(values, length)


def along(
    recurrence: Recurrence, lengths: tuple[int, ...], values: Mapping[Symbol, Any], arithmetic: Arithmetic
) -> list[Any]:
    """Evaluate a recurrence at several indices in one pass."""
    stepper = Stepper(recurrence, arithmetic)
    while True:
        arithmetic.begin()
        registers, found = stepper.begin(values), {}
        for t in range(recurrence.first, max(lengths) + 1):
            if t > recurrence.first:
                stepper.advance(registers, t)
            if t in lengths:
                found[t] = stepper.result(registers)
        if not arithmetic.must_repeat():
            return [found[length] for length in lengths]
