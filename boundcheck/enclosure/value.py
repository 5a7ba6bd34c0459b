"""Enclosure: a pair of rigorous ends around a real number, held exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from flint import arb

from boundcheck.enclosure.decimals import ball_between, decimal_text, ends_of, to_fraction


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The set [lower, upper] that holds the true value; both ends are exact rationals.

    ``exact`` is the value as a SymPy expression where it is known. Ends given as text, Decimal or float are taken
    exactly. Raises ValueError if lower > upper.
    """

    lower: Fraction
    upper: Fraction
    exact: sympy.Expr | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", to_fraction(self.lower))
        object.__setattr__(self, "upper", to_fraction(self.upper))
        if self.lower > self.upper:
            message = f"lower must be <= upper; got {self.lower_text(10)} and {self.upper_text(10)}"
            raise ValueError(message)

    @classmethod
    def from_arb(cls, ball: arb, exact: sympy.Expr | None = None) -> Enclosure:
        """Take the ends of a ball; ValueError unless it is finite and of a size that can be held."""
        if not ball.is_finite():
            message = f"an enclosure must be finite; got {ball.str(5)} (outside the domain, or precision too low)"
            raise ValueError(message)
        return cls(*ends_of(ball), exact)

    @classmethod
    def from_exact(cls, value: Any) -> Enclosure:
        """Enclose an exact rational by itself."""
        point = to_fraction(value)
        return cls(point, point, sympy.Rational(point.numerator, point.denominator))

    @property
    def width(self) -> Fraction:
        """Return upper - lower, exactly."""
        return self.upper - self.lower

    @property
    def midpoint(self) -> Fraction:
        """Return the middle, exactly."""
        return (self.lower + self.upper) / 2

    @property
    def relative_width(self) -> float:
        """Return width over the least magnitude inside; inf if zero is inside a set with width."""
        if self.lower == self.upper:
            return 0.0
        least = max(self.lower, -self.upper, Fraction(0))
        return float(self.width / least) if least else math.inf

    @property
    def is_point(self) -> bool:
        """Tell whether the value is known exactly as a rational."""
        return self.lower == self.upper

    @property
    def doubles(self) -> tuple[float, float]:
        """Return both ends as doubles rounded outward (infinite beyond their range)."""
        return _double(self.lower, up=False), _double(self.upper, up=True)

    def contains(self, value: Any) -> bool:
        """Tell whether a number, or another enclosure, lies inside."""
        if isinstance(value, Enclosure):
            return self.lower <= value.lower and value.upper <= self.upper
        point = to_fraction(value)
        return self.lower <= point <= self.upper

    def overlaps(self, other: Enclosure) -> bool:
        """Tell whether the two sets share a point."""
        return self.lower <= other.upper and other.lower <= self.upper

    def union(self, other: Enclosure) -> Enclosure:
        """Return the hull of two sets; the exact value is forgotten."""
        return Enclosure(min(self.lower, other.lower), max(self.upper, other.upper))

    def arb(self) -> arb:
        """Return a ball at the working precision that holds the set."""
        return ball_between(self.lower, self.upper)

    def lower_text(self, digits: int = 30) -> str:
        """Write the lower end with so many significant digits, rounded down."""
        return decimal_text(self.lower, digits, up=False)

    def upper_text(self, digits: int = 30) -> str:
        """Write the upper end with so many significant digits, rounded up."""
        return decimal_text(self.upper, digits, up=True)

    def as_dict(self, digits: int = 30) -> dict[str, str | None]:
        """Return decimal ends, rounded outward, and the exact value in the language of claims (or None)."""
        from boundcheck.language import to_text

        exact = None if self.exact is None else to_text(self.exact)
        return {"lower": self.lower_text(digits), "upper": self.upper_text(digits), "exact": exact}

    def __float__(self) -> float:
        """Return the double nearest to the middle (infinite beyond the range of doubles)."""
        try:
            return float(self.midpoint)
        except OverflowError:
            return math.inf if self.midpoint > 0 else -math.inf

    def __str__(self) -> str:
        digits = self.shown_digits()
        if self.is_point and decimal_text(self.lower, 40, up=True) == decimal_text(self.lower, 40, up=False):
            return self.lower_text(40)
        text = f"[{self.lower_text(digits)}, {self.upper_text(digits)}]"
        return text if self.exact is None else f"{self.exact} in {text}"

    def shown_digits(self, most: int = 30) -> int:
        """Return how many digits are worth showing: one more than agree, between 5 and ``most``."""
        relative = self.relative_width
        if relative == 0.0:
            return most
        return 5 if relative > 1 else min(most, max(5, 2 - math.floor(math.log10(relative))))

    def _repr_latex_(self) -> str:
        digits = self.shown_digits()
        ends = rf"\left[{_latex(self.lower_text(digits))},\ {_latex(self.upper_text(digits))}\right]"
        return f"${ends}$" if self.exact is None else rf"${sympy.latex(self.exact)} \in {ends}$"

    def _repr_html_(self) -> str:
        digits = self.shown_digits()
        name = "" if self.exact is None else f"<code>{self.exact}</code> &isin; "
        return f"{name}[<code>{self.lower_text(digits)}</code>, <code>{self.upper_text(digits)}</code>]"


def _latex(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _double(value: Fraction, *, up: bool) -> float:
    """Round to a double, outward."""
    try:
        near = float(value)
    except OverflowError:
        edge = math.inf if (value > 0) == up else 1.7976931348623157e308
        return edge if value > 0 else -edge
    if (Fraction(near) < value) if up else (Fraction(near) > value):
        return math.nextafter(near, math.inf if up else -math.inf)
    return near
