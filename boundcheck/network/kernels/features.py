"""First derivatives of the states, forward in time: stored, summed along a direction, or only their largest values.

A template like `recurrence`, whose layout of X, w, u, c it shares.
"""

import numpy as np

from boundcheck.network.kernels.blocks import BLOCK, WIDTH, gather, load, mix, preactivations, put, spread
from boundcheck.network.kernels.lanes import fence, inlined, kernel, lane, larger, store, stream
from boundcheck.network.kernels.tanh import slope, value  # replaced by generated functions

STEPS = 16
"""Time steps of a segment."""
ROWS = STEPS + 1
"""Rows of a segment's arrays: the step before and its own."""


@kernel
def tangent(w, u, v_w, v_u, c, X, F, lo, hi, T, d, tile, tiles):
    """Add sum_i c_i <grad h_t(theta_i), v_i> over i in lo..hi to F[(q T + t) tile + j]."""
    state, along = np.zeros(4 * tile), np.zeros(4 * tile)
    v, direction = np.empty((2 + d) * BLOCK), np.empty((2 + d) * BLOCK)
    for q in range(tiles):
        for i in range(lo, hi, 4):
            gather(v, w, u, c, i, d)
            gather(direction, w, v_u, v_w, i, d)
            state[:], along[:] = 0.0, 0.0
            for t in range(T):
                for j in range(0, tile, WIDTH):
                    x = ((q * T + t) * tile + j) * d
                    z0, z1, z2, z3 = preactivations(state, j, tile, X, x, v, d)
                    a0, a1, a2, a3 = preactivations(along, j, tile, X, x, direction, d)
                    a0 = a0 + load(state, j) * spread(direction, 4)
                    a1 = a1 + load(state, j + tile) * spread(direction, 5)
                    a2 = a2 + load(state, j + 2 * tile) * spread(direction, 6)
                    a3 = a3 + load(state, j + 3 * tile) * spread(direction, 7)
                    h0, h1, h2, h3 = value(z0), value(z1), value(z2), value(z3)
                    a0, a1, a2, a3 = a0 * slope(z0, h0), a1 * slope(z1, h1), a2 * slope(z2, h2), a3 * slope(z3, h3)
                    put(state, j, tile, h0, h1, h2, h3)
                    put(along, j, tile, a0, a1, a2, a3)
                    o = (q * T + t) * tile + j
                    store(F, o, mix(load(F, o), v, a0, a1, a2, a3))


@inlined
def segment(v, X, x, H, S, steps, d, tile, width):
    """Compute h_t and sigma'(z_t) of the four neurons in v over some steps into rows 1, 2, ... of H[b] and S[b].

    Row 0 holds those of the step before; a row has `width` samples, the inputs begin at X[x].
    """
    apart = ROWS * width
    for t in range(steps):
        for j in range(0, width, WIDTH):
            o = t * width + j
            z0, z1, z2, z3 = preactivations(H, o, apart, X, x + (t * tile + j) * d, v, d)
            h0, h1, h2, h3 = value(z0), value(z1), value(z2), value(z3)
            put(H, o + width, apart, h0, h1, h2, h3)
            put(S, o + width, apart, slope(z0, h0), slope(z1, h1), slope(z2, h2), slope(z3, h3))


@inlined
def carry(H, S, steps, width):
    """Make the last rows of a segment the rows before the next."""
    for b in range(4):
        for j in range(0, width, WIDTH):
            o = b * ROWS * width + j
            store(H, o, load(H, o + steps * width))
            store(S, o, load(S, o + steps * width))


@inlined
def store_four(w, i, X, x, step, S, s, G, g, B, o, steps, width):
    """Advance four rows of G from dz_{t-1} to dz_t = x_t + w sigma'(z_{t-1}) dz_{t-1}; store dh_t in rows of B."""
    a0, a1, a2, a3 = load(G, g), load(G, g + width), load(G, g + 2 * width), load(G, g + 3 * width)
    for t in range(steps):
        f, r = load(S, s + t * width) * spread(w, i), load(S, s + (t + 1) * width)
        p = x + t * step
        a0, a1 = a0 * f + load(X, p), a1 * f + load(X, p + WIDTH)
        a2, a3 = a2 * f + load(X, p + 2 * WIDTH), a3 * f + load(X, p + 3 * WIDTH)
        put(B, o + t * width, STEPS * width, a0 * r, a1 * r, a2 * r, a3 * r)
    put(G, g, width, a0, a1, a2, a3)


