"""Removable singularities: found where both sides of a quotient vanish, which is proved exactly, never numerically."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy
from sympy import Expr, Lambda, Symbol

from boundcheck.enclosure.kinks import is_rough
from boundcheck.enclosure.quotients import Regular, simplified

_MOST_ORDER = 8
_MOST_OPERATIONS = 1500
_CERTAINLY = sympy.Float("1e-20")


@dataclass(frozen=True, slots=True)
class Removable:
    """A quotient in an expression, what stands for it where it is continued, and the point that was added."""

    quotient: Expr
    replacement: Expr
    point: Expr


def removable(quotient: Expr, above: Expr, below: Expr, variable: Symbol, point: Expr) -> Removable | None:
    """Return N/D, both of which vanish at the point, as a quotient continued there; None if that is not proved.

    ``quotient`` may be a ``Regular`` already: the point is added to it.
    """
    if is_rough(above) or is_rough(below):
        return None
    order = vanishing_order(below, variable, point)
    if not 0 < order < _MOST_ORDER or vanishing_order(above, variable, point) < order:
        return None
    points = quotient.args[3] if isinstance(quotient, Regular) else sympy.Tuple()
    added = sympy.Tuple(*points, sympy.Tuple(point, order))
    # One within another binds a symbol of its own: substitution would reach into the inner one else.
    bound = Symbol(f"t_{max(_depth(above), _depth(below))}", real=True)
    above, below = (Lambda((bound,), part.xreplace({variable: bound})) for part in (above, below))
    return Removable(quotient, Regular(variable, above, below, added, sympy.S.Zero), point)


def _depth(expression: Expr) -> int:
    """Return how many quotients that are continued lie within one another."""
    inner = (part.expr for one in expression.atoms(Regular) for part in one.args[1:3])
    return max((1 + _depth(part) for part in inner), default=0)


def continued(expression: Expr, removables: Iterable[Removable]) -> Expr:
    """Write an expression with its quotients continued, in the order in which their points were found."""
    for found in removables:
        expression = expression.xreplace({found.quotient: found.replacement})
    return expression


def vanishing_order(expression: Expr, variable: Symbol, point: Expr, most: int = _MOST_ORDER) -> int:
    """Return how many derivatives, from the 0th on, are seen to vanish exactly at the point, at most ``most``."""
    derivative = expression
    for order in range(most):
        if not vanishes(derivative.subs(variable, point)):
            return order
        derivative = sympy.diff(derivative, variable)
        if sympy.count_ops(derivative) > _MOST_OPERATIONS:
            return order + 1
    return most


def vanishes(number: Expr) -> bool:
    """Tell whether an exact number is seen to be 0; simplification is tried only where digits do not exclude it."""
    if number.is_Rational or number.has(sympy.nan, sympy.zoo):
        return bool(number == 0)
    digits = number.evalf(30, maxn=200)
    if digits.is_Float and abs(digits) > _CERTAINLY:
        return False
    return bool(simplified(number) == 0)
