"""report.tex: tables and formulas for a paper's appendix; compiles as it stands with pdflatex."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from boundcheck.language.typography import GREEK, unicode_text, with_indices
from boundcheck.report import reading, wording
from boundcheck.report.formulas import is_symbol, quantity_latex
from boundcheck.report.references import REFERENCES

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[margin=2.3cm]{geometry}
\usepackage{amsmath,amssymb,longtable,array}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\raggedbottom
\setlength{\tabcolsep}{4pt}
\begin{document}
"""
_CHARACTERS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\^{}", "~": r"$\sim$", "<": r"$<$", ">": r"$>$", "|": r"$|$", "*": r"$*$", "≤": r"$\le$", "≥": r"$\ge$",
    "‖": r"$\|$", "±": r"$\pm$", "→": r"$\to$", "√": r"$\surd$", "″": r"$''$", "·": r"$\cdot$", "–": "--", "—": "---",
    "↑": r"$\uparrow$", "²": r"$^2$", "∈": r"$\in$", "…": r"\ldots{}", "×": r"$\times$", "⁻": r"$^-$",
    "ε": r"$\varepsilon$",
    "“": "``", "”": "''", "’": "'", "é": r"\'e", "ö": r'\"o', "ü": r'\"u', "ä": r'\"a',
}  # fmt: skip
_CHARACTERS |= {sign: rf"$\{name}$" for name, sign in GREEK.items() if name != "epsilon"}
_CHARACTERS |= {power: f"$^{digit}$" for digit, power in zip("013456789", "⁰¹³⁴⁵⁶⁷⁸⁹", strict=True)}
_MARKS = {"✓": r"$\checkmark$", "✗": r"$\times$", "∅": r"$\varnothing$", "?": "?", "!": "!", "–": "--"}


def escape(text: str) -> str:
    """Return text that is safe in TeX; a character that TeX has no sign for becomes a question mark."""
    shown = unicode_text(text)
    return "".join(_CHARACTERS.get(c, c if c.isascii() and c.isprintable() else "?") for c in shown)


def prose(text: str) -> str:
    """Return a sentence in plain notation as TeX: signs, indices set low, powers set high."""
    marked = with_indices(unicode_text(text), ("\ue000", "\ue002"), ("\ue001", "\ue002"))
    shown = re.sub(r"[^\ue000-\ue002]+", lambda match: escape(match[0]), marked)
    return shown.replace("\ue000", "\\textsubscript{").replace("\ue001", "\\textsuperscript{").replace("\ue002", "}")


def render(report: Any) -> str:
    """Return a TeX document: verdicts, formulas with certified values, tiers and variants, references."""
    data = report.data
    parts = [_PREAMBLE, _head(data), _verdicts(data)]
    parts += [_statement(item, record) for item, record in zip(report.comparisons, data["statements"], strict=True)]
    parts += [_variants(data), _certificates(data), _coverage(data), _references()]
    return "".join([*parts, "\\end{document}\n"])


def _head(data: dict[str, Any]) -> str:
    meta = data["meta"]
    config = meta["config"]
    radii = f"rho = ({config['rho_w']}, {config['rho_u']}), nu = ({config['nu_w']}, {config['nu_u']})"
    sizes = (
        f"n = {meta['data']['n']}, T = {meta['data']['T']}, d = {meta['data']['d']}, m = {config['m']}, "
        f"alpha = {config['alpha']}, {radii}, delta = {config['delta']}, tau = {config['tau']}"
    )
    return (
        "\\section*{Verification of the bounds}\n"
        f"{escape('Written by boundcheck ' + meta['version'])}, preset {escape(meta['preset'])}, seed {meta['seed']}. "
        f"Activation {escape(meta['activation']['name'])}; {escape(sizes)}. "
        "All bounds on the risk concern the empirical risk. Certified ends are rounded outward; $\\uparrow$ marks a "
        "lower estimate of a supremum; informative$^*$: below the trivial bound, but the hypotheses are not met here "
        "(or undecided), so that nothing is promised.\n\n"
    )


def _verdicts(data: dict[str, Any]) -> str:
    rows = []
    for entry in data["statements"]:
        verdicts = (f"{_MARKS[wording.MARKS[v]]} {escape(_short(v))}" for v in reading.shown(entry).values())
        measured = entry["measured"]
        value = "--" if not measured else wording.estimate(measured["value"], measured["uncertainty"], 4)
        up = "$\\uparrow$ " if measured and measured["kind"] == "lower-estimate" else ""
        tightness = escape(wording.ratio(entry["tightness"], measured))
        rows.append((escape(entry["id"]), *verdicts, up + escape(value), tightness))
    heads = ("statement", "algebra", "hypotheses", "numeric", "empirical", "measured", "tightness")
    return _table(heads, rows, ">{\\raggedright}p{2.9cm}llllrr")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], columns: str) -> str:
    """Return a table that may go over pages; cells are TeX."""
    lines = [" & ".join(cells) + "\\\\\n" for cells in rows]
    head = " & ".join(heads) + "\\\\ \\hline \\endhead\n"
    return "".join([f"\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n", head, *lines, "\\end{longtable}\n\n"])


