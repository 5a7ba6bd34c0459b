"""Terms as functions of NumPy arrays: fast, not rigorous; for finding points that are then checked exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi

import numpy as np

from boundcheck.algebra.terms import Term, sum_depth

Array = np.ndarray
Function = Callable[[Mapping[str, Array]], Array]
MAX_INDEX = 200
MAX_WORK = 50_000
MAX_SUMMANDS = 4000


def compiled(term: Term, around: int = 0) -> Function:
    """Return a function of {name: array}; undefined values are nan. ``around`` counts the sums that it stands in."""
    head = term[0]
    if head == "num":
        value = np.asarray(float(term[1]) if abs(term[1]) < 10**300 else np.inf)
        return lambda _: value
    if head == "var":
        name = term[1]
        return lambda point: point[name]
    if head == "pi":
        return lambda _: np.asarray(pi)
    if head == "sum":
        return _sum(term, around)
    parts = [compiled(child, around) for child in term[1:]]
    if len(parts) == 1:
        inner, function = parts[0], _UNARY[head]
        return lambda point: function(inner(point))
    if head in ("p", "q"):
        return _geometric(head, parts[0], parts[1], around)
    if len(parts) == 2 and head in _BINARY:
        first, second, operation = parts[0], parts[1], _BINARY[head]
        return lambda point: operation(first(point), second(point))
    extremum = np.minimum if head == "min" else np.maximum
    return lambda point: extremum.reduce(np.broadcast_arrays(*(part(point) for part in parts)))


def magnitude(term: Term) -> Function:
    """Return the size that the value would have if nothing in the term cancelled."""
    head = term[0]
    if head in ("+", "*"):
        first, second, operation = magnitude(term[1]), magnitude(term[2]), _BINARY[head]
        return lambda point: operation(first(point), second(point))
    if head == "**" and term[2][0] == "num" and term[2][1] > 0:
        base, exponent = magnitude(term[1]), float(term[2][1])
        return lambda point: np.power(base(point), exponent)
    if head == "/":
        above, below = magnitude(term[1]), compiled(term[2])
        return lambda point: above(point) / np.abs(below(point))
    if head in ("abs", "sqrt"):
        inside, function = magnitude(term[1]), _UNARY[head]
        return lambda point: function(inside(point))
    value = compiled(term)
    return lambda point: np.abs(value(point))


def _erf(x: Array) -> Array:
    from scipy.special import erf

    return erf(x)


def _power(base: Array, exponent: Array) -> Array:
    return np.power(np.asarray(base, dtype=float), exponent)


def _geometric(head: str, first: Function, second: Function, around: int) -> Function:
    def value(point: Mapping[str, Array]) -> Array:
        index, x = np.broadcast_arrays(np.asarray(first(point), dtype=float), np.abs(second(point)))
        if head == "p":
            return np.where(index == np.floor(index), _geometric_sum(np.maximum(index, 0.0), x), np.nan)
        top, most = np.nanmax(index, initial=0), _most(index.size, around)
        if top > most:
            index = np.where(index > most, np.nan, index)
        total, power = np.zeros(index.shape), np.ones(index.shape)
        for k in range(int(min(top, most))):
            total = total + np.where(k < index, (k + 1) * power, 0.0)
            power = power * x
        return np.where(np.isnan(index) | (index != np.floor(index)), np.nan, total)

    return value


def _geometric_sum(count: Array, x: Array) -> Array:
    """1 + x + ... + x^(count - 1) for x >= 0, accurate near x = 1 too."""
    gap = x - 1.0
    with np.errstate(all="ignore"):
        closed = np.expm1(count * np.log(x)) / gap
        near = np.expm1(count * np.log1p(gap)) / gap
    value = np.where(gap == 0.0, count, np.where(np.abs(gap) < 0.5, near, closed))
    return np.where(count == 0.0, 0.0, np.where(x == 0.0, 1.0, value))


def _most(points: int, nested: int) -> int:
    """How many summands are added up: more for few points, fewer inside one another."""
    most = min(MAX_SUMMANDS, max(MAX_INDEX, MAX_WORK // max(1, points)))
    return int(most ** (1 / (1 + nested)))


def _sum(term: Term, around: int) -> Function:
    _, index, low, high, summand = term
    first, last, body = compiled(low, around), compiled(high, around), compiled(summand, around + 1)
    nested = around + sum_depth(summand)

    def value(point: Mapping[str, Array]) -> Array:
        a, b = np.broadcast_arrays(np.asarray(first(point), dtype=float), np.asarray(last(point), dtype=float))
        shape = np.broadcast_shapes(a.shape, *(np.shape(item) for item in point.values()))
        steps = np.nanmax(b - a, initial=-1) + 1
        most = _most(int(np.prod(shape)), nested)
        here = a + np.arange(int(min(max(steps, 0), most))).reshape(-1, *(1 for _ in shape))
        inside = (here <= b) & np.ones(shape, dtype=bool)
        total = np.where(inside, body({**point, index: here}), 0.0).sum(axis=0)
        good = (b >= a - 1) & (b - a < most) & (a == np.floor(a)) & (b == np.floor(b))
        return np.where(good, total, np.nan)

    return value


_UNARY: dict[str, Callable[[Array], Array]] = {
    "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "tanh": np.tanh, "erf": _erf, "sin": np.sin, "cos": np.cos,
    "atan": np.arctan, "abs": np.abs, "min": lambda x: x, "max": lambda x: x,
}  # fmt: skip
_BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "+": np.add, "*": np.multiply, "/": np.divide, "**": _power, "min": np.minimum, "max": np.maximum,
}  # fmt: skip


def violation(op: str, left: Array, right: Array) -> Array:
    """How far a relation is from holding: > 0 exactly if it fails (for strict ones: = 0 at the end too)."""
    if op == "==":
        return np.abs(left - right)
    if op == "!=":
        return -np.abs(left - right)
    return left - right if op in ("<=", "<") else right - left
