"""Write quantities as JavaScript, from the same expressions that Python evaluates; nothing is typed a second time."""

from __future__ import annotations

import re
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.printing.jscode import JavascriptCodePrinter

from boundcheck.language import Recurrence
from boundcheck.notation import T

RUNTIME = """
const p = (t, x) => { let sum = 0; x = Math.abs(x); for (let k = 0; k < t; k++) sum = sum * x + 1; return sum; };
const q = (t, x) => { let sum = 0; x = Math.abs(x); for (let k = t; k > 0; k--) sum = sum * x + k; return sum; };
"""


class _Printer(JavascriptCodePrinter):
    """SymPy's printer with the geometric sums; parameters are fields of ``v``, local names have a prefix."""

    def __init__(self, local: frozenset[Symbol]) -> None:
        super().__init__({"user_functions": {"p": "p", "q": "q"}})
        self.local = local

    def _print_Symbol(self, expr: Symbol) -> str:
        return local_name(expr) if expr in self.local else f"v.{field_name(expr)}"


def field_name(symbol: Symbol) -> str:
    """Return the field of ``v`` that holds a parameter or a constant of the activation."""
    return re.sub(r"\W", "_", symbol.name)


def local_name(symbol: Symbol) -> str:
    """Return the JavaScript name of a symbol that a function defines itself."""
    return "x_" + re.sub(r"\W", "_", symbol.name)


class Writer:
    """Collect functions; equal terms become one function."""

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}

    def add(self, item: Any, tier: str) -> str:
        """Write a term (of ``boundcheck.evaluation``) and what it refers to; return its function's name.

        Args:    tier: at which the term was resolved; part of the name.
        Raises:  ValueError for a supremum: such tiers have no closed form.
        """
        name = "_".join([re.sub(r"\W", "_", item.name), tier, item.form.variant or "any"])
        if name not in self.functions:
            self.functions[name] = ""
            self.functions[name] = f"const {name} = v => {{\n{self._body(item, tier)}}};\n"
        return name

    def text(self) -> str:
        """Return the JavaScript of all functions with p_t and q_t: each takes an object ``v`` of parameters."""
        return RUNTIME + "".join(self.functions.values())

    def _body(self, item: Any, tier: str) -> str:
        lines = []
        for symbol, child, at in item.children:
            changed = ", ".join(f"{field_name(key)}: {_code(value, frozenset())}" for key, value in at)
            argument = f"{{ ...v, {changed} }}" if changed else "v"
            lines.append(f"  const {local_name(symbol)} = {self.add(child, tier)}({argument});\n")
        local = frozenset(symbol for symbol, _, _ in item.children)
        if isinstance(item.value, Recurrence):
            return "".join(lines) + _recurrence(item.value, local)
        if not isinstance(item.value, Expr):
            message = f"only closed forms and recursions can be written as JavaScript; got a supremum in {item.name}"
            raise ValueError(message)
        return "".join(lines) + f"  return {_code(item.value, local)};\n"


def _code(expression: Expr, local: frozenset[Symbol]) -> str:
    text = _Printer(local).doprint(sympy.sympify(expression, strict=True))
    if "Not supported" in text or "\n" in text:
        message = f"the expression has no JavaScript; got {str(expression)[:60]}"
        raise ValueError(message)
    return text


def _recurrence(value: Recurrence, outer: frozenset[Symbol]) -> str:
    """Write the recursion as a loop: locals in order, then the whole state at once."""
    inside = outer | frozenset((*value.state, *(symbol for symbol, _ in value.local), value.index))
    state = ", ".join(local_name(symbol) for symbol in value.state)
    start = ", ".join(_code(item, outer) for item in value.start)
    index = local_name(value.index)
    lines = [f"  let [{state}] = [{start}];\n"]
    lines.append(f"  for (let {index} = {value.first + 1}; {index} <= v.{field_name(T)}; {index}++) {{\n")
    for symbol, item in value.local:
        lines.append(f"    const {local_name(symbol)} = {_code(_plain(item), inside)};\n")
    steps = ", ".join(_code(_plain(item), inside) for item in value.step)
    lines.append(f"    [{state}] = [{steps}];\n  }}\n")
    lines.append(f"  return {_code(value.output, inside)};\n")
    return "".join(lines)


def _plain(item: Any) -> Expr:
    if not isinstance(item, Expr):
        message = "only closed forms and recursions can be written as JavaScript; got a supremum in a recursion"
        raise ValueError(message)
    return item
