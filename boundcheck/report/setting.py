"""What a configuration means: the activation, the data, the exact values of symbols, and facts about hypotheses."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from boundcheck.comparison import Fact
from boundcheck.configuration import SYMBOLS, Configuration


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """A configuration with its data.

    problem: the measured problem (X (n, T, d), y (n, T)); series: a real series, or None (realisable target).
    trivial: mean y^2, the risk at initialisation, exact for the doubles y. fit: the minimal-norm map that fits a real
    series in the tangent kernel.
    """

    configuration: Configuration
    activation: Any
    problem: Any
    trivial: Fraction
    series: Any = None
    values: dict[str, Fraction] = field(default_factory=dict)
    fit: Any = None

    @property
    def symbols(self) -> dict[sympy.Symbol, Any]:
        """Exact value of each parameter, and the activation's constants (exact rationals or enclosures)."""
        from boundcheck.notation import exact, parameter, sigma_constants

        found: dict[sympy.Symbol, Any] = {parameter(name).symbol: exact(value) for name, value in self.values.items()}
        for order, symbol in enumerate(sigma_constants):
            try:
                constant = self.activation.constant(order)
            except ValueError:
                continue
            plain = constant.exact is not None and constant.exact.is_Rational
            found[symbol] = constant.exact if plain else constant.enclosure()
        return found

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the configuration settles of the hypotheses that are words."""
        from boundcheck.report.facts import facts

        return facts(self)


def prepare(configuration: Configuration) -> Setting:
    """Read or make the data of a configuration.

    Raises:  ValueError, one line, for bad data or an unknown activation.
    """
    import numpy as np

    from boundcheck import measurement
    from boundcheck.activations import activation

    chosen = activation(configuration.network.activation)
    series = _series(configuration)
    problem = _problem(configuration, chosen, series)
    fit = None
    if series is not None:
        fit = measurement.minimal_norm(problem)
        if configuration.data.nu == "tangent-kernel":
            problem = measurement.with_own_nu(problem)
            radii = {name: getattr(problem, name) for name in ("nu_w", "nu_u", "rho_w", "rho_u")}
            configuration = configuration.with_values(radii)
    problem = measurement.prepare(problem)
    targets = np.ravel(np.asarray(problem.y))
    squares = sum((Fraction(float(value)) ** 2 for value in targets), Fraction(0))
    return Setting(
        configuration=configuration,
        activation=chosen,
        problem=problem,
        trivial=squares / targets.size,
        series=series,
        values=_values(configuration, problem),
        fit=fit,
    )


def _series(configuration: Configuration) -> Any:
    data = configuration.data
    if data.path is None:
        return None
    from boundcheck.series import load_series

    return load_series(data.path, data.column, configuration.parameters.T, data.max_windows)


def _problem(configuration: Configuration, chosen: Any, series: Any) -> Any:
    from boundcheck.measurement import Problem

    numbers = configuration.parameters
    given: dict[str, Any] = {name: getattr(numbers, name) for name in SYMBOLS if name != "kappa"}
    given |= {"activation": chosen, "seed": configuration.run.seed, "preset": configuration.preset}
    given |= {name: getattr(configuration.run, name) for name in ("jobs", "restarts", "runs")}
    if series is not None:
        samples, length, inputs = series.X.shape
        given |= {"X": series.X, "y": series.y, "n": samples, "T": length, "d": inputs, "realisable": False}
    return Problem(**given)


def _values(configuration: Configuration, problem: Any) -> dict[str, Fraction]:
    found = {name: getattr(configuration.parameters, name) for name in SYMBOLS}
    found |= {"n": problem.n, "T": problem.T, "d": problem.d}
    return {name: Fraction(value) for name, value in found.items() if value is not None}
