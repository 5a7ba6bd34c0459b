"""The smallest even width m with m >= g(m); g(m), the width that the theorem asks for at m, is nonincreasing.

Because g falls, g(m) lies on the other side of the crossing than m: every evaluation gives a bound from the other
side, and the two close in quickly. Doubles find the place, lower balls there the even integer next to it, and balls
decide that one: from m - 2 < g(m) <= m follows g(m - 2) >= g(m) > m - 2, so that no smaller even width suffices.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Rational

from boundcheck.enclosure import precision
from boundcheck.enclosure.decimals import dyadic
from boundcheck.evaluation.balls import Balls, Known, LowerBalls
from boundcheck.evaluation.brackets import LARGEST, Bracket, NoWidthError, beyond, crossing, even_ceiling
from boundcheck.evaluation.closed_form import exact_rational
from boundcheck.evaluation.conditions import Asker, Conditions
from boundcheck.evaluation.radii import lower_radius, upper_radii

MAX_ROUNDS = 120
MAX_COARSE = 9
MAX_AIMS = 3
SPARE, MORE = 4, 10  # digits that suprema over directions have less than radii have at first, more where those fail
GALLOP = 16
APART = 1e-6  # relative: doubles tell a slope between widths so far apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """``m`` certainly suffices with ``radii``; ``refuted``: the largest even width known not to (m - 2 if minimal).

    known: what balls found on the way.
    """

    m: int
    radii: tuple[Rational, Rational]
    refuted: int
    known: Known


def smallest_width(conditions: Conditions) -> Width:
    """Return the smallest even width, decided in balls.

    Raises:  NoWidthError if none up to 10^300 suffices.
    """
    try:
        bracket = Bracket(conditions)
        low, high, slope = bracket.low, bracket.high, bracket.slope(APART)
    except NoWidthError:
        low, high, slope = 0, _start_in_balls(conditions), 0.0
    finder = _Decider(conditions, slope)
    for _ in range(MAX_ROUNDS):
        finder.consider(high)
        if finder.is_decided or finder.is_coarse:
            break
        high = finder.proposal()
    if finder.is_coarse:
        finder.settle_for(high)
    return finder.result(low)


def _start_in_balls(conditions: Conditions) -> int:
    """Return a width to begin with where doubles found none: what the largest one asks for, bounded from below.

    Raises:  NoWidthError if no width up to 10^300 certainly suffices; doubles may only have left their range.
    """
    decider = _Decider(conditions)
    with precision(40):
        decider._bound_below(LARGEST, 20)
    if decider.infeasible >= LARGEST:
        raise NoWidthError(beyond(conditions))
    return decider.hint


class _Decider:
    """What balls have decided so far: ``feasible`` certainly suffices, ``infeasible`` certainly does not.

    slope: about that of g, to guess where it crosses from one value of it.
    """

    def __init__(self, conditions: Conditions, slope: float = 0.0) -> None:
        self.conditions, self.slope = conditions, Fraction(slope)
        self.feasible: int | None = None
        self.infeasible = 0
        self.radii: tuple[Rational, Rational] | None = None
        self.is_coarse = False
        self.hint = 2
        self.aims, self.reach = 0, 2
        self.last: tuple[int, Fraction] | None = None
        self.known = Known()
        self.digits = 0  # of suprema over directions

    @property
    def is_decided(self) -> bool:
        return self.feasible is not None and self.feasible - self.infeasible == 2

    def consider(self, width: int) -> None:
        """Decide a width, at rising precision, or find out that a smaller one may do."""
        if width <= self.infeasible or (self.feasible is not None and width >= self.feasible):
            return
        needed = len(str(width)) + 8
        for digits, more in ((needed, -SPARE), (2 * needed + 20, MORE)):
            with precision(max(digits, 20) + 10):
                self.digits = needed + more
                if more > 0:  # directions may be worse than they were taken to be
                    self.known.places.clear()
                if self._try(width, needed):
                    return
        self.is_coarse = True

    def settle_for(self, width: int) -> None:
        """Where balls are too wide to decide next to the threshold, decide as near to it as they can."""
        for power in range(MAX_COARSE):
            margin = Fraction(10) ** (power - 10)
            if self.feasible is None or self.feasible > width + 4 * margin * width:
                self.consider(even_ceiling(width * (1 + margin)))
            if self.infeasible < width - 4 * margin * width - 2:
                self.consider(max(2, even_ceiling(width * (1 - margin)) - 2))

    def _bound_below(self, width: int, digits: int) -> Rational:
        """Bound g(width) from below, which refutes every smaller even width up to this one; return the radius of it."""
        below = Asker(self.conditions, LowerBalls(self.conditions.width.activation, self.digits, self.known))
        radius, _ = lower_radius(below, width, digits)
        outer = below.radius_u(width, radius).lower() if self.conditions.is_fixed_point else None
        floor = self.conditions.floor[1] if outer is None else max(self.conditions.floor[1], _exact(outer))
        asked = below.width(width, (radius, floor))
        if asked.is_finite():
            least = dyadic(asked.lower())
            self._learn(width, least)
            self.hint = crossing(width, least, self.slope)
            self.infeasible = max(self.infeasible, min(width, even_ceiling(least) - 2))
        elif asked > width:
            self.infeasible = max(self.infeasible, width)
        return radius

    def _learn(self, width: int, least: Fraction) -> None:
        """Take the slope of g from its last two values, which are more exact than doubles."""
        if self.last is not None and width != self.last[0]:
            rise = (least - self.last[1]) / (width - self.last[0])
            self.slope = rise if -1 <= rise <= 0 else self.slope
        self.last = (width, least)

    def _try(self, width: int, digits: int) -> bool:
        radius = self._bound_below(width, digits)
        if self.infeasible >= width:
            return True
        if self.hint < width and self.feasible is None and self.aims < MAX_AIMS:
            self.aims += 1  # do not certify a width that is not the smallest
            return True
        above = Asker(self.conditions, Balls(self.conditions.width.activation, self.digits, self.known))
        radii = upper_radii(above, width, radius, digits + 4)
        if radii is None:
            return False
        asked = above.width(width, radii)
        if asked <= width or self._is_met_exactly(asked, width, radii):
            self.feasible, self.radii = width, radii
            self.hint = even_ceiling(dyadic(asked.lower()))
            return True
        return False

    def _is_met_exactly(self, asked: Any, width: int, radii: tuple[Rational, Rational]) -> bool:
        """Tell whether a width that balls cannot tell from the one asked for is at least the exact one."""
        if asked > width:
            return False
        exact = exact_rational(self.conditions.width, self.conditions.at(width, radii))
        return exact is not None and bool(exact <= width)

    def proposal(self) -> int:
        """Return the next width to decide, strictly between what is decided."""
        if self.feasible is None:
            # Where radii have no fixed point, the width asked for is no guide (infinite, or a power of powers).
            self.reach *= GALLOP
            is_guide = self.infeasible < self.hint <= 2 * self.infeasible + 2
            return self.hint if is_guide else self.infeasible + self.reach
        middle = (self.infeasible + self.feasible) // 4 * 2
        inside = self.infeasible < self.hint < self.feasible
        return self.hint if inside else max(middle, self.infeasible + 2)

    def result(self, low: int) -> Width:
        if self.feasible is None or self.radii is None:
            message = (
                f"{self.conditions.theorem}: no width could be certified near {low + 2}; got an undecided comparison"
            )
            raise NoWidthError(message)
        return Width(m=self.feasible, radii=self.radii, refuted=self.infeasible, known=self.known)


def _exact(ball: Any) -> Rational:
    fraction = dyadic(ball)
    return Rational(fraction.numerator, fraction.denominator)
