"""Which term of a theorem's constant C binds a plan: the largest one, evaluated in doubles, named by its formula."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import sympy
from flint import arb
from sympy import Expr, Symbol

from boundcheck.enclosure import precision
from boundcheck.evaluation.balls import Balls
from boundcheck.evaluation.conditions import Conditions
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.request import plain, request, value_of
from boundcheck.evaluation.terms import Term, replaced_values
from boundcheck.language import to_text
from boundcheck.notation import norm_nu, norm_rho

ABBREVIATIONS: dict[Expr, Expr] = {norm_rho: Symbol("norm_rho"), norm_nu: Symbol("norm_nu")}
OF_C = {"theorem-2": "theorem-1"}
"""Theorems that take the constant C of another."""
MEANINGS = (
    ("beta", "linearisation: the smoothness constant"),
    ("L0", "approximation: the random features at initialisation"),
)


def binding_term(conditions: Conditions, known: Mapping[Symbol, Any]) -> str:
    """Name the largest term of C, with its share: ``linearisation ...: beta*norm_rho**2/2 (71% of C)``."""
    shares = sorted(shares_of_constant(conditions, known), key=lambda pair: -pair[1])
    term, share = shares[0]
    names = {symbol.name for symbol in term.free_symbols}
    meaning = next((text for name, text in MEANINGS if any(item.startswith(name) for item in names)), "width")
    return f"{meaning}: {to_text(term.xreplace(ABBREVIATIONS))} ({share:.0%} of C)"


def shares_of_constant(conditions: Conditions, known: Mapping[Symbol, Any]) -> list[tuple[Expr, float]]:
    """Return the terms of the constant C that the width condition takes, each with its share."""
    asked = request(
        f"{OF_C.get(conditions.theorem, conditions.theorem)}.C",
        tier=conditions.tier,
        variant=conditions.variant,
        activation=conditions.width.activation,
        statements=(),
        given={},
        complete=False,
    )
    value = asked.term.value
    assert isinstance(value, Expr)
    terms = sympy.Add.make_args(value)
    try:
        sizes = _sizes(asked.term, terms, known, Doubles(conditions.width.activation))
    except (OverflowError, ZeroDivisionError):
        sizes = []
    if not 0 < sum(sizes) < math.inf:  # beyond the range of doubles
        with precision(30):
            balls = _sizes(asked.term, terms, known, Balls(conditions.width.activation, 9))
            total = sum(balls, arb(0))
            sizes = [float(ball / total) for ball in balls]
    return [(term, size / sum(sizes)) for term, size in zip(terms, sizes, strict=True)]


def _sizes(item: Term, terms: tuple[Expr, ...], known: Mapping[Symbol, Any], arithmetic: Any) -> list[Any]:
    """Evaluate the terms of an item's value in an arithmetic."""
    values = dict(known)
    for symbol, child, at in item.children:
        inner = replaced_values(at, known, lambda expression, given: plain(expression, given, arithmetic))
        values[symbol] = value_of(child, inner, arithmetic)
    return [plain(term, values, arithmetic) for term in terms]
