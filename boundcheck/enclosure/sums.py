"""Geometric sums and finite sums, without cancellation.

p_t(x) = sum_{k<t} |x|^k and q_t(x) = sum_{k<t} (k+1)|x|^k by doubling: every term is non-negative, so nothing cancels
near x = 1, and T = 1000 takes ten doublings. Source: section 0, geometric sums.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from flint import arb

MAX_TERMS = 1_000_000
_NARROW_BITS = 20


def _index(t: arb) -> int | None:
    """Return t as an integer, 0 for t < 0; None unless t is an exact integer."""
    whole = t.unique_fmpz() if t.is_exact() else None
    return None if whole is None else max(0, int(whole))


def geometric_sum(t: arb, x: arb) -> arb:
    """Enclose p_t(x); not finite unless t is an exact integer."""
    return _sums(t, x)[0]


def weighted_geometric_sum(t: arb, x: arb) -> arb:
    """Enclose q_t(x); not finite unless t is an exact integer."""
    return _sums(t, x)[1]


def _sums(t: arb, x: arb) -> tuple[arb, arb]:
    count = _index(t)
    if count is None:
        return arb("nan"), arb("nan")
    if x.is_exact() or x.rel_accuracy_bits() >= _NARROW_BITS:
        return _double_up(count, abs(x))
    low, high = _double_up(count, x.abs_lower()), _double_up(count, x.abs_upper())
    return low[0].union(high[0]), low[1].union(high[1])


def _double_up(count: int, x: arb) -> tuple[arb, arb]:
    return _doubling(count, x, operator.add, operator.mul, arb)


def geometric_sums_of(t: arb, x: Any, plus: Any, times: Any, scalar: Callable[[int], Any]) -> tuple[Any, Any] | None:
    """Return (p_t, q_t) of x >= 0 in another arithmetic (jets); None unless t is an exact integer."""
    count = _index(t)
    return None if count is None else _doubling(count, x, plus, times, scalar)


def _doubling(count: int, x: Any, plus: Any, times: Any, scalar: Callable[[int], Any]) -> tuple[Any, Any]:
    """By p_2t = p_t (1 + x^t), q_2t = q_t + x^t (q_t + t p_t), and one Horner step for each binary digit 1."""
    one = scalar(1)
    p, q, power, t = scalar(0), scalar(0), one, 0
    for bit in bin(count)[2:] if count else "":
        q = plus(q, times(power, plus(q, times(scalar(t), p))))
        p = times(p, plus(one, power))
        power, t = times(power, power), 2 * t
        if bit == "1":
            p = plus(one, times(x, p))
            q = plus(p, times(x, q))
            power, t = times(power, x), t + 1
    return p, q


def finite_sum(body: Any, low: arb, high: arb, *values: Any) -> arb:
    """Add body(k, *values) for k = low..high; an empty range gives 0, a reversed one follows Karr's convention.

    Not finite unless both ends are exact integers. Raises ValueError beyond a million terms.
    """
    return sum_in(operator.add, operator.mul, arb, body, low, high, *values)


def sum_in(plus: Any, times: Any, scalar: Callable[[Any], Any], body: Any, low: arb, high: arb, *values: Any) -> Any:
    """Do as ``finite_sum`` does, in another arithmetic."""
    first = low.unique_fmpz() if low.is_exact() else None
    last = high.unique_fmpz() if high.is_exact() else None
    if first is None or last is None:
        return scalar("nan")
    start, stop, factor = int(first), int(last) + 1, 1
    if stop < start:
        start, stop, factor = stop, start, -1
    if stop - start > MAX_TERMS:
        message = f"a sum may have at most {MAX_TERMS} terms; got {stop - start}"
        raise ValueError(message)
    output = body.program.outputs[0]
    total = scalar(0)
    for k in range(start, stop):
        total = plus(total, body.registers((scalar(k), *values))[output])
    return times(scalar(factor), total)
