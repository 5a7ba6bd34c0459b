"""Orders of growth: max-plus arithmetic of exponents, read off SymPy expressions of non-negative terms.

An order is a set of monomials in 1/epsilon, log n, log(1/delta), log T, T and a^T, standing for their maximum;
constants are dropped. Sums are unions, products add exponents, powers multiply them ((x + y)^k is of the order of
max(x, y)^k), and a logarithm is of the order of the largest logarithm of the factors inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import sympy
from sympy import Expr, Symbol

from boundcheck.notation import p, q

BASES = ("1/epsilon", "log n", "log(1/delta)", "log T", "T", "a^T")
Regime = Literal["a<1", "a=1", "a>1"]
REGIMES: tuple[Regime, ...] = ("a<1", "a=1", "a>1")
Monomial = tuple[Fraction, ...]
Order = frozenset[Monomial]

ONE: Monomial = tuple(Fraction(0) for _ in BASES)
CONSTANT: Order = frozenset({ONE})


def base(name: str, exponent: int | Fraction = 1) -> Monomial:
    """Return the monomial of one base."""
    return tuple(Fraction(exponent) if entry == name else Fraction(0) for entry in BASES)


# p_t and q_t as t grows, (I7), to leading order: constants, t and t^2, a^t and t a^t.
SUMS: dict[Regime, tuple[Order, Order]] = {
    "a<1": (CONSTANT, CONSTANT),
    "a=1": (frozenset({base("T")}), frozenset({base("T", 2)})),
    "a>1": (
        frozenset({base("a^T")}),
        frozenset({tuple(x + y for x, y in zip(base("T"), base("a^T"), strict=True))}),
    ),
}
# The order of the logarithm of each base; those of n and 1/delta are bases, whose own powers are written n and 1/delta.
_LOG_OF = {"T": base("log T"), "a^T": base("T")}


def order_of(expression: Expr, known: Mapping[Symbol, Order], regime: Regime) -> Order:
    """Return the order of an expression.

    Args:    known: orders of symbols; other symbols are constants.
    Raises:  ValueError for a term that is not known to be non-negative, or a function that has no rule.
    """
    if not expression.free_symbols:
        return CONSTANT
    if expression.is_Symbol:
        return known.get(expression, CONSTANT)
    if isinstance(expression, (p, q)):
        return SUMS[regime][0 if isinstance(expression, p) else 1]
    parts = [order_of(part, known, regime) for part in expression.args if not isinstance(expression, sympy.log)]
    if expression.is_Add:
        return _sum(expression, parts)
    if expression.is_Mul:
        return product(*parts)
    if expression.is_Pow and expression.exp.is_Rational:
        return power(parts[0], Fraction(int(expression.exp.p), int(expression.exp.q)))
    if isinstance(expression, sympy.Max):
        return reduced(frozenset().union(*parts))
    if isinstance(expression, sympy.log):
        return _logarithm(expression.args[0], known, regime)
    message = f"no rule for the order of growth of {expression.func.__name__}; got {str(expression)[:60]}"
    raise ValueError(message)


def _sum(expression: Expr, parts: list[Order]) -> Order:
    moving = [(term, part) for term, part in zip(expression.args, parts, strict=True) if part != CONSTANT]
    for term, _ in moving:
        if term.could_extract_minus_sign():
            message = f"orders of growth are for sums of non-negative terms; got {str(term)[:60]}"
            raise ValueError(message)
    return reduced(frozenset().union(*parts))


def product(*orders: Order) -> Order:
    """Multiply orders."""
    found = CONSTANT
    for order in orders:
        found = frozenset(tuple(x + y for x, y in zip(one, two, strict=True)) for one in found for two in order)
    return reduced(found)


def power(order: Order, exponent: Fraction) -> Order:
    """Raise an order to a power; only a single monomial has a reciprocal."""
    if exponent < 0 and len(order) > 1:
        message = "the reciprocal of a sum has no single order of growth"
        raise ValueError(message)
    return reduced(frozenset(tuple(exponent * entry for entry in monomial) for monomial in order))


def _logarithm(inside: Expr, known: Mapping[Symbol, Order], regime: Regime) -> Order:
    found: set[Monomial] = {ONE}
    for factor in sympy.Mul.make_args(inside):
        symbol, exponent = factor.as_base_exp()
        name = getattr(symbol, "name", "")
        if name == "n" and exponent > 0:
            found.add(base("log n"))
        elif name == "delta" and exponent < 0:
            found.add(base("log(1/delta)"))
        elif factor.free_symbols:
            for monomial in order_of(factor, known, regime):
                grown = {entry for entry, exponent in zip(BASES, monomial, strict=True) if exponent > 0}
                found |= {_LOG_OF[entry] for entry in grown if entry in _LOG_OF}
    return reduced(frozenset(found))


def reduced(order: Order) -> Order:
    """Drop monomials that another one dominates in every base."""
    return frozenset(
        one
        for one in order
        if not any(two != one and all(x <= y for x, y in zip(one, two, strict=True)) for two in order)
    )


def growth_in_length(order: Order) -> str:
    """Write how an order grows with T, everything else fixed: the largest of a^T, then T, then log T."""
    names = ("a^T", "T", "log T")
    places = [BASES.index(name) for name in names]
    top = max(tuple(monomial[place] for place in places) for monomial in order)
    return " ".join(_factor(name, exponent) for name, exponent in zip(names, top, strict=True) if exponent) or "bounded"


def _factor(name: str, exponent: Fraction) -> str:
    if exponent == 1:
        return name
    if name == "a^T":
        return f"a^({exponent}T)"
    return f"({name})^{exponent}" if " " in name else f"{name}^{exponent}"
