"""What every form of a report shows of its data: verdicts as a reader needs them, certified beside measured values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from boundcheck.report import wording

Row = Mapping[str, Any]
ORDINARY = ("proved", "met", "consistent", "no-trivial-bound")
"""Verdicts whose statements a summary does not name one by one."""


def shown(record: Row) -> dict[str, str]:
    """Return the four verdicts of a statement's record as they are shown."""
    return {
        "algebra": record["algebra"],
        "hypotheses": record["hypotheses"],
        "numeric": wording.shown_numeric(record["vacuous"], record["hypotheses"]),
        "empirical": wording.shown_empirical(record["empirical"], record["measured"]),
    }


def by_verdict(records: Iterable[Row], name: str) -> dict[str, list[str]]:
    """List the statements of each shown verdict, the verdicts in the order of their marks."""
    found: dict[str, list[str]] = {}
    verdicts = [(record["id"], shown(record)[name]) for record in records]
    for verdict in wording.MARKS:
        ids = [identifier for identifier, has in verdicts if has == verdict]
        if ids:
            found[verdict] = ids
    return found


PROMISES = {
    "informative": "{} bound{s} the risk below the trivial {trivial}",
    "informative-if-hypotheses-hold": "{} would, if the hypotheses hold, which is undecided",
    "informative-but-hypotheses-not-met": "{} would, but the hypotheses are not met",
    "vacuous": "{} say{s} nothing about the risk here",
}


def promises(records: list[Row], trivial: float, link: Callable[[str], str]) -> str:
    """Say in one sentence what the bounds on the risk promise; ``link`` writes a statement's id."""
    found = by_verdict(records, "numeric")
    size = wording.number(trivial, 3)
    clauses = [
        words.format(", ".join(map(link, found[name])), s="s" * (len(found[name]) == 1), trivial=size)
        for name, words in PROMISES.items()
        if name in found
    ]
    return "; ".join(clauses) or "no bound on the risk is among the statements"


def best(rows: Iterable[Row]) -> Row | None:
    """Return the smallest certificate for the algorithm that was run, if it says something."""
    told = [row for row in rows if row["own"] and row["informative"]]
    return min(told, key=lambda row: Fraction(row["value"]), default=None)


def interval(lower: str, upper: str) -> str:
    """Write an enclosure with as many digits as are certified, eight at most, ends rounded outward."""
    digits = wording.agreeing_digits(lower, upper, 8)
    ends = wording.certified(lower, digits, up=False), wording.certified(upper, digits, up=True)
    if ends[0] == ends[1]:
        return ends[0]
    (one, _, power), (two, _, other) = (end.partition("·") for end in ends)
    return f"[{one}, {two}]·{power}" if power == other != "" else f"[{ends[0]}, {ends[1]}]"


def at_most(upper: str, digits: int = 4) -> str:
    """Write a certified upper end with few digits, rounded up."""
    return wording.certified(upper, digits, up=True)


def beside(row: Row, measured: Iterable[Row]) -> Row | None:
    """Return the measured value that a certified one stands beside: of its variant and tier, no frequency."""
    for entry in measured:
        fits = all(entry[name] in (None, row[name]) for name in ("variant", "tier"))
        if fits and isinstance(entry["value"], (int, float)) and entry["kind"] != "frequency":
            return entry
    return None


def compared(row: Row, measured: list[Row]) -> tuple[str, str]:
    """Return what stands beside a certified value: the measured one, and bound / measured."""
    entry = beside(row, measured)
    if entry is None:
        return "–", "–"
    up = "↑ " if entry["kind"] == "lower-estimate" else ""
    gap = wording.ratio(float(row["upper"]) / entry["value"], entry) if entry["value"] else "–"
    return up + wording.estimate(entry["value"], entry["uncertainty"], 4), gap
