"""Commands that show what is claimed: list, show, rates, findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from boundcheck.cli.frame import (
    HOLDS,
    REFUTED,
    Format,
    FormatOption,
    QuietOption,
    TimeoutOption,
    checked_timeout,
    progress,
    write,
    write_fields,
    write_json,
    write_table,
    write_wrapped,
)
from boundcheck.cli.own import OwnOption, all_statements, everything, find_statement, read_own
from boundcheck.cli.remembered import remembered_rows


def list_statements(
    statements_from: OwnOption = None, format: FormatOption = Format.table, quiet: QuietOption = False
) -> int:
    """List the statements, then the findings; as JSON also with tiers, quantities and what each rests on."""
    rows = _own_rows(statements_from) if statements_from else remembered_rows(lambda: _own_rows(None))
    if format is Format.json:
        write_json(rows)
    else:
        write_table(("id", "kind", "title (variants)"), ([row["id"], row["kind"], _titled(row)] for row in rows))
    return HOLDS


def _titled(row: dict[str, Any]) -> str:
    return f"{row['title']} ({_cell(row['variants'])})" if row["variants"] else str(row["title"])


def _own_rows(statements_from: Sequence[Path] | None) -> list[dict[str, Any]]:
    return [_summary(item) for item in everything(read_own(statements_from))]


class Notation(str, Enum):  # noqa: UP042 - the option's text is the value
    """How formulas are written."""

    text = "text"
    unicode = "unicode"
    latex = "latex"


def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Such as theorem-1; `boundcheck list` names all.")],
    notation: Annotated[
        Notation, typer.Option(help="Formulas as text that `prove` reads, in Unicode, or in LaTeX.")
    ] = Notation.text,
    statements_from: OwnOption = None,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Show one statement: formula, hypotheses, proof steps, provenance, what it rests on and what rests on it."""
    own = read_own(statements_from)
    statement = find_statement(id, own)
    dependents = [item.id for item in all_statements(own) if id in item.depends_on]
    shown = _summary(statement) | _details(statement) | {"dependents": dependents}
    if format is Format.json:
        write_json(shown)
    else:
        _write_statement(statement, shown, notation.value)
    return HOLDS


def rates(format: FormatOption = Format.table, quiet: QuietOption = False) -> int:
    """Print exponents of 1/epsilon, dependence on n and delta, growth in T: derived symbolically, tier paper."""
    from boundcheck import evaluation

    rows = [dict(row) for row in evaluation.rates()]
    if format is Format.json:
        write_json(rows)
        return HOLDS
    growth = [name for name in rows[0] if name.startswith("T, ")]
    logarithms = [name for name in rows[0] if name.startswith("log")]
    write_table(
        ("statement", "variant", "of", "eps^-k", *growth),
        ([row["statement"], row["variant"], row["quantity"], row["1/epsilon"], *map(row.get, growth)] for row in rows),
    )
    write("")
    write_table(
        ("statement", "variant", "of", *logarithms),
        (
            [row["statement"], row["variant"], row["quantity"], *map(row.get, logarithms)]
            for row in rows
            if any(row[name] != "-" for name in logarithms)
        ),
    )
    return HOLDS


def findings(timeout: TimeoutOption = 10.0, format: FormatOption = Format.table, quiet: QuietOption = False) -> int:
    """Print where restoration and source disagree, each as checked claims with what proves them."""
    timeout = checked_timeout(timeout)
    from boundcheck import algebra, theory

    found = theory.findings()
    rows = []
    with progress("checking", quiet) as tick:
        for k, finding in enumerate(found):
            tick(f"checking {finding.id}", k, len(found))
            rows.append((finding, algebra.check(finding, timeout=timeout)))
    if format is Format.json:
        write_json([_finding(finding, verdicts) for finding, verdicts in rows])
    else:
        for finding, verdicts in rows:
            _write_finding(finding, verdicts)
    return REFUTED if any(v.status == "refuted" for _, verdicts in rows for v in verdicts) else HOLDS


def _finding(finding: Any, verdicts: list[Any]) -> dict[str, Any]:
    claims = [
        {"claim": step.claim.text, "because": step.justification, "status": verdict.status, "method": verdict.method}
        for step, verdict in zip(finding.derivation, verdicts, strict=True)
    ]
    return {"id": finding.id, "title": finding.title, "relation": finding.relation, "claims": claims}


def _write_finding(finding: Any, verdicts: list[Any]) -> None:
    write(f"{finding.id}")
    write_wrapped(finding.title)
    for step, verdict in zip(finding.derivation, verdicts, strict=True):
        write_wrapped(f"{verdict.status}: {step.claim.text}", indent=4)


