"""A user's file as samples of the paper: windows of a CSV or NPZ series, scaled so that ||x_t||_2 <= 1.

A CSV (header line optional) holds one series per numeric column; a column named more than once is refused. The chosen
column is input and target: x_t = s_t / max|s|, y_t = s_{t+1} / max|s|, in overlapping windows of length T. Several
columns are several inputs, and the last one named is the target. An NPZ holds X (n, T, d) and y (n, T), which are taken
as they are, or a series as a 1-D or 2-D (rows, columns) array.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import zipfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

ROUNDING = 1e-12  # norms above 1 by no more than this are rounding of unit vectors


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Samples with everything that was done to make them.

    X: (n, T, d) float64, ||x_t||_2 <= norm_bound; y: (n, T) float64. Shifts are 0: only scales are applied, so that
    x = raw / input_scales[column] and y = raw / target_scale. starts are the first rows of the windows kept.
    """

    X: np.ndarray
    y: np.ndarray
    path: str
    sha256: str
    rows: int
    columns: tuple[str, ...]
    target: str
    input_scales: tuple[float, ...]
    target_scale: float
    windows: int
    starts: tuple[int, ...]
    norm_bound: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Samples n, length T, input dimension d."""
        return self.X.shape

    def as_dict(self) -> dict[str, Any]:
        """Return the record that a report prints; no arrays."""
        samples, length, inputs = self.shape
        return {
            "path": self.path, "sha256": self.sha256, "rows": self.rows, "columns": list(self.columns),
            "target": self.target, "input_shifts": [0.0] * len(self.columns), "input_scales": list(self.input_scales),
            "target_shift": 0.0, "target_scale": self.target_scale, "windows_available": self.windows,
            "windows": samples, "starts": list(self.starts), "n": samples, "T": length, "d": inputs,
            "norm_bound": self.norm_bound,
        }  # fmt: skip


def sample_path() -> Path:
    """Return the packaged sunspot series: yearly numbers 1700-2008, public domain."""
    return Path(__file__).with_name("data") / "sunspots.csv"


def load_series(
    path: str | Path,
    column: str | tuple[str, ...] | list[str] | None = None,
    T: int = 8,
    max_windows: int | None = None,
) -> Series:
    """Read a CSV or NPZ file as samples.

    Args:    column: name(s) of the input columns, the last one also the target; None: the last numeric column.
             T: window length >= 1; ignored for an NPZ that holds X. max_windows: keep at most so many, evenly spread.
    Raises:  ValueError with the rule, the offending row or name, and the remedy.
    """
    content = _read(Path(path))
    names = _chosen(column)
    if content[:2] == b"PK":
        return _from_npz(Path(path), content, names, T, max_windows)
    header, rows = _table(Path(path), content)
    picked = _pick(Path(path), header, rows, names)
    values = _numbers(Path(path), header, rows, picked)
    return _windows(Path(path), content, values, tuple(header[i] for i in picked), T, max_windows)


def _chosen(column: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    if not column:
        return ()
    return (column,) if isinstance(column, str) else tuple(column)


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"data must be a readable CSV or NPZ file; got {path} ({error.strerror})"
        raise ValueError(message) from error
    if not content.strip():
        message = f"data must not be empty; got {path} ({len(content)} bytes)"
        raise ValueError(message)
    return content


def _table(path: Path, content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return column names and (line number, cells); a first line with a cell that is no number is the header."""
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
    width = len(rows[0][1])
    for line, row in rows:
        if len(row) != width:
            message = f"every row must have {width} cells as the first one; got {len(row)} at row {line} of {path}"
            raise ValueError(message)
    if all(_is_number(cell) for cell in rows[0][1]):
        return [str(i + 1) for i in range(width)], rows
    return rows[0][1], rows[1:]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _pick(path: Path, header: list[str], rows: list[tuple[int, list[str]]], names: tuple[str, ...]) -> list[int]:
    """Return the indices of the columns by name, or of the last numeric one."""
    for name in names:
        if header.count(name) != 1:
            trouble = "is not there" if name not in header else "stands there more than once"
            message = f"column {name!r} {trouble}; {path} has the columns: {', '.join(header)}"
            raise ValueError(message)
    if len(set(names)) != len(names):
        message = f"each column may be named once; got {', '.join(names)}"
        raise ValueError(message)
    if names:
        return [header.index(name) for name in names]
    for i in reversed(range(len(header))):
        if any(_is_number(row[i]) for _, row in rows):
            return [i]
    message = f"data must have a numeric column; got {path} with the columns: {', '.join(header)[:80]}"
    raise ValueError(message)


def _numbers(path: Path, header: list[str], rows: list[tuple[int, list[str]]], picked: list[int]) -> Any:
    import numpy as np

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


def _from_npz(path: Path, content: bytes, names: tuple[str, ...], T: int, max_windows: int | None) -> Series:
    import numpy as np

    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {key: np.asarray(archive[key]) for key in archive.files}
    except (ValueError, OSError, zipfile.BadZipFile, EOFError, KeyError) as error:
        message = f"data must be an NPZ of plain arrays; got {path} ({str(error).splitlines()[0][:80]})"
        raise ValueError(message) from error
    for key, array in arrays.items():
        if array.dtype.kind not in "fiu":
            message = f"arrays of an NPZ must be real numbers; got {key} of type {array.dtype} in {path}"
            raise ValueError(message)
    if "X" in arrays:
        return _samples(path, content, arrays, max_windows)
    if len(arrays) != 1:
        message = f"an NPZ must hold X and y, or one series; got {', '.join(arrays) or 'nothing'} in {path}"
        raise ValueError(message)
    ((key, array),) = arrays.items()
    values = array.astype(np.float64)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.shape[1] == 0:
        message = f"a series must be 1-D or 2-D (rows, columns); got {key} of shape {array.shape} in {path}"
        raise ValueError(message)
    header = [key] if array.ndim == 1 else [str(i + 1) for i in range(values.shape[1])]
    picked = _pick(path, header, [(1, ["0"] * len(header))], names)
    values = values[:, picked]
    _refuse_infinite(path, key, values)
    return _windows(path, content, values, tuple(header[i] for i in picked), T, max_windows)


