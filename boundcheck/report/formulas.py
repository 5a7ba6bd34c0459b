"""Formulas for the page: MathML made from LaTeX, so that no page asks a network for anything."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from boundcheck.language import Quantity

_NAMES = {
    "alpha_m": r"\alpha_m",
    "rho_w": r"\rho_w",
    "rho_u": r"\rho_u",
    "nu_w": r"\nu_w",
    "nu_u": r"\nu_u",
}
_FENCE = re.compile(r"(\\(?:left|right)(?![A-Za-z])(?:\\[{}|]|\\[A-Za-z]+|.))")
_BAR = re.compile(r"<mo( [^>]*)?>(\||&#x0007C;|&#x02016;)</mo>")
"""Bars are fences on either side of a name: no operator's space around them."""


@lru_cache(maxsize=4096)
def mathml(latex: str, *, block: bool = False) -> str:
    """Return MathML of a formula; text in a code element where the LaTeX cannot be read."""
    from latex2mathml.converter import convert

    try:
        text = convert(_plain(latex), display="block" if block else "inline")
    except Exception:  # noqa: BLE001 - any failure of the converter leaves readable text, never a broken page
        return f"<code>{html.escape(latex)}</code>"
    label = html.escape(latex, quote=True)
    text = _BAR.sub(r'<mo lspace="0" rspace="0"\1>\2</mo>', text)
    return text.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1).replace(
        "<math", f'<math alttext="{label}"', 1
    )


def _plain(latex: str) -> str:
    """Write what the converter does not know in terms that it does."""
    return _grouped(re.sub(r"\\mathtt\{\\text\{([^{}]*)\}\}", r"\\text{\1}", latex))


def _grouped(latex: str) -> str:
    """Put braces around a fence that carries an index or a power, so that both brackets grow with what they enclose."""
    found: list[str] = []
    opened: list[int] = []
    parts = _FENCE.split(latex)
    for place, part in enumerate(parts):
        found.append(part)
        if part.startswith("\\left"):
            opened.append(len(found) - 1)
        elif part.startswith("\\right") and opened:
            start = opened.pop()
            if parts[place + 1].lstrip().startswith(("^", "_")):
                found[start] = "{" + found[start]
                found[-1] += "}"
    return "".join(found)


def is_symbol(quantity: Quantity) -> bool:
    """Tell whether a quantity has a symbol, and not only a name in words."""
    return bool(quantity.latex) or quantity.name in _NAMES


def quantity_latex(quantity: Quantity) -> str:
    """Return the symbol of a quantity in LaTeX."""
    if quantity.latex:
        return quantity.latex
    return _NAMES.get(quantity.name, rf"\text{{{quantity.name.replace('_', ' ')}}}")
