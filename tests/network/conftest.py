import numpy as np
import pytest

from boundcheck.network import Weights, symmetric_initialization


@pytest.fixture
def rng():
    return np.random.default_rng(20240219)


@pytest.fixture(scope="session")
def make_problem():
    """Return a maker of (weights, X, y), away from the initialisation, with inputs in the unit ball."""

    def make(rng, *, n, T, d, m, alpha=0.7):
        X = rng.normal(size=(n, T, d))
        X /= np.linalg.norm(X, axis=2, keepdims=True) * 1.0000001
        start = symmetric_initialization(m, d, alpha, rng)
        w, u = start.w + 0.1 * rng.normal(size=m), start.u + 0.1 * rng.normal(size=(m, d))
        return Weights(w, u, start.c), X, rng.normal(size=(n, T))

    return make


@pytest.fixture
def problem(rng, make_problem):
    """(weights, X, y): d = 2, T = 4, n = 3, m = 6."""
    return make_problem(rng, n=3, T=4, d=2, m=6)
