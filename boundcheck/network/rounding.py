"""Rounding of doubles, bounded once: the unit, the factor of a sum of products, and outward inflation.

Model: IEEE 754 binary64, round to nearest, no overflow (an infinite bound is never a certificate). A computed inner
product of length k differs from the exact one by at most gamma(k) times the product of the absolute values, in every
order of summation and with or without fused operations (Higham, Accuracy and Stability, section 3.1).
A quantity that is computed from non-negative numbers by sums, products, quotients and roots alone, in chains of fewer
than 2^20 operations, has a relative error below 2^-32; `up` adds 2^-30 of it, hence its result is an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

UNIT = 2.0**-53
INFLATION = 2.0**-30
TINY = 1e-290
"""Absolute allowance for underflow: far above 2^20 times the smallest subnormal number, far below every bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How doubles are trusted: outward (a certificate), or as they are (an estimate).

    unit: the relative error of one operation, 2^-53, or 0.0 for an estimate.
    """

    unit: float = UNIT

    @property
    def rigorous(self) -> bool:
        """Tell whether bounds are rounded outward."""
        return self.unit > 0

    def gamma(self, count: int) -> float:
        """Return k u / (1 - k u), rounded up: the relative error of an inner product of length k."""
        return count * self.unit / (1 - count * self.unit) * (1 + INFLATION)

    def up(self, bound: Any) -> Any:
        """Round a bound that was computed from non-negative numbers (scalar or array) up."""
        return bound * (1 + INFLATION) + TINY if self.rigorous else bound

    def down(self, bound: Any) -> Any:
        """Round such a number down."""
        return bound * (1 - INFLATION) if self.rigorous else bound


OUTWARD = Rounding()
PLAIN = Rounding(unit=0.0)


def rounding(*, fast: bool) -> Rounding:
    """Return outward rounding, or plain doubles if ``fast``."""
    return PLAIN if fast else OUTWARD


def root_mean_square(array: np.ndarray, axis: int | tuple[int, ...] | None = None) -> Any:
    """Return the rms over the given axes (all of them by default)."""
    return np.sqrt(np.mean(np.square(array), axis=axis))
