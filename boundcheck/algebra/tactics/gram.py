"""Positive semidefinite matrices on an affine space: found by an interior-point method, then made rational.

Given rational rows A and right side c, find symmetric blocks Q_b with A vec(Q) = c and every Q_b positive
semidefinite. ``centre`` maximises the least eigenvalue in doubles; ``rounded`` gives an exact solution near it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpq_mat

Array = np.ndarray
MAX_UNKNOWNS = 170


@dataclass(frozen=True, slots=True)
class Space:
    """Symmetric blocks of given sizes under linear conditions; an unknown is (block, i, j) with i <= j."""

    sizes: tuple[int, ...]
    unknowns: tuple[tuple[int, int, int], ...]
    rows: tuple[dict[int, fmpq], ...]
    right: tuple[fmpq, ...]


def unknowns(sizes: tuple[int, ...]) -> tuple[tuple[int, int, int], ...]:
    """List the entries on and above the diagonal of every block."""
    return tuple((b, i, j) for b, n in enumerate(sizes) for i in range(n) for j in range(i, n))


def centre(space: Space, tick: Callable[[], None], rounds: int = 60) -> tuple[Array, float] | None:
    """Return the entries of a solution with the least eigenvalue t as large as possible (at most 1), and t.

    None if the linear conditions have no solution.
    """
    count = len(space.unknowns)
    matrix = np.zeros((len(space.rows), count))
    for r, row in enumerate(space.rows):
        for k, value in row.items():
            matrix[r, k] = float(int(value.p) / int(value.q))
    right = np.array([float(int(value.p) / int(value.q)) for value in space.right])
    start, *_ = np.linalg.lstsq(matrix, right, rcond=None)
    if np.abs(matrix @ start - right).max(initial=0) > 1e-7 * (1 + np.abs(right).max(initial=0)):
        return None
    _, values, vectors = np.linalg.svd(matrix, full_matrices=True)
    rank = int((values > 1e-10 * max(1.0, values.max(initial=0))).sum())
    tick()
    return _climb(space, start, vectors[rank:].T, rounds, tick)


def _blocks(space: Space, entries: Array) -> list[Array]:
    made = [np.zeros((n, n)) for n in space.sizes]
    for k, (b, i, j) in enumerate(space.unknowns):
        made[b][i, j] = made[b][j, i] = entries[k]
    return made


def _climb(space: Space, start: Array, basis: Array, rounds: int, tick: Callable[[], None]) -> tuple[Array, float]:
    """Newton's method on -t/mu - log det(Q - t I) - log(1 - t) with mu going to 0."""
    directions = [np.stack([_blocks(space, column)[b] for column in basis.T]) if basis.shape[1] else
                  np.zeros((0, n, n)) for b, n in enumerate(space.sizes)]  # fmt: skip
    least = min((np.linalg.eigvalsh(block).min() for block in _blocks(space, start) if block.size), default=0.0)
    t = min(least - 1.0, 0.0)
    y, mu = np.zeros(basis.shape[1]), max(1.0, abs(t))
    for _ in range(rounds):
        tick()
        step = _newton(space, start + basis @ y, directions, t, mu)
        if step is None:
            break
        dy, dt, decrement = step
        size = 1.0
        while size > 1e-10:
            new_t = t + size * dt
            new = _blocks(space, start + basis @ (y + size * dy))
            if new_t < 1 and all(_positive(block, new_t) for block in new):
                break
            size *= 0.5
        else:
            break
        y, t = y + size * 0.95 * dy, t + size * 0.95 * dt
        if decrement < 0.5:
            mu *= 0.2
        if mu < 1e-10:
            break
    return start + basis @ y, t


def _positive(block: Array, t: float) -> bool:
    try:
        np.linalg.cholesky(block - t * np.eye(len(block)))
    except np.linalg.LinAlgError:
        return False
    return True


