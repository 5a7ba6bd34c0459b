"""The same quantities through autograd: the reference that every hand-written derivative is checked against.

Slow and never on a hot path. Functions that autograd traces stay unannotated: its ArrayBox is no ndarray.
"""

import autograd.numpy as anp
import numpy as np
from autograd import grad, hessian, jacobian
from autograd.differential_operators import make_jvp
from autograd.extend import defjvp, defvjp, primitive
from scipy import special

from boundcheck.network.activation_functions import as_activation, binary_extrema, derivative_expressions


@primitive
def erf(z):
    """Return the error function, differentiable in both modes (autograd's own has no forward mode)."""
    return special.erf(z)


defvjp(erf, lambda ans, z: lambda g: g * 2 / np.sqrt(np.pi) * anp.exp(-z * z))
defjvp(erf, lambda g, ans, z: g * 2 / np.sqrt(np.pi) * anp.exp(-z * z))


def traceable_sigma(activation):
    """Return sigma as a function of autograd arrays, from the same expression as the fast kernels."""
    import sympy

    z, expressions = derivative_expressions(as_activation(activation).expression, 0)
    return sympy.lambdify([z], binary_extrema(expressions[0]), modules=[{"erf": erf}, anp])


def traced_states(w, u, X, sigma):
    """Return the list over t of h_t, each of shape (m, n), for w (m,), u (m, d), X (n, T, d)."""
    states, h = [], 0.0
    for t in range(X.shape[1]):
        h = sigma(w[:, None] * h + anp.dot(u, X[:, t].T))
        states.append(h)
    return states


def reference_loss_and_gradient(weights, X, y, activation):
    """Return (R, dR/dw (m,), dR/du (m, d)) by reverse-mode differentiation of the definition."""
    sigma = traceable_sigma(activation)

    def loss(w, u):
        outputs = [anp.dot(weights.c, h) / np.sqrt(weights.m) for h in traced_states(w, u, X, sigma)]
        return anp.mean((anp.stack(outputs, axis=1) - y) ** 2)

    by_w, by_u = grad(loss, 0), grad(loss, 1)
    return float(loss(weights.w, weights.u)), by_w(weights.w, weights.u), by_u(weights.w, weights.u)


def neuron_states(theta, X, sigma):
    """Return h of shape (T, n) of the single neuron theta = (w, u_1, ..., u_d)."""
    return anp.stack([h[0] for h in traced_states(theta[:1], theta[None, 1:], X, sigma)])


def reference_derivatives(weights, X, activation, order):
    """Return the order-th derivatives of every h_t: shape (m, (1+d),..., T, n), order 1 or 2."""
    sigma = traceable_sigma(activation)
    derive = {1: jacobian, 2: hessian}[order]
    thetas = np.column_stack([weights.w, weights.u])
    tensors = np.stack([derive(lambda theta: neuron_states(theta, X, sigma))(theta) for theta in thetas])
    return np.moveaxis(tensors, (1, 2), (-2, -1))


def reference_directional(weights, X, activation, v_w, v_u, order):
    """Return d^k/ds^k h_t(theta_i + s v_i) at s = 0 of shape (m, T, n), by `order` nested forward-mode passes."""
    sigma = traceable_sigma(activation)

    def along(s):
        states = traced_states(weights.w + s * v_w, weights.u + s * v_u, X, sigma)
        return anp.stack(states, axis=1)

    def derive(f):
        return lambda s: make_jvp(f)(s)(1.0)[1]

    for _ in range(order):
        along = derive(along)
    return along(0.0)
