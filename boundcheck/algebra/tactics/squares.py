"""Sums of squares with exact rational Gram matrices: P * m = sum of (product of facts) * (sum of squares).

Where P touches zero the Gram matrix is singular: its kernel is read off a numerical solution, made rational, and
divided out before the next attempt (facial reduction).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np
from flint import fmpq

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import UNIT, Monomial, Poly, monomial_product, total
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.tactics.gram import (
    MAX_UNKNOWNS,
    Space,
    blocks_of,
    centre,
    kernel,
    rounded,
    squares,
    unknowns,
)
from boundcheck.algebra.terms import Rel, write, write_relation

MAX_GENERATORS = 5
MAX_DEGREE = 10


@dataclass(frozen=True, slots=True)
class Block:
    """A product of facts, with the polynomials whose squares may multiply it."""

    facts: tuple[int, ...]
    weight: Poly
    basis: tuple[Poly, ...]


def by_squares(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Deny the goal and write the denial's contradiction as a weighted sum of squares."""
    if goal.op in ("==", "!="):
        return None
    polynomial = context.fact(goal).polynomial
    generators = sorted(polynomial.generators())
    if not 1 <= len(generators) <= MAX_GENERATORS or polynomial.degree() > MAX_DEGREE or len(polynomial) > 60:
        return None
    for multiplier, products in plans(generators):
        search.tick()
        if products > 1 and len(generators) > 2:
            continue
        if (polynomial * multiplier).degree() > MAX_DEGREE:
            continue
        blocks = list(_blocks(context, polynomial * multiplier, generators, products))
        if goal.op in ("<", ">"):
            blocks.append(Block((), Poly.constant(1), (Poly.constant(1),)))
        found = weighted(search, context, polynomial * multiplier, blocks, strict=goal.op in ("<", ">"))
        if found is not None:
            return [_step(context, goal, multiplier, found)]
    return None


def plans(generators: list[int]) -> Iterator[tuple[Poly, int]]:
    """Yield a multiplier of the goal and how many facts may be multiplied."""
    one = Poly.constant(1)
    yield one, 0
    yield one, 1
    yield one, 2
    yield one + total(Poly({((g, 2),): fmpq(1)}) for g in generators), 0


