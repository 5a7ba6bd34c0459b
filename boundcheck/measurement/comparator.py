"""Comparators and the class's nu for given data: ridge regression and minimal norm in the tangent kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from boundcheck.measurement.limit_kernel import limit_gram
from boundcheck.measurement.values import Problem

ROWS = 1024
"""Values that are fitted at most, so that the kernel's eigenvalues take a second."""
PENALTIES = tuple(10.0**k for k in range(-8, 1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparator:
    """Theta_bar beside Theta(0): R(Theta_bar) and ||Theta_bar - Theta(0)||^2, upper ends if ``enclosed``."""

    initial: Any
    weights: Any
    risk: float
    distance: float
    enclosed: bool = False


def ridge_comparator(problem: Problem, seed: np.random.SeedSequence) -> Comparator:
    """Find Theta_bar in Omega_{rho,m} with a small risk.

    Ridge regression of y in the tangent features at Theta(0), projected on the neighbourhood; the penalty that gives
    the smallest risk plus distance over m is taken. The risk is the network's own, not the linear model's; it and
    the distance are enclosed and rounded up, unless sigma is not smooth and the problem large.
    """
    from boundcheck import network
    from boundcheck.network import Weights

    X, y = problem.X, problem.y
    initial = network.symmetric_initialization(problem.m, problem.d, float(problem.alpha), np.random.default_rng(seed))
    values, vectors = np.linalg.eigh(network.gram_matrix(initial, X, problem.activation) / y.size)
    best, least = None, np.inf
    for penalty in PENALTIES:
        dual = vectors @ ((vectors.T @ y.reshape(-1)) / (np.maximum(values, 0.0) + penalty * values[-1])) / y.size
        map_ = _map_values(initial, X, dual.reshape(y.shape), problem.activation)
        shift = initial.c[:, None] / np.sqrt(problem.m) * map_
        radii = (float(problem.rho_w), float(problem.rho_u))
        w, u, _ = network.project(initial.w + shift[:, 0], initial.u + shift[:, 1:], initial, radii)
        weights = Weights(w, u, initial.c)
        risk = network.risk(network.forward(weights, X, problem.activation), y)
        distance = float(((w - initial.w) ** 2).sum() + ((u - initial.u) ** 2).sum())
        if best is None or risk + distance / problem.m < least:
            least = risk + distance / problem.m
            best = Comparator(initial=initial, weights=weights, risk=risk, distance=distance)
    assert best is not None
    return _enclosed(best, problem)


def _enclosed(found: Comparator, problem: Problem) -> Comparator:
    """Enclose risk and distance, if that can be done."""
    from boundcheck.measurement.comparator_witness import upper_ends

    ends = upper_ends(found.initial, found.weights, problem.X, problem.y, problem.activation)
    if ends is None:
        return found
    risk, distance = ends
    return replace(found, risk=risk, distance=distance, enclosed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimalNorm:
    """A system of the class that (almost) interpolates given data, and its size.

    norm: its RKHS norm sqrt(y^T (K + penalty)^-1 K (K + penalty)^-1 y); nu_w, nu_u: sup norms of its transportation map
    over ``sampled`` draws of theta (lower estimates of the true sup norms: hence hypothetical); residual: rms error on
    the data; penalty: added to the kernel's diagonal.
    """

    norm: float
    nu_w: float
    nu_u: float
    residual: float
    penalty: float
    sampled: int

    @property
    def radii(self) -> tuple[Fraction, Fraction]:
        """nu_w and nu_u, rounded up to three digits."""
        return _rounded_up(self.nu_w), _rounded_up(self.nu_u)

    def __str__(self) -> str:
        size = f"norm {self.norm:.4g}, nu_w >= {self.nu_w:.4g}, nu_u >= {self.nu_u:.4g}"
        return f"a map that fits these data in the tangent kernel (rms error {self.residual:.2g}) has {size}"


def _rounded_up(value: float) -> Fraction:
    if value == 0:
        return Fraction(0)
    unit = Fraction(10) ** (math.floor(math.log10(value)) - 2)
    return math.ceil(Fraction(value) / unit) * unit


def minimal_norm(problem: Problem, *, penalty: float = 1e-3, sampled: int = 4096) -> MinimalNorm:
    """Interpolate y in the limit tangent kernel: v(theta) = sum_jt a_jt grad h_t(theta; x^j), a = (K + penalty)^-1 y.

    Of more than ROWS values y, samples evenly spread are fitted.

    Args:    penalty: relative to the kernel's largest eigenvalue, >= 0.
    Returns: the norm and the map's sup norms, so that real data get a nu of their own (hypothetical: the map is one
             that fits the data, nobody knows that it made them).
    """
    from boundcheck import network

    X, y = problem.X, problem.y
    if X is None or y is None:
        message = "minimal_norm needs data; got a problem without X or y (prepare it first)"
        raise ValueError(message)
    kept = max(1, min(len(X), ROWS // problem.T))
    chosen = np.arange(kept) * (len(X) - 1) // max(kept - 1, 1)
    X, y = X[chosen], y[chosen]
    kernel, _ = limit_gram(X, problem.activation, float(problem.alpha), tolerance=1e-6, seed=problem.seed)
    values, vectors = np.linalg.eigh((kernel + kernel.T) / 2)
    values = np.maximum(values, 0.0)
    shift = penalty * float(values[-1])
    coordinates = vectors.T @ y.reshape(-1)
    dual = vectors @ (coordinates / (values + shift + 1e-300))
    fitted = vectors @ (values * coordinates / (values + shift + 1e-300))
    draws = network.symmetric_initialization(
        2 * sampled, problem.d, float(problem.alpha), np.random.default_rng([problem.seed, 14])
    )
    half = network.Weights(draws.w[:sampled], draws.u[:sampled], draws.c[:sampled])
    map_ = _map_values(half, X, dual.reshape(y.shape), problem.activation)
    return MinimalNorm(
        norm=float(np.sqrt(max(dual @ (kernel @ dual), 0.0))),
        nu_w=float(np.abs(map_[:, 0]).max()),
        nu_u=float(np.linalg.norm(map_[:, 1:], axis=1).max()),
        residual=float(np.sqrt(np.mean((fitted - y.reshape(-1)) ** 2))),
        penalty=shift,
        sampled=sampled,
    )


def _map_values(weights: Any, X: np.ndarray, dual: np.ndarray, activation: Any) -> np.ndarray:
    """Sum_jt dual_jt grad h_t(theta_i; x^j) of shape (m, 1+d), in blocks of neurons."""
    from boundcheck.network import Weights, jacobian

    parts = []
    for start in range(0, weights.m, 256):
        block = slice(start, start + 256)
        slopes = jacobian(Weights(weights.w[block], weights.u[block], weights.c[block]), X, activation)
        parts.append(np.einsum("mktn,nt->mk", slopes, dual))
    return np.concatenate(parts)
