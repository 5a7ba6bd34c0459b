"""First derivatives of the states, forward in time: stored, summed along a direction, or only their largest values.

A template like `recurrence`, whose layout of X, w, u, c it shares.
"""

import numpy as np

from boundcheck.network.kernels.blocks import WIDTH, fill, load, mix, preactivations, put, spread
from boundcheck.network.kernels.lanes import fence, inlined, kernel, lane, larger, store, stream
from boundcheck.network.kernels.tanh import slope, value  # replaced by generated functions


@kernel
def tangent(w, u, v_w, v_u, c, X, F, lo, hi, T, d, tile, tiles):
    """Add sum_i c_i <grad h_t(theta_i), v_i> over i in lo..hi to F[(q T + t) tile + j]."""
    state, along = np.zeros(4 * tile), np.zeros(4 * tile)
    for q in range(tiles):
        for i in range(lo, hi, 4):
            state[:] = 0.0
            along[:] = 0.0
            for t in range(T):
                for j in range(0, tile, WIDTH):
                    x = (q * T + t) * d * tile + j
                    z0, z1, z2, z3 = preactivations(state, j, X, x, tile, d, w, u, i)
                    a0, a1, a2, a3 = preactivations(along, j, X, x, tile, d, w, v_u, i)
                    a0 = a0 + load(state, j) * spread(v_w, i)
                    a1 = a1 + load(state, j + tile) * spread(v_w, i + 1)
                    a2 = a2 + load(state, j + 2 * tile) * spread(v_w, i + 2)
                    a3 = a3 + load(state, j + 3 * tile) * spread(v_w, i + 3)
                    h0, h1, h2, h3 = value(z0), value(z1), value(z2), value(z3)
                    a0, a1, a2, a3 = a0 * slope(z0, h0), a1 * slope(z1, h1), a2 * slope(z2, h2), a3 * slope(z3, h3)
                    put(state, j, tile, h0, h1, h2, h3)
                    put(along, j, tile, a0, a1, a2, a3)
                    o = (q * T + t) * tile + j
                    store(F, o, load(F, o) + mix(c, i, a0, a1, a2, a3))


@inlined
def advance(w, u, X, x, state, slopes, G, i, j, d, tile):
    """Advance the states and slopes of neurons i..i+3 by one step and G[k][b] from dz_{t-1} to dz_t.

    dz_t = h_{t-1} + w sigma'(z_{t-1}) dz_{t-1} for k = 0, with x_k in place of h_{t-1} for the input weights.
    Returns (dz/dw)^2 and ||dz/du||^2 of the four neurons.
    """
    z0, z1, z2, z3 = preactivations(state, j, X, x, tile, d, w, u, i)
    f0, f1 = load(slopes, j) * spread(w, i), load(slopes, j + tile) * spread(w, i + 1)
    f2, f3 = load(slopes, j + 2 * tile) * spread(w, i + 2), load(slopes, j + 3 * tile) * spread(w, i + 3)
    a0 = load(state, j) + load(G, j) * f0
    a1 = load(state, j + tile) + load(G, j + tile) * f1
    a2 = load(state, j + 2 * tile) + load(G, j + 2 * tile) * f2
    a3 = load(state, j + 3 * tile) + load(G, j + 3 * tile) * f3
    put(G, j, tile, a0, a1, a2, a3)
    q0 = q1 = q2 = q3 = fill(0.0)
    for k in range(d):
        xs = load(X, x + k * tile)
        o = (k + 1) * 4 * tile + j
        b0 = xs + load(G, o) * f0
        b1 = xs + load(G, o + tile) * f1
        b2 = xs + load(G, o + 2 * tile) * f2
        b3 = xs + load(G, o + 3 * tile) * f3
        put(G, o, tile, b0, b1, b2, b3)
        q0, q1, q2, q3 = q0 + b0 * b0, q1 + b1 * b1, q2 + b2 * b2, q3 + b3 * b3
    h0, h1, h2, h3 = value(z0), value(z1), value(z2), value(z3)
    put(state, j, tile, h0, h1, h2, h3)
    put(slopes, j, tile, slope(z0, h0), slope(z1, h1), slope(z2, h2), slope(z3, h3))
    return a0 * a0, a1 * a1, a2 * a2, a3 * a3, q0, q1, q2, q3


@kernel
def jacobian(w, u, X, J, lo, hi, T, d, tile, tiles, n, aligned, of_neuron, of_feature, of_tile, of_time):
    """Store dh_t at J[(i - lo) of_neuron + k of_feature + q of_tile + t of_time + j], for samples q tile + j < n.

    aligned: all these places for j = 0, 8, ... are multiples of 64 bytes: write past the caches.
    """
    state, slopes, G = np.empty(4 * tile), np.empty(4 * tile), np.empty((1 + d) * 4 * tile)
    for q in range(tiles):
        for i in range(lo, hi, 4):
            state[:] = 0.0
            slopes[:] = 0.0
            G[:] = 0.0
            for t in range(T):
                for j in range(0, tile, WIDTH):
                    advance(w, u, X, (q * T + t) * d * tile + j, state, slopes, G, i, j, d, tile)
                for b in range(min(4, hi - i)):
                    for k in range(1 + d):
                        o = (i + b - lo) * of_neuron + k * of_feature + q * of_tile + t * of_time
                        for j in range(0, tile, WIDTH):
                            derivative = load(G, (k * 4 + b) * tile + j) * load(slopes, b * tile + j)
                            if aligned:
                                stream(J, o + j, derivative)
                            else:
                                put_part(J, o + j, derivative, n - q * tile - j)
    fence()


@inlined
def put_part(J, o, lanes, count):
    """Store the first `count` lanes, all if there are more."""
    if count >= WIDTH:
        store(J, o, lanes)
    else:
        for b in range(count):
            J[o + b] = lane(lanes, b)


@kernel
def suprema(w, u, X, best, lo, hi, T, d, tile, tiles):
    """Raise best[(k T + t) 8 + lane] to (dh/dw)^2, ||dh/du||^2 and ||grad h||^2 for k = 0, 1, 2."""
    state, slopes, G = np.empty(4 * tile), np.empty(4 * tile), np.empty((1 + d) * 4 * tile)
    for q in range(tiles):
        for i in range(lo, hi, 4):
            state[:] = 0.0
            slopes[:] = 0.0
            G[:] = 0.0
            for t in range(T):
                for j in range(0, tile, WIDTH):
                    x = (q * T + t) * d * tile + j
                    a0, a1, a2, a3, q0, q1, q2, q3 = advance(w, u, X, x, state, slopes, G, i, j, d, tile)
                    s0, s1 = load(slopes, j), load(slopes, j + tile)
                    s2, s3 = load(slopes, j + 2 * tile), load(slopes, j + 3 * tile)
                    s0, s1, s2, s3 = s0 * s0, s1 * s1, s2 * s2, s3 * s3
                    raise_to(best, t * WIDTH, a0 * s0, a1 * s1, a2 * s2, a3 * s3)
                    raise_to(best, (T + t) * WIDTH, q0 * s0, q1 * s1, q2 * s2, q3 * s3)
                    a0, a1, a2, a3 = (a0 + q0) * s0, (a1 + q1) * s1, (a2 + q2) * s2, (a3 + q3) * s3
                    raise_to(best, (2 * T + t) * WIDTH, a0, a1, a2, a3)


@inlined
def raise_to(best, o, a0, a1, a2, a3):
    """Raise the lanes at best[o] to the largest of four."""
    store(best, o, larger(load(best, o), larger(larger(a0, a1), larger(a2, a3))))
