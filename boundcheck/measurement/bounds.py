"""The certified bounds that runs are held against."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from boundcheck.measurement.values import Problem

DIGITS = 6
"""Runs are held against the upper end, rigorous at any number of digits."""
LOOSE_TO_TIGHT = ("paper", "recursive", "coupled", "directional")


def parameter_values(problem: Problem) -> dict[str, Any]:
    """Exact values of every symbol, as `evaluate` takes them."""
    names = ("alpha", "T", "n", "d", "m", "rho_w", "rho_u", "nu_w", "nu_u", "delta", "epsilon", "tau")
    values = {name: getattr(problem, name) for name in names}
    return values if problem.eta is None else values | {"eta": problem.eta}


@lru_cache(maxsize=256)
def bound(problem: Problem, quantity: str, tier: str | None = None, variant: str | None = None) -> float | None:
    """Return the upper end of a bound, rounded up; None where it has no value at this problem."""
    from boundcheck.evaluation import evaluate

    values = parameter_values(problem)
    try:
        enclosure = evaluate(
            quantity, tier=tier, variant=variant, activation=problem.activation, digits=DIGITS, **values
        )
    except (ValueError, ArithmeticError):
        return None
    return enclosure.doubles[1]


def tightest(problem: Problem, quantity: str, variant: str | None = None) -> float | None:
    """Return the bound in the tightest tier that has a value; None where none has."""
    for tier in reversed(LOOSE_TO_TIGHT):
        value = bound(problem, quantity, tier, variant)
        if value is not None:
            return value
    return None
