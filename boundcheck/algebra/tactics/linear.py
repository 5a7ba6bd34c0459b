"""Exact non-negative solutions of linear systems: found in doubles by the simplex method, then made rational.

Given columns q_j (polynomials), find c_j >= 0 (free for equalities) with sum_j c_j q_j = 0 and the strict columns'
coefficients summing to 1. The support of a vertex solution is solved again over the rationals.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpq_mat

from boundcheck.algebra.polynomials import Monomial, Poly

SUPPORT = 1e-9
MAX_SUPPORT = 120
MAX_ITERATIONS = 5000


def cancelling(
    columns: Sequence[Poly], strict: Sequence[bool], free: Sequence[bool], cost: Sequence[float], seconds: float
) -> list[tuple[int, fmpq]] | None:
    """Return (column, coefficient) pairs whose sum is the zero polynomial, with a strict column among them.

    Args:    strict: whether a column is known to be > 0; free: whether it is an equality (any sign of coefficient).
             cost: preference, lower first; seconds: limit for the simplex method.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csc_array, hstack

    scales = [max((abs(value) for value in polynomial.terms.values()), default=fmpq(1)) for polynomial in columns]
    columns = [polynomial.scaled(1 / scale) for polynomial, scale in zip(columns, scales, strict=True)]
    rows: dict[Monomial, int] = {}
    data, row, column = [], [], []
    for j, polynomial in enumerate(columns):
        for monomial, value in polynomial.terms.items():
            data.append(_double(value))
            row.append(rows.setdefault(monomial, len(rows)))
            column.append(j)
    if not any(strict) or not rows:
        return None
    last = len(rows)
    for j, flag in enumerate(strict):
        if flag:
            data.append(1.0)
            row.append(last)
            column.append(j)
    matrix = csc_array((data, (row, column)), shape=(last + 1, len(columns)))
    right = np.zeros(last + 1)
    right[last] = 1.0
    # A free column costs as much either way: with a cost that had a sign, a dependency among such would be unbounded.
    both = np.flatnonzero(free)
    options = {"time_limit": max(0.05, seconds), "maxiter": MAX_ITERATIONS, "presolve": False}
    whole, costs = hstack([matrix, -matrix[:, both]]), np.concatenate([cost, np.asarray(cost)[both]])
    found = linprog(costs, A_eq=whole, b_eq=right, bounds=(0, None), method="highs-ds", options=options)
    if found.status != 0:
        return None
    guess = found.x[: len(columns)]
    guess[both] -= found.x[len(columns) :]
    support = [j for j, value in enumerate(guess) if abs(value) > SUPPORT]
    values = _rational(columns, strict, free, support, guess)
    return None if values is None else [(j, value / scales[j]) for j, value in values]


def _double(value: fmpq) -> float:
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        return float("inf")


def _rational(
    columns: Sequence[Poly], strict: Sequence[bool], free: Sequence[bool], support: list[int], guess: np.ndarray
) -> list[tuple[int, fmpq]] | None:
    if not any(strict[j] for j in support) or len(support) > MAX_SUPPORT:
        return None
    monomials = sorted(set().union(*(columns[j].terms for j in support)))
    table = [[columns[j].terms.get(monomial, fmpq(0)) for j in support] + [fmpq(0)] for monomial in monomials]
    table.append([fmpq(int(strict[j])) for j in support] + [fmpq(1)])
    reduced, rank = fmpq_mat(table).rref()
    values = _read(reduced, int(rank), len(support), support, guess)
    if values is None or any(value < 0 and not free[j] for j, value in zip(support, values, strict=True)):
        return None
    return [(j, value) for j, value in zip(support, values, strict=True) if value != 0]


def _read(reduced: fmpq_mat, rank: int, width: int, support: list[int], guess: np.ndarray) -> list[fmpq] | None:
    """Solve the reduced system; columns left free take a nearby simple rational value."""
    pivots: list[int] = []
    for i in range(rank):
        pivot = next(j for j in range(width + 1) if reduced[i, j] != 0)
        if pivot == width:
            return None
        pivots.append(pivot)
    values = [fmpq(0)] * width
    for j in set(range(width)) - set(pivots):
        values[j] = fmpq(round(float(guess[support[j]]) * 2**20), 2**20)
    for i, pivot in enumerate(pivots):
        total = reduced[i, width]
        for j in range(pivot + 1, width):
            if reduced[i, j] != 0 and j not in pivots:
                total = total - reduced[i, j] * values[j]
        values[pivot] = total
    return values
