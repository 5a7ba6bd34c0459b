"""Worker processes that end when the process that started them ends, however it ends."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

WATCH = 0.5


def pool(count: int) -> ProcessPoolExecutor:
    """Return a pool of ``count`` fresh processes; kill -9 of this process leaves no orphans."""
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=follow, initargs=(os.getpid(),))


def follow(parent: int) -> None:
    """End this process within half a second once ``parent``, the id of the process that started it, is gone.

    The parent names itself: a child that asked for its parent's id could be an orphan before it asks.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
