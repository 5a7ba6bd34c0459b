"""Reading files: a CSV as named columns with line numbers, an NPZ as named arrays; one clear line where it fails."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path
from typing import Any

DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
NAMES = {"X", "y", "w", "u", "c"}
"""Arrays that mean something: none of them is a series."""


def read(path: Path) -> bytes:
    """Return a file's content, which must not be empty."""
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"data must be a readable CSV or NPZ file; got {path} ({error.strerror})"
        raise ValueError(message) from error
    if not content.strip():
        message = f"data must not be empty; got {path} ({len(content)} bytes)"
        raise ValueError(message)
    return content


def table(path: Path, content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return column names and (line number, cells); a first line with a cell that is no number is the header.

    Cells are separated by commas, semicolons or tabs; where they are not by commas, a comma in a number is decimal.
    """
    text = content.decode("utf-8-sig", errors="replace")
    if "\0" in text or "\ufffd" in text:
        message = f"data must be a text CSV or an NPZ file; got {path} (binary content)"
        raise ValueError(message)
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = next((mark for mark in (",", ";", "\t") if mark in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        message = f"data must be CSV; got {path} (line {reader.line_num}: {error})"
        raise ValueError(message) from error
    if delimiter != ",":
        rows = [(line, [_with_point(cell) for cell in row]) for line, row in rows]
    width = len(rows[0][1])
    for line, row in rows:
        if len(row) != width:
            message = f"every row must have {width} cells as the first one; got {len(row)} at row {line} of {path}"
            raise ValueError(message)
    if all(_is_number(cell) for cell in rows[0][1]):
        return [str(i + 1) for i in range(width)], rows
    return rows[0][1], rows[1:]


def _with_point(cell: str) -> str:
    return cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _listed(header: list[str]) -> str:
    """Names on one line of reasonable length."""
    text = ", ".join(" ".join(name.split()) for name in header)
    return text if len(text) <= 200 else text[:197] + "..."


def pick(path: Path, header: list[str], rows: list[tuple[int, list[str]]], names: tuple[str, ...]) -> list[int]:
    """Return the indices of the columns by name, or of the last numeric one."""
    for name in names:
        if header.count(name) != 1:
            trouble = "is not there" if name not in header else "stands there more than once"
            message = f"column {name!r} {trouble}; {path} has the columns: {_listed(header)}"
            raise ValueError(message)
    if len(set(names)) != len(names):
        message = f"each column may be named once; got {', '.join(names)}"
        raise ValueError(message)
    if names:
        return [header.index(name) for name in names]
    for i in reversed(range(len(header))):
        if any(_is_number(row[i]) for _, row in rows):
            return [i]
    message = f"data must have a numeric column; got {path} with the columns: {_listed(header)}"
    raise ValueError(message)


def numbers(path: Path, header: list[str], rows: list[tuple[int, list[str]]], picked: list[int]) -> Any:
    """Return the picked columns as floats (rows, columns); ValueError at the first cell that is no finite number."""
    import numpy as np

    try:
        values = np.array([[float(row[i]) for i in picked] for _, row in rows])
        if np.isfinite(values).all() and not any("_" in row[i] for _, row in rows for i in picked):
            return values
    except ValueError:
        pass
    values = np.empty((len(rows), len(picked)))
    for r, (line, row) in enumerate(rows):
        for k, i in enumerate(picked):
            number = float(row[i]) if _is_number(row[i]) else math.nan
            if not math.isfinite(number):
                shown = repr(row[i][:30])
                message = f"data must be finite numbers; got {shown} at row {line}, column {header[i]!r} of {path}"
                raise ValueError(message)
            values[r, k] = number
    return values


def arrays_of(path: Path, content: bytes) -> dict[str, Any]:
    """Return the real arrays of an NPZ."""
    import numpy as np

    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {key: np.asarray(archive[key]) for key in archive.files}
    except Exception as error:  # what zipfile and NumPy raise for damaged archives is of a dozen kinds
        reason = (str(error).splitlines() or [type(error).__name__])[0][:80]
        message = f"data must be an NPZ of plain arrays; got {path} ({reason})"
        raise ValueError(message) from error
    for key, array in arrays.items():
        if array.dtype.kind not in "fiu":
            message = f"arrays of an NPZ must be real numbers; got {key} of type {array.dtype} in {path}"
            raise ValueError(message)
    return arrays


def refuse_infinite(path: Path, key: str, values: Any) -> None:
    """Raise ValueError at the first entry of an array that is not finite."""
    import numpy as np

    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        place = ", ".join(str(i) for i in wrong[0])
        message = f"data must be finite numbers; got {values[tuple(wrong[0])]} at {key}[{place}] of {path}"
        raise ValueError(message)
