"""The values that a user sets: read exactly, checked against their domains, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Rational, Symbol

from boundcheck.evaluation.terms import Term, is_constant
from boundcheck.notation import PARAMETERS, T, exact, sigma_constants


def read(given: Mapping[str, Any], own: set[Symbol]) -> dict[Symbol, Rational]:
    """Read values by the names of their symbols.

    Args:    own: symbols of the quantity at hand (a user's own may have any name).
    Raises:  ValueError for an unknown symbol (listing what exists) or a value outside the symbol's domain.
    """
    by_name = {symbol.name: symbol for symbol in own}
    rules = {entry.name: entry for entry in PARAMETERS}
    found: dict[Symbol, Rational] = {}
    for name, value in given.items():
        if name in rules:
            found[by_name.get(name, rules[name].symbol)] = rules[name].check(value)
        elif name in by_name:
            found[by_name[name]] = _checked(by_name[name], value)
        else:
            others = sorted(set(by_name) - set(rules) - {symbol.name for symbol in sigma_constants})
            listed = " ".join([*rules, *others])
            message = f"unknown symbol {name!r}; symbols are: {listed}"
            raise ValueError(message)
    return found


def _checked(symbol: Symbol, value: Any) -> Rational:
    number = exact(value)
    rules = (
        (symbol.is_positive and not number > 0, "> 0"),
        (symbol.is_nonnegative and number < 0, ">= 0"),
        (symbol.is_integer and not number.is_Integer, "an integer"),
    )
    for broken, rule in rules:
        if broken:
            message = f"{symbol.name} must be {rule}; got {value} (the domain of the symbol)"
            raise ValueError(message)
    return number


def check_complete(name: str, term: Term, values: Mapping[Symbol, Any]) -> None:
    """Raise ValueError naming the symbols that are needed and not set."""
    needed = {symbol for symbol in term.required() if not is_constant(symbol)}
    missing = sorted(symbol.name for symbol in needed if symbol not in values)
    if missing:
        listed = " ".join(sorted(symbol.name for symbol in needed))
        message = f"{name} needs a value of {', '.join(missing)}; got none (it depends on: {listed})"
        raise ValueError(message)


def length(values: Mapping[Symbol, Any]) -> int:
    """Return T as a Python integer."""
    return int(values[T])
