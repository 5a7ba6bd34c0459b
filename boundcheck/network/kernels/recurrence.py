"""The recurrence h_t = sigma(w h_{t-1} + <u, x_t>) and its derivatives over all samples, in blocks of four neurons.

A template: for an activation, `generation` replaces the import of `value`, `slope` and PAIR below by generated
functions and writes the module to the cache folder, where numba keeps the compiled code beside it.

All arrays are flat, contiguous float64. Samples come in tiles of `tile`, a multiple of 8, padded by copies of a sample:
  X[((q T + t) d + k) tile + j]    input k at time t of sample q tile + j
  F, E[(q T + t) tile + j]         output and cotangent
  w, c[i], u[i d + k]              neuron i; lo and hi are multiples of 4
  H, S[(((q blocks + i/4) T + t) 4 + b) tile + j]    states (and slopes) of neuron i + b, kept between the two passes
"""

import numpy as np

from boundcheck.network.kernels.blocks import (
    SHORT,
    WIDTH,
    add,
    fill,
    fill_short,
    load,
    load_short,
    mix,
    preactivations,
    put,
    put_kept,
    spread,
)
from boundcheck.network.kernels.lanes import count, count_up, fence, inlined, kernel, pasted, prefetch, store, total
from boundcheck.network.kernels.tanh import PAIR, slope, value  # replaced by generated functions


