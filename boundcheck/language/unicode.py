"""Unicode in two dimensions, and the order of terms that both it and LaTeX use: a sum does not begin with a minus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import pretty_use_unicode


def positive_first(terms: Sequence[Expr]) -> list[Expr]:
    """Move the first term without a minus to the front, so that t - k is not written -k + t."""
    place = next((k for k, term in enumerate(terms) if not term.could_extract_minus_sign()), 0)
    return [terms[place], *terms[:place], *terms[place + 1 :]]


class _Printer(PrettyPrinter):
    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        return positive_first(super()._as_ordered_terms(expr, order=order))


def unicode_form(expression: Any, columns: int | None = None) -> str:
    """Write an expression or relation in Unicode, in two dimensions, wrapped at ``columns``."""
    before = pretty_use_unicode(True)
    try:
        settings = {"use_unicode": True, "num_columns": columns, "wrap_line": columns is not None}
        return str(_Printer(settings).doprint(expression))
    finally:
        pretty_use_unicode(before)
