"""What kernels do to four neurons at once, whatever the activation; `recurrence` has the layout of the arrays."""

from boundcheck.network.kernels.lanes import array_at, filler, inlined, loader, pasted, spreader, store, stream, total

WIDTH = 8
BLOCK = 4
load, spread, fill = loader(WIDTH), spreader(WIDTH), filler(WIDTH)


@inlined
def gather(v, w, u, c, i, d):
    """Set v to w, then c, then u input by input, each of neurons i..i+3: what a block needs, from one address."""
    for b in range(BLOCK):
        v[b] = w[i + b]
        v[BLOCK + b] = c[i + b]
        for k in range(d):
            v[(2 + k) * BLOCK + b] = u[(i + b) * d + k]


@pasted
def pack(V, w, u, c, lo, hi, d):
    """Set V to what `gather` makes of neurons lo..hi, block by block: block i/4 at V[i (2 + d)]."""
    for i in range(lo, hi, BLOCK):
        gather(array_at(V.ctypes.data + 8 * i * (2 + d)), w, u, c, i, d)


@inlined
def products(X, x, v, d):
    """Return <u, x> of the four neurons in v, for input k at X[x + 8 k]."""
    z0 = z1 = z2 = z3 = fill(0.0)
    for k in range(d):
        a, p = load(X, x + k * WIDTH), (2 + k) * BLOCK
        z0 = z0 + a * spread(v, p)
        z1 = z1 + a * spread(v, p + 1)
        z2 = z2 + a * spread(v, p + 2)
        z3 = z3 + a * spread(v, p + 3)
    return z0, z1, z2, z3


@inlined
def recur(z0, z1, z2, z3, H, o, apart, v):
    """Return z + w h of the four neurons in v, for h at H[o + b apart]."""
    z0 = z0 + load(H, o) * spread(v, 0)
    z1 = z1 + load(H, o + apart) * spread(v, 1)
    z2 = z2 + load(H, o + 2 * apart) * spread(v, 2)
    z3 = z3 + load(H, o + 3 * apart) * spread(v, 3)
    return z0, z1, z2, z3


@inlined
def preactivations(H, o, apart, X, x, v, d):
    """Return z = <u, x> + w h of the four neurons in v, for h at H[o + b apart] and input k at X[x + 8 k]."""
    z0, z1, z2, z3 = products(X, x, v, d)
    return recur(z0, z1, z2, z3, H, o, apart, v)


@inlined
def put(A, o, apart, a0, a1, a2, a3):
    """Store the rows of four neurons, or of four inputs."""
    store(A, o, a0)
    store(A, o + apart, a1)
    store(A, o + 2 * apart, a2)
    store(A, o + 3 * apart, a3)


@inlined
def put_kept(A, o, past, a0, a1, a2, a3):
    """Store the vectors of four neurons one after the other, past the caches if `past`."""
    if past:
        stream(A, o, a0)
        stream(A, o + WIDTH, a1)
        stream(A, o + 2 * WIDTH, a2)
        stream(A, o + 3 * WIDTH, a3)
    else:
        put(A, o, WIDTH, a0, a1, a2, a3)


@inlined
def mix(f, v, a0, a1, a2, a3):
    """Return f + sum_b c_b a_b."""
    return (((f + a0 * spread(v, 4)) + a1 * spread(v, 5)) + a2 * spread(v, 6)) + a3 * spread(v, 7)


@inlined
def add(g, o, apart, A, a):
    """Add the sums of the lanes of four vectors that stand one after the other in A."""
    for b in range(BLOCK):
        g[o + b * apart] += total(load(A, a + b * WIDTH))
