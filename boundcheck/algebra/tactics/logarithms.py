"""Logarithms and exponentials by each other: log(u) <= v from u <= exp(v), u**v >= exp(w) from v log(u) >= w."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Frac
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.tactics.named import argument, axiom
from boundcheck.algebra.terms import Rel, Term, add, free, mul, sub, subterms


def by_raising(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove log(u) <= v (or >= v) by u <= exp(v), where the goal holds one compound logarithm, linearly."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    table, polynomial = context.table, context.fact(goal).polynomial
    own = [g for g in sorted(polynomial.generators()) if table.atoms[g].head == "log" and table.atoms[g].free]
    for g in own:
        parts, atom = polynomial.by_power(g), table.atoms[g]
        if set(parts) - {0, 1} or not parts[1].is_constant() or atom.arguments[0].numerator.degree() == 0:
            continue
        value = parts[1].constant_value()
        bound: Term = table.term(table.scale(Frac(parts.get(0, Poly({}))), -1 / Fraction(int(value.p), int(value.q))))
        u: Term = argument(context, atom)
        raised: Term = _raised(bound)
        pair = (u, raised) if value < 0 else (raised, u)
        trial = context.child()
        steps = search.prove(trial, Rel(pair[0], "<=", pair[1]), depth - 1)
        if steps is None:
            continue
        step = axiom("log-monotone", u=pair[0], v=pair[1])
        last = search.prove(trial, goal, 0) if search.attempt(trial, step) else None
        if last is not None:
            return [*steps, step, *last]
    return None


def _raised(term: Term) -> Term:
    """Return exp(term), with u for exp(log(u)) in its summands."""
    if term[0] == "+":
        return mul(_raised(term[1]), _raised(term[2]))
    return term[1] if term[0] == "log" else ("exp", term)


def by_exponents(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove u^v >= exp(w) by v log(u) >= w, and two powers or exponentials in general by their exponents.

    Where something is known about logarithms, the sides may be products of any positive terms u = exp(log(u)).
    """
    if depth <= 0 or goal.op not in ("<=", ">="):
        return None
    lower, upper = (goal.left, goal.right) if goal.op == "<=" else (goal.right, goal.left)
    if _speaks_of_logarithms(context):
        below, above = _logarithm(context, lower), _logarithm(context, upper)
        if not {term[0] for side in (lower, upper) for term in subterms(side)} & {"exp", "**"}:
            return None
    else:
        below, above = _exponent(context, lower), _exponent(context, upper)
        if "**" not in (lower[0], upper[0]) and (lower[0], upper[0]) != ("exp", "exp"):
            return None
    if below is None or above is None:
        return None
    (first, one), (second, two) = below, above
    trial = context.child()
    steps = search.prove(trial, Rel(first, "<=", second), depth - 1)
    if steps is None:
        return None
    taken = []
    for step in (*one, *two, axiom("exp-monotone", u=first, v=second)):
        if not search.attempt(trial, step):
            return None
        taken.append(step)
    last = search.prove(trial, goal, 0)
    return None if last is None else [*steps, *taken, *last]


def _exponent(context: Context, side: Term) -> tuple[Term, list[Step]] | None:
    """Return w with exp(w) equal to the term, and the axioms that say so."""
    if side[0] == "exp":
        return side[1], []
    if side[0] == "**" and context.fraction_sign(context.table.normal(side[1])) == SIGNS[">"]:
        return mul(side[2], ("log", side[1])), [axiom("power-by-exp", u=side[1], v=side[2])]
    return None


def _speaks_of_logarithms(context: Context) -> bool:
    generators = set().union(*(fact.polynomial.generators() for fact in context.facts))
    return any(context.table.atoms[g].head == "log" for g in generators)


def _logarithm(context: Context, side: Term) -> tuple[Term, list[Step]] | None:
    """Return w with exp(w) equal to a product of positive terms, and the axioms that say so."""
    if side[0] in ("*", "/"):
        left, right = _logarithm(context, side[1]), _logarithm(context, side[2])
        if left is None or right is None:
            return None
        joined = add(left[0], right[0]) if side[0] == "*" else sub(left[0], right[0])
        return joined, [*left[1], *right[1]]
    if found := _exponent(context, side):
        return found
    if context.fraction_sign(context.table.normal(side)) != SIGNS[">"]:
        return None
    return ("log", side), [axiom("exp-of-log", u=side)]


def logarithms_of_bounds(relations: Sequence[Rel], goal: Rel) -> Iterator[Step]:
    """Take logarithms of hypotheses that bound exponentials or powers, where the goal speaks of logarithms."""
    if not any(term[0] == "log" for side in (goal.left, goal.right) for term in subterms(side)):
        return
    for left, op, right in relations:
        heads = {term[0] for side in (left, right) for term in subterms(side) if term[0] != "**" or free(term[2])}
        if op not in ("==", "!=") and heads & {"exp", "**"}:
            lower, upper = (left, right) if op in ("<=", "<") else (right, left)
            yield axiom("log-monotone", u=lower, v=upper)
