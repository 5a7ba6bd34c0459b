"""Squares worth adding to a combination: their roots are read off the monomials that have to cancel."""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from boundcheck.algebra.polynomials import UNIT, Monomial, Poly, monomial_quotient


def halves_of(monomial: Monomial) -> Iterator[Monomial]:
    """Yield u where the monomial is u^2, and u, v where it is u v of equal or nearly equal degree."""
    if all(power % 2 == 0 for _, power in monomial):
        yield tuple((g, power // 2) for g, power in monomial)
        return
    degree = sum(power for _, power in monomial)
    if len(monomial) == 2 and degree <= 4:
        yield (monomial[0],)
        yield (monomial[1],)
    elif len(monomial) == 1:
        yield ((monomial[0][0], degree // 2),) if degree > 1 else UNIT
        yield ((monomial[0][0], degree - degree // 2),)


def pairs_inside(polynomial: Poly) -> Iterator[tuple[Poly, Monomial]]:
    """Yield (g - h)^2 w for every pair of atoms of a monomial g h w."""
    for monomial in polynomial.terms:
        if len(monomial) < 3 or len(monomial) > 6:
            continue
        for i, (g, _) in enumerate(monomial):
            for h, _ in monomial[:i]:
                rest = monomial_quotient(monomial, tuple(sorted(((g, 1), (h, 1)))))
                if rest is not None:
                    yield Poly.generator(g) - Poly.generator(h), rest


def squares_between(a: Monomial, b: Monomial) -> Iterator[tuple[Poly, Monomial]]:
    """Split a = u^2 w, b = v^2 w with the largest w; yield u - v and u + v with w."""
    left, right = dict(a), dict(b)
    common = tuple((g, min(e, right[g])) for g, e in sorted(left.items()) if g in right)
    u, v = monomial_quotient(a, common), monomial_quotient(b, common)
    if u is None or v is None or any(e % 2 for _, e in (*u, *v)):
        return
    roots = [Poly({tuple((g, e // 2) for g, e in m): fmpq(1)}) for m in (u, v)]
    yield roots[0] - roots[1], common
    yield roots[0] + roots[1], common
