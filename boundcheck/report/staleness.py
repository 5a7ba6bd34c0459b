"""Is a committed report stale? ``python -m boundcheck.report.staleness FRESH COMMITTED`` compares the two.

Verdicts, steps and certified values must agree; measurements may differ in their last bits and times differ always.
Both arguments are folders with a report.json, or such files. Exit code 0: fresh; 1: stale; 2: cannot be compared.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from boundcheck.report.difference import certified_changes, load_report
from boundcheck.report.files import LAST, verify


def stale(fresh: str | Path, committed: str | Path) -> list[str]:
    """List why a committed report is stale; empty if it is not.

    Raises:  ValueError if one of the two cannot be read, or they are of different configurations.
    """
    new, old = load_report(_file(fresh)), load_report(_file(committed))
    if new["meta"]["config"] != old["meta"]["config"]:
        message = f"the two reports must be of one configuration; {fresh} and {committed} differ in it"
        raise ValueError(message)
    reasons = [str(change) for change in certified_changes(old, new)]
    folder = Path(committed)
    if folder.is_dir():
        reasons += [f"file {name} is missing or does not have the hash in {LAST}" for name in verify(folder)]
    return reasons


def _file(place: str | Path) -> Path:
    path = Path(place)
    return path / LAST if path.is_dir() else path


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two reports from the command line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 2:
        sys.stderr.write("usage: python -m boundcheck.report.staleness FRESH COMMITTED\n")
        return 2
    try:
        reasons = stale(*given)
    except ValueError as error:
        sys.stderr.write(f"boundcheck: {error}\n")
        return 2
    sys.stdout.write("".join(f"stale: {reason}\n" for reason in reasons) or f"fresh: {given[1]}\n")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
