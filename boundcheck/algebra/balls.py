"""Rigorous values of terms in Arb ball arithmetic, and exact decisions at a point.

A ball that comes out not finite or not a number means "no information" and never a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping

from flint import arb, ctx, fmpq

from boundcheck.algebra.refusals import NoValue, refuse, require
from boundcheck.algebra.terms import Term, sum_depth

MAX_SUMMANDS = 4000


def enclose(term: Term, point: Mapping[str, arb]) -> arb:
    """Return a ball that contains the value of the term for every point of the given balls.

    Raises:  NoValue where the term may be undefined on the balls.
    """
    head = term[0]
    if head == "num":
        return arb(fmpq(term[1].numerator, term[1].denominator))
    if head == "var":
        return point[term[1]]
    if head == "pi":
        return arb.pi()
    if head == "sum":
        return _sum(term, point)
    values = [enclose(child, point) for child in term[1:]]
    result = _apply(head, values, term)
    require(not result.is_nan(), f"no value of {head}", NoValue)
    return result


def _apply(head: str, values: list[arb], term: Term) -> arb:
    x = values[0]
    match head:
        case "+":
            return x + values[1]
        case "*":
            return x * x if term[1] == term[2] else x * values[1]
        case "/":
            require(not values[1].contains(0), "a divisor may be zero", NoValue)
            return x / values[1]
        case "**":
            return power(x, values[1])
        case "sqrt":
            require(x >= 0, "the root of a number that may be negative", NoValue)
            return x.sqrt()
        case "log":
            require(x > 0, "the logarithm of a number that may not be positive", NoValue)
            return x.log()
        case "abs":
            return abs(x)
        case "min" | "max":
            for other in values[1:]:
                x = x.min(other) if head == "min" else x.max(other)
            return x
        case "p" | "q":
            return _geometric(head, x, values[1])
    return getattr(x, head)()


def power(base: arb, exponent: arb) -> arb:
    """Raise to a real power; integer exponents take any base."""
    whole = exponent.unique_fmpz() if exponent.is_exact() else None
    if whole is not None and abs(whole) < 10**6:
        require(whole >= 0 or not base.contains(0), "a power of a number that may be zero", NoValue)
        return _whole_power(base, int(whole))
    if base > 0:
        return base**exponent
    if base >= 0 and exponent > 0:
        return arb(0).union(base.upper() ** exponent) if base.contains(0) else base**exponent
    refuse(NoValue, "a fractional power of a number that may be negative")


def _whole_power(base: arb, exponent: int) -> arb:
    """Raise to a whole power by the ends of the ball: Arb's own power has no value on a ball around zero."""
    if base.is_exact() or not base.contains(0):
        return base**exponent
    if exponent % 2:
        return (base.lower() ** exponent).union(base.upper() ** exponent)
    return arb(0).union(base.abs_upper() ** exponent) if exponent else arb(1)


def _integer(value: arb) -> int:
    whole = value.unique_fmpz() if value.is_exact() else None
    if whole is None:
        refuse(NoValue, "an index that is no integer")
    return int(whole)


def _geometric(head: str, index: arb, x: arb) -> arb:
    count = _integer(index)
    require(count <= MAX_SUMMANDS, "an index that is too large", NoValue)
    total, x = arb(0), abs(x)
    for k in range(count - 1, -1, -1):
        total = total * x + (k + 1 if head == "q" else 1)
    return total


def _sum(term: Term, point: Mapping[str, arb]) -> arb:
    _, index, low, high, summand = term
    first, last = _integer(enclose(low, point)), _integer(enclose(high, point))
    good = first - 1 <= last <= first + MAX_SUMMANDS ** (1 / sum_depth(term))
    require(good, f"a sum must run upwards, over at most {MAX_SUMMANDS} terms (with those of sums inside it)", NoValue)
    inner = dict(point)
    total = arb(0)
    for k in range(first, last + 1):
        inner[index] = arb(k)
        total += enclose(summand, inner)
    return total


class precision:  # noqa: N801 - a context manager, used like a function
    """Work at a number of bits inside a ``with`` block."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.before = ctx.prec

    def __enter__(self) -> None:
        self.before, ctx.prec = ctx.prec, self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before
