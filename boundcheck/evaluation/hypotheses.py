"""Whether hypotheses hold at given values: exact numbers, or balls, never doubles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import sympy
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.language import Condition, Relation, Statement
from boundcheck.notation import eta, exact, sigma_constants

HypothesisStatus = Literal["met", "unmet", "undecided"]
_DIGITS = 30


def check_hypotheses(quantity: str, statements: Iterable[Statement], given: Mapping[str, Any]) -> None:
    """Raise ValueError naming the first hypothesis of the quantity's statement that fails, with the values.

    Hypotheses in words, or about symbols that are not set, are not decided here.
    """
    from boundcheck import theory

    identifier = quantity.partition(".")[0].strip()
    known = {item.id: item for item in (*theory.statements(), *statements)}
    for condition in known[identifier].hypotheses if identifier in known else ():
        symbols = condition.relation.free_symbols if condition.relation is not None else set()
        values = {symbol: exact(given[symbol.name]) for symbol in symbols if symbol.name in given}
        _refuse_unmet(identifier, condition, values)
    _refuse_step_size(quantity, known.get(identifier), given)


def _refuse_step_size(quantity: str, statement: Statement | None, given: Mapping[str, Any]) -> None:
    """Raise ValueError where a step size is set beside a bound on the risk, which is for its theorem's own."""
    if statement is None or eta.name not in given:
        return
    bounds = {f"{statement.id}.{entry.name}" for entry in statement.quantities if entry.risk}
    depends = any(eta in getattr(form.value, "free_symbols", ()) for e in statement.quantities for form in e.forms)
    if quantity.strip() in bounds and not depends:
        message = (
            f"{quantity} is for the step size that its theorem takes; got eta={given[eta.name]} (leave it out: the "
            "bound does not depend on it)"
        )
        raise ValueError(message)


def check_given(name: str, conditions: Iterable[Condition], values: Mapping[Symbol, Any], sigma: Activation) -> None:
    """Raise ValueError naming the first condition on a quantity that fails, constants of the activation included."""
    for condition in conditions:
        symbols = condition.relation.free_symbols if condition.relation is not None else set()
        constants = {symbol: _constant(sigma, symbol) for symbol in symbols if symbol in sigma_constants}
        _refuse_unmet(name, condition, {**values, **constants})


def _constant(sigma: Activation, symbol: Symbol) -> Any:
    constant = sigma.constant(sigma_constants.index(symbol))
    exact_value = constant.exact
    return exact_value if isinstance(exact_value, sympy.Rational) else constant.enclosure(_DIGITS)


def _refuse_unmet(name: str, condition: Condition, values: Mapping[Symbol, Any]) -> None:
    relation = condition.relation
    if relation is None or decide_relation(relation, values)[0] != "unmet":
        return
    symbols = sorted(relation.free_symbols, key=lambda symbol: symbol.name)
    got = ", ".join(f"{symbol.name}={_shown(values[symbol])}" for symbol in symbols)
    message = f"{name} needs {condition.text}; got {got} (a hypothesis that is not met)"
    raise ValueError(message)


def _shown(value: Any) -> str:
    return str(value.lower_text(8)) + "..." if hasattr(value, "lower_text") else str(value)


def decide_relation(relation: Relation, values: Mapping[Symbol, Any]) -> tuple[HypothesisStatus, str]:
    """Decide one relation at exact or enclosed values; the detail names the values of both sides."""
    missing = sorted(symbol.name for symbol in relation.free_symbols if symbol not in values)
    if missing:
        return "undecided", f"not set: {', '.join(missing)}"
    left, right = _exact(relation.left, values), _exact(relation.right, values)
    if left is not None and right is not None:
        holds = _holds(left - right, relation.op)
        return ("met" if holds else "unmet"), _sides(relation, str(left), str(right))
    return _by_balls(relation, values)


def _exact(side: Expr, values: Mapping[Symbol, Any]) -> sympy.Rational | None:
    if any(not isinstance(values[symbol], sympy.Rational) for symbol in side.free_symbols):
        return None
    value = side.subs({symbol: values[symbol] for symbol in side.free_symbols})
    return value if isinstance(value, sympy.Rational) else None


def _holds(difference: sympy.Rational, op: str) -> bool:
    return {
        "==": difference == 0,
        "<=": difference <= 0,
        "<": difference < 0,
        ">=": difference >= 0,
        ">": difference > 0,
    }[op]


def _by_balls(relation: Relation, values: Mapping[Symbol, Any]) -> tuple[HypothesisStatus, str]:
    from boundcheck.enclosure import Enclosure, compile_arb, precision

    symbols = tuple(sorted(relation.free_symbols, key=lambda symbol: symbol.name))
    with precision(_DIGITS):
        arguments = [_ball(values[symbol]) for symbol in symbols]
        left = compile_arb(relation.left, symbols)(*arguments)
        right = compile_arb(relation.right, symbols)(*arguments)
        if not (left.is_finite() and right.is_finite()):
            return "undecided", "a side is not finite at this configuration"
        decided: HypothesisStatus = "undecided"
        if relation.op in ("<=", "<"):
            decided = "met" if (left <= right if relation.op == "<=" else left < right) else decided
            decided = "unmet" if (left > right if relation.op == "<=" else left >= right) else decided
        elif relation.op in (">=", ">"):
            decided = "met" if (left >= right if relation.op == ">=" else left > right) else decided
            decided = "unmet" if (left < right if relation.op == ">=" else left <= right) else decided
        elif not left.overlaps(right):
            decided = "unmet"
        ends = [Enclosure.from_arb(side) for side in (left, right)]
    shown = ["[{}, {}]".format(*(text(8) for text in (side.lower_text, side.upper_text))) for side in ends]
    return decided, _sides(relation, *shown)


def _ball(value: Any) -> Any:
    from boundcheck.enclosure import Enclosure

    return value.arb() if hasattr(value, "arb") else Enclosure.from_exact(value).arb()


def _sides(relation: Relation, left: str, right: str) -> str:
    names = (str(relation.left), str(relation.right))
    parts = [f"{name} = {value}" for name, value in zip(names, (left, right), strict=True) if name != value]
    return ", ".join(parts)
