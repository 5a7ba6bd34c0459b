"""Build a report: data, algebra, certified values, measurements, comparison, exhibits."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from boundcheck.comparison import Comparison, compare
from boundcheck.configuration import Configuration, resolve
from boundcheck.language import Statement
from boundcheck.report import findings, guarantees
from boundcheck.report.background import Background, Decided, Work
from boundcheck.report.document import coverage, statement_record, summarise
from boundcheck.report.exhibits import figures, gauges
from boundcheck.report.kept import Kept
from boundcheck.report.provenance import meta
from boundcheck.report.setting import Setting, prepare
from boundcheck.report.stages import Measure, Progress, face, select, verdicts
from boundcheck.report.variants import side_by_side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """Everything that was verified at one configuration.

    data: the content of report.json but for the hashes of the files; comparisons: the statements in order;
    figures: by name; certificates: JSON by name; setting: configuration with its data; resumed: how many measurements
    an interrupted run had left.
    """

    data: dict[str, Any]
    comparisons: tuple[Comparison, ...]
    setting: Setting
    findings: tuple[Comparison, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    certificates: Mapping[str, Any] = field(default_factory=dict)
    resumed: int = 0

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
    folder: str | os.PathLike[str] | None = None,
) -> Report:
    """Verify statements at a configuration.

    Args:    configuration: Configuration, preset name, TOML file, mapping, or None for preset quick.
             progress: called as ``progress(what, done, total)``.
             statements: a user's own beside those of the paper (a statement with the id of one of the paper's replaces
             it); measure: for their ids, a function of the problem that returns a number (a lower estimate) or a
             ``Measurement``.
             folder: where measurements are kept while the work goes on, so that a run that was killed is resumed by the
             next one with this folder; ``write`` removes them when the report is whole. None: nothing is kept.
    Raises:  ValueError, one line, for bad input, before any long work.
    """
    from boundcheck.measurement import check_memory

    began = time.perf_counter()
    tick = progress or (lambda what, done, total: None)
    config = resolve(configuration)
    own = tuple(statements or ())
    chosen = select(config, own)
    tick("preparing the data", 0, 1)
    setting = prepare(config)
    config = setting.configuration
    check_memory(setting.problem, [item.id for item in chosen])
    noted = findings.select(config)
    work = _algebra(config, chosen, noted)
    with Kept(setting, None if folder is None else Path(folder)) as kept, Background(work) as algebra:
        facing = face(chosen, setting, own, dict(measure or {}), tick, kept)
        drawn = figures(setting, facing, kept)
        rows = side_by_side(setting, facing)
        tick("deciding the algebra", len(chosen), len(chosen))
        decided = algebra.result()
    comparisons = verdicts(facing, setting, decided)
    drawn = (*drawn, *guarantees.draw(decided.guarantees))
    found = tuple(compare(item, values={}, verdicts=decided.verdicts[item.id]) for item in noted)
    data = _document(setting, comparisons, found, decided, rows)
    drawn = (*drawn, *gauges(data["statements"], float(setting.trivial)))
    data["figures"] = [figure.record() for figure in drawn]
    data["meta"]["seconds"] = round(time.perf_counter() - began, 3)
    return Report(
        data=data,
        comparisons=comparisons,
        setting=setting,
        findings=found,
        figures={figure.name: figure for figure in drawn},
        certificates=certificates(comparisons, decided.guarantees),
        resumed=kept.resumed,
    )


def _algebra(config: Configuration, chosen: tuple[Statement, ...], noted: tuple[Statement, ...]) -> Work:
    return Work(
        statements=(*chosen, *noted),
        mutated=chosen,
        timeout=float(config.run.timeout),
        mutation_seconds=Fraction(config.run.mutation_seconds),
        seed=config.run.seed,
        configuration=config,
        certify=any(item.id in guarantees.METHODS for item in chosen),
    )


def _document(
    setting: Setting,
    comparisons: tuple[Comparison, ...],
    found: tuple[Comparison, ...],
    decided: Decided,
    rows: list[dict[str, Any]],
) -> dict[str, Any]:
    depends_on = {item.id: item.statement.depends_on for item in comparisons}
    hypotheses = {item.id: item.hypotheses.status for item in comparisons}
    records = [statement_record(item, depends_on, setting.configuration.run.digits) for item in comparisons]
    return {
        "meta": meta(setting),
        "summary": summarise(comparisons) | {"findings": len(found)},
        "statements": records,
        "variants": [row | {"hypotheses": hypotheses[row["statement"]]} for row in rows],
        "coverage": coverage(records),
        "mutation": decided.mutation,
        "certificates": guarantees.record(decided.guarantees),
        "findings": [findings.record(item) for item in found],
    }


def certificates(comparisons: tuple[Comparison, ...], section: dict[str, Any]) -> dict[str, Any]:
    """Collect certificates by file name, in the form that ``boundcheck replay`` reads: of proved steps, of the risk."""
    found = {"risk": section["certificate"]} if "certificate" in section else {}
    for item in comparisons:
        claims = [
            {"id": f"{item.id}/{step.label}", "certificate": step.certificate}
            for step in item.algebra.steps
            if step.certificate is not None
        ]
        if claims:
            found[f"algebra-{item.id}"] = {"claims": claims}
    return found
