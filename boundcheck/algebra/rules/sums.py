"""Rules for finite sums with symbolic ends: split a term off, compare summand by summand."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.refusals import require
from boundcheck.algebra.steps import Runner, Step, require_known
from boundcheck.algebra.terms import ONE, Rel, Term, add, free, read, sub, substitute


def _sum(text: str) -> Term:
    term = read(text)
    require(term[0] == "sum", "the step needs a sum")
    return term


def split(runner: Runner, context: Context, step: Step) -> None:
    """sum(a..b) = sum(a..b-1) + last term, or sum(a+1..b) + first term, for b >= a."""
    whole, last = _sum(step["sum"]), step["rule"] == "sum-last"
    _, index, low, high, summand = whole
    require_known(context, Rel(high, ">=", low), "the sum may be empty:")
    rest = (low, sub(high, ONE)) if last else (add(low, ONE), high)
    term = substitute(summand, {index: high if last else low})
    context.establish(Rel(whole, "==", add(("sum", index, *rest, summand), term)))


def compare(runner: Runner, context: Context, step: Step) -> None:
    """Infer sum f <= sum g (or ==) over one range, if f <= g (or ==) for every index of the range."""
    left, fresh, op = _sum(step["left"]), step["index"], "<=" if step["rule"] == "sum-bound" else "=="
    right: Term = (*left[:4], read(step["right"]))
    context.require_defined(left)
    context.require_defined(right)
    require(fresh not in free(right), f"the index {fresh} is in use")
    inner, below = context.binder(left, fresh)
    above = substitute(right[4], {right[1]: ("var", fresh)})
    runner.prove(inner, step["steps"], Rel(below, op, above))
    context.establish(Rel(left, op, right))
