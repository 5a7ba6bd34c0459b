"""Write the form of a quantity in a notation: the language of claims, Unicode in two dimensions, or LaTeX."""

from __future__ import annotations

from typing import Literal, TypeAlias

import sympy
from sympy import Expr, Symbol

from boundcheck.language.claims import Claim, IsInteger, Relation
from boundcheck.language.latex import latex, symbol_latex
from boundcheck.language.statements import Recurrence, Supremum
from boundcheck.language.text import to_text
from boundcheck.language.unicode import unicode_form

Notation = Literal["text", "unicode", "latex"]
NOTATIONS: tuple[Notation, ...] = ("text", "unicode", "latex")
Value: TypeAlias = Expr | Recurrence | Supremum
COLUMNS = 74


def form_lines(name: str, value: Value, notation: Notation, *, symbol: str = "") -> list[str]:
    """Return the lines that define one form: one for an expression, several for a recursion.

    Args:    name: the quantity's name; symbol: the same in LaTeX, for that notation.
    """
    if notation == "text":
        return [form_text(value)]
    if notation == "latex":
        return form_latex(symbol or symbol_latex(name), value)
    return [line for block in _unicode_blocks(Symbol(name), value) for line in block.splitlines()]


def claim_text(claim: Claim, notation: Notation) -> str:
    """Return a claim with its hypotheses in a notation; in Unicode over several lines."""
    if notation == "text":
        return claim.text
    if notation == "latex":
        return claim._repr_latex_().strip("$")
    shown = claim.conclusion.pretty(COLUMNS)
    if claim.given:
        shown += "\ngiven\n" + "\n".join(_hypothesis(item) for item in claim.given)
    return shown


def _hypothesis(item: Relation | IsInteger) -> str:
    return item.pretty(COLUMNS) if isinstance(item, Relation) else f"{sympy.pretty(item.symbol)} ∈ ℤ"


def form_text(value: Value) -> str:
    """Return a form in the language of claims, in one line."""
    if isinstance(value, Supremum):
        domain = "" if value.domain is None else f" in [{value.domain[0]}, {value.domain[1]}]"
        return f"sup over {value.variable}{domain} of {form_text(value.value)}"
    if isinstance(value, Recurrence):
        start = ", ".join(f"{s} = {form_text(e)}" for s, e in zip(value.state, value.start, strict=True))
        local = "".join(f"{s} := {form_text(e)}; " for s, e in value.local)
        step = ", ".join(f"{s} <- {form_text(e)}" for s, e in zip(value.state, value.step, strict=True))
        return f"at {value.index} = {value.first}: {start}; then {local}{step}; result {form_text(value.output)}"
    return to_text(value)


def form_latex(name: str, value: Value) -> list[str]:
    """Return the LaTeX lines that define one form; ``name`` is LaTeX."""
    if isinstance(value, Recurrence):
        return [f"{name} = {latex(value.output)}", *_recurrence_latex(value)]
    if isinstance(value, Supremum) and isinstance(value.value, Recurrence):
        low, high = map(latex, value.domain or ("", ""))
        head = rf"\max_{{{latex(value.variable)}\in[{low},{high}]}} {latex(value.value.output)}"
        return [f"{name} = {head}", *_recurrence_latex(value.value)]
    return [f"{name} = {_right_latex(value)}"]


def _right_latex(value: Value) -> str:
    if isinstance(value, Supremum):
        where = r"\in\mathbb{R}" if value.domain is None else rf"\in[{','.join(map(latex, value.domain))}]"
        return rf"\sup_{{{latex(value.variable)}{where}}}\left({latex(value.value)}\right)"
    return latex(value)


def _recurrence_latex(value: Recurrence) -> list[str]:
    at = rf"\quad\text{{at }}{latex(value.index)}={value.first}"
    lines = [
        rf"{latex(symbol)} \leftarrow {latex(start)}" + at
        for symbol, start in zip(value.state, value.start, strict=True)
    ]
    lines += [rf"{latex(symbol)} := {_right_latex(local)}" for symbol, local in value.local]
    lines += [
        rf"{latex(symbol)} \leftarrow {_right_latex(step)}"
        for symbol, step in zip(value.state, value.step, strict=True)
    ]
    return lines


def _unicode_blocks(name: Symbol, value: Value) -> list[str]:
    if isinstance(value, Recurrence):
        return [_equation(name, value.output), *_recurrence_blocks(value)]
    if isinstance(value, Supremum) and isinstance(value.value, Recurrence):
        head = f"{sympy.pretty(name)} is the {_supremum_head(value)} of"
        return [head, unicode_form(value.value.output, COLUMNS), *_recurrence_blocks(value.value)]
    return [_equation(name, value)]


def _recurrence_blocks(value: Recurrence) -> list[str]:
    index = sympy.pretty(value.index)
    blocks = [f"at {index} = {value.first}:"]
    blocks += [_equation(symbol, start) for symbol, start in zip(value.state, value.start, strict=True)]
    blocks += [f"at each later {index}, from the values before:"]
    blocks += [_equation(symbol, local) for symbol, local in value.local]
    return blocks + [_equation(symbol, step) for symbol, step in zip(value.state, value.step, strict=True)]


def _equation(left: Symbol, right: Value) -> str:
    if isinstance(right, Supremum):
        inner = unicode_form(right.value, COLUMNS)
        return f"{sympy.pretty(left)} is the {_supremum_head(right)} of\n{inner}"
    return unicode_form(sympy.Eq(left, right, evaluate=False), COLUMNS)


def _supremum_head(value: Supremum) -> str:
    domain = "ℝ" if value.domain is None else "[" + ", ".join(map(to_text, value.domain)).replace("pi", "π") + "]"
    return f"supremum over {sympy.pretty(value.variable)} ∈ {domain}"
