"""Expectations over the initial law (w ~ Unif{-alpha, alpha}, u ~ N(0, I_d)) and the limit kernel kappa_t.

d <= 2: the uniform trapezoid rule on a truncated box with step halving, which converges geometrically for analytic
integrands; the error stated is the last halving's change (an estimate). d > 2: scrambled Sobol points, six standard
errors over independent scrambles (statistical). Neither is rigorous. Source: MATHEMATICS section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

EDGE = 8.5
BLOCK = 1024
SCRAMBLES = 16
"""Independent scrambles, each of a half of the points: with 8 the spread is too often underestimated."""
Integrand = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def expectation(
    integrand: Integrand, *, alpha: float, d: int, tolerance: float = 1e-10, points: int = 1 << 13, seed: Any = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Average a function g(w, u) over the initial law.

    Args:    integrand: called with nodes w (B,), u (B, d) and weights (B,); returns the weighted sum of g.
             tolerance: stop halving once the change is below this (d <= 2); points: of two scrambles (d > 2), a power
             of 2, and the most nodes (times 64) of the trapezoid rule.
    Returns: (mean, error estimate), of g's shape.
    """
    if d > 2:
        return _sobol(integrand, alpha, d, points, seed)
    step, value = 0.4, None
    while True:
        fresh = _trapezoid(integrand, alpha, d, step)
        if value is not None:
            change = np.abs(fresh - value)
            if change.max() <= tolerance or (4 * EDGE / step) ** d > 64 * points:
                return fresh, change + 1e-14
        step, value = step / 2, fresh


def _trapezoid(integrand: Integrand, alpha: float, d: int, step: float) -> np.ndarray:
    count = int(np.ceil(EDGE / step))
    axis = step * np.arange(-count, count + 1)
    grid = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), axis=-1).reshape(-1, d)
    weight = np.exp(-(grid**2).sum(axis=1) / 2) * (step / np.sqrt(2 * np.pi)) ** d
    kept = weight > 1e-18 * weight.max()
    return _mean(integrand, alpha, grid[kept], weight[kept])


def _sobol(integrand: Integrand, alpha: float, d: int, points: int, seed: Any) -> tuple[np.ndarray, np.ndarray]:
    from scipy.special import ndtri
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    points = max(points // 2, 2)
    means = []
    for _ in range(SCRAMBLES):
        cube = qmc.Sobol(d, scramble=True, rng=rng).random(points)
        nodes = ndtri(np.clip(cube, 1e-16, 1 - 1e-16))
        means.append(_mean(integrand, alpha, nodes, np.full(points, 1.0 / points)))
    table = np.array(means)
    return table.mean(axis=0), 6.0 * table.std(axis=0, ddof=1) / np.sqrt(SCRAMBLES)


def _mean(integrand: Integrand, alpha: float, nodes: np.ndarray, weight: np.ndarray) -> np.ndarray:
    total: Any = 0.0
    for start in range(0, len(nodes), BLOCK):
        u, part = nodes[start : start + BLOCK], weight[start : start + BLOCK]
        for sign in (-1.0, 1.0):
            total = total + integrand(np.full(len(u), sign * alpha), u, part) / 2
    return np.asarray(total)


def limit_kernel(
    X: np.ndarray, activation: Any, alpha: float, *, tolerance: float = 1e-10, points: int = 1 << 13, seed: Any = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return (kappa, error): kappa_t(x^i, x^j) for all pairs and times, of shape (T, n, n).

    Args:    X: (n, T, d) inputs, ||x_t|| <= 1; only the dimension of their span counts.
    """
    X = reduce_inputs(X)

    def products(w: np.ndarray, u: np.ndarray, weight: np.ndarray) -> np.ndarray:
        rows = _weighted_rows(w, u, weight, X, activation)
        return np.einsum("ktn,ktj->tnj", rows, rows, optimize=True)

    return expectation(products, alpha=alpha, d=X.shape[2], tolerance=tolerance, points=points, seed=seed)


def limit_gram(
    X: np.ndarray, activation: Any, alpha: float, *, tolerance: float = 1e-8, points: int = 1 << 11, seed: Any = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return (K, error), both (nT, nT): E <grad h_t(theta; x^i), grad h_t'(theta; x^j)>, ordered as F.reshape(-1)."""
    X = reduce_inputs(X)
    n, T, d = X.shape

    def products(w: np.ndarray, u: np.ndarray, weight: np.ndarray) -> np.ndarray:
        rows = _weighted_rows(w, u, weight, X, activation).transpose(0, 2, 1).reshape(-1, n * T)
        return rows.T @ rows

    return expectation(products, alpha=alpha, d=d, tolerance=tolerance, points=points, seed=seed)


def reduce_inputs(X: np.ndarray) -> np.ndarray:
    """Write inputs in an orthonormal basis of their span: (n, T, r), r <= d. kappa depends on inner products alone.

    Exact up to rounding, because N(0, I_d) is invariant under rotation and d_u h lies in the span.
    """
    n, T, d = X.shape
    flat = X.reshape(n * T, d)
    _, sizes, axes = np.linalg.svd(flat, full_matrices=False)
    rank = max(1, int((sizes > 1e-13 * max(float(sizes[0]), 1e-300)).sum()))
    return (flat @ axes[:rank].T).reshape(n, T, rank) if rank < d else X


def _weighted_rows(w: np.ndarray, u: np.ndarray, weight: np.ndarray, X: np.ndarray, activation: Any) -> np.ndarray:
    """Gradients times the root of the weight, (B (1+d), T, n)."""
    from boundcheck.network import Weights, jacobian

    slopes = jacobian(Weights(w, u, np.ones(len(w))), X, activation)
    return (slopes * np.sqrt(weight)[:, None, None, None]).reshape(-1, *slopes.shape[2:])
