"""The rows of ``list``, kept in the package's ``__pycache__``: building every statement takes half a second.

The rule is that of Python's own bytecode: what was kept is valid as long as no source file changed in time or size.
Where nothing can be written they are built each time.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
SOURCES = ("notation.py", "language", "theory", "cli/statements.py")
Rows = list[dict[str, Any]]


def remembered_rows(build: Callable[[], Rows]) -> Rows:
    """Return the rows that were kept for these sources, else build and keep them where that is possible."""
    place, stamp = _place(), _stamp()
    rows = None if place is None else _read(place, stamp)
    if rows is None:
        rows = build()
        if place is not None:
            _keep(place, {"stamp": stamp, "rows": rows})
    return rows


def _stamp() -> list[list[Any]]:
    """Return (name, time of change, size) of every source file that the rows are built from."""
    places = [PACKAGE / name for name in SOURCES]
    files = sorted(file for place in places for file in (place.rglob("*.py") if place.is_dir() else (place,)))
    return [[str(file), (found := file.stat()).st_mtime_ns, found.st_size] for file in files]


def _place() -> Path | None:
    try:
        return Path(importlib.util.cache_from_source(str(PACKAGE / "theory" / "list.py"))).with_suffix(".json")
    except NotImplementedError:  # an interpreter that keeps no bytecode
        return None


def _read(place: Path, stamp: list[list[Any]]) -> Rows | None:
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        return kept["rows"] if kept["stamp"] == stamp else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(place: Path, kept: dict[str, Any]) -> None:
    own = place.with_name(f"{place.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            own.write_text(json.dumps(kept), encoding="utf-8")
            own.replace(place)
        finally:
            own.unlink(missing_ok=True)
