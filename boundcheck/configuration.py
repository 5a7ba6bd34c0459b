"""One configuration: what a run verifies, at which exact parameters, on which data, with how much effort.

The TOML schema is the table of fields below: the symbols of ``--set`` at the top level, then ``[data]``, ``[network]``
and ``[run]``. Decimals are read as the decimal that is written (0.1 is 1/10), never as a binary float.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

INTEGERS = ("T", "n", "d", "m", "tau")
RATIONALS = ("alpha", "rho_w", "rho_u", "nu_w", "nu_u", "delta", "epsilon", "eta", "kappa")
SYMBOLS = ("alpha", "T", "n", "d", "m", "rho_w", "rho_u", "nu_w", "nu_u", "delta", "epsilon", "tau", "eta", "kappa")
PRESETS = ("quick", "paper", "full")
LONGEST_NUMBER = 4000
_NUMBER = re.compile(r"([+-]?)(\d+)/(\d+)|([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,6}))?")
_NEED_RADII = ("theorem", "corollary")


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
    """Where the samples come from: a realisable target (path None) or a CSV or NPZ file of a real series."""

    path: str | None = None
    column: tuple[str, ...] = ()
    max_windows: int = 64


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
    restarts: int = 32
    runs: int = 40
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
        return _merge(self, values)

    def as_dict(self) -> dict[str, Any]:
        """Return the configuration in the shape of the TOML schema, JSON-ready: exact numbers as text like "1/2"."""
        plain = {"preset": self.preset, **{name: getattr(self.parameters, name) for name in SYMBOLS}}
        plain |= {"data": asdict(self.data), "network": asdict(self.network), "run": asdict(self.run)}
        plain["binary_floats"] = self.binary_floats
        return _jsonable(plain)


_PRESET_VALUES: Mapping[str, Mapping[str, Any]] = MappingProxyType({
    "quick": {},
    "paper": {
        "m": 4096, "tau": 1000,
        "data": {"max_windows": 128},
        "network": {"widths": [2**k for k in range(6, 14)], "lengths": [1, 2, 4, 8, 16, 32, 64]},
        "run": {"restarts": 256, "runs": 200, "digits": 30, "mutation_seconds": 60},
    },
    "full": {
        "m": 16384, "tau": 1000,
        "data": {"max_windows": 512},
        "network": {"widths": [2**k for k in range(6, 17)], "lengths": [1, 2, 4, 8, 16, 32, 64, 128]},
        "run": {"restarts": 1024, "runs": 2000, "digits": 50, "mutation_seconds": 3600},
    },
})  # fmt: skip


def preset(name: str = "quick") -> Configuration:
    """Return a named configuration: quick (under a minute), paper (the reference), full (a night)."""
    if name not in PRESETS:
        message = f"preset must be one of {', '.join(PRESETS)}; got {name!r}"
        raise ValueError(message)
    return _merge(Configuration(preset=name), _PRESET_VALUES[name])


def load(path: str | Path, *, base: Configuration | None = None) -> Configuration:
    """Read a TOML file over a base (or over the preset that the file names). ValueError names the rule it breaks."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        message = f"the configuration must be a readable TOML file; got {path} ({reason})"
        raise ValueError(message) from error
    try:
        values = tomllib.loads(text, parse_float=_Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"the configuration must be TOML; got {path} ({error})"
        raise ValueError(message) from error
    if not values:
        message = f"the configuration must set something; got {path}, which is empty (known keys: {', '.join(SYMBOLS)})"
        raise ValueError(message)
    return from_mapping(values, base=base)


def from_mapping(values: Mapping[str, Any], *, base: Configuration | None = None) -> Configuration:
    """Build a configuration from a mapping of the shape of the TOML schema."""
    rest = dict(values)
    name = rest.pop("preset", None)
    if name is not None and not isinstance(name, str):
        message = f"preset must be text; got {name!r} (one of {', '.join(PRESETS)})"
        raise ValueError(message)
    if base is None or (name is not None and name != base.preset):
        base = preset(name if name is not None else "quick")
    return _merge(base, rest)


def resolve(config: Configuration | Mapping[str, Any] | str | Path | None = None) -> Configuration:
    """Turn nothing, a preset's name, a TOML file, a mapping or a Configuration into a Configuration."""
    if config is None:
        return preset()
    if isinstance(config, Configuration):
        return config
    if isinstance(config, Mapping):
        return from_mapping(config)
    if isinstance(config, str) and config in PRESETS:
        return preset(config)
    if isinstance(config, (str, Path)):
        return load(config)
    message = f"config must be a Configuration, a mapping, a preset's name or a TOML file; got {type(config).__name__}"
    raise TypeError(message)


def parse_values(text: str, known: tuple[str, ...] = SYMBOLS) -> dict[str, int | Fraction]:
    """Read ``alpha=1/2,T=16`` exactly. ValueError names the pair that is wrong and the symbols that exist."""
    values: dict[str, int | Fraction] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = (part.strip() for part in pair.partition("="))
        if not equals:
            message = f"--set takes name=value pairs separated by commas; got {_short(pair)}"
            raise ValueError(message)
        if name not in known:
            message = f"symbol must be one of {' '.join(known)}; got {_short(name)}"
            raise ValueError(message)
        if name in values:
            message = f"each symbol may be set once; got {name} twice"
            raise ValueError(message)
        value = exact_integer(name, number) if name in INTEGERS else exact_number(name, number)
        check_domain(name, value)
        values[name] = value
    return values


def exact_number(name: str, value: Any) -> Fraction:
    """Return the rational that an int, Fraction, Rational or text ("1/2", "0.1") names; a float as it is in binary."""
    if isinstance(value, bool) or value is None:
        message = f"{name} must be a number; got {value!r}"
        raise ValueError(message)
    if isinstance(value, str):
        return _from_text(name, value)
    try:
        if hasattr(value, "p") and hasattr(value, "q"):
            return Fraction(int(value.p), int(value.q))
        return Fraction(value)
    except (TypeError, ValueError, OverflowError) as error:
        message = f"{name} must be an exact finite number such as 3, 1/2 or 0.1; got {_short(value)}"
        raise ValueError(message) from error


def exact_integer(name: str, value: Any) -> int:
    """Return the integer that the value is exactly; ValueError otherwise."""
    number = exact_number(name, value)
    if number.denominator != 1:
        message = f"{name} must be an integer; got {number}"
        raise ValueError(message)
    return int(number)


def check_domain(name: str, value: int | Fraction) -> None:
    """Raise ValueError if the value lies outside the domain of the symbol (section 0 of the paper)."""
    rule = None
    if name in ("alpha", "epsilon", "eta"):
        rule = None if value > 0 else f"{name} must be > 0"
    elif name == "m":
        rule = None if value >= 2 and value % 2 == 0 else "m must be even and >= 2"
    elif name in INTEGERS:
        rule = None if value >= 1 else f"{name} must be >= 1"
    elif name == "delta":
        rule = None if 0 < value < 1 else "delta must lie in (0, 1)"
    elif name == "kappa":
        rule = None if 0 < 2 * value < 1 else "kappa must lie in (0, 1/2)"
    elif value < 0:
        rule = f"{name} must be >= 0"
    if rule:
        message = f"{rule}; got {value} ({_SOURCES.get(name, 'section 2, the setting')})"
        raise ValueError(message)


_SOURCES = {
    "alpha": "Definition 1",
    "m": "Definition 1 pairs the neurons",
    "delta": "a failure probability",
    "kappa": "Theorem 2, variant lyapunov",
    "rho_w": "a projection radius",
    "rho_u": "a projection radius",
    "epsilon": "a target risk",
    "eta": "a step size",
}


class _Decimal(str):
    """A decimal of a TOML file, as it is written there."""

    __slots__ = ()


def _from_text(name: str, text: str) -> Fraction:
    bare = text.strip().replace("_", "")
    match = _NUMBER.fullmatch(bare) if len(bare) <= LONGEST_NUMBER else None
    if match is None or abs(int(match[5] or 0)) > LONGEST_NUMBER:
        message = f"{name} must be an integer, a fraction or a decimal such as 3, 1/2 or 0.1; got {_short(text)}"
        raise ValueError(message)
    try:
        return Fraction(bare)
    except ZeroDivisionError as error:
        message = f"{name} must be finite; got {_short(text)} (the denominator is 0)"
        raise ValueError(message) from error


def _merge(config: Configuration, values: Mapping[str, Any]) -> Configuration:
    """Return config with the values of a nested mapping in place of its own; unknown keys are refused."""
    sections = {"data": config.data, "network": config.network, "run": config.run}
    _refuse_unknown(values, (*SYMBOLS, *sections), "top level")
    symbols = {name: values[name] for name in SYMBOLS if name in values}
    floats = {name for name, value in symbols.items() if isinstance(value, float)}
    given = {name: getattr(config.parameters, name) for name in SYMBOLS} | symbols
    for end in ("w", "u"):  # a radius that stood at its default follows nu
        if f"rho_{end}" not in symbols and given[f"rho_{end}"] == getattr(config.parameters, f"nu_{end}"):
            given[f"rho_{end}"] = None
    changed: dict[str, Any] = {
        name: _section(name, section, values[name]) if name in values else section for name, section in sections.items()
    }
    names = tuple(name for name in SYMBOLS if name in floats | (set(config.binary_floats) - set(symbols)))
    return replace(config, parameters=Parameters(**given), binary_floats=names, **changed)


def _section(name: str, section: Any, values: Any) -> Any:
    if not isinstance(values, Mapping):
        message = f"[{name}] must be a table; got {_short(values)}"
        raise ValueError(message)
    known = tuple(item.name for item in fields(section))
    _refuse_unknown(values, known, f"[{name}]")
    return replace(section, **{key: _typed(f"{name}.{key}", getattr(section, key), values[key]) for key in values})


def _typed(name: str, default: Any, value: Any) -> Any:
    """Check a value of a section against the kind of its default; return it in that kind."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            message = f"{name} must be true or false; got {_short(value)}"
            raise ValueError(message)
        return value
    if isinstance(default, (int, Fraction)):
        return _positive(name, default, value)
    if isinstance(default, tuple):
        items = [value] if isinstance(value, str) and not isinstance(value, _Decimal) else value
        if not isinstance(items, (list, tuple)):
            message = f"{name} must be a list; got {_short(value)}"
            raise ValueError(message)
        if name in ("network.widths", "network.lengths"):
            symbol = "m" if name == "network.widths" else "T"
            grid = tuple(exact_integer(name, item) for item in items)
            for item in grid:
                check_domain(symbol, item)
            return grid
        return tuple(_text(name, item) for item in items)
    return None if value is None else _text(name, value)


def _positive(name: str, default: int | Fraction, value: Any) -> int | Fraction:
    number = exact_integer(name, value) if isinstance(default, int) else exact_number(name, value)
    zero_allowed = name in ("run.seed", "run.mutation_seconds")
    if number < 0 or (number == 0 and not zero_allowed):
        message = f"{name} must be {'>= 0' if zero_allowed else '> 0'}; got {number}"
        raise ValueError(message)
    return number


def _text(name: str, value: Any) -> str:
    if not isinstance(value, (str, Path)) or isinstance(value, _Decimal) or not str(value):
        message = f"{name} must be text; got {_short(value)}"
        raise ValueError(message)
    return str(value)


def _refuse_unknown(values: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in values:
        if key not in known:
            message = f"unknown key {_short(key)} at {where}; known keys: {', '.join(known)}"
            raise ValueError(message)


def _short(value: Any) -> str:
    """Return a printable form of a value on one line, at most 60 characters."""
    text = repr(str(value)) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_jsonable(item) for item in value]
    if isinstance(value, Fraction) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53):
        return str(value)
    return value
