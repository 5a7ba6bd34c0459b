"""The mean value theorem: compare at one point, then compare slopes; or compare two ends of a concave difference.

Where the two sides touch (at an end, or at a minimum inside) this decides what boxes cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from boundcheck.algebra.context import Context
from boundcheck.algebra.doubles import compiled
from boundcheck.algebra.refusals import TermError
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.slopes import derivative
from boundcheck.algebra.tactics.boxing import ends
from boundcheck.algebra.terms import (
    ONE,
    ZERO,
    Rel,
    Term,
    free,
    free_relation,
    mul,
    num,
    sub,
    substitute_relation,
    subterms,
    write,
    write_relation,
)

TRANSCENDENTAL = {"exp", "log", "tanh", "erf", "sin", "cos", "atan", "sqrt"}
MAX_SIZE = 120
ROOT_TOLERANCE = 1e-4


def by_slopes(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Go from a point where the sides are compared along growing slopes."""
    if search.slopes_left <= 0 or goal.op in ("==", "!="):
        return None
    if goal.op in ("<", "<="):
        goal = Rel(goal.right, goal.op.replace("<", ">"), goal.left)
    anywhere = _has_irrational_number(goal)
    names = [name for name in sorted(free_relation(goal) - context.integers) if anywhere or _inside(goal, name)]
    if _size(goal) > MAX_SIZE or len(free_relation(goal)) > 2:
        return None
    search.slopes_left -= 1
    try:
        for name in names[:2]:
            for start in starts(search, context, goal, name):
                found = _from(search, context, goal, name, start, depth)
                if found is not None:
                    return found
    finally:
        search.slopes_left += 1
    return None


def _size(goal: Rel) -> int:
    return sum(1 for side in (goal.left, goal.right) for _ in subterms(side))


def _has_irrational_number(goal: Rel) -> bool:
    """Whether the goal holds a number such as sqrt(3), which products of rational factors do not reach."""
    terms = [term for side in (goal.left, goal.right) for term in subterms(side)]
    return any(term[0] in (*TRANSCENDENTAL, "pi") and not free(term) for term in terms)


def _inside(goal: Rel, name: str) -> bool:
    """Whether the variable occurs inside a transcendental function."""
    variable = ("var", name)
    return any(
        term[0] in TRANSCENDENTAL and variable in subterms(term)
        for side in (goal.left, goal.right)
        for term in subterms(side)
    )


def starts(search: Search, context: Context, goal: Rel, name: str) -> Iterator[Term]:
    """Yield points to start from: known ends, another variable, where the difference is least, 0 and 1."""
    seen: list[Term] = []
    low, high = ends(context, name)
    for term in (low, high, *_beside(context, goal, name), *_least(search, context, goal, name), ZERO, ONE):
        if term is not None and term not in seen:
            seen.append(term)
            yield term


def _beside(context: Context, goal: Rel, name: str) -> Iterator[Term]:
    """Yield the other variables of the goal that are known to be an end."""
    for other in sorted(free_relation(goal) - {name}):
        variable, end = ("var", name), ("var", other)
        if context.holds(Rel(variable, ">=", end)) or context.holds(Rel(variable, "<=", end)):
            yield end


def _least(search: Search, context: Context, goal: Rel, name: str) -> list[Term]:
    """Guess simple points at which the difference is smallest: rational numbers, and the root of one."""
    if free_relation(goal) != {name}:
        return []
    difference = compiled(sub(goal.left, goal.right))

    def least(points: np.ndarray) -> float | None:
        with np.errstate(all="ignore"):
            gap = np.asarray(difference({name: points})) + 0.0 * points
        gap = np.where(np.isfinite(gap), gap, np.inf)
        return float(points[int(np.argmin(gap))]) if len(gap) and np.isfinite(gap.min()) else None

    low, high = (None if end is None else float(compiled(end)({})) for end in ends(context, name))
    grid = np.concatenate([np.linspace(-6, 6, 481), np.geomspace(1e-3, 1e3, 400), -np.geomspace(1e-3, 1e3, 400)])
    grid = grid[(grid >= (low if low is not None else -np.inf)) & (grid <= (high if high is not None else np.inf))]
    best = least(grid)
    if best is None:
        return []
    near = [num(value) for value in dict.fromkeys(Fraction(best).limit_denominator(d) for d in (1, 4, 20))]
    for reach in (3e-2, 6e-4, 1e-5):
        best = least(np.linspace(best - reach * (1 + abs(best)), best + reach * (1 + abs(best)), 401)) or best
    square = Fraction(best * best).limit_denominator(12)
    if square and abs(float(square) ** 0.5 - abs(best)) < ROOT_TOLERANCE:
        near.append(("sqrt", num(square)) if best > 0 else mul(num(-1), ("sqrt", num(square))))
    return near


