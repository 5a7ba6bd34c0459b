"""boundcheck's kernels, their variants, and the floors under them."""

import numpy as np
from protocol import data, serve, sizes  # type: ignore[import-not-found]

from boundcheck.network import Weights, derivative_suprema, gram_matrix, jacobian
from boundcheck.network.evaluator import Evaluator
from boundcheck.network.gradient import plain_loss_and_gradient
from boundcheck.network.kernels.crew import share
from boundcheck.network.kernels.layout import aligned_empty

PARTS = 4
"""Parts of a floor's work, for two threads."""
USER = "z*exp(-z**2/2) + z/sqrt(1+z**2)"
"""An activation that no registry has: two elementary functions more than tanh."""


def gradient(size, kept_bytes=None, activation="tanh"):
    """Return the gradient with its buffers used again, as in gradient descent."""
    X, y, w, u, c = data(size)
    evaluate = Evaluator(X, y, len(w), activation, repeated=True, kept_bytes=kept_bytes)
    return {"fused": lambda: evaluate(w, u, c)}


def recomputed(size):
    """Return the gradient that keeps at most 16 MiB of states, at L half of a batch, and computes the others again."""
    return gradient(size, kept_bytes=1 << 24)


def user(size):
    """Return the gradient for a user's own activation."""
    return gradient(size, activation=USER)


def arrays(size):
    """Return the gradient by NumPy's arrays, in blocks of neurons: nothing compiled."""
    X, y, w, u, c = data(size)
    weights = Weights(w, u, c)
    return {"blocks": lambda: plain_loss_and_gradient(weights, X, y, "tanh")}


def stored(size):
    """Return the Jacobian of all h_t, in memory used again."""
    X, _, w, u, c = data(size)
    n, T, d, m = sizes(size)
    weights, out = Weights(w, u, c), aligned_empty(m, 1 + d, T, n)
    return {"fused": lambda: jacobian(weights, X, "tanh", out=out)}


def suprema(size):
    """Return the largest derivatives only."""
    X, _, w, u, c = data(size)
    weights = Weights(w, u, c)
    return {"fused": lambda: derivative_suprema(weights, X, "tanh")}


def gram(size):
    """Return the Gram matrix of the tangent kernel."""
    X, _, w, u, c = data(size)
    weights = Weights(w, u, c)
    return {"fused": lambda: gram_matrix(weights, X, "tanh")}


def bare_product(size):
    """Return the matrix product alone: dsyrk on features that are there already."""
    from scipy.linalg.blas import dsyrk

    n, T, d, m = sizes(size)
    rows = np.random.default_rng(0).normal(size=(m * (1 + d), n * T))
    total = np.zeros((n * T, n * T), order="F")
    return {"dsyrk": lambda: dsyrk(1.0, rows.T, beta=0.0, c=total, lower=0, overwrite_c=1)}


def floor_tanh(size):
    """Return m T n values of tanh, on arguments in the cache."""
    from boundcheck.bench.floors import tanh_values

    return _floor(size, tanh_values, 1)


def floor_products(size):
    """Return the 2d + 6 multiply-adds of each state, in registers."""
    from boundcheck.bench.floors import multiply_adds

    return _floor(size, multiply_adds, 2 * sizes(size)[2] + 6)


def floor_memory(size):
    """Return the time to write and read m T n doubles."""
    from boundcheck.bench.floors import write_and_read

    n, T, d, m = sizes(size)
    memory = aligned_empty(m * T * n)
    edges = [8 * (len(memory) // 8 * k // PARTS) for k in range(PARTS + 1)]
    parts = [memory[lo:hi] for lo, hi in zip(edges, edges[1:], strict=False)]

    def both():
        share(lambda k: write_and_read(parts[k], 0), PARTS)
        share(lambda k: write_and_read(parts[k], 1), PARTS)

    return {"floor": both}


def floor_write(size):
    """Return the time to write the Jacobian's doubles."""
    from boundcheck.bench.floors import write_past_cache

    n, T, d, m = sizes(size)
    memory = aligned_empty(m * (1 + d) * T * n)
    edges = [8 * (len(memory) // 8 * k // PARTS) for k in range(PARTS + 1)]
    parts = [memory[lo:hi] for lo, hi in zip(edges, edges[1:], strict=False)]
    return {"floor": lambda: share(lambda k: write_past_cache(parts[k]), PARTS)}


def _floor(size, kernel, count):
    n, T, d, m = sizes(size)
    rounds = m * T * n * count // (PARTS * 1024) + 1
    buffers = np.random.default_rng(0).normal(size=(PARTS, 1024))
    return {"floor": lambda: share(lambda k: kernel(buffers[k], rounds), PARTS)}


if __name__ == "__main__":
    serve(
        {
            "gradient": gradient,
            "recomputed": recomputed,
            "user": user,
            "arrays": arrays,
            "jacobian": stored,
            "suprema": suprema,
            "gram": gram,
            "bare product": bare_product,
            "floor: tanh": floor_tanh,
            "floor: multiply-adds": floor_products,
            "floor: memory": floor_memory,
            "floor: write": floor_write,
        }
    )
