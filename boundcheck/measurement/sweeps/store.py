"""One SQLite file of results: one row a run, a transaction each, keyed by content; safe to kill at any time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boundcheck.measurement.sweeps.grid import Cell

APPLICATION = 0x62636B31
FORMAT = 1
SCHEMA = (
    "CREATE TABLE runs (key TEXT PRIMARY KEY, statement TEXT NOT NULL, configuration TEXT NOT NULL, "
    "result TEXT NOT NULL, code TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE timings (key TEXT PRIMARY KEY, seconds REAL NOT NULL) WITHOUT ROWID",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
PATIENCE = 5.0


class Store:
    """Results of a sweep.

    Args:    path: the SQLite file, made if it does not exist; code: version of the code that fills it;
             writable: False opens it for reading only, whatever its code version.
    Raises:  ValueError if the file is no store or of another version; OSError if it is read-only, locked or the disk is
             full. The file is never changed then.
    """

    def __init__(self, path: str | Path, code: str, *, writable: bool = True) -> None:
        self.path, self.code = Path(path), code
        self._guard: int | None = None
        _check_place(self.path, writable)
        fresh = not self.path.exists() or self.path.stat().st_size == 0
        with self._speaking():
            mode = "rwc" if writable else "ro"
            uri = f"{self.path.absolute().as_uri()}?mode={mode}"
            self._connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
        try:
            if fresh and writable:
                self._create()
            self._check_version(writable)
            if writable:
                self._take()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Store:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let others have it."""
        self._connection.close()
        if self._guard is not None:
            os.close(self._guard)
            self._guard = None

    def keys(self) -> set[str]:
        """Keys of the runs that are done."""
        with self._speaking():
            return {row[0] for row in self._connection.execute("SELECT key FROM runs")}

    def add(self, cell: Cell, result: str, seconds: float) -> None:
        """Store one run, all or nothing; a run that is there already stays as it is."""
        with self._speaking(), self._transaction():
            self._connection.execute(
                "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?)",
                (cell.key, cell.statement, cell.as_text(), result, self.code),
            )
            self._connection.execute("INSERT OR IGNORE INTO timings VALUES (?, ?)", (cell.key, seconds))

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """All runs in the order of their keys: key, statement, configuration, result, code version."""
        with self._speaking():
            return list(
                self._connection.execute("SELECT key, statement, configuration, result, code FROM runs ORDER BY key")
            )

    def _create(self) -> None:
        with self._speaking(), self._transaction():
            if self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return
            for statement in SCHEMA:
                self._connection.execute(statement)
            self._connection.execute("INSERT INTO meta VALUES ('code', ?)", (self.code,))
            self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
            self._connection.execute(f"PRAGMA user_version = {FORMAT}")

    def _check_version(self, writable: bool) -> None:
        with self._speaking():
            application = self._connection.execute("PRAGMA application_id").fetchone()[0]
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION:
            message = f"the store must be a sweep's; got {self.path}, a SQLite file of something else (choose another)"
            raise ValueError(message)
        if version != FORMAT:
            message = f"the store must have format {FORMAT}; got {self.path} with format {version} (another version's)"
            raise ValueError(message)
        with self._speaking():
            row = self._connection.execute("SELECT value FROM meta WHERE name = 'code'").fetchone()
        code = row[0] if row else "an unknown version"
        if writable and code != self.code:
            message = (
                f"the store must come from this code version, {self.code}; got {self.path} from {code} "
                "(finish it there, or start another file)"
            )
            raise ValueError(message)

    def _take(self) -> None:
        """Make sure that no other sweep fills the same file; the lock ends with the process, however it ends."""
        self._guard = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._guard)
            self._guard = None
            message = f"the store must be free; got {self.path}, which another sweep is filling (wait for it)"
            raise OSError(message) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turn SQLite's errors into one line that names the remedy."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise _translated(error, self.path) from error


def _translated(error: sqlite3.DatabaseError, path: Path) -> Exception:
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return OSError(f"the store must be free; got {path}, which another process has locked (wait, or copy it)")
    if "full" in text:
        return OSError(f"the store needs room; got a full disk at {path} (all that was stored is kept; free some)")
    if "disk i/o" in text:
        return OSError(f"the store's disk must work and have room; got an error at {path} (what was stored is kept)")
    if "readonly" in text or "read-only" in text:
        return OSError(f"the store must be writable; got {path}, which is read-only (choose another place)")
    if "not a database" in text or "malformed" in text or "no such table" in text:
        return ValueError(f"the store must be a SQLite file of a sweep; got {path} ({error})")
    return OSError(f"the store must be usable; got {path} ({error})")


def _check_place(path: Path, writable: bool) -> None:
    """Refuse what cannot be a store before SQLite touches it."""
    if path.is_dir():
        message = f"the store must be a file; got the folder {path}"
        raise ValueError(message)
    if path.exists() and not path.is_file():
        message = f"the store must be a file on a disk; got {path}, which is none"
        raise ValueError(message)
    if not path.exists() and not writable:
        message = f"the store must exist; got {path}"
        raise ValueError(message)
    if not path.absolute().parent.is_dir():
        message = f"the store must lie in a folder that exists; got {path}"
        raise ValueError(message)
    if not writable:
        return
    for place in (path, path.absolute().parent):
        if place.exists() and (not os.access(place, os.W_OK) or not place.stat().st_mode & 0o222):
            message = f"the store must be writable; got {path}, and {place} is read-only (choose another place)"
            raise OSError(message)


def summary(store: Store) -> dict[str, Any]:
    """Count what a store holds."""
    return {"path": str(store.path), "rows": len(store.keys()), "code": store.code}