@pasted
def forward_part(w, u, c, X, F, H, S, keep, past, lo, hi, blocks, T, d, tile, tiles):
    """Add sum_i c_i h_t(theta_i) over i in lo..hi to F; if keep, store the states (and slopes, if PAIR).

    past: store them past the caches; H and S must start at multiples of 64 bytes.
    """
    previous = np.zeros(4 * tile)
    for q in range(tiles):
        for i in range(lo, hi, 4):
            previous[:] = 0.0
            for t in range(T):
                o = ((q * blocks + i // 4) * T + t) * 4 * tile
                for j in range(0, tile, WIDTH):
                    z0, z1, z2, z3 = preactivations(previous, j, tile, X, (q * T + t) * d * tile + j, tile, d, w, u, i)
                    h0, h1, h2, h3 = value(z0), value(z1), value(z2), value(z3)
                    put(previous, j, tile, h0, h1, h2, h3)
                    if keep:
                        put_kept(H, o + j, tile, past, h0, h1, h2, h3)
                        if PAIR:
                            s0, s1, s2, s3 = slope(z0, h0), slope(z1, h1), slope(z2, h2), slope(z3, h3)
                            put_kept(S, o + j, tile, past, s0, s1, s2, s3)
                    f = (q * T + t) * tile + j
                    store(F, f, load(F, f) + mix(c, i, h0, h1, h2, h3))
    fence()


@kernel
def forward(w, u, c, X, F, H, S, keep, past, lo, hi, blocks, T, d, tile, tiles):
    """Do what `forward_part` does, alone."""
    forward_part(w, u, c, X, F, H, S, keep, past, lo, hi, blocks, T, d, tile, tiles)


@pasted
def states(w, u, X, H, S, i, q, T, d, tile):
    """Compute the states of neurons i..i+3 on tile q into H, whose first row (time 0) is zero, and S if PAIR."""
    row = 4 * tile
    for t in range(T):
        for j in range(0, tile, WIDTH):
            o = t * row + j
            z0, z1, z2, z3 = preactivations(H, o, tile, X, (q * T + t) * d * tile + j, tile, d, w, u, i)
            h0, h1, h2, h3 = value(z0), value(z1), value(z2), value(z3)
            put(H, o + row, tile, h0, h1, h2, h3)
            if PAIR:
                put(S, o, tile, slope(z0, h0), slope(z1, h1), slope(z2, h2), slope(z3, h3))


@inlined
def slope_at(H, S, h, s):
    """Return the slope that belongs to the state at H[h]."""
    return load(S, s) if PAIR else slope(load(H, h), load(H, h))


@pasted
def adjoint(w, c, E, H, S, first, lag, D, grad_w, i, q, T, tile):
    """Compute D = dR/dz_t = sigma'(z_t) (c_i E_t + w_i D_{t+1}), backwards in t, and add sum D_t h_{t-1} to grad_w.

    Kept states (lag 0) come from memory: those of the next block are asked for one block ahead.
    """
    row = 4 * tile
    for j in range(0, tile, WIDTH):
        a0 = a1 = a2 = a3 = g0 = g1 = g2 = g3 = fill(0.0)
        for t in range(T - 1, -1, -1):
            e = load(E, (q * T + t) * tile + j)
            h = first + t * row + j
            s = h + lag
            if lag == 0:
                for b in range(4):
                    prefetch(H, h + T * row + b * tile)
            g0 = g0 + a0 * load(H, h)
            g1 = g1 + a1 * load(H, h + tile)
            g2 = g2 + a2 * load(H, h + 2 * tile)
            g3 = g3 + a3 * load(H, h + 3 * tile)
            a0 = slope_at(H, S, h, s) * (e * spread(c, i) + a0 * spread(w, i))
            a1 = slope_at(H, S, h + tile, s + tile) * (e * spread(c, i + 1) + a1 * spread(w, i + 1))
            a2 = slope_at(H, S, h + 2 * tile, s + 2 * tile) * (e * spread(c, i + 2) + a2 * spread(w, i + 2))
            a3 = slope_at(H, S, h + 3 * tile, s + 3 * tile) * (e * spread(c, i + 3) + a3 * spread(w, i + 3))
            put(D, t * row + j, tile, a0, a1, a2, a3)
        grad_w[i] += total(g0)
        grad_w[i + 1] += total(g1)
        grad_w[i + 2] += total(g2)
        grad_w[i + 3] += total(g3)


@pasted
def contract(D, X, grad_u, i, q, T, d, tile):
    """Add sum_{t,j} D_t x_t of neurons i..i+3 to grad_u, two inputs at a time."""
    for k in range(0, d, 2):
        other = k + 1 if k + 1 < d else k
        a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = fill_short(0.0)
        for t in range(T):
            x, y = ((q * T + t) * d + k) * tile, ((q * T + t) * d + other) * tile
            for j in range(0, tile, SHORT):
                o = t * 4 * tile + j
                d0, d1 = load_short(D, o), load_short(D, o + tile)
                d2, d3 = load_short(D, o + 2 * tile), load_short(D, o + 3 * tile)
                xs, ys = load_short(X, x + j), load_short(X, y + j)
                a0 = a0 + d0 * xs
                a1 = a1 + d1 * xs
                a2 = a2 + d2 * xs
                a3 = a3 + d3 * xs
                b0 = b0 + d0 * ys
                b1 = b1 + d1 * ys
                b2 = b2 + d2 * ys
                b3 = b3 + d3 * ys
        add(grad_u, i * d + k, d, a0, a1, a2, a3)
        if other > k:
            add(grad_u, i * d + other, d, b0, b1, b2, b3)


@pasted
def backward(w, u, c, X, E, grad_w, grad_u, H, S, keep, lo, hi, blocks, T, d, tile, tiles):
    """Add the gradient of sum_{j,t} E c_i h_t to grad_w and grad_u; the states are kept ones or computed again."""
    row = 4 * tile
    scratch_h, scratch_s, D = np.zeros((T + 1) * row), np.empty(T * row), np.empty(T * row)
    for q in range(tiles):
        for i in range(lo, hi, 4):
            if keep:
                first, lag, kept_h, kept_s = (q * blocks + i // 4) * T * row, 0, H, S
            else:
                states(w, u, X, scratch_h, scratch_s, i, q, T, d, tile)
                first, lag, kept_h, kept_s = row, -row, scratch_h, scratch_s
            adjoint(w, c, E, kept_h, kept_s, first, lag, D, grad_w, i, q, T, tile)
            contract(D, X, grad_u, i, q, T, d, tile)


@pasted
def residual(partial, y, mask, E, scale, m):
    """Set E = scale m^{-1/2} (F - y) on samples, F = m^{-1/2} sum of the parts, halves last; return sum (F - y)^2."""
    half, root, squares = partial.shape[0] // 2, np.sqrt(m), 0.0
    for o in range(E.size):
        first = second = 0.0
        for p in range(half):
            first += partial[p, o]
            second += partial[half + p, o]
        error = ((first + second) / root - y[o]) * mask[o]
        squares += error * error
        E[o] = error * (scale / root)
    return squares


DONE, READY, CLAIMS = range(3)
"""Counters that the threads share: parts done forward, whether E is there, then claims: each part forward, backward."""
PATIENCE = 1 << 12
"""How often to look for E before returning to let another thread run."""


@kernel
def gradient(
    counters,
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
    keep,
    past,
    scale,
    m,
    blocks,
    T,
    d,
    tile,
    tiles,
):
    """Take the parts edges[p], edges[p + 1] of the neurons that no thread has claimed: all forward, then all backward.

    Each thread goes round from a `start` of its own, so that it finds in its cache what it kept there.
    grad_w and grad_u, zero before, become the gradient of (scale / 2) sum (F - y)^2, squares[0] the sum itself.
    Returns False, to be called again, if another thread was long at its last part of the first pass.
    """
    parts = partial.shape[0]
    for step in range(parts):
        p = (start + step) % parts
        if count(counters, CLAIMS + p) == 0 and count_up(counters, CLAIMS + p) == 0:
            partial[p] = 0.0
            lo, hi = edges[2 * p], edges[2 * p + 1]
            forward_part(w, u, c, X, partial[p], H, S, keep, past, lo, hi, blocks, T, d, tile, tiles)
            if count_up(counters, DONE) == parts - 1:
                squares[0] = residual(partial, y, mask, E, scale, m)
                count_up(counters, READY)
    looks = 0
    while count(counters, READY) == 0:
        looks += 1
        if looks > PATIENCE:
            return False
    for step in range(parts):
        p = (start + step) % parts
        if count(counters, CLAIMS + parts + p) == 0 and count_up(counters, CLAIMS + parts + p) == 0:
            lo, hi = edges[2 * p], edges[2 * p + 1]
            backward(w, u, c, X, E, grad_w, grad_u, H, S, keep, lo, hi, blocks, T, d, tile, tiles)
    return True
