"""Small certification problems, drawn from a seed; shared by the tests of this folder."""

import numpy as np

from boundcheck.certificates.problem import Problem
from boundcheck.network import TransportationMap, symmetric_initialization, target

ACTIVATIONS = ("tanh", "erf", "logistic", "gaussian", "sin", "arctan", "algebraic", "tanh(z)/2 + sin(z)/4")


def inputs(n, T, d, seed):
    X = np.random.default_rng([seed, 1]).normal(size=(n, T, d))
    return X / np.linalg.norm(X, axis=2, keepdims=True) * (1 - 1e-15)


def small_problem(seed=0, *, n=3, T=3, d=2, m=64, alpha=0.5, activation="tanh", noise=0.0, scale=1.0):
    """Realisable targets (saturated maps, nu = (1/2, 1)) times `scale`, plus noise."""
    X = inputs(n, T, d, seed)
    rng = np.random.default_rng([seed, 2])
    transport = TransportationMap.random(nu_w=0.5, nu_u=1.0, d=d, rng=rng)
    y = scale * target(transport, X, activation, alpha, points=256, seed=seed)[0] + noise * rng.normal(size=(n, T))
    weights = symmetric_initialization(m, d, alpha, np.random.default_rng([seed, 3]))
    return Problem.of(X, y, activation, weights)


def drawn_problem(seed, activations=ACTIVATIONS):
    """A problem whose sizes, activation, recurrent scale, targets and projection are drawn from the seed."""
    rng = np.random.default_rng([seed, 0])
    n, T, d = (int(rng.integers(1, top)) for top in (5, 6, 4))
    problem = small_problem(
        seed,
        n=n,
        T=T,
        d=d,
        m=int(rng.choice([16, 64, 128, 256])),
        alpha=float(rng.choice([0.2, 0.5, 0.9, 1.3])),
        activation=str(rng.choice(activations)),
        noise=float(rng.choice([0.0, 0.3])),
        scale=float(rng.choice([0.3, 1.0])),
    )
    radii = None if rng.random() < 0.5 else (float(rng.uniform(0.3, 2)), float(rng.uniform(0.5, 3)))
    return problem, radii
