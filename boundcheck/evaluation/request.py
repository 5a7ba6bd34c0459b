"""A request: quantity, tier, variant, activation and values, resolved and checked once, evaluated in any arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.activations import activation as find_activation
from boundcheck.evaluation.hypotheses import check_given
from boundcheck.evaluation.lookup import choose_tier, choose_variant, finder, full_name, tiers_of
from boundcheck.evaluation.recursion import run
from boundcheck.evaluation.terms import Term, hoisted, is_constant, replaced_values, term
from boundcheck.evaluation.values import check_complete, length, read
from boundcheck.language import Quantity, Recurrence, Statement, Supremum
from boundcheck.notation import sigma_constants, z


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: ``term`` at ``tier`` and ``variant``, with exact values."""

    name: str
    term: Term
    tier: str | None
    variant: str | None
    activation: Activation
    values: dict[Symbol, Any]

    @property
    def provenance(self) -> str:
        """Say where the form comes from and what it was evaluated with."""
        source = self.term.form.source
        parts = [f"tier {self.tier}" if self.tier else "", f"variant {self.variant}" if self.variant else ""]
        uses_sigma = any(is_constant(symbol) for symbol in self.term.required()) or not self.term.is_expression
        parts.append(f"activation {self.activation.name}" if uses_sigma else "")
        needed = self.term.required()
        shown = ", ".join(f"{symbol.name}={value}" for symbol, value in self.values.items() if symbol in needed)
        return "; ".join(part for part in (str(source), ", ".join(p for p in parts if p), shown) if part)


def request(
    quantity: str | Quantity,
    *,
    tier: str | None,
    variant: str | None,
    activation: str | Expr | Activation,
    statements: Iterable[Statement],
    given: Mapping[str, Any],
    complete: bool = True,
) -> Request:
    """Resolve a request; one-line errors list what exists.

    Args:    complete: False for one of several quantities asked together: values may follow, and a tier that does not
             matter to it is let go.
    """
    find = finder(statements)
    found = find(quantity) if isinstance(quantity, str) else quantity
    name = full_name(quantity, statements)
    chosen_variant = choose_variant(name, found, find, variant)
    if not complete and not tiers_of(found, find, chosen_variant):
        tier = None
    chosen_tier = choose_tier(name, found, find, tier, chosen_variant)
    own = term(name, found, find, chosen_tier, chosen_variant, frozenset()).required()
    values = read(given, own)
    zeros = frozenset(symbol for symbol, value in values.items() if value == 0)
    resolved = term(name, found, find, chosen_tier, chosen_variant, zeros)
    sigma = find_activation(activation)
    if complete:
        check_complete(name, resolved, values)
        check_given(name, found.given, values, sigma)
    return Request(name=name, term=resolved, tier=chosen_tier, variant=chosen_variant, activation=sigma, values=values)


Memo = dict[tuple[Any, ...], Any]


def value_of(
    item: Term,
    values: Mapping[Symbol, Any],
    arithmetic: Any,
    *,
    memo: Memo | None = None,
    instead: Mapping[str, Any] | None = None,
) -> Any:
    """Evaluate a term and what it refers to in an arithmetic.

    Args:    memo: kept by a caller that evaluates often at one precision; holds what was referred to.
             instead: values to take in place of what the named symbols of the term refer to.
    """
    known = dict(values)
    for symbol, child, at in item.children:
        if instead and symbol.name in instead:
            known[symbol] = instead[symbol.name]
            continue
        inner = replaced_values(at, values, lambda expression, given: plain(expression, given, arithmetic))
        known[symbol] = remembered(child, inner, arithmetic, memo)
    return _value(item.value, known, arithmetic)


def remembered(item: Term, values: Mapping[Symbol, Any], arithmetic: Any, memo: Memo | None) -> Any:
    """Evaluate a term, or look it up in a memo of one arithmetic at one precision."""
    if memo is None:
        return value_of(item, values, arithmetic)
    needed = sorted((symbol for symbol in item.required() if symbol in values), key=str)
    # The whole tree, not the form alone: a form without a tier of its own refers to others at the tier asked for.
    key = (item, *((symbol, values[symbol]) for symbol in needed))
    if key not in memo:
        memo[key] = value_of(item, values, arithmetic, memo=memo)
    return memo[key]


def _value(value: Any, known: Mapping[Symbol, Any], arithmetic: Any) -> Any:
    if isinstance(value, Recurrence):
        steps, outer = unchanging(value, known, arithmetic)
        return run(steps, length(known), outer, arithmetic)
    if not isinstance(value, Supremum):
        return plain(value, known, arithmetic)
    if value.variable == z and not isinstance(value.value, Recurrence):
        symbols = tuple(sorted(_outer(value.value.free_symbols), key=str))
        constants = _Constants(known, arithmetic)
        inputs = [arithmetic.number(constants[symbol]) for symbol in symbols]
        return arithmetic.supremum(value.value, symbols)(*inputs)
    if not isinstance(value.value, Recurrence):
        return arithmetic.over_directions(value, length(known), _Constants(known, arithmetic))
    steps, outer = unchanging(value.value, known, arithmetic, frozenset({value.variable}))
    return arithmetic.over_directions(replace(value, value=steps), length(known), outer)


def unchanging(
    recurrence: Recurrence, known: Mapping[Symbol, Any], arithmetic: Any, moving: frozenset[Symbol] = frozenset()
) -> tuple[Recurrence, Mapping[Symbol, Any]]:
    """Evaluate once what does not change along a recurrence; return it with the values that it needs."""
    steps, taken_out = hoisted(recurrence, moving)
    values = _Constants(known, arithmetic)
    values.update({symbol: plain(expression, values, arithmetic) for symbol, expression in taken_out})
    return steps, values


def _outer(symbols: set[Symbol]) -> set[Symbol]:
    from boundcheck.notation import sigma_z

    return symbols - {z, *sigma_z}


def plain(expression: Expr, known: Mapping[Symbol, Any], arithmetic: Any) -> Any:
    """Evaluate an expression at known values in an arithmetic."""
    symbols = tuple(sorted(expression.free_symbols, key=str))
    constants = _Constants(known, arithmetic)
    inputs = [arithmetic.number(constants[symbol]) for symbol in symbols]
    return arithmetic.function(expression, symbols)(*inputs)


class _Constants(dict[Symbol, Any]):
    """Values of symbols, with the activation's constants looked up when first asked for."""

    def __init__(self, known: Mapping[Symbol, Any], arithmetic: Any) -> None:
        super().__init__(known)
        self.arithmetic = arithmetic

    def __missing__(self, symbol: Symbol) -> Any:
        if symbol not in sigma_constants:
            raise KeyError(symbol)
        self[symbol] = self.arithmetic.constant(sigma_constants.index(symbol))
        return self[symbol]
