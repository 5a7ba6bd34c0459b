"""How much memory a measurement needs, refused before the work begins where the machine has less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

GIB = 1 << 30


def needed_bytes(parameters: Any) -> int:
    """Estimate the peak of one run in bytes: that of gradient descent, and what is noted at each of tau iterations.

    Args:    parameters: anything with n, T, d, m, tau.
    """
    from boundcheck.network import estimate_memory

    n, T, d, m, tau = (int(getattr(parameters, name)) for name in ("n", "T", "d", "m", "tau"))
    return estimate_memory(n=n, T=T, d=d, m=m, work="descent") + 8 * 4 * tau


def available_bytes() -> int | None:
    """Memory that is free to use, None where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None


def check_memory(parameters: Any, *, available: int | None = None) -> None:
    """ValueError if a run would need more memory than there is.

    Args:    available: bytes; None: what the system says.
    """
    limit = available if available is not None else available_bytes()
    need = needed_bytes(parameters)
    if limit is not None and need > limit:
        message = (
            f"memory must suffice: a run with m = {parameters.m}, n = {parameters.n}, T = {parameters.T}, "
            f"d = {parameters.d} needs about {need / GIB:.3g} GiB; got {limit / GIB:.3g} GiB (choose a smaller width)"
        )
        raise ValueError(message)
