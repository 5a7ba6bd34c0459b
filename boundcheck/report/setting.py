"""What a configuration means: the activation, the data, the exact values of symbols, and facts about hypotheses."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from boundcheck.comparison import Fact
from boundcheck.configuration import SYMBOLS, Configuration

REALISABLE_REAL = (
    "real data: nobody knows maps nu that make y exactly realisable, so nothing that assumes it is claimed here; "
    "nu is hypothetical, and the statements for any targets hold all the same"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """A configuration with its data.

    problem: the measured problem (X (n, T, d), y (n, T)); series: a real series, or None (realisable target).
    trivial: mean y^2, the risk at initialisation, exact for the doubles y.
    """

    configuration: Configuration
    activation: Any
    problem: Any
    trivial: Fraction
    series: Any = None
    values: dict[str, Fraction] = field(default_factory=dict)

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
        return (*_about_activation(self.activation), *_about_data(self), *_about_runs())


def prepare(configuration: Configuration) -> Setting:
    """Read or make the data of a configuration.

    Raises:  ValueError, one line, for bad data or an unknown activation.
    """
    import numpy as np

    from boundcheck import measurement
    from boundcheck.activations import activation

    chosen = activation(configuration.network.activation)
    series = _series(configuration)
    problem = measurement.prepare(_problem(configuration, chosen, series))
    squares = sum((Fraction(float(value)) ** 2 for value in np.ravel(problem.y)), Fraction(0))
    return Setting(
        configuration=configuration,
        activation=chosen,
        problem=problem,
        trivial=squares / problem.y.size,
        series=series,
        values=_values(configuration, problem),
    )


def _series(configuration: Configuration) -> Any:
    if configuration.data.path is None:
        return None
    from boundcheck.series import load_series

    data = configuration.data
    return load_series(data.path, data.column, configuration.parameters.T, data.max_windows)


def _problem(configuration: Configuration, chosen: Any, series: Any) -> Any:
    from boundcheck.measurement import Problem

    numbers = configuration.parameters
    given: dict[str, Any] = {name: getattr(numbers, name) for name in SYMBOLS if name != "kappa"}
    given |= {"activation": chosen, "seed": configuration.run.seed, "preset": configuration.preset}
    given |= {"jobs": configuration.run.jobs}
    if series is not None:
        samples, length, inputs = series.X.shape
        given |= {"X": series.X, "y": series.y, "n": samples, "T": length, "d": inputs, "realisable": False}
    return Problem(**given)


def _values(configuration: Configuration, problem: Any) -> dict[str, Fraction]:
    found = {name: getattr(configuration.parameters, name) for name in SYMBOLS}
    found |= {"n": problem.n, "T": problem.T, "d": problem.d}
    return {name: Fraction(value) for name, value in found.items() if value is not None}


def _about_activation(chosen: Any) -> tuple[Fact, ...]:
    try:
        bounds = [chosen.constant(order).enclosure(8).upper_text(6) for order in range(3)]
    except ValueError as error:
        return (Fact(phrase="sigma is C^2", status="unmet", detail=str(error).splitlines()[0]),)
    detail = f"{chosen.name}: certified sigma0 <= {bounds[0]}, sigma1 <= {bounds[1]}, sigma2 <= {bounds[2]}"
    facts = [Fact(phrase="sigma is C^2", status="met", detail=detail)]
    for order in (3, 4):
        try:
            bound = chosen.constant(order).enclosure(8).upper_text(6)
            status, detail = "met", f"{chosen.name}: certified sigma{order} <= {bound}"
        except ValueError as error:
            status, detail = "unmet", str(error).splitlines()[0]
        facts += [Fact(phrase=f"sigma is C^{order}", status=status, detail=detail)]
        facts += [Fact(phrase=f"sigma in C^{order}", status=status, detail=detail)]
    return tuple(facts)


def _about_data(setting: Setting) -> tuple[Fact, ...]:
    import numpy as np

    largest = float(np.sqrt((setting.problem.X**2).sum(axis=2)).max())
    ball = Fact(
        phrase="||x_t||", status="met", detail=f"the largest norm in the data is {largest:.6g}, scaled to be <= 1"
    )
    if setting.series is not None:
        real = Fact(phrase="realisable", status="undecided", detail=REALISABLE_REAL)
        return ball, real
    error = float(np.max(setting.problem.target_error)) if setting.problem.target_error is not None else 0.0
    made = f"y is made as F* for known maps; each value carries an error of at most {error:.1e} (statistical)"
    return ball, Fact(phrase="realisable", status="met", detail=made)


def _about_runs() -> tuple[Fact, ...]:
    searched = "the search and the runs stay inside by construction"
    drawn = "every run draws Theta(0) by Definition 1"
    return (
        Fact(phrase="|w| <= alpha_m", status="met", detail=searched),
        Fact(phrase="Theta in Omega", status="met", detail=searched),
        Fact(phrase="Theta_bar in Omega", status="met", detail="the comparator is built within radius nu"),
        Fact(phrase="symmetric random initialisation", status="met", detail=drawn),
        Fact(phrase="projected gradient descent", status="met", detail="the measured run is projected with that step"),
    )
