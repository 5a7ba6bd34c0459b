"""Rules for finite sums with symbolic ends: split a term off, compare summand by summand."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.steps import Runner, Step, require, require_known
from boundcheck.algebra.terms import ONE, Rel, Term, add, free, read, sub, substitute


def _sum(text: str) -> Term:
    term = read(text)
    require(term[0] == "sum", "the step needs a sum")
    return term


def last_term(runner: Runner, context: Context, step: Step) -> None:
    """sum(a..b) = sum(a..b-1) + last term, for b >= a."""
    whole = _sum(step["sum"])
    _, index, low, high, summand = whole
    require_known(context, Rel(high, ">=", low), "the sum may be empty:")
    before: Term = ("sum", index, low, sub(high, ONE), summand)
    context.establish(Rel(whole, "==", add(before, substitute(summand, {index: high}))))


def first_term(runner: Runner, context: Context, step: Step) -> None:
    """sum(a..b) = first term + sum(a+1..b), for b >= a."""
    whole = _sum(step["sum"])
    _, index, low, high, summand = whole
    require_known(context, Rel(high, ">=", low), "the sum may be empty:")
    after: Term = ("sum", index, add(low, ONE), high, summand)
    context.establish(Rel(whole, "==", add(substitute(summand, {index: low}), after)))


def bounded(runner: Runner, context: Context, step: Step) -> None:
    """Infer sum f <= sum g over the same range, if f <= g for every index of the range."""
    _compare(runner, context, step, "<=")


def equal(runner: Runner, context: Context, step: Step) -> None:
    """Infer sum f == sum g over the same range, if f == g for every index of the range."""
    _compare(runner, context, step, "==")


def _compare(runner: Runner, context: Context, step: Step, op: str) -> None:
    left, fresh = _sum(step["left"]), step["index"]
    right: Term = ("sum", *left[1:4], read(step["right"]))
    context.require_defined(left)
    context.require_defined(right)
    require(fresh not in free(right), f"the index {fresh} is in use")
    inner, below = context.binder(left[1], left[2], left[3], left[4], fresh)
    above = substitute(right[4], {right[1]: ("var", fresh)})
    runner.prove(inner, step["steps"], Rel(below, op, above))
    context.establish(Rel(left, op, right))
