"""Exact ends as decimal text, rounded outward, and ball <-> exact conversions."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import sympy
from flint import arb, fmpq, fmpz

_FIXED_BELOW = 21
MOST_BITS = 40_000_000
"""Largest exponent of 2 of an end that is held exactly: numbers of twelve million digits."""
_LEAST_RADIUS = arb(2) ** (-MOST_BITS // 10)


def to_fraction(value: object) -> Fraction:
    """Read an end exactly: int, Fraction, Decimal, float (its binary value), text, Rational or exact ball.

    Raises:  TypeError for another kind, ValueError for what is no finite number.
    """
    if isinstance(value, bool):
        message = f"an end must be a number; got the truth value {value}"
        raise TypeError(message)
    if isinstance(value, (int, float, str, Decimal, Fraction)):
        try:
            return Fraction(value)
        except (ValueError, OverflowError, ZeroDivisionError):
            message = f"an end must be finite, such as 3, 1/2 or 0.1; got {value!r}"
            raise ValueError(message) from None
    if isinstance(value, sympy.Rational):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, (fmpz, fmpq)):
        ratio = fmpq(value)
        return Fraction(int(ratio.p), int(ratio.q))
    if isinstance(value, arb) and value.is_exact() and value.is_finite():
        return dyadic(value)
    message = f"an end must be an int, Fraction, Decimal, float, text or exact ball; got {type(value).__name__}"
    raise TypeError(message)


def dyadic(point: arb) -> Fraction:
    """Return the exact value of a ball without radius; ValueError beyond 2^(+-MOST_BITS), which no memory holds."""
    mantissa, exponent = (int(part) for part in point.man_exp())
    if abs(exponent) > MOST_BITS:
        size = "large" if exponent > 0 else "small"
        message = (
            f"a number must lie within 2^(+-{MOST_BITS}) to be held exactly; got one of about 2^{exponent}, too {size}"
        )
        raise ValueError(message)
    return Fraction(mantissa << exponent) if exponent >= 0 else Fraction(mantissa, 1 << -exponent)


def ends_of(ball: arb) -> tuple[Fraction, Fraction]:
    """Return the exact ends of a finite ball."""
    middle = dyadic(ball.mid())
    radius = max(ball.rad(), _LEAST_RADIUS) if ball.rad() > 0 else ball.rad()
    return middle - dyadic(radius), middle + dyadic(radius)


def ball_between(lower: Fraction, upper: Fraction) -> arb:
    """Return a ball at the working precision that holds [lower, upper]."""
    left = arb(fmpq(lower.numerator, lower.denominator))
    return left if lower == upper else left.union(arb(fmpq(upper.numerator, upper.denominator)))


def decimal_text(value: Fraction, digits: int, *, up: bool) -> str:
    """Write a number with ``digits`` significant digits, rounded up or down; exact numbers lose trailing zeros.

    The text read as a decimal is >= value if ``up``, else <= value.
    """
    if value == 0:
        return "0"
    exponent = _decimal_exponent(abs(value))
    shift = digits - 1 - exponent
    above, below = fmpz(value.numerator), fmpz(value.denominator)
    if shift >= 0:
        above *= fmpz(10) ** shift
    else:
        below *= fmpz(10) ** -shift
    # The greatest integer below; FLINT's division, for Python's is slow on a million digits.
    whole, rest = divmod(above, below)
    is_exact = rest == 0
    whole += int(up and not is_exact)
    text = str(abs(whole))
    if len(text) > digits:
        text, exponent = text[:-1], exponent + 1
    if is_exact:
        text = text.rstrip("0")
    return ("-" if whole < 0 else "") + _place_point(text, exponent)


def _decimal_exponent(value: Fraction) -> int:
    """Return e with 10^e <= value < 10^(e+1)."""
    above, below = fmpz(value.numerator), fmpz(value.denominator)
    bits = value.numerator.bit_length() - value.denominator.bit_length()
    guess = math.floor((bits - 1) * math.log10(2)) - 1
    while above * fmpz(10) ** max(0, -guess - 1) >= below * fmpz(10) ** max(0, guess + 1):
        guess += 1
    return guess


def _place_point(text: str, exponent: int) -> str:
    """Put the point into significant digits whose first has the weight 10^exponent."""
    if 0 <= exponent < max(_FIXED_BELOW, min(len(text), 10 * _FIXED_BELOW)):
        text = text.ljust(exponent + 1, "0")
        head, tail = text[: exponent + 1], text[exponent + 1 :]
        return f"{head}.{tail}" if tail else head
    if -7 < exponent < 0:
        return "0." + "0" * (-exponent - 1) + text
    return f"{text[0]}.{text[1:] or '0'}e{exponent:+d}"
