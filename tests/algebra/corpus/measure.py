"""Measure the rates of the corpus: ``python tests/algebra/corpus/measure.py [--timeout S] [--all]``.

Prints how many true claims are proved and how many false ones are refuted, and names the rest.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).parent


class Item(NamedTuple):
    section: str
    claim: str
    given: tuple[str, ...]


def corpus(name: str) -> Iterator[Item]:
    """Read ``true`` or ``false``."""
    section = ""
    for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("["):
            section = text.strip("[]")
            continue
        claim, _, given = text.partition("::")
        yield Item(section, claim.strip(), tuple(part.strip() for part in given.split(";") if part.strip()))


def main() -> None:
    from boundcheck.algebra import prove

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=10.0)
    parser.add_argument("--all", action="store_true", help="list every claim")
    parser.add_argument("--section", default="")
    options = parser.parse_args()
    write = sys.stdout.write
    for name, wanted in (("true", "proved"), ("false", "refuted")):
        counts: Counter[str] = Counter()
        seconds = []
        for item in corpus(name):
            if options.section and item.section != options.section:
                continue
            verdict = prove(item.claim, item.given, timeout=options.timeout)
            counts[verdict.status] += 1
            seconds.append(verdict.seconds)
            if options.all or verdict.status != wanted:
                where = f" given {', '.join(item.given)}" if item.given else ""
                tail = f"{verdict.method} {verdict.reason}"
                write(f"{verdict.status:10} {verdict.seconds:7.3f} [{item.section}] {item.claim}{where}  {tail}\n")
        total = sum(counts.values())
        if total:
            write(f"{name}: {total} claims, {dict(counts)}, {wanted} {counts[wanted] / total:.1%}, ")
            write(f"median {1000 * median(seconds):.0f} ms, total {sum(seconds):.1f} s\n")


if __name__ == "__main__":
    main()
