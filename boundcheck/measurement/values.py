"""What is measured, and at which numbers: `Measurement` and `Problem`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as _replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from boundcheck.configuration.exact import short
from boundcheck.language import to_text
from boundcheck.measurement.effort import Effort, effort
from boundcheck.notation import exact

Kind = Literal["lower-estimate", "exact-run", "frequency"]
KINDS = ("lower-estimate", "exact-run", "frequency")
Map = Literal["random", "aligned", "alternating"]
LEAST, MOST = 1e-100, 1e100
MAPS = ("random", "aligned", "alternating")


class NotMeasurableError(ValueError):
    """The problem lacks what a measurement needs, such as a certified step size."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measurement:
    """The measured counterpart of one bound.

    Args:    statement, quantity: what it belongs to, such as ``lemma-1`` and ``D_w``.
             value: the figure to hold against the bound; None if nothing could be measured (``witness["reason"]``).
             kind: ``lower-estimate`` (best point of a search: can contradict an upper bound, never confirm it),
             ``exact-run`` (one run), ``frequency`` (failures over independent seeds, against delta).
             witness: JSON-able exact point (floats as hexadecimal text) from which the value can be found again.
             uncertainty: half-width of the value's own error (quadrature, Monte Carlo), the Clopper-Pearson interval
             of a frequency, None if rounding only.
             series: named columns for plots, lists of floats of equal length per group.
             tier, variant: of the bound that the value stands beside, None: any.
             seconds: wall time.
    """

    statement: str
    quantity: str
    value: float | None
    kind: Kind
    witness: dict[str, Any] = field(default_factory=dict)
    uncertainty: float | tuple[float, float] | None = None
    series: dict[str, Any] = field(default_factory=dict)
    tier: str | None = None
    variant: str | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            message = f"kind must be one of {', '.join(KINDS)}; got {self.kind!r}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """The numbers at which statements are measured.

    Args:    activation: a registry name, a formula in z, or an ``Activation``.
             alpha, rho_w, rho_u, nu_w, nu_u, delta, epsilon, eta: int, Fraction, text or float (eta None: 1/(2 L^2)).
             X: (n, T, d) inputs with norms <= 1; y: (n, T) targets; None: `prepare` makes them from the seed.
             target_error: (n, T) error of y against F*; zero for data that are what they are.
             realisable: y are values of F* for the transportation map; otherwise any numbers.
             map: the transportation map of those values: random, or one that makes bounds tight (`AxisMap`).
             preset: ``quick``, ``paper`` or ``full``, the effort; restarts, runs: its starts of a search and its
             independent seeds where they differ from the preset's (trained networks: at most the
             preset's); jobs: worker processes (no effect on values).
    """

    activation: Any = "tanh"
    alpha: Any = Fraction(1, 2)
    T: int = 8
    n: int = 16
    d: int = 2
    m: int = 1024
    rho_w: Any = 1
    rho_u: Any = 2
    nu_w: Any = Fraction(1, 2)
    nu_u: Any = 1
    delta: Any = Fraction(1, 10)
    epsilon: Any = Fraction(1, 100)
    tau: int = 200
    eta: Any = None
    seed: int = 0
    X: Any = None
    y: Any = None
    target_error: Any = None
    realisable: bool = True
    map: Map = "random"
    preset: str = "quick"
    restarts: int | None = None
    runs: int | None = None
    jobs: int = 1

    def __post_init__(self) -> None:
        for name in ("T", "n", "d", "m", "tau", "jobs"):
            if not isinstance(getattr(self, name), int | np.integer) or getattr(self, name) < 1:
                message = f"{name} must be an integer >= 1; got {getattr(self, name)!r}"
                raise ValueError(message)
        if self.m % 2:
            message = f"m must be even; got {self.m} (Definition 1: neurons come in symmetric pairs)"
            raise ValueError(message)
        for name in ("alpha", "rho_w", "rho_u", "nu_w", "nu_u", "delta", "epsilon"):
            object.__setattr__(self, name, _fraction(getattr(self, name)))
        if self.eta is not None:
            object.__setattr__(self, "eta", _fraction(self.eta))
        _require(self.alpha > 0, "alpha must be > 0", self.alpha, "Definition 1")
        _require(0 < self.delta < 1, "delta must lie in (0, 1)", self.delta, "a failure probability")
        for name in ("rho_w", "rho_u", "nu_w", "nu_u"):
            _require(getattr(self, name) >= 0, f"{name} must be >= 0", getattr(self, name), "a radius")
        for name in ("alpha", "rho_w", "rho_u", "nu_w", "nu_u", "epsilon", "eta", "m"):
            size = getattr(self, name)
            if size and not LEAST <= size <= MOST:
                message = f"{name} must lie between {LEAST:.0e} and {MOST:.0e} to be measured in doubles; got "
                raise ValueError(message + short(size))
        _require(self.map in MAPS, f"map must be one of {', '.join(MAPS)}", self.map, "section 3")
        self._check_data()

    @property
    def effort(self) -> Effort:
        """Effort of the preset, with the problem's own restarts and runs."""
        work = effort(self.preset)
        if self.restarts is not None:
            work = _replace(work, starts=self.restarts)
        if self.runs is None:
            return work
        return _replace(work, runs=self.runs, trained_runs=min(self.runs, work.trained_runs))

    def _check_data(self) -> None:
        if self.X is not None:
            shape = (self.n, self.T, self.d)
            _require(self.X.shape == shape, f"X must have shape (n, T, d) = {shape}", self.X.shape, "section 2")
            _require(bool(np.isfinite(self.X).all()), "X must be finite", "NaN or infinity", "clean the data")
            norm = float(np.sqrt((self.X**2).sum(axis=2)).max())
            _require(norm <= 1 + 1e-12, "inputs must keep ||x_t|| <= 1", norm, "scale them")
        if self.y is not None:
            _require(self.y.shape == (self.n, self.T), f"y must have shape {(self.n, self.T)}", self.y.shape, "eq. 1")
            _require(bool(np.isfinite(self.y).all()), "y must be finite", "NaN or infinity", "clean the data")

    @property
    def alpha_m(self) -> float:
        """Recurrent scale alpha + rho_w/sqrt(m), rounded towards zero: what |w| may reach in the neighbourhood."""
        return (float(self.alpha) + float(self.rho_w) / float(np.sqrt(self.m))) * (1.0 - 1e-15)

    @property
    def norm_rho(self) -> float:
        """Euclidean norm of (rho_w, rho_u)."""
        return float(np.hypot(float(self.rho_w), float(self.rho_u)))

    @property
    def norm_nu(self) -> float:
        """Euclidean norm of (nu_w, nu_u)."""
        return float(np.hypot(float(self.nu_w), float(self.nu_u)))

    @property
    def activation_text(self) -> str:
        """Name or formula of the activation, from which it can be found again."""
        return self.activation if isinstance(self.activation, str) else to_text(self.activation.expression)

    def exact_parameters(self) -> dict[str, str]:
        """Parameters as exact text, for a witness."""
        names = ("alpha", "T", "n", "d", "m", "rho_w", "rho_u", "nu_w", "nu_u", "delta")
        return {name: str(getattr(self, name)) for name in names}

    def replace(self, **changes: Any) -> Problem:
        """Return the problem with some fields changed."""
        return _replace(self, **changes)


def seeds(problem: Problem, *labels: int) -> np.random.SeedSequence:
    """Seed sequence of one measurement: the same for any number of workers, another for other labels."""
    return np.random.SeedSequence([problem.seed, *labels])


def _fraction(value: Any) -> Fraction:
    if isinstance(value, np.floating | np.integer):
        value = value.item()
    number = exact(value)
    return Fraction(int(number.p), int(number.q))


def _require(holds: bool, rule: str, got: Any, source: str) -> None:
    if not holds:
        message = f"{rule}; got {got} ({source})"
        raise ValueError(message)


def as_mapping(measurement: Measurement) -> Mapping[str, Any]:
    """Return the JSON fields of a report: value, kind, witness, uncertainty."""
    return {
        "value": measurement.value,
        "kind": measurement.kind,
        "witness": measurement.witness,
        "uncertainty": measurement.uncertainty,
    }
