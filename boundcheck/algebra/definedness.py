"""Where terms are defined: what must hold for every operation of a term, and for the summands of its sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from boundcheck.algebra.refusals import NotDefined, refuse
from boundcheck.algebra.terms import ONE, ZERO, Rel, Term, add, children, sub, substitute, write, write_relation

if TYPE_CHECKING:
    from boundcheck.algebra.context import Context


def require_term(context: Context, term: Term) -> None:
    """Check that a term is defined; NotDefined names what is missing."""
    if term[0] == "sum":
        _require_sum(context, term)
        return
    for child in children(term):
        require_term(context, child)
    for condition in conditions(context, term):
        _require(context, condition)
    if term[0] in ("p", "q"):
        _require_integer(context, term[1])
    if term[0] == "**" and not context.table.normal(term[2]).is_constant():
        _require_power(context, term[1], term[2])


def _require(context: Context, condition: Rel) -> None:
    if not context.holds(condition):
        refuse(NotDefined, write_relation(condition))


def _require_integer(context: Context, term: Term) -> None:
    if not context.is_integer(context.table.normal(term)):
        refuse(NotDefined, f"integer({write(term)})")


def _require_power(context: Context, base: Term, exponent: Term) -> None:
    """Require base > 0, or a base that the exponent allows as well: any for n >= 0, not 0 for n < 0, 0 for v > 0."""
    options = [Rel(base, ">", ZERO)]
    if context.is_integer(context.table.normal(exponent)):
        options += [Rel(exponent, ">=", ZERO), Rel(base, "!=", ZERO)]
    elif context.holds(Rel(base, ">=", ZERO)) and context.holds(Rel(exponent, ">", ZERO)):
        return
    if not any(context.holds(option) for option in options):
        text = f"{write(base)} > 0 (for the power {write(('**', base, exponent))})"
        raise NotDefined(text, *options[:2])


def _require_sum(context: Context, term: Term) -> None:
    _, index, low, high, summand = term
    for end in (low, high):
        require_term(context, end)
        _require_integer(context, end)
    _require(context, Rel(add(high, ONE), ">=", low))
    inner, body = context.binder(term)
    try:
        inner.require_defined(body)
    except NotDefined as missing:
        fresh = context.unused(summand, low, high)
        inner, _ = context.binder(("sum", index, ZERO, sub(high, low), summand), fresh)
        try:  # at low + i, for an integer i from 0 to high - low
            inner.require_defined(substitute(summand, {index: add(low, ("var", fresh))}))
        except NotDefined:
            raise missing from None


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
