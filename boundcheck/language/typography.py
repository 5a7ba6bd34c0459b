"""Plain mathematical notation in words' sentences ("||x_t||_2 <= 1", "alpha_m sigma_1") as typographic text."""

from __future__ import annotations

import re

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "nu": "ν",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "chi": "χ",
    "Theta": "Θ",
    "Omega": "Ω",
    "Lambda": "Λ",
}
SIGNS = (("<=", "≤"), (">=", "≥"), ("||", "‖"), ("+-", "±"), ("->", "→"), ("''", "″"))
_GREEK = re.compile(r"(?<![A-Za-z])(" + "|".join(sorted(GREEK, key=len, reverse=True)) + r")(?![a-z])")
_DIGIT = re.compile(r"([α-ωΑ-Ω])(\d)")
_POWER = re.compile(r"(?<![\w.])(\d(?:\.\d+)?)e([+-])0*(\d+)(?!\w)")
_ROOT = re.compile(r"sqrt\(([^()]*)\)")
_SUB = re.compile(r"(?<=[\w*)‖])_(\{[^{}]*\}|[A-Za-zα-ωΑ-Ω0-9]+)")
_SUP = re.compile(r"(?<=[\w*)‖>])\^(\{[^{}]*\}|\*|[A-Za-z0-9]+)")


def unicode_text(text: str) -> str:
    """Replace names by signs; indices stay as they are typed."""
    for plain, sign in SIGNS:
        text = text.replace(plain, sign)
    text = _GREEK.sub(lambda match: GREEK[match[1]], text)
    text = _POWER.sub(lambda match: f"{match[1]}·10{_raised(match[2], match[3])}", text)
    return _ROOT.sub(r"√(\1)", text).replace("√(m)", "√m")


def _raised(sign: str, digits: str) -> str:
    return ("⁻" if sign == "-" else "") + digits.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def html_text(text: str) -> str:
    """Return HTML: signs, subscripts and superscripts; everything else is escaped."""
    import html

    return with_indices(html.escape(unicode_text(text), quote=False), ("<sub>", "</sub>"), ("<sup>", "</sup>"))


def with_indices(text: str, low: tuple[str, str], high: tuple[str, str]) -> str:
    """Set indices and powers of a text whose names are signs already: each between its pair of marks."""
    text = _DIGIT.sub(r"\1_\2", text)
    text = _SUB.sub(lambda match: low[0] + match[1].strip("{}") + low[1], text)
    return _SUP.sub(lambda match: high[0] + match[1].strip("{}") + high[1], text)
