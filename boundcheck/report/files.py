"""Writing a report so that a reader never sees half of one: beside first, then one rename a file, report.json last."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LAST = "report.json"


def check_folder(out: str | os.PathLike[str]) -> Path:
    """Make the output folder if need be and prove that it can be written to, before any work is done.

    Raises:  ValueError naming the folder and the remedy.
    """
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        message = f"the output must be a folder; got the file {folder} (choose another --out)"
        raise ValueError(message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".boundcheck-"):
            pass
    except OSError as error:
        message = f"the output folder must be writable; got {folder} ({error.strerror}; choose another --out)"
        raise ValueError(message) from None
    return folder


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def dump(data: Any) -> bytes:
    """Return JSON with stable formatting; NaN and infinity are refused."""
    return (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def replace_all(folder: Path, contents: Mapping[str, bytes], data: Mapping[str, Any], stale: tuple[str, ...]) -> None:
    """Write each file beside its place, then rename them one by one; report.json comes last, with the others' hashes.

    A report whose hashes agree is whole; one that was interrupted during the renames shows by its hashes.

    Args:    stale: globs below the folder whose other files belong to an older report and go.
    """
    files = {name: {"sha256": sha256(content), "bytes": len(content)} for name, content in sorted(contents.items())}
    everything = {**contents, LAST: dump({**data, "files": files})}
    prepared: dict[str, str] = {}
    try:
        for name, content in everything.items():
            prepared[name] = _beside(folder / name, content)
        for name in everything:
            os.replace(prepared[name], folder / name)
            del prepared[name]
    finally:
        for left in prepared.values():
            Path(left).unlink(missing_ok=True)
    for pattern in stale:
        for path in folder.glob(pattern):
            if path.is_file() and path.relative_to(folder).as_posix() not in everything:
                path.unlink()


def _beside(target: Path, content: bytes) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".boundcheck-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o644)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name


def verify(folder: str | os.PathLike[str]) -> list[str]:
    """List the files of a report that are missing or differ from the hashes in its report.json; empty if whole."""
    root = Path(folder)
    recorded = json.loads((root / LAST).read_text(encoding="utf-8"))["files"]
    return [
        name
        for name, entry in recorded.items()
        if not (root / name).is_file() or sha256((root / name).read_bytes()) != entry["sha256"]
    ]
