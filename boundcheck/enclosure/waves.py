"""Sums of waves: functions of sines and cosines, split into periodic parts; what they range over is exact.

Frequencies that are linearly independent over the rationals run through all phases (Kronecker): the supremum of a sum
of periodic parts with such frequencies is the sum of their suprema. Without independence that is an upper bound.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Expr, Symbol
from sympy.simplify.fu import TR8

_MOST_OPERATIONS = 60
_LARGEST_RADICAND = 10**12


def period(expression: Expr, variable: Symbol) -> Expr | None:
    """Return a period of a function of sines and cosines with commensurable frequencies; None for any other."""
    waves = expression.atoms(sympy.sin, sympy.cos)
    slopes = {wave: sympy.diff(wave.args[0], variable) for wave in waves if variable in wave.free_symbols}
    frequencies = [slope for slope in slopes.values() if slope != 0 and not slope.free_symbols]
    plain = {wave: sympy.Dummy() for wave, slope in slopes.items() if slope in frequencies}
    if not frequencies or variable in expression.xreplace(plain).free_symbols:
        return None
    ratios = [sympy.radsimp(f / frequencies[0]) for f in frequencies]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    turns = sympy.ilcm(1, *(ratio.q for ratio in ratios))
    return 2 * sympy.pi * turns / sympy.Abs(frequencies[0])


def periodic_parts(expression: Expr, variable: Symbol) -> tuple[Expr, ...]:
    """Return periodic functions whose sum the expression is, of different periods; none if it is no such sum."""
    if not expression.has(sympy.sin, sympy.cos):
        return ()
    if period(expression, variable) is not None:
        return (expression,)
    found = _grouped(expression, variable)
    if not found and _is_polynomial_in_waves(expression, variable):
        found = _grouped(TR8(sympy.expand(expression)), variable)
    return found


def _is_polynomial_in_waves(expression: Expr, variable: Symbol) -> bool:
    """Tell whether products of sines and cosines can be written as sums of them, in a moment."""
    waves = [wave for wave in expression.atoms(sympy.sin, sympy.cos) if variable in wave.free_symbols]
    names = {wave: sympy.Dummy() for wave in waves}
    plain = expression.xreplace(names)
    if variable in plain.free_symbols or sympy.count_ops(plain) > _MOST_OPERATIONS:
        return False
    return bool(plain.is_polynomial(*names.values()))


def _grouped(expression: Expr, variable: Symbol) -> tuple[Expr, ...]:
    groups: list[Expr] = []
    constant = sympy.S.Zero
    for term in sympy.Add.make_args(expression):
        if variable not in term.free_symbols:
            constant += term
            continue
        if period(term, variable) is None:
            return ()
        for k, group in enumerate(groups):
            if period(group + term, variable) is not None:
                groups[k] = group + term
                break
        else:
            groups.append(term)
    return (groups[0] + constant, *groups[1:]) if groups else ()


def are_independent(parts: Sequence[Expr], variable: Symbol) -> bool:
    """Prove that the frequencies of periodic parts are linearly independent over the rationals.

    Their ratios must be rational combinations of sqrt(d) pi^k, d square-free, which are independent themselves.
    """
    periods = [length for part in parts if (length := period(part, variable)) is not None]
    rows: list[dict[Expr, Expr]] = []
    for one in periods:
        terms = sympy.Add.make_args(sympy.expand(sympy.radsimp(periods[0] / one)))
        rows.append(dict(reversed(term.as_coeff_Mul()) for term in terms))
    units = sorted({unit for row in rows for unit in row}, key=str)
    if not all(_is_unit(unit) for unit in units):
        return False
    matrix = sympy.Matrix([[row.get(unit, sympy.S.Zero) for unit in units] for row in rows])
    return matrix.rank() == len(rows)


def _is_unit(number: Expr) -> bool:
    """Tell whether a number is sqrt(d) pi^k with a square-free d."""
    for factor in sympy.Mul.make_args(number):
        base, exponent = factor.as_base_exp()
        if base == sympy.pi and exponent.is_Integer:
            continue
        if not (base.is_Integer and 1 <= base < _LARGEST_RADICAND and exponent in (1, sympy.S.Half)):
            return False
        if base != 1 and (exponent == 1 or set(sympy.factorint(base).values()) != {1}):
            return False
    return True


def waves_named(expression: Expr, variable: Symbol, first: int = 0) -> tuple[Expr, dict[Symbol, tuple[Expr, ...]]]:
    """Write an expression with a symbol w_k, k >= first, for each sum of waves in it, and the others' product apart.

    Returns also the periodic parts of each.
    """
    named: dict[Symbol, tuple[Expr, ...]] = {}

    def named_as(parts: tuple[Expr, ...]) -> Expr:
        symbol = Symbol(f"w_{first + len(named)}", real=True)
        named[symbol] = parts
        return symbol

    def visit(node: Expr) -> Expr:
        if variable not in node.free_symbols or node.is_Atom:
            return node
        parts = periodic_parts(node, variable)
        if parts:
            return named_as(parts)
        if node.is_Add:
            waves = [term for term in node.args if term.has(sympy.sin, sympy.cos) and periodic_parts(term, variable)]
            if waves:
                rest = [visit(term) for term in node.args if term not in waves]
                return sympy.Add(named_as(periodic_parts(sympy.Add(*waves), variable)), *rest)
        if node.is_Mul:
            waves = [factor for factor in node.args if factor.has(sympy.sin, sympy.cos)]
            rest = sympy.Mul(*(factor for factor in node.args if factor not in waves))
            return sympy.Mul(visit(rest) if waves else rest, *(visit(factor) for factor in waves), evaluate=False)
        return node.func(*(visit(part) for part in node.args))

    if not expression.has(sympy.sin, sympy.cos):
        return expression, named
    return visit(expression), named
