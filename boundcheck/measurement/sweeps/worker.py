"""What a worker does: one run from canonical text to canonical text; nothing else crosses between processes."""

from __future__ import annotations

import hashlib
import json
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from boundcheck.measurement.sweeps.grid import canonical

SOURCES = ("measurement", "network", "evaluation", "theory", "enclosure", "series", "configuration", "language")


@lru_cache(maxsize=1)
def code_version() -> str:
    """Package version and a hash of every source file that a measured value depends on."""
    import boundcheck

    root = Path(boundcheck.__file__).parent
    files = sorted(path for name in SOURCES for path in (root / name).rglob("*.py"))
    digest = hashlib.sha256()
    for path in (*files, root / "notation.py", root / "activations.py"):
        if path.exists():
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return f"{boundcheck.__version__}+{digest.hexdigest()[:16]}"


def run_cell(text: str) -> tuple[str, float]:
    """Measure one statement at one configuration.

    Args:    text: a cell's canonical JSON.
    Returns: (canonical JSON of the measured values, seconds). A run that fails gives ``{"error": one line}``.
    """
    from boundcheck.configuration import from_mapping
    from boundcheck.measurement.catalogue import measure
    from boundcheck.measurement.from_configuration import problem_of
    from boundcheck.measurement.preparation import prepare

    began = time.perf_counter()
    cell = json.loads(text)
    values = dict(cell["configuration"])
    values.pop("binary_floats", None)
    try:
        problem = prepare(problem_of(from_mapping(_without_none(values))))
        result: Any = {"measured": [_record(item) for item in measure(cell["statement"], problem)]}
    except (ValueError, ArithmeticError, MemoryError) as error:
        result = {"error": (str(error).splitlines() or [type(error).__name__])[0]}
    return canonical(result), time.perf_counter() - began


def _record(item: Any) -> dict[str, Any]:
    names = ("quantity", "tier", "variant", "kind", "value", "uncertainty", "witness")
    return {name: getattr(item, name) for name in names}


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if value is not None
    }
