"""An expression as a polynomial in some symbols: much faster for short ones than SymPy's own polynomials."""

from __future__ import annotations

from collections.abc import Sequence

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
    return {powers: found[powers] for powers in sorted(found, reverse=True) if not found[powers].is_zero}
