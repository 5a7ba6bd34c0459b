"""Rates and regimes, derived from the statements' expressions: how m and tau grow with 1/epsilon, n, 1/delta and T.

Without projection the radii grow with 1/epsilon, and alpha_m = alpha + rho_w/sqrt(m) stays bounded because the
exponent of rho is at most half of that of m, which is checked: less than half for classic and sharpened (alpha_m ->
alpha), exactly half for lyapunov (alpha_m tends to a constant above alpha). As T grows a = alpha_m sigma_1 is held
fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Symbol

from boundcheck.evaluation.lookup import finder
from boundcheck.evaluation.orders import (
    BASES,
    CONSTANT,
    REGIMES,
    Order,
    Regime,
    base,
    growth_in_length,
    order_of,
)
from boundcheck.evaluation.terms import Term, term
from boundcheck.notation import T, a, epsilon, p, q, rho_u, rho_w

TIER = "paper"
THEOREMS = ("theorem-1", "theorem-1-descent", "theorem-2")
CONSTANTS = ("lemma-1.D_w", "lemma-1.D_u", "lemma-1.L", "lemma-1.beta")
WIDTHS = (("width", "m"), ("iterations", "tau"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How a quantity grows.

    epsilon: exponent of 1/epsilon; log_n, log_delta: exponents (of the logarithm, of the 1/epsilon beside it), or None
    if it does not occur; the regimes: growth with T.
    """

    statement: str
    variant: str | None
    quantity: str
    epsilon: Fraction
    log_n: tuple[Fraction, Fraction] | None
    log_delta: tuple[Fraction, Fraction] | None
    regimes: tuple[tuple[str, str], ...]

    def row(self) -> dict[str, Any]:
        """Return a row of plain text and numbers."""
        return {
            "statement": self.statement,
            "variant": self.variant or "",
            "quantity": self.quantity,
            "1/epsilon": str(self.epsilon),
            "log n": _beside("log n", self.log_n),
            "log(1/delta)": _beside("log(1/delta)", self.log_delta),
            **{f"T, {regime}": text for regime, text in self.regimes},
        }


def _beside(name: str, entry: tuple[Fraction, Fraction] | None) -> str:
    if entry is None:
        return "-"
    exponent, of_epsilon = entry
    head = name if exponent == 1 else f"({name})^{exponent}"
    return head if of_epsilon == 0 else f"{head} (1/epsilon)^{of_epsilon}"


def rates() -> tuple[dict[str, Any], ...]:
    """Return the rates as rows: the constants of Lemma 1, and m and tau of every theorem and variant."""
    return tuple(rate.row() for rate in all_rates())


@lru_cache(maxsize=1)
def all_rates() -> tuple[Rate, ...]:
    """Derive every rate."""
    found = [_rate(name.partition(".")[0], None, name.partition(".")[2], _orders(name, None)) for name in CONSTANTS]
    for theorem in THEOREMS:
        for variant in finder()(f"{theorem}.width").variants or (None,):
            widths = {}
            for name, symbol in WIDTHS:
                widths[symbol] = _orders(f"{theorem}.{name}", variant)
                found.append(_rate(theorem, variant, symbol, widths[symbol]))
            _check_bounded(theorem, variant, widths["m"])
    return tuple(found)


def _rate(statement: str, variant: str | None, quantity: str, orders: Mapping[Regime, Order]) -> Rate:
    fixed = orders["a<1"]
    return Rate(
        statement=statement,
        variant=variant,
        quantity=quantity,
        epsilon=max(monomial[0] for monomial in fixed),
        log_n=_part(fixed, "log n"),
        log_delta=_part(fixed, "log(1/delta)"),
        regimes=tuple((regime, growth_in_length(orders[regime])) for regime in REGIMES),
    )


