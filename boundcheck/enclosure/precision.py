"""Working precision: a context, never a global change; and the loop that raises it until digits are certified."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flint import arb, ctx

MAX_DIGITS = 1_000_000
_BITS_PER_DIGIT = math.log2(10)


class PrecisionError(ValueError):
    """The requested digits cannot be certified: outside the domain, or cancellation beyond the precision tried."""


def check_digits(digits: object) -> int:
    """Return the number of digits; TypeError unless an int, ValueError outside [1, 1 000 000]."""
    if isinstance(digits, bool) or not isinstance(digits, int):
        message = f"digits must be an integer; got {digits!r}"
        raise TypeError(message)
    if not 1 <= digits <= MAX_DIGITS:
        message = f"digits must be between 1 and {MAX_DIGITS}; got {digits}"
        raise ValueError(message)
    return digits


def bits_for(digits: int) -> int:
    """Bits that hold the digits, with 32 guard bits."""
    return math.ceil(digits * _BITS_PER_DIGIT) + 32


@contextmanager
def precision(digits: int) -> Iterator[int]:
    """Work with balls of at least this many decimal digits inside the block; yields the bits."""
    with ctx.workprec(bits_for(check_digits(digits))):
        yield ctx.prec


@contextmanager
def working_bits(bits: int) -> Iterator[int]:
    """Work with balls of this many bits inside the block."""
    with ctx.workprec(bits):
        yield bits


def is_certified(ball: arb, digits: int) -> bool:
    """Tell whether the width is at most 10^-digits of the least magnitude (a ball around zero: of 1)."""
    if not ball.is_finite():
        return False
    if ball.is_exact():
        return True
    scale = ball.abs_lower()
    width = 2 * ball.rad()
    return bool(width < (scale if not ball.contains(0) else arb(1)) * arb(10) ** -digits)


def certify(evaluate: Callable[[], arb], digits: int, *, attempts: int = 7) -> arb:
    """Evaluate a ball at rising precision until ``digits`` significant digits are certified.

    Args:    evaluate: returns a ball at the precision in force; called at least once.
             digits: relative width 10^-digits asked for; a ball that still holds zero passes at width 10^-(4 digits).
             attempts: the precision is doubled so many times.
    Raises:  PrecisionError, naming the last ball.
    """
    bits = bits_for(check_digits(digits))
    ball = arb("nan")
    for attempt in range(attempts):
        with working_bits(bits << attempt):
            ball = evaluate()
            if is_certified(ball, digits if not ball.contains(0) else 4 * digits):
                return ball
            if attempt >= 2 and not ball.is_finite():
                break
    message = f"cannot certify {digits} digits: at {bits << attempt} bits the value is {ball.str(10)}"
    raise PrecisionError(message)
