"""Whether a statement's hypotheses hold at one configuration: exact values, or balls, never doubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Symbol

from boundcheck.comparison.verdicts import HypothesesResult, HypothesisResult
from boundcheck.evaluation.hypotheses import HypothesisStatus, decide_relation


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
