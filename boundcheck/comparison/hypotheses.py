"""Whether a statement's hypotheses hold at one configuration: exact values, or balls, never doubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Symbol

from boundcheck.comparison.verdicts import HypothesesResult, HypothesisResult, HypothesisStatus
from boundcheck.language import Relation

_DIGITS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known, at this configuration, of a hypothesis that is words: it fits if ``phrase`` is in its text."""

    phrase: str
    status: HypothesisStatus
    detail: str


def decide_hypotheses(
    conditions: tuple[Any, ...], values: Mapping[Symbol, Any], facts: tuple[Fact, ...] = ()
) -> HypothesesResult:
    """Decide each hypothesis.

    Args:    conditions: ``Condition``s; values: exact numbers (or enclosures) of symbols.
             facts: for hypotheses in words; where none fits, the verdict is undecided.
    """
    return HypothesesResult(conditions=tuple(_decide(item, values, facts) for item in conditions))


def _decide(condition: Any, values: Mapping[Symbol, Any], facts: tuple[Fact, ...]) -> HypothesisResult:
    if condition.relation is None:
        for fact in facts:
            if fact.phrase in condition.text:
                return HypothesisResult(text=condition.text, status=fact.status, detail=fact.detail)
        return HypothesisResult(text=condition.text, status="undecided", detail="not decided by the configuration")
    status, detail = decide_relation(condition.relation, values)
    return HypothesisResult(text=condition.text, status=status, detail=detail, latex=condition.relation.latex())


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
