"""Cancelling combinations: free columns cost the same in both directions."""

from __future__ import annotations

from flint import fmpq

from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.tactics.linear import cancelling


def test_dependent_equalities_do_not_make_the_search_unbounded():
    x, y = Poly.generator(0), Poly.generator(1)
    columns = [x - y, y - x, (x - y).scaled(fmpq(2)), x + y, (x + y).scaled(fmpq(-3))]
    flags = [False, True, True, True, True]
    found = cancelling(columns, [not flag for flag in flags], flags, [1.0] * 5, 1.0)
    assert found is not None
    total = Poly({})
    for j, value in found:
        total = total + columns[j].scaled(value)
    assert not total
    assert dict(found)[0] == 1


def test_there_is_none_where_nothing_cancels():
    x, y = Poly.generator(0), Poly.generator(1)
    assert cancelling([x, y], [True, False], [False, False], [1.0, 1.0], 1.0) is None
