"""report, certify and sweep in a small size: files, exit codes, JSON keys, the same seed twice."""

import json
import math
import re

import numpy as np
import pytest

SMALL = """
T = 3
n = 4
d = 2
m = 32
tau = 20
[network]
widths = [16, 32, 64]
lengths = [1, 2, 4]
[run]
statements = ["prop-4"]
restarts = 4
runs = 5
mutation_seconds = 0
"""
FILES = {"report.html", "report.md", "report.json", "report.tex", "figures", "certificates"}


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("c") / "small.toml"
    path.write_text(SMALL)
    return path


def without_times(text):
    return re.sub(r'("(?:seconds|command|out)"|"sha256"|"bytes"): ("[^"]*"|[0-9.e+-]+)', r"\1: 0", text)


def test_a_report_is_written_and_the_same_seed_gives_the_same_one(terminal, config, tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    shown = terminal.json("report", "--config", config, "--out", first, "--seed", 3)
    assert shown["summary"]["statements"] == 1
    assert {path.name for path in first.iterdir()} <= FILES
    data = json.loads((first / "report.json").read_text())
    assert {"meta", "statements", "summary"} <= set(data)
    assert data["meta"]["seed"] == 3
    (statement,) = data["statements"]
    assert {"id", "algebra", "hypotheses", "numeric", "measured", "empirical", "tightness", "vacuous"} <= set(statement)
    text = terminal.printed(
        "report", "--config", config, "--out", second, "--seed", 3, "--diff", first / "report.json", "--quiet"
    )
    assert "0 changes since" in text
    assert without_times((first / "report.json").read_text()) == without_times((second / "report.json").read_text())


def test_a_report_on_a_series(terminal, config, tmp_path):
    series = tmp_path / "s.csv"
    series.write_text("t,a,b\n" + "".join(f"{k},{k % 5 + 1},{k % 3 - 1}\n" for k in range(12)))
    out = tmp_path / "out"
    terminal.json("report", "--config", config, "--data", series, "--column", "a", "--column", "b", "--out", out)
    data = json.loads((out / "report.json").read_text())["meta"]["data"]
    assert data["kind"] == "series"
    assert data["series"]["columns"] == ["a", "b"]
    assert (data["n"], data["T"], data["d"]) == (9, 3, 2)


def test_a_report_of_another_version_is_refused_before_any_work(terminal, config, tmp_path):
    old = tmp_path / "old.json"
    old.write_text('{"meta": {"schema": 0, "version": "0.0.1"}, "statements": []}')
    line = terminal.refused("report", "--config", config, "--diff", old, "--out", tmp_path / "out", "--quiet")
    assert "must have format" in line
    assert not (tmp_path / "out").exists()


def test_a_certificate_is_saved_and_replayed(terminal, tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3, 2, 2))
    X /= 1.001 * np.linalg.norm(X, axis=2, keepdims=True)
    np.savez(tmp_path / "d.npz", X=X, y=0.1 * rng.normal(size=(3, 2)))
    config, out = tmp_path / "c.toml", tmp_path / "certificate.json"
    config.write_text("m = 64\ntau = 10\n[network]\nprojected = false\n")
    shown = terminal.json("certify", "--config", config, "--data", tmp_path / "d.npz", "--out", out)
    assert shown["kind"] == "risk-certificate"
    assert shown["rigorous"] is True
    (row,) = terminal.json("replay", out)
    assert row["accepted"] is True
    text = terminal.printed("certify", "--config", config, "--data", tmp_path / "d.npz", "--fast", "--quiet")
    assert "estimate" in text


def test_what_a_configuration_certifies_replays(terminal, tmp_path):
    """`certify` and `report` on data drawn from the seed, projected, with step sizes of A's own."""
    config, out, folder = tmp_path / "c.toml", tmp_path / "certificate.json", tmp_path / "out"
    config.write_text(SMALL.replace("prop-4", "certificate-a"))
    shown = terminal.json("certify", "--config", config, "--out", out)
    assert shown["run"]["step_size"] != shown["step_size"]
    terminal.json("report", "--config", config, "--out", folder)
    for file in (out, *sorted((folder / "certificates").iterdir())):
        assert all(row["accepted"] for row in terminal.json("replay", file)), file
    assert (folder / "certificates" / "risk.json").exists()


