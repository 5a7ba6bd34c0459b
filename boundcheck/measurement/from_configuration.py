"""From a configuration (and its data file, if any) to the problem that is measured."""

from __future__ import annotations

from typing import Any

from boundcheck.configuration import SYMBOLS, Configuration
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
    return Problem(**given)
