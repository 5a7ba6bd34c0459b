"""Loops compiled by Numba, without fast-math: plain IEEE operations, each counted in the error bounds of its caller."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def horner(z, coefficients, result, cells_per_unit):  # type: ignore[no-untyped-def]
    """Evaluate the Taylor polynomials of the cell of each z; row j of ``result`` is the j-th derivative."""
    cells, length, _ = coefficients.shape
    count = result.shape[0]
    middle = (cells - 1) // 2
    value = np.empty(count)
    for i in range(z.size):
        index = int(np.rint(z[i] * cells_per_unit))
        t = z[i] - index / cells_per_unit
        cell = coefficients[index + middle]
        for j in range(count):
            value[j] = cell[length - 1, j]
        for k in range(length - 2, -1, -1):
            for j in range(count):
                value[j] = value[j] * t + cell[k, j]
        for j in range(count):
            result[j, i] = value[j]
