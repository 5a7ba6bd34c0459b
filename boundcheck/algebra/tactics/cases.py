"""Split into cases: the sign inside an absolute value, or the first values of an integer."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.tactics.induction import lower_bound
from boundcheck.algebra.terms import ZERO, Rel, Term, free_relation, mul, num, sub, write, write_relation


def by_sign_cases(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove the goal for both signs of a term inside an absolute value."""
    return _by(search, context, goal, depth, sign_splits(context, goal))


def by_integer_cases(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove the goal for the first value of an integer, at which an index may be negative, and beyond it."""
    return _by(search, context, goal, depth, integer_splits(context, goal))


Splits = Iterator[tuple[Term, tuple[str, ...]]]


def _by(search: Search, context: Context, goal: Rel, depth: int, splits: Splits) -> list[Step] | None:
    if depth <= 0:
        return None
    for on, operators in splits:
        branches = []
        for op in operators:
            inner = context.child()
            case = Rel(on, op, ZERO)
            inner.add(inner.fact(case))
            with search.where(case):
                found = _without_absolute(search, inner, goal, case, depth)
                if found is None:
                    found = search.prove(inner, goal, depth - 1 if op != "==" else depth)
            if found is None:
                break
            branches.append({"op": op, "steps": found})
        else:
            return [{"rule": "cases", "on": write(on), "branches": branches, "goal": write_relation(goal)}]
    return None


def _without_absolute(search: Search, context: Context, goal: Rel, case: Rel, depth: int) -> list[Step] | None:
    """Prove the goal with u or -u written for |u|, then the goal itself from that."""
    key, negative = context.table.normal(case.left).key, mul(num(-1), case.left)
    by = case.left if case.op == ">=" else negative
    plain = Rel(_replaced(context, goal.left, key, by), goal.op, _replaced(context, goal.right, key, by))
    if plain == goal:
        return None
    trial = context.child()
    found = search.prove(trial, plain, depth - 1)
    if found is None:
        return None
    last = search.prove(trial, goal, 0)
    return None if last is None else found + last


def _replaced(context: Context, term: Term, key: object, by: Term) -> Term:
    """Put u or -u for every |u| whose u has a normal form of this key, and for max and min what they are then."""
    if term[0] in ("num", "var", "pi", "sum"):
        return term
    if term[0] == "abs" and context.table.normal(term[1]).key == key:
        return by
    if term[0] in ("max", "min") and len(term) == 3:
        gaps = [context.table.normal(sub(*pair)).key for pair in ((term[1], term[2]), (term[2], term[1]))]
        if key in gaps:
            first_is_larger = (gaps[0] == key) == (context.table.normal(by).key == key)
            return term[1] if first_is_larger == (term[0] == "max") else term[2]
    return (term[0], *(_replaced(context, child, key, by) for child in term[1:]))


def _atoms(context: Context, goal: Rel) -> list[Atom]:
    polynomials = [context.fact(goal).polynomial, *(fact.polynomial for fact in context.facts)]
    return [context.table.atoms[g] for g in sorted(set().union(*(item.generators() for item in polynomials)))]


def by_absolute(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove R >= c|u| from R >= c u and R >= -c u, where c > 0."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    table, fact = context.table, context.fact(goal)
    for g in sorted(fact.polynomial.generators()):
        atom, parts = table.atoms[g], fact.polynomial.by_power(g)
        if atom.head != "abs" or set(parts) - {0, 1} or not parts[1].is_constant() or atom.arguments[0].denominator:
            continue
        if parts[1].constant_value() > 0:
            continue
        inside = atom.arguments[0].numerator
        rest, term = parts.get(0, Poly({})), parts[1] * inside
        needs = [Rel(table.polynomial_term(side), fact.op, ZERO) for side in (rest + term, rest - term)]
        steps = search.prove_all(context, needs, depth - 1)
        if steps is None:
            return None
        last = _by(search, context, goal, 1, iter([(table.polynomial_term(inside), (">=", "<="))]))
        return None if last is None else steps + last
    return None


def by_extremum(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove L <= min(u, v) from L <= u and L <= v, and max(u, v) <= R from u <= R and v <= R."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    below, above = ("left", "right") if goal.op in ("<=", "<") else ("right", "left")
    for side, head in ((below, "max"), (above, "min")):
        whole = getattr(goal, side)
        if whole[0] == head and len(whole) == 3:
            needs = [goal._replace(**{side: part}) for part in whole[1:]]
            steps = search.prove_all(context, needs, depth - 1)
            if steps is None:
                return None
            last = _by(search, context, goal, depth, iter([(sub(*whole[1:]), (">=", "<="))]))
            return None if last is None else steps + last
    return None


def by_variable_cases(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove the goal for both signs of a variable of the goal."""
    return _by(search, context, goal, depth, variable_splits(context, goal))


def variable_splits(context: Context, goal: Rel) -> Splits:
    """Yield variables of the goal whose sign is not known: the only one, or where that of most is known."""
    variables: list[Term] = [("var", name) for name in sorted(free_relation(goal) - context.integers)]
    unknown = [v for v in variables if len(context.fraction_sign(context.table.normal(v))) == 3]
    if 2 * len(unknown) <= len(variables) or len(variables) == 1:
        for variable in unknown:
            yield variable, (">=", "<")


def sign_splits(context: Context, goal: Rel) -> Splits:
    """Yield terms inside absolute values whose sign is not known."""
    for atom in _atoms(context, goal):
        if atom.head == "abs" and len(context.fraction_sign(atom.arguments[0])) == 3:
            yield context.table.term(atom.arguments[0]), (">=", "<=")


def integer_splits(context: Context, goal: Rel) -> Splits:
    """Yield t - (its least value) where an index of p or q would be negative there."""
    atoms = _atoms(context, goal)
    for name in sorted(free_relation(goal) & context.integers):
        start = lower_bound(context, name)
        indices = [a.arguments[0].numerator for a in atoms if a.head in ("p", "q") and name in a.free]
        lowest = min((Fraction(int(i.constant_value().p), int(i.constant_value().q)) for i in indices), default=None)
        if start is None and indices:
            yield ("var", name), (">=", "<")
        if start is not None and lowest is not None and lowest + start < 0:
            yield sub(("var", name), num(start)), ("==", ">", "<")
