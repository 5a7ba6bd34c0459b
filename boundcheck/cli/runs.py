"""Commands that run experiments and write files: report, certify, sweep."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from boundcheck.cli.frame import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Format,
    FormatOption,
    QuietOption,
    StrictOption,
    bad_input,
    configure,
    progress,
    say,
    write,
    write_fields,
    write_json,
    write_table,
    write_wrapped,
)
from boundcheck.cli.own import OwnOption, read_own


def _named(text: str) -> Path:
    """Read where something is to be written; an empty path would mean the current directory without saying so."""
    if not text.strip():
        message = "must name where to write; got an empty path (. is this folder)"
        raise typer.BadParameter(message)
    return Path(text)


ConfigOption = Annotated[Path | None, typer.Option("--config", metavar="F.toml", help="A configuration (see README).")]
DataOption = Annotated[Path | None, typer.Option("--data", metavar="F.csv|F.npz", help="A real series, or X and y.")]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", metavar="NAME", help="Column of --data; repeated: inputs, target last.")
]
FREE = "B (free)"
SeedOption = Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of every random choice.")]
JobsOption = Annotated[int | None, typer.Option("--jobs", metavar="N", help="Worker processes; results are the same.")]


def report(
    preset: Annotated[str | None, typer.Option("--preset", metavar="quick|paper|full", help="How much effort.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    column: ColumnOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", parser=_named, metavar="DIR", help="Folder of the report.")
    ] = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    statements: Annotated[
        list[str] | None, typer.Option("--statements", metavar="ID,...", help="Only these statements.")
    ] = None,
    statements_from: OwnOption = None,
    diff: Annotated[Path | None, typer.Option("--diff", metavar="OLD.json", help="What changed since.")] = None,
    strict: StrictOption = False,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Write a verification report: report.html, report.md, report.json, figures, certificates."""
    changes = _changes(data, column, seed, jobs)
    if out is not None:
        changes["run"]["out"] = str(out)
    if statements:
        changes["run"]["statements"] = [name for item in statements for name in item.split(",") if name]
        if not changes["run"]["statements"]:
            bad_input("--statements must name at least one statement; got none (leave it out for all of them)")
    configuration = configure(preset, config, changes)
    _check_column(column, configuration)
    folder = checked_folder(Path(configuration.run.out))
    if configuration.network.initialization is not None:
        from boundcheck.certificates.from_configuration import load_weights

        load_weights(configuration.network.initialization)
    own = read_own(statements_from)
    from boundcheck import report as stage
    from boundcheck.report.difference import difference, load_report

    old = None if diff is None else load_report(diff)

    with progress("report", quiet) as tick:
        result = stage.build(
            configuration, progress=tick, statements=own.statements, measure=own.measure, folder=folder
        )
    if result.resumed:
        say(f"{result.resumed} measurements of an interrupted run were resumed", quiet)
    stage.write(result, folder)
    summary = result.data["summary"]
    changes_found = [] if old is None else difference(old, result.data)
    if format is Format.json:
        shown = {"out": str(folder), "summary": summary}
        write_json(shown if old is None else shown | {"changes": [change.as_dict() for change in changes_found]})
    else:
        _write_summary(folder, summary)
        if old is not None:
            write(f"\n{len(changes_found)} changes since {diff}")
            for change in changes_found:
                write_wrapped(str(change))
    return _code(summary, strict)


def _write_summary(folder: Path, summary: dict[str, Any]) -> None:
    """Print the counts of verdicts, one line a verdict."""
    write(f"report in {folder}: report.html, report.md, report.json")
    shown = {"statements": summary["statements"]}
    for name, counts in summary.items():
        if isinstance(counts, dict) and (name != "informative" or any(counts.values())):
            shown[name] = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    for name in ("failed", "flagged"):
        if summary.get(name):
            shown[name] = ", ".join(summary[name])
    write_fields(shown)
    if summary["unconfirmed"]:
        from boundcheck.report.wording import UNCONFIRMED

        write_wrapped(f"{UNCONFIRMED}: {', '.join(summary['unconfirmed'])}", indent=0)


