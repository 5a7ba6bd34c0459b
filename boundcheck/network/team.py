"""Threads that compute one gradient after the other together, and do not part in between."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.network.kernels import crew

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray


_yield = getattr(os, "sched_yield", lambda: None)
"""Let another thread have the processor, where there is one that waits for it; time.sleep(0) takes 60 microseconds."""


class Team:
    """The kernel `gradient` of a module, run by several threads on fixed data.

    A helper stays in the kernel after a gradient and looks for the next one, which it begins a microsecond after the
    thread that asks for it. One that has waited too long, or hears that other work was begun, leaves and is called
    again when it is needed.

    Args:    module: generated kernels; threads: how many; edges: (2 parts,) neurons of each part;
             pieces: of the residual of each batch; data, buffers: what `gradient` takes before and after `squares`.
    """

    def __init__(
        self,
        module: ModuleType,
        *,
        threads: int,
        edges: NDArray[np.int64],
        pieces: int,
        batches: int,
        data: tuple[Any, ...],
        buffers: tuple[Any, ...],
    ) -> None:
        parts = len(edges) // 2
        self._gradient, self._again, self._beyond = module.gradient, module.AGAIN, module.BEYOND
        self._seats = [module.SEATS + 2 * thread for thread in range(threads)]
        self._starts = [thread * parts // threads for thread in range(threads)]
        self._board = np.zeros(module.SEATS + 2 * threads + 3 * parts + pieces, dtype=np.int64)
        self._squares = np.zeros(1 + batches * pieces)
        self._edges, self._rest = edges, (*data, self._squares, *buffers)
        self._arrays = self._none = tuple(_empty(read_only=k < 3) for k in range(5))
        self._forks, self._lock, self._open = crew.forks, threading.Lock(), False

    def gradient(self, *arrays: NDArray[np.float64]) -> float | None:
        """Compute the gradient into the last two of (w, u, c, dR/dw, dR/du); return sum (F - y)^2.

        None if the weights are too large for these kernels: what the arrays hold then is of no use.

        Raises:  RuntimeError if another thread of the caller's is in here.
        """
        if self._forks != crew.forks:  # in a child the threads are gone, with what they had claimed
            self._forks, self._lock, self._open = crew.forks, threading.Lock(), False
            self._board[:] = 0
        if not self._lock.acquire(blocking=False):
            message = "an evaluator computes one gradient at a time: give each thread one of its own"
            raise RuntimeError(message)
        try:
            if self._open:
                self._lead(self._again)  # an earlier one was interrupted, helpers may still need its arrays
            self._arrays, self._open = arrays, True
            if len(self._seats) > 1:
                self._call_helpers()
            code = self._lead(self._run(0, new=True))
            return None if code == self._beyond else float(self._squares[0])
        finally:
            self._lock.release()

    def _lead(self, code: int) -> int:
        """Go on until all threads have done with the arrays, then drop them."""
        while code == self._again:
            _yield()
            code = self._run(0)
        self._arrays, self._open = self._none, False
        return code

    def _call_helpers(self) -> None:
        board, seats = self._board, self._seats
        missing = [thread for thread in range(1, len(seats)) if not board[seats[thread]]]
        if missing:
            crew.enlist(self._help, missing)

    def _help(self, thread: int) -> None:
        while self._run(thread) == self._again:
            _yield()

    def _run(self, thread: int, *, new: bool = False) -> int:
        arguments = (self._starts[thread], self._edges, *(self._arrays if new else self._none), *self._rest)
        return int(self._gradient(self._board, crew.bell, thread, new, *arguments))


def _empty(*, read_only: bool) -> NDArray[np.float64]:
    """Return an array for a thread that finds the right ones by their addresses."""
    array = np.zeros(0)
    array.flags.writeable = not read_only
    return array
