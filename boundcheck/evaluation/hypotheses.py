"""Whether a statement's hypotheses hold at the values that a user sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy

from boundcheck.language import Relation, Statement
from boundcheck.notation import exact

_HOLDS = {"==": sympy.Eq, "<=": sympy.Le, "<": sympy.Lt, ">=": sympy.Ge, ">": sympy.Gt}


def check_hypotheses(quantity: str, statements: Iterable[Statement], given: Mapping[str, Any]) -> None:
    """Raise ValueError naming the first hypothesis of the quantity's statement that fails, with the values.

    Hypotheses in words, or about symbols that are not set, are not decided here.
    """
    from boundcheck import theory

    identifier = quantity.partition(".")[0].strip()
    known = {item.id: item for item in (*theory.statements(), *statements)}
    for condition in known[identifier].hypotheses if identifier in known else ():
        relation = condition.relation
        if relation is not None and is_broken(relation, given):
            names = sorted(symbol.name for symbol in relation.free_symbols)
            got = ", ".join(f"{name}={given[name]}" for name in names)
            message = f"{identifier} needs {condition.text}; got {got} (a hypothesis that is not met)"
            raise ValueError(message)


def is_broken(relation: Relation, given: Mapping[str, Any]) -> bool:
    """Tell whether a relation between symbols that are all set is certainly false."""
    symbols = {symbol.name: symbol for symbol in relation.free_symbols}
    if not set(symbols) <= set(given):
        return False
    values = {symbol: exact(given[name]) for name, symbol in symbols.items()}
    left, right = (side.subs(values, simultaneous=True) for side in (relation.left, relation.right))
    return bool(_HOLDS[relation.op](left, right) == sympy.false)
