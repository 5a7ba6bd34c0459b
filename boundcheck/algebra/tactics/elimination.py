"""Put an expression for a variable that equals it, wherever the variable occurs (inside roots and sums too)."""

from __future__ import annotations

from boundcheck.algebra.context import Context, Fact
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Frac
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import Rel, Term, free, substitute_relation, write, write_relation


def eliminate(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Put x = expression, known from an equality linear in a variable x, everywhere."""
    if depth <= 0:
        return None
    for fact in context.facts:
        if fact.op != "==":
            continue
        for name, by in solutions(context, fact):
            rule = {name: by}
            inner_goal = substitute_relation(goal, rule)
            step = {"rule": "eliminate", "variable": name, "by": write(by), "goal": write_relation(goal)}
            if not context.holds(Rel(("var", name), "==", by)):
                continue
            found = search.prove(context.substituted(name, by), inner_goal, depth)
            if found is not None:
                return [{**step, "steps": found}]
    return None


def solutions(context: Context, fact: Fact) -> list[tuple[str, Term]]:
    """Return (variable, term) pairs that an equality determines."""
    result = []
    table = context.table
    for g in sorted(fact.polynomial.generators()):
        atom = table.atoms[g]
        parts = fact.polynomial.by_power(g)
        if atom.head != "var" or set(parts) - {0, 1} or "0" in context.sign(parts[1]):
            continue
        by = table.term(table.multiply(Frac(-parts.get(0, Poly({}))), table.inverse(Frac(parts[1]))))
        if atom.term[1] not in free(by):
            result.append((len(write(by)), atom.term[1], by))
    return [(name, by) for _, name, by in sorted(result, key=lambda item: (item[0], item[1]))]