def _from(search: Search, context: Context, goal: Rel, name: str, start: Term, depth: int) -> list[Step] | None:
    variable: Term = ("var", name)
    try:
        change = sub(derivative(goal.left, name), derivative(goal.right, name))
        table = context.table
        slope = table.term(table.normal(change))
    except TermError:
        return None
    at_start = substitute_relation(Rel(goal.left, ">=", goal.right), {name: start})
    sides = [sign for sign, op in (("+", ">="), ("-", "<=")) if context.holds(Rel(variable, op, start))]
    if sides:
        return _one_way(search, context, goal, (name, start, sides[0]), at_start, slope, depth)
    branches = []
    for sign, op in (("+", ">="), ("-", "<=")):
        inner = context.child()
        inner.add(inner.fact(Rel(variable, op, start)))
        with search.where(Rel(variable, op, start)):
            found = _one_way(search, inner, goal, (name, start, sign), at_start, slope, depth)
        if found is None:
            return None
        branches.append({"op": op, "steps": found})
    on = sub(variable, start)
    return [{"rule": "cases", "on": write(on), "branches": branches, "goal": write_relation(goal)}]


def _one_way(
    search: Search, context: Context, goal: Rel, where: tuple[str, Term, str], at_start: Rel, slope: Term, depth: int
) -> list[Step] | None:
    name, start, sign = where
    variable: Term = ("var", name)
    strict = goal.op == ">" and context.holds(Rel(variable, ">" if sign == "+" else "<", start))
    first = Rel(at_start.left, ">=" if strict else goal.op, at_start.right)
    base = search.prove(context.without(name), first, depth)
    if base is None and strict:
        strict = False
        base = search.prove(context.without(name), Rel(first.left, goal.op, first.right), depth)
    if base is None:
        return None
    low, high = ends(context, name)
    far = high if sign == "+" else low
    inner = context.without(name)
    for relation in _stretch(context, variable, start, far, sign):
        inner.add(inner.fact(relation))
    wanted = Rel(slope, {"+": ">=", "-": "<="}[sign][: 1 if strict else 2], ZERO)
    with search.where(Rel(variable, ">=" if sign == "+" else "<=", start)):
        rise = search.prove(inner, wanted, depth)
    if rise is None:
        return None
    step: Step = {
        "rule": "slope", "variable": name, "direction": sign, "from": write(start), "goal": write_relation(goal),
        "strict": strict, "start": base, "slope": rise,
    }  # fmt: skip
    if far is not None:
        step["to"] = write(far)
    return [step]


def _stretch(context: Context, variable: Term, start: Term, far: Term | None, sign: str) -> list[Rel]:
    first = Rel(variable, ">" if sign == "+" else "<", start)
    if far is None:
        return [first]
    last = Rel(variable, "<" if sign == "+" else ">", far)
    return [first, last if context.holds(last) else Rel(variable, last.op + "=", far)]


def by_concavity(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Compare at both ends of an interval on which the difference is concave."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    if goal.op in ("<", "<="):
        goal = Rel(goal.right, goal.op.replace("<", ">"), goal.left)
    for name in sorted(free_relation(goal) - context.integers):
        low, high = ends(context, name)
        if low is None or high is None or not _inside(goal, name):
            continue
        try:
            first = sub(derivative(goal.left, name), derivative(goal.right, name))
            bend = derivative(first, name)
        except TermError:
            continue
        step: Step = {
            "rule": "concave", "variable": name, "direction": "+", "from": write(low), "to": write(high),
            "goal": write_relation(goal),
        }  # fmt: skip
        inner = context.without(name)
        for relation in _stretch(context, ("var", name), low, high, "+"):
            inner.add(inner.fact(relation))
        parts = {
            "bend": (inner, Rel(bend, "<=", ZERO)),
            "start": (context.without(name), substitute_relation(goal, {name: low})),
            "end": (context.without(name), substitute_relation(goal, {name: high})),
        }
        for key, (where, relation) in parts.items():
            found = search.prove(where, relation, depth - 1)
            if found is None:
                break
            step[key] = found
        else:
            return [step]
    return None
