"""Sweeps: grids, the store and its errors, exports, and being killed at any moment."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from boundcheck.measurement.sweeps import Store, sweep
from boundcheck.measurement.sweeps.execution import _left
from boundcheck.measurement.sweeps.grid import cells
from boundcheck.measurement.sweeps.worker import code_version, run_cell

SHORT = """
T = 2
d = 1
n = 2
m = [4, 8]
[grid]
seed = [0, 1]
[run]
statements = ["prop-1"]
"""
LONGER = """
T = 2
d = 1
n = 2
[grid]
m = [16, 64]
seed = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
[run]
statements = ["prop-1"]
"""
RUNS = 32
CODE = "fixed"  # stands for the code version, so that a sweep may go on while its sources are being edited
START = f"""
import sys, time
from boundcheck.measurement.sweeps import execution
if __name__ == "__main__":
    execution.code_version = lambda: "{CODE}"
    pause = float(sys.argv[4])  # after each row, so that a sweep lasts long enough to be killed on any machine
    execution.sweep(*sys.argv[1:3], jobs=int(sys.argv[3]), progress=lambda *_: time.sleep(pause))
"""
PATIENCE = 300.0


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_text(SHORT)
    return path


def filled(path: Path, target: Path, code: str | None = None) -> list:
    """Fill a store in this process, without workers: the undisturbed sweep."""
    code = code or code_version()
    with Store(target, code) as store:
        for cell in cells(path, code):
            store.add(cell, *run_cell(cell.as_text()))
        return store.rows()


def rows(path: Path) -> list:
    with Store(path, code_version(), writable=False) as store:
        return store.rows()


def test_grid_is_the_product_and_keys_are_content(grid):
    found = cells(grid, "v1")
    assert len(found) == 4
    assert len({cell.key for cell in found}) == 4
    assert {(cell.configuration["m"], cell.configuration["run"]["seed"]) for cell in found} == {
        (m, seed) for m in (4, 8) for seed in (0, 1)
    }
    assert found == cells(grid, "v1")
    assert not {cell.key for cell in found} & {cell.key for cell in cells(grid, "v2")}


def test_the_same_numbers_have_the_same_key(tmp_path):
    texts = ("alpha = 0.5\n[grid]\nm = [4]\n", 'm = 4\n[grid]\nalpha = ["1/2", 0.50]\n[run]\njobs = 2\n')
    keys = []
    for place, text in enumerate(texts):
        path = tmp_path / f"{place}.toml"
        path.write_text(text)
        keys.append([cell.key for cell in cells(path, "v")])
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("m = [4, 5]", "m must be"),
        ("[grid]\nwidth = [4]", "unknown key 'width' at"),
        ("tilt = 3", "unknown key"),
        ("m = []", "at least one value"),
        ("m = [4]\n[grid]\nm = [8]", "given once"),
        ("[grid]\nactivation = ['tanhh']", "tanhh"),
        ("[run]\nstatements = ['lemma-9']", "measures statements"),
        ("m = [4", "must be TOML"),
        ("grid = 3", "table of lists"),
        ("", "a sweep must set something"),
        ("[grid]", "a sweep must set something"),
        ("m = 1152921504606846976", "memory must suffice"),
        ("[data]\npath = 'nowhere.csv'", "readable"),
        ("[data]\npath = 'gap.csv'", "finite numbers; got 'nan' at row 2"),
        ("T = [1, 4]\n[data]\npath = 'short.csv'", "at least T \\+ 1 = 5 rows"),
    ],
)
def test_bad_grids_are_refused_before_any_work(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gap.csv").write_text("1\nnan\n3\n")
    (tmp_path / "short.csv").write_text("1\n2\n3\n")
    path, store = tmp_path / "s.toml", tmp_path / "s.sqlite"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        sweep(path, store)
    assert "\n" not in str(caught.value)
    assert not store.exists()


def test_a_sweep_with_workers_has_the_rows_of_one_without(grid, tmp_path):
    ticks = []
    done = sweep(grid, tmp_path / "a", jobs=2, progress=lambda *tick: ticks.append(tick))
    assert (done.runs, done.found, done.done, done.failed) == (4, 0, 4, 0)
    assert ticks[-1][1:] == (4, 4)
    assert "left" in ticks[-1][0]
    assert rows(tmp_path / "a") == filled(grid, tmp_path / "b")
    again = sweep(grid, tmp_path / "a", jobs=1)
    assert (again.found, again.done) == (4, 0)


def test_a_wider_grid_reuses_what_is_there(grid, tmp_path):
    before = filled(grid, tmp_path / "a")
    grid.write_text(SHORT.replace("[0, 1]", "[0, 1, 2]"))
    assert sweep(grid, tmp_path / "a", jobs=1).done == 2
    assert set(before) < set(rows(tmp_path / "a"))


RELU = "T = 2\nd = 1\nn = 2\nm = 4\n[network]\nactivation = 'relu'\n[run]\nstatements = ['lemma-1']\n"


def test_what_cannot_be_measured_is_a_row_with_its_reason(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text(RELU)
    ((_, _, _, result, _),) = filled(path, tmp_path / "a")
    found = json.loads(result)["measured"]
    assert all(entry["value"] is None and "derivative of order 2" in entry["witness"]["reason"] for entry in found)


def test_a_failing_run_is_a_row_with_its_reason(tmp_path, monkeypatch):
    def fail(statement, problem):
        message = "no such luck"
        raise ValueError(message)

    monkeypatch.setattr("boundcheck.measurement.catalogue.measure", fail)
    path = tmp_path / "s.toml"
    path.write_text(RELU)
    ((_, _, _, result, _),) = filled(path, tmp_path / "a")
    assert json.loads(result) == {"error": "no such luck"}


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_exports(grid, tmp_path, ending):
    filled(grid, tmp_path / "a")
    target = tmp_path / f"out.{ending}"
    sweep(grid, tmp_path / "a", export=target)
    text = target.read_text()
    assert text.count("prop-1") == 4
    if ending == "json":
        assert {line["m"] for line in json.loads(text)} == {4, 8}


def test_export_endings_are_checked_first(grid, tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.csv"):
        sweep(grid, tmp_path / "a", export=tmp_path / "out.xls")
    with pytest.raises(ValueError, match="folder that exists"):
        sweep(grid, tmp_path / "a", export=tmp_path / "no" / "out.csv")
    assert not (tmp_path / "a").exists()


def test_parquet_needs_pyarrow(grid, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ValueError, match="pip install pyarrow"):
        sweep(grid, tmp_path / "a", export=tmp_path / "out.parquet")


def test_what_is_no_store_is_refused_and_kept(grid, tmp_path):
    text, other = tmp_path / "text", tmp_path / "other"
    text.write_bytes(b"these are no rows at all" * 100)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    device = Path("/dev/null")
    refused = ((text, "a SQLite file"), (other, "something else"), (tmp_path, "the folder"), (device, "on a disk"))
    for place, message in refused:
        before = place.read_bytes() if place.is_file() else b""
        with pytest.raises(ValueError, match=message) as caught:
            sweep(grid, place)
        assert "\n" not in str(caught.value)
        assert (place.read_bytes() if place.is_file() else b"") == before


def test_a_store_without_its_version_is_refused(grid, tmp_path):
    place = tmp_path / "a"
    filled(grid, place)
    with sqlite3.connect(place) as connection:
        connection.execute("DELETE FROM meta")
    connection.close()
    with pytest.raises(ValueError, match="from an unknown version"):
        sweep(grid, place)


def test_other_versions_are_refused_and_kept(grid, tmp_path):
    place = tmp_path / "a"
    before = filled(grid, place)
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE meta SET value = '0.0.9+0' WHERE name = 'code'")
    connection.close()
    with pytest.raises(ValueError, match="this code version"):
        sweep(grid, place)
    assert [row[:4] for row in rows(place)] == [row[:4] for row in before]
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ValueError, match="format 99"):
        sweep(grid, place)


def test_a_locked_store_is_refused(grid, tmp_path, monkeypatch):
    monkeypatch.setattr("boundcheck.measurement.sweeps.store.PATIENCE", 0.1)
    place = tmp_path / "a"
    filled(grid, place)
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OSError, match="has locked"):
        sweep(grid, place)
    connection.execute("ROLLBACK")
    connection.close()
    with Store(place, code_version()), pytest.raises(OSError, match="another sweep is filling"):
        sweep(grid, place)
    assert sweep(grid, place).found == 4


def test_a_read_only_store_is_refused(grid, tmp_path):
    place = tmp_path / "a"
    filled(grid, place)
    place.chmod(0o444)
    with pytest.raises(OSError, match="read-only"):
        sweep(grid, place)
    place.chmod(0o644)
    tmp_path.chmod(0o555)
    with pytest.raises(OSError, match="read-only"):
        sweep(grid, tmp_path / "new")
    tmp_path.chmod(0o755)


def test_a_full_disk_loses_nothing(grid, tmp_path):
    place = tmp_path / "a"
    code = code_version()
    first, *others = cells(grid, code)
    with Store(place, code) as store:
        store.add(first, *run_cell(first.as_text()))
        before = store.rows()
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(OSError, match="full disk"):
            store.add(others[0], "x" * 1_000_000, 0.0)
        assert store.rows() == before
    assert rows(place) == before


def test_a_limit_of_file_size_loses_nothing(grid, tmp_path):
    place = tmp_path / "a"
    code = code_version()
    first, *others = cells(grid, code)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Store(place, code) as store:
        store.add(first, *run_cell(first.as_text()))
        before = store.rows()
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (place.stat().st_size, limits[1]))
            with pytest.raises(OSError, match="must work and have room"):
                store.add(others[0], "x" * 1_000_000, 0.0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert store.rows() == before
        store.add(others[0], "x" * 1_000_000, 0.0)
        assert len(store.keys()) == 2


def test_time_left_is_told():
    assert _left(time.perf_counter() - 10.0, 1, 8) == "1:10 left"


def workers_of(parent: int) -> list[int]:
    """Worker processes of a sweep (its resource tracker is none)."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def runs(pid: int) -> bool:
    """Whether a process still runs; one that ended but was not waited for has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def wait_for(condition, process=None):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        try:
            found = condition()
        except (OSError, ValueError):
            found = None
        if found:
            return found
        time.sleep(0.02)
    pytest.fail("it did not happen in time")


@pytest.mark.parametrize("victim", ["parent", pytest.param("worker", marks=pytest.mark.slow)])
def test_killed_at_any_moment_and_started_again(tmp_path, victim):
    path, place = tmp_path / "sweep.toml", tmp_path / "killed"
    path.write_text(LONGER)
    command = [sys.executable, "-P", "-c", START, str(path), str(place), "1" if victim == "parent" else "2"]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen([*command, "0.5"], env=environment, stderr=subprocess.PIPE)
    wait_for(lambda: len(rows(place)) >= 2, process)
    workers = workers_of(process.pid)
    os.kill(workers[0] if victim == "worker" else process.pid, signal.SIGKILL)
    if victim == "parent":
        process.wait(timeout=PATIENCE)
        assert 2 <= len(rows(place)) < RUNS
        wait_for(lambda: not any(runs(pid) for pid in workers))
        subprocess.run([*command, "0"], env=environment, check=True, timeout=PATIENCE)
    else:
        assert process.wait(timeout=PATIENCE) == 0, process.stderr.read()
    process.stderr.close()
    assert rows(place) == filled(path, tmp_path / "undisturbed", CODE)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_a_worker_has_the_same_rows(tmp_path):
    from distributed import LocalCluster

    path, place = tmp_path / "sweep.toml", tmp_path / "cluster"
    path.write_text(LONGER)
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        victims = [worker.pid for worker in cluster.workers.values()]
        killed = []

        def kill(text, done, total):
            if done >= 2 and not killed:
                killed.append(victims[0])
                os.kill(victims[0], signal.SIGKILL)

        done = sweep(path, place, scheduler=cluster.scheduler_address, progress=kill)
    assert killed
    assert (done.runs, done.done, done.failed) == (RUNS, RUNS, 0)
    assert rows(place) == filled(path, tmp_path / "undisturbed")


def test_a_scheduler_that_does_not_answer(grid, tmp_path, monkeypatch):
    monkeypatch.setattr("boundcheck.measurement.sweeps.execution.ANSWER", 0.5)
    with pytest.raises(OSError, match="must answer") as caught:
        sweep(grid, tmp_path / "a", scheduler="tcp://127.0.0.1:9")
    assert "\n" not in str(caught.value)


def test_a_scheduler_needs_dask(grid, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"boundcheck\[distributed\]"):
        sweep(grid, tmp_path / "a", scheduler="tcp://127.0.0.1:9")
