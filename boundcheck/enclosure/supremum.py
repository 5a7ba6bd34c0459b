"""Certified suprema over R: of one expression, and of a family with parameters compiled once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from html import escape

import sympy
from flint import arb
from sympy import Abs, Expr, Symbol

from boundcheck.enclosure.decimals import dyadic
from boundcheck.enclosure.errors import EffortError
from boundcheck.enclosure.maximise import Candidate, Maximum, maximise
from boundcheck.enclosure.objective import Objective
from boundcheck.enclosure.pieces import PiecewiseObjective, objective_of
from boundcheck.enclosure.precision import PrecisionError, bits_for, check_digits, is_certified, working_bits
from boundcheck.enclosure.removable import Removable
from boundcheck.enclosure.value import Enclosure
from boundcheck.enclosure.waves import are_independent, periodic_parts

_GUARD_DIGITS = 4


@dataclass(frozen=True, slots=True)
class CertifiedSupremum:
    """A supremum over R, and every place where it may be attained.

    ``maximisers`` encloses them (a point, or a set on which f is constant or nearly so); ``at_infinity`` lists the ends
    (-1, +1) at which it is a limit, or towards which places beyond |z| = 8 are not told apart. With ``mirrored`` their
    mirror images in 0 belong to them, with ``period`` what lies whole periods away. ``cells`` counts the cells looked
    at.
    """

    value: Enclosure
    maximisers: tuple[Enclosure, ...] = ()
    at_infinity: tuple[int, ...] = ()
    mirrored: bool = False
    period: Expr | None = None
    cells: int = field(default=0, compare=False)

    def places(self, digits: int = 12) -> list[str]:
        """Write every place where the supremum may be attained or approached, ends rounded outward."""
        name = "|z|" if self.mirrored else "z"
        turns = "" if self.period is None else f" mod {self.period}"
        points = [f"{name} {_place_text(place, digits)}{turns}" for place in self.maximisers]
        return points + [f"{name} -> {'+oo' if side > 0 else '-oo'}" for side in self.at_infinity]

    def __str__(self) -> str:
        return f"supremum in {self.value} at {' or '.join(self.places(30)) or 'no isolated point'}"

    def _repr_html_(self) -> str:
        places = " or ".join(f"<code>{escape(place)}</code>" for place in self.places(15))
        return f"{self.value._repr_html_()} at {places or 'no isolated point'}"


def _place_text(place: Enclosure, digits: int) -> str:
    low, high = place.lower_text(digits), place.upper_text(digits)
    return f"= {low}" if place.is_point and low == high else f"in [{low}, {high}]"


def certified_supremum(
    expression: Expr, variable: Symbol, digits: int = 30, *, removable: Sequence[Removable] = ()
) -> CertifiedSupremum:
    """Enclose sup over R of a one-variable expression, to so many significant digits.

    Raises:  UnboundedError (with the end), SingularError (a pole, a kink, complex values), PrecisionError if the digits
             cannot be certified.
    """
    objective = objective_of(expression, variable, removable=removable)
    return maximise_to(objective, check_digits(digits))


def maximise_to(
    objective: Objective | PiecewiseObjective, digits: int, deadline: float = math.inf
) -> CertifiedSupremum:
    """Maximise an objective without parameters at rising precision until the digits are certified."""
    for attempt in range(3):
        with working_bits(bits_for(digits + _GUARD_DIGITS) << attempt):
            try:
                maximum = maximise(objective, digits=digits + 2, deadline=deadline)
            except EffortError as error:
                message = f"cannot certify {digits} digits: {error}"
                raise PrecisionError(message) from None
            if is_certified(maximum.value, digits):
                return _summary(maximum, objective)
    message = f"cannot certify {digits} digits: the supremum is {maximum.value.str(15)}"
    raise PrecisionError(message)


def _summary(maximum: Maximum, objective: Objective | PiecewiseObjective) -> CertifiedSupremum:
    places = _merged([site for site in maximum.sites if site.low is not None])
    sides = tuple(sorted({site.side for site in maximum.sites if site.side}))
    value = Enclosure.from_arb(maximum.value)
    return CertifiedSupremum(value, places, sides, objective.symmetric, objective.period, maximum.cells)


def _merged(sites: Sequence[Candidate]) -> tuple[Enclosure, ...]:
    """Return the places, overlapping ones as one; a point beside the peak that holds it is that peak."""
    places: list[Enclosure] = []
    ends = [(site.low, site.high) for site in sites if site.low is not None and site.high is not None]
    for low, high in sorted((dyadic(low.lower()), dyadic(high.upper())) for low, high in ends):
        place = Enclosure(low, high)
        if places and place.lower - places[-1].upper <= (abs(place.lower) + 1) / 10**9:
            places[-1] = places[-1].union(place)
        else:
            places.append(place)
    return tuple(places)


def derivative_supremum(
    expression: Expr,
    variable: Symbol,
    order: int,
    digits: int,
    removable: Sequence[Removable] = (),
    deadline: float = math.inf,
) -> CertifiedSupremum:
    """Enclose sup over R of |f^(order)|, by automatic differentiation of f; errors as in ``certified_supremum``.

    Args:    deadline: of ``time.thread_time()``, in seconds; PrecisionError when it has passed.
    """
    parts = periodic_parts(expression, variable)
    if len(parts) > 1 and are_independent(parts, variable):
        return _sum_of_waves([sympy.diff(part, variable, order) for part in parts], variable, digits, deadline)
    slots = tuple(Symbol(f"s_{k}", real=True) for k in range(order + 1))
    objective = objective_of(expression, variable, Abs(slots[order]), slots, removable=removable)
    return maximise_to(objective, digits, deadline)


def _sum_of_waves(parts: Sequence[Expr], variable: Symbol, digits: int, deadline: float) -> CertifiedSupremum:
    """Enclose the supremum of |sum| of periodic functions with independent frequencies: they run through all phases.

    It may be attained or not; both ends are named, for it is approached towards both.
    """
    sums = []
    with working_bits(bits_for(digits + _GUARD_DIGITS)):
        for sign in (1, -1):
            found = [maximise_to(Objective(sign * part, variable), digits + _GUARD_DIGITS, deadline) for part in parts]
            sums.append(reduce(lambda total, item: total + item.value.arb(), found, arb(0)))
        top = sums[0].max(sums[1])
        if not is_certified(top, digits):
            message = f"cannot certify {digits} digits: the supremum is {top.str(15)}"
            raise PrecisionError(message)
        return CertifiedSupremum(Enclosure.from_arb(top), at_infinity=(-1, 1))
