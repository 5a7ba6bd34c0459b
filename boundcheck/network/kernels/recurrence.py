"""The recurrence h_t = sigma(w h_{t-1} + <u, x_t>) and its derivatives over all samples, in blocks of four neurons.

A template: for an activation, `generation` replaces the import of `value`, `slope` and PAIR below by generated
functions and writes the module to the cache folder, where numba keeps the compiled code beside it.

All arrays are flat, contiguous float64, of vectors of 8 samples. Samples come in tiles of `tile`, a multiple of 8,
padded by copies of a sample; sample 8 g + l of tile q is lane l of group g:
  X[(((q T + t) groups + g) d + k) 8 + l]    input k at time t
  F, E[((p T + t) groups + g) 8 + l]         output and cotangent
  w, c[i], u[i d + k]                        neuron i; lo and hi are multiples of 4
  V[i (2 + d) ...]                           w, then c, then u input by input, of neurons i..i+3
  H, S[kept + ((((p blocks + (i - lo)/4) T + t) groups + g) 4 + b) 8 + l]
                                             states (and slopes) of neuron i + b, kept between passes, of a part lo..hi
                                             of blocks = (hi - lo)/4, on tile p of a batch
Tiles `first` <= q < `stop` are a batch: all outputs on it, then its gradients. F and E have its outputs only.
"""

import numpy as np

from boundcheck.network.kernels.blocks import (
    BLOCK,
    WIDTH,
    add,
    fill,
    load,
    mix,
    pack,
    products,
    put,
    put_kept,
    recur,
    spread,
)
from boundcheck.network.kernels.lanes import (
    WIDE,
    aligned,
    array_at,
    claim,
    clear,
    count,
    count_up,
    fence,
    inlined,
    kernel,
    pasted,
    prefetch,
    publish,
    store,
    total,
)
from boundcheck.network.kernels.tanh import INPUTS, LARGEST, PAIR, REACH, slope, value  # replaced by generated ones

VECTORS = 32
"""Times and groups of a segment of the adjoint: what it writes is read again from a first-level cache."""


@inlined
def following(t, j, q, T, tile):
    """Return the place after sample j of tile q at time t, the tile's first one after its last.

    Its inputs are multiplied one step ahead: nothing there waits for the states, whose latency this hides.
    """
    place = t * tile + j + WIDTH
    return q * T * tile + (place if place < T * tile else 0)