def _summary(statement: Any) -> dict[str, Any]:
    from boundcheck import theory

    found = any(statement is item for item in theory.findings())
    return {
        "id": statement.id,
        "title": statement.title,
        "kind": "finding" if found else statement.kind,
        "tiers": list(statement_tiers(statement)),
        "variants": list(statement.variants),
        "depends_on": list(statement.depends_on),
        "quantities": [f"{statement.id}.{quantity.name}" for quantity in statement.quantities],
        "source": str(statement.source),
    }


def statement_tiers(statement: Any) -> tuple[str, ...]:
    """Return the tiers of a statement's quantities, own or through the quantities that their forms name."""
    from boundcheck.language import TIERS

    found: set[str] = set()
    for quantity in statement.quantities:
        found |= _tiers(quantity)
    return tuple(tier for tier in TIERS if tier in found)


def _tiers(quantity: Any) -> set[str]:
    from boundcheck import theory

    found = set(quantity.own_tiers)
    for form in quantity.forms:
        if form.tier is None:
            for _, reference in form.where:
                found |= {reference.tier} if reference.tier else _tiers(theory.quantity(reference.quantity))
    return found


def _details(statement: Any) -> dict[str, Any]:
    from boundcheck.language.display import claim_text, form_lines

    def written(function: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {name: function(*args, name, **kwargs) for name in ("unicode", "latex")}

    return {
        "relation": statement.relation,
        "hypotheses": [str(item) for item in statement.hypotheses],
        "forms": [
            {"quantity": quantity.name, "tier": form.tier, "variant": form.variant,
             "formula": form_lines(quantity.name, form.value, "text")[0],
             **written(form_lines, quantity.name, form.value, symbol=quantity.latex),
             "where": {str(symbol): _reference(reference) for symbol, reference in form.where},
             "given": [str(item) for item in quantity.given],
             "source": str(form.source)}
            for quantity in statement.quantities
            for form in quantity.forms
        ],
        "derivation": [
            {"label": step.label, "claim": step.claim.text, **written(claim_text, step.claim),
             "justification": step.justification}
            for step in statement.derivation
        ],
    }  # fmt: skip


def _reference(reference: Any) -> str:
    at = ", ".join(f"{symbol} = {value}" for symbol, value in reference.at)
    return reference.quantity + (f" at {at}" if at else "") + (f" ({reference.tier})" if reference.tier else "")


def _write_statement(statement: Any, shown: Mapping[str, Any], notation: str) -> None:
    from boundcheck.language.readable import readable
    from boundcheck.language.typography import unicode_text

    words = unicode_text if notation == "unicode" else str
    write_wrapped(f"{statement.id}  {statement.title}", indent=0)
    write_fields({
        "kind": shown["kind"],
        "source": shown["source"],
        "asserts": (statement.relation if notation == "latex" else readable(statement.relation)) or "-",
        "tiers": _cell(shown["tiers"]),
        "variants": _cell(shown["variants"]),
        "rests on": _cell(shown["depends_on"]),
        "supports": _cell(shown["dependents"]),
    })  # fmt: skip
    write("\nHypotheses")
    for item in shown["hypotheses"] or ["none"]:
        write_wrapped(words(item))
    for form in shown["forms"]:
        label = ", ".join(part for part in (form["tier"], form["variant"]) if part)
        write(f"\n{form['quantity']}" + (f"  ({label})" if label else "") + f"  [{form['source']}]")
        _write_formula(form["formula"] if notation == "text" else form[notation], notation)
        for symbol, reference in form["where"].items():
            write_wrapped(words(f"{symbol} is {reference}"))
        for condition in form["given"]:
            write_wrapped(words(f"given {condition}"))
    if shown["derivation"]:
        write("\nProof")
    for step in shown["derivation"]:
        if notation == "text":
            write_wrapped(f"{step['label']}: {step['claim']}")
        else:
            write_wrapped(f"{step['label']}:")
            _write_formula(step[notation].splitlines(), notation)
        if step["justification"]:
            write_wrapped(words(f"because {step['justification']}"), indent=6)


def _write_formula(lines: Any, notation: str) -> None:
    """Write a formula: text wraps, a layout in two dimensions and LaTeX keep their lines."""
    if notation == "text":
        write_wrapped(lines)
    else:
        write("\n".join(("    " + line).rstrip() for line in lines))


def _cell(value: Any) -> str:
    if value is None or value in ((), []):
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