@inlined
def store_one(w, i, X, x, step, S, s, G, g, B, o, steps, width):
    """Do what `store_four` does, for one input (or for w, with h_{t-1} in the place of x_t)."""
    a = load(G, g)
    for t in range(steps):
        a = a * (load(S, s + t * width) * spread(w, i)) + load(X, x + t * step)
        store(B, o + t * width, a * load(S, s + (t + 1) * width))
    store(G, g, a)


@inlined
def write(B, rows, J, o, of_feature, of_time, steps, width, n, aligned):
    """Write the rows of some features in B to J: the first n samples of each."""
    for k in range(rows):
        for t in range(steps):
            for j in range(0, width, WIDTH):
                lanes, place = load(B, (k * STEPS + t) * width + j), o + k * of_feature + t * of_time + j
                if aligned:
                    stream(J, place, lanes)
                else:
                    put_part(J, place, lanes, n - j)


@kernel
def jacobian(w, u, X, J, lo, hi, T, d, tile, tiles, n, aligned, of_neuron, of_feature, of_tile, of_time):
    """Store dh_t at J[(i - lo) of_neuron + k of_feature + q of_tile + t of_time + j], for samples q tile + j < n.

    aligned: all these places for j = 0, 8, ... are multiples of 64 bytes: write past the caches.
    """
    apart, fours = ROWS * tile, d // 4 * 4
    H, S, G, B = np.empty(4 * apart), np.empty(4 * apart), np.empty(4 * (1 + d) * tile), np.empty(4 * STEPS * tile)
    v = np.empty((2 + d) * BLOCK)
    for i in range(lo, hi, 4):
        gather(v, w, u, w, i, d)
        for q in range(tiles):
            H[:], S[:], G[:] = 0.0, 0.0, 0.0
            for first in range(0, T, STEPS):
                steps, x = min(STEPS, T - first), (q * T + first) * d * tile
                segment(v, X, x, H, S, steps, d, tile, tile)
                for b in range(min(4, hi - i)):
                    s, g = b * apart, b * (1 + d) * tile
                    o = (i + b - lo) * of_neuron + q * of_tile + first * of_time
                    for j in range(0, tile, WIDTH):
                        store_one(w, i + b, H, s + j, tile, S, s + j, G, g + j, B, j, steps, tile)
                    write(B, 1, J, o, of_feature, of_time, steps, tile, n - q * tile, aligned)
                    for k in range(0, fours, 4):
                        o += of_feature * (1 if k == 0 else 4)
                        for j in range(0, tile, WIDTH):
                            p, e = x + j * d + k * WIDTH, g + (k + 1) * tile + j
                            store_four(w, i + b, X, p, d * tile, S, s + j, G, e, B, j, steps, tile)
                        write(B, 4, J, o, of_feature, of_time, steps, tile, n - q * tile, aligned)
                    for k in range(fours, d):
                        o = (i + b - lo) * of_neuron + q * of_tile + first * of_time + (k + 1) * of_feature
                        for j in range(0, tile, WIDTH):
                            p, e = x + j * d + k * WIDTH, g + (k + 1) * tile + j
                            store_one(w, i + b, X, p, d * tile, S, s + j, G, e, B, j, steps, tile)
                        write(B, 1, J, o, of_feature, of_time, steps, tile, n - q * tile, aligned)
                carry(H, S, steps, tile)
    fence()


@inlined
def put_part(J, o, lanes, count):
    """Store the first `count` lanes, all if there are more."""
    if count >= WIDTH:
        store(J, o, lanes)
    else:
        for b in range(count):
            J[o + b] = lane(lanes, b)