def _part(order: Order, name: str) -> tuple[Fraction, Fraction] | None:
    """Return the largest power of a logarithm and the largest exponent of 1/epsilon beside it."""
    place = BASES.index(name)
    most = max(monomial[place] for monomial in order)
    return (most, max(monomial[0] for monomial in order if monomial[place] == most)) if most else None


def _orders(name: str, variant: str | None) -> dict[Regime, Order]:
    find = finder()
    quantity = find(name)
    resolved = term(name, quantity, find, TIER, variant, frozenset())
    theorem = name.partition(".")[0]
    return {regime: _order(resolved, _base_orders(theorem, variant, regime), regime) for regime in REGIMES}


def _base_orders(theorem: str, variant: str | None, regime: Regime) -> dict[Symbol, Order]:
    """Return the orders of the parameters; the radii of theorem-2 are what its conditions ask for."""
    known: dict[Symbol, Order] = {epsilon: frozenset({base("1/epsilon", -1)}), T: frozenset({base("T")})}
    if theorem != "theorem-2":
        return known
    for symbol, name in ((rho_w, "radius_w"), (rho_u, "radius_u")):
        known[symbol] = _order(_term(f"{theorem}.{name}", variant), dict(known), regime)
    return known


def _term(name: str, variant: str | None) -> Term:
    find = finder()
    return term(name, find(name), find, TIER, variant, frozenset())


def _order(item: Term, known: Mapping[Symbol, Order], regime: Regime) -> Order:
    """Return the order of a term; what it refers to has alpha_m at its limit, so its own radii do not matter."""
    inside = dict(known)
    for symbol, child, _ in item.children:
        inside[symbol] = _order(child, {s: o for s, o in known.items() if s not in (rho_w, rho_u)}, regime)
    assert isinstance(item.value, Expr)
    return order_of(item.value, inside, regime)


def _check_bounded(theorem: str, variant: str | None, width: Mapping[Regime, Order]) -> None:
    """Check that rho/sqrt(m) stays bounded as epsilon tends to 0, so that the constants do."""
    radius = max(monomial[0] for monomial in _base_orders(theorem, variant, "a<1").get(rho_w, CONSTANT))
    if 2 * radius > max(monomial[0] for monomial in width["a<1"]):
        message = f"{theorem} ({variant}): rho must grow no faster than sqrt(m); got (1/epsilon)^{radius}"
        raise ArithmeticError(message)


def leading(name: str, regime: Regime) -> Expr:
    """Return the leading behaviour of a constant of Lemma 1 (tier paper) as T grows, with its coefficient.

    By (I7): p -> 1/(1-a), q -> 1/(1-a)^2 for a < 1; T + k and (T + k)(T + k + 1)/2 at a = 1; a^(T+k)/(a-1) and
    (T + k) a^(T+k)/(a-1) to leading order for a > 1, k the offset of the index.
    """
    value = _term(name, None).value
    assert isinstance(value, Expr)
    ratio, exponential = Symbol("a", positive=True), Symbol("X", positive=True)
    value = value.xreplace({a: ratio}).replace(p, lambda t, x: _sum_p(t, x, regime, exponential))
    value = value.replace(q, lambda t, x: _sum_q(t, x, regime, exponential))
    polynomial = sympy.Poly(sympy.expand(value), exponential, T)
    powers, coefficient = max(polynomial.terms())
    head = sympy.factor(coefficient) * ratio ** (powers[0] * T) * T ** powers[1]
    return head.subs(ratio, 1) if regime == "a=1" else head


def _sum_p(t: Expr, x: Expr, regime: Regime, exponential: Symbol) -> Expr:
    if regime == "a<1":
        return 1 / (1 - x)
    return t if regime == "a=1" else exponential * x ** (t - T) / (x - 1)


def _sum_q(t: Expr, x: Expr, regime: Regime, exponential: Symbol) -> Expr:
    if regime == "a<1":
        return 1 / (1 - x) ** 2
    return t * (t + 1) / 2 if regime == "a=1" else t * exponential * x ** (t - T) / (x - 1)
