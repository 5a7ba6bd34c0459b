"""Compare sums summand by summand, and rewrite summands by the recurrences."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom, Frac
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.terms import ONE, ZERO, Rel, Term, read, substitute, write


def by_summands(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Infer sum f >= 0 from f >= 0 for every index, where the goal is one sum over one range."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    fact = context.fact(goal)
    table = context.table
    sums = [g for g in sorted(fact.polynomial.generators()) if table.atoms[g].head == "sum"]
    if not sums or any(fact.polynomial.degree_in(g) != 1 for g in sums):
        return None
    low, high, _ = table.atoms[sums[0]].arguments
    if any([end.key for end in table.atoms[g].arguments[:2]] != [low.key, high.key] for g in sums):
        return None
    body = _combined(context, fact.polynomial, sums)
    if body is None:
        return None
    ends = table.term(low), table.term(high)
    fresh = next(name for n in range(1000) if context.is_fresh(name := f"i_{n}", *ends, body))
    at_index = substitute(body, {"@": ("var", fresh)})
    inner, _ = context.binder("@", *ends, ZERO, fresh=fresh)
    search_goal = Rel(ZERO, "<=", at_index)
    found = search.prove(inner, search_goal, depth - 1)
    if found is None:
        return None
    index = next(name for n in range(1000) if context.is_fresh(name := f"j_{n}", *ends, body) and name != fresh)
    right = substitute(body, {"@": ("var", index)})
    left: Term = ("sum", index, *ends, ZERO)
    return [{"rule": "sum-bound", "left": write(left), "right": write(right), "index": fresh, "steps": found}]


def _combined(context: Context, polynomial: Poly, sums: list[int]) -> Term | None:
    """Write a linear combination of sums over one range as one summand, with "@" for the index."""
    table, body, rest = context.table, None, polynomial
    for g in sums:
        coefficient = polynomial.by_power(g)[1]
        if coefficient.generators() & set(sums):
            return None
        rest = rest - coefficient * Poly.generator(g)
        atom = table.atoms[g]
        unit = substitute(table.term(atom.arguments[2]), {atom.index: ("var", "@")})
        part: Term = ("*", table.polynomial_term(coefficient), unit)
        body = part if body is None else ("+", body, part)
    if rest:
        low, high, _ = table.atoms[sums[0]].arguments
        count = table.add(table.add(high, table.scale(low, Fraction(-1))), Frac(Poly.constant(1)))
        each = rest.divided_by(count.numerator) if not count.denominator else None
        if each is None and any(table.atoms[g].head != "var" for g in rest.generators()):
            return None
        share = table.multiply(Frac(rest), table.inverse(count)) if each is None else Frac(each)
        body = ("+", body, table.term(share))
    return body


def by_recurrence(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Rewrite p(i+1, x) in a summand as 1 + x p(i, x), where another sum has p(i, x); then try the goal again."""
    if depth <= 0:
        return None
    steps: list[Step] = []
    for step, relation in _rewritten(context, goal):
        inner, _ = context.binder(*_parts(step), fresh=step["index"])
        found = search.prove(inner, relation, 0)
        if found is not None and search.attempt(context, {**step, "steps": found}):
            steps.append({**step, "steps": found})
    if not steps:
        return None
    found = search.prove(context, goal, 0)
    return None if found is None else steps + found


def _parts(step: Step) -> tuple[str, Term, Term, Term]:
    term = read(step["left"])
    return term[1], term[2], term[3], term[4]


def _rewritten(context: Context, goal: Rel) -> Iterator[tuple[Step, Rel]]:
    polynomials = [context.fact(goal).polynomial, *(fact.polynomial for fact in context.facts)]
    numbers = sorted(set().union(*(item.generators() for item in polynomials)))
    sums = [context.table.atoms[g] for g in numbers if context.table.atoms[g].head == "sum"]
    for atom in sums:
        for other in sums:
            gap = atom.arguments[1].numerator - other.arguments[1].numerator
            if atom is not other and gap.is_constant() and gap.constant_value() in (0, 1):
                yield from _stepped(context, atom, other)


def _stepped(context: Context, atom: Atom, other: Atom) -> Iterator[tuple[Step, Rel]]:
    table, body = context.table, atom.arguments[2]
    known = {(table.atoms[g].head, table.atoms[g].arguments[0].key) for g in other.arguments[2].generators()
             if table.atoms[g].head in ("p", "q")}  # fmt: skip
    for g in sorted(body.numerator.generators()):
        part = table.atoms[g]
        if part.head != "p" or atom.index not in part.free or body.denominator:
            continue
        lower = table.add(part.arguments[0], Frac(Poly.constant(-1)))
        if ("p", lower.key) not in known:
            continue
        x = part.arguments[1]
        before: Term = ("p", table.term(lower), table.term(x))
        stepped: Term = ("+", ONE, ("*", table.term(x), before))
        rest = body.numerator.by_power(g)
        if set(rest) != {1}:
            continue
        right: Term = ("*", table.polynomial_term(rest[1]), stepped)
        ends = table.term(other.arguments[0]), table.term(other.arguments[1])
        names = [name for n in range(1000) if context.is_fresh(name := f"i_{n}", *ends, right, part.term)][:2]
        left: Term = ("sum", names[1], *ends, substitute(table.term(body), {atom.index: ("var", names[1])}))
        at_index = [substitute(item, {atom.index: ("var", names[0])}) for item in (table.term(body), right)]
        step: Step = {
            "rule": "sum-equal", "left": write(left), "index": names[0],
            "right": write(substitute(right, {atom.index: ("var", names[1])})),
        }  # fmt: skip
        yield step, Rel(at_index[0], "==", at_index[1])
