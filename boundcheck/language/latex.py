"""LaTeX of expressions: SymPy's, with names that are words upright and short names of the language as their signs."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol
from sympy.printing.conventions import split_super_sub
from sympy.printing.latex import LatexPrinter, translate

from boundcheck.language.unicode import positive_first

_WHOLE = {
    "norm_nu": r"\left\|\nu\right\|",
    "R_hat": r"\hat{R}",
    "Du_prev": r"D^{u}_{\mathrm{prev}}",
    "Dw_prev": r"D^{w}_{\mathrm{prev}}",
}
_PARTS = {"lam": r"\lambda", "eps": r"\varepsilon", "minus": "-", "plus": "+"}
_ENDINGS = {"_sq": "{}^{{2}}", "_prime": "{}'"}


class _Printer(LatexPrinter):
    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        return positive_first(super()._as_ordered_terms(expr, order=order))

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:  # noqa: N802 - SymPy looks it up by this name
        return symbol_latex(expr.name)


def latex(expression: Any) -> str:
    """Return the LaTeX of an expression; where a name is a word, thin spaces stand between factors."""
    words = any(symbol_latex(name.name).startswith(r"\mathrm") for name in getattr(expression, "free_symbols", ()))
    return str(_Printer({"mul_symbol": r" \, "} if words else {}).doprint(expression))


def symbol_latex(name: str) -> str:
    """Return the LaTeX of a symbol's name: ``rho_w`` is a letter with an index, ``step_size`` two words."""
    if name in _WHOLE:
        return _WHOLE[name]
    if name.startswith("abs_"):
        return rf"\left|{{{symbol_latex(name.removeprefix('abs_'))}}}\right|"
    for ending, shape in _ENDINGS.items():
        if name.endswith(ending):
            return shape.format(symbol_latex(name.removesuffix(ending)))
    base, above, below = split_super_sub(name)
    if not above and all(map(_is_word, (base, *below))):
        return r"\mathrm{" + r"\ ".join((base, *below)) + "}"
    marks = ((mark, " ".join(map(_part, parts))) for mark, parts in (("^", above), ("_", below)) if parts)
    return _part(base) + "".join(f"{mark}{{{text}}}" for mark, text in marks)


def _part(text: str) -> str:
    return _PARTS.get(text) or (rf"\mathrm{{{text}}}" if _is_word(text) else translate(text))


def _is_word(text: str) -> bool:
    """Tell whether a name is a word, not a letter, a number, a Greek letter or a letter with an accent."""
    return len(text) > 1 and text.isalpha() and text not in _PARTS and translate(text) == text
