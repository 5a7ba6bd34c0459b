"""Risk and gradient of one data set at many weights, with compiled kernels and reused buffers."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from boundcheck.network.kernels.crew import share, thread_count
from boundcheck.network.kernels.generation import has_bounded_kernels, kernels
from boundcheck.network.kernels.layout import Layout, aligned_empty
from boundcheck.network.team import Team

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.activations import Activation

OWN_CODE = 1 << 17
"""States from which kernels that are compiled for one input dimension are worth the compilation."""
SHARED = 1 << 13
"""States for each thread at least: they take ten microseconds, and a second thread does not come sooner."""
UNROLLED = 16
"""Input dimension up to which they are."""
KEPT_BYTES_ONCE, USES = 1 << 21, 3
"""States that are kept at most in memory used once or twice: beyond it fresh memory costs more than computing them
again; and how often it must be used otherwise."""
CACHED_BYTES = 1 << 26
"""States that may still be found in a cache by the second pass; more are stored past the caches."""
KEPT_BYTES = 1 << 29
"""States kept in memory that is used again by other batches or gradients."""
PIECE, PIECES = 256, 8
"""Outputs on a tile that are a piece of the residual, at least, and pieces of a tile, at most."""
SPARE_BYTES, SHARE = 1 << 28, 8
"""States kept where all of them are too many, if that is an eighth of them or more."""


def kept_limit(states: int, uses: int) -> int:
    """Return how many bytes of a batch's states and slopes are kept at most, of all, in memory used so often."""
    limit = KEPT_BYTES if uses >= USES else KEPT_BYTES_ONCE
    if states <= limit:
        return limit
    return min(limit, SPARE_BYTES) if states <= SHARE * SPARE_BYTES else 0


class Evaluator:
    """R(Theta) and its gradient for fixed data, at any weights (w, u, c) of width m.

    The samples come in batches whose states fit into fast memory, if need be of 16 samples or fewer. For each, two
    passes over the neurons in parts of fixed size: states and outputs; then, with the residual known, the adjoint.
    Between them the states of all parts are kept, or, where they are too many, only those of the parts that each thread
    comes to last and first again; others are computed again block by block. The result depends neither on that nor on
    the number of threads.

    Args:    X: (n, T, d); y: (n, T) or None for outputs only; repeated: many evaluations will share the buffers;
             kept_bytes: states to keep at most; None: all where they are not too many, else a few.
    """

    def __init__(
        self,
        X: NDArray[np.float64],
        y: NDArray[np.float64] | None,
        m: int,
        activation: Activation | str,
        *,
        repeated: bool = False,
        kept_bytes: int | None = None,
    ) -> None:
        n, T, d = X.shape
        self.layout = layout = Layout(n=n, T=T, d=d, m=m)
        self._activation = activation
        self._inputs = d if n * T * m >= OWN_CODE and d <= UNROLLED else 0
        self._kernels = kernels(activation, inputs=self._inputs)
        self._X = layout.inputs(X)
        self._parts = layout.parts()
        self._sizes = (layout.T, layout.d, layout.tile, layout.tiles)
        self._threads = min(thread_count(), len(self._parts), max(1, n * T * m // SHARED))
        if y is None:
            return
        self._batch = batch = layout.batch(self._threads)
        self._batches, self._outputs = -(-layout.tiles // batch), batch * T * layout.tile
        outputs, uses = self._outputs, USES if repeated else self._batches
        if kept_bytes is None:
            arrays = 2 if self._kernels.PAIR else 1
            kept_bytes = kept_limit(8 * arrays * 2 * layout.half * outputs, uses) // arrays
        self._places, states = self._kept_parts(kept_bytes // 8)
        self._H = aligned_empty(states)
        self._S = aligned_empty(states if self._kernels.PAIR else 0)
        widest, partial = np.abs(X).max(axis=(0, 1)), aligned_empty(len(self._parts), outputs)
        packed = aligned_empty(2 * layout.half * (2 + d))
        self._data = (self._X, layout.values(y), layout.mask(), widest, packed, partial, aligned_empty(outputs))
        past = 8 * states > CACHED_BYTES
        self._buffers = (self._H, self._S, self._places, past, 2 / (n * T), m, *self._sizes, batch)
        self._team = self._gather(bounded=has_bounded_kernels(activation))

    def _gather(self, *, bounded: bool) -> Team:
        """Return a team for the kernels of any weights, or those for weights that keep |z| within a bound."""
        return Team(
            kernels(self._activation, inputs=self._inputs, bounded=bounded),
            threads=self._threads,
            edges=np.array(self._parts).reshape(-1),
            pieces=self._batch * max(1, min(PIECES, self.layout.T * self.layout.tile // PIECE)),
            batches=self._batches,
            data=self._data,
            buffers=self._buffers,
        )

    def _kept_parts(self, most: int) -> tuple[NDArray[np.int64], int]:
        """Return where the states of each part begin among those that are kept, -1 if nowhere; and how many are kept.

        A thread goes through the parts from a start of its own and comes back: the last ones first.
        """
        parts, threads = self._parts, self._threads
        starts = [thread * len(parts) // threads for thread in range(threads + 1)]
        left = {p: stop - p for start, stop in itertools.pairwise(starts) for p in range(start, stop)}
        places, states = np.full(len(parts), -1), 0
        for p in sorted(left, key=lambda p: (left[p], p)):
            lo, hi = parts[p]
            size = (hi - lo) * self._outputs
            if states + size > most:
                break
            places[p], states = states, states + size
        return places, states

    def output(self, w: NDArray[np.float64], u: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return F of shape (n, T); exactly 0 where the second half is the first with c negated."""
        packed = [self.layout.pack(array) for array in (w, u, c)]
        return self.layout.from_tiles(self._forward(packed)) / np.sqrt(self.layout.m)

    def __call__(
        self, w: NDArray[np.float64], u: NDArray[np.float64], c: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Return (R, dR/dw (m,), dR/du (m, d))."""
        layout = self.layout
        packed = [layout.pack(array) for array in (w, u, c)]
        grad_w, grad_u = np.empty(packed[0].size), np.empty(packed[1].size)
        squares = self._team.gradient(*packed, grad_w, grad_u)
        if squares is None:
            self._team = self._gather(bounded=False)
            squares = self._team.gradient(*packed, grad_w, grad_u)
            assert squares is not None
        return squares / (layout.n * layout.T), layout.unpack(grad_w), layout.unpack(grad_u, layout.d)

    def _forward(self, packed: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Sum c_i h_t over the neurons: each part by itself, the parts of each half in order, the halves last."""
        parts = self._parts
        partial = aligned_empty(len(parts), self.layout.outputs)

        def states(part: int) -> None:
            partial[part] = 0.0
            self._kernels.forward(*packed, self._X, partial[part], *parts[part], *self._sizes)

        share(states, len(parts))
        half = len(parts) // 2
        return partial[:half].sum(axis=0) + partial[half:].sum(axis=0)
