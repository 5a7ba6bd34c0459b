"""Compiled loops that do nothing but what no implementation can leave out."""

from boundcheck.network.kernels.elementary import tanh
from boundcheck.network.kernels.lanes import fence, filler, kernel, loader, store, stream, total

load, fill = loader(8), filler(8)


@kernel
def tanh_values(buffer, rounds):
    """Compute `rounds` times the tanh of a buffer that stays in the cache."""
    target = buffer.copy()
    for _ in range(rounds):
        for j in range(0, buffer.size, 8):
            store(target, j, tanh(load(buffer, j)))
    return target[0]


@kernel
def multiply_adds(buffer, rounds):
    """Do `rounds` times buffer.size multiply-adds, in twelve independent chains: more than the latency asks for."""
    a = b = c = d = e = f = g = h = i = j = k = m = fill(0.5)
    x = load(buffer, 0)
    for _ in range(rounds * (buffer.size // 32) // 3):
        a, b, c, d, e, f = a * x + x, b * x + x, c * x + x, d * x + x, e * x + x, f * x + x
        g, h, i, j, k, m = g * x + x, h * x + x, i * x + x, j * x + x, k * x + x, m * x + x
    return total(((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + m)))


@kernel
def write_and_read(part, phase):
    """Write all of a part past the caches (phase 0), or read it (phase 1)."""
    if phase == 0:
        for j in range(0, part.size - 7, 8):
            stream(part, j, fill(1.0))
        fence()
        return 0.0
    a = b = c = d = fill(0.0)
    for j in range(0, part.size - 31, 32):
        a, b, c, d = a + load(part, j), b + load(part, j + 8), c + load(part, j + 16), d + load(part, j + 24)
    return total(a + b + c + d)


@kernel
def write_past_cache(part):
    """Write all of a part past the caches."""
    for j in range(0, part.size - 7, 8):
        stream(part, j, fill(1.0))
    fence()
