"""Rows of a store as CSV, JSON or Parquet: one line per run and measured quantity, replaced by rename."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from boundcheck.configuration import SYMBOLS
from boundcheck.measurement.sweeps.store import Store

KINDS = (".csv", ".json", ".parquet")
COLUMNS = (
    *("key", "statement", "quantity", "tier", "variant", "kind", "value", "uncertainty", "lower", "upper", "error"),
    *("activation", "seed", "preset", *SYMBOLS, "data"),
)


def check_export(path: str | Path) -> None:
    """ValueError for an ending that is none of .csv, .json, .parquet, or Parquet without pyarrow."""
    ending = Path(path).suffix.lower()
    if ending not in KINDS:
        message = f"an export must end in {', '.join(KINDS)}; got {path}"
        raise ValueError(message)
    if not Path(path).absolute().parent.is_dir():
        message = f"an export must lie in a folder that exists; got {path}"
        raise ValueError(message)
    if ending == ".parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError as error:
            message = f"Parquet needs pyarrow; got {path} without it (pip install pyarrow, or export .csv or .json)"
            raise ValueError(message) from error


def lines(store: Store, keys: set[str] | None = None) -> list[dict[str, Any]]:
    """Flatten a store: one dictionary of COLUMNS per run and measured quantity, in the order of the keys."""
    found = []
    for key, statement, text, result, _ in store.rows():
        if keys is not None and key not in keys:
            continue
        configuration = json.loads(text)["configuration"]
        common = {"key": key, "statement": statement, "preset": configuration["preset"]}
        common |= {name: configuration.get(name) for name in SYMBOLS}
        common |= {"activation": configuration["network"]["activation"], "seed": configuration["run"]["seed"]}
        common["data"] = configuration["data"]["path"]
        outcome = json.loads(result)
        for item in outcome.get("measured", [{}]):
            error = item.get("uncertainty")
            ends = error if isinstance(error, list) else (None, None)
            values = {name: item.get(name) for name in ("quantity", "tier", "variant", "kind", "value")}
            values |= {"uncertainty": None if isinstance(error, list) else error, "lower": ends[0], "upper": ends[1]}
            line = common | values | {"error": outcome.get("error")}
            found.append({name: line.get(name) for name in COLUMNS})
    return found


def export_rows(store: Store, path: str | Path, keys: set[str] | None = None) -> None:
    """Write the rows beside the file and rename: it is whole, or the old one."""
    check_export(path)
    target = Path(path).absolute()
    table = lines(store, keys)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    beside = Path(name)
    try:
        _write(table, beside, target.suffix.lower())
        beside.chmod(0o644)
        beside.replace(target)
    except OSError as error:
        message = f"the export must be writable; got {path} ({error.strerror or error})"
        raise OSError(message) from error
    finally:
        beside.unlink(missing_ok=True)


def _write(table: list[dict[str, Any]], path: Path, ending: str) -> None:
    if ending == ".json":
        path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    elif ending == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(table)
    else:
        import pyarrow
        from pyarrow import parquet

        columns = {name: [_plain(line[name]) for line in table] for name in COLUMNS}
        parquet.write_table(pyarrow.table(columns), path)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, float) else str(value)
