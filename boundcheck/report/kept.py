"""What an interrupted report had measured: kept in ``measurements.sqlite`` in its folder until the report is whole.

The file is a store of the same kind as a sweep's: a transaction a measurement, keyed by the content of configuration,
data, package versions and code. What another code version left there is of no use, and is started anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from boundcheck.report.setting import Setting

NAME = "measurements.sqlite"


class Kept:
    """Measurements of one setting, taken from a store where they are there and put into it where they are not.

    Args:    folder: of the report; None: nothing is kept.
    Raises:  ValueError or OSError, one line, if the store cannot be used.
    """

    def __init__(self, setting: Setting, folder: Path | None) -> None:
        self.resumed = 0
        self._store = None
        if folder is not None:
            self._base = _base(setting)
            self._store = _open(folder / NAME)
            self._done = {row[0]: row[3] for row in self._store.rows()}

    def __enter__(self) -> Kept:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    def recall(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return a JSON value that ``compute`` gives, from the store if an earlier run computed it."""
        if self._store is None:
            return compute()
        from boundcheck.measurement.sweeps.grid import Cell, canonical

        content = self._base | {"name": name}
        cell = Cell(
            key=hashlib.sha256(canonical(content).encode()).hexdigest(), statement=name, configuration=self._base
        )
        if cell.key in self._done:
            self.resumed += 1
            return json.loads(self._done[cell.key])
        found = compute()
        text = json.dumps(found, default=lambda value: value.tolist())
        if found:
            self._store.add(cell, text, 0.0)
        return json.loads(text)

    def measure(self, identifier: str, problem: Any) -> tuple[Any, ...]:
        """Measure a statement as the measurement stage does."""
        from boundcheck.measurement import Measurement, measure

        if self._store is None:
            return measure(identifier, problem)
        rows = self.recall(identifier, lambda: [asdict(item) for item in measure(identifier, problem)])
        return tuple(Measurement(**row | {"uncertainty": _interval(row["uncertainty"])}) for row in rows)


def forget(folder: Path) -> None:
    """Remove the store of a report that is whole."""
    for name in (NAME, f"{NAME}-journal"):
        (folder / name).unlink(missing_ok=True)


def _interval(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _base(setting: Setting) -> dict[str, Any]:
    from boundcheck.measurement.sweeps.grid import WITHOUT_EFFECT
    from boundcheck.report.provenance import versions

    config = setting.configuration.as_dict()
    config["run"] = {name: value for name, value in config["run"].items() if name not in WITHOUT_EFFECT}
    digest = hashlib.sha256()
    for array in (setting.problem.X, setting.problem.y):
        digest.update(array.tobytes())
    return {"configuration": config, "data": digest.hexdigest(), "versions": versions()}


def _open(path: Path) -> Any:
    """Open the store; one that another code version filled is started anew."""
    from boundcheck.measurement import Store
    from boundcheck.measurement.sweeps.worker import code_version

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return Store(path, code_version())
    except ValueError as error:
        if "code version" not in str(error):
            raise
    forget(path.parent)
    return Store(path, code_version())
