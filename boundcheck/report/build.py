"""Build a report: data, algebra, certified values, measurements, comparison, exhibits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from boundcheck.comparison import Comparison, MeasuredValue, compare, propagate
from boundcheck.configuration import Configuration, resolve
from boundcheck.language import Statement
from boundcheck.report.document import statement_record, summarise
from boundcheck.report.provenance import meta
from boundcheck.report.setting import Setting, prepare
from boundcheck.report.values import Values

Progress = Callable[[str, int, int], None]
Measure = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """Everything that was verified at one configuration.

    data: the content of report.json but for the hashes of the files; comparisons: the statements in order;
    figures: by name; certificates: JSON by name; setting: configuration with its data.
    """

    data: dict[str, Any]
    comparisons: tuple[Comparison, ...]
    setting: Setting
    figures: Mapping[str, Any] = field(default_factory=dict)
    certificates: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the content of report.json, without the hashes of the other files."""
        return self.data

    def comparison(self, identifier: str) -> Comparison:
        """Look one statement's comparison up; ValueError listing what exists."""
        for item in self.comparisons:
            if item.id == identifier:
                return item
        message = (
            f"the report has no statement {identifier!r}; it has: {' '.join(item.id for item in self.comparisons)}"
        )
        raise ValueError(message)

    def save(self, out: Any) -> Any:
        """Write report.html, report.md, report.tex, report.json, figures and certificates into a folder."""
        from boundcheck.report.write import write

        return write(self, out)

    def __str__(self) -> str:
        summary = self.data["summary"]
        parts = [f"{name}: " + ", ".join(f"{count} {verdict}" for verdict, count in summary[name].items())
                 for name in ("algebra", "hypotheses", "numeric", "empirical")]  # fmt: skip
        return f"boundcheck report, {summary['statements']} statements\n" + "\n".join(parts)

    def _repr_html_(self) -> str:
        from boundcheck.report.html import summary_table

        return summary_table(self.data)


def build(
    configuration: Any = None,
    progress: Progress | None = None,
    *,
    statements: Iterable[Statement] | None = None,
    measure: Mapping[str, Measure] | None = None,
) -> Report:
    """Verify statements at a configuration.

    Args:    configuration: Configuration, preset name, TOML file, mapping, or None for preset quick.
             progress: called as ``progress(what, done, total)``.
             statements: a user's own beside those of the paper (a statement with the id of one of the paper's replaces
             it); measure: for their ids, a function of the problem that returns a number (a lower estimate) or a
             ``Measurement``.
    Raises:  ValueError, one line, for bad input, before any long work.
    """
    began = time.perf_counter()
    tick = progress or (lambda what, done, total: None)
    config = resolve(configuration)
    own_statements = tuple(statements or ())
    chosen = select(config, own_statements)
    tick("preparing the data", 0, 1)
    setting = prepare(config)
    values, compared = Values(setting, own_statements), []
    for place, statement in enumerate(chosen):
        tick(statement.id, place, len(chosen))
        compared.append(_compare(statement, setting, values, dict(measure or {})))
    comparisons = propagate(compared)
    depends_on = {item.id: item.statement.depends_on for item in comparisons}
    digits = config.run.digits
    data: dict[str, Any] = {
        "meta": meta(setting),
        "summary": summarise(comparisons),
        "statements": [statement_record(item, depends_on, digits) for item in comparisons],
    }
    tick("drawing the figures", len(chosen), len(chosen))
    figures = _figures(setting, comparisons)
    data["figures"] = [figure.record() for figure in figures]
    data["meta"]["seconds"] = round(time.perf_counter() - began, 3)
    return Report(
        data=data, comparisons=comparisons, setting=setting, figures={figure.name: figure for figure in figures}
    )


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


def _compare(statement: Statement, setting: Setting, values: Values, own: Mapping[str, Measure]) -> Comparison:
    from boundcheck import algebra

    config = setting.configuration
    return compare(
        statement,
        values=setting.symbols,
        evaluate=values,
        pairs=values.combinations,
        verdicts=algebra.check(statement, timeout=float(config.run.timeout)),
        measured=measured_values(statement, setting, own),
        facts=setting.facts,
        trivial=setting.trivial,
        delta=config.parameters.delta,
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


def _figures(setting: Setting, comparisons: tuple[Comparison, ...]) -> tuple[Any, ...]:
    from boundcheck.report.exhibits import figures

    return figures(setting, comparisons)
