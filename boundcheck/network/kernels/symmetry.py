"""From the triangle that dsyrk leaves, in the kernels' order of columns, to a symmetric matrix over (sample, time)."""

from boundcheck.network.kernels.lanes import inlined, kernel

EDGE = 8
"""Samples and times of a patch of rows or columns: whole cache lines of both matrices."""


@inlined
def patch(triangle, gram, scale, n, T, tile, j, t, first, start):
    """Set the row of (sample j, time t) at EDGE samples from `first` on and EDGE times from `start` on."""
    a = (j // tile * T + t) * tile + j % tile
    for k in range(first, min(first + EDGE, n)):
        for s in range(start, min(start + EDGE, T)):
            b = (k // tile * T + s) * tile + k % tile
            gram[j * T + t, k * T + s] = scale * (triangle[a, b] if a >= b else triangle[b, a])


@kernel
def unpack(triangle, gram, scale, n, T, tile, part, parts):
    """Set gram[j T + t, j' T + t'] = scale * triangle[a, b] for the columns (q T + t) tile + l of sample q tile + l.

    Does every parts-th EDGE samples of the rows, from those numbered `part`.
    """
    for rows in range(part * EDGE, n, parts * EDGE):
        for times in range(0, T, EDGE):
            for first in range(0, n, EDGE):
                for start in range(0, T, EDGE):
                    for j in range(rows, min(rows + EDGE, n)):
                        for t in range(times, min(times + EDGE, T)):
                            patch(triangle, gram, scale, n, T, tile, j, t, first, start)
