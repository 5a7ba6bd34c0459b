"""What changed between two reports: configuration, statements, verdicts, certified values, measurements."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from boundcheck import __version__
from boundcheck.report.provenance import SCHEMA

VERDICTS = ("algebra", "hypotheses", "empirical", "vacuous")
WORSE = {("proved", "refuted"), ("proved", "undecided"), ("consistent", "contradicted"), ("met", "unmet")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: ``kind`` is configuration, statement, step, verdict, certified or measured."""

    kind: str
    where: str
    old: Any
    new: Any
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the change as JSON."""
        return {name: getattr(self, name) for name in ("kind", "where", "old", "new", "note")}

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.kind} {self.where}: {self.old} -> {self.new}{note}"


def load_report(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a report.json.

    Raises:  ValueError, one line, if it cannot be read, is no report, or is one of another format or version.
    """
    if Path(path).is_char_device():
        message = f"the old report must be a readable report.json; got the device {path}"
        raise ValueError(message)
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        message = f"the old report must be a readable report.json; got {path} ({error.strerror})"
        raise ValueError(message) from None
    except (ValueError, RecursionError):
        message = f"the old report must be a report.json; got {path}, which is not JSON"
        raise ValueError(message) from None
    if not isinstance(data, dict) or not isinstance(data.get("meta"), dict) or "statements" not in data:
        message = f"the old report must be a report.json; got {path}, which has no meta and statements"
        raise ValueError(message)
    found = data["meta"].get("schema")
    if found != SCHEMA:
        made = data["meta"].get("version", "an unknown version")
        message = f"the old report must have format {SCHEMA}; got {found} (boundcheck {made}): write it anew"
        raise ValueError(message)
    _check_version(data["meta"].get("version"), path)
    try:
        difference(data, data)
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError):
        message = f"the old report must be a whole report.json; got {path}, in which parts are missing (write it anew)"
        raise ValueError(message) from None
    return data


def _check_version(found: Any, path: str | os.PathLike[str]) -> None:
    """Refuse a report of a version whose first two numbers are not this program's: its statements may be others."""
    own = __version__
    if not isinstance(found, str) or found.split(".")[:2] != own.split(".")[:2]:
        made = f"version {found}" if isinstance(found, str) else "no version"
        message = (
            f"the old report must be of this version of boundcheck, {own}; got {path}, which has {made} "
            "(write it anew with this version, or compare with the one that wrote it)"
        )
        raise ValueError(message)


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """List what changed from one report to another; times, and the last bits of measurements, do not count."""
    return [
        *_configuration(old["meta"], new["meta"]),
        *_statements(
            {entry["id"]: entry for entry in old["statements"]}, {entry["id"]: entry for entry in new["statements"]}
        ),
    ]


def certified_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """List changes of verdicts, steps and certified values only: what must not change unnoticed on another machine."""
    return [change for change in difference(old, new) if change.kind not in ("configuration", "measured")]


def _configuration(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in ("version", "preset", "seed"):
        if old.get(name) != new.get(name):
            yield Change(kind="configuration", where=name, old=old.get(name), new=new.get(name))
    flat_old, flat_new = _flat(old["config"]), _flat(new["config"])
    for name in sorted(flat_old.keys() | flat_new.keys()):
        if flat_old.get(name) != flat_new.get(name):
            yield Change(kind="configuration", where=name, old=flat_old.get(name), new=flat_new.get(name))


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _statements(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted(old.keys() - new.keys()):
        yield Change(kind="statement", where=name, old="present", new="absent")
    for name in new:
        if name not in old:
            yield Change(kind="statement", where=name, old="absent", new="present")
            continue
        for verdict in VERDICTS:
            before, after = old[name].get(verdict), new[name].get(verdict)
            if before != after:
                note = "worse" if (before, after) in WORSE else ""
                yield Change(kind="verdict", where=f"{name} {verdict}", old=before, new=after, note=note)
        yield from _steps(name, old[name], new[name])
        yield from _certified(old[name], new[name])
        yield from _measured(name, old[name].get("measured"), new[name].get("measured"))


def _steps(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before = {step["label"]: step["status"] for step in old["steps"]}
    after = {step["label"]: step["status"] for step in new["steps"]}
    for label in sorted(before.keys() | after.keys()):
        if before.get(label) != after.get(label):
            yield Change(kind="step", where=f"{name}/{label}", old=before.get(label), new=after.get(label))


def _certified(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before = {_key(entry): entry for entry in old["numeric"]}
    after = {_key(entry): entry for entry in new["numeric"]}
    for key in sorted(before.keys() | after.keys()):
        one, two = before.get(key), after.get(key)
        if one is None or two is None:
            yield Change(kind="certified", where=key, old=_ends(one), new=_ends(two))
        elif Fraction(one["upper"]) < Fraction(two["lower"]) or Fraction(two["upper"]) < Fraction(one["lower"]):
            yield Change(kind="certified", where=key, old=_ends(one), new=_ends(two), note="disjoint")


def _key(entry: Mapping[str, Any]) -> str:
    return ", ".join(part for part in (entry["quantity"], entry["tier"], entry["variant"]) if part)


def _ends(entry: Mapping[str, Any] | None) -> str:
    return "absent" if entry is None else f"[{entry['lower']}, {entry['upper']}]"


def _measured(name: str, old: Any, new: Any) -> Iterator[Change]:
    before, after = (entry["value"] if entry else None for entry in (old, new))
    if isinstance(before, float) and isinstance(after, float):
        if abs(before - after) <= 1e-9 * max(abs(before), abs(after)):
            return
    if before != after:
        yield Change(kind="measured", where=name, old=before, new=after)
