"""Split into cases: the sign inside an absolute value, or the first values of an integer."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.tactics.induction import lower_bound
from boundcheck.algebra.terms import ZERO, Rel, Term, free_relation, num, sub, write, write_relation


def by_cases(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove the goal for each sign of a term that decides which axioms apply."""
    if depth <= 0:
        return None
    for on, operators in splits(context, goal):
        branches = []
        for op in operators:
            inner = context.child()
            case = Rel(on, op, ZERO)
            inner.add(inner.fact(case))
            with search.where(case):
                found = search.prove(inner, goal, depth - 1)
            if found is None:
                break
            branches.append({"op": op, "steps": found})
        else:
            return [{"rule": "cases", "on": write(on), "branches": branches, "goal": write_relation(goal)}]
    return None


def splits(context: Context, goal: Rel) -> Iterator[tuple[Term, tuple[str, ...]]]:
    """Yield terms worth a case distinction, with the cases."""
    polynomials = [context.fact(goal).polynomial, *(fact.polynomial for fact in context.facts)]
    atoms = [context.table.atoms[g] for g in sorted(set().union(*(item.generators() for item in polynomials)))]
    for atom in atoms:
        if atom.head == "abs" and len(context.fraction_sign(atom.arguments[0])) == 3:
            yield context.table.term(atom.arguments[0]), (">=", "<=")
    for name in sorted(free_relation(goal) & context.integers):
        start = lower_bound(context, name)
        indices = [a.arguments[0].numerator for a in atoms if a.head in ("p", "q") and name in a.free]
        lowest = min((Fraction(int(i.constant_value().p), int(i.constant_value().q)) for i in indices), default=None)
        if start is not None and lowest is not None and lowest + start < 0:
            yield sub(("var", name), num(start)), (">", "==", "<")