def _samples(path: Path, content: bytes, arrays: dict[str, Any], max_windows: int | None) -> Series:
    """Take X (n, T, d) and y (n, T) as they are: nothing is scaled, so ||x_t||_2 <= 1 must hold."""
    import numpy as np

    X = arrays["X"].astype(np.float64)
    if X.ndim != 3 or 0 in X.shape:
        message = f"X must have shape (n, T, d), none of them 0; got {X.shape} in {path}"
        raise ValueError(message)
    if "y" not in arrays or arrays["y"].shape != X.shape[:2]:
        got = f"y of shape {arrays['y'].shape}" if "y" in arrays else f"only {', '.join(arrays)}"
        message = f"an NPZ with X must hold y of shape (n, T) = {X.shape[:2]}; got {got} in {path}"
        raise ValueError(message)
    y = arrays["y"].astype(np.float64)
    _refuse_infinite(path, "X", X)
    _refuse_infinite(path, "y", y)
    norms = np.linalg.norm(X, axis=2)
    j, t = np.unravel_index(int(norms.argmax()), norms.shape)
    if norms[j, t] > 1 + ROUNDING:
        message = f"||x_t||_2 must be <= 1; got {norms[j, t]:.6g} at sample {j}, t = {t + 1} of {path} (divide X by it)"
        raise ValueError(message)
    kept = _spread(len(X), max_windows)
    inputs = tuple(f"X[{i}]" for i in range(X.shape[2]))
    return _series(
        X[kept], y[kept], path, content, rows=len(X), columns=inputs, target="y", input_scales=(1.0,) * len(inputs),
        target_scale=1.0, windows=len(X), starts=tuple(kept), norm_bound=_norm_bound(X.reshape(-1, X.shape[2])),
    )  # fmt: skip


def _refuse_infinite(path: Path, key: str, values: Any) -> None:
    import numpy as np

    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        place = ", ".join(str(i) for i in wrong[0])
        message = f"data must be finite numbers; got {values[tuple(wrong[0])]} at {key}[{place}] of {path}"
        raise ValueError(message)


def _windows(
    path: Path, content: bytes, values: Any, columns: tuple[str, ...], T: int, max_windows: int | None
) -> Series:
    """Cut a series (rows, columns) into overlapping windows with one-step-ahead targets of its last column."""
    import numpy as np

    if len(values) < T + 1:
        message = f"data must have at least T + 1 = {T + 1} rows; got {len(values)} in {path} (choose a smaller T)"
        raise ValueError(message)
    largest = np.abs(values).max(axis=0)
    for name, size in zip(columns, largest, strict=True):
        if size == 0:
            message = f"a series must not be 0 everywhere; got column {name!r} of {path}"
            raise ValueError(message)
    scaled = values / largest
    length = _norm_scale(scaled)
    inputs, targets = scaled / length, scaled[:, -1]
    total = len(values) - T
    kept = _spread(total, max_windows)
    X = np.stack([inputs[s : s + T] for s in kept])
    y = np.stack([targets[s + 1 : s + T + 1] for s in kept])
    return _series(
        X, y, path, content, rows=len(values), columns=columns, target=columns[-1],
        input_scales=tuple(float(size * length) for size in largest), target_scale=float(largest[-1]),
        windows=total, starts=tuple(kept), norm_bound=1.0,
    )  # fmt: skip


def _norm_scale(rows: Any) -> float:
    """Return a number >= 1 by which to divide so that every row has exact Euclidean norm <= 1."""
    import numpy as np

    scale = max(1.0, float(np.linalg.norm(rows, axis=1).max()))
    while _norm_bound(rows / scale) > 1:
        scale *= 1 + 2.0**-52
    return scale


def _norm_bound(rows: Any) -> float:
    """Return the least double >= 1 that is >= the exact Euclidean norm of every row."""
    import numpy as np

    near = rows[np.linalg.norm(rows, axis=1) > 1 - 1e-9]
    square = max((sum(Fraction(float(x)) ** 2 for x in row) for row in np.unique(near, axis=0)), default=Fraction(0))
    bound = max(1.0, math.sqrt(square) * (1 - 1e-15))
    while Fraction(bound) ** 2 < square:
        bound = math.nextafter(bound, math.inf)
    return bound


def _spread(total: int, most: int | None) -> list[int]:
    """Return at most `most` indices out of range(total), evenly spread, the first and the last among them."""
    if most is None or total <= most:
        return list(range(total))
    return [i * (total - 1) // max(most - 1, 1) for i in range(most)]


def _series(X: Any, y: Any, path: Path, content: bytes, **record: Any) -> Series:
    import numpy as np

    X, y = np.ascontiguousarray(X), np.ascontiguousarray(y)
    X.setflags(write=False)
    y.setflags(write=False)
    return Series(X=X, y=y, path=str(path), sha256=hashlib.sha256(content).hexdigest(), **record)
