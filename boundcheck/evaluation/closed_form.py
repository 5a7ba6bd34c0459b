"""The exact value of a quantity whose whole tree is plain expressions, where it is short enough to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Expr, Rational, Symbol

from boundcheck.evaluation.request import Request
from boundcheck.evaluation.terms import Term, replaced_values
from boundcheck.language import Recurrence, Supremum
from boundcheck.notation import T, p, q, sigma_constants

MAX_BITS = 20_000
MAX_OPERATIONS = 40
MAX_SHOWN_BITS = 400


def closed_form(asked: Request) -> Expr | None:
    """Return the exact value (rational, or a short expression without p and q), or None."""
    if not asked.term.is_expression:
        return None
    value = _value(asked.term, asked.values, asked.activation)
    if value is None or value.free_symbols or value.has(p, q, sympy.Sum, sympy.nan, sympy.zoo, sympy.oo):
        return None
    if value.is_Rational:
        return value
    return value if sympy.count_ops(value) <= MAX_OPERATIONS and _bits(value) <= MAX_SHOWN_BITS else None


def exact_rational(asked: Request, values: Mapping[Symbol, Any]) -> Rational | None:
    """Return the exact value at other values where it is rational (roots that cancel included), or None."""
    value = _value(asked.term, values, asked.activation)
    if value is None or value.free_symbols or value.has(p, q, sympy.Sum, sympy.nan, sympy.zoo, sympy.oo):
        return None
    if value.is_Rational:
        return value
    if sympy.count_ops(value) > MAX_OPERATIONS or _bits(value) > MAX_SHOWN_BITS:
        return None
    expanded = sympy.expand(value)
    return expanded if expanded.is_Rational else None


def _value(item: Term, values: Mapping[Symbol, Any], activation: Any) -> Expr | None:
    known: dict[Expr, Expr] = {symbol: value for symbol, value in values.items() if isinstance(value, Expr)}
    for symbol, child, at in item.children:
        inner = replaced_values(at, values, lambda *_: None)
        found = None if any(value is None for value in inner.values()) else _value(child, inner, activation)
        if found is None:
            return None
        known[symbol] = found
    expression = _expression(item, values)
    if expression is None:
        return None
    for order, symbol in enumerate(sigma_constants):
        if symbol in expression.free_symbols:
            exact = activation.constant(order).exact
            if exact is None:
                return None
            known[symbol] = exact
    placed = _placed(expression, known)
    return None if placed is None else _expanded(placed)


def _expression(item: Term, values: Mapping[Symbol, Any]) -> Expr | None:
    """Return a form that is a plain expression: a recurrence is one at its first index, where nothing has recurred."""
    form = item.value
    if isinstance(form, Supremum) and isinstance(form.value, Recurrence) and form.domain == (0, sympy.pi / 2):
        inner = _at_first_index(form.value, values)
        return None if inner is None else _largest_over_directions(inner, form.variable)
    if isinstance(form, Recurrence):
        return _at_first_index(form, values)
    return form if isinstance(form, Expr) else None


def _at_first_index(form: Recurrence, values: Mapping[Symbol, Any]) -> Expr | None:
    if T not in values or values[T] > form.first:
        return None
    start = dict(zip(form.state, form.start, strict=True))
    return form.output.xreplace(start).xreplace({form.index: sympy.Integer(form.first)})


def _largest_over_directions(value: Expr, angle: Symbol) -> Expr | None:
    """Return the supremum over [0, pi/2] of c sin^k or c cos^k, c >= 0: it is c."""
    for wave in (sympy.sin(angle), sympy.cos(angle)):
        factor, rest = value.as_independent(wave, as_Add=False)
        base, exponent = rest.as_base_exp()
        if base == wave and exponent.is_Integer and exponent > 0 and factor.is_nonnegative and not factor.has(angle):
            return factor
    return None


def _placed(value: Expr, rule: dict[Expr, Expr]) -> Expr | None:
    """Put numbers in; None for long ones under a root or a function, which SymPy would try to factor."""
    is_rational = all(part.exp.is_Integer for part in value.atoms(sympy.Pow)) and not (
        value.atoms(sympy.Function) - value.atoms(p, q)
    )
    if not is_rational and any(_bits(number) > MAX_SHOWN_BITS for number in rule.values()):
        return None
    return value.xreplace(rule)


def _expanded(value: Expr) -> Expr | None:
    """Expand p and q at rational arguments, exactly and without their many terms."""
    rule: dict[Expr, Expr] = {}
    for part in value.atoms(p, q):
        t, x = part.args
        if not (t.is_Integer and x.is_Rational) or int(t) * _bits(x) > MAX_BITS:
            return None
        rule[part] = _sums(int(t), abs(x))[0 if isinstance(part, p) else 1]
    return _placed(value, rule)


def _sums(count: int, x: Rational) -> tuple[Rational, Rational]:
    if x == 1:
        return sympy.Integer(count), sympy.Integer(count * (count + 1) // 2)
    power = x**count
    return (1 - power) / (1 - x), (1 - (count + 1) * power + count * power * x) / (1 - x) ** 2


def _bits(value: Expr) -> int:
    return max((int(part.p).bit_length() + int(part.q).bit_length() for part in value.atoms(Rational)), default=0)
