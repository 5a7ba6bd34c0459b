"""Verify statements one by one: algebra, certified values, measurement, comparison."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from boundcheck.comparison import Comparison, MeasuredValue, NumericResult, compare, evaluate_all, propagate
from boundcheck.configuration import Configuration
from boundcheck.language import Statement
from boundcheck.report import guarantees
from boundcheck.report.background import Decided
from boundcheck.report.kept import Kept
from boundcheck.report.setting import Setting
from boundcheck.report.values import Values

Progress = Callable[[str, int, int], None]
Measure = Callable[..., Any]


def select(configuration: Configuration, own: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Pick the statements that a configuration asks for, with the user's own; ValueError listing what exists.

    Findings may be asked for too, beside at least one statement: ``findings.select`` picks those.
    """
    from boundcheck.theory import findings
    from boundcheck.theory import statements as listed

    known = {item.id: item for item in (*listed(), *own)}
    noted = {item.id: item.depends_on for item in findings()}
    wanted = configuration.run.statements or tuple(known)
    unknown = [name for name in wanted if name not in known and name not in noted]
    if unknown:
        message = f"unknown statement {unknown[0]!r}; statements are: {' '.join(known)}"
        raise ValueError(message)
    if not own and not any(name in known for name in wanted):
        message = (
            f"{wanted[0]} is a finding, which is part of the full report and of one on what it is about: "
            f"ask for {' or '.join(noted[wanted[0]])} (boundcheck check {wanted[0]} checks it alone)"
        )
        raise ValueError(message)
    wanted = (*wanted, *(item.id for item in own if item.id not in wanted))
    return tuple(known[name] for name in known if name in wanted)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facing:
    """What measurement and evaluation found of one statement, before its algebra is known."""

    statement: Statement
    numeric: tuple[NumericResult, ...]
    measured: tuple[MeasuredValue, ...]


def face(
    chosen: tuple[Statement, ...],
    setting: Setting,
    own: tuple[Statement, ...],
    measure: Mapping[str, Measure],
    tick: Progress,
    kept: Kept,
) -> tuple[Facing, ...]:
    """Evaluate every statement's bounds and measure their counterparts."""
    values, found = Values(setting, own), []
    for place, statement in enumerate(chosen):
        tick(f"verifying {statement.id}", place, len(chosen))
        measured = measured_values(statement, setting, measure, kept)
        here = values.with_given(found_values(measured))
        numeric = evaluate_all(statement, here, here.combinations, setting.trivial)
        found.append(Facing(statement=statement, numeric=numeric, measured=measured))
    return tuple(found)


def found_values(measured: Iterable[MeasuredValue]) -> dict[str, Fraction]:
    """Collect the values of symbols that measurements hand to the bound (``given`` in a witness), exact."""
    found: dict[str, Fraction] = {}
    for item in measured:
        given = item.witness.get("given", {}) if isinstance(item.witness, Mapping) else {}
        found |= {name: Fraction(float.fromhex(value)) for name, value in given.items()}
    return found


def verdicts(facing: tuple[Facing, ...], setting: Setting, decided: Decided) -> tuple[Comparison, ...]:
    """Compare every statement with its measurement, and flag what rests on a failure."""
    symbols, facts = setting.symbols, (*guarantees.facts(decided.guarantees), *setting.facts)
    compared = []
    for item in facing:
        bounds, runs = guarantees.values(item.statement.id, decided.guarantees)
        compared.append(
            compare(
                item.statement,
                values=symbols,
                numeric=(*item.numeric, *bounds),
                verdicts=decided.verdicts[item.statement.id],
                measured=(*item.measured, *runs),
                facts=facts,
                delta=setting.configuration.parameters.delta,
            )
        )
    return propagate(compared)


def measured_values(
    statement: Statement, setting: Setting, own: Mapping[str, Measure], kept: Kept
) -> tuple[MeasuredValue, ...]:
    """Measure a statement: by the user's function where there is one, else by the list of the measurement stage."""
    if statement.id in own:
        found = own[statement.id](setting.problem)
        several = isinstance(found, (tuple, list)) and found and all(hasattr(item, "kind") for item in found)
        return tuple(_as_measured(item, statement) for item in (found if several else (found,)))
    return tuple(_as_measured(item, statement) for item in kept.measure(statement.id, setting.problem))


def _as_measured(item: Any, statement: Statement) -> MeasuredValue:
    """Take a ``Measurement``, an ``Enclosure`` or a plain number (exact ones are their own rigorous re-evaluation).

    Raises:  ValueError, one line, for anything else.
    """
    if isinstance(item, MeasuredValue):
        return item
    if hasattr(item, "kind"):
        if item.value is not None and not math.isfinite(item.value):
            raise ValueError(_wanted(item.value, statement.id))
        return MeasuredValue(
            quantity=item.quantity,
            value=item.value,
            kind=item.kind,
            witness=item.witness,
            uncertainty=item.uncertainty,
            certified=_reevaluated(item),
            note=str(item.witness.get("reason", "")) if isinstance(item.witness, Mapping) else "",
            series=item.series,
            tier=getattr(item, "tier", None),
            variant=getattr(item, "variant", None),
        )
    first = statement.quantities[0].name if statement.quantities else "value"
    certified = _exact(item, statement.id)
    value = float(item) if certified is None else float(certified.midpoint)
    return MeasuredValue(quantity=first, value=value, kind="lower-estimate", certified=certified)


def _exact(item: Any, identifier: str) -> Any:
    """Return a measured number as an enclosure; None for a float, which is nothing rigorous."""
    from boundcheck.enclosure import Enclosure

    if isinstance(item, Enclosure):
        return item
    single = item.item() if getattr(item, "shape", None) == () else item
    try:
        exact = Enclosure.from_exact(single)
        float(exact.midpoint)
    except (TypeError, ValueError, ArithmeticError):
        raise ValueError(_wanted(item, identifier)) from None
    return None if isinstance(single, float) else exact


def _wanted(item: Any, identifier: str) -> str:
    return (
        f"what measures {identifier} must return one finite number (int, Fraction, float, text such as '1/10'), an "
        f"Enclosure, a Measurement or a list of Measurements; got {repr(item)[:80]} of type {type(item).__name__}"
    )


def _reevaluated(item: Any) -> Any:
    from boundcheck.measurement import reevaluate

    if item.value is None or item.kind == "frequency":
        return None
    try:
        return reevaluate(item.statement, item.quantity, item.witness)
    except ValueError:
        return None
