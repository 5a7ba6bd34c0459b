"""Kinks seen in the expression: where an absolute value, a sign, a maximum or a minimum may break a derivative.

With |u| a symbol whose derivative is s u' for a sign s, f is smooth for each s; across u = 0 the derivative of order k
is continuous if those for s = 1 and s = -1 agree there, for every order up to k.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy
from flint import arb
from sympy import Expr, Symbol

from boundcheck.enclosure.balls import compile_arb

_ROUGH = (sympy.Abs, sympy.sign, sympy.Min, sympy.Max)
_MOST_OPERATIONS = 400


def is_rough(expression: Expr) -> bool:
    """Tell whether an expression has functions that are not smooth."""
    return bool(expression.has(*_ROUGH))


@dataclass(frozen=True, slots=True)
class Kink:
    """An argument u of |u|, sign(u) or u = a - b of max(a, b), and the jumps of f, f', ... where it changes sign."""

    argument: Expr
    jumps: tuple[Expr, ...]

    def is_proved(self, variable: Symbol, cell: arb) -> bool:
        """Tell whether u has a zero in the cell, and a jump there that is certainly none of zero."""
        u = compile_arb(self.argument, [variable])
        low, high = u(cell.lower()), u(cell.upper())
        crosses = (low < 0 and high > 0) or (low > 0 and high < 0)
        return bool(crosses) and any(_excludes_zero(compile_arb(jump, [variable])(cell)) for jump in self.jumps)


def _excludes_zero(ball: arb) -> bool:
    return bool(ball.is_finite() and not ball.contains(0))


@lru_cache(maxsize=256)
def kinks(expression: Expr, variable: Symbol, order: int) -> tuple[Kink, ...]:
    """Return every u across whose zeros f or a derivative up to the order is not seen to be continuous."""
    if not is_rough(expression):
        return ()
    sizes: dict[Expr, _Size] = {}
    derivatives = [_in_sizes(_positive_powers_as_sizes(expression), sizes)]
    for _ in range(order):
        if sympy.count_ops(derivatives[-1]) > _MOST_OPERATIONS:
            return tuple(Kink(u, ()) for u in sizes)
        derivatives.append(_differentiated(derivatives[-1], variable, sizes))
    back: dict[Expr, Expr] = {size.size: sympy.Abs(u) for u, size in sizes.items()}
    back |= {size.sign: sympy.sign(u) for u, size in sizes.items()}
    found = []
    for u, size in sizes.items():
        jumps = [derivative.subs(size.sign, 1) - derivative.subs(size.sign, -1) for derivative in derivatives]
        if not all(_vanishes(jump, size, variable) for jump in jumps):
            found.append(Kink(u, tuple(jump.xreplace(back) for jump in jumps)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Size:
    """|u| as a symbol ``size`` whose derivative is ``sign`` times that of u; ``plain`` is u in such symbols."""

    argument: Expr
    plain: Expr
    size: Expr
    sign: Expr


def _positive_powers_as_sizes(expression: Expr) -> Expr:
    """Write Max(0, u)^n and Min(0, u)^n, n > 1 whole, as (u^n +- u^(n-1) |u|)/2, seen to be smooth to order n - 1."""

    def is_one(node: Expr) -> bool:
        if not (node.is_Pow and node.exp.is_Integer and node.exp > 1 and node.base.func in (sympy.Max, sympy.Min)):
            return False
        return len(node.base.args) == 2 and 0 in node.base.args

    def rewritten(node: Expr) -> Expr:
        (u,) = (part for part in node.base.args if part != 0)
        side = 1 if node.base.func is sympy.Max else -1
        return (u**node.exp + side * u ** (node.exp - 1) * sympy.Abs(u)) / 2

    return expression.replace(is_one, rewritten)


def _in_sizes(node: Expr, sizes: dict[Expr, _Size]) -> Expr:
    """Write |u|, sign(u) and the extrema in symbols, which are added to ``sizes`` (u and -u share one)."""
    if not is_rough(node):
        return node
    if node.func in (sympy.Min, sympy.Max):
        side, total = (1 if node.func is sympy.Max else -1), node.args[0]
        plain = _in_sizes(total, sizes)
        for part in node.args[1:]:
            size = _size(total - part, sizes)
            plain = (plain + _in_sizes(part, sizes) + side * size.size) / 2
            total = node.func(total, part)
        return plain
    if node.func is sympy.Abs:
        return _size(node.args[0], sizes).size
    if node.func is sympy.sign:
        size = _size(node.args[0], sizes)
        return size.sign if size.argument == node.args[0] else -size.sign
    return node.func(*(_in_sizes(part, sizes) for part in node.args))


def _size(u: Expr, sizes: dict[Expr, _Size]) -> _Size:
    u = -u if u.could_extract_minus_sign() else u
    if u not in sizes:
        plain = _in_sizes(u, sizes)
        sizes[u] = _Size(u, plain, sympy.Dummy("a", nonnegative=True), sympy.Dummy("s", real=True))
    return sizes[u]


def _differentiated(expression: Expr, variable: Symbol, sizes: Mapping[Expr, _Size]) -> Expr:
    total = sympy.diff(expression, variable)
    for size in sizes.values():
        slope = sympy.diff(expression, size.size)
        if slope != 0:
            total += slope * size.sign * _differentiated(size.plain, variable, sizes)
    return total


def _vanishes(jump: Expr, size: _Size, variable: Symbol) -> bool:
    """Tell whether a jump is seen to be 0 at every zero of u."""
    there, u = jump.subs(size.size, 0), size.plain
    if sympy.expand(there.subs(u, 0)) == 0:
        return True
    if not u.is_polynomial(variable) or not 0 < sympy.degree(u, variable) <= 4:
        return False
    roots = sympy.roots(u, variable)
    known = sum(roots.values()) == sympy.degree(u, variable)
    return known and all(sympy.expand(there.subs(variable, root)) == 0 for root in roots)
