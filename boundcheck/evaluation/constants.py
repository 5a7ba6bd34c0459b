"""The constants sup|sigma^(k)| of an activation as balls."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flint import arb
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure import compile_arb


@lru_cache(maxsize=4096)
def compiled(expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., arb]:
    """Compile once for all precisions."""
    return compile_arb(expression, symbols)


@lru_cache(maxsize=256)
def constant_ball(activation: Activation, order: int, bits: int) -> arb:
    """Return the supremum of |sigma^(order)| at the precision in force; ValueError with the reason where there is none.

    Args:    bits: that precision (results are remembered by it).
    """
    constant = activation.constant(order)
    if constant.exact is not None:
        return compiled(constant.exact, ())()
    return constant.enclosure(int(bits * 0.30103) + 2).arb()
