"""First derivatives over all neurons by compiled kernels: along a direction, stored, or their largest values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from boundcheck.network.kernels.crew import share
from boundcheck.network.kernels.generation import kernels
from boundcheck.network.kernels.layout import BLOCK, LANES, Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.activations import Activation
    from boundcheck.network.initialization import Weights

    FloatArray = NDArray[np.float64]


PART_STATES = 1 << 15
"""States of a part, at least: a tenth of a millisecond's work, ten times what it takes to hand it to a kernel."""


def tangent_sum(
    w: FloatArray,
    u: FloatArray,
    v_w: FloatArray,
    v_u: FloatArray,
    c: FloatArray,
    X: FloatArray,
    activation: Activation | str,
) -> FloatArray:
    """Return sum_i c_i <grad h_t(theta_i; x^j), v_i> of shape (n, T), the halves of the neurons summed apart."""
    n, T, d = X.shape
    layout = Layout(n=n, T=T, d=d, m=len(w))
    inputs, parts = layout.inputs(X), layout.parts()
    packed = [layout.pack(array) for array in (w, u, v_w, v_u, c)]
    partial = np.zeros((len(parts), layout.outputs))
    module = kernels(activation, "features")

    def add(part: int) -> None:
        module.tangent(*packed, inputs, partial[part], *parts[part], T, d, layout.tile, layout.tiles)

    share(add, len(parts))
    half = len(parts) // 2
    return layout.from_tiles(partial[:half].sum(axis=0) + partial[half:].sum(axis=0))


def jacobian_into(J: FloatArray, weights: Weights, X: FloatArray, activation: Activation | str) -> None:
    """Store the first derivatives of every h_t in the contiguous J of shape (m, 1+d, T, n)."""
    n, T, d = X.shape
    write = JacobianWriter(weights, X, activation)
    layout = write.layout
    size = (1 + d) * T * n
    flat, edges = J.reshape(-1), part_edges(weights.m, n * T)

    def store(part: int) -> None:
        lo, hi = edges[part], edges[part + 1]
        write(flat[lo * size : hi * size], lo, hi, n, (size, T * n, layout.tile, n))

    share(store, len(edges) - 1)


class JacobianWriter:
    """Stores the first derivatives of neurons lo..hi in a flat array with any strides; safe in several threads."""

    def __init__(self, weights: Weights, X: FloatArray, activation: Activation | str) -> None:
        n, T, d = X.shape
        self.layout = Layout(n=n, T=T, d=d, m=weights.m, streamed=True)
        self._inputs = self.layout.inputs(X)
        self._w, self._u = padded_by_last(weights.w), padded_by_last(weights.u)
        self._store = kernels(activation, "features").jacobian
        self._sizes = (T, d, self.layout.tile, self.layout.tiles)

    def __call__(self, J: FloatArray, lo: int, hi: int, samples: int, strides: tuple[int, int, int, int]) -> None:
        """Store neurons lo..hi, lo a multiple of 4.

        Args:    samples: n, or n padded to whole tiles; strides: of neurons, features, tiles and times in J.
        """
        aligned = J.ctypes.data % 64 == 0 and samples % LANES == 0 and not any(stride % LANES for stride in strides)
        self._store(self._w, self._u, self._inputs, J, lo, hi, *self._sizes, samples, aligned, *strides)


def squared_suprema(weights: Weights, X: FloatArray, activation: Activation | str) -> FloatArray:
    """Return the largest (dh_t/dw)^2, ||dh_t/du||^2 and ||grad h_t||^2 over neurons and samples: shape (3, T)."""
    n, T, d = X.shape
    layout = Layout(n=n, T=T, d=d, m=weights.m)
    inputs, edges = layout.inputs(X), part_edges(weights.m, n * T)
    w, u = padded_by_last(weights.w), padded_by_last(weights.u)
    best = np.zeros((len(edges) - 1, 3 * T * LANES))
    module = kernels(activation, "features")

    def search(part: int) -> None:
        bounds = edges[part], edges[part + 1]
        module.suprema(w, u, inputs, best[part], *bounds, T, d, layout.tile, layout.tiles)

    share(search, len(best))
    return best.reshape(-1, 3, T, LANES).max(axis=(0, 3))


def padded_by_last(array: FloatArray) -> FloatArray:
    """Return the rows as a flat array, the last one repeated up to a whole block of neurons."""
    missing = -len(array) % BLOCK
    return np.concatenate([array, *[array[-1:]] * missing]).reshape(-1)


def part_edges(m: int, states: int) -> list[int]:
    """Cut m neurons of so many states each into parts of whole blocks for the threads: at most 16, none tiny."""
    blocks = -(-m // BLOCK)
    count = max(1, min(16, blocks, m * states // PART_STATES))
    return [min(m, BLOCK * (blocks * k // count)) for k in range(count + 1)]
