"""A sweep file: a configuration in TOML in which lists, and the table ``[grid]``, are axes.

``m = [64, 256]`` at the top level or in ``[grid]`` is an axis; in ``[grid]`` also ``seed``, ``activation`` and every
key of ``[network]``, ``[run]`` or ``[data]``, by its name or as "network.activation". ``[run] statements`` is an axis
too (one run measures one statement; default theorem-1). The sweep is the product of all axes, in the file's order.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from boundcheck.configuration import SYMBOLS, Configuration, Data, Network, Run, from_mapping, read_toml

SECTIONS = {"network": Network, "run": Run, "data": Data}
LISTS = ("network.widths", "network.lengths", "data.column", "run.statements")
WITHOUT_EFFECT = ("jobs", "out", "statements", "digits", "timeout", "mutation_seconds", "certify")
MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One run: a statement at a configuration. ``key`` is the hash of both, the data's bytes and the code version."""

    key: str
    statement: str
    configuration: dict[str, Any]

    def as_text(self) -> str:
        """Canonical JSON: what the key is computed from, and what a worker gets."""
        return canonical({"statement": self.statement, "configuration": self.configuration})


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def cells(path: str | Path, code: str) -> tuple[Cell, ...]:
    """Read a sweep file and list its runs, each checked, none twice.

    Raises:  ValueError, one line, for TOML that is none, unknown keys, an empty axis or a bad value in any run.
    """
    values = read_toml(path, "a sweep")
    grid = values.pop("grid", {})
    if not isinstance(grid, Mapping):
        message = f"[grid] must be a table of lists; got {grid!r}"
        raise ValueError(message)
    axes = _axes(values, grid)
    count = 1
    for name, items in axes:
        if not items:
            message = f"an axis needs at least one value; got {name} = []"
            raise ValueError(message)
        count *= len(items)
    if count > MOST:
        message = f"a sweep may have at most {MOST} runs; got {count} (split it)"
        raise ValueError(message)
    found: dict[str, Cell] = {}
    for choice in itertools.product(*(items for _, items in axes)):
        cell = _cell(values, [name for name, _ in axes], choice, code)
        found.setdefault(cell.key, cell)
    return tuple(found.values())


def _axes(values: dict[str, Any], grid: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    axes = [(name, value) for name, value in values.items() if name in (*SYMBOLS, "preset") and isinstance(value, list)]
    for section, kind in SECTIONS.items():
        table = values.get(section, {})
        if isinstance(table, Mapping):
            names = [item.name for item in fields(kind)]
            axes += [
                (f"{section}.{name}", table[name])
                for name in table
                if name in names and isinstance(table[name], list) and f"{section}.{name}" not in LISTS
            ]
    axes += [(_full_name(name), value if isinstance(value, list) else [value]) for name, value in grid.items()]
    run = values.get("run", {})
    statements = run.get("statements", ["theorem-1"]) if isinstance(run, Mapping) else ["theorem-1"]
    if not any(name == "run.statements" for name, _ in axes):
        axes.append(("run.statements", [statements] if isinstance(statements, str) else list(statements)))
    twice = [name for name, _ in axes if [other for other, _ in axes].count(name) > 1]
    if twice:
        message = f"an axis must be given once; got {twice[0]} twice"
        raise ValueError(message)
    return axes


def _full_name(name: str) -> str:
    """Find the section of a key of [grid]."""
    if name in (*SYMBOLS, "preset"):
        return name
    known = {f"{section}.{item.name}" for section, kind in SECTIONS.items() for item in fields(kind)}
    if name in ("statement", "statements", "measure"):
        return "run.statements"
    matches = [full for full in sorted(known) if name in (full, full.partition(".")[2])]
    if len(matches) != 1:
        listed = ", ".join((*SYMBOLS, "seed", "activation", "statements"))
        message = f"unknown key {name!r} at [grid]; known keys: {listed}, and those of [network], [run], [data]"
        raise ValueError(message)
    return matches[0]


def _cell(values: Mapping[str, Any], names: list[str], choice: tuple[Any, ...], code: str) -> Cell:
    from boundcheck.measurement.catalogue import MEASUREMENTS

    chosen = {key: dict(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    statement = ""
    for name, value in zip(names, choice, strict=True):
        section, dot, key = name.partition(".")
        if name == "run.statements":
            statement = value
        elif dot:
            chosen.setdefault(section, {})[key] = value
        else:
            chosen[name] = value
    known = tuple(dict.fromkeys(entry[0] for entry in MEASUREMENTS))
    if statement not in known:
        message = f"a sweep measures statements; got {statement!r} (measured are: {' '.join(known)})"
        raise ValueError(message)
    chosen.setdefault("run", {})["statements"] = [statement]
    configuration = from_mapping(chosen)
    _check(configuration, statement)
    plain = configuration.as_dict()
    for name in WITHOUT_EFFECT:
        plain["run"].pop(name, None)
    fingerprint = _fingerprint(configuration)
    text = canonical({"statement": statement, "configuration": plain, "data": fingerprint, "code": code})
    key = hashlib.sha256(text.encode()).hexdigest()
    return Cell(key=key, statement=statement, configuration=plain)


def _check(configuration: Configuration, statement: str) -> None:
    """Refuse before the work begins what a run would refuse: the activation, odd widths, the data, memory."""
    from boundcheck.activations import activation
    from boundcheck.measurement.memory import check_memory

    activation(configuration.network.activation)
    data, numbers = configuration.data, configuration.parameters
    if data.path is not None:
        n, T, d = _shape(str(data.path), tuple(data.column), numbers.T, data.max_windows)
        numbers = replace(numbers, n=n, T=T, d=d)
    check_memory(numbers, (statement,))


@lru_cache(maxsize=256)
def _shape(path: str, column: tuple[str, ...], T: int, max_windows: int) -> tuple[int, int, int]:
    """Read a data file, to refuse what is wrong with it; return the sizes of its samples."""
    from boundcheck.series import load_series

    return load_series(path, column, T, max_windows).shape


def _fingerprint(configuration: Configuration) -> str | None:
    """Hash of the data file's bytes."""
    if configuration.data.path is None:
        return None
    try:
        return hashlib.sha256(Path(configuration.data.path).read_bytes()).hexdigest()
    except OSError as error:
        message = f"the data must be a readable file; got {configuration.data.path} ({error.strerror})"
        raise ValueError(message) from error
