"""Why a supremum could not be certified."""

from __future__ import annotations

from flint import arb


class UnboundedError(ValueError):
    """The function tends to infinity at an end (``proved``), or no bound could be found there."""

    def __init__(self, side: int, *, proved: bool) -> None:
        end = "+oo" if side > 0 else "-oo"
        super().__init__(f"unbounded towards {end}" if proved else f"no bound can be certified towards {end}")
        self.side, self.proved = side, proved


class SingularError(ValueError):
    """The function or a derivative is not finite on a cell, however small."""

    def __init__(self, low: arb, high: arb) -> None:
        super().__init__(f"not finite near z = {low.str(12, radius=False)}")
        self.low, self.high = low, high


class EffortError(ValueError):
    """Too many cells, or too much time: the supremum is only known between ``lower`` and ``upper``."""

    def __init__(self, lower: arb, upper: arb, *, late: bool = False) -> None:
        ends = f"{lower.str(15, radius=False)} and {upper.str(15, radius=False)}"
        why = " when the time for it is up" if late else ""
        super().__init__(f"the supremum is only known to lie between {ends}{why}")
        self.lower, self.upper, self.late = lower, upper, late
