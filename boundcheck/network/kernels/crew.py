"""Threads for kernels that release the interpreter lock: each takes the next part until none is left."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_crew: ThreadPoolExecutor | None = None
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


def share(task: Callable[[int], None], parts: int) -> None:
    """Run task(0), ..., task(parts - 1), in no fixed order; each writes to places of its own."""
    helpers = min(thread_count(), parts) - 1
    remaining = iter(range(parts))

    def work() -> None:
        for part in remaining:
            task(part)

    if helpers < 1:
        work()
        return
    futures = [_executor().submit(work) for _ in range(helpers)]
    work()
    for future in futures:
        if not future.cancel():
            future.result()


def _executor() -> ThreadPoolExecutor:
    global _crew
    with _lock:
        if _crew is None:
            _crew = ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="boundcheck")
            os.register_at_fork(after_in_child=_forget)
        return _crew


def _forget() -> None:
    """Drop the threads of the parent process, which a forked child does not have."""
    global _crew, _lock
    _crew, _lock = None, threading.Lock()
