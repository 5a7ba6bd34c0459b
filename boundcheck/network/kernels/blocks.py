"""What kernels do to four neurons at once, whatever the activation; `recurrence` has the layout of the arrays."""

from boundcheck.network.kernels.lanes import filler, inlined, loader, spreader, store, stream, total

WIDTH = 8
SHORT = 4
load, spread, fill = loader(WIDTH), spreader(WIDTH), filler(WIDTH)
load_short, fill_short = loader(SHORT), filler(SHORT)


@inlined
def preactivations(H, o, apart, X, xo, tile, d, w, u, i):
    """Return z = w h + <u, x> of neurons i..i+3, for h at H[o + b apart] and x at X[xo + k tile]."""
    z0 = load(H, o) * spread(w, i)
    z1 = load(H, o + apart) * spread(w, i + 1)
    z2 = load(H, o + 2 * apart) * spread(w, i + 2)
    z3 = load(H, o + 3 * apart) * spread(w, i + 3)
    row = i * d
    for k in range(d):
        x = load(X, xo + k * tile)
        z0 = z0 + x * spread(u, row + k)
        z1 = z1 + x * spread(u, row + d + k)
        z2 = z2 + x * spread(u, row + 2 * d + k)
        z3 = z3 + x * spread(u, row + 3 * d + k)
    return z0, z1, z2, z3


@inlined
def put(A, o, apart, a0, a1, a2, a3):
    """Store the rows of four neurons, or of four inputs."""
    store(A, o, a0)
    store(A, o + apart, a1)
    store(A, o + 2 * apart, a2)
    store(A, o + 3 * apart, a3)


@inlined
def put_kept(A, o, tile, past, a0, a1, a2, a3):
    """Store the rows of four neurons, past the caches if `past`."""
    if past:
        stream(A, o, a0)
        stream(A, o + tile, a1)
        stream(A, o + 2 * tile, a2)
        stream(A, o + 3 * tile, a3)
    else:
        put(A, o, tile, a0, a1, a2, a3)


@inlined
def mix(c, i, a0, a1, a2, a3):
    """Return sum_b c_{i+b} a_b."""
    return (a0 * spread(c, i) + a1 * spread(c, i + 1)) + (a2 * spread(c, i + 2) + a3 * spread(c, i + 3))


@inlined
def add(g, o, stride, a0, a1, a2, a3):
    """Add the sums of the lanes."""
    g[o] += total(a0)
    g[o + stride] += total(a1)
    g[o + 2 * stride] += total(a2)
    g[o + 3 * stride] += total(a3)
