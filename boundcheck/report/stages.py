"""Verify statements one by one: algebra, certified values, measurement, comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from boundcheck.comparison import Comparison, MeasuredValue, compare, propagate
from boundcheck.configuration import Configuration
from boundcheck.language import Statement
from boundcheck.report.setting import Setting
from boundcheck.report.values import Values

Progress = Callable[[str, int, int], None]
Measure = Callable[..., Any]


def select(configuration: Configuration, own: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Pick the statements that a configuration asks for, with the user's own; ValueError listing what exists."""
    from boundcheck.theory import statements as listed

    known = {item.id: item for item in (*listed(), *own)}
    wanted = configuration.run.statements or tuple(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        message = f"unknown statement {unknown[0]!r}; statements are: {' '.join(known)}"
        raise ValueError(message)
    wanted = (*wanted, *(item.id for item in own if item.id not in wanted))
    return tuple(known[name] for name in known if name in wanted)


def verify(
    chosen: tuple[Statement, ...],
    setting: Setting,
    own: tuple[Statement, ...],
    measure: Mapping[str, Measure],
    tick: Progress,
) -> tuple[Comparison, ...]:
    """Compare every statement with its measurement, and flag what rests on a failure."""
    values, compared = Values(setting, own), []
    for place, statement in enumerate(chosen):
        tick(f"verifying {statement.id}", place, len(chosen))
        compared.append(_compare(statement, setting, values, measure))
    return propagate(compared)


def check_algebra(statement: Statement, setting: Setting) -> Comparison:
    """Decide a statement's derivation only (a finding is a claim that nothing is measured of)."""
    return compare(statement, values=setting.symbols, verdicts=_verdicts(statement, setting), facts=setting.facts)


def _verdicts(statement: Statement, setting: Setting) -> Any:
    from boundcheck import algebra

    return algebra.check(statement, timeout=float(setting.configuration.run.timeout))


def _compare(statement: Statement, setting: Setting, values: Values, own: Mapping[str, Measure]) -> Comparison:
    return compare(
        statement,
        values=setting.symbols,
        evaluate=values,
        pairs=values.combinations,
        verdicts=_verdicts(statement, setting),
        measured=measured_values(statement, setting, own),
        facts=setting.facts,
        trivial=setting.trivial,
        delta=setting.configuration.parameters.delta,
    )


def measured_values(statement: Statement, setting: Setting, own: Mapping[str, Measure]) -> tuple[MeasuredValue, ...]:
    """Measure a statement: by the user's function where there is one, else by the list of the measurement stage."""
    from boundcheck import measurement

    if statement.id in own:
        found = own[statement.id](setting.problem)
        results = found if isinstance(found, (tuple, list)) else (found,)
        return tuple(_as_measured(item, statement) for item in results)
    return tuple(_as_measured(item, statement) for item in measurement.measure(statement.id, setting.problem))


def _as_measured(item: Any, statement: Statement) -> MeasuredValue:
    """Take a ``Measurement``, an ``Enclosure`` or a plain number (exact ones are their own rigorous re-evaluation)."""
    from boundcheck.enclosure import Enclosure

    if isinstance(item, MeasuredValue):
        return item
    if hasattr(item, "kind"):
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
    certified = None if isinstance(item, float) else item if isinstance(item, Enclosure) else Enclosure.from_exact(item)
    return MeasuredValue(quantity=first, value=float(item), kind="lower-estimate", certified=certified)


def _reevaluated(item: Any) -> Any:
    from boundcheck.measurement import reevaluate

    if item.value is None or item.kind == "frequency":
        return None
    try:
        return reevaluate(item.statement, item.quantity, item.witness)
    except ValueError:
        return None
