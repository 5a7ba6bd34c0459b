"""Is a committed report stale? ``python -m boundcheck.report.staleness FRESH COMMITTED`` compares the two.

Verdicts, steps and certified values must agree; measurements may differ in their last bits and times differ always.
Where the two are of different configurations, ``--algebra`` compares what does not depend on one: the verdict on every
derivation step. A step that is undecided in the fresh run only (a busy machine) is decided again with ten times the
time before it counts. Both arguments are folders with a report.json, or such files.
Exit code 0: fresh; 1: stale; 2: cannot be compared.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from boundcheck.report.difference import certified_changes, load_report
from boundcheck.report.files import LAST, verify

LONGER = 10
"""How many times the time of a step that was undecided in the fresh run only."""


def stale(fresh: str | Path, committed: str | Path, *, algebra_only: bool = False) -> list[str]:
    """List why a committed report is stale; empty if it is not.

    Raises:  ValueError if one of the two cannot be read, or they are of different configurations (``algebra_only``:
             those may differ).
    """
    new, old = load_report(_file(fresh)), load_report(_file(committed))
    if not algebra_only and new["meta"]["config"] != old["meta"]["config"]:
        message = f"the two reports must be of one configuration; {fresh} and {committed} differ in it"
        raise ValueError(message)
    _decide_again(old, new)
    reasons = [
        str(change)
        for change in certified_changes(old, new)
        if not algebra_only or change.kind in ("statement", "step") or change.where.endswith(" algebra")
    ]
    folder = Path(committed)
    if folder.is_dir():
        reasons += [f"file {name} is missing or does not have the hash in {LAST}" for name in verify(folder)]
    return reasons


def _decide_again(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Decide steps again that are undecided in the fresh run only (out of time, mostly)."""
    before = {entry["id"]: {step["label"]: step["status"] for step in entry["steps"]} for entry in old["statements"]}
    for entry in new["statements"]:
        decided = {label for label, status in before.get(entry["id"], {}).items() if status != "undecided"}
        late = [step for step in entry["steps"] if step["status"] == "undecided" and step["label"] in decided]
        for step in late:
            step["status"] = _verdict(entry["id"], step["label"], LONGER * float(_timeout(new)))
        if late:
            found = {step["status"] for step in entry["steps"]}
            entry["algebra"] = next((name for name in ("refuted", "undecided") if name in found), "proved")


def _timeout(report: Mapping[str, Any]) -> Fraction:
    return Fraction(report["meta"]["config"].get("run", {}).get("timeout", 10))


def _verdict(identifier: str, label: str, timeout: float) -> str:
    """Decide one step of the package's statements."""
    from boundcheck.algebra import prove
    from boundcheck.theory import statement

    for step in statement(identifier).derivation:
        if step.label == label:
            return str(prove(step.claim, timeout=timeout).status)
    return "undecided"


def _file(place: str | Path) -> Path:
    path = Path(place)
    return path / LAST if path.is_dir() else path


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two reports from the command line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    places = [item for item in given if item != "--algebra"]
    if len(places) != 2:
        sys.stderr.write("usage: python -m boundcheck.report.staleness [--algebra] FRESH COMMITTED\n")
        return 2
    try:
        reasons = stale(*places, algebra_only=len(places) < len(given))
    except ValueError as error:
        sys.stderr.write(f"boundcheck: {error}\n")
        return 2
    sys.stdout.write("".join(f"stale: {reason}\n" for reason in reasons) or f"fresh: {places[1]}\n")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
