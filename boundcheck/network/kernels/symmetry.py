"""From the triangle that dsyrk leaves, in the kernels' order of columns, to a symmetric matrix over (sample, time)."""

from boundcheck.network.kernels.lanes import kernel

SQUARE = 32


@kernel
def unpack(triangle, gram, scale, n, T, tile):
    """Set gram[j T + t, j' T + t'] = scale * triangle[max, min] of the columns (q T + t) tile + j - q tile."""
    size = triangle.shape[0]
    for first in range(0, size, SQUARE):
        for second in range(0, first + 1, SQUARE):
            for a in range(first, min(first + SQUARE, size)):
                time = a // tile
                sample = time // T * tile + a % tile
                row = sample * T + time % T
                if sample >= n:
                    continue
                for b in range(second, min(second + SQUARE, a + 1)):
                    time = b // tile
                    sample = time // T * tile + b % tile
                    if sample < n:
                        column = sample * T + time % T
                        value = triangle[a, b] * scale
                        gram[row, column] = value
                        gram[column, row] = value
