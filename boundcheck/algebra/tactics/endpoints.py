"""A goal that is linear in a variable or its square holds between two bounds if it holds at the bound it falls towards.

With G = g0 + g1 m and a fact P = a + c m >= 0, |c| G is its value at the bound, plus a product of g1 and P.
"""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.terms import ZERO, Rel, write, write_relation

MOST_TERMS = 8
MOST_BOUNDS = 4


def by_endpoints(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Prove the goal with a bound put for a variable or its square, for each sign of its coefficient."""
    if depth <= 0 or goal.op in ("==", "!="):
        return None
    polynomial = context.fact(goal).polynomial
    for g in sorted(polynomial.generators()):
        parts = polynomial.by_power(g)
        power = max(parts)
        if context.table.atoms[g].head != "var" or power > 2 or set(parts) - {0, power} or len(polynomial) > MOST_TERMS:
            continue
        slope, branches = parts[power], []
        for op in _possible(context, slope):
            inner = context.child()
            relation = Rel(context.table.polynomial_term(slope), op, ZERO)
            inner.add(inner.fact(relation))
            with search.where(relation):
                found = _at_an_end(search, inner, goal, (g, power), depth)
            if found is None:
                break
            branches.append({"op": op, "steps": found})
        else:
            on = write(context.table.polynomial_term(slope))
            branches += [{"op": op, "steps": []} for op in _impossible(context, slope)]
            return [{"rule": "cases", "on": on, "branches": branches, "goal": write_relation(goal)}]
    return None


def _possible(context: Context, slope: Poly) -> list[str]:
    sign = context.sign(slope)
    return [op for op, one in ((">=", "+"), ("<=", "-")) if one in sign] or ["=="]


def _impossible(context: Context, slope: Poly) -> list[str]:
    """Signs left over, at which there is nothing to prove."""
    possible = frozenset().union(*(SIGNS[op] for op in _possible(context, slope)))
    return [op for op in (">", "<", "==") if not SIGNS[op] <= possible]


def _at_an_end(search: Search, context: Context, goal: Rel, what: tuple[int, int], depth: int) -> list[Step] | None:
    """Prove the goal at a bound towards which it falls, and the goal itself from that."""
    table, fact = context.table, context.fact(goal)
    parts = fact.polynomial.by_power(what[0])
    rest, slope = parts.get(0, Poly({})), parts[what[1]]
    falls = context.sign(slope) <= SIGNS["<="]
    for index, (size, end) in list(_bounds(context, what, above=falls))[:MOST_BOUNDS]:
        at_end = table.reduce(rest * size + slope * end)
        trial = context.child()
        wanted = Rel(table.polynomial_term(at_end), fact.op, ZERO)
        found = search.prove(trial, wanted, depth - 1)
        if found is None:
            continue
        known = trial.fact(wanted).polynomial
        scale = at_end.divided_by(known) if known else Poly({})
        if scale is None:
            continue
        gap = -slope if falls else slope
        square = [] if index is not None else [Poly({((what[0], 2),): fmpq(1)})]
        products: list[tuple[int | None, list[Poly]]] = [
            (len(trial.facts), [size]), (None, [scale, known]), (index, [gap, *square])
        ]  # fmt: skip
        terms = [
            {"c": "1", "times": [write(table.polynomial_term(item)) for item in factors]}
            | ({} if place is None else {"facts": [[place, 1]]})
            for place, factors in products
        ]
        step: Step = {"rule": "combination", "terms": terms}
        return [*found, {"rule": "contradiction", "goal": write_relation(goal), "steps": [step]}]
    return None


def _bounds(context: Context, what: tuple[int, int], *, above: bool) -> Iterator[tuple[int | None, tuple[Poly, Poly]]]:
    """Yield (fact, (size, end)): size * m <= end (or >= end) by that fact; size > 0. None: a square is >= 0."""
    g, power = what
    if power == 2 and not above:
        yield None, (Poly.constant(1), Poly({}))
    for index, fact in enumerate(context.facts):
        parts = fact.polynomial.by_power(g)
        if fact.op not in (">", ">=") or set(parts) - {0, power} or power not in parts:
            continue
        sign = context.sign(parts[power])
        if sign == SIGNS["<" if above else ">"] and len(fact.polynomial) <= MOST_TERMS:
            rest = parts.get(0, Poly({}))
            yield index, (-parts[power], rest) if above else (parts[power], -rest)
