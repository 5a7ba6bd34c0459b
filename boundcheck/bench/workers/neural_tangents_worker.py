"""neural-tangents 0.6.5: the empirical kernel. It needs an environment of its own, with `pip install jax==0.4.35`.

That jax lacks two names where neural-tangents looks for them: they are put back here.
"""

import jax
import jax.numpy as jnp
import neural_tangents as nt  # type: ignore[import-not-found]
import numpy as np
from jax._src import source_info_util
from jax.interpreters import ad
from protocol import data, serve, sizes  # type: ignore[import-not-found]

ad.source_info_util, ad.config = source_info_util, jax.config
jax.config.update("jax_enable_x64", True)


def gram(size):
    """Forms: Jacobian contraction, structured derivatives."""
    X, _, w, u, c = data(size)
    n, T, d, m = sizes(size)

    def outputs(parameters, X):
        w, u = parameters

        def step(h, x):
            h = jnp.tanh(w * h + x @ u.T)
            return h, h @ c

        return jax.lax.scan(step, jnp.zeros((X.shape[0], m)), X.transpose(1, 0, 2))[1].T / np.sqrt(m)

    forms = {}
    for name in ("JACOBIAN_CONTRACTION", "STRUCTURED_DERIVATIVES"):
        implementation = getattr(nt.NtkImplementation, name)
        kernel = jax.jit(nt.empirical_ntk_fn(outputs, trace_axes=(), vmap_axes=0, implementation=implementation))
        arguments = jnp.array(X), None, (jnp.array(w), jnp.array(u))
        forms[name.lower()] = lambda run=kernel, arguments=arguments: jax.block_until_ready(run(*arguments))
    return forms


if __name__ == "__main__":
    serve({"gram": gram})
