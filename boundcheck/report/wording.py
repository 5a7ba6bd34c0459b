"""The words and marks of verdicts, the same in every form of a report; numbers at the digits they deserve."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

MARKS = {
    "proved": "✓",
    "met": "✓",
    "consistent": "✓",
    "informative": "✓",
    "refuted": "✗",
    "unmet": "✗",
    "contradicted": "✗",
    "vacuous": "∅",
    "undecided": "?",
    "not-measured": "–",
    "not-compared": "–",
    "no-trivial-bound": "–",
    "informative-but-hypotheses-not-met": "!",
    "informative-if-hypotheses-hold": "?",
}
TONES = {
    "proved": "good",
    "met": "good",
    "consistent": "good",
    "informative": "good",
    "refuted": "bad",
    "unmet": "bad",
    "contradicted": "bad",
    "vacuous": "warn",
    "undecided": "warn",
    "not-measured": "none",
    "not-compared": "none",
    "no-trivial-bound": "none",
    "informative-but-hypotheses-not-met": "warn",
    "informative-if-hypotheses-hold": "warn",
}
MEANINGS = {
    "algebra": "Is every step of the derivation right? proved, refuted with a witness, or undecided.",
    "hypotheses": "Do the statement's assumptions hold at this configuration?",
    "numeric": "Is the certified bound below the trivial one (mean y²)? Only bounds on the risk have a trivial one. "
    "A bound promises nothing where its hypotheses are not met.",
    "empirical": "Did measurement contradict the bound? Consistent confirms nothing beyond that. Not compared: "
    "something was measured, but no bound is claimed for it here.",
}
KINDS = {
    "lower-estimate": "the best point of a search, a lower estimate",
    "exact-run": "a run",
    "frequency": "failures",
}
UNCONFIRMED = "Above the bound in doubles, not confirmed rigorously"
ORIGINS = {"source": "source", "restored": "restored statement", "ours": "ours"}


def verdict_of_numeric(vacuous: bool | None) -> str:
    """Name the numeric verdict of a statement."""
    return {None: "no-trivial-bound", True: "vacuous", False: "informative"}[vacuous]


def spaced(verdict: str) -> str:
    """Write a verdict in words."""
    return verdict.replace("-", " ")


def shown_numeric(vacuous: bool | None, hypotheses: str) -> str:
    """Name the numeric verdict for a reader: an informative bound promises nothing where its hypotheses are not met."""
    if vacuous is False and hypotheses != "met":
        return "informative-but-hypotheses-not-met" if hypotheses == "unmet" else "informative-if-hypotheses-hold"
    return verdict_of_numeric(vacuous)


def shown_empirical(empirical: str, measured: Any) -> str:
    """Name the empirical verdict for a reader: what was measured without a bound beside it was not compared."""
    return "not-compared" if empirical == "not-measured" and measured is not None else empirical


def number(value: Any, digits: int = 4) -> str:
    """Write a double that is an estimate, with few digits; large and small ones as powers of ten."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-3 <= abs(value) < 1e6:
        text = f"{value:.{digits}g}"
        return f"{float(text):.0f}" if "e" in text else text
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa}·10{superscript(int(exponent))}"


def known_digits(value: Any, uncertainty: Any, most: int = 6) -> int:
    """Return how many digits of a measured value are known: to the second one of its uncertainty (half an interval)."""
    if isinstance(uncertainty, (list, tuple)):
        uncertainty = (uncertainty[1] - uncertainty[0]) / 2
    if not isinstance(value, float) or not isinstance(uncertainty, float) or not value or not uncertainty > 0:
        return most
    return max(1, min(most, math.floor(math.log10(abs(value))) - math.floor(math.log10(uncertainty)) + 2))


def estimate(value: Any, uncertainty: Any = None, most: int = 6) -> str:
    """Write a measured value to the second digit of its uncertainty, to ``most`` digits where it has none."""
    return number(value, known_digits(value, uncertainty, most))


def ratio(value: Any, measured: Any) -> str:
    """Write bound / measured with no more digits than the measured value has, three at most."""
    return number(value, max(2, known_digits(measured["value"], measured["uncertainty"], 4) - 1) if measured else 3)


def failures(frequency: float, runs: Any) -> str:
    """Write a failure frequency as a count where the number of runs is known."""
    return f"{round(frequency * runs)} of {runs}" if isinstance(runs, int) else number(frequency, 3)


def count(text: str) -> str:
    """Write a whole number that is known exactly: all its digits up to fifteen, rounded up beyond."""
    return text if len(text) <= 15 else certified(text, 4, up=True)


def certified(text: str, digits: int, *, up: bool) -> str:
    """Shorten a certified end to ``digits`` significant digits, rounded outward; small ones as powers of ten."""
    from fractions import Fraction

    from boundcheck.enclosure.decimals import decimal_text

    value = Fraction(text)
    power = math.floor(math.log10(abs(value.numerator)) - math.log10(value.denominator)) if value else 0
    shift = power if power < -3 else 0
    mantissa, _, exponent = decimal_text(value / Fraction(10) ** shift, digits, up=up).partition("e")
    shift += int(exponent or 0)
    return f"{mantissa}·10{superscript(shift)}" if shift else mantissa


def reason(text: str) -> str:
    """Say for a reader why a quantity has no value."""
    needs = re.search(r" needs a value of ([^;]*); got none", text)
    return f"it depends on {needs[1]}, which the configuration does not give" if needs else text


def superscript(value: int) -> str:
    """Write an integer in superscript digits."""
    return str(value).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def columns(series: Mapping[str, Any]) -> str:
    """Name the columns that a series' inputs and targets come from."""
    names = series["columns"]
    if list(names) == [series["target"]]:
        return f"column {series['target']}"
    return f"inputs {', '.join(names)}, targets {series['target']}"


def agreeing_digits(lower: str, upper: str, most: int = 12) -> int:
    """Return how many digits of an enclosure are worth showing: one beyond those that its ends share, at least 3."""
    from fractions import Fraction

    low, high = Fraction(lower), Fraction(upper)
    if low == high:
        return most
    size = max(abs(low), abs(high))
    relative = float((high - low) / size)
    return max(3, min(most, 2 - math.floor(math.log10(relative)))) if relative > 0 else most
