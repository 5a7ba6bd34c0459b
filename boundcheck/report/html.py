"""report.html: one self-contained page, readable without JavaScript and without a network."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from boundcheck.comparison import Comparison
from boundcheck.language.display import form_latex
from boundcheck.language.typography import html_text
from boundcheck.report import graph, reading, wording
from boundcheck.report.explorer import explorer
from boundcheck.report.explorer.content import PARAMETERS
from boundcheck.report.formulas import is_symbol, mathml, quantity_latex
from boundcheck.report.references import REFERENCES

VERDICTS = ("algebra", "hypotheses", "numeric", "empirical")


@lru_cache(maxsize=1)
def environment() -> Any:
    """Return the Jinja2 environment of the packaged templates; everything is escaped unless marked safe."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=PackageLoader("boundcheck.report", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        mark=wording.MARKS,
        tone=wording.TONES,
        number=wording.number,
        estimate=wording.estimate,
        ratio=wording.ratio,
        failures=wording.failures,
        reason=wording.reason,
        count=wording.count,
        columns=wording.columns,
        certified=reading.interval,
        at_most=reading.at_most,
        meaning=wording.MEANINGS,
        kind=wording.KINDS,
        shown_numeric=wording.shown_numeric,
        unconfirmed=wording.UNCONFIRMED,
    )
    made.filters["prose"] = prose
    return made


def render(report: Any) -> str:
    """Return the page of a report."""
    played = explorer(report)
    figures = tuple(report.figures.values())
    cards = [
        card(item, record, figures) for item, record in zip(report.comparisons, report.data["statements"], strict=True)
    ]
    return (
        environment()
        .get_template("report.html")
        .render(
            data=report.data,
            meta=report.data["meta"],
            summary=report.data["summary"],
            cards=cards,
            verdicts={name: reading.by_verdict(report.data["statements"], name) for name in VERDICTS},
            ordinary=reading.ORDINARY,
            promises=reading.promises(
                report.data["statements"], report.data["meta"]["trivial_bound"], '<a href="#{0}">{0}</a>'.format
            ),
            best=reading.best(report.data["certificates"]["rows"]),
            figures=[figure for figure in figures if not figure.of_card],
            graph=graph.draw(report.data["statements"]),
            style=asset("style.css"),
            script=asset("page.js"),
            references=REFERENCES,
            findings=[
                finding(item, record) for item, record in zip(report.findings, report.data["findings"], strict=True)
            ],
            **playground(played),
            digits=wording.agreeing_digits,
        )
    )


def playground(played: dict[str, Any] | None) -> dict[str, Any]:
    """Return what the explorer's template and script need; empty for a report that it cannot play with."""
    if played is None:
        return {"explorer": None, "explorer_script": ""}
    formulas = played["formulas"] + "return { " + ", ".join(played["names"]) + " };"
    return {
        "explorer": played["data"],
        "explorer_tables": played["tables"],
        "explorer_parameters": PARAMETERS,
        "explorer_script": f"function explorerFormulas() {{{formulas}}}\n{asset('explorer.js')}",
    }


def asset(name: str) -> str:
    """Return the text of a packaged file that goes into the page."""
    return (files("boundcheck.report") / "templates" / name).read_text(encoding="utf-8")


def prose(text: str) -> Any:
    """Write the plain notation of sentences as typographic HTML."""
    from markupsafe import Markup

    return Markup(html_text(text))  # noqa: S704 - html_text escapes


