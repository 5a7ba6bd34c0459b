"""Fill a problem in: inputs on the sphere and realisable targets with their error, both from the seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundcheck.measurement.memory import check_memory
from boundcheck.measurement.values import Problem


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
        y, error = _targets(problem)
        problem = problem.replace(y=y, target_error=error, realisable=True)
    if problem.target_error is None and targets:
        problem = problem.replace(target_error=np.zeros((problem.n, problem.T)))
    return problem


def random_inputs(problem: Problem) -> np.ndarray:
    """Draw (n, T, d) inputs with ||x_t|| = 1, shrunk by one rounding so that no norm exceeds 1."""
    from boundcheck import network

    return network.random_inputs(problem.n, problem.T, problem.d, problem.seed)


def _targets(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Return y and its error; those of a random map are the targets of a configuration with the same numbers."""
    from boundcheck import network

    given = {"points": problem.effort.points, "seed": problem.seed}
    if problem.map != "random":
        return network.target(transport(problem), problem.X, problem.activation, float(problem.alpha), **given)
    nu = {"nu_w": problem.nu_w, "nu_u": problem.nu_u}
    return network.random_targets(problem.X, problem.activation, problem.alpha, **nu, **given)


def transport(problem: Problem) -> Any:
    """Draw the transportation map of the problem's targets, from its seed, or take the one it asks for."""
    from boundcheck import network

    if problem.map != "random":
        X = random_inputs(problem) if problem.X is None else problem.X
        return AxisMap(axis=X[0, -1], nu_u=float(problem.nu_u), alternating=problem.map == "alternating")
    return network.random_map(problem.nu_w, problem.nu_u, problem.d, problem.seed)


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