@pytest.mark.parametrize(
    ("text", "arrays", "part"),
    [
        ('[network]\nactivation = "relu"', {}, "relu"),
        ("eta = 1000\n[network]\nprojected = false", {}, "step"),
        ('[network]\ninitialization = "none.npz"', {}, "none.npz"),
        ("m = 3", {}, "m must be even"),
        ("", {"X": np.full((2, 3, 1), 0.5), "y": np.zeros((2, 3))}, "got y = 0"),
        ("", {"X": np.full((2, 3, 1), 0.5), "y": np.full((2, 3), 1e-160)}, "mean y^2 must be >= 1e-250"),
        ("", {"X": np.full((2, 3, 1), np.nan), "y": np.ones((2, 3))}, "got nan"),
        ("", {"X": np.full((2, 3, 1), 0.5), "y": np.full((2, 3), np.nan)}, "got nan"),
    ],
)
def test_what_cannot_be_certified(terminal, tmp_path, text, arrays, part):
    config = tmp_path / "c.toml"
    config.write_text("tau = 5\n" + ("" if "m =" in text else "m = 16\n") + text)
    arrays = arrays or {"X": np.full((2, 3, 1), 0.5), "y": np.ones((2, 3))}
    np.savez(tmp_path / "d.npz", **arrays)
    out = tmp_path / "certificate.json"
    line = terminal.refused("certify", "--config", config, "--data", tmp_path / "d.npz", "--out", out, "--quiet")
    assert part in line
    assert not out.exists()


GRID = """
T = 2
m = [8, 16]
[run]
statements = ["prop-6b"]
restarts = 2
"""


def test_a_sweep_runs_continues_and_exports(terminal, tmp_path):
    config, store, export = tmp_path / "s.toml", tmp_path / "s.sqlite", tmp_path / "s.csv"
    config.write_text(GRID)
    first = terminal.json("sweep", config, "--store", store, "--jobs", 1, "--export", export)
    assert (first["runs"], first["done"], first["failed"]) == (2, 2, 0)
    assert export.read_text().count("\n") >= 3
    again = terminal.json("sweep", config, "--store", store, "--jobs", 1)
    assert (again["found"], again["done"]) == (2, 0)


def test_a_sweep_logs_its_progress_with_the_time_left(terminal, tmp_path, monkeypatch):
    monkeypatch.setattr("boundcheck.cli.frame.LOG_SECONDS", 0.0)
    monkeypatch.setattr("boundcheck.cli.frame.LOG_SHARE", math.inf)
    config, store = tmp_path / "s.toml", tmp_path / "s.sqlite"
    config.write_text(GRID)
    code, out, err = terminal.run("sweep", config, "--store", store, "--jobs", 1)
    assert code == 0
    assert "sweeping" not in out
    lines = [line for line in err.splitlines() if "left" in line]
    assert [line.split(",")[0] for line in lines] == ["sweeping: 1 of 2", "sweeping: 2 of 2"]
    assert lines[-1].endswith("0:00 left")
    assert terminal.run("sweep", config, "--store", tmp_path / "t.sqlite", "--jobs", 1, "--quiet")[2] == ""


@pytest.mark.parametrize("make", ["text", "folder", "nowhere"])
def test_a_store_that_is_none(terminal, tmp_path, make):
    config, store = tmp_path / "s.toml", tmp_path / "s.sqlite"
    config.write_text(GRID)
    if make == "text":
        store.write_text("this is no SQLite file at all, whatever its name says")
    if make == "folder":
        store.mkdir()
    if make == "nowhere":
        store = tmp_path / "none" / "s.sqlite"
    assert "store" in terminal.refused("sweep", config, "--store", store, "--quiet")
    if make == "text":
        assert store.read_text().startswith("this is no SQLite")


@pytest.mark.parametrize(
    ("text", "part"),
    [("m = [7]", "m must be even"), ("[grid]\nwdith = [3]", "wdith"), ("m = []", "m = []"), ("m = [", "must be TOML")],
)
def test_a_grid_that_is_none(terminal, tmp_path, text, part):
    config, store = tmp_path / "s.toml", tmp_path / "s.sqlite"
    config.write_text(text)
    assert part in terminal.refused("sweep", config, "--store", store, "--quiet")
    assert not store.exists()
