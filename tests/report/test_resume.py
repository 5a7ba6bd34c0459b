"""A report that was killed is resumed: the same values as one that was not, and it says how much was there."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

import boundcheck
from boundcheck.report.kept import NAME, Kept
from boundcheck.report.setting import prepare

CONFIG = """
alpha = "9/20"
T = 2
n = 2
d = 2
m = 16
tau = 5
[network]
lengths = [1, 2]
widths = [16, 32]
[run]
statements = ["prop-4", "prop-4b", "prop-6b"]
mutation_seconds = 0
restarts = 4
runs = 2
"""


START = """
import sys
from boundcheck.measurement.sweeps import worker
worker.code_version = lambda: "of this test"
from boundcheck.cli.main import main
sys.argv[0] = "boundcheck"
sys.exit(main())
"""


def command(path, out):
    return [sys.executable, "-P", "-c", START, "report", "--config", str(path), "--out", str(out)]


def kept(folder):
    """Names of the measurements in a folder's store."""
    try:
        with sqlite3.connect(f"file:{folder / NAME}?mode=ro", uri=True) as connection:
            return [row[0] for row in connection.execute("SELECT statement FROM runs")]
    except sqlite3.Error:
        return []


def content(folder):
    data = json.loads((folder / "report.json").read_text())
    data["meta"].pop("seconds")
    data.pop("files")
    return data


def test_a_killed_report_is_resumed_with_the_same_values(tmp_path):
    path, out = tmp_path / "c.toml", tmp_path / "out"
    path.write_text(CONFIG)
    first = subprocess.Popen(command(path, out), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(kept(out)) < 2 and first.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    there = kept(out)
    assert 2 <= len(there)
    assert not (out / "report.json").exists()
    second = subprocess.run(command(path, out), capture_output=True, text=True, timeout=120, check=True)
    assert f"{len(there)} measurements of an interrupted run were resumed" in second.stderr
    assert not (out / NAME).exists()
    undisturbed = boundcheck.report(boundcheck.configuration.load(path)).save(tmp_path / "undisturbed")
    one, two = content(out), content(undisturbed)
    for data in (one, two):
        data["meta"].pop("command")
    assert one == two


@pytest.fixture
def setting():
    return prepare(boundcheck.configuration.from_mapping({"T": 1, "n": 1, "m": 4, "run": {"statements": ["prop-2"]}}))


def test_what_is_there_is_not_measured_again(setting, tmp_path):
    with Kept(setting, tmp_path) as first:
        before = first.measure("prop-4", setting.problem)
    with Kept(setting, tmp_path) as second:
        again = second.measure("prop-4", None)
        assert second.resumed == 1
        for one, two in zip(before, again, strict=True):
            assert (one.value, one.witness, one.uncertainty, one.series) == (
                two.value, two.witness, two.uncertainty, two.series,
            )  # fmt: skip
        assert second.recall("other", lambda: [1.5]) == [1.5]


def test_other_numbers_and_other_code_are_measured_again(setting, tmp_path, monkeypatch):
    with Kept(setting, tmp_path) as first:
        first.recall("a", lambda: [1])
    wider = prepare(setting.configuration.with_values({"m": 6}))
    with Kept(wider, tmp_path) as other:
        assert other.recall("a", lambda: [2]) == [2]
    monkeypatch.setattr("boundcheck.measurement.sweeps.worker.code_version", lambda: "another")
    with Kept(setting, tmp_path) as newer:
        assert newer.recall("a", lambda: [3]) == [3]
        assert newer.resumed == 0


def test_what_is_no_store_or_is_taken_is_said_in_one_line(setting, tmp_path):
    with Kept(setting, tmp_path), pytest.raises(OSError, match="must be free") as caught:
        Kept(setting, tmp_path)
    assert "\n" not in str(caught.value)
    other = tmp_path / "other"
    other.mkdir()
    (other / NAME).write_text("my own notes, long enough to be no empty file" * 40)
    with pytest.raises(ValueError, match="must be a SQLite file"):
        Kept(setting, other)
    assert (other / NAME).read_text().startswith("my own notes")
