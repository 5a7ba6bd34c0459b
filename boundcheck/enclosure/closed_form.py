"""Closed forms of certified suprema: an exact critical point is found by algebra, then proved to be the maximiser.

Proof: g'(c) = 0 exactly; every maximiser of |g| lies in the certified box (or its mirror image, for an even or odd g);
and |g| is strictly concave on the hull of the box and c. So the supremum is |g(c)|.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy
from sympy import Expr, Symbol

from boundcheck.enclosure.balls import compile_arb
from boundcheck.enclosure.charts import as_powers
from boundcheck.enclosure.objective import differentiate
from boundcheck.enclosure.precision import bits_for, working_bits
from boundcheck.enclosure.supremum import CertifiedSupremum
from boundcheck.enclosure.value import Enclosure

_MOST_OPERATIONS = 150
_MOST_DEGREE = 6
_MOST_IN_RESULT = 40
_DIGITS = 40


def closed_form(function: Expr, variable: Symbol, order: int, found: CertifiedSupremum) -> Expr | None:
    """Return the supremum of |f^(order)| as a proved exact expression, None if none is recognised."""
    if found.value.is_point and not found.maximisers:
        return sympy.Rational(found.value.lower.numerator, found.value.lower.denominator)
    derivatives = [differentiate(function, variable, order + k) for k in range(3)]
    box = _only_box(derivatives[0], variable, found)
    if box is None or any(sympy.count_ops(item) > _MOST_OPERATIONS for item in derivatives[:2]):
        return None
    with working_bits(bits_for(_DIGITS)):
        for point, value in _critical_points(derivatives[0], derivatives[1], variable, box):
            if _is_maximiser(derivatives, variable, box, point) and _agrees(value, found.value):
                return value
    return None


def _only_box(function: Expr, variable: Symbol, found: CertifiedSupremum) -> Enclosure | None:
    """Return the box of the maximiser, up to the symmetry of an even or odd function; None if there are more."""
    if found.at_infinity or not found.maximisers:
        return None
    boxes = [box for box in found.maximisers if box.upper >= 0]
    if len(found.maximisers) > 1:
        mirrored = function.subs(variable, -variable)
        if not _vanishes(mirrored - function, variable) and not _vanishes(mirrored + function, variable):
            return None
    return boxes[0] if len(boxes) == 1 and boxes[0].width < 1 else None


def _vanishes(expression: Expr, variable: Symbol) -> bool:
    """Tell whether an expression is identically zero, by expansion or as a rational function of exponentials."""
    if sympy.expand(expression) == 0:
        return True
    found = as_powers(expression, variable, sympy.Dummy(positive=True))
    return found is not None and sympy.cancel(found[0]) == 0


def _critical_points(function: Expr, slope: Expr, variable: Symbol, box: Enclosure) -> Iterator[tuple[Expr, Expr]]:
    """Yield (point, |value|) for exact zeros of the slope that may lie in the box."""
    for factor in sympy.Mul.make_args(slope):
        symbol = sympy.Dummy(real=True)
        for plain, inverse in _as_polynomials(factor.as_base_exp()[0], variable, symbol):
            for root in _real_roots(plain, symbol) if plain.is_polynomial(symbol) else ():
                point = inverse(root)
                if _near(point, box):
                    value = _value(function.subs(variable, point))
                    if value is not None:
                        yield point, value


_INVERSES: dict[type, Callable[[Expr], Expr]] = {
    sympy.tanh: lambda y: sympy.log((1 + y) / (1 - y)) / 2,
    sympy.sin: lambda y: sympy.S.Zero if y == 0 else sympy.pi / 2 * y if abs(y) == 1 else sympy.zoo,
    sympy.cos: lambda y: sympy.pi / 2 if y == 0 else sympy.S.Zero if y == 1 else sympy.zoo,
}


def _as_polynomials(
    factor: Expr, variable: Symbol, symbol: Symbol
) -> Iterator[tuple[Expr, Callable[[Expr], Expr]]]:
    """Yield the factor as a polynomial in z, tanh, exp, sin or cos of a multiple of z, with the way back to z."""
    if factor.is_polynomial(variable):
        yield factor.xreplace({variable: symbol}), lambda root: root
    found = as_powers(factor, variable, symbol)
    if found is not None:
        yield found[0], _scaled(sympy.log, found[1])
    for part in factor.atoms(*_INVERSES):
        rate = sympy.diff(part.args[0], variable)
        plain = factor.xreplace({part: symbol})
        if rate.is_number and part.args[0].subs(variable, 0) == 0 and variable not in plain.free_symbols:
            yield plain, _scaled(_INVERSES[part.func], rate)


def _scaled(inverse: Callable[[Expr], Expr], rate: Expr) -> Callable[[Expr], Expr]:
    return lambda root: inverse(root) / rate


def _real_roots(factor: Expr, symbol: Symbol) -> list[Expr]:
    """Return exact real roots in radicals, each checked by substitution."""
    polynomial = sympy.Poly(factor, symbol)
    if not 0 < polynomial.degree() <= _MOST_DEGREE:
        return []
    roots = sympy.roots(polynomial, symbol)
    return [root for root in roots if root.is_real and sympy.simplify(factor.subs(symbol, root)) == 0]


def _near(point: Expr, box: Enclosure) -> bool:
    """Tell whether a point may lie in the box."""
    if point.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo):
        return False
    ball = compile_arb(point)()
    return ball.is_finite() and Enclosure.from_arb(ball).overlaps(box)


def _value(raw: Expr) -> Expr | None:
    """Simplify |raw|; None if that leaves the language."""
    value = sympy.sqrtdenest(sympy.radsimp(sympy.simplify(raw.replace(sympy.tanh, _tanh_in_powers))))
    if sympy.count_ops(value) > _MOST_IN_RESULT:
        return None
    try:
        return -value if compile_arb(value)() < 0 else value
    except ValueError:
        return None


def _tanh_in_powers(u: Expr) -> Expr:
    square = sympy.exp(2 * u)
    return (square - 1) / (square + 1)


def _is_maximiser(derivatives: list[Expr], variable: Symbol, box: Enclosure, point: Expr) -> bool:
    """Prove |g| strictly concave on the hull of the box and the point."""
    hull = box.arb().union(compile_arb(point)())
    size, bend = (compile_arb(derivatives[k], [variable])(hull) for k in (0, 2))
    return bool(size * bend < 0)


def _agrees(value: Expr, found: Enclosure) -> bool:
    return Enclosure.from_arb(compile_arb(value)()).overlaps(found)