def _blocks(context: Context, polynomial: Poly, generators: list[int], products: int) -> Iterator[Block]:
    degree = polynomial.degree() + polynomial.degree() % 2
    facts = [
        (k, fact.polynomial)
        for k, fact in enumerate(context.facts)
        if fact.op in (">", ">=") and not fact.polynomial.is_constant()
        and fact.polynomial.generators() <= set(generators) and len(fact.polynomial) <= 8
    ]  # fmt: skip
    yield Block((), Poly.constant(1), _monomials(polynomial, generators, degree // 2))
    for size in range(1, products + 1):
        for chosen in combinations(facts[:6], size):
            weight = Poly.constant(1)
            for _, factor in chosen:
                weight = weight * factor
            half = (degree - weight.degree()) // 2
            if half >= 0:
                yield Block(tuple(k for k, _ in chosen), weight, _monomials(None, generators, half))


def _monomials(polynomial: Poly | None, generators: list[int], degree: int) -> tuple[Poly, ...]:
    """Monomials up to a degree; for a polynomial, those inside half of its box of degrees."""
    top = {g: degree if polynomial is None else (polynomial.degree_in(g) + 1) // 2 for g in generators}
    low = 0 if polynomial is None else min(sum(e for _, e in m) for m in polynomial.terms) // 2
    found = []
    for size in range(low, degree + 1):
        for chosen in combinations_with_replacement(generators, size):
            monomial: Monomial = UNIT
            for g in chosen:
                monomial = monomial_product(monomial, ((g, 1),))
            if all(e <= top[g] for g, e in monomial):
                found.append(Poly({monomial: fmpq(1)}))
    return tuple(found)


Weighted = list[tuple[fmpq, tuple[int, ...], Poly]]


def weighted(
    search: Search, context: Context, polynomial: Poly, blocks: list[Block], *, strict: bool
) -> Weighted | None:
    """Write a polynomial as a sum of d * facts * square with d > 0 (for a strict goal with a positive constant)."""
    for _ in range(4):
        search.tick()
        sizes = tuple(len(block.basis) for block in blocks)
        entries = unknowns(sizes)
        if not entries or len(entries) > MAX_UNKNOWNS:
            return None
        space = _space(context, polynomial, blocks, sizes, entries)
        found = centre(space, search.tick) if space is not None else None
        if space is None or found is None:
            return None
        solution, least = found
        if least < -1e-5:
            return None
        if least > 1e-7:
            for bits in (4, 8, 14, 24, 40):
                exact = rounded(space, solution, bits)
                parts = None if exact is None else [squares(block) for block in exact]
                if parts is not None and all(part is not None for part in parts):
                    return _collected(blocks, parts, strict=strict)
        smaller = _reduced(blocks, kernel(blocks_of(space, solution)))
        if smaller is None:
            return None
        blocks = smaller
    return None


def _space(
    context: Context, polynomial: Poly, blocks: list[Block], sizes: tuple[int, ...], entries: tuple
) -> Space | None:
    rows: dict[Monomial, dict[int, fmpq]] = {monomial: {} for monomial in polynomial.terms}
    for k, (b, i, j) in enumerate(entries):
        block = blocks[b]
        product = context.table.reduce(block.weight * block.basis[i] * block.basis[j])
        for monomial, value in product.terms.items():
            rows.setdefault(monomial, {})[k] = value * (1 if i == j else 2)
    if any(not row for row in rows.values()):
        return None
    right = tuple(polynomial.terms.get(monomial, fmpq(0)) for monomial in rows)
    return Space(sizes, entries, tuple(rows.values()), right)


def _reduced(blocks: list[Block], kernels: list[np.ndarray]) -> list[Block] | None:
    """Replace each basis by combinations orthogonal to the kernel; None if no kernel was found."""
    if not any(len(rows) for rows in kernels):
        return None
    made = []
    for block, rows in zip(blocks, kernels, strict=True):
        if not len(rows):
            made.append(block)
            continue
        exact = [[Fraction(float(value)).limit_denominator(60) for value in row] for row in rows]
        made.append(Block(block.facts, block.weight, _orthogonal(block.basis, exact)))
    return made


def _orthogonal(basis: tuple[Poly, ...], rows: list[list[Fraction]]) -> tuple[Poly, ...]:
    """Return combinations v of the basis with v . row = 0 for every row (rows are reduced: each has a pivot 1)."""
    pivots: list[int] = []
    for row in rows:
        others = [other for other in rows if other is not row]
        pivot = next((j for j, x in enumerate(row) if x == 1 and all(other[j] == 0 for other in others)), None)
        if pivot is None:
            return basis
        pivots.append(pivot)
    result = []
    for j in range(len(basis)):
        if j in pivots:
            continue
        combined = basis[j]
        for row, pivot in zip(rows, pivots, strict=True):
            if row[j]:
                combined = combined - basis[pivot].scaled(fmpq(row[j].numerator, row[j].denominator))
        result.append(combined)
    return tuple(result)


def _collected(blocks: list[Block], parts: list[Any], *, strict: bool) -> Weighted | None:
    found: Weighted = []
    for block, squared in zip(blocks, parts, strict=True):
        for value, vector in squared:
            root = total(p.scaled(c) for p, c in zip(block.basis, vector, strict=True) if c != 0)
            found.append((value, block.facts, root))
    if strict and not any(not facts and root.is_constant() for _, facts, root in found):
        return None
    return found


def _step(context: Context, goal: Rel, multiplier: Poly, found: Weighted) -> Step:
    table = context.table
    denial: dict[str, Any] = {"c": "1", "facts": [[len(context.facts), 1]]}
    if not multiplier.is_constant():
        denial["times"] = write(table.polynomial_term(multiplier))
    terms = [denial]
    for value, facts, root in found:
        item: dict[str, Any] = {"c": str(value)}
        if root.is_constant():
            item["c"] = str(value * root.constant_value() ** 2)
        else:
            item["square"] = write(table.polynomial_term(root))
        if facts:
            item["facts"] = [[k, 1] for k in facts]
        terms.append(item)
    combination: Step = {"rule": "combination", "terms": terms}
    return {"rule": "contradiction", "goal": write_relation(goal), "steps": [combination]}
