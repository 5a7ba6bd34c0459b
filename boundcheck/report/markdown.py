"""report.md: the report as Markdown that reads well on a code host, with the figures beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundcheck.language import to_text
from boundcheck.report import reading, wording
from boundcheck.report.markdown_sections import formula, prose, sections, table


def render(report: Any) -> str:
    """Return the Markdown of a report."""
    data = report.data
    lines = [*_head(data), "", "## All statements", "", *_overview(data["statements"])]
    for figure in report.figures.values():
        if not figure.of_card:
            lines += ["", f"### {figure.title}", "", f"![{figure.alt}]({figure.file})", "", figure.caption]
    lines += ["", "## Statements"]
    for item, record in zip(report.comparisons, data["statements"], strict=True):
        lines += _card(item, record, report.figures.get(f"card-{record['id']}"))
    return "\n".join([*lines, *sections(report)]) + "\n"


def _head(data: dict[str, Any]) -> list[str]:
    meta, summary, config = data["meta"], data["summary"], data["meta"]["config"]
    outcome = "Nothing was refuted and nothing contradicted."
    if not summary["holds"]:
        outcome = "Something failed: " + ", ".join(summary["failed"]) + "."
    promised = reading.promises(data["statements"], meta["trivial_bound"], "[{0}](#{0})".format)
    rows = []
    for name in ("algebra", "hypotheses", "numeric", "empirical"):
        found = reading.by_verdict(data["statements"], name)
        counts = (f"{wording.MARKS[verdict]} {len(ids)} {wording.spaced(verdict)}" for verdict, ids in found.items())
        rows.append((f"**{name}**", ", ".join(counts)))
    sizes = f"n = {meta['data']['n']}, T = {meta['data']['T']}, d = {meta['data']['d']}, m = {config['m']}"
    step = "each theorem's own" if config["eta"] is None else f"= {config['eta']}"
    rows += [
        ("**steps**", f"{summary['steps']['proved']} of {sum(summary['steps'].values())} proved"),
        ("**data**", _data(meta)),
        ("**sizes**", sizes),
        ("**activation**", f"{meta['activation']['name']}: `{meta['activation']['expression']}`"),
        ("**parameters**", f"α = {config['alpha']}, ρ = ({config['rho_w']}, {config['rho_u']}), ν = ({config['nu_w']}, "
         f"{config['nu_u']}), δ = {config['delta']}, ε = {config['epsilon']}, τ = {config['tau']}, η {step}"),
        ("**trivial bound**", f"mean y² = {wording.number(meta['trivial_bound'], 6)}: the risk of the zero function"),
    ]  # fmt: skip
    return [
        "# Verification report",
        "",
        f"**{outcome}** {summary['steps']['proved']} of {sum(summary['steps'].values())} derivation steps are proved. "
        f"At this configuration {promised}.{_best(data['certificates']['rows'])}",
        "",
        *_unconfirmed(summary["unconfirmed"]),
        f"{summary['statements']} statements, boundcheck {meta['version']}, preset {meta['preset']}, seed "
        f"{meta['seed']}. All bounds on the risk are about the empirical risk; nothing here is about generalisation.",
        "",
        *table(("", ""), rows, "--"),
    ]


def _unconfirmed(ids: list[str]) -> list[str]:
    links = ", ".join(f"[{name}](#{name})" for name in ids)
    return [f"**{wording.UNCONFIRMED}: {links}.**", ""] if ids else []


def _best(rows: list[dict[str, Any]]) -> str:
    best = reading.best(rows)
    if best is None:
        return ""
    reached = f", where the run reaches {reading.at_most(best['measured']['upper'], 3)}" if best["measured"] else ""
    bound = reading.at_most(best["value"], 3)
    return (
        f" The best guarantee for these data: risk ≤ {bound} after {best['tau']} iterations "
        f"([certificate {best['method']}](#certificates-for-these-data)){reached}."
    )


def _data(meta: dict[str, Any]) -> str:
    series = meta["data"]["series"]
    if series is None:
        return "synthetic, realisable: y is F* of known transportation maps"
    return (
        f"`{series['path']}`, {wording.columns(series)}, {series['windows']} windows; realisable is undecided: the "
        f"data are real, ν is {meta['data']['nu']}"
    )


def _overview(statements: list[dict[str, Any]]) -> list[str]:
    rows = []
    for entry in statements:
        measured = entry["measured"]
        value = "–"
        if measured:
            up = "↑ " if measured["kind"] == "lower-estimate" else ""
            value = up + wording.estimate(measured["value"], measured["uncertainty"], 4)
        words = (f"{wording.MARKS[verdict]} {wording.spaced(verdict)}" for verdict in reading.shown(entry).values())
        rows.append((f"[{entry['id']}](#{entry['id']})", *words, value, wording.ratio(entry["tightness"], measured)))
    heads = ("statement", "algebra", "hypotheses", "numeric", "empirical", "measured", "tightness")
    note = (
        "Tightness is the tightest certified bound divided by what was measured: 1 is exact. ↑ marks a lower estimate: "
        "the truth lies there or above."
    )
    return [note, "", *table(heads, rows, "-----rr")]


def _card(item: Any, record: dict[str, Any], plot: Any) -> list[str]:
    statement = item.statement
    lines = ["", f'<a id="{record["id"]}"></a>', "", f"### {record['id']}: {record['title']}", ""]
    if record["flags"]:
        lines += [f"> **Rests on a failure:** {', '.join(record['flags'])}", ""]
    if statement.relation:
        lines += [*formula(statement.relation), ""]
    lines.append(f"*{statement.source}; {record['kind']}.*")
    if record["conditions"]:
        lines += ["", *(_condition(entry) for entry in record["conditions"])]
    lines += _values(record)
    lines += ["", *(f"- {line}" for line in _measured(record["measurements"]))] if record["measurements"] else []
    if plot is not None:
        lines += ["", f"![{plot.alt}]({plot.file})"]
    detail = f": {prose(record['empirical_detail'])}" if record["empirical_detail"] else ""
    lines += ["", f"Empirical: {wording.spaced(reading.shown(record)['empirical'])}{detail}."]
    lines += _proof(item)
    names = {name: ", ".join(f"[{other}](#{other})" for other in record[name]) for name in ("depends_on", "dependents")}
    rests = f"Rests on: {names['depends_on'] or 'nothing'}. What rests on it: {names['dependents'] or 'nothing'}."
    return [*lines, "", rests]


def _values(record: dict[str, Any]) -> list[str]:
    """Return the table of certified values, each beside what was measured."""
    rows = []
    for row in record["numeric"]:
        entries = [entry for entry in record["measurements"] if entry["quantity"] == row["quantity"]]
        says = ""
        if row["informative"] is not None:
            verdict = wording.shown_numeric(not row["informative"], record["hypotheses"])
            says = f"{wording.MARKS[verdict]} {wording.spaced(verdict)}"
        value = reading.interval(row["lower"], row["upper"])
        names = f"`{row['quantity']}`", row["tier"] or "–", row["variant"] or "–"
        rows.append((*names, value, *reading.compared(row, entries), says))
    columns = ["quantity", "tier", "variant", "certified value", "measured", "bound / measured", "says something?"]
    used = [k for k in range(7) if any(row[k] not in ("–", "") for row in rows)]
    cut = [tuple(row[k] for k in used) for row in rows]
    return ["", *table([columns[k] for k in used], cut, "".join("----rr-"[k] for k in used))] if rows else []


def _measured(entries: Iterable[dict[str, Any]]) -> list[str]:
    return [f"`{entry['quantity']}`{_variant(entry)}: {measured_text(entry)}" for entry in entries]


def _variant(entry: dict[str, Any]) -> str:
    return f" ({entry['variant']})" if entry["variant"] else ""


def measured_text(entry: dict[str, Any]) -> str:
    """Write one measured value with its kind and its uncertainty."""
    note = f"; {prose(entry['note'])}" if entry["note"] else ""
    if entry["value"] is None:
        return f"not measured{note}"
    ends, witness = entry["uncertainty"], entry["witness"] if isinstance(entry["witness"], dict) else {}
    interval = ""
    if isinstance(ends, list):
        interval = f", 95 % interval [{wording.number(ends[0], 3)}, {wording.number(ends[1], 3)}]"
    elif ends is not None:
        interval = f" ± {wording.number(ends, 2)}"
    if entry["kind"] == "frequency":
        return f"failed in {wording.failures(entry['value'], witness.get('runs'))} runs{interval}{note}"
    up = "↑ " if entry["kind"] == "lower-estimate" else ""
    return f"{wording.KINDS[entry['kind']]}: {up}{wording.estimate(entry['value'], ends)}{interval}{note}"


def _proof(item: Any) -> list[str]:
    counts = item.algebra.counts
    title = f"The proof, step by step ({counts['proved']} of {sum(counts.values())} proved)"
    steps = zip(item.statement.derivation, item.algebra.steps, strict=False)
    lines = [
        f"- {wording.MARKS[result.status]} **{step.label}** by {result.method or 'no tactic'}: "
        f"`{to_text(step.claim.conclusion)}`{_given(step)}"
        for step, result in steps
    ]
    if not lines:
        return ["", "No derivation steps are recorded for this statement: its algebra is undecided."]
    return ["", "<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>"]


def _given(step: Any) -> str:
    given = [f"`{to_text(entry)}`" for entry in step.claim.given]
    return f", given {', '.join(given)}" if given else ""


def _condition(entry: dict[str, str]) -> str:
    detail = f" ({entry['detail']})" if entry["detail"] else ""
    return f"- {wording.MARKS[entry['status']]} {entry['status']}: {prose(entry['text'] + detail)}"
