"""Short expressions as polynomials in some symbols, and their derivatives: much faster than by SymPy's general ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy
from sympy import Expr, Symbol

Powers = tuple[int, ...]


def polynomial(expression: Expr, generators: Sequence[Symbol]) -> dict[Powers, Expr] | None:
    """Return the coefficients by powers of the generators, the highest powers first; None for no polynomial in them."""
    place = {symbol: k for k, symbol in enumerate(generators)}
    found: dict[Powers, Expr] = {}
    for term in sympy.Add.make_args(sympy.expand(expression)):
        powers, rest = [0] * len(place), []
        for factor in sympy.Mul.make_args(term):
            base, exponent = factor.as_base_exp()
            if base in place and exponent.is_Integer and exponent > 0:
                powers[place[base]] += int(exponent)
            elif factor.free_symbols.isdisjoint(place):
                rest.append(factor)
            else:
                return None
        key = tuple(powers)
        found[key] = found.get(key, sympy.S.Zero) + sympy.Mul(*rest)
    return {powers: found[powers] for powers in sorted(found, reverse=True) if found[powers] != 0}


def along(expression: Expr, rates: Mapping[Symbol, Expr]) -> Expr:
    """Differentiate in a direction along which symbols change at the given rates, the others not."""
    if expression in rates:
        return rates[expression]
    if expression.free_symbols.isdisjoint(rates):
        return sympy.S.Zero
    parts = expression.args
    if expression.is_Add:
        return sympy.Add(*(along(part, rates) for part in parts))
    if expression.is_Mul:
        slopes = (along(part, rates) for part in parts)
        return sympy.Add(*(sympy.Mul(*parts[:k], slope, *parts[k + 1 :]) for k, slope in enumerate(slopes) if slope))
    if expression.is_Pow and parts[1].is_Rational:
        return parts[1] * parts[0] ** (parts[1] - 1) * along(parts[0], rates)
    used = expression.free_symbols & set(rates)
    return sympy.Add(*(sympy.diff(expression, symbol) * rates[symbol] for symbol in sorted(used, key=str)))
