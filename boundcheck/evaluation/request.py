"""A request: quantity, tier, variant, activation and values, resolved and checked once, evaluated in any arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.activations import activation as find_activation
from boundcheck.evaluation.lookup import choose_tier, choose_variant, finder, full_name
from boundcheck.evaluation.recursion import run
from boundcheck.evaluation.terms import Term, is_constant, replaced_values, term
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
        shown = ", ".join(f"{symbol.name}={value}" for symbol, value in self.values.items())
        return "; ".join(part for part in (str(source), ", ".join(p for p in parts if p), shown) if part)


def request(
    quantity: str | Quantity,
    *,
    tier: str | None,
    variant: str | None,
    activation: str | Expr | Activation,
    statements: Iterable[Statement],
    given: Mapping[str, Any],
) -> Request:
    """Resolve and check a request; ValueError or TypeError, one line, listing what exists."""
    find = finder(statements)
    found = find(quantity) if isinstance(quantity, str) else quantity
    name = full_name(quantity, statements)
    chosen_variant = choose_variant(name, found, find, variant)
    chosen_tier = choose_tier(name, found, find, tier, chosen_variant)
    own = term(name, found, find, chosen_tier, chosen_variant, frozenset()).required()
    values = read(given, own)
    zeros = frozenset(symbol for symbol, value in values.items() if value == 0)
    resolved = term(name, found, find, chosen_tier, chosen_variant, zeros)
    check_complete(name, resolved, values)
    sigma = find_activation(activation)
    return Request(name=name, term=resolved, tier=chosen_tier, variant=chosen_variant, activation=sigma, values=values)


def value_of(item: Term, values: Mapping[Symbol, Any], arithmetic: Any) -> Any:
    """Evaluate a term and what it refers to in an arithmetic."""
    known = dict(values)
    for symbol, child, at in item.children:
        inner = replaced_values(at, values, lambda expression, given: _plain(expression, given, arithmetic))
        known[symbol] = value_of(child, inner, arithmetic)
    return _value(item.value, known, arithmetic)


def _value(value: Any, known: Mapping[Symbol, Any], arithmetic: Any) -> Any:
    if isinstance(value, Recurrence):
        return run(value, length(known), _Constants(known, arithmetic), arithmetic)
    if not isinstance(value, Supremum):
        return _plain(value, known, arithmetic)
    if value.variable == z and not isinstance(value.value, Recurrence):
        symbols = tuple(sorted(_outer(value.value.free_symbols), key=str))
        constants = _Constants(known, arithmetic)
        inputs = [arithmetic.number(constants[symbol]) for symbol in symbols]
        return arithmetic.supremum(value.value, symbols)(*inputs)
    return arithmetic.over_directions(value, length(known), _Constants(known, arithmetic))


def _outer(symbols: set[Symbol]) -> set[Symbol]:
    from boundcheck.notation import sigma_z

    return symbols - {z, *sigma_z}


def _plain(expression: Expr, known: Mapping[Symbol, Any], arithmetic: Any) -> Any:
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


