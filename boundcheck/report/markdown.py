"""report.md: the report as Markdown that reads well on a code host, with the figures beside it."""

from __future__ import annotations

from typing import Any

from boundcheck.report import wording
from boundcheck.report.html import interval
from boundcheck.report.typography import unicode_text


def render(report: Any) -> str:
    """Return the Markdown of a report."""
    data = report.data
    lines = [*_head(data), *_table(data["statements"])]
    for figure in report.figures.values():
        if figure.of_card:
            continue
        lines += ["", f"### {figure.title}", "", f"![{figure.alt}]({figure.file})", "", figure.caption]
    lines += ["", "## Statements"]
    for item, record in zip(report.comparisons, data["statements"], strict=True):
        lines += _card(item, record, report.figures.get(f"card-{record['id']}"))
    return "\n".join([*lines, *_foot(data)]) + "\n"


def _head(data: dict[str, Any]) -> list[str]:
    meta, summary = data["meta"], data["summary"]
    outcome = "Nothing was refuted and nothing contradicted."
    if not summary["holds"]:
        outcome = "**Something failed:** " + ", ".join(summary["failed"]) + "."
    lines = [
        "# Verification report",
        "",
        f"{summary['statements']} statements, boundcheck {meta['version']}, preset {meta['preset']}, seed "
        f"{meta['seed']}. All bounds on the risk are about the empirical risk; nothing here is about generalisation.",
        "",
        outcome,
        "",
        "| | |",
        "|---|---|",
    ]
    for name in ("algebra", "hypotheses", "numeric", "empirical"):
        counts = ", ".join(f"{count} {verdict}" for verdict, count in summary[name].items() if count)
        lines.append(f"| **{name}** | {counts} |")
    config = meta["config"]
    lines += [
        f"| **steps** | {summary['steps']['proved']} of {sum(summary['steps'].values())} proved |",
        f"| **data** | {_data(meta)} |",
        f"| **sizes** | n = {meta['data']['n']}, T = {meta['data']['T']}, d = {meta['data']['d']}, m = {config['m']} |",
        f"| **activation** | {meta['activation']['name']} |",
        f"| **trivial bound** | mean y² = {wording.number(meta['trivial_bound'], 6)} |",
        "",
        "## All statements",
        "",
    ]
    return lines


def _data(meta: dict[str, Any]) -> str:
    series = meta["data"]["series"]
    if series is None:
        return "synthetic, realisable: y is F* of known transportation maps"
    return (
        f"`{series['path']}`, column {series['target']}, {series['windows']} windows; realisable is undecided: the "
        "data are real, ν is hypothetical"
    )


def _table(statements: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| statement | algebra | hypotheses | numeric | empirical | measured | tightness |",
        "|---|---|---|---|---|---:|---:|",
    ]
    for entry in statements:
        measured = entry["measured"]
        value = "–"
        if measured:
            value = ("↑ " if measured["kind"] == "lower-estimate" else "") + wording.number(measured["value"])
        verdicts = (
            entry["algebra"],
            entry["hypotheses"],
            wording.shown_numeric(entry["vacuous"], entry["hypotheses"]),
            entry["empirical"],
        )
        words = (f"{wording.MARKS[v]} {wording.spaced(v)}" for v in verdicts)
        cells = [f"[{entry['id']}](#{entry['id']})", *words, value]
        lines.append("| " + " | ".join([*cells, wording.number(entry["tightness"], 3)]) + " |")
    return lines


def _card(item: Any, record: dict[str, Any], plot: Any) -> list[str]:
    statement = item.statement
    lines = ["", f'<a id="{record["id"]}"></a>', "", f"### {record['id']}: {record['title']}", ""]
    if record["flags"]:
        lines += [f"> **Rests on a failure:** {', '.join(record['flags'])}", ""]
    if statement.relation:
        lines += ["$$" + statement.relation + "$$", ""]
    lines.append(f"*{statement.source}; {record['kind']}.*")
    if record["conditions"]:
        lines += ["", *(_condition(entry) for entry in record["conditions"])]
    if record["numeric"]:
        lines += ["", "| quantity | tier | variant | certified value | |", "|---|---|---|---|---|"]
        for row in record["numeric"]:
            vacuous = None if row["informative"] is None else not row["informative"]
            verdict = "" if vacuous is None else wording.spaced(wording.shown_numeric(vacuous, record["hypotheses"]))
            value = interval(row["lower"], row["upper"])
            lines.append(
                f"| `{row['quantity']}` | {row['tier'] or '–'} | {row['variant'] or '–'} | {value} | {verdict} |"
            )
    if plot is not None:
        lines += ["", f"![{plot.alt}]({plot.file})"]
    counts = item.algebra.counts
    detail = f" ({record['empirical_detail']})" if record["empirical_detail"] else ""
    proved = f"{counts['proved']} of {sum(counts.values())} steps proved"
    lines += ["", f"Algebra: {proved}. Empirical: {record['empirical']}{detail}."]
    return lines


def _condition(entry: dict[str, str]) -> str:
    detail = f" ({entry['detail']})" if entry["detail"] else ""
    return f"- {wording.MARKS[entry['status']]} {entry['status']}: {unicode_text(entry['text'] + detail)}"


def _foot(data: dict[str, Any]) -> list[str]:
    meta = data["meta"]
    packages = ", ".join(f"{name} {version}" for name, version in meta["versions"].items())
    return [
        "",
        "## Reproducibility",
        "",
        f"`{meta['command']}` with boundcheck {meta['version']}"
        + (f" at commit `{meta['commit']}`" if meta["commit"] else "")
        + f"; {packages}. The configuration in full is in `report.json`.",
    ]
