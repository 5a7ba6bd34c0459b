"""Threads for kernels that release the interpreter lock.

Helpers wait for work in queues of their own. A kernel may keep its helper looking at `bell` for a moment after the work
is done: a thread that has gone to sleep needs longer to come back than a small gradient takes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

import numpy as np

Task = Callable[[int], None]

bell = np.zeros(8, dtype=np.int64)
"""Its first entry counts the pieces of work that were begun by kernels which keep their helpers awake."""
forks = 0
"""How often this process or one before it was forked: a child has none of its parent's helpers."""
_helpers: list[SimpleQueue[Task]] = []
_lock = threading.Lock()


def thread_count() -> int:
    """Return the number of threads: $BOUNDCHECK_THREADS, else the processors that this process may use."""
    chosen = os.environ.get("BOUNDCHECK_THREADS", "")
    if not chosen:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not chosen.isdigit() or int(chosen) < 1:
        message = f"BOUNDCHECK_THREADS must be a positive integer; got {chosen!r}"
        raise ValueError(message)
    return int(chosen)


def enlist(task: Task, numbers: Sequence[int]) -> None:
    """Have task(k) run in thread k, k >= 1, soon or never: one that is busy leaves out all but the last of its tasks."""
    if numbers and len(_helpers) < max(numbers):
        _hire(max(numbers))
    for number in numbers:
        _helpers[number - 1].put(task)


def share(task: Task, parts: int) -> None:
    """Run task(0), ..., task(parts - 1), in no fixed order; each writes to places of its own."""
    helpers = min(thread_count(), parts) - 1
    remaining = iter(range(parts))
    results: SimpleQueue[BaseException | None] = SimpleQueue()

    def work(_: int) -> None:
        for part in remaining:
            try:
                task(part)
            except BaseException as problem:  # noqa: BLE001 - raised again by the thread that asked
                results.put(problem)
            else:
                results.put(None)

    if helpers > 0:
        enlist(work, range(1, helpers + 1))
    work(0)
    problems = [results.get() for _ in range(parts)]
    for problem in problems:
        if problem is not None:
            raise problem


def _hire(helpers: int) -> None:
    with _lock:
        if not _helpers:
            os.register_at_fork(after_in_child=_forget)
        while len(_helpers) < helpers:
            jobs: SimpleQueue[Task] = SimpleQueue()
            number = len(_helpers) + 1
            threading.Thread(target=_serve, args=(number, jobs), name=f"boundcheck-{number}", daemon=True).start()
            _helpers.append(jobs)


def _serve(number: int, jobs: SimpleQueue[Task]) -> None:
    while True:
        task = jobs.get()
        while not jobs.empty():
            task = jobs.get()
        task(number)
        del task


def _forget() -> None:
    """Drop the threads of the parent process, which a forked child does not have."""
    global _lock, forks
    forks += 1
    _lock = threading.Lock()
    _helpers.clear()
