"""Loops compiled by Numba, without fast-math: plain IEEE operations, each counted in the error bounds of its caller."""

from __future__ import annotations

import numpy as np
from numba import njit

CHUNK = 64
"""Neurons that are summed before their sum joins the total: sums of m terms then see CHUNK + m/CHUNK roundings."""


@njit(cache=True, nogil=True)
def horner(z, coefficients, result, cells_per_unit):
    """Evaluate the Taylor polynomials of the cell of each z; row j of ``result`` is the j-th derivative."""
    cells, length, _ = coefficients.shape
    count = result.shape[0]
    middle = (cells - 1) // 2
    value = np.empty(count)
    for i in range(z.size):
        index = int(np.rint(z[i] * cells_per_unit))
        t = z[i] - index / cells_per_unit
        cell = coefficients[index + middle]
        for j in range(count):
            value[j] = cell[length - 1, j]
        for k in range(length - 2, -1, -1):
            for j in range(count):
                value[j] = value[j] * t + cell[k, j]
        for j in range(count):
            result[j, i] = value[j]


@njit(cache=True, nogil=True)
def forward_step(w, u, c, inputs, coefficients, cells_per_unit, states, slopes, output):
    """Fill states h and slopes sigma'(z) (m, T, n) and the sums of c_i h_t (T, n), neuron by neuron.

    Returns the largest |z|; an index outside the table would be an error of the caller, who bounds |z| beforehand.
    """
    m, d = u.shape
    T, _, n = inputs.shape
    cells, length, _ = coefficients.shape
    middle = (cells - 1) // 2
    output[:] = 0.0
    partial = np.zeros_like(output)
    largest = 0.0
    for i in range(m):
        if i % CHUNK == 0:
            output += partial
            partial[:] = 0.0
        for t in range(T):
            for j in range(n):
                z = w[i] * states[i, t - 1, j] if t else 0.0
                for k in range(d):
                    z += u[i, k] * inputs[t, k, j]
                if not abs(z) * cells_per_unit <= middle:
                    return np.inf
                largest = max(largest, abs(z))
                index = int(np.rint(z * cells_per_unit))
                x = z - index / cells_per_unit
                cell = coefficients[index + middle]
                value, slope = cell[length - 1, 0], cell[length - 1, 1]
                for k in range(length - 2, -1, -1):
                    value = value * x + cell[k, 0]
                    slope = slope * x + cell[k, 1]
                states[i, t, j] = value
                slopes[i, t, j] = slope
                partial[t, j] += c[i] * value
    output += partial
    return largest


@njit(cache=True, nogil=True)
def adjoint_step(w, c, inputs, error, states, slopes, grad_w, grad_u):
    """Fill sum_jt lambda_t h_{t-1} and sum_jt lambda_t x_t, lambda_t = sigma'(z_t) (c e_t + w lambda_{t+1}).

    Returns the largest |lambda|.
    """
    m, d = grad_u.shape
    T, _, n = inputs.shape
    largest = 0.0
    for i in range(m):
        total_w = 0.0
        grad_u[i] = 0.0
        for j in range(n):
            adjoint = 0.0
            for t in range(T - 1, -1, -1):
                adjoint = slopes[i, t, j] * (c[i] * error[t, j] + w[i] * adjoint)
                largest = max(largest, abs(adjoint))
                if t:
                    total_w += adjoint * states[i, t - 1, j]
                for k in range(d):
                    grad_u[i, k] += adjoint * inputs[t, k, j]
        grad_w[i] = total_w
    return largest
