"""Positive combinations: c * facts * squares that add up to a contradiction (Farkas, Handelman, Positivstellensatz).

Products are chosen for the goal: a fact is multiplied by what turns one of its monomials into a monomial that has to
cancel. This one idea covers chaining (a <= b <= c through terms that only grow), products of bounds, coefficients that
are non-negative on the positive orthant, and the elementary inequalities of AM-GM kind.
"""

from __future__ import annotations

from collections.abc import Callable

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.tactics.columns import Column, Step, Workshop
from boundcheck.algebra.tactics.linear import cancelling

MOST_MULTIPLIERS = 6
"""So many positive atoms of the hypotheses alone may multiply the goal."""


def close(
    context: Context,
    focus: list[int],
    obsolete: set[int],
    level: int,
    seconds: float,
    tick: Callable[[], None] = lambda: None,
) -> list[Step] | None:
    """Find a combination of facts that is a contradiction.

    Args:    focus: numbers of the facts that deny the goal; obsolete: facts not to be used.
             level: 1 (multiples of facts), 2 (products of two, squares), 3 (products of three).
    """
    shop = Workshop(context, obsolete, (250, 600, 1500)[level - 1], tick)
    if any(context.facts[index].op == "!=" for index in focus):
        return _identity(shop, focus, seconds)
    own = [column for column in shop.base if any(index in focus for index, _ in column.facts)]
    if not own:
        own = [column for column in shop.base if not column.free][:6]
    others = [column for column in shop.base if column not in own]
    for column in own:
        shop.put(column)
    _multiply_goal(shop, own, others, level)
    if level > 1:
        columns = list(shop.columns.values())
        shop.add_squares(columns)
    sources = others if level == 1 else [*others, *_pairs(shop, others, level)]
    for _ in range(3 if level < 3 else 1):
        shop.towards(sources, shop.targets(), simplest_first=level == 2)
    shop.put(Column(Poly.constant(1), SIGNS[">"]))
    shop.limit += 400
    if level > 1:
        shop.add_goal_squares(own)
    shop.add_monomials()
    return shop.solve(seconds)


def _identity(shop: Workshop, focus: list[int], seconds: float) -> list[Step] | None:
    """Write a polynomial that is denied to be zero as a combination of equalities."""
    index = next(k for k in reversed(focus) if shop.context.facts[k].op == "!=")
    goal = Column(shop.context.facts[index].polynomial, SIGNS[">"])
    equalities = [column for column in shop.base if column.free]
    shop.put(goal)
    for _ in range(3):
        shop.towards(equalities, shop.targets())
    columns = [column for column in shop.columns.values() if column.free]
    polynomials = [goal.polynomial, *(column.polynomial for column in columns)]
    flags = [False, *(True for _ in columns)]
    found = cancelling(polynomials, [not flag for flag in flags], flags, [1.0] * len(flags), seconds)
    if found is None:
        return None
    return [{"rule": "combination", "terms": [shop.item(columns[j - 1], value) for j, value in found if j]}]


def _multiply_goal(shop: Workshop, own: list[Column], others: list[Column], level: int) -> None:
    if level == 1:
        return
    generators = set().union(*(column.polynomial.generators() for column in own))
    elsewhere = set().union(*(column.polynomial.generators() for column in others)) - generators
    positive = {g for g in elsewhere if shop.generator_sign(g) == SIGNS[">"]}
    generators |= positive if len(positive) <= MOST_MULTIPLIERS else set()
    for column in own:
        multipliers = {((g, 1),) for g in generators} | {m for c in own for m in c.polynomial.terms}
        for by in sorted(multipliers):
            made = shop.multiplied(column, by)
            if made is not None:
                shop.put(made)
        for other in (*own, *others) if level == 3 else own:
            if not other.free:
                shop.put(shop.product(column, other))


def _pairs(shop: Workshop, others: list[Column], level: int) -> list[Column]:
    inequalities = [column for column in others if not column.free][:24]
    made = [shop.product(a, b) for i, a in enumerate(inequalities) for b in inequalities[: i + 1]]
    if level == 3:
        made += [shop.product(a, b) for a in inequalities[:8] for b in made[:60]]
    return [column for column in made if len(column.polynomial) <= 60]