def card(item: Comparison, record: dict[str, Any], figures: tuple[Any, ...] = ()) -> dict[str, Any]:
    """Return what the template shows of one statement: its record with formulas as MathML, and its figures."""
    statement = item.statement
    declared = {f"{statement.id}.{entry.name}" for entry in statement.quantities}
    about = [figure for figure in figures if statement.id in figure.statements]
    steps = zip(statement.derivation, item.algebra.steps, strict=False)
    return {
        **record,
        "shown": reading.shown(record),
        "formula": mathml(statement.relation, block=True) if statement.relation else "",
        "origin": wording.ORIGINS[statement.source.origin],
        "counts": item.algebra.counts,
        "plot": next((figure for figure in about if figure.of_card), None),
        "shown_in": [figure for figure in about if not figure.of_card],
        "quantities": [_quantity(entry, record) for entry in statement.quantities],
        "computed": _computed(record, declared),
        "observed": [
            entry | {"name": _words(entry["quantity"])}
            for entry in record["measurements"]
            if entry["quantity"] not in declared | {row["quantity"] for row in record["numeric"]}
        ],
        "proof": [
            {
                "label": step.label,
                "formula": mathml(step.claim.conclusion.latex(), block=True),
                "given": [mathml(entry.latex()) for entry in step.claim.given],
                "justification": step.justification,
                "status": result.status,
                "method": result.method,
                "reason": result.reason,
            }
            for step, result in steps
        ],
    }


def finding(item: Comparison, record: dict[str, Any]) -> dict[str, Any]:
    """Return what the template shows of one finding."""
    steps = {step.label: step for step in item.statement.derivation}
    return {
        **record,
        "formula": mathml(record["relation"], block=True) if record["relation"] else "",
        "claims": [
            {**claim, "formula": mathml(steps[claim["label"]].claim.conclusion.latex(), block=True)}
            for claim in record["claims"]
        ],
    }


def _quantity(quantity: Any, record: dict[str, Any]) -> dict[str, Any]:
    name = f"{record['id']}.{quantity.name}"
    symbol = quantity_latex(quantity)
    measured = [entry for entry in record["measurements"] if entry["quantity"] == name]
    certified = (entry for entry in record["numeric"] if entry["quantity"] == name)
    rows = [entry | {"measured": reading.beside(entry, measured)} for entry in certified]
    return {
        "name": name,
        "symbol": mathml(symbol) if is_symbol(quantity) else "",
        "meaning": quantity.meaning,
        "given": [str(item) for item in quantity.given],
        "risk": quantity.risk,
        "rows": rows,
        "compared": any(row["measured"] for row in rows),
        "by_variant": _by_variant(rows) if not quantity.risk else None,
        "unavailable": [entry for entry in record["unavailable"] if entry["quantity"] == name],
        "measured": measured,
        "forms": [
            {
                "tier": form.tier,
                "variant": form.variant,
                "origin": wording.ORIGINS[form.source.origin],
                "note": form.source.note,
                "lines": [mathml(line, block=True) for line in form_latex(symbol, form.value)],
            }
            for form in quantity.forms
        ],
    }


def _by_variant(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Lay values of several variants out with a column each; None where one list reads better."""
    variants = list(dict.fromkeys(row["variant"] for row in rows))
    if len(variants) < 2 or any(row["measured"] for row in rows):
        return None
    values = {(row["tier"], row["variant"]): row for row in rows}
    tiers = list(dict.fromkeys(row["tier"] for row in rows))
    return {"variants": variants, "tiers": [(tier, [values.get((tier, v)) for v in variants]) for tier in tiers]}


def _computed(record: dict[str, Any], declared: set[str]) -> list[dict[str, Any]]:
    """Return the certified values that are no quantity of the statement, such as a certificate's bounds."""
    measured = {entry["quantity"]: entry for entry in record["measurements"]}
    return [
        row | {"name": _words(row["quantity"]), "measured": measured.get(row["quantity"])}
        for row in record["numeric"]
        if row["quantity"] not in declared
    ]


def _words(quantity: str) -> str:
    return quantity.rsplit(".", 1)[-1].replace("-", " ")


def summary_table(data: dict[str, Any]) -> str:
    """Return a small table of the verdicts, for notebooks."""
    head = "".join(f"<th>{name}</th>" for name in ("statement", "algebra", "hypotheses", "numeric", "empirical"))
    rows = "".join(
        f"<tr><td>{entry['id']}</td>"
        + "".join(f"<td>{wording.spaced(verdict)}</td>" for verdict in reading.shown(entry).values())
        + "</tr>"
        for entry in data["statements"]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
