"""What follows the statements in report.md: side by side, certificates, coverage, planted errors, findings, origin."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from boundcheck.language.typography import html_text
from boundcheck.report import reading, wording
from boundcheck.report.references import REFERENCES


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], ends: str) -> list[str]:
    """Return the lines of a Markdown table; ``ends`` has one sign a column, r for one that is set to the right."""
    rule = "|".join("---:" if end == "r" else "---" for end in ends)
    return ["| " + " | ".join(heads) + " |", f"|{rule}|", *("| " + " | ".join(map(str, row)) + " |" for row in rows)]


def prose(text: str) -> str:
    """Write the plain notation of sentences for Markdown: signs, indices set low, no accidental emphasis."""
    return html_text(text).replace("*", "\\*")


def formula(latex: str) -> list[str]:
    """Return the lines of a displayed formula: fenced, so that nothing in it is read as Markdown."""
    return ["```math", latex, "```"]


def sections(report: Any) -> list[str]:
    """Return the lines of all sections."""
    data = report.data
    lines = [*_variants(data), *_certificates(data), *_coverage(data), *_mutation(data["mutation"])]
    return [*lines, *_findings(data["findings"]), *_origin(data["meta"]), *_references()]


def _says(informative: bool | None, hypotheses: str) -> str:
    if informative is None:
        return "–"
    verdict = wording.shown_numeric(not informative, hypotheses)
    return f"{wording.MARKS[verdict]} {wording.spaced(verdict)}"


def _variants(data: dict[str, Any]) -> list[str]:
    if not data["variants"]:
        return []
    rows = []
    for row in data["variants"]:
        sizes = ("–" if row[name] is None else wording.count(str(row[name])) for name in ("m", "tau"))
        names = f"[{row['statement']}](#{row['statement']})", row["variant"] or "–", row["tier"] or "–"
        rows.append((*names, reading.at_most(row["upper"]), _says(row["informative"], row["hypotheses"]), *sizes))
    heads = ("statement", "variant", "tier", "bound ≤", "here", "informative from m", "and τ")
    words = (
        "Every bound on the risk here, and the smallest width m (as τ → ∞) and number of iterations τ (as m → ∞) with "
        "which it falls below the trivial bound; for Theorem 2, what it asks for ε = the trivial bound."
    )
    return ["", "## Tiers and variants side by side", "", words, "", *table(heads, rows, "---r-rr")]


def _certificates(data: dict[str, Any]) -> list[str]:
    section = data["certificates"]
    lines = ["", "## Certificates for these data", ""]
    if not section["rows"]:
        return [*lines, f"None: {prose(section['reason'])}."]
    rows = []
    for row in section["rows"]:
        ends = row["measured"]
        gap = float(row["value"]) / float(ends["lower"]) if ends and float(ends["lower"]) else None
        risk = reading.interval(ends["lower"], ends["upper"]) if ends else "–"
        bound = reading.at_most(row["value"], 5)
        says = _says(row["informative"], "met")
        step = wording.number(row["step_size"], 4)
        rows.append((row["method"], prose(row["claim"]), row["tau"], step, bound, says, risk,
                     wording.number(gap, 3)))  # fmt: skip
    heads = ("method", "claim", "τ", "step size η", "risk ≤", "says something?", "risk of that run", "ratio")
    words = (
        "Bounds on the empirical risk of training this network on these data from this initialisation, every constant "
        "rounded outward, beside the enclosed risk of a run with the same step size. A method in brackets is about "
        "descent with projection where the run has none, or without it; no run of it was made. "
        f"`boundcheck replay {section['file']}` checks the certificate again."
    )
    lines += [words, "", *table(heads, rows, "--rrr-rr")]
    stopped = [f"Certificate B stopped: {prose(section['broke'])}."] if section["broke"] else []
    stopped += [f"{method}: {prose(reason)}." for method, reason in section["unavailable"].items()]
    return [*lines, *(line for text in stopped for line in ("", text))]


def _coverage(data: dict[str, Any]) -> list[str]:
    if not data["coverage"]:
        return []
    rows = [
        (f"`{row['quantity']}`", row["variant"] or "–", wording.failures(row["frequency"], row["runs"]),
         f"[{wording.number(row['interval'][0], 3)}, {wording.number(row['interval'][1], 3)}]"
         if row["interval"] else "–")
        for row in data["coverage"]
    ]  # fmt: skip
    delta = data["meta"]["config"]["delta"]
    words = (
        "Independent runs in which a bound failed, with the 95 % Clopper–Pearson interval; the statement promises at "
        f"most δ = {delta}."
    )
    heads = ("bound", "variant", "failed runs", "95 % interval")
    return ["", "## Coverage of the probabilistic statements", "", words, "", *table(heads, rows, "--r-")]


def _mutation(found: dict[str, Any]) -> list[str]:
    lines = ["", "## Can the checker fail?", ""]
    if not found["mutants"]:
        return [*lines, "No errors were planted in this run."]
    left = len(found["survivors"])
    words = (
        f"{found['mutants']} of {found['possible']} possible errors were planted into derivation steps: "
        f"{found['killed']} were refuted by a witness, {found['still_true']} turned out to be weaker claims that are "
        f"still true and were proved, {left} stayed undecided{_no_claims(found)}. None is ever passed without a proof."
    )
    rows = [(row["kind"], row["killed"], row["still_true"], row["undecided"]) for row in found["kinds"]]
    lines += [words, "", *table(("kind of error", "refuted", "still true", "undecided"), rows, "-rrr")]
    survivors = [f"- {item['id']}, {item['mutation']}: `{item['claim'][:160]}`" for item in found["survivors"]]
    return [*lines, *(["", "What stayed undecided:", "", *survivors] if survivors else [])]


def _no_claims(found: dict[str, Any]) -> str:
    count = found.get("ill_posed", 0)
    return f" ({count} of them say nothing: a term has no value at a point of their hypotheses)" if count else ""


def _findings(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return []
    lines = ["", "## Findings", "", "Where the restored mathematics and the source's prose disagree; each is checked."]
    for item in found:
        mark = wording.MARKS[item["algebra"]]
        lines += ["", f"### {prose(item['title'])} ({mark} {item['algebra']})"]
        lines += ["", *formula(item["relation"])] if item["relation"] else []
        lines += [
            "",
            *(
                f"- {wording.MARKS[claim['status']]} **{claim['label']}**: `{claim['claim']}`"
                + (f" ({prose(claim['because'])})" if claim["because"] else "")
                for claim in item["claims"]
            ),
        ]
    return lines


def _origin(meta: dict[str, Any]) -> list[str]:
    packages = ", ".join(f"{name} {version}" for name, version in meta["versions"].items())
    machine = meta["machine"]
    commit = f", commit `{meta['commit']}`" if meta["commit"] else ""
    return [
        "",
        "## Reproducibility",
        "",
        f"- Command: `{meta['command']}`",
        f"- Version: boundcheck {meta['version']}{commit}; {packages}",
        f"- Seed: {meta['seed']}; the same configuration and seed give the same bits",
        f"- Machine: {machine['system']} {machine['architecture']}, {machine['processor']}, {machine['cores']} cores; "
        "the time taken is in `report.json` (`meta.seconds`)",
        "",
        "<details>",
        "<summary>Configuration in full</summary>",
        "",
        "```json",
        json.dumps(meta["config"], indent=1, ensure_ascii=False),
        "```",
        "",
        "</details>",
    ]


def _references() -> list[str]:
    works = [
        f"- {work.authors} ({work.year}). {work.title}. *{work.where}*. Used for: {work.use}." for work in REFERENCES
    ]
    return ["", "## References", "", *works]
