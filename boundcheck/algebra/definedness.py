"""Where terms are defined: what must hold for every operation of a term, and for the summands of its sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from boundcheck.algebra.terms import ONE, ZERO, Rel, Term, add, children, sub, substitute, write, write_relation

if TYPE_CHECKING:
    from boundcheck.algebra.context import Context


class NotDefined(Exception):  # noqa: N818 - a finding about the claim
    """A term is not known to have a value; the message is the condition that would give it one."""


def require_term(context: Context, term: Term) -> None:
    """Check that a term is defined; NotDefined names what is missing."""
    if term[0] == "sum":
        _require_sum(context, term)
        return
    for child in children(term):
        require_term(context, child)
    for condition in conditions(context, term):
        if not context.holds(condition):
            raise NotDefined(write_relation(condition))
    _require_arguments(context, term)


def _require_arguments(context: Context, term: Term) -> None:
    if term[0] in ("p", "q") and not context.is_integer(context.table.normal(term[1])):
        message = f"integer({write(term[1])})"
        raise NotDefined(message)
    if term[0] == "**" and not context.table.normal(term[2]).is_constant():
        _require_power(context, term[1], term[2])


def _require_power(context: Context, base: Term, exponent: Term) -> None:
    if context.holds(Rel(base, ">", ZERO)):
        return
    if context.is_integer(context.table.normal(exponent)):
        if context.holds(Rel(exponent, ">=", ZERO)) or context.holds(Rel(base, "!=", ZERO)):
            return
    elif context.holds(Rel(base, ">=", ZERO)) and context.holds(Rel(exponent, ">", ZERO)):
        return
    message = f"{write(base)} > 0 (for the power {write(('**', base, exponent))})"
    raise NotDefined(message)


def _require_sum(context: Context, term: Term) -> None:
    _, index, low, high, summand = term
    require_term(context, low)
    require_term(context, high)
    for end in (low, high):
        if not context.is_integer(context.table.normal(end)):
            message = f"integer({write(end)})"
            raise NotDefined(message)
    upwards = Rel(add(high, ONE), ">=", low)
    if not context.holds(upwards):
        raise NotDefined(write_relation(upwards))
    inner, body = context.binder(index, low, high, summand)
    try:
        inner.require_defined(body)
    except NotDefined as missing:
        if not _defined_from_low(context, index, low, high, summand):
            raise missing from None


def _defined_from_low(context: Context, index: str, low: Term, high: Term, summand: Term) -> bool:
    """Whether the summand at low + i is defined for a fresh integer i from 0 to high - low."""
    fresh = context.unused(summand, low, high)
    inner, _ = context.binder(index, ZERO, sub(high, low), summand, fresh)
    try:
        inner.require_defined(substitute(summand, {index: add(low, ("var", fresh))}))
    except NotDefined:
        return False
    return True


def conditions(context: Context, term: Term) -> Iterator[Rel]:
    """Yield the relations that must hold for the outermost operation of a term to be defined."""
    if term[0] == "/":
        yield from (Rel(factor, "!=", ZERO) for factor in _factors(term[2]))
    elif term[0] == "sqrt":
        yield Rel(term[1], ">=", ZERO)
    elif term[0] == "log":
        yield Rel(term[1], ">", ZERO)
    elif term[0] == "**" and (exponent := context.table.normal(term[2])).is_constant():
        value = exponent.rational()
        if value.denominator > 1:
            yield Rel(term[1], ">" if value < 0 else ">=", ZERO)
        elif value < 0:
            yield Rel(term[1], "!=", ZERO)


def _factors(term: Term) -> Iterator[Term]:
    """Yield terms that are all different from 0 exactly if this one is."""
    if term[0] == "*":
        yield from (*_factors(term[1]), *_factors(term[2]))
    elif term[0] == "**" and term[2][0] == "num" and term[2][1] > 0:
        yield from _factors(term[1])
    else:
        yield term


def outside_sums(context: Context, relation: Rel) -> Iterator[Rel]:
    """Yield conditions of definedness outside sums, innermost first."""

    def walk(term: Term) -> Iterator[Rel]:
        for child in term[2:4] if term[0] == "sum" else children(term):
            yield from walk(child)
        yield from conditions(context, term)

    yield from walk(relation.left)
    yield from walk(relation.right)
