"""report.tex: tables and formulas for a paper's appendix; compiles as it stands with pdflatex."""

from __future__ import annotations

from typing import Any

from boundcheck.report import wording
from boundcheck.report.reading import interval
from boundcheck.report.references import REFERENCES
from boundcheck.report.typography import GREEK, unicode_text

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
    "^": r"\^{}", "~": r"\~{}", "<": r"$<$", ">": r"$>$", "|": r"$|$", "*": r"$*$", "≤": r"$\le$", "≥": r"$\ge$",
    "‖": r"$\|$", "±": r"$\pm$", "→": r"$\to$", "√": r"$\surd$", "″": r"$''$", "·": r"$\cdot$", "–": "--", "—": "---",
    "↑": r"$\uparrow$", "²": r"$^2$", "∈": r"$\in$", "…": r"\ldots{}", "×": r"$\times$", "⁻": r"$^-$",
    "ε": r"$\varepsilon$",
    "“": "``", "”": "''", "’": "'", "é": r"\'e", "ö": r'\"o', "ü": r'\"u', "ä": r'\"a',
}  # fmt: skip
_CHARACTERS |= {sign: rf"$\{name}$" for name, sign in GREEK.items() if name != "epsilon"}
_CHARACTERS |= {power: f"$^{digit}$" for digit, power in zip("013456789", "⁰¹³⁴⁵⁶⁷⁸⁹", strict=True)}
_MARKS = {"good": r"$\checkmark$", "bad": r"$\times$", "warn": "?", "none": "--"}


def escape(text: str) -> str:
    """Return text that is safe in TeX; a character that TeX has no sign for becomes a question mark."""
    shown = unicode_text(text)
    return "".join(_CHARACTERS.get(c, c if c.isascii() and c.isprintable() else "?") for c in shown)


def render(report: Any) -> str:
    """Return a TeX document: verdicts, formulas with certified values, tiers and variants, references."""
    data = report.data
    parts = [_PREAMBLE, _head(data), _verdicts(data)]
    parts += [_statement(item, record) for item, record in zip(report.comparisons, data["statements"], strict=True)]
    return "".join([*parts, _variants(data), _references(), "\\end{document}\n"])


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
    lines = [
        "\\begin{longtable}{@{}>{\\raggedright}p{2.9cm}llllrr@{}}\n",
        "statement & algebra & hypotheses & numeric & empirical & measured & tightness\\\\ \\hline \\endhead\n",
    ]
    for entry in data["statements"]:
        verdicts = (
            entry["algebra"],
            entry["hypotheses"],
            wording.shown_numeric(entry["vacuous"], entry["hypotheses"]),
            entry["empirical"],
        )
        cells = [escape(entry["id"]), *(f"{_MARKS[wording.TONES[v]]} {escape(_short(v))}" for v in verdicts)]
        measured = entry["measured"]
        value = "--" if not measured else wording.number(measured["value"])
        up = "$\\uparrow$ " if measured and measured["kind"] == "lower-estimate" else ""
        lines.append(" & ".join([*cells, up + escape(value), escape(wording.number(entry["tightness"], 3))]) + "\\\\\n")
    return "".join([*lines, "\\end{longtable}\n\n"])


def _short(verdict: str) -> str:
    shorter = {
        "no-trivial-bound": "no trivial one",
        "informative-but-hypotheses-not-met": "informative*",
        "informative-if-hypotheses-hold": "informative*",
    }
    return shorter.get(verdict, wording.spaced(verdict))


def _statement(item: Any, record: dict[str, Any]) -> str:
    statement = item.statement
    lines = [f"\\subsection*{{{escape(record['id'])}: {escape(record['title'])}}}\n"]
    lines.append(f"{escape(str(statement.source))}; {escape(record['kind'])}.\n")
    if statement.relation:
        lines.append(f"\\[\\small {statement.relation}\\]\n")
    if record["flags"]:
        lines.append(f"\\textbf{{Rests on a failure:}} {escape(', '.join(record['flags']))}.\n")
    if record["numeric"]:
        lines.append(
            "\\begin{longtable}{@{}llll@{}}\nquantity & tier & variant & certified value\\\\ \\hline \\endhead\n"
        )
        for row in record["numeric"]:
            value = escape(interval(row["lower"], row["upper"]))
            name = escape(row["quantity"].rpartition(".")[2])
            lines.append(f"{name} & {row['tier'] or '--'} & {row['variant'] or '--'} & {value}\\\\\n")
        lines.append("\\end{longtable}\n")
    return "".join([*lines, "\n"])


def _variants(data: dict[str, Any]) -> str:
    if not data["variants"]:
        return ""
    lines = [
        "\\subsection*{Tiers and variants side by side}\n\\begin{longtable}{@{}lllrlrr@{}}\n",
        "statement & variant & tier & bound & here & informative from $m$ & and $\\tau$\\\\ \\hline \\endhead\n",
    ]
    for row in data["variants"]:
        here = "--" if row["informative"] is None else "vacuous"
        if row["informative"]:
            here = _short(wording.shown_numeric(False, row["hypotheses"])).replace("*", "$^*$")
        sizes = ["--" if row[name] is None else escape(wording.count(str(row[name]))) for name in ("m", "tau")]
        cells = [escape(row["statement"]), row["variant"] or "--", row["tier"] or "--"]
        lines.append(" & ".join([*cells, escape(wording.certified(row["upper"], 4, up=True)), here, *sizes]) + "\\\\\n")
    return "".join([*lines, "\\end{longtable}\n\n"])


def _references() -> str:
    lines = ["\\begin{thebibliography}{9}\n"]
    for work in REFERENCES:
        where = f"\\emph{{{escape(work.where)}}}, {work.year}"
        lines.append(f"\\bibitem{{{work.key}}} {escape(work.authors)}. {escape(work.title)}. {where}.\n")
    return "".join([*lines, "\\end{thebibliography}\n"])
