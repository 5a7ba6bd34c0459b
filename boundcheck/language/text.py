"""Print an expression in the language of claims: the inverse of parsing."""

from __future__ import annotations

from sympy import Expr
from sympy.printing.str import StrPrinter

_NAMES = {"Abs": "abs", "Max": "max", "Min": "min"}


class _LanguagePrinter(StrPrinter):
    def _print_Function(self, expr: Expr) -> str:
        name = type(expr).__name__
        return f"{_NAMES.get(name, name)}({self.stringify(expr.args, ', ')})"

    _print_Abs = _print_Max = _print_Min = _print_Function

    def _print_Exp1(self, expr: Expr) -> str:
        return "exp(1)"

    def _print_Sum(self, expr: Expr) -> str:
        summand, *limits = expr.args
        text = self._print(summand)
        for index, low, high in limits:
            text = f"sum({self._print(index)}, {self._print(low)}, {self._print(high)}, {text})"
        return text

    def _print_Float(self, expr: Expr) -> str:
        message = f"the language of claims has exact numbers only; got the float {expr}"
        raise ValueError(message)


def to_text(expression: Expr) -> str:
    """Return text that ``parse_expression`` reads back as the same expression.

    Raises:  ValueError for a Float: claims hold exact numbers only.
    """
    return _LanguagePrinter().doprint(expression)
