"""A user's file as samples of the paper: windows of a CSV or NPZ series, scaled so that ||x_t||_2 <= 1.

A CSV (header line optional) holds one series per numeric column; a column named more than once is refused. The chosen
column is input and target: x_t = s_t / max|s|, y_t = s_{t+1} / max|s|, in overlapping windows of length T. Several
columns are several inputs, and the last one named is the target. An NPZ holds X (n, T, d) and y (n, T), which are taken
as they are, or a series as a 1-D or 2-D (rows, columns) array.
"""

from __future__ import annotations

from pathlib import Path

from boundcheck.series.files import NAMES, arrays_of, numbers, pick, read, refuse_infinite, table
from boundcheck.series.windows import Series as Series
from boundcheck.series.windows import samples, windows


def sample_path() -> Path:
    """Return the packaged sunspot series: yearly numbers 1700-2008, public domain."""
    return Path(__file__).parents[1] / "data" / "sunspots.csv"


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
    content = read(Path(path))
    names = _chosen(column)
    if content[:2] == b"PK":
        return _from_npz(Path(path), content, names, T, max_windows)
    header, rows = table(Path(path), content)
    picked = pick(Path(path), header, rows, names)
    values = numbers(Path(path), header, rows, picked)
    return windows(Path(path), content, values, tuple(header[i] for i in picked), T, max_windows)


def _chosen(column: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    if not column:
        return ()
    return (column,) if isinstance(column, str) else tuple(column)


def _from_npz(path: Path, content: bytes, names: tuple[str, ...], T: int, max_windows: int | None) -> Series:
    arrays = arrays_of(path, content)
    if "X" in arrays:
        return samples(path, content, arrays, max_windows)
    if len(arrays) != 1 or NAMES & arrays.keys():
        message = f"an NPZ must hold X and y, or one series; got {', '.join(arrays) or 'nothing'} in {path}"
        raise ValueError(message)
    ((key, array),) = arrays.items()
    values = array.astype(float)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.shape[1] == 0:
        message = f"a series must be 1-D or 2-D (rows, columns); got {key} of shape {array.shape} in {path}"
        raise ValueError(message)
    header = [key] if array.ndim == 1 else [str(i + 1) for i in range(values.shape[1])]
    picked = pick(path, header, [(1, ["0"] * len(header))], names)
    values = values[:, picked]
    refuse_infinite(path, key, values)
    return windows(path, content, values, tuple(header[i] for i in picked), T, max_windows)
