"""Inputs, transportation map and realisable targets drawn from a seed: the same bits for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.network.transportation import TransportationMap, target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.activations import Activation

INPUTS, MAP = 4, 5
"""Labels of the random streams that are spawned from the seed."""


def random_inputs(n: int, T: int, d: int, seed: int) -> NDArray[np.float64]:
    """Draw (n, T, d) inputs, uniform on the sphere, shrunk by one rounding so that no norm exceeds 1."""
    X = np.random.default_rng(np.random.SeedSequence([seed, INPUTS])).normal(size=(n, T, d))
    return X / np.linalg.norm(X, axis=2, keepdims=True) * (1.0 - 1e-15)


def random_map(nu_w: Any, nu_u: Any, d: int, seed: int) -> TransportationMap:
    """Draw the map of the seed's targets, saturated at nu."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, MAP]))
    return TransportationMap.random(nu_w=float(nu_w), nu_u=float(nu_u), d=d, rng=rng)


def random_targets(
    X: NDArray[np.float64],
    activation: Activation | str,
    alpha: Any,
    *,
    nu_w: Any,
    nu_u: Any,
    points: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return F* of the seed's map at X (n, T, d), and its error, both (n, T): `target` says how.

    Args:    points: of the quadrature, a power of 2; a configuration's are `boundcheck.configuration.TARGET_POINTS`.
    """
    transport = random_map(nu_w, nu_u, X.shape[2], seed)
    return target(transport, X, activation, float(alpha), points=points, seed=seed)