@inlined
def add_four(w, i, X, x, step, S, s, G, g, Q, fresh, steps):
    """Advance four rows of G like `store_four`; set the rows Q[s + 8 t] to the sum of squares, or add it."""
    a0, a1, a2, a3 = load(G, g), load(G, g + WIDTH), load(G, g + 2 * WIDTH), load(G, g + 3 * WIDTH)
    for t in range(steps):
        o, p = s + t * WIDTH, x + t * step
        f = load(S, o) * spread(w, i)
        a0, a1 = a0 * f + load(X, p), a1 * f + load(X, p + WIDTH)
        a2, a3 = a2 * f + load(X, p + 2 * WIDTH), a3 * f + load(X, p + 3 * WIDTH)
        squares = (a0 * a0 + a1 * a1) + (a2 * a2 + a3 * a3)
        store(Q, o, squares if fresh else load(Q, o) + squares)
    put(G, g, WIDTH, a0, a1, a2, a3)


@inlined
def add_one(w, i, X, x, step, S, s, G, g, Q, fresh, steps):
    """Do what `add_four` does, for one input (or for w, with h_{t-1} in the place of x_t)."""
    a = load(G, g)
    for t in range(steps):
        o = s + t * WIDTH
        a = a * (load(S, o) * spread(w, i)) + load(X, x + t * step)
        store(Q, o, a * a if fresh else load(Q, o) + a * a)
    store(G, g, a)


@inlined
def largest(S, A, Q, o, by_w, by_u, both):
    """Raise the three to the squares of one neuron: those of dz in A and Q times the slope's."""
    s = load(S, o + WIDTH)
    a, q = load(A, o) * (s * s), load(Q, o) * (s * s)
    return larger(by_w, a), larger(by_u, q), larger(both, a + q)


@kernel
def suprema(w, u, X, best, lo, hi, T, d, tile, tiles):
    """Raise best[(k T + t) 8 + lane] to (dh/dw)^2, ||dh/du||^2 and ||grad h||^2 for k = 0, 1, 2.

    Eight samples, four neurons and a segment of time at once, so that all but the inputs stays in a first-level cache.
    """
    apart, fours, plane = ROWS * WIDTH, d // 4 * 4, T * WIDTH
    H, S, A, Q = np.empty(4 * apart), np.empty(4 * apart), np.empty(4 * apart), np.empty(4 * apart)
    G, v = np.empty(4 * (1 + d) * WIDTH), np.empty((2 + d) * BLOCK)
    for r in range(0, tiles * tile, WIDTH):
        for i in range(lo, hi, 4):
            gather(v, w, u, w, i, d)
            H[:], S[:], G[:] = 0.0, 0.0, 0.0
            for first in range(0, T, STEPS):
                steps, x = min(STEPS, T - first), ((r // tile * T + first) * tile + r % tile) * d
                segment(v, X, x, H, S, steps, d, tile, WIDTH)
                for b in range(4):
                    s, g = b * apart, b * (1 + d) * WIDTH
                    add_one(w, i + b, H, s, WIDTH, S, s, G, g, A, True, steps)
                    for k in range(0, fours, 4):
                        e = g + (k + 1) * WIDTH
                        add_four(w, i + b, X, x + k * WIDTH, d * tile, S, s, G, e, Q, k == 0, steps)
                    for k in range(fours, d):
                        e = g + (k + 1) * WIDTH
                        add_one(w, i + b, X, x + k * WIDTH, d * tile, S, s, G, e, Q, k == 0, steps)
                for t in range(steps):
                    o, p = (first + t) * WIDTH, t * WIDTH
                    by_w, by_u, both = load(best, o), load(best, plane + o), load(best, 2 * plane + o)
                    for b in range(4):
                        by_w, by_u, both = largest(S, A, Q, p + b * apart, by_w, by_u, both)
                    store(best, o, by_w)
                    store(best, plane + o, by_u)
                    store(best, 2 * plane + o, both)
                carry(H, S, steps, WIDTH)