def _newton(
    space: Space, entries: Array, directions: list[Array], t: float, mu: float
) -> tuple[Array, float, float] | None:
    count = directions[0].shape[0] if directions else 0
    gradient, hessian = np.zeros(count + 1), np.zeros((count + 1, count + 1))
    gradient[-1] = -1 / mu + 1 / (1 - t)
    hessian[-1, -1] = 1 / (1 - t) ** 2
    for block, moves in zip(_blocks(space, entries), directions, strict=True):
        if not len(block):
            continue
        try:
            inverse = np.linalg.inv(block - t * np.eye(len(block)))
        except np.linalg.LinAlgError:
            return None
        moved = np.concatenate([moves, -np.eye(len(block))[None]]) @ inverse
        gradient -= np.trace(moved, axis1=1, axis2=2)
        flat = moved.reshape(count + 1, -1)
        hessian += flat @ moved.transpose(0, 2, 1).reshape(count + 1, -1).T
    try:
        step = np.linalg.solve(hessian + 1e-13 * np.trace(hessian) * np.eye(count + 1), -gradient)
    except np.linalg.LinAlgError:
        return None
    decrement = float(-gradient @ step)
    return (step[:-1], float(step[-1]), decrement) if np.isfinite(step).all() and decrement > -1e-9 else None


def rounded(space: Space, entries: Array, bits: int) -> list[fmpq_mat] | None:
    """Return exact blocks that satisfy the conditions, near the given entries; None if they have no solution."""
    width = len(space.unknowns)
    # Entries that are large in the solution are best left to be determined by the conditions.
    table = [[row.get(k, fmpq(0)) for k in range(width)] + [value] for row, value in zip(space.rows, space.right)]  # noqa: B905
    reduced, rank = fmpq_mat(table).rref() if table else (fmpq_mat(0, width + 1), 0)
    pivots: list[int] = []
    for i in range(int(rank)):
        pivot = next(j for j in range(width + 1) if reduced[i, j] != 0)
        if pivot == width:
            return None
        pivots.append(pivot)
    free = sorted(set(range(width)) - set(pivots))
    values = {k: fmpq(round(float(entries[k]) * 2**bits), 2**bits) for k in free}
    for i, pivot in enumerate(pivots):
        total = reduced[i, width]
        for k in free:
            if values[k] != 0 and reduced[i, k] != 0:
                total = total - reduced[i, k] * values[k]
        values[pivot] = total
    blocks = [fmpq_mat(n, n) for n in space.sizes]
    for k, (b, i, j) in enumerate(space.unknowns):
        blocks[b][i, j] = blocks[b][j, i] = values[k]
    return blocks


def squares(block: fmpq_mat) -> list[tuple[fmpq, list[fmpq]]] | None:
    """Write a matrix as a sum of d * l l^T with d > 0 (exact LDL^T); None if it is not positive semidefinite."""
    n = block.nrows()
    rest = fmpq_mat(block)
    found = []
    for k in range(n):
        pivot = rest[k, k]
        if pivot < 0:
            return None
        if pivot == 0:
            if any(rest[k, j] != 0 for j in range(k, n)):
                return None
            continue
        vector = [fmpq(0)] * k + [rest[k, j] / pivot for j in range(k, n)]
        found.append((pivot, vector))
        for i in range(k, n):
            if vector[i] != 0:
                for j in range(i, n):
                    rest[i, j] = rest[j, i] = rest[i, j] - pivot * vector[i] * vector[j]
    return found


def kernel(blocks: list[Array], tolerance: float = 1e-4) -> list[Array]:
    """Return, per block, rows that span the directions in which it nearly vanishes, with simple entries."""
    result = []
    for block in blocks:
        if not len(block):
            result.append(np.zeros((0, 0)))
            continue
        values, vectors = np.linalg.eigh(block)
        small = vectors[:, values < tolerance * max(1.0, values.max())].T
        result.append(_simplified(small))
    return result


def _simplified(rows: Array) -> Array:
    """Row-reduce with pivoting."""
    rows = rows.copy()
    done = 0
    for _ in range(rows.shape[0]):
        at = int(np.argmax(np.abs(rows[done:])))
        i, j = at // rows.shape[1] + done, at % rows.shape[1]
        if abs(rows[i, j]) < 1e-6:
            return rows[:done]
        rows[[done, i]] = rows[[i, done]]
        rows[done] /= rows[done, j]
        for other in range(rows.shape[0]):
            if other != done:
                rows[other] -= rows[other, j] * rows[done]
        done += 1
    return rows


def blocks_of(space: Space, entries: Array) -> list[Array]:
    """Return the blocks as matrices of doubles."""
    return _blocks(space, entries)
