"""Substitution of roots: x = s^n with s >= 0, after which x^(1/n) is the variable s."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import ZERO, Rel, Term, free_relation, num, substitute_relation, write_relation


def by_substituting_roots(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Put s^n for a variable x >= 0 whose n-th root occurs."""
    if depth <= 0:
        return None
    polynomials = [context.fact(goal).polynomial, *(fact.polynomial for fact in context.facts)]
    for g in sorted(set().union(*(polynomial.generators() for polynomial in polynomials))):
        atom = context.table.atoms[g]
        if atom.head not in ("root", "sqrt"):
            continue
        inside = context.table.term(atom.arguments[0])
        order = 2 if atom.head == "sqrt" else atom.term[2][1].denominator
        if inside[0] == "var" and inside[1] in free_relation(goal) and inside[1] not in context.integers:
            found = _substituted(search, context, goal, inside[1], order, depth)
            if found is not None:
                return found
    return None


def _substituted(search: Search, context: Context, goal: Rel, name: str, order: int, depth: int) -> list[Step] | None:
    if order > 12 or not context.holds(Rel(("var", name), ">=", ZERO)):
        return None
    fresh = next(item for n in range(1000) if context.is_fresh(item := f"s_{n}", goal.left, goal.right))
    by: Term = ("**", ("var", fresh), num(order))
    inner = context.substituted(name, by, (Rel(("var", fresh), ">=", ZERO),))
    steps = search.prove(inner, substitute_relation(goal, {name: by}), depth - 1)
    if steps is None:
        return None
    step: Step = {
        "rule": "reparametrise", "variable": name, "fresh": fresh, "root": order, "goal": write_relation(goal),
        "steps": steps,
    }  # fmt: skip
    return [step]
