"""Closed forms of certified suprema: an exact critical point is found by algebra, then proved to be the maximiser.

Proof: every maximiser of |g| lies in one of the certified boxes (or a mirror image, or periods away, for such a g); in
each box g'(c) = 0 exactly, and |g| is strictly concave on the hull of the box and c. So the supremum is |g(c)|.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Symbol

from boundcheck.enclosure.balls import compile_arb
from boundcheck.enclosure.critical_points import critical_points
from boundcheck.enclosure.objective import differentiate
from boundcheck.enclosure.precision import bits_for, working_bits
from boundcheck.enclosure.supremum import CertifiedSupremum
from boundcheck.enclosure.value import Enclosure

_MOST_OPERATIONS = 150
_MOST_IN_RESULT, _MOST_CHARACTERS = 40, 160
_MOST_BOXES = 8
_DIGITS = 40


def closed_form(function: Expr, variable: Symbol, order: int, found: CertifiedSupremum) -> Expr | None:
    """Return the supremum of |f^(order)| as a proved exact expression, None if none is recognised."""
    if found.value.is_point and not found.maximisers:
        return sympy.Rational(found.value.lower.numerator, found.value.lower.denominator)
    derivatives = [differentiate(function, variable, order + k) for k in range(3)]
    is_long = any(sympy.count_ops(item) > _MOST_OPERATIONS for item in derivatives[:2])
    if is_long or found.at_infinity or not 0 < len(found.maximisers) <= _MOST_BOXES:
        return None
    with working_bits(bits_for(_DIGITS)):
        values = [_value_in(box, derivatives, variable, found.value) for box in found.maximisers]
    best = values[0]
    same = best is not None and all(value is not None and sympy.expand(value - best) == 0 for value in values)
    return best if same else None


def _value_in(box: Enclosure, derivatives: list[Expr], variable: Symbol, supremum: Enclosure) -> Expr | None:
    """Return the greatest value of |g| in a box, proved, if it may be the supremum."""
    if box.width >= 1:
        return None
    for point, value in critical_points(derivatives[0], derivatives[1], variable, box):
        size = _size(value)
        if size is not None and _is_maximiser(derivatives, variable, box, point) and _agrees(size, supremum):
            return size
    return None


def _size(value: Expr) -> Expr | None:
    """Return |value|; None if it is long or outside the language."""
    if sympy.count_ops(value) > _MOST_IN_RESULT or len(str(value)) > _MOST_CHARACTERS:
        return None
    try:
        return -value if compile_arb(value)() < 0 else value
    except ValueError:
        return None


def _is_maximiser(derivatives: list[Expr], variable: Symbol, box: Enclosure, point: Expr) -> bool:
    """Prove |g| strictly concave on the hull of the box and the point."""
    hull = box.arb().union(compile_arb(point)())
    size, bend = (compile_arb(derivatives[k], [variable])(hull) for k in (0, 2))
    return bool(size * bend < 0)


def _agrees(value: Expr, found: Enclosure) -> bool:
    return Enclosure.from_arb(compile_arb(value)()).overlaps(found)
