"""Quotients with removable singularities filled in, as a SymPy function: sin(z)/z at 0, and its derivatives.

``Regular(x, N, D, points, l)`` is the l-th derivative of N/D at x, continued to the exact ``points`` at which both
vanish. At such a point SymPy's own substitution gives the exact Taylor coefficient. Numbers: ``expansions``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Lambda, Symbol

FREE = Symbol("free_", real=True)
"""A symbol that no ``Lambda`` of a quotient binds."""


class Regular(sympy.Function):
    """A quotient N/D continued to its removable singularities, or a derivative of it.

    args: x, N and D as ``Lambda``, a ``Tuple`` of pairs (point, order to which both vanish there), l.
    """

    is_real = True

    @classmethod
    def eval(cls, x: Expr, above: Lambda, below: Lambda, points: Any, order: Expr) -> Expr | None:
        """Give the exact value at a number, also at a removable singularity."""
        if x.free_symbols:
            return None
        for point, vanishing in points:
            if x == point:
                return _coefficient(above, below, point, int(vanishing), int(order)) * sympy.factorial(order)
        return sympy.diff(above(FREE) / below(FREE), FREE, order).subs(FREE, x) if below(x) != 0 else None

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        x, above, below, points, order = self.args
        return Regular(x, above, below, points, order + 1) * sympy.diff(x, symbol)

    def _eval_evalf(self, prec: int) -> Expr | None:
        x, *payload = self.args
        if x.free_symbols:
            return None
        from boundcheck.enclosure.expansions import value  # numbers are built on these expressions

        return sympy.Float(value(x, tuple(payload), prec), precision=prec)

    def _sympystr(self, printer: Any) -> str:
        return str(printer.doprint(self.plain()))

    def _latex(self, printer: Any) -> str:
        return str(printer.doprint(self.plain()))

    def plain(self) -> Expr:
        """Return the quotient, or its derivative, as an expression that is not defined at the points."""
        x, above, below, _, order = self.args
        return sympy.diff(above(FREE) / below(FREE), FREE, order).xreplace({FREE: x})


def parts(quotient: Expr, variable: Symbol) -> tuple[Expr, Expr]:
    """Return N and D of a quotient in the variable; exp(-z^2) stays above the line, where it does not overflow."""
    if isinstance(quotient, Regular):
        _, above, below, _, _ = quotient.args
        return above(variable), below(variable)
    factors = [sympy.Mul(*side) for side in numerator_and_denominator(quotient)]
    return factors[0], factors[1]


def numerator_and_denominator(node: Expr) -> tuple[list[Expr], list[Expr]]:
    """Return the factors above the line, and those below: negative rational powers of what is not constant."""
    factors = sympy.Mul.make_args(node)
    above = [factor for factor in factors if not _is_below(factor)]
    return above, [1 / factor for factor in factors if _is_below(factor)]


def _is_below(factor: Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Rational and factor.exp.is_negative and factor.base.free_symbols)


def simplified(number: Expr) -> Expr:
    """Simplify, quotients that are continued as they are: SymPy would look into them."""
    names = {part: sympy.Dummy(real=True) for part in number.atoms(Regular)}
    back = {name: part for part, name in names.items()}
    return sympy.simplify(number.xreplace(names)).xreplace(back)


@lru_cache(maxsize=512)
def _coefficient(above: Lambda, below: Lambda, point: Expr, vanishing: int, order: int) -> Expr:
    """Return the Taylor coefficient of N/D at the point, exactly."""
    numbers = [_taylor(above, point, vanishing + k) for k in range(order + 1)]
    divisors = [_taylor(below, point, vanishing + k) for k in range(order + 1)]
    found: list[Expr] = []
    for k in range(order + 1):
        rest = numbers[k] - sum((divisors[k - j] * found[j] for j in range(k)), sympy.S.Zero)
        found.append(simplified(rest / divisors[0]))
    return found[order]


@lru_cache(maxsize=2048)
def _taylor(function: Lambda, point: Expr, order: int) -> Expr:
    return sympy.diff(function(FREE), FREE, order).subs(FREE, point) / sympy.factorial(order)
