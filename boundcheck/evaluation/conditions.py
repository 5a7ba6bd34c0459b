"""A theorem's conditions on the width, as the planner asks them: radii and required width at a width m.

Both are nondecreasing in rho and nonincreasing in m: every tier is built from non-negative numbers, alpha_m = alpha +
rho_w/sqrt(m), sums, products, roots and suprema, so it is nondecreasing in alpha_m, and alpha_m falls with m (proved:
steps alpha-falls, p-grows, q-grows, root-grows and supremum-grows of theorem-1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Rational, Symbol

from boundcheck.evaluation.request import Request, value_of
from boundcheck.evaluation.terms import has_directions, is_constant
from boundcheck.notation import T, alpha, m, nu_u, nu_w, rho_u, rho_w

MOST_STEPS, MOST_STEPS_ALONG_DIRECTIONS = 100_000, 10_000

Exact = dict[Symbol, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The quantities of a theorem that a plan needs; the radii are None where they are free (projected descent)."""

    theorem: str
    variant: str | None
    tier: str | None
    bound: Request
    width: Request
    iterations: Request
    step_size: Request
    target: Request
    radius_w: Request | None
    radius_u: Request | None
    values: Exact

    @property
    def name(self) -> str:
        """Return the theorem with its variant."""
        return f"{self.theorem} ({self.variant})" if self.variant else self.theorem

    @property
    def is_fixed_point(self) -> bool:
        """Tell whether the radii depend on the width (gradient descent without projection)."""
        return self.radius_w is not None

    @property
    def floor(self) -> tuple[Any, Any]:
        """Return the least radii that the theorem allows: those given, or nu."""
        return self.values.get(rho_w, self.values[nu_w]), self.values.get(rho_u, self.values[nu_u])

    def at(self, width: int, radii: tuple[Any, Any]) -> Exact:
        """Return all values at a width and radii."""
        return {**self.values, m: Rational(width), rho_w: radii[0], rho_u: radii[1]}


class Asker:
    """Answers conditions in one arithmetic; what does not change between questions is remembered."""

    def __init__(self, conditions: Conditions, arithmetic: Any) -> None:
        self.conditions, self.arithmetic = conditions, arithmetic
        self.memo: dict[Any, Any] = {}

    def ask(self, request: Request, values: Mapping[Symbol, Any], instead: Mapping[str, Any] | None = None) -> Any:
        """Evaluate a quantity."""
        return value_of(request.term, values, self.arithmetic, memo=self.memo, instead=instead)

    def width(self, width: int, radii: tuple[Any, Any]) -> Any:
        """Return the width that the theorem asks for at this width and these radii."""
        return self.ask(self.conditions.width, self.conditions.at(width, radii))

    def radius_w(self, width: int, radius: Any) -> Any:
        """Return the radius of w that is asked for where alpha_m is taken at ``radius``."""
        assert self.conditions.radius_w is not None
        values = self.conditions.at(width, (radius, self.conditions.floor[1]))
        return self.ask(self.conditions.radius_w, values)

    def radius_u(self, width: int, radius: Any) -> Any:
        """Return the radius of u that is asked for where alpha_m is taken at ``radius`` (of w)."""
        assert self.conditions.radius_u is not None
        values = self.conditions.at(width, (radius, self.conditions.floor[1]))
        return self.ask(self.conditions.radius_u, values)


def check_length(request: Request, values: Mapping[Symbol, Any]) -> None:
    """Refuse a recursion too long to be evaluated again and again; below the cutoff it soon stands still.

    Raises:  ValueError naming the tier that is a closed form.
    """
    if request.term.is_expression:
        return
    tier, below = "paper", float(values[alpha]) * float(request.activation.constant(1).enclosure(10)) < 1
    most = MOST_STEPS if not below else None
    if has_directions(request.term):
        tier, most = "coupled" if below else "paper", MOST_STEPS_ALONG_DIRECTIONS
    if most is not None and values[T] > most:
        message = f"T must be <= {most} for a plan in tier {request.tier}; got {values[T]} (ask for tier {tier})"
        raise ValueError(message)


def required_symbols(request: Request) -> set[Symbol]:
    """Return the parameters that a quantity needs."""
    return {symbol for symbol in request.term.required() if not is_constant(symbol)}
