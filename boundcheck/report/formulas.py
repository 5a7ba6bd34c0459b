"""Formulas for the page: LaTeX of every noun, and MathML made from it, so that no page asks a network for anything."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr

from boundcheck.language import Quantity, Recurrence, Supremum

_NAMES = {
    "alpha_m": r"\alpha_m",
    "rho_w": r"\rho_w",
    "rho_u": r"\rho_u",
    "nu_w": r"\nu_w",
    "nu_u": r"\nu_u",
}


@lru_cache(maxsize=4096)
def mathml(latex: str, *, block: bool = False) -> str:
    """Return MathML of a formula; text in a code element where the LaTeX cannot be read."""
    from latex2mathml.converter import convert

    try:
        text = convert(_plain(latex), display="block" if block else "inline")
    except Exception:  # noqa: BLE001 - any failure of the converter leaves readable text, never a broken page
        return f"<code>{html.escape(latex)}</code>"
    label = html.escape(latex, quote=True)
    return text.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1).replace(
        "<math", f'<math alttext="{label}"', 1
    )


def _plain(latex: str) -> str:
    """Write what the converter does not know in terms that it does."""
    return re.sub(r"\\mathtt\{\\text\{([^{}]*)\}\}", r"\\text{\1}", latex)


def expression_latex(expression: Any) -> str:
    """Return LaTeX of an expression."""
    return sympy.latex(expression)


def form_latex(name: str, value: Any) -> list[str]:
    """Return the lines that define one form of a quantity: one for an expression, several for a recursion."""
    if isinstance(value, Recurrence):
        return _recurrence(name, value)
    if isinstance(value, Supremum):
        inner = value.value
        if isinstance(inner, Recurrence):
            low, high = value.domain or ("", "")
            variable = sympy.latex(value.variable)
            head = (
                rf"{name} = \max_{{{variable}\in[{sympy.latex(low)},{sympy.latex(high)}]}} {sympy.latex(inner.output)}"
            )
            return [head, *_recurrence("", inner)]
        return [f"{name} = {_right(value)}"]
    return [f"{name} = {expression_latex(value)}"]


def _right(value: Expr | Supremum) -> str:
    if isinstance(value, Supremum):
        where = r"\in\mathbb{R}" if value.domain is None else rf"\in[{','.join(map(sympy.latex, value.domain))}]"
        inner = sympy.latex(value.value) if isinstance(value.value, Expr) else r"\ldots"
        return rf"\sup_{{{sympy.latex(value.variable)}{where}}}\left({inner}\right)"
    return sympy.latex(value)


def _recurrence(name: str, value: Recurrence) -> list[str]:
    index = sympy.latex(value.index)
    lines = [f"{name} = {sympy.latex(value.output)}"] if name else []
    for symbol, start in zip(value.state, value.start, strict=True):
        lines.append(rf"{sympy.latex(symbol)} \leftarrow {sympy.latex(start)}\quad\text{{at }}{index}={value.first}")
    lines += [rf"{sympy.latex(symbol)} := {_right(local)}" for symbol, local in value.local]
    lines += [
        rf"{sympy.latex(symbol)} \leftarrow {_right(step)}"
        for symbol, step in zip(value.state, value.step, strict=True)
    ]
    return lines


def quantity_latex(quantity: Quantity) -> str:
    """Return the symbol of a quantity in LaTeX."""
    if quantity.latex:
        return quantity.latex
    return _NAMES.get(quantity.name, rf"\text{{{quantity.name.replace('_', ' ')}}}")
