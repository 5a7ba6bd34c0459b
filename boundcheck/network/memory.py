"""How much memory the network's work needs, so that a caller can refuse before it begins."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from boundcheck.network.evaluator import KEPT_BYTES, KEPT_BYTES_ONCE
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
    layout = Layout(n=n, T=T, d=d, m=m)
    data = 2 * layout.outputs * (2 + d)
    weights = (1 + d) * m
    if work in ("gradient", "descent"):
        states = layout.blocks * 4 * layout.outputs * (2 if pair else 1)
        limit = (KEPT_BYTES if work == "descent" else KEPT_BYTES_ONCE) * (2 if pair else 1)
        kept = states if DOUBLE * states <= limit else 0
        entries = kept + (10 if work == "descent" else 5) * weights + (len(layout.parts()) + 6) * layout.outputs
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
    """Return the memory that is free to use, None where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None
