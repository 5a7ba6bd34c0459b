"""The sections of a configuration as frozen values, each with its defaults: the preset ``quick``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from boundcheck.configuration.exact import INTEGERS, SYMBOLS, check_domain, exact_integer, exact_number

_NEED_RADII = ("theorem", "corollary")
NU_OF_DATA = ("configuration", "tangent-kernel")
TARGET_POINTS = {"quick": 1 << 12, "paper": 1 << 14, "full": 1 << 16}
"""Quadrature points of realisable targets, by preset: whoever draws the targets of a configuration takes so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The symbols of the paper, exact. rho_w, rho_u default to nu_w, nu_u; eta None is each theorem's own step size.

    All dimensionless. Domains: alpha > 0; T, n, d, tau >= 1; m even, >= 2; rho >= 0; nu >= 0; delta in (0, 1);
    epsilon > 0; eta > 0; kappa in (0, 1/2).
    """

    alpha: Fraction = Fraction(1, 2)
    T: int = 8
    n: int = 16
    d: int = 3
    m: int = 1024
    nu_w: Fraction = Fraction(1, 2)
    nu_u: Fraction = Fraction(1)
    rho_w: Fraction | None = None
    rho_u: Fraction | None = None
    delta: Fraction = Fraction(1, 10)
    epsilon: Fraction = Fraction(1, 100)
    tau: int = 200
    eta: Fraction | None = None
    kappa: Fraction = Fraction(1, 4)

    def __post_init__(self) -> None:
        """Make every value exact, fill in the radii, and check each domain."""
        for name in SYMBOLS:
            value = getattr(self, name)
            if value is None and name.startswith("rho_"):
                value = getattr(self, name.replace("rho", "nu"))
            if value is not None:
                value = exact_integer(name, value) if name in INTEGERS else exact_number(name, value)
                check_domain(name, value)
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Where the samples come from: a realisable target (path None) or a CSV or NPZ file of a real series.

    nu: whether a real series takes the hypothetical nu_w, nu_u of the configuration, or those of a map that fits it in
    the tangent kernel (then rho_w, rho_u are at least these).
    """

    path: str | None = None
    column: tuple[str, ...] = ()
    max_windows: int = 64
    nu: str = "configuration"

    def __post_init__(self) -> None:
        """Check the choice of nu."""
        if self.nu not in NU_OF_DATA:
            message = f"data.nu must be one of {', '.join(NU_OF_DATA)}; got {self.nu!r}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The network that is measured: its activation, and whether training projects on the neighbourhood.

    Widths and lengths are the grids of the plots against m and against T; initialization is an NPZ with w, u, c.
    """

    activation: str = "tanh"
    projected: bool = True
    initialization: str | None = None
    widths: tuple[int, ...] = (64, 128, 256, 512, 1024)
    lengths: tuple[int, ...] = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How much effort, which statements, where to.

    statements empty means all; restarts: starts of the adversarial search; runs: independent seeds of a coverage
    experiment; digits: certified decimal digits asked for; timeout: seconds per claim; mutation_seconds: time for
    planted errors; certify: whether certificates for the data at hand are part of the report.
    """

    seed: int = 0
    jobs: int = 1
    out: str = "boundcheck-report"
    statements: tuple[str, ...] = ()
    restarts: int = 64
    runs: int = 100
    digits: int = 15
    timeout: Fraction = Fraction(10)
    mutation_seconds: Fraction = Fraction(5)
    certify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything that a run depends on. Same configuration, same results.

    binary_floats names the parameters that were given as Python floats, hence taken as the binary number they are.
    """

    preset: str = "quick"
    parameters: Parameters = field(default_factory=Parameters)
    data: Data = field(default_factory=Data)
    network: Network = field(default_factory=Network)
    run: Run = field(default_factory=Run)
    binary_floats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check what concerns more than one value."""
        wanted = self.run.statements
        if wanted and not any(name.startswith(_NEED_RADII) for name in wanted):
            return
        for end in ("w", "u"):
            rho, nu = getattr(self.parameters, f"rho_{end}"), getattr(self.parameters, f"nu_{end}")
            if rho < nu:
                message = f"rho_{end} must be >= nu_{end}; got rho_{end} = {rho} < nu_{end} = {nu} (Theorem 1 needs it)"
                raise ValueError(message)

    def with_values(self, values: Mapping[str, Any]) -> Configuration:
        """Return a copy in which the values of a (nested) mapping, of the shape of the TOML schema, replace these."""
        from boundcheck.configuration.reading import merge

        return merge(self, values)

    def as_dict(self) -> dict[str, Any]:
        """Return the configuration in the shape of the TOML schema, JSON-ready: exact numbers as text like "1/2"."""
        plain = {"preset": self.preset, **{name: getattr(self.parameters, name) for name in SYMBOLS}}
        plain |= {"data": asdict(self.data), "network": asdict(self.network), "run": asdict(self.run)}
        plain["binary_floats"] = self.binary_floats
        return _jsonable(plain)


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_jsonable(item) for item in value]
    if isinstance(value, Fraction) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53):
        return str(value)
    return value
