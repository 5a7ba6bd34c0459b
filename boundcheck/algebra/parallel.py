"""Check many statements in two processes: this one, and a second that takes claims from the other end.

The verdicts are those of ``check``, in the order of the statements, whoever finds them. Where a second process cannot
be had (one core, a child that dies), this one does all the work.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Thread
from typing import TYPE_CHECKING

from boundcheck.algebra.prover import decide, jobs
from boundcheck.algebra.verdicts import Verdict

if TYPE_CHECKING:
    from boundcheck.language import Statement

WORTH_IT = 40
"""Claims from which on a second process pays for its start (about a second)."""
Job = tuple[str, str, list[str]]


def check_all(
    statements: Sequence[Statement],
    timeout: float = 10.0,
    progress: Callable[[str, int, int], None] = lambda text, done, of: None,
) -> list[Verdict]:
    """Decide every derivation step of every statement; ``progress`` is called as (text, done, all)."""
    waiting = deque(enumerate(job for statement in statements for job in jobs(statement)))
    count, found = len(waiting), dict[int, Verdict]()
    with _second(waiting, found, timeout, wanted=count >= WORTH_IT) as helper:
        while len(found) < count:
            try:
                k, job = waiting.popleft()
            except IndexError:
                helper.join()
                continue
            progress(f"checking {job[0]}", len(found), count)
            found[k] = decide(*job, timeout)
    return [found[k] for k in range(count)]


@contextmanager
def _second(
    waiting: deque[tuple[int, Job]], found: dict[int, Verdict], timeout: float, *, wanted: bool
) -> Iterator[Thread]:
    """Let a second process work on the jobs at the end; the thread that feeds it ends when there are none."""
    if not wanted or (os.cpu_count() or 1) < 2:
        yield Thread()
        return
    context = multiprocessing.get_context("spawn")
    pipe, other = context.Pipe()
    process = context.Process(target=_serve, args=(other, timeout), daemon=True)
    process.start()
    other.close()
    feeder = Thread(target=_feed, args=(pipe, waiting, found), daemon=True)
    feeder.start()
    try:
        yield feeder
    finally:
        process.terminate()
        process.join()
        feeder.join()
        pipe.close()


def _feed(pipe: Connection, waiting: deque[tuple[int, Job]], found: dict[int, Verdict]) -> None:
    """Send one job at a time; give it back if the process is gone."""
    while True:
        try:
            k, job = waiting.pop()
        except IndexError:
            return
        try:
            pipe.send(job)
            found[k] = pipe.recv()
        except (EOFError, OSError):
            waiting.append((k, job))
            return


def _serve(pipe: Connection, timeout: float) -> None:
    """Answer jobs with verdicts until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            name, claim, given = pipe.recv()
            pipe.send(decide(name, claim, given, timeout))
        except (EOFError, OSError):
            return
