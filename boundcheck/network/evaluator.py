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
UNROLLED = 16
"""Input dimension up to which they are."""
KEPT_BYTES_ONCE = 1 << 21
"""States that a single evaluation keeps at most: beyond it fresh memory costs more than computing them again."""
CACHED_BYTES = 1 << 25
"""States that may still be found in a cache by the second pass; more are stored past the caches."""
KEPT_BYTES = 1 << 29
"""States kept in a run, where the memory is used again in each iteration."""
PIECE, PIECES = 256, 8
"""Outputs of a piece of the residual at least, and pieces at most."""
SPARE_BYTES = 1 << 27
"""States kept where all of them are too many."""


def kept_limit(states: int, repeated: bool) -> int:
    """Return how many bytes of states an evaluation keeps at most, of all that there are."""
    limit = KEPT_BYTES if repeated else KEPT_BYTES_ONCE
    return limit if states <= limit else min(limit, SPARE_BYTES)


class Evaluator:
    """R(Theta) and its gradient for fixed data, at any weights (w, u, c) of width m.

    Two passes over the neurons in parts of fixed size: states and outputs; then, with the residual known, the adjoint.
    Between them the states of all parts are kept (m T n doubles), or only those of the parts that each thread comes to
    last and first again; others are computed again block by block. The result depends neither on that nor on the
    number of threads.

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
        self._threads = min(thread_count(), len(self._parts))
        limit = kept_limit(8 * 2 * layout.half * layout.outputs, repeated) if kept_bytes is None else kept_bytes
        self._places, states = self._kept_parts(0 if y is None else limit // 8)
        self._H = aligned_empty(states)
        self._S = aligned_empty(states if self._kernels.PAIR else 0)
        self._partial = aligned_empty(len(self._parts), layout.outputs)
        if y is not None:
            error, past = aligned_empty(layout.outputs), 8 * states > CACHED_BYTES
            widest = np.abs(X).max(axis=(0, 1))
            self._data = (self._X, layout.values(y), layout.mask(), widest, self._partial, error)
            self._buffers = (self._H, self._S, self._places, past, 2 / (n * T), m, *self._sizes)
            self._team = self._gather(bounded=has_bounded_kernels(activation))

    def _gather(self, *, bounded: bool) -> Team:
        """Return a team for the kernels of any weights, or those for weights that keep |z| within a bound."""
        return Team(
            kernels(self._activation, inputs=self._inputs, bounded=bounded),
            threads=self._threads,
            edges=np.array(self._parts).reshape(-1),
            pieces=max(1, min(PIECES, self.layout.outputs // PIECE)),
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
            size = (hi - lo) * self.layout.outputs
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
        partial = self._partial

        def states(part: int) -> None:
            partial[part] = 0.0
            bounds = self._parts[part]
            self._kernels.forward(*packed, self._X, partial[part], self._H, self._S, -1, False, *bounds, *self._sizes)

        share(states, len(self._parts))
        half = len(self._parts) // 2
        return partial[:half].sum(axis=0) + partial[half:].sum(axis=0)
