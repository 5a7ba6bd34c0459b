"""Algebra and certificates in a second process, while the first one evaluates and measures: neither needs the other.

The second process is this module, fed with a pickle on stdin; what it finds comes back on stdout. Where no second
process can be had (one core, statements that do not pickle, a child that dies), the same work is done in this one: the
results are the same.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from boundcheck.configuration import Configuration
from boundcheck.language import Statement
from boundcheck.measurement.processes import follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be decided: derivations, errors planted into ``mutated``, certificates of a configuration."""

    statements: tuple[Statement, ...]
    mutated: tuple[Statement, ...]
    timeout: float
    mutation_seconds: Fraction
    seed: int
    configuration: Configuration
    certify: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Verdicts by statement, in the order of the steps; the fates of the planted errors; certificates."""

    verdicts: dict[str, tuple[Any, ...]]
    mutation: dict[str, Any]
    guarantees: dict[str, Any]


def decide(work: Work) -> Decided:
    """Do the work."""
    from boundcheck import algebra
    from boundcheck.report.guarantees import NOT_ASKED, certify
    from boundcheck.report.mutations import plant

    verdicts = {item.id: tuple(algebra.check(item, timeout=work.timeout)) for item in work.statements}
    planted = plant(work.mutated, seconds=work.mutation_seconds, seed=work.seed)
    found = certify(work.configuration) if work.certify else NOT_ASKED
    return Decided(verdicts=verdicts, mutation=planted, guarantees=found)


class Background:
    """Begin the work at once, in a second process where there is one; ``result`` waits for it."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Background:
        if (os.cpu_count() or 1) > 1:
            try:
                self.process = _start(pickle.dumps(self.work))
            except (OSError, pickle.PicklingError, AttributeError, TypeError):
                self.process = None
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is None:
            return
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()

    def result(self) -> Decided:
        """Return what was found."""
        if self.process is not None and self.process.stdout is not None:
            found = self.process.stdout.read()
            if self.process.wait() == 0 and found:
                decided = pickle.loads(found)  # noqa: S301 - written by this module in our own child
                if isinstance(decided, Decided):
                    return decided
        return decide(self.work)


def _start(content: bytes) -> subprocess.Popen[bytes]:
    """Start the child in a session of its own: an interrupt from the terminal reaches the parent only."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import main; main({os.getpid()})"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert process.stdin is not None
    process.stdin.write(content)
    process.stdin.close()
    return process


def main(parent: int) -> None:
    """Read work from stdin, write what is decided to stdout; end with the process ``parent``, which asked for it."""
    follow(parent)
    work = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by this module in our own parent
    sys.stdout.buffer.write(pickle.dumps(decide(work)))
