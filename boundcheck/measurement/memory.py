"""How much memory a measurement needs, refused before the work begins where the machine has less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

GIB = 1 << 30


def needed_bytes(parameters: Any) -> int:
    """Estimate the peak of one run in bytes: weights and their copies, Jacobian blocks, the nT x nT Gram matrix.

    Args:    parameters: anything with n, T, d, m, tau.
    """
    n, T, d, m, tau = (int(getattr(parameters, name)) for name in ("n", "T", "d", "m", "tau"))
    weights = 12 * m * (1 + d)
    paths = 4 * tau
    data = 4 * n * T * (1 + d)
    blocks = 8 * (1 << 17) * (2 + d) + 64 * n * T * (2 + d)
    return 8 * (weights + paths + data + blocks) + (64 << 20)


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
