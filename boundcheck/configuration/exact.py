"""Exact values of symbols: text to rationals, the domain of each symbol, and ``--set`` pairs."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

INTEGERS = ("T", "n", "d", "m", "tau")
RATIONALS = ("alpha", "rho_w", "rho_u", "nu_w", "nu_u", "delta", "epsilon", "eta", "kappa")
SYMBOLS = ("alpha", "T", "n", "d", "m", "rho_w", "rho_u", "nu_w", "nu_u", "delta", "epsilon", "tau", "eta", "kappa")
LONGEST_NUMBER = 4000
_NUMBER = re.compile(r"([+-]?)(\d+)/(\d+)|([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,6}))?")


def parse_values(text: str, known: tuple[str, ...] | None = SYMBOLS) -> dict[str, int | Fraction]:
    """Read ``alpha=1/2,T=16`` exactly; known None lets any name through.

    Raises:  ValueError that names the pair that is wrong and the symbols that exist.
    """
    values: dict[str, int | Fraction] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = (part.strip() for part in pair.partition("="))
        if not equals:
            message = f"--set takes name=value pairs separated by commas; got {short(pair)}"
            raise ValueError(message)
        if known is not None and name not in known:
            message = f"symbol must be one of {' '.join(known)}; got {short(name)}"
            raise ValueError(message)
        if name in values:
            message = f"each symbol may be set once; got {name} twice"
            raise ValueError(message)
        value = exact_integer(name, number) if name in INTEGERS else exact_number(name, number)
        if name in SYMBOLS:
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
        message = f"{name} must be an exact finite number such as 3, 1/2 or 0.1; got {short(value)}"
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


class Decimal(str):
    """A decimal of a TOML file, as it is written there."""

    __slots__ = ()


def _from_text(name: str, text: str) -> Fraction:
    bare = text.strip().replace("_", "")
    match = _NUMBER.fullmatch(bare) if len(bare) <= LONGEST_NUMBER else None
    if match is None or abs(int(match[5] or 0)) > LONGEST_NUMBER:
        message = f"{name} must be an integer, a fraction or a decimal such as 3, 1/2 or 0.1; got {short(text)}"
        raise ValueError(message)
    try:
        return Fraction(bare)
    except ZeroDivisionError as error:
        message = f"{name} must be finite; got {short(text)} (the denominator is 0)"
        raise ValueError(message) from error


def short(value: Any) -> str:
    """Return a printable form of a value on one line, at most 60 characters."""
    text = repr(str(value)) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
