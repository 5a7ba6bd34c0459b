"""Symmetric tensors on R^q, packed so that the Euclidean inner product of packings is that of the full tensors.

A tensor of order k has one component for every multiset of k indices; packing multiplies it by the root of the number
of its arrangements. The packed norm is the Frobenius norm, >= the operator norm max |T[v,...,v]| over unit v, which
for symmetric tensors is also the largest |T[v_1,...,v_k]| over unit vectors (Banach).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations_with_replacement, permutations
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Indices = tuple[tuple[int, ...], ...]


@lru_cache(maxsize=64)
def multi_indices(q: int, order: int) -> Indices:
    """Return the sorted index tuples of a symmetric tensor."""
    return tuple(combinations_with_replacement(range(q), order))


@lru_cache(maxsize=64)
def multiplicity_roots(q: int, order: int) -> NDArray[np.float64]:
    """Return the packing weights: roots of the numbers of arrangements."""
    return np.sqrt([float(len(set(permutations(index)))) for index in multi_indices(q, order)])


@lru_cache(maxsize=64)
def positions(q: int, order: int) -> NDArray[np.intp]:
    """Return the packed position of every full index: an integer array of shape (q,)*order."""
    where = {index: place for place, index in enumerate(multi_indices(q, order))}
    full = np.empty((q,) * order, dtype=np.intp)
    for index in np.ndindex(full.shape):
        full[index] = where[tuple(sorted(index))]
    return full


def unpack(packed: Any, q: int, order: int) -> Any:
    """Return full tensors (q, ..., q, ...) from packed ones (components, ...)."""
    weights = multiplicity_roots(q, order).reshape(-1, *(1,) * (packed.ndim - 1))
    return (packed / weights)[positions(q, order)]


def norm_bound(packed: Any, q: int, order: int) -> Any:
    """Bound the operator norms of packed tensors (components, ...), order 2 or 3, up to rounding.

    With A the tensor as a (q, q^(order-1)) matrix, ||T|| <= ||A|| and ||A||^2 = ||A A^T|| <= ||A A^T||_F.
    """
    full = unpack(packed, q, order).reshape(q, -1, *packed.shape[1:])
    total = np.zeros(packed.shape[1:])
    for i in range(q):
        for j in range(i, q):
            entry = np.einsum("k...,k...->...", full[i], full[j])
            total += (1 if i == j else 2) * entry**2
    return np.sqrt(np.sqrt(total))