@inlined
def forward_part(V, X, F, H, S, previous, kept, past, lo, hi, T, d, tile, first, stop):
    """Add sum_i c_i h_t(theta_i) over i in lo..hi to F; unless kept < 0, store the states there (and slopes, if PAIR).

    past: store them past the caches; H and S must start at multiples of 64 bytes. previous: 4 tile doubles for it.
    """
    keep, blocks = kept >= 0, (hi - lo) // 4
    for q in range(first, stop):
        for i in range(lo, hi, 4):
            v = array_at(V.ctypes.data + 8 * i * (2 + d))
            clear(previous, 0, 4 * tile)
            y0, y1, y2, y3 = products(X, q * T * tile * d, v, INPUTS or d)
            start = kept + ((q - first) * blocks + (i - lo) // 4) * T * 4 * tile
            for t in range(T):
                o, f = start + t * 4 * tile, ((q - first) * T + t) * tile
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
                    store(F, f + j, mix(load(F, f + j), v, h0, h1, h2, h3))
    fence()


@kernel
def forward(w, u, c, X, F, lo, hi, T, d, tile, tiles):
    """Do what `forward_part` does, alone, on all tiles; no state is kept."""
    V = np.empty(hi * (2 + d))
    pack(V, w, u, c, lo, hi, d)
    forward_part(V, X, F, X, X, aligned(4 * tile), -1, False, lo, hi, T, d, tile, 0, tiles)


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
def adjoint(v, E, H, S, place, lag, D, A, G, p, start, stop, T, tile):
    """Compute D = dR/dz_t = sigma'(z_t) (w_i D_{t+1} + c_i E_t), backwards in t, and add sum D_{t+1} h_t to G.

    A holds D_stop before and D_start after. Kept states (lag 0) come from memory: those of the next block are asked
    for one block ahead.
    """
    row = 4 * tile
    for j in range(0, tile, WIDTH):
        o = 4 * j
        a0, a1, a2, a3 = load(A, o), load(A, o + 8), load(A, o + 16), load(A, o + 24)
        g0, g1, g2, g3 = load(G, 0), load(G, 8), load(G, 16), load(G, 24)
        for t in range(stop - 1, start - 1, -1):
            e = load(E, (p * T + t) * tile + j)
            h = place + t * row + o
            s = h + lag
            if lag == 0:
                for b in range(BLOCK):
                    prefetch(H, h + T * row + b * WIDTH)
            h0, h1, h2, h3 = load(H, h), load(H, h + 8), load(H, h + 16), load(H, h + 24)
            g0, g1, g2, g3 = g0 + a0 * h0, g1 + a1 * h1, g2 + a2 * h2, g3 + a3 * h3
            a0 = slope_at(S, s, h0) * (a0 * spread(v, 0) + e * spread(v, 4))
            a1 = slope_at(S, s + 8, h1) * (a1 * spread(v, 1) + e * spread(v, 5))
            a2 = slope_at(S, s + 16, h2) * (a2 * spread(v, 2) + e * spread(v, 6))
            a3 = slope_at(S, s + 24, h3) * (a3 * spread(v, 3) + e * spread(v, 7))
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
def scratch_arrays(T, d, tile):
    """Return what `backward` works in: states of which the first are zero, slopes, D, A and G."""
    row, steps = 4 * tile, max(1, VECTORS // (tile // WIDTH))
    return aligned((T + 1) * row), aligned(T * row), aligned(steps * row), aligned(row), aligned((1 + d) * 32)


@inlined
def backward(V, X, E, grad_w, grad_u, H, S, scratch, kept, lo, hi, T, d, tile, first, stop):
    """Add the gradient of sum_{j,t} E c_i h_t to grad_w and grad_u; the states are kept ones or computed again.

    scratch: arrays of `scratch_arrays` for it.
    """
    blocks = (hi - lo) // 4
    row, steps, paired = 4 * tile, max(1, VECTORS // (tile // WIDTH)), d // 2 * 2 if WIDE else 0
    scratch_h, scratch_s, D, A, G = scratch
    for q in range(first, stop):
        for i in range(lo, hi, 4):
            v = array_at(V.ctypes.data + 8 * i * (2 + d))
            if kept >= 0:
                place, lag, kept_h, kept_s = kept + ((q - first) * blocks + (i - lo) // 4) * T * row, 0, H, S
            else:
                states(v, X, scratch_h, scratch_s, q, T, d, tile)
                place, lag, kept_h, kept_s = row, -row, scratch_h, scratch_s
            clear(A, 0, row)
            clear(G, 0, 32 * (1 + d))
            for end in range(T, 0, -steps):
                start = max(0, end - steps)
                adjoint(v, E, kept_h, kept_s, place, lag, D, A, G, q - first, start, end, T, tile)
                x, vectors = (q * T + start) * tile * d, (end - start) * tile // WIDTH
                for k in range(0, paired, 2):
                    contract_two(D, X, x + k * WIDTH, d, vectors, G, (1 + k) * 32)
                for k in range(paired, d):
                    contract_one(D, X, x + k * WIDTH, d, vectors, G, (1 + k) * 32)
            add(grad_w, i, 1, G, 0)
            for k in range(d):
                add(grad_u, i * d + k, d, G, (1 + k) * 32)


@pasted
def residual(partial, y, mask, E, first, stop, place, scale, root):
    """Set E = scale m^{-1/2} (F - y) at first..stop, 0 on padding, F = m^{-1/2} sum of the parts, halves last.

    Returns sum (F - y)^2 there; place: of the batch in y and mask; root: m^{1/2}. Pieces lie within a tile: how many
    tiles make a batch does not change a sum.
    """
    half, squares = partial.shape[0] // 2, fill(0.0)
    for o in range(first, stop, WIDTH):
        one = two = fill(0.0)
        for p in range(half):
            one = one + load(partial[p], o)
            two = two + load(partial[half + p], o)
        error = ((one + two) / root - load(y, place + o)) * load(mask, place + o)
        squares = squares + error * error
        store(E, o, error * (scale / root))
    return total(squares)


DONE, AGAIN, BEYOND = range(3)
"""What `gradient` returns: all is done; call it again, another thread was long at its part; the weights are too large
for these kernels, what was computed is of no use."""
GENERATION, FORWARD, SUMMED, BACKWARD, FAR = range(5)
"""Entries of `board`, which all threads see: gradients begun; parts forward, pieces of the residual and parts backward
that were ever done; the last gradient whose weights were too large."""
WEIGHTS, SEATS = 5, 10
"""Where the addresses of w, u, c, dR/dw and dR/du are, then two entries for each thread: whether it is here, and where
it turned back. After them stand for each part forward, each piece and each part backward the round that claimed it
last, then for each part the round whose backward pass it has finished. A round is a batch in a gradient."""
PATIENCE = 1 << 15
"""How often to look for another thread's work before returning to let that thread run."""
LINGERING, DELAY = 1 << 18, 1 << 9
"""How often a helper looks for the next gradient: about a fifth of a millisecond; how often after the bell has rung."""


@pasted
def farthest(w, u, widest, lo, hi, d):
    """Return the largest |w_i| sup |sigma| + sum_k |u_ik| max |x_k| of neurons lo..hi, where no |z| is larger.

    Infinity if one is NaN.
    """
    most = 0.0
    for i in range(lo, hi):
        reach = abs(w[i]) * LARGEST
        for k in range(d):
            reach += abs(u[i * d + k]) * widest[k]
        if not reach < np.inf:
            return np.inf
        most = max(most, reach)
    return most


@pasted
def begin(board, bell, w, u, c, grad_w, grad_u):
    """Tell the helpers where the arrays of a new gradient are, and that it has begun.

    The bell is rung first: who has seen the new generation has also heard the bell, and need not leave for it.
    """
    board[WEIGHTS], board[WEIGHTS + 1], board[WEIGHTS + 2] = w.ctypes.data, u.ctypes.data, c.ctypes.data
    board[WEIGHTS + 3], board[WEIGHTS + 4] = grad_w.ctypes.data, grad_u.ctypes.data
    count_up(bell, 0)
    count_up(board, GENERATION)


@pasted
def comes(board, entry, wanted):
    """Wait, but not for long, until an entry is `wanted` or more; say whether it is."""
    looks = 0
    while count(board, entry) < wanted:
        looks += 1
        if looks > PATIENCE:
            return False
    return True


@kernel
def gradient(
    board, bell, thread, new, start, edges, w, u, c, grad_w, grad_u, X, y, mask, widest, V, partial, E, squares, H, S,
    places, past, scale, m, T, d, tile, tiles, batch,
):  # fmt: skip
    """Take the parts edges[p], edges[p + 1] of the neurons that nobody has claimed: forward, backward, batch by batch.

    Each thread goes round from a `start` of its own and comes back the same way, so that it finds in its cache what it
    kept there last. grad_w and grad_u become the gradient of (scale / 2) sum (F - y)^2, squares[0] the sum itself.

    thread: 0 leads. If `new`, it begins a gradient of the arrays that it is given, at once: helpers that were called
    may be there already, and do not wait long. It returns when all parts are done.
    Another one helps with the arrays of the latest gradient, whatever it is given, and stays for the next ones: until
    the bell rings elsewhere or it has waited long. A claim carries the round's number: a helper that comes late finds
    nothing to claim, and none can touch arrays whose gradient is done. All threads wait for one another before the
    residual of a batch only: a part is taken forward on the next batch as soon as its states are not needed any more.
    """
    batches = -(-tiles // batch)
    parts, pieces, root = partial.shape[0], (squares.size - 1) // batches, np.sqrt(m)
    split, vectors = pieces // batch, T * tile // WIDTH
    claims, seat = board.size - 3 * parts - pieces, SEATS + 2 * thread
    backs, finished = claims + parts + pieces, claims + 2 * parts + pieces
    previous, scratch = aligned(4 * tile), scratch_arrays(T, d, tile)  # an error here leaves no claim behind
    if new:
        begin(board, bell, w, u, c, grad_w, grad_u)
        board[seat + 1] = start
    board[seat] = 1
    while True:
        generation, heard = count(board, GENERATION), count(bell, 0)
        w_, u_, c_ = array_at(board[WEIGHTS]), array_at(board[WEIGHTS + 1]), array_at(board[WEIGHTS + 2])
        grad_w_, grad_u_ = array_at(board[WEIGHTS + 3]), array_at(board[WEIGHTS + 4])
        for b in range(batches):
            this = (generation - 1) * batches + b + 1
            first, stop = b * batch, min(tiles, (b + 1) * batch)
            for step in range(parts):
                p = (start + step) % parts
                if count(board, finished + p) >= this - 1 and claim(board, claims + p, this):
                    board[seat + 1] = p
                    clear(partial[p], 0, E.size)
                    lo, hi = edges[2 * p], edges[2 * p + 1]
                    if b == 0:
                        if REACH < np.inf and not farthest(w_, u_, widest, lo, hi, d) <= REACH:
                            publish(board, FAR, generation)
                        pack(V, w_, u_, c_, lo, hi, d)
                    forward_part(V, X, partial[p], H, S, previous, places[p], past, lo, hi, T, d, tile, first, stop)
                    count_up(board, FORWARD)
            if not comes(board, FORWARD, this * parts):
                return AGAIN
            for piece in range(pieces):
                if claim(board, claims + parts + piece, this):
                    p, k = piece // split, piece % split
                    lo, hi = p * vectors + vectors * k // split, p * vectors + vectors * (k + 1) // split
                    if first + p < stop:
                        lo, hi, place = lo * WIDTH, hi * WIDTH, first * T * tile
                        squares[1 + b * pieces + piece] = residual(partial, y, mask, E, lo, hi, place, scale, root)
                    count_up(board, SUMMED)
            if not comes(board, SUMMED, this * pieces):
                return AGAIN
            last = board[seat + 1]
            for step in range(parts):
                p = (last - step) % parts
                if claim(board, backs + p, this):
                    lo, hi = edges[2 * p], edges[2 * p + 1]
                    if b == 0:
                        clear(grad_w_, lo, hi)
                        clear(grad_u_, lo * d, hi * d)
                    backward(V, X, E, grad_w_, grad_u_, H, S, scratch, places[p], lo, hi, T, d, tile, first, stop)
                    publish(board, finished + p, this)
                    count_up(board, BACKWARD)
        if thread == 0:
            if not comes(board, BACKWARD, generation * batches * parts):
                return AGAIN
            squares[0] = 0.0
            for k in range(batches * pieces):
                squares[0] += squares[1 + k]
            return BEYOND if count(board, FAR) == generation else DONE
        looks = 0
        while looks < LINGERING and count(board, GENERATION) == generation:
            looks = looks + 1 if count(bell, 0) == heard else max(looks + 1, LINGERING - DELAY)
        if count(board, GENERATION) == generation:
            board[seat] = 0
            return DONE
