"""From a configuration (and its data file, if any) to the problem that is measured."""

from __future__ import annotations

from typing import Any

from boundcheck.configuration import SYMBOLS, Configuration
from boundcheck.measurement.comparator import minimal_norm
from boundcheck.measurement.values import Problem


def problem_of(configuration: Configuration) -> Problem:
    """Build the problem of a configuration; reads its data file.

    Raises:  ValueError, one line, for bad data or parameters.
    """
    numbers, run = configuration.parameters, configuration.run
    given: dict[str, Any] = {name: getattr(numbers, name) for name in SYMBOLS if name != "kappa"}
    given |= {"activation": configuration.network.activation, "preset": configuration.preset}
    given |= {"seed": run.seed, "jobs": run.jobs, "restarts": run.restarts, "runs": run.runs}
    data = configuration.data
    if data.path is not None:
        from boundcheck.series import load_series

        series = load_series(data.path, data.column, numbers.T, data.max_windows)
        samples, length, inputs = series.X.shape
        given |= {"X": series.X, "y": series.y, "n": samples, "T": length, "d": inputs, "realisable": False}
    problem = Problem(**given)
    return with_own_nu(problem) if data.path is not None and data.nu == "tangent-kernel" else problem


def with_own_nu(problem: Problem) -> Problem:
    """Take nu_w, nu_u of a map that fits the data in the tangent kernel, hypothetical; the radii are at least these."""
    nu_w, nu_u = minimal_norm(problem).radii
    radii = {"rho_w": max(problem.rho_w, nu_w), "rho_u": max(problem.rho_u, nu_u)}
    return problem.replace(nu_w=nu_w, nu_u=nu_u, **radii)
