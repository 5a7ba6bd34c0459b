"""How much memory a measurement needs, refused before the work begins where the machine has less."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

GIB = 1 << 30
WIDE = (
    *("prop-2a", "prop-3", "prop-3-rms", "prop-4", "prop-4b", "prop-5", "prop-5-symmetric"),
    *("theorem-1", "theorem-1-any-target", "theorem-1-descent", "corollary-1", "theorem-2", "remark-1"),
)
"""Statements whose measurement holds a network of the problem's width; the others search one neuron."""
COMPARED = "theorem-1-any-target"
LARGEST = 1 << 48
"""Sizes beyond this are refused without an estimate."""
COPIES = 6
"""Copies of the data that are alive while they are made."""


def needed_bytes(parameters: Any, statements: Iterable[str] | None = None) -> int:
    """Estimate the peak in bytes: that of gradient descent and what is noted at each of tau iterations, and the data.

    Args:    parameters: anything with n, T, d, m, tau; statements: what is measured, None: anything.
    """
    from boundcheck.network import estimate_memory

    n, T, d, m, tau = (int(getattr(parameters, name)) for name in ("n", "T", "d", "m", "tau"))
    data = 8 * COPIES * n * T * (1 + d)
    chosen = set(WIDE if statements is None else statements)
    if not chosen & set(WIDE):
        return data
    if max(n, T, d, m, tau) > LARGEST:
        return 8 * max(n, T, d, m, tau)
    descent = estimate_memory(n=n, T=T, d=d, m=m, work="descent") + 8 * 4 * tau
    if COMPARED not in chosen:
        return data + descent
    return data + max(descent, estimate_memory(n=n, T=T, d=d, m=m, work="gram") + 2 * 8 * (n * T) ** 2)


def check_memory(parameters: Any, statements: Iterable[str] | None = None, *, available: int | None = None) -> None:
    """ValueError if measuring would need more memory than there is.

    Args:    statements: what is measured, none: the data alone, None: anything; available: bytes; None: what the
             system says.
    """
    from boundcheck.configuration.exact import short
    from boundcheck.network.memory import available_bytes

    limit = available if available is not None else available_bytes()
    need = needed_bytes(parameters, statements)
    if limit is not None and need > limit:
        sizes = ", ".join(f"{name} = {short(getattr(parameters, name))}" for name in ("m", "n", "T", "d"))
        wanted = f"{need / GIB:.3g}" if need < 1 << 500 else "10^100 and more"
        message = (
            f"memory must suffice: a run with {sizes} needs about {wanted} GiB; got {limit / GIB:.3g} GiB "
            "(choose smaller ones)"
        )
        raise ValueError(message)
