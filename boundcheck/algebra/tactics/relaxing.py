"""Prove a stronger goal: a term replaced by another of its kind that is known to be larger, or smaller.

So a goal with p(t - 2, a) or sqrt(u + 9/10) on its smaller side is reduced to one with p(t - 1, a) or sqrt(u + 1),
where these occur in the goal or in the hypotheses already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

from flint import fmpq

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.tactics.named import axiom
from boundcheck.algebra.terms import Rel, Term, children, sub, write, write_relation

MONOTONE = {"tanh": "tanh-monotone", "erf": "erf-monotone", "atan": "atan-monotone", "exp": "exp-monotone",
            "log": "log-monotone", "sqrt": "root-monotone"}  # fmt: skip
MOST = 8
"""So many terms of one kind are compared with one another."""


def by_relaxing(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Put a larger term where the goal falls in it, or a smaller one where it grows; prove that."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    for small, large, step in _ordered(context, goal):
        for old, new in ((small, large), (large, small)):
            stronger = Rel(_put(goal.left, old, new), goal.op, _put(goal.right, old, new))
            trial = context.child()
            if stronger == goal or not search.attempt(trial, step):
                continue
            last = _last(trial, goal, stronger, Rel(large, ">=", small))
            found = None if last is None else search.prove(trial, stronger, depth)
            if last is not None and found is not None:
                return [step, *found, last(len(trial.facts))]
    return None


def _last(context: Context, goal: Rel, stronger: Rel, gap: Rel) -> Callable[[int], Step] | None:
    """-P > 0 contradicts Q >= 0 and s P - Q = c (h - g) >= 0, if c has a sign at sight."""
    table, whole, smaller = context.table, context.fact(goal).polynomial, context.fact(stronger).polynomial
    larger = context.fact(gap).polynomial
    scale, part = next(_ratios(context, whole, smaller, larger, (goal, stronger)), (None, None))
    if scale is None or part is None:
        return None
    terms = [
        {"c": "1", "times": write(table.polynomial_term(smaller))},
        {"c": "1", "times": [write(table.polynomial_term(item)) for item in (part, larger)]},
    ]

    def at(denial: int) -> Step:
        combination: Step = {"rule": "combination", "terms": [{"c": str(scale), "facts": [[denial, 1]]}, *terms]}
        return {"rule": "contradiction", "goal": write_relation(goal), "steps": [combination]}

    return at


def _ratios(
    context: Context, whole: Poly, smaller: Poly, larger: Poly, relations: tuple[Rel, Rel]
) -> Iterator[tuple[fmpq, Poly]]:
    """Yield s > 0 and c >= 0 with s P - Q = c D; facts are primitive, so their scales differ from what is written."""
    contents = [context.table.normal(sub(item.left, item.right)).numerator.primitive()[0] for item in relations]
    for scale in dict.fromkeys((contents[0] / contents[1], fmpq(1))):
        part = (whole.scaled(scale) - smaller).divided_by(larger) if larger else None
        if part and context.sign(part) <= SIGNS[">="]:
            yield scale, part


def _put(term: Term, old: Term, new: Term) -> Term:
    if term == old:
        return new
    if term[0] in ("num", "var", "pi", "sum"):
        return term
    return (term[0], *(_put(child, old, new) for child in term[1:]))


def _terms(context: Context, goal: Rel) -> Iterator[Term]:
    facts = [context.table.polynomial_term(fact.polynomial) for fact in context.facts]
    todo = [*facts[::-1], goal.right, goal.left]
    while todo:
        term = todo.pop()
        yield term
        if term[0] != "sum":
            todo += children(term)[::-1]


def _ordered(context: Context, goal: Rel) -> Iterator[tuple[Term, Term, Step]]:
    """Yield (g, h, step): the step shows g <= h."""
    known = dict.fromkeys(_terms(context, goal))
    for head in (*MONOTONE, "p", "q"):
        alike = [term for term in known if term[0] == head][:MOST]
        for one, other in permutations(alike, 2):
            if one[2:] == other[2:] and context.holds(Rel(one[1], "<=", other[1])):
                if head in MONOTONE:
                    yield one, other, axiom(MONOTONE[head], u=one[1], v=other[1])
                else:
                    yield one, other, axiom(f"{head}-increasing", s=one[1], t=other[1], u=one[2])
