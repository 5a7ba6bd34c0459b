r"""A recurrence along a direction (cos phi, sin phi), bounded on a whole cone of directions by its values at two.

**Lemma.** Let every entry of a recurrence be a polynomial with non-negative coefficients (or the supremum over z of
one) in C = cos phi, S = sin phi and earlier entries, homogeneous of degree 0, 1 or 2 in (C, S), all entries non-
negative. Then for unit vectors e1, e2 at an angle Delta < pi and v = l e1 + m e2, l, m >= 0, an entry X of degree 1
satisfies X(v) <= l X(e1) + m X(e2), and one of degree 2 X(v) <= l^2 X(e1) + 2 l m X12 + m^2 X(e2), where X12 obeys
the polarised recurrence: put those right-hand sides into the entry, expand, and halve the coefficient of l m.
*Proof.* Induct over the entries in the order of computation: each is nondecreasing in the earlier ones, a polynomial
of degree 2 in (l, m) with non-negative coefficients results, and the supremum of a sum is at most the sum of the
suprema.

For unit v between e1 and e2, l + m <= 1/cos(Delta/2) (equality half-way). So on the whole arc X <= max(X(e1), X(e2))
/ cos(Delta/2) for degree 1, and X <= max(X(e1), X12, X(e2)) / cos(Delta/2)^2 for degree 2: off by O(Delta^2), since
X12 is symmetric in e1, e2 and equals X where they meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Symbol

from boundcheck.evaluation.monomials import polynomial
from boundcheck.evaluation.terms import Value
from boundcheck.language import Recurrence, Supremum

along_w, along_u = Symbol("cos_phi", nonnegative=True), Symbol("sin_phi", nonnegative=True)
_first, _second = Symbol("l", nonnegative=True), Symbol("m_", nonnegative=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polarised:
    """``plain``: the recurrence in cos_phi and sin_phi as outer symbols, with the degree of each entry.

    The cross entries X12 of degree 2, in order: ``start``, ``local`` and ``step``, over the symbols of both directions
    (``at_first``, ``at_second``) and cross symbols (``cross``).
    """

    plain: Recurrence
    degree: int
    start: tuple[tuple[Symbol, Expr], ...]
    local: tuple[tuple[Symbol, Value], ...]
    step: tuple[tuple[Symbol, Value], ...]
    output: Expr | None


def at_first(symbol: Symbol) -> Symbol:
    """Return the symbol of a value at the first direction."""
    return Symbol(f"{symbol.name}__1", nonnegative=True)


def at_second(symbol: Symbol) -> Symbol:
    """Return the symbol of a value at the second direction."""
    return Symbol(f"{symbol.name}__2", nonnegative=True)


def cross(symbol: Symbol) -> Symbol:
    """Return the symbol of a polarised value."""
    return Symbol(f"{symbol.name}__12", nonnegative=True)


@lru_cache(maxsize=128)
def polarise(recurrence: Recurrence, direction: Symbol) -> Polarised:
    """Polarise a recurrence in cos(direction) and sin(direction).

    Raises:  ValueError naming the entry that the lemma does not cover.
    """
    plain = in_components(recurrence, direction)
    degrees = _degrees(plain)
    rule = _rule(degrees)
    crossed = [symbol for symbol, degree in degrees.items() if degree == 2]
    entries = {symbol: _mixed(value, degrees[symbol], rule, symbol) for symbol, value in _entries(plain)}
    starts = zip(plain.state, plain.start, strict=True)
    start = tuple((symbol, _mixed(value, degrees[symbol], rule, symbol)) for symbol, value in starts)
    outcome = Symbol("output")
    degree = _degree(plain.output, degrees, outcome) or 0
    mixed = _mixed(plain.output, degree, rule, outcome)
    return Polarised(
        plain=plain,
        degree=degree,
        start=tuple((symbol, value) for symbol, value in start if symbol in crossed),
        local=tuple((symbol, entries[symbol]) for symbol, _ in plain.local if symbol in crossed),
        step=tuple((symbol, entries[symbol]) for symbol in plain.state if symbol in crossed),
        output=mixed if degree == 2 else None,
    )


@lru_cache(maxsize=128)
def in_components(recurrence: Recurrence, direction: Symbol) -> Recurrence:
    """Write cos_phi and sin_phi for the cosine and sine of a direction.

    Raises:  ValueError if the recurrence depends on the direction otherwise.
    """
    from boundcheck.evaluation.terms import free_symbols, specialised

    rule = {sympy.cos(direction): along_w, sympy.sin(direction): along_u}
    plain = specialised(recurrence, rule)
    assert isinstance(plain, Recurrence)
    if direction in free_symbols(plain):
        message = f"a recurrence over directions must depend on {direction} through its cosine and sine only"
        raise ValueError(message)
    return plain


def _entries(plain: Recurrence) -> Iterator[tuple[Symbol, Value]]:
    yield from plain.local
    yield from zip(plain.state, plain.step, strict=True)


def _degrees(plain: Recurrence) -> dict[Symbol, int]:
    """Find the degree of homogeneity of every entry; entries that start at zero get it from their steps."""
    known: dict[Symbol, int] = {along_w: 1, along_u: 1}
    for symbol, value in zip(plain.state, plain.start, strict=True):
        degree = _degree(value, known, symbol)
        if degree is not None:
            known[symbol] = degree
    pending = {*plain.state, *(symbol for symbol, _ in plain.local)} - set(known)
    for _ in range(len(pending) + 1):
        for symbol, value in _entries(plain):
            absent = {unknown: sympy.S.Zero for unknown in pending}
            degree = _degree(_body(value).xreplace(absent), known, symbol)
            if symbol in pending and degree is not None:
                known[symbol] = degree
                pending.discard(symbol)
    known |= {symbol: 0 for symbol in pending}
    for symbol, value in _entries(plain):
        degree = _degree(_body(value), known, symbol)
        if degree not in (None, known[symbol]):
            _refuse(symbol, f"its step has degree {degree}, its start {known[symbol]}")
    return known


def _body(value: Value) -> Expr:
    inner = value.value if isinstance(value, Supremum) else value
    assert isinstance(inner, Expr)
    return inner


def _degree(value: Expr, known: dict[Symbol, int], owner: Symbol) -> int | None:
    """Return the common degree of all terms; None for zero."""
    generators = [symbol for symbol in known if symbol in value.free_symbols and known[symbol]]
    if not generators:
        return None if value.is_zero else 0
    terms = _terms(value, generators, owner)
    found = {sum(k * known[s] for k, s in zip(powers, generators, strict=True)) for powers in terms}
    if not found:
        return None
    if len(found) != 1 or max(found) > 2:
        _refuse(owner, f"terms of degrees {sorted(found)}")
    return found.pop()


def _terms(value: Expr, generators: list[Symbol], owner: Symbol) -> dict[tuple[int, ...], Expr]:
    found = polynomial(value, generators)
    return _refuse(owner, "no polynomial") if found is None else found


def _rule(degrees: dict[Symbol, int]) -> dict[Expr, Expr]:
    rule: dict[Expr, Expr] = {}
    for symbol, degree in degrees.items():
        one, two = at_first(symbol), at_second(symbol)
        if degree == 1:
            rule[symbol] = _first * one + _second * two
        if degree == 2:
            rule[symbol] = _first**2 * one + 2 * _first * _second * cross(symbol) + _second**2 * two
    return rule


def _mixed(value: Value, degree: int, rule: dict[Expr, Expr], owner: Symbol) -> Any:
    """Return half the coefficient of l m (zero below degree 2), having checked that all coefficients are >= 0."""
    terms = _terms(_body(value).xreplace(rule), [_first, _second], owner)
    for coefficient in terms.values():
        if not all(part.is_nonnegative for part in sympy.Add.make_args(coefficient)):
            _refuse(owner, f"the coefficient {coefficient} is not known to be >= 0")
    if degree < 2:
        return sympy.S.Zero
    half = sympy.expand(terms.get((1, 1), sympy.S.Zero) / 2)
    return Supremum(variable=value.variable, value=half) if isinstance(value, Supremum) else half


def _refuse(owner: Symbol, why: str) -> Any:
    message = f"a supremum over directions needs entries homogeneous with coefficients >= 0; got {owner}: {why}"
    raise ValueError(message)