def _short(verdict: str) -> str:
    shorter = {
        "no-trivial-bound": "no trivial one",
        "informative-but-hypotheses-not-met": "informative*",
        "informative-if-hypotheses-hold": "informative*",
    }
    return shorter.get(verdict, wording.spaced(verdict))


def _statement(item: Any, record: dict[str, Any]) -> str:
    statement = item.statement
    lines = [f"\\subsection*{{{escape(record['id'])}: {prose(record['title'])}}}\n"]
    lines.append(f"{prose(str(statement.source))}; {escape(record['kind'])}.\n")
    if statement.relation:
        lines.append(f"\\[\\small {statement.relation}\\]\n")
    if record["flags"]:
        lines.append(f"\\textbf{{Rests on a failure:}} {escape(', '.join(record['flags']))}.\n")
    if record["conditions"]:
        marks = (f"{_MARKS[wording.MARKS[entry['status']]]} {prose(entry['text'])}" for entry in record["conditions"])
        lines.append(f"\nHypotheses: {'; '.join(marks)}.\n")
    symbols = {f"{statement.id}.{entry.name}": entry for entry in statement.quantities}
    rows = [_value(row, symbols.get(row["quantity"]), record["measurements"]) for row in record["numeric"]]
    used = [k for k in range(6) if any(row[k] != "--" for row in rows)]
    heads = ("quantity", "tier", "variant", "certified value", "measured", "bound/measured")
    if rows:
        cut = ([row[k] for k in used] for row in rows)
        lines.append("\n" + _table([heads[k] for k in used], cut, "".join("llllrr"[k] for k in used)))
    return "".join([*lines, "\n"])


def _value(row: dict[str, Any], quantity: Any, measurements: list[reading.Row]) -> tuple[str, ...]:
    entries = [entry for entry in measurements if entry["quantity"] == row["quantity"]]
    symbol = quantity is not None and is_symbol(quantity)
    name = f"${quantity_latex(quantity)}$" if symbol else escape(row["quantity"].rpartition(".")[2].replace("_", " "))
    beside = (escape(text) for text in reading.compared(row, entries))
    value = escape(reading.interval(row["lower"], row["upper"]))
    return name, row["tier"] or "--", row["variant"] or "--", value, *beside


def _variants(data: dict[str, Any]) -> str:
    if not data["variants"]:
        return ""
    rows = []
    for row in data["variants"]:
        here = "--" if row["informative"] is None else "vacuous"
        if row["informative"]:
            here = _short(wording.shown_numeric(False, row["hypotheses"])).replace("*", "$^*$")
        sizes = ["--" if row[name] is None else escape(wording.count(str(row[name]))) for name in ("m", "tau")]
        cells = [escape(row["statement"]), row["variant"] or "--", row["tier"] or "--"]
        rows.append((*cells, escape(reading.at_most(row["upper"])), here, *sizes))
    heads = ("statement", "variant", "tier", "bound", "here", "informative from $m$", "and $\\tau$")
    return "\\subsection*{Tiers and variants side by side}\n" + _table(heads, rows, "lllrlrr")


def _certificates(data: dict[str, Any]) -> str:
    rows = []
    for row in data["certificates"]["rows"]:
        ends = row["measured"]
        risk = escape(reading.interval(ends["lower"], ends["upper"])) if ends else "--"
        step = escape(wording.number(row["step_size"], 4))
        claim = prose(row["claim"])
        bound = escape(reading.at_most(row["value"], 5))
        rows.append((escape(row["method"]), claim, str(row["tau"]), step, bound, risk))
    if not rows:
        return ""
    heads = ("method", "claim", "$\\tau$", "step size", "risk $\\le$", "risk of that run")
    title = "\\subsection*{Certificates for these data, beside runs with the same step size}\n"
    return title + _table(heads, rows, "llrrrr")


def _coverage(data: dict[str, Any]) -> str:
    rows = []
    for row in data["coverage"]:
        low, high = row["interval"] or (None, None)
        ends = f"[{escape(wording.number(low, 3))}, {escape(wording.number(high, 3))}]"
        failed = wording.failures(row["frequency"], row["runs"])
        rows.append((escape(row["quantity"]), row["variant"] or "--", failed, ends))
    if not rows:
        return ""
    delta = escape(str(data["meta"]["config"]["delta"]))
    title = f"\\subsection*{{Failures over independent runs, against $\\delta = {delta}$}}\n"
    return title + _table(("bound", "variant", "failed", "95\\,\\% interval"), rows, "llrl")


def _references() -> str:
    lines = ["\\begin{thebibliography}{9}\n"]
    for work in REFERENCES:
        where = f"\\emph{{{escape(work.where)}}}, {work.year}"
        lines.append(f"\\bibitem{{{work.key}}} {escape(work.authors)}. {escape(work.title)}. {where}.\n")
    return "".join([*lines, "\\end{thebibliography}\n"])
