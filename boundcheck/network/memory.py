"""How much memory the network's work needs, so that a caller can refuse before it begins."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from boundcheck.network.evaluator import USES, kept_limit
from boundcheck.network.kernels.crew import thread_count
from boundcheck.network.kernels.layout import Layout
from boundcheck.network.states import LARGE
from boundcheck.network.tangent_kernel import ROWS

Work = Literal["gradient", "descent", "jacobian", "suprema", "hessian", "gram"]
WORKS: tuple[Work, ...] = ("gradient", "descent", "jacobian", "suprema", "hessian", "gram")
DOUBLE = 8
LIBRARIES = 96 << 20
"""What the compiler and the generated code occupy themselves, about."""


def estimate_memory(*, n: int, T: int, d: int, m: int, work: Work = "descent", pair: bool = True) -> int:
    """Estimate the bytes allocated at the peak, without the interpreter: an upper estimate, within about a factor 2.

    Args:    n, T, d, m: samples, sequence length, input dimension, width, all >= 1; work: one gradient, a run of
             gradient descent, the stored Jacobian or Hessian, suprema only, or the Gram matrix;
             pair: the slope does not follow from the value of sigma (it does for tanh and the logistic function).
    """
    if min(n, T, d, m) < 1 or work not in WORKS:
        message = f"sizes must be >= 1 and work one of {', '.join(WORKS)}; got n={n}, T={T}, d={d}, m={m}, {work}"
        raise ValueError(message)
    layout, threads = Layout(n=n, T=T, d=d, m=m), thread_count()
    data = 2 * layout.outputs * (2 + d)
    weights = (1 + d) * m
    if work in ("gradient", "descent"):
        batch = layout.batch(threads)
        outputs, batches = batch * T * layout.tile, -(-layout.tiles // batch)
        states = (2 if pair else 1) * 2 * layout.half * outputs
        limit = kept_limit(DOUBLE * states, USES if work == "descent" else batches) // DOUBLE
        part = (2 if pair else 1) * min(hi - lo for lo, hi in layout.parts()) * outputs
        kept = min(states, limit) if part <= limit else 0
        entries = kept + (9 if work == "descent" else 6) * weights + (len(layout.parts()) + 6) * outputs
    elif work == "gram":
        columns = Layout(n=n, T=T, d=d, m=m, streamed=True).outputs
        entries = columns**2 + (n * T) ** 2 + (min(ROWS, (m + 3) * (1 + d)) + 4 * (1 + d)) * columns + 3 * weights
    elif work == "suprema":
        entries = 3 * weights + 16 * 24 * T
    else:
        stored = m * n * T * (1 + d) * (1 + d if work == "hessian" else 1)
        entries = 3 * weights + (stored if work == "jacobian" and stored >= LARGE else 3 * stored)
    return DOUBLE * (entries + data) + LIBRARIES


def available_bytes() -> int | None:
    """Return the memory that is free to use: least of the machine's, the control group's and the process's own limit.

    None where the system says nothing.
    """
    limits = (_machine(), _address_space(), control_group(Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")))
    return min((limit for limit in limits if limit is not None), default=None)


def _machine() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _address_space() -> int | None:
    """Return what `ulimit -v` leaves."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError, ValueError, IndexError):
        return None
    return None if limit == resource.RLIM_INFINITY else max(0, limit - pages * resource.getpagesize())


def control_group(root: Path, groups: Path) -> int | None:
    """Return what a container's limit leaves, of version 1 or 2; its file cache that is not in use counts as free.

    Args:    root: where control groups are mounted; groups: the file that names this process's.
    """
    found = []
    try:
        entries = [line.split(":", 2) for line in groups.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return None
    for _, controllers, path in entries:
        if controllers == "":
            base, limit, used = root, "memory.max", "memory.current"
        elif "memory" in controllers.split(","):
            base, limit, used = root / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        for folder in (base / path.lstrip("/"), base):
            try:
                most, now = (int((folder / name).read_text(encoding="ascii")) for name in (limit, used))
                found.append(max(0, most - now + _idle_cache(folder)))
            except (OSError, ValueError):  # not there, or "max"
                continue
    return min(found, default=None)


def _idle_cache(folder: Path) -> int:
    text = (folder / "memory.stat").read_text(encoding="ascii")
    entries = dict(line.split() for line in text.splitlines())
    return int(entries.get("total_inactive_file", entries.get("inactive_file", "0")))
