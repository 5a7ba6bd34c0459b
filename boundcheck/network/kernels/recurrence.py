"""The recurrence h_t = sigma(w h_{t-1} + <u, x_t>) and its derivatives over all samples, in blocks of four neurons.

A template: for an activation, `generation` replaces the import of `value`, `slope` and PAIR below by generated
functions and writes the module to the cache folder, where numba keeps the compiled code beside it.

All arrays are flat, contiguous float64, of vectors of 8 samples. Samples come in tiles of `tile`, a multiple of 8,
padded by copies of a sample; sample 8 g + l of tile q is lane l of group g:
  X[(((q T + t) groups + g) d + k) 8 + l]    input k at time t
  F, E[((q T + t) groups + g) 8 + l]         output and cotangent
  w, c[i], u[i d + k]                        neuron i; lo and hi are multiples of 4
  H, S[kept + ((((q blocks + (i - lo)/4) T + t) groups + g) 4 + b) 8 + l]
                                             states (and slopes) of neuron i + b, kept between passes, of a part lo..hi
                                             of blocks = (hi - lo)/4
"""

import numpy as np

from boundcheck.network.kernels.blocks import (
    BLOCK,
    WIDTH,
    add,
    fill,
    gather,
    load,
    mix,
    products,
    put,
    put_kept,
    recur,
    spread,
)
from boundcheck.network.kernels.lanes import (
    WIDE,
    aligned,
    count,
    count_up,
    fence,
    inlined,
    kernel,
    pasted,
    prefetch,
    store,
    total,
)
from boundcheck.network.kernels.tanh import INPUTS, PAIR, slope, value  # replaced by generated ones

VECTORS = 32
"""Times and groups of a segment of the adjoint: what it writes is read again from a first-level cache."""


@inlined
def following(t, j, q, T, tile):
    """Return the place after sample j of tile q at time t, the tile's first one after its last.

    Its inputs are multiplied one step ahead: nothing there waits for the states, whose latency this hides.
    """
    place = t * tile + j + WIDTH
    return q * T * tile + (place if place < T * tile else 0)


