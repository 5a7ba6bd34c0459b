"""How the kernels see data and weights: samples in tiles, neurons in two halves of parts of blocks of four.

Everything here but `batch` depends on the sizes alone, never on the number of threads, so that sums have one fixed
order; how many tiles make a batch changes none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANES = 8
"""Samples per register: tiles are multiples of it."""
BLOCK = 4
"""Neurons per pass."""
TILE_BYTES = 1 << 16
"""States of one block on one tile: a small part of a second-level cache."""
WIDEST = 16
"""Samples of a tile: two registers, so that the arithmetic of one hides what the other waits for."""
FAST_BYTES = 1 << 21
"""A second-level cache: a thread finds states there again."""
STREAMED_TILE = 64
"""Samples of a tile where each row of results goes to memory: 512 bytes at a time."""
PARTS = 8
"""Parts of each half of the neurons, at most; a part is what one thread takes at a time."""
PART_BLOCKS = 8
"""Blocks of a part, at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Sizes of a problem: n samples of length T and input dimension d, m neurons; all dimensionless.

    streamed: tiles for a pass that writes long runs of samples to memory, not for one that keeps states in the cache.
    """

    n: int
    T: int
    d: int
    m: int
    streamed: bool = False

    @property
    def tile(self) -> int:
        """Return the samples of a tile: a multiple of 8, at most 16, fewer for long sequences; 64 if streamed."""
        samples = -(-self.n // LANES) * LANES
        if self.streamed:
            return min(STREAMED_TILE, samples)
        fitting = TILE_BYTES // (8 * BLOCK * self.T) // LANES * LANES
        return min(samples, max(LANES, min(WIDEST, fitting)))

    @property
    def tiles(self) -> int:
        """Return the number of tiles."""
        return -(-self.n // self.tile)

    @property
    def outputs(self) -> int:
        """Return the entries of an array with one value per time and (padded) sample."""
        return self.tiles * self.T * self.tile

    def batch(self, threads: int) -> int:
        """Return how many tiles are taken forward before they are taken back: states that the threads' caches hold."""
        return min(self.tiles, max(1, threads * FAST_BYTES // (8 * 2 * self.half * self.T * self.tile)))

    @property
    def half(self) -> int:
        """Return the neurons of each half, padded to whole blocks by neurons of weight 0."""
        first = self.m - self.m // 2
        return -(-first // BLOCK) * BLOCK

    def parts(self) -> list[tuple[int, int]]:
        """Return the (lo, hi) of every part: those of the first half, then as many of the second, alike."""
        blocks = self.half // BLOCK
        count = max(1, min(PARTS, blocks // PART_BLOCKS))
        edges = [BLOCK * (blocks * k // count) for k in range(count + 1)]
        first = list(zip(edges, edges[1:], strict=False))
        return first + [(lo + self.half, hi + self.half) for lo, hi in first]

    def inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return X (n, T, d) as flat tiles [tile][t][group of 8][k][sample], padded by copies of the last sample."""
        padded = np.empty((self.tiles * self.tile, self.T, X.shape[2]))
        padded[: self.n], padded[self.n :] = X, X[-1]
        grouped = padded.reshape(self.tiles, -1, LANES, self.T, X.shape[2]).transpose(0, 3, 1, 4, 2)
        flat = aligned_empty(padded.size)
        flat.reshape(grouped.shape)[...] = grouped
        return flat

    def values(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return y (n, T) as flat tiles [tile][t][sample]."""
        return self.inputs(y[:, :, None])

    def from_tiles(self, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (n, T) array of flat tiles [tile][t][sample]."""
        rows = flat.reshape(self.tiles, self.T, self.tile).transpose(0, 2, 1).reshape(-1, self.T)
        return np.ascontiguousarray(rows[: self.n])

    def mask(self) -> NDArray[np.float64]:
        """Return 1 on samples and 0 on padding, as flat tiles."""
        samples = np.arange(self.tiles * self.tile).reshape(self.tiles, 1, self.tile) < self.n
        return np.broadcast_to(samples, (self.tiles, self.T, self.tile)).astype(np.float64).ravel()

    def pack(self, array: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return an array of m rows as flat, padded halves, always read-only: numba compiles once for each kind."""
        half = self.half
        if self.m == 2 * half:
            view = np.ascontiguousarray(array).reshape(-1).view()
        else:
            first = self.m - self.m // 2
            packed = np.zeros((2 * half, *array.shape[1:]))
            packed[:first], packed[half : half + self.m - first] = array[:first], array[first:]
            view = packed.reshape(-1)
        view.flags.writeable = False
        return view

    def unpack(self, flat: NDArray[np.float64], *columns: int) -> NDArray[np.float64]:
        """Return the m rows of flat, padded halves."""
        first, half = self.m - self.m // 2, self.half
        rows = flat.reshape(2 * half, *columns)
        return rows if self.m == 2 * half else np.concatenate([rows[:first], rows[half : half + self.m - first]])


def aligned_empty(*shape: int) -> NDArray[np.float64]:
    """Return an uninitialised array that starts at a multiple of 64 bytes."""
    size = int(np.prod(shape))
    memory = np.empty(size + 7)
    offset = -memory.ctypes.data % 64 // 8
    return memory[offset : offset + size].reshape(shape)
