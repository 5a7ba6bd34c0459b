"""A quotient whose divisor vanishes: a removable singularity, proved exactly, or a pole, enclosed; else neither."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy
from flint import arb
from sympy import Expr, Symbol

from boundcheck.enclosure import balls
from boundcheck.enclosure.decimals import decimal_text, ends_of
from boundcheck.enclosure.kinks import is_rough
from boundcheck.enclosure.precision import working_bits
from boundcheck.enclosure.quotients import parts
from boundcheck.enclosure.removable import Removable, removable, vanishing_order

_BITS = 256
_NARROW = arb(2) ** -60


def quotient(whole: Expr, node: Expr, variable: Symbol, cell: arb) -> Removable | str:
    """Say what a quotient in an expression is on a tiny cell on which its divisor may vanish."""
    above, below = parts(node, variable)
    for point in _candidates(below, variable, cell):
        if vanishing_order(below, variable, point, most=1) == 0:
            continue
        found = removable(node, above, below, variable, point) or _as_one(whole, variable, point)
        if found is not None:
            return found
        words = f"{below} vanishes {_at(variable, point)}"
        is_proved = _differs(above, variable, point)
        return _pole(whole, node, words, point) if is_proved else f"{node} may have a pole: {words}"
    zero = _enclosed_zero(below, variable, cell)
    place = place_text(variable, cell if zero is None else zero)
    if zero is not None and not balls.compile_arb(above, [variable])(zero).contains(0):
        return _pole(whole, node, f"{below} vanishes near {place}", None)
    return f"{node} may have a pole: {below} is not seen to differ from 0 near {place}"


def _as_one(whole: Expr, variable: Symbol, point: Expr) -> Removable | None:
    """Try the whole expression as one quotient: 1/z - 1/sin(z) has no pole at 0."""
    above, below = sympy.fraction(sympy.together(whole))
    return removable(whole, above, below, variable, point)


def _differs(above: Expr, variable: Symbol, point: Expr) -> bool:
    """Prove that the first derivative of N, from N itself on, that is not seen to be 0 at a point is not 0 there."""
    if is_rough(above):
        return False
    order = vanishing_order(above, variable, point)
    with working_bits(_BITS):
        value = balls.compile_arb(sympy.diff(above, variable, order).subs(variable, point))()
    return bool(value.is_finite() and not value.contains(0))


def _at(variable: Symbol, point: Expr) -> str:
    if point.is_Rational:
        return f"at {variable} = {point}"
    return f"near {place_text(variable, balls.constant(point))} (at {point})"


def _pole(whole: Expr, node: Expr, words: str, point: Expr | None) -> str:
    """Word a pole; one inside a function, as in exp(-1/z^2), need not be one of the whole."""
    outside = [part for part in whole.atoms(sympy.Function) if part.has(node) and part != node]
    if not outside:
        return f"a pole: {words}"
    smallest = min(outside, key=sympy.count_ops)
    where = "" if point is None else f" at {point}"
    return f"{smallest} is not defined{where}, and no value there is seen to make it C^2: {words}"


def _candidates(below: Expr, variable: Symbol, cell: arb) -> Iterator[Expr]:
    """Yield exact numbers in a tiny cell: rationals, rational multiples of pi, and simple roots of a polynomial."""
    low, high = ends_of(cell)
    middle = (low + high) / 2
    for unit, ball in ((sympy.S.One, arb(1)), (sympy.pi, arb.pi())):
        scaled = middle / ends_of(ball)[0]
        for most in (1, 12, 1000):
            ratio = scaled.limit_denominator(most)
            value = sympy.Rational(ratio.numerator, ratio.denominator) * unit
            if cell.contains(balls.constant(value)):
                yield value
                break
    if below.is_polynomial(variable):
        for factor, _ in sympy.factor_list(below, variable)[1]:
            roots = sympy.roots(factor, variable) if sympy.degree(factor, variable) <= 2 else {}
            yield from (root for root in roots if root.is_real and cell.contains(balls.constant(root)))


def _enclosed_zero(function: Expr, variable: Symbol, cell: arb) -> arb | None:
    """Enclose a zero that a change of sign proves; None if the cell's ends show none."""
    value = balls.compile_arb(function, [variable])
    low, high = cell.lower(), cell.upper()
    rises = value(low) < 0 and value(high) > 0
    if not rises and not (value(low) > 0 and value(high) < 0):
        return None
    with working_bits(_BITS):
        while high - low > _NARROW:
            middle = ((low + high) / 2).mid()
            here = value(middle)
            if here.contains(0):
                break
            low, high = (middle, high) if (here < 0) == rises else (low, middle)
        return low.union(high)


def place_text(variable: Symbol, cell: arb, exact: Expr | None = None) -> str:
    """Write a place: a simple number that lies in it, or its ends rounded outward."""
    low, high = ends_of(cell)
    if low <= 0 <= high and (exact is not None or high - low < Fraction(1, 10**6)):
        simple = Fraction(0)
    else:
        simple = ((low + high) / 2).limit_denominator(1000)
    if low <= simple <= high:
        return f"{variable} = {simple}"
    return f"{variable} in [{decimal_text(low, 10, up=False)}, {decimal_text(high, 10, up=True)}]"