def certify(
    config: ConfigOption = None,
    data: DataOption = None,
    column: ColumnOption = None,
    out: Annotated[Path | None, typer.Option("--out", parser=_named, metavar="F.json", help="The certificate.")] = None,
    seed: SeedOption = None,
    fast: Annotated[bool, typer.Option("--fast", help="Plain doubles: an estimate, no certificate.")] = False,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Certify the empirical risk of training this network on this data from this initialisation."""
    configuration = configure(None, config, _changes(data, column, seed, None))
    _check_column(column, configuration)
    from boundcheck import certificates

    with progress("certifying", quiet) as tick:
        result = certificates.certify_from_configuration(configuration, fast=fast, progress=tick)
    if out is not None:
        certificates.save(result, out)
        say(f"certificate in {out}", quiet)
    if format is Format.json:
        write_json(result.as_dict())
    else:
        _write_certificate(result)
    return HOLDS


def _write_certificate(result: Any) -> None:
    """Print what is guaranteed at each number of steps, beside the trivial bound and the measured risk."""
    shown = result.as_dict()
    rows = result.rows()
    headers = list(dict.fromkeys(name for row in rows for name in row if name not in ("claim", "trivial")))
    write_table(headers, ([_number(row.get(name)) for name in headers] for row in rows))
    names = ("standing", "scope", "trivial", "informative", "dominating", "broke", "seconds")
    fields = {name: shown[name] for name in names if shown[name] is not None}
    if FREE in headers:
        fields[FREE] = "of descent without projection, not of the run that is measured here"
    write_fields(fields)
    for method, reason in result.unavailable.items():
        write_wrapped(f"{method} does not apply: {reason}")


def _number(value: Any) -> str:
    """Write a bound with four digits, rounded up."""
    from boundcheck.certificates.guarantee import upper_text

    if not isinstance(value, float):
        return "-" if value is None else str(value)
    return upper_text(value, 4) if value - value == 0 else str(value)


def sweep(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.toml", help="A grid over parameters and seeds.")],
    store: Annotated[
        Path, typer.Option("--store", parser=_named, metavar="RUNS.sqlite", help="A second start continues.")
    ],
    scheduler: Annotated[str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A Dask cluster.")] = None,
    jobs: JobsOption = None,
    export: Annotated[Path | None, typer.Option("--export", parser=_named, metavar="F.csv|F.parquet|F.json")] = None,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Run a grid of experiments into a store; killed at any moment, a second start finishes it."""
    from boundcheck import measurement

    with progress("sweeping", quiet) as tick:
        result = measurement.sweep(config, store, scheduler=scheduler, jobs=jobs, export=export, progress=tick)
    if format is Format.json:
        write_json(result.as_dict())
    else:
        write_fields({name: value for name, value in result.as_dict().items() if value is not None})
    if result.failed:
        say(f"{result.failed} runs ended in an error; the store says which", quiet)
    return REFUTED if result.failed else HOLDS


def _check_column(column: list[str] | None, configuration: Any) -> None:
    if column and configuration.data.path is None:
        bad_input(f"--column names a column of a data file; got {column[0]!r} without one (add --data FILE.csv)")


def checked_folder(folder: Path) -> Path:
    """Return the folder if files can be made in it; tried before any work begins, and nothing is left behind."""
    if folder.exists() and not folder.is_dir():
        bad_input(f"the output must be a folder; got the file {folder} (choose another --out)")
    missing = [place for place in (folder, *folder.absolute().parents) if not place.exists()]
    made: list[Path] = []
    try:
        for place in reversed(missing):
            place.mkdir()
            made.append(place)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        bad_input(f"the output folder must be writable; got {folder} ({error.strerror}; choose another --out)")
    finally:
        for place in reversed(made):
            place.rmdir()
    return folder


def _changes(data: Path | None, column: list[str] | None, seed: int | None, jobs: int | None) -> dict[str, Any]:
    """Return the options that were given in the shape of the TOML schema."""
    changes: dict[str, Any] = {"data": {}, "run": {}}
    if data is not None:
        changes["data"]["path"] = str(data)
    if column:
        changes["data"]["column"] = list(column)
    if seed is not None:
        changes["run"]["seed"] = seed
    if jobs is not None:
        changes["run"]["jobs"] = jobs
    return changes


def _code(summary: dict[str, Any], strict: bool) -> int:
    """Return the exit code of a report from the counts of its verdicts."""
    algebra, empirical = summary.get("algebra", {}), summary.get("empirical", {})
    if algebra.get("refuted") or empirical.get("contradicted"):
        return REFUTED
    return UNDECIDED if strict and algebra.get("undecided") else HOLDS
