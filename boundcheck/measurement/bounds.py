"""The certified bounds that runs are held against."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from boundcheck.measurement.values import Problem

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

    try:
        enclosure = evaluate(
            quantity, tier=tier, variant=variant, activation=problem.activation, digits=15, **parameter_values(problem)
        )
    except (ValueError, ArithmeticError):
        return None
    return enclosure.doubles[1]


def tightest(problem: Problem, quantity: str, variant: str | None = None) -> float | None:
    """Return the smallest bound over the tiers; None where no tier has a value."""
    values = [bound(problem, quantity, tier, variant) for tier in reversed(LOOSE_TO_TIGHT)]
    known = [value for value in values if value is not None]
    return min(known) if known else None
