"""Decide, exactly, whether a point satisfies every hypothesis and violates a claim.

Coordinates are closed terms (rational numbers, or algebraic ones such as sqrt(2)). Signs come from Arb at growing
precision; a zero is accepted only if the normal form is identically zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from boundcheck.algebra.balls import enclose, precision
from boundcheck.algebra.normal import Table
from boundcheck.algebra.refusals import NoValue, Refusal
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.terms import Rel, Term, free, free_relation, sub, substitute, write_relation

BITS = (64, 256, 1024)


def sign_at(term: Term, point: Mapping[str, Term]) -> str | None:
    """Return "-", "0" or "+", or None if the sign cannot be decided or the term has no value there."""
    for bits in BITS:
        with precision(bits):
            try:
                value = enclose(term, {name: enclose(item, {}) for name, item in point.items()})
            except NoValue:
                continue
            if value > 0:
                return "+"
            if value < 0:
                return "-"
            if value.is_exact() and value == 0:
                return "0"
        if bits == BITS[0] and _is_zero(term, point):
            return "0"
    return None


def _is_zero(term: Term, point: Mapping[str, Term]) -> bool:
    try:
        return not Table().normal(substitute(term, point)).numerator
    except Refusal:
        return False


def _is_whole(term: Term) -> bool:
    """Whether a closed term is a whole number at sight (written -1 or 6/2, say)."""
    value = Table().normal(term)
    return value.is_constant() and value.rational().denominator == 1


def satisfied(relation: Rel, point: Mapping[str, Term]) -> bool | None:
    """Whether a relation holds at the point; None if that cannot be decided."""
    sign = sign_at(sub(relation.left, relation.right), point)
    return None if sign is None else sign in SIGNS[relation.op]


def refutes(claim: Rel, relations: Sequence[Rel], integers: Sequence[str], point: Mapping[str, Term]) -> str:
    """Return "" if the point satisfies all hypotheses and violates the claim; else the reason why not."""
    names = frozenset().union(free_relation(claim), integers, *(free_relation(item) for item in relations))
    if not names <= set(point) or any(free(item) for item in point.values()):
        return "the point must give every variable a closed term"
    for name in integers:
        if not _is_whole(point[name]):
            return f"{name} must be an integer"
    for relation in relations:
        if not satisfied(relation, point):
            return f"the point does not provably satisfy {write_relation(relation)[:200]}"
    holds = satisfied(claim, point)
    if holds is None:
        return "the claim cannot be decided at the point"
    return "the claim holds at the point" if holds else ""
