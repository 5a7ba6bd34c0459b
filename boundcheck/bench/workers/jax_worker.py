"""JAX: gradient by reverse mode, Jacobian by forward mode and by the recursion, kernel by a product."""

import jax
import jax.numpy as jnp
import numpy as np
from protocol import data, serve, sizes  # type: ignore[import-not-found]

jax.config.update("jax_enable_x64", True)


def gradient(size):
    """Forms: samples by neurons, neurons by samples, input products ahead of the scan."""
    X, y, w, u, c = data(size)
    n, T, d, m = sizes(size)
    root = np.sqrt(m)

    def rows(w, u):
        def step(h, x):
            h = jnp.tanh(w * h + x @ u.T)
            return h, h @ c

        return jnp.mean((jax.lax.scan(step, jnp.zeros((n, m)), X.transpose(1, 0, 2))[1] / root - y.T) ** 2)

    def columns(w, u):
        def step(h, x):
            h = jnp.tanh(w[:, None] * h + u @ x)
            return h, c @ h

        return jnp.mean((jax.lax.scan(step, jnp.zeros((m, n)), X.transpose(1, 2, 0))[1] / root - y.T) ** 2)

    def ahead(w, u):
        def step(h, z):
            h = jnp.tanh(w * h + z)
            return h, h @ c

        Z = jnp.einsum("jtk,ik->tji", X, u)
        return jnp.mean((jax.lax.scan(step, jnp.zeros((n, m)), Z)[1] / root - y.T) ** 2)

    arguments = jnp.array(w), jnp.array(u)
    forms = {}
    for loss in (rows, columns, ahead):
        compiled = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))
        forms[loss.__name__] = lambda run=compiled: jax.block_until_ready(run(*arguments))
    return forms


def features(X, w, u):
    """Return dh of shape (T, 1+d, m, n) by the recursion of Proposition 1."""
    n, T, d = X.shape

    def step(carry, x):
        h, D = carry
        new = jnp.tanh(w[:, None] * h + u @ x)
        source = jnp.concatenate([h[None], jnp.broadcast_to(x[:, None], (d, *h.shape))])
        D = (1 - new * new) * (source + w[:, None] * D)
        return (new, D), D

    start = jnp.zeros((len(w), n)), jnp.zeros((1 + d, len(w), n))
    return jax.lax.scan(step, start, X.transpose(1, 2, 0))[1]


def jacobian(size):
    """Forms: recursion, forward mode per neuron."""
    X, _, w, u, _ = data(size)
    n, T, d, m = sizes(size)
    arguments = jnp.array(X), jnp.array(w), jnp.array(u)
    recursion = jax.jit(features)
    forms = {"recursion": lambda: jax.block_until_ready(recursion(*arguments))}

    def states(theta):
        def step(h, x):
            h = jnp.tanh(theta[0] * h + x @ theta[1:])
            return h, h

        return jax.lax.scan(step, jnp.zeros(n), X.transpose(1, 0, 2))[1]

    if m * n * T < 1 << 24:
        forward = jax.jit(jax.vmap(jax.jacfwd(states)))
        theta = jnp.column_stack([w, u])
        forms["forward mode"] = lambda: jax.block_until_ready(forward(theta))
    return forms


def gram(size):
    """Form: recursion, then one matrix product."""
    X, _, w, u, _ = data(size)
    n, T, d, m = sizes(size)
    arguments = jnp.array(X), jnp.array(w), jnp.array(u)

    @jax.jit
    def product(X, w, u):
        D = features(X, w, u).transpose(1, 2, 3, 0).reshape((1 + d) * m, n * T)
        return D.T @ D / m

    return {"product": lambda: jax.block_until_ready(product(*arguments))}


if __name__ == "__main__":
    serve({"gradient": gradient, "jacobian": jacobian, "gram": gram})
