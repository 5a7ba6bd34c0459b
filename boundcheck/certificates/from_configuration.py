"""From a configuration (and its data file, if any) to a certificate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.problem import Problem, check_memory
from boundcheck.network import Weights, random_inputs, random_targets, symmetric_initialization

if TYPE_CHECKING:
    from boundcheck.certificates.guarantee import Certificate
    from boundcheck.configuration import Configuration
    from boundcheck.series import Series

INITIAL = 6
"""Label of the random stream of the initial weights, spawned from the seed."""
METHODS = {"certificate-a": "A", "certificate-b": "B"}
LEAST_TRIVIAL = 1e-250
"""Mean y^2 below which nothing is certified: what is allowed for underflow is no longer small beside it."""


def certify_from_configuration(
    configuration: Configuration | Any,
    data: Series | None = None,
    *,
    fast: bool = False,
    train: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> Certificate:
    """Certify the network, data and step size of a configuration, at tau and the powers of ten below it.

    Targets without a data file are realisable ones of the configuration's nu, drawn from its seed, the very doubles
    that a report measures. The projection is on
    rho if network.projected. run.statements may name certificate-a or certificate-b to ask for one method.

    Args:    configuration: a Configuration, or what `resolve` takes; data: the series, if it is read already.
    Raises:  ValueError, one line, for bad data, weights or parameters, and for targets that vanish: mean y^2 is the
             risk at a symmetric initialisation.
    """
    from boundcheck.certificates.certification import certify
    from boundcheck.configuration import resolve

    configuration = resolve(configuration)
    numbers, network = configuration.parameters, configuration.network
    check_memory(numbers.n, numbers.T, numbers.d, numbers.m if network.initialization is None else 2)
    X, y = _samples(configuration, data)
    rho_w, rho_u = numbers.rho_w or numbers.nu_w, numbers.rho_u or numbers.nu_u
    radii = (float(rho_w), float(rho_u)) if network.projected else None
    weights = _weights(configuration, X.shape[2])
    if Problem.of(X, y, network.activation, weights).is_symmetric:
        _check_targets(y)
    return certify(
        X,
        y,
        network.activation,
        weights=weights,
        step_size=None if numbers.eta is None else float(numbers.eta),
        radii=radii,
        tau=_taus(numbers.tau),
        methods=_methods(configuration.run.statements),
        fast=fast,
        train=train,
        progress=progress,
    )


def _check_targets(y: Any) -> None:
    if not y.any():
        message = (
            "targets must not all be 0; got y = 0, whose risk is 0 at a symmetric initialisation: nothing is left to "
            "bound (give other targets)"
        )
        raise ValueError(message)
    trivial = float(np.mean(y**2))
    if trivial < LEAST_TRIVIAL:
        message = f"mean y^2 must be >= {LEAST_TRIVIAL:.0e} to be bounded in doubles; got {trivial:.3g} (scale y)"
        raise ValueError(message)


def _methods(statements: tuple[str, ...]) -> tuple[str, ...] | None:
    chosen = tuple(METHODS[name] for name in statements if name in METHODS)
    return chosen or None


def _taus(tau: int) -> tuple[int, ...]:
    return tuple(sorted({tau, *(10**k for k in range(1, 9) if 10**k < tau)}))


def _samples(configuration: Configuration, data: Series | None) -> tuple[Any, Any]:
    from boundcheck.configuration import TARGET_POINTS

    numbers, source = configuration.parameters, configuration.data
    if data is None and source.path is not None:
        from boundcheck.series import load_series

        data = load_series(source.path, source.column, numbers.T, source.max_windows)
    if data is not None:
        return data.X, data.y
    seed, points = configuration.run.seed, TARGET_POINTS[configuration.preset]
    X, nu = random_inputs(numbers.n, numbers.T, numbers.d, seed), {"nu_w": numbers.nu_w, "nu_u": numbers.nu_u}
    return X, random_targets(X, configuration.network.activation, numbers.alpha, **nu, points=points, seed=seed)[0]


def _weights(configuration: Configuration, d: int) -> Weights:
    numbers, path = configuration.parameters, configuration.network.initialization
    if path is None:
        stream = np.random.default_rng(np.random.SeedSequence([configuration.run.seed, INITIAL]))
        return symmetric_initialization(numbers.m, d, float(numbers.alpha), stream)
    return load_weights(path)


def load_weights(path: str | Path) -> Weights:
    """Read initial weights from an NPZ with w (m,), u (m, d), c (m,).

    Raises:  ValueError for a file that is not one.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = [np.asarray(stored[name], dtype=np.float64) for name in "wuc"]
    except Exception as error:  # what zipfile and NumPy raise for damaged archives is of a dozen kinds
        reason = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0][:120]
        message = f"an initialisation must be an NPZ file with w, u, c; got {path} ({reason})"
        raise ValueError(message) from error
    return Weights(*arrays)
