"""The planner turned round once more: with a width and a number of iterations given, the best risk or confidence.

The conditions ease as epsilon or delta grow, so each has a threshold; it is bracketed by decimals on both sides of
which balls decide. For projected descent the best risk is its bound, evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sympy import Expr, Rational, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure import precision
from boundcheck.enclosure.decimals import dyadic
from boundcheck.evaluation.balls import Balls, LowerBalls
from boundcheck.evaluation.conditions import Asker, Conditions
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.planner import conditions_of
from boundcheck.evaluation.radii import double_radii, lower_radius, upper_radii
from boundcheck.evaluation.search import between
from boundcheck.evaluation.terms import has_directions
from boundcheck.notation import delta, epsilon, eta, parameter, tau

DIGITS = 6
MOVES = 8
LEAST, MOST = 1e-280, 1e280


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The best value of ``symbol`` (epsilon or delta) within reach: ``value`` certainly is.

    ``excluded``: a value just below that certainly is not (by the theorem's conditions); both agree to five digits.
    """

    theorem: str
    variant: str | None
    tier: str | None
    symbol: str
    value: Fraction
    excluded: Fraction


def best(
    theorem: str,
    *,
    m: int,
    tau: int,
    variant: str | None = None,
    tier: str | None = None,
    activation: str | Expr | Activation = "tanh",
    **values: Any,
) -> Reach:
    """Find the smallest epsilon at a given delta, or the smallest delta at a given epsilon, for a width and iterations.

    Args:    values: as for ``plan``, with exactly one of epsilon and delta set.
    Raises:  ValueError if both or neither are set, or nothing is within reach.
    """
    wanted = _wanted(values)
    known = {**values, wanted.name: "1/2"}
    conditions = conditions_of(theorem, variant=variant, tier=tier, activation=activation, values=known)
    width = int(parameter("m").check(m))
    steps = int(parameter("tau").check(tau))
    ask = _Ask(conditions, wanted, width, steps)
    top = 1 - 1e-9 if wanted == delta else MOST
    found = between(ask.in_doubles, LEAST, top, DIGITS)
    if found is None:
        message = f"{conditions.name} reaches no {wanted.name} at m={width}, tau={steps}; got none to propose"
        raise ValueError(message)
    step = Rational(1, 10**DIGITS)
    value = _moved(found[1], 1 + step, ask.certainly)
    excluded = _moved(found[0], 1 - step, ask.certainly_not)
    if value is None or excluded is None:
        message = f"{theorem}: the best {wanted.name} near {float(found[1]):.6g} could not be certified; got wide balls"
        raise ValueError(message)
    return Reach(
        theorem=theorem,
        variant=conditions.variant,
        tier=conditions.tier,
        symbol=wanted.name,
        value=Fraction(int(value.p), int(value.q)),
        excluded=Fraction(int(excluded.p), int(excluded.q)),
    )


def _moved(value: Rational, factor: Rational, holds: Callable[[Rational], bool]) -> Rational | None:
    """Move a value by a factor until balls decide it; None after ``MOVES`` steps."""
    for _ in range(MOVES):
        if holds(value):
            return value
        value = value * factor
    return None


def _wanted(values: Mapping[str, Any]) -> Symbol:
    given = [symbol for symbol in (epsilon, delta) if symbol.name in values]
    if len(given) != 1:
        message = f"set exactly one of epsilon and delta; got {' and '.join(s.name for s in given) or 'neither'}"
        raise ValueError(message)
    return delta if given[0] == epsilon else epsilon


class _Ask:
    """Whether a theorem reaches a value of epsilon or delta at a width and a number of iterations."""

    def __init__(self, conditions: Conditions, wanted: Symbol, width: int, steps: int) -> None:
        self.conditions, self.wanted, self.width, self.steps = conditions, wanted, width, steps
        self.sigma = conditions.width.activation
        self.asker = Asker(conditions, Doubles(self.sigma))

    def _at(self, value: Rational) -> Conditions:
        return replace(self.conditions, values={**self.conditions.values, self.wanted: value})

    def in_doubles(self, value: Rational) -> bool:
        """Tell whether the value is within reach, in doubles."""
        conditions = self._at(value)
        self.asker.conditions = conditions
        try:
            radii = double_radii(self.asker, self.width)
            return radii is not None and self._holds(conditions, self.asker, radii)
        except (OverflowError, ZeroDivisionError):
            return False

    def certainly(self, value: Rational) -> bool:
        """Tell whether the value is certainly within reach, in balls."""
        conditions = self._at(value)
        digits = self._digits(conditions)
        with precision(40):
            asker = Asker(conditions, Balls(self.sigma, digits))
            near, _ = lower_radius(asker, self.width, digits)
            radii = upper_radii(asker, self.width, near, digits)
            return radii is not None and self._holds(conditions, asker, radii)

    def certainly_not(self, value: Rational) -> bool:
        """Tell whether the value is certainly out of reach: the conditions fail even at radii known to be too small.

        All of them are nondecreasing in the radii and the constants, of which lower bounds are put in.
        """
        conditions = self._at(value)
        digits = self._digits(conditions)
        with precision(40):
            asker = Asker(conditions, LowerBalls(self.sigma, digits))
            radius, _ = lower_radius(asker, self.width, digits)
            radii = radius, conditions.floor[1]
            known = {**conditions.at(self.width, radii), tau: Rational(self.steps), eta: Rational(1)}
            if not conditions.is_fixed_point:
                return bool(asker.ask(conditions.bound, known) > asker.arithmetic.number(conditions.values[epsilon]))
            outer = asker.radius_u(self.width, radius).lower()
            if not outer.is_finite():
                return False
            exact = dyadic(outer)
            radii = radius, max(radii[1], Rational(exact.numerator, exact.denominator))
            known = {**conditions.at(self.width, radii), tau: Rational(self.steps), eta: Rational(1)}
            too_long = bool(asker.ask(conditions.iterations, known) > self.steps)
            return too_long or bool(asker.width(self.width, radii) > self.width)

    @staticmethod
    def _digits(conditions: Conditions) -> int:
        return 9 if has_directions(conditions.width.term) else 20

    def _holds(self, conditions: Conditions, asker: Asker, radii: tuple[Any, Any]) -> bool:
        known = {**conditions.at(self.width, radii), tau: Rational(self.steps), eta: Rational(1)}
        if not conditions.is_fixed_point:
            return bool(asker.ask(conditions.bound, known) <= asker.arithmetic.number(conditions.values[epsilon]))
        enough = bool(asker.ask(conditions.iterations, known) <= self.steps)
        return enough and bool(asker.width(self.width, radii) <= self.width)
