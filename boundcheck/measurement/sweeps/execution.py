"""Run the cells that a store lacks, on processes of this machine or on a Dask cluster."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from boundcheck.measurement.processes import pool
from boundcheck.measurement.sweeps.export import check_export, export_rows
from boundcheck.measurement.sweeps.grid import Cell, cells
from boundcheck.measurement.sweeps.store import Store
from boundcheck.measurement.sweeps.worker import code_version, run_cell

Progress = Callable[[str, int, int], None]
Finished = Generator[tuple[Cell, str, float], None, None]
ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
SETBACKS = 5
ANSWER = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What a sweep did: runs in all, those found done, those done now, those that ended in an error."""

    store: str
    runs: int
    found: int
    done: int
    failed: int
    seconds: float
    export: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return asdict(self)


def sweep(
    config: str | Path,
    store: str | Path,
    *,
    scheduler: str | None = None,
    jobs: int | None = None,
    export: str | Path | None = None,
    progress: Progress | None = None,
) -> SweepResult:
    """Run every cell of a sweep file that the store does not hold yet, and store each as soon as it is done.

    Killed at any moment and started again, it ends with the rows and values of an undisturbed sweep, none twice.

    Args:    scheduler: address of a Dask scheduler (extra ``distributed``); None: ``jobs`` processes here.
             export: also write all rows to a .csv, .json or .parquet file. progress: called (text, done, total).
    Raises:  ValueError or OSError with one line (see `Store`); what was stored is kept.
    """
    began = time.perf_counter()
    if export is not None:
        check_export(export)
    if jobs is not None and jobs < 1:
        message = f"jobs must be >= 1; got {jobs}"
        raise ValueError(message)
    code = code_version()
    wanted = cells(config, code)
    tell = progress or (lambda text, done, total: None)
    failed = 0
    with Store(store, code) as target:
        held = target.keys()
        missing = [cell for cell in wanted if cell.key not in held]
        found = len(wanted) - len(missing)
        tell("starting", found, len(wanted))
        finished = _on_cluster(missing, scheduler) if scheduler is not None else _on_processes(missing, jobs)
        with contextlib.closing(finished):
            for count, (cell, result, seconds) in enumerate(finished, start=1):
                target.add(cell, result, seconds)
                failed += result.startswith('{"error"')
                tell(_left(began, count, len(missing)), found + count, len(wanted))
        if export is not None:
            export_rows(target, export, {cell.key for cell in wanted})
    return SweepResult(
        store=str(store),
        runs=len(wanted),
        found=found,
        done=len(missing),
        failed=failed,
        seconds=time.perf_counter() - began,
        export=None if export is None else str(export),
    )


def _left(began: float, done: int, total: int) -> str:
    """Say how long it will take at the pace so far."""
    left = (time.perf_counter() - began) / done * (total - done)
    return f"{int(left) // 60}:{int(left) % 60:02d} left"


def _on_processes(missing: list[Cell], jobs: int | None) -> Finished:
    """Yield finished runs; a pool that a killed worker broke is made anew for what is left."""
    left = {cell.key: cell for cell in missing}
    setbacks = 0
    while left:
        count = min(jobs or os.cpu_count() or 1, len(left))
        try:
            with _one_thread(), pool(count) as workers:
                for cell, (result, seconds) in _drain(workers, list(left.values()), count):
                    yield cell, result, seconds
                    del left[cell.key]
                    setbacks = 0
        except BrokenProcessPool as error:
            setbacks += 1
            if setbacks >= SETBACKS:
                message = f"workers must survive their runs; got {setbacks} killed in a row (memory? try fewer --jobs)"
                raise OSError(message) from error


def _drain(workers: ProcessPoolExecutor, waiting: list[Cell], count: int) -> Iterator[tuple[Cell, tuple[str, float]]]:
    """Keep twice as many runs submitted as there are workers; yield each as it ends."""
    queue = iter(waiting)
    running: dict[Future[tuple[str, float]], Cell] = {}
    try:
        while True:
            for cell in queue:
                running[workers.submit(run_cell, cell.as_text())] = cell
                if len(running) >= 2 * count:
                    break
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            broken = None
            for future in done:
                cell = running.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    broken = future.exception()
                else:
                    yield cell, future.result()
            if broken is not None:
                raise broken
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let workers start with one thread of linear algebra: the same bits for any number of workers."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _on_cluster(missing: Iterable[Cell], scheduler: str) -> Finished:
    """Yield runs finished on a Dask cluster, which repeats the runs of workers that die."""
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        message = "a scheduler needs Dask; got an installation without it (pip install 'boundcheck[distributed]')"
        raise ValueError(message) from error
    try:
        client = Client(scheduler, timeout=ANSWER)
    except (OSError, ValueError, TypeError) as error:
        message = f"the scheduler must answer; got {scheduler} ({str(error).splitlines()[0]})"
        raise OSError(message) from error
    with client:
        running = {}
        for cell in missing:
            future = client.submit(run_cell, cell.as_text(), key=f"boundcheck-{cell.key}", retries=3, pure=True)
            running[future] = cell
        for future in as_completed(list(running)):
            try:
                result, seconds = future.result()
            except Exception as error:
                message = f"the cluster must finish every run; got {type(error).__name__}: {str(error).splitlines()[0]}"
                raise OSError(message) from error
            yield running.pop(future), result, seconds
            future.release()
