"""One statement beside its measurement: the four verdicts, tightness and vacuity."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from boundcheck.comparison.hypotheses import Fact, decide_hypotheses
from boundcheck.comparison.verdicts import (
    AlgebraResult,
    Comparison,
    EmpiricalResult,
    EmpiricalStatus,
    MeasuredValue,
    NumericResult,
    StepResult,
)
from boundcheck.language import TIERS, Quantity, Statement

Evaluate = Callable[..., Any]
Pairs = Callable[[Quantity], list[tuple[str | None, str | None]]]
AGREEMENT = 1e-9
"""Difference of two equal sides that rounding in doubles explains, dimensionless."""
LOOSEST_FIRST = {tier: place for place, tier in enumerate(TIERS)}


def compare(
    statement: Statement,
    *,
    values: Mapping[Any, Any],
    numeric: Iterable[NumericResult] = (),
    verdicts: Iterable[Any] = (),
    measured: Iterable[MeasuredValue] = (),
    facts: tuple[Fact, ...] = (),
    delta: Any = None,
) -> Comparison:
    """Put a statement's bounds beside what was measured.

    Args:    values: exact value (or enclosure) of each symbol, for the hypotheses.
             numeric: certified values, as ``evaluate_all`` gives them.
             verdicts: the prover's, one per derivation step, in order.
             facts: what is known of hypotheses in words.
             delta: failure probability that a frequency is held against.
    Returns: the comparison, not yet flagged by what fails upstream (``propagate`` does that).
    """
    taken, bounds = tuple(measured), tuple(numeric)
    beside, principal = _principal(bounds, taken)
    return Comparison(
        statement=statement,
        algebra=AlgebraResult(steps=tuple(_step(statement, k, item) for k, item in enumerate(verdicts))),
        hypotheses=decide_hypotheses(statement.hypotheses, values, facts),
        numeric=bounds,
        measured=taken,
        empirical=_empirical(bounds, taken, delta),
        tightness=_tightness(beside, principal),
        beside=beside,
        vacuous=_vacuous(bounds),
    )


def _step(statement: Statement, place: int, verdict: Any) -> StepResult:
    step = statement.derivation[place] if place < len(statement.derivation) else None
    return StepResult(
        label=step.label if step is not None else str(getattr(verdict, "id", place + 1)),
        status=verdict.status,
        method=getattr(verdict, "method", "") or "",
        reason=getattr(verdict, "reason", "") or "",
        certificate=getattr(verdict, "certificate", None),
        counterexample=getattr(verdict, "counterexample", None),
    )


def combinations(quantity: Quantity) -> list[tuple[str | None, str | None]]:
    """List the (tier, variant) pairs that a quantity has a value for; a form that refers to others has every tier."""
    found: dict[tuple[str | None, str | None], None] = {}
    for form in quantity.forms:
        for tier in (form.tier,) if form.tier or not form.where else TIERS:
            found[tier, form.variant] = None
    order = {pair: place for place, pair in enumerate(found)}
    return sorted(found, key=lambda pair: (LOOSEST_FIRST.get(pair[0] or "", -1), order[pair]))


def evaluate_all(
    statement: Statement, evaluate: Evaluate, pairs: Pairs | None = None, trivial: Any = None
) -> tuple[NumericResult, ...]:
    """Evaluate every quantity of a statement at every tier and variant; what has no value says why.

    Args:    evaluate: called as ``evaluate(quantity, tier=, variant=)``, returns an ``Enclosure`` or raises ValueError.
             pairs: lists the (tier, variant) pairs of a quantity; by default those that its own forms name.
             trivial: mean y^2, exact or an enclosure; None where there are no data.
    """
    return tuple(
        _value(quantity, tier, variant, evaluate, trivial)
        for quantity in statement.quantities
        for tier, variant in (pairs or combinations)(quantity)
    )


def _value(
    quantity: Quantity, tier: str | None, variant: str | None, evaluate: Evaluate, trivial: Any
) -> NumericResult:
    try:
        enclosure = evaluate(quantity, tier=tier, variant=variant)
    except (ValueError, ArithmeticError) as error:
        failure = str(error).splitlines()[0]
        return NumericResult(quantity=quantity.name, tier=tier, variant=variant, failure=failure)
    informative = _informative(enclosure, trivial) if quantity.risk and trivial is not None else None
    return NumericResult(
        quantity=quantity.name, tier=tier, variant=variant, enclosure=enclosure, informative=informative
    )


def _informative(enclosure: Any, trivial: Any) -> bool:
    """Tell whether a bound says something: it must certainly lie below the trivial one."""
    return enclosure.upper < getattr(trivial, "lower", trivial)


def tightest(numeric: Iterable[NumericResult], quantity: str, measured: MeasuredValue | None = None) -> Any:
    """Return the smallest certified upper end of a quantity (of the measured tier and variant where it names them)."""
    fitting = [item for item in numeric if item.quantity == quantity and item.enclosure is not None]
    for name in ("tier", "variant"):
        wanted = getattr(measured, name) if measured is not None else None
        if wanted is not None:
            fitting = [item for item in fitting if getattr(item, name) == wanted]
    return min(fitting, key=lambda item: item.enclosure.upper, default=None)


def _principal(
    numeric: tuple[NumericResult, ...], measured: tuple[MeasuredValue, ...]
) -> tuple[NumericResult | None, MeasuredValue | None]:
    """Pick what the card shows: the first measured value of a size with a bound to stand beside."""
    for item in measured:
        bound = tightest(numeric, item.quantity, item)
        if bound is not None and item.value is not None and item.kind != "frequency":
            return bound, item
    return None, next((item for item in measured if item.value is not None), None)


def _tightness(bound: NumericResult | None, measured: MeasuredValue | None) -> float | None:
    if bound is None or measured is None or not measured.value or not math.isfinite(measured.value):
        return None
    ratio = Fraction(bound.enclosure.upper) / Fraction(measured.value)
    try:
        return float(f"{float(ratio):.12g}")
    except OverflowError:
        return None


def _vacuous(numeric: tuple[NumericResult, ...]) -> bool | None:
    """Vacuous if no tier and no variant of a bound on the risk lies below the trivial one."""
    decided = [item.informative for item in numeric if item.informative is not None]
    return not any(decided) if decided else None


def _empirical(numeric: tuple[NumericResult, ...], measured: tuple[MeasuredValue, ...], delta: Any) -> EmpiricalResult:
    judged = (judge(item, tightest(numeric, item.quantity, item), delta) for item in measured)
    outcomes = [item for item in judged if item is not None]
    statuses: tuple[EmpiricalStatus, ...] = ("contradicted", "consistent", "not-measured")
    for status in statuses:
        fitting = [item for item in outcomes if item.status == status]
        if fitting:
            open_ones = () if status == "contradicted" else [item for item in outcomes if item.unconfirmed]
            details = dict.fromkeys(item.detail for item in (*fitting, *open_ones))
            return EmpiricalResult(status=status, detail="; ".join(details), unconfirmed=bool(open_ones))
    return EmpiricalResult(status="not-measured", detail="no measured counterpart")


def judge(measured: MeasuredValue, bound: NumericResult | None, delta: Any = None) -> EmpiricalResult | None:
    """Hold one measured value against a bound.

    Contradicted only if the witness, re-evaluated in Arb, lies certainly above the bound (for a frequency: if the whole
    Clopper-Pearson interval lies above delta). None where there is nothing to hold it against.
    """
    name = measured.quantity
    if measured.value is None:
        return EmpiricalResult(status="not-measured", detail=f"{name}: {measured.note or 'nothing could be measured'}")
    if measured.kind == "frequency":
        return _judge_frequency(measured, delta)
    if measured.quantity.endswith("difference"):
        return _judge_difference(measured)
    if bound is None:
        return None
    certified = measured.certified
    if certified is not None and certified.lower > bound.enclosure.upper:
        detail = f"{name}: the witness, re-evaluated in Arb, is >= {certified.lower_text(12)}, above the bound"
        return EmpiricalResult(status="contradicted", detail=f"{detail} {bound.enclosure.upper_text(12)}")
    if Fraction(measured.value) <= bound.enclosure.upper:
        return EmpiricalResult(status="consistent", detail=f"{name}: no witness found above the bound")
    if certified is not None:
        touching = f"{name}: above the bound in doubles only; its enclosure reaches the bound"
        return EmpiricalResult(status="consistent", detail=touching)
    above = f"{name}: {measured.value:.6g} is above the bound in doubles, but no rigorous re-evaluation confirms it"
    return EmpiricalResult(status="not-measured", detail=above, unconfirmed=True)


def _judge_difference(measured: MeasuredValue) -> EmpiricalResult:
    """Judge the measured difference of two sides that a statement says are equal; doubles contradict nothing."""
    tolerance = max(AGREEMENT, float(measured.uncertainty or 0.0))
    if measured.value is not None and abs(measured.value) <= tolerance:
        detail = f"{measured.quantity}: the two sides agree to {abs(measured.value):.1e}"
        return EmpiricalResult(status="consistent", detail=detail)
    detail = f"{measured.quantity}: the two sides differ by {measured.value:.3g} in doubles; nothing rigorous says so"
    return EmpiricalResult(status="not-measured", detail=detail)


def _judge_frequency(measured: MeasuredValue, delta: Any) -> EmpiricalResult:
    interval, name = measured.uncertainty, measured.quantity
    if delta is None or not isinstance(interval, (tuple, list)):
        return EmpiricalResult(status="not-measured", detail=f"{name}: no interval, or no delta to hold it against")
    low, high = interval
    if Fraction(low) > Fraction(str(delta)):
        detail = f"{name}: failure frequency in [{low:.4g}, {high:.4g}], above delta = {delta}"
        return EmpiricalResult(status="contradicted", detail=detail)
    detail = f"{name}: failure frequency {measured.value:.4g} in [{low:.4g}, {high:.4g}], delta = {delta}"
    return EmpiricalResult(status="consistent", detail=detail)
