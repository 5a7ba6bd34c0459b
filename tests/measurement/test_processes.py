"""Workers end with the process that started them, even if it is killed before they begin."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

POOL = """
import time
from boundcheck.measurement.processes import pool
if __name__ == "__main__":
    with pool(1) as workers:
        workers.submit(time.sleep, 600).result()
"""
BACKGROUND = "from boundcheck.report.background import main; main({parent})"
PATIENCE = 30.0


def descendants(pid: int) -> list[int]:
    """Ids of the processes that a process started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def runs(pid: int) -> bool:
    """Whether a process still runs; one that ended but was not waited for has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def loads(pid: int, library: str) -> bool:
    """Whether a process has begun to load a library."""
    try:
        return library in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("moment", ["being imported", pytest.param("at work", marks=pytest.mark.slow)])
def test_workers_end_when_their_parent_is_killed(moment):
    parent = subprocess.Popen([sys.executable, "-P", "-c", POOL])
    try:
        deadline = time.monotonic() + PATIENCE
        while len(children := descendants(parent.pid)) < 2 and time.monotonic() < deadline:  # a tracker and a worker
            time.sleep(0.01)
        while not any(loads(pid, "numpy") for pid in children) and time.monotonic() < deadline:
            time.sleep(0.002)  # a worker that imports has its instructions, and does not follow yet
        time.sleep(5.0 if moment == "at work" else 0.0)
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    assert len(children) == 2
    while (left := [pid for pid in children if runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


def test_the_second_process_of_a_report_ends_when_its_parent_is_gone():
    waiting, keep = os.pipe()  # it waits for its work, which never comes
    try:
        ended = subprocess.run(
            [sys.executable, "-P", "-c", BACKGROUND.format(parent=os.getppid())], stdin=waiting, timeout=PATIENCE
        )
    finally:
        os.close(waiting)
        os.close(keep)
    assert ended.returncode == 1
