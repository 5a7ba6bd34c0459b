"""Reading configurations: presets, TOML files and mappings, merged key by key; unknown keys are refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from boundcheck.configuration.exact import SYMBOLS, Decimal, check_domain, exact_integer, exact_number, short
from boundcheck.configuration.sections import Configuration, Parameters

PRESETS = ("quick", "paper", "full")
_PRESET_VALUES: Mapping[str, Mapping[str, Any]] = MappingProxyType({
    "quick": {},
    "paper": {
        "m": 4096, "tau": 1000,
        "data": {"max_windows": 128},
        "network": {"widths": [2**k for k in range(6, 14)], "lengths": [1, 2, 4, 8, 16, 32, 64]},
        "run": {"restarts": 256, "runs": 400, "digits": 30, "mutation_seconds": 60},
    },
    "full": {
        "m": 16384, "tau": 1000,
        "data": {"max_windows": 512},
        "network": {"widths": [2**k for k in range(6, 17)], "lengths": [1, 2, 4, 8, 16, 32, 64, 128]},
        "run": {"restarts": 512, "runs": 2000, "digits": 50, "mutation_seconds": 3600},
    },
})  # fmt: skip


def preset(name: str = "quick") -> Configuration:
    """Return a named configuration: quick (under a minute), paper (the reference), full (a night)."""
    if name not in PRESETS:
        message = f"preset must be one of {', '.join(PRESETS)}; got {name!r}"
        raise ValueError(message)
    return merge(Configuration(preset=name), _PRESET_VALUES[name])


def load(path: str | Path, *, base: Configuration | None = None) -> Configuration:
    """Read a TOML file over a base (or over the preset that the file names). ValueError names the rule it breaks."""
    return from_mapping(read_toml(path, "the configuration"), base=base)


def read_toml(path: str | Path, what: str) -> dict[str, Any]:
    """Read a TOML file that sets something; its decimals stay exact. ValueError, one line, names it by ``what``."""
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        message = f"{what} must be a readable TOML file; got {path} ({reason})"
        raise ValueError(message) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"{what} must be TOML; got {path} ({error})"
        raise ValueError(message) from error
    if all(isinstance(item, dict) and not item for item in values.values()):
        message = f"{what} must set something; got {path}, which is empty (known keys: {', '.join(SYMBOLS)})"
        raise ValueError(message)
    return values


def from_mapping(values: Mapping[str, Any], *, base: Configuration | None = None) -> Configuration:
    """Build a configuration from a mapping of the shape of the TOML schema."""
    rest = dict(values)
    name = rest.pop("preset", None)
    if name is not None and not isinstance(name, str):
        message = f"preset must be text; got {name!r} (one of {', '.join(PRESETS)})"
        raise ValueError(message)
    if base is None or (name is not None and name != base.preset):
        base = preset(name if name is not None else "quick")
    return merge(base, rest)


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


def merge(config: Configuration, values: Mapping[str, Any]) -> Configuration:
    """Return config with the values of a nested mapping in place of its own; unknown keys are refused."""
    sections = {"data": config.data, "network": config.network, "run": config.run}
    _refuse_unknown(values, (*SYMBOLS, *sections), "top level", "preset")
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
        message = f"[{name}] must be a table; got {short(values)}"
        raise ValueError(message)
    known = tuple(item.name for item in fields(section))
    _refuse_unknown(values, known, f"[{name}]")
    return replace(section, **{key: _typed(f"{name}.{key}", getattr(section, key), values[key]) for key in values})


def _typed(name: str, default: Any, value: Any) -> Any:
    """Check a value of a section against the kind of its default; return it in that kind."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            message = f"{name} must be true or false; got {short(value)}"
            raise ValueError(message)
        return value
    if isinstance(default, (int, Fraction)):
        return _positive(name, default, value)
    if isinstance(default, tuple):
        items = [value] if isinstance(value, str) and not isinstance(value, Decimal) else value
        if not isinstance(items, (list, tuple)):
            message = f"{name} must be a list; got {short(value)}"
            raise ValueError(message)
        if name in ("network.widths", "network.lengths"):
            symbol = "m" if name == "network.widths" else "T"
            grid = tuple(exact_integer(name, item) for item in items)
            for item in grid:
                check_domain(symbol, item)
            return grid
        return tuple(_text(name, item) for item in items)
    return None if value is None else _text(name, value)


MOST = {"run.jobs": 4096, "run.restarts": 10**6, "run.runs": 10**7, "run.digits": 10**5}
"""Beyond these no machine would finish, or hold what it needs."""


def _positive(name: str, default: int | Fraction, value: Any) -> int | Fraction:
    number = exact_integer(name, value) if isinstance(default, int) else exact_number(name, value)
    if number > MOST.get(name, number):
        message = f"{name} must be <= {MOST[name]}; got {short(number)}"
        raise ValueError(message)
    zero_allowed = name in ("run.seed", "run.mutation_seconds")
    if number < 0 or (number == 0 and not zero_allowed):
        message = f"{name} must be {'>= 0' if zero_allowed else '> 0'}; got {number}"
        raise ValueError(message)
    return number


def _text(name: str, value: Any) -> str:
    if not isinstance(value, (str, Path)) or isinstance(value, Decimal) or not str(value):
        message = f"{name} must be text; got {short(value)}"
        raise ValueError(message)
    return str(value)


def _refuse_unknown(values: Mapping[str, Any], known: tuple[str, ...], where: str, *elsewhere: str) -> None:
    """Refuse keys that are not known; the message also lists those that are read ``elsewhere``."""
    for key in values:
        if key not in known:
            message = f"unknown key {short(key)} at {where}; known keys: {', '.join((*elsewhere, *known))}"
            raise ValueError(message)
