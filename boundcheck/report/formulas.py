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


def quantity_latex(quantity: Quantity) -> str:
    """Return the symbol of a quantity in LaTeX."""
    if quantity.latex:
        return quantity.latex
    return _NAMES.get(quantity.name, rf"\text{{{quantity.name.replace('_', ' ')}}}")
