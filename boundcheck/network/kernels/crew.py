"""Threads for kernels that release the interpreter lock.

Helpers wait for work in queues of their own. A kernel may keep its helper looking at `bell` for a moment after the work
is done: a thread that has gone to sleep needs longer to come back than a small gradient takes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue

import numpy as np

Task = Callable[[int], None]


@dataclass(eq=False, slots=True)
class _Helper:
    """A thread and the tasks that wait for it, each with the processors that it may run on."""

    thread: threading.Thread | None = None
    jobs: SimpleQueue[tuple[Task, set[int]]] = field(default_factory=SimpleQueue)


bell = np.zeros(8, dtype=np.int64)
"""Its first entry counts the pieces of work that were begun by kernels which keep their helpers awake."""
forks = 0
"""How often this process or one before it was forked: a child has none of its parent's helpers."""
_helpers: list[_Helper] = []
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
    """Have task(k) run in thread k >= 1 for each number, soon or never: a busy one leaves out all but its last task."""
    if numbers and len(_helpers) < max(numbers):
        _hire(max(numbers))
    helpers = [_helpers[number - 1] for number in numbers if number <= len(_helpers)]
    allowed = _set_apart(helpers)
    for helper in helpers:
        helper.jobs.put((task, allowed))


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


def _set_apart(helpers: Sequence[_Helper]) -> set[int]:
    """Forbid sleeping helpers the processor of this thread, and return those that they are to be allowed again.

    The scheduler would wake them there, and leave both where they are for many milliseconds. Empty: nothing was done.
    """
    here = _current_processor()
    if here is None:
        return set()
    allowed = os.sched_getaffinity(0)
    others = allowed - {here}
    if not others:
        return set()
    for helper in helpers:
        if helper.thread is not None and helper.thread.native_id:
            with contextlib.suppress(OSError):
                os.sched_setaffinity(helper.thread.native_id, others)
    return allowed


def _current_processor() -> int | None:
    """Return the number of the processor that runs this thread, None where the system does not say."""
    try:
        return int(ctypes.pythonapi.sched_getcpu()) if hasattr(os, "sched_setaffinity") else None
    except AttributeError:
        return None


def _hire(helpers: int) -> None:
    """Start threads until there are so many, or the system gives no more."""
    with _lock, contextlib.suppress(RuntimeError):
        while len(_helpers) < helpers:
            helper, number = _Helper(), len(_helpers) + 1
            helper.thread = threading.Thread(
                target=_serve, args=(number, helper.jobs), name=f"boundcheck-{number}", daemon=True
            )
            helper.thread.start()
            _helpers.append(helper)


def _serve(number: int, jobs: SimpleQueue[tuple[Task, set[int]]]) -> None:
    while True:
        task, allowed = jobs.get()
        while not jobs.empty():
            task, allowed = jobs.get()
        if allowed:
            with contextlib.suppress(OSError):
                os.sched_setaffinity(0, allowed)
        try:
            task(number)
        except BaseException as problem:  # noqa: BLE001 - reported; the thread goes on with the next task
            report = (type(problem), problem, problem.__traceback__, threading.current_thread())
            threading.excepthook(threading.ExceptHookArgs(report))
        del task


def _forget() -> None:
    """Drop the threads of the parent process, which a forked child does not have."""
    global _lock, forks
    forks += 1
    _lock = threading.Lock()
    _helpers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