@pasted
def forward_part(w, u, c, X, F, H, S, kept, past, lo, hi, T, d, tile, tiles):
    """Add sum_i c_i h_t(theta_i) over i in lo..hi to F; unless kept < 0, store the states there (and slopes, if PAIR).

    past: store them past the caches; H and S must start at multiples of 64 bytes.
    """
    keep, blocks = kept >= 0, (hi - lo) // 4
    previous, v = aligned(4 * tile), np.empty((2 + d) * BLOCK)
    for q in range(tiles):
        for i in range(lo, hi, 4):
            gather(v, w, u, c, i, d)
            previous[:] = 0.0
            y0, y1, y2, y3 = products(X, q * T * tile * d, v, INPUTS or d)
            first = kept + (q * blocks + (i - lo) // 4) * T * 4 * tile
            for t in range(T):
                o, f = first + t * 4 * tile, (q * T + t) * tile
                for j in range(0, tile, WIDTH):
                    z0, z1, z2, z3 = recur(y0, y1, y2, y3, previous, 4 * j, WIDTH, v)
                    y0, y1, y2, y3 = products(X, following(t, j, q, T, tile) * d, v, INPUTS or d)
                    h0, h1, h2, h3 = value(z0), value(z1), value(z2), value(z3)
                    put(previous, 4 * j, WIDTH, h0, h1, h2, h3)
                    if keep:
                        put_kept(H, o + 4 * j, past, h0, h1, h2, h3)
                        if PAIR:
                            s0, s1, s2, s3 = slope(z0, h0), slope(z1, h1), slope(z2, h2), slope(z3, h3)
                            put_kept(S, o + 4 * j, past, s0, s1, s2, s3)
                    store(F, f + j, load(F, f + j) + mix(v, h0, h1, h2, h3))
    fence()


@kernel
def forward(w, u, c, X, F, H, S, kept, past, lo, hi, T, d, tile, tiles):
    """Do what `forward_part` does, alone."""
    forward_part(w, u, c, X, F, H, S, kept, past, lo, hi, T, d, tile, tiles)


@pasted
def states(v, X, H, S, q, T, d, tile):
    """Compute the states of the four neurons in v on tile q into H, whose first row (time 0) is zero, and S if PAIR."""
    row = 4 * tile
    y0, y1, y2, y3 = products(X, q * T * tile * d, v, INPUTS or d)
    for t in range(T):
        for j in range(0, tile, WIDTH):
            o = t * row + 4 * j
            z0, z1, z2, z3 = recur(y0, y1, y2, y3, H, o, WIDTH, v)
            y0, y1, y2, y3 = products(X, following(t, j, q, T, tile) * d, v, INPUTS or d)
            h0, h1, h2, h3 = value(z0), value(z1), value(z2), value(z3)
            put(H, o + row, WIDTH, h0, h1, h2, h3)
            if PAIR:
                put(S, o, WIDTH, slope(z0, h0), slope(z1, h1), slope(z2, h2), slope(z3, h3))


@inlined
def slope_at(S, s, h):
    """Return the slope that belongs to the state h, or lies at S[s]."""
    return load(S, s) if PAIR else slope(h, h)


@pasted
def adjoint(v, E, H, S, first, lag, D, A, G, q, start, stop, T, tile):
    """Compute D = dR/dz_t = sigma'(z_t) (c_i E_t + w_i D_{t+1}), backwards in t, and add sum D_{t+1} h_t to G.

    A holds D_stop before and D_start after. Kept states (lag 0) come from memory: those of the next block are asked
    for one block ahead.
    """
    row = 4 * tile
    for j in range(0, tile, WIDTH):
        o = 4 * j
        a0, a1, a2, a3 = load(A, o), load(A, o + 8), load(A, o + 16), load(A, o + 24)
        g0, g1, g2, g3 = load(G, 0), load(G, 8), load(G, 16), load(G, 24)
        for t in range(stop - 1, start - 1, -1):
            e = load(E, (q * T + t) * tile + j)
            h = first + t * row + o
            s = h + lag
            if lag == 0:
                for b in range(BLOCK):
                    prefetch(H, h + T * row + b * WIDTH)
            h0, h1, h2, h3 = load(H, h), load(H, h + 8), load(H, h + 16), load(H, h + 24)
            g0, g1, g2, g3 = g0 + a0 * h0, g1 + a1 * h1, g2 + a2 * h2, g3 + a3 * h3
            a0 = slope_at(S, s, h0) * (e * spread(v, 4) + a0 * spread(v, 0))
            a1 = slope_at(S, s + 8, h1) * (e * spread(v, 5) + a1 * spread(v, 1))
            a2 = slope_at(S, s + 16, h2) * (e * spread(v, 6) + a2 * spread(v, 2))
            a3 = slope_at(S, s + 24, h3) * (e * spread(v, 7) + a3 * spread(v, 3))
            put(D, (t - start) * row + o, WIDTH, a0, a1, a2, a3)
        put(A, o, WIDTH, a0, a1, a2, a3)
        put(G, 0, WIDTH, g0, g1, g2, g3)


@pasted
def contract_two(D, X, x, d, vectors, G, g):
    """Add sum D x to G for four neurons and two inputs that stand one after the other."""
    a0, a1, a2, a3 = load(G, g), load(G, g + 8), load(G, g + 16), load(G, g + 24)
    b0, b1, b2, b3 = load(G, g + 32), load(G, g + 40), load(G, g + 48), load(G, g + 56)
    for s in range(vectors):
        o, p = 32 * s, x + s * d * WIDTH
        d0, d1, d2, d3 = load(D, o), load(D, o + 8), load(D, o + 16), load(D, o + 24)
        y, z = load(X, p), load(X, p + WIDTH)
        a0, a1, a2, a3 = a0 + d0 * y, a1 + d1 * y, a2 + d2 * y, a3 + d3 * y
        b0, b1, b2, b3 = b0 + d0 * z, b1 + d1 * z, b2 + d2 * z, b3 + d3 * z
    put(G, g, WIDTH, a0, a1, a2, a3)
    put(G, g + 32, WIDTH, b0, b1, b2, b3)


@pasted
def contract_one(D, X, x, d, vectors, G, g):
    """Add sum D x to G for four neurons and one input."""
    a0, a1, a2, a3 = load(G, g), load(G, g + 8), load(G, g + 16), load(G, g + 24)
    for s in range(vectors):
        o, y = 32 * s, load(X, x + s * d * WIDTH)
        a0, a1 = a0 + load(D, o) * y, a1 + load(D, o + 8) * y
        a2, a3 = a2 + load(D, o + 16) * y, a3 + load(D, o + 24) * y
    put(G, g, WIDTH, a0, a1, a2, a3)


@pasted
def backward(w, u, c, X, E, grad_w, grad_u, H, S, kept, lo, hi, T, d, tile, tiles):
    """Add the gradient of sum_{j,t} E c_i h_t to grad_w and grad_u; the states are kept ones or computed again."""
    blocks = (hi - lo) // 4
    row, steps, paired = 4 * tile, max(1, VECTORS // (tile // WIDTH)), d // 2 * 2 if WIDE else 0
    scratch_h, scratch_s, D = aligned((T + 1) * row), aligned(T * row), aligned(steps * row)
    A, G, v = aligned(row), aligned((1 + d) * 32), np.empty((2 + d) * BLOCK)
    for q in range(tiles):
        for i in range(lo, hi, 4):
            gather(v, w, u, c, i, d)
            if kept >= 0:
                first, lag, kept_h, kept_s = kept + (q * blocks + (i - lo) // 4) * T * row, 0, H, S
            else:
                states(v, X, scratch_h, scratch_s, q, T, d, tile)
                first, lag, kept_h, kept_s = row, -row, scratch_h, scratch_s
            A[:], G[:] = 0.0, 0.0
            for stop in range(T, 0, -steps):
                start = max(0, stop - steps)
                adjoint(v, E, kept_h, kept_s, first, lag, D, A, G, q, start, stop, T, tile)
                x, vectors = (q * T + start) * tile * d, (stop - start) * tile // WIDTH
                for k in range(0, paired, 2):
                    contract_two(D, X, x + k * WIDTH, d, vectors, G, (1 + k) * 32)
                for k in range(paired, d):
                    contract_one(D, X, x + k * WIDTH, d, vectors, G, (1 + k) * 32)
            add(grad_w, i, 1, G, 0)
            for k in range(d):
                add(grad_u, i * d + k, d, G, (1 + k) * 32)


@pasted
def residual(partial, y, mask, E, scale, m):
    """Set E = scale m^{-1/2} (F - y) on samples, F = m^{-1/2} sum of the parts, halves last; return sum (F - y)^2."""
    half, root, squares = partial.shape[0] // 2, np.sqrt(m), fill(0.0)
    for o in range(0, E.size, WIDTH):
        first = second = fill(0.0)
        for p in range(half):
            first = first + load(partial[p], o)
            second = second + load(partial[half + p], o)
        error = ((first + second) / root - load(y, o)) * load(mask, o)
        squares = squares + error * error
        store(E, o, error * (scale / root))
    return total(squares)


DONE, READY, FINISHED, CLAIMS = range(4)
"""Counters that the threads share: parts done forward, whether E is there, parts done backward, then claims: each part
forward, each backward."""
PATIENCE = 1 << 12
"""How often to look for another thread's work before returning to let that thread run."""
LINGERING = 1 << 16
"""How often a helper looks for the next gradient: about a tenth of a millisecond."""


@kernel
def gradient(
    counters,
    bell,
    heard,
    start,
    edges,
    w,
    u,
    c,
    X,
    y,
    mask,
    partial,
    E,
    squares,
    grad_w,
    grad_u,
    H,
    S,
    places,
    past,
    scale,
    m,
    T,
    d,
    tile,
    tiles,
):
    """Take the parts edges[p], edges[p + 1] of the neurons that no thread has claimed: all forward, then all backward.

    Each thread goes round from a `start` of its own and comes back the same way, so that it finds in its cache what it
    kept there last. grad_w and grad_u, zero before, become the gradient of (scale / 2) sum (F - y)^2, squares[0] the
    sum itself.
    heard: -1 for the thread that leads: it rings the bell and waits for all parts; for a helper what the bell had
    counted when it was called: it stays until the bell rings again, but not for long.
    Returns False, to be called again, if another thread was long at its last part.
    """
    parts = partial.shape[0]
    if heard < 0 and count(counters, CLAIMS + start) == 0:
        count_up(bell, 0)
    last = start
    for step in range(parts):
        p = (start + step) % parts
        if count(counters, CLAIMS + p) == 0 and count_up(counters, CLAIMS + p) == 0:
            last = p
            partial[p] = 0.0
            lo, hi = edges[2 * p], edges[2 * p + 1]
            forward_part(w, u, c, X, partial[p], H, S, places[p], past, lo, hi, T, d, tile, tiles)
            if count_up(counters, DONE) == parts - 1:
                squares[0] = residual(partial, y, mask, E, scale, m)
                count_up(counters, READY)
    looks = 0
    while count(counters, READY) == 0:
        looks += 1
        if looks > PATIENCE:
            return False
    for step in range(parts):
        p = (last - step) % parts
        if count(counters, CLAIMS + parts + p) == 0 and count_up(counters, CLAIMS + parts + p) == 0:
            lo, hi = edges[2 * p], edges[2 * p + 1]
            backward(w, u, c, X, E, grad_w, grad_u, H, S, places[p], lo, hi, T, d, tile, tiles)
            count_up(counters, FINISHED)
    looks = 0
    if heard < 0:
        while count(counters, FINISHED) < parts:
            looks += 1
            if looks > PATIENCE:
                return False
    else:
        while looks < LINGERING and count(bell, 0) == heard:
            looks += 1
    return True
