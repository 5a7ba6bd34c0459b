"""Fill a problem in: inputs on the sphere and realisable targets with their error, both from the seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundcheck.measurement.memory import check_memory
from boundcheck.measurement.values import Problem, seeds


def prepare(problem: Problem, *, targets: bool = True) -> Problem:
    """Return the problem with X, and (if asked for) y and the error of y against F*, where they are missing.

    Inputs: independent, uniform on the unit sphere. Targets: F* of a random transportation map saturated at nu, by
    scrambled Sobol points; ``target_error`` is six standard errors over the scrambles (statistical, not rigorous).

    Raises:  ValueError if the data would need more memory than there is.
    """
    check_memory(problem, ())
    if problem.X is None:
        problem = problem.replace(X=random_inputs(problem))
    if problem.y is None and targets:
        from boundcheck.network import target

        y, error = target(
            transport(problem),
            problem.X,
            problem.activation,
            float(problem.alpha),
            points=problem.effort.points,
            seed=problem.seed,
        )
        problem = problem.replace(y=y, target_error=error, realisable=True)
    if problem.target_error is None and targets:
        problem = problem.replace(target_error=np.zeros((problem.n, problem.T)))
    return problem


def random_inputs(problem: Problem) -> np.ndarray:
    """Draw (n, T, d) inputs with ||x_t|| = 1, shrunk by one rounding so that no norm exceeds 1."""
    rng = np.random.default_rng(seeds(problem, 4))
    X = rng.normal(size=(problem.n, problem.T, problem.d))
    return X / np.linalg.norm(X, axis=2, keepdims=True) * (1.0 - 1e-15)


def transport(problem: Problem) -> Any:
    """Draw the transportation map of the problem's targets, from its seed, or take the one it asks for."""
    from boundcheck.network import TransportationMap

    if problem.map != "random":
        X = random_inputs(problem) if problem.X is None else problem.X
        return AxisMap(axis=X[0, -1], nu_u=float(problem.nu_u), alternating=problem.map == "alternating")
    rng = np.random.default_rng(seeds(problem, 5))
    return TransportationMap.random(nu_w=float(problem.nu_w), nu_u=float(problem.nu_u), d=problem.d, rng=rng)


class AxisMap:
    """v = (0, +-nu_u e) for a fixed unit vector e: + everywhere (aligned), or the sign of w (alternating).

    With inputs along e at T = 1 every term <grad h, v> of F* is nu_u sigma'(<u, e>) > 0, the largest target;
    alternating, it has a fair sign, so that F* = 0 and averages over neurons spread as far as bounded terms can.
    """

    def __init__(self, axis: np.ndarray, nu_u: float, *, alternating: bool) -> None:
        self.nu_u, self.alternating = nu_u, alternating
        self.a = axis / np.linalg.norm(axis)

    def __call__(self, w: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (v_w (m,), v_u (m, d)) at neurons w (m,), u (m, d)."""
        size = np.sign(w) if self.alternating else np.ones_like(w)
        return np.zeros_like(w), self.nu_u * (1.0 - 1e-15) * size[:, None] * self.a
