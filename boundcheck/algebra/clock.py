"""How much work a claim may cost: processor time for its parts, so that a busy machine changes no verdict.

The user's ``--timeout`` is by the wall clock and ends everything. What a tactic or a search for witnesses may take of
it is counted in processor time of the thread, which other processes do not use up.
"""

from __future__ import annotations

import time


class OutOfTime(Exception):  # noqa: N818 - an ordinary outcome
    """The time allowed for a claim is used up."""


class Clock:
    """A deadline by the wall clock, and an allowance of processor time within it."""

    __slots__ = ("deadline", "until")

    def __init__(self, deadline: float, until: float) -> None:
        self.deadline = deadline
        self.until = until

    @staticmethod
    def start(seconds: float) -> Clock:
        """Return a clock that runs out after so many seconds of either kind."""
        return Clock(time.monotonic() + seconds, time.thread_time() + seconds)

    @property
    def expired(self) -> bool:
        """Whether the time by the wall clock is used up."""
        return time.monotonic() > self.deadline

    @property
    def over(self) -> bool:
        """Whether time of either kind is used up."""
        return time.thread_time() > self.until or self.expired

    @property
    def remaining(self) -> float:
        """Seconds of processor time left, not more than are left by the wall clock."""
        return min(self.until - time.thread_time(), self.deadline - time.monotonic())

    def tick(self) -> None:
        """Raise OutOfTime when the time is used up."""
        if self.over:
            raise OutOfTime

    def excuse(self, wall: float, processor: float) -> None:
        """Give back time that was spent on something else, such as loading a library."""
        self.deadline += wall
        self.until += processor

    def part(self, *, share: float = 1.0, seconds: float = float("inf")) -> Clock:
        """Return a clock for a share of the processor time that is left, and at most so many seconds."""
        now = time.thread_time()
        return Clock(self.deadline, now + min(seconds, share * (self.until - now)))
