"""Rates over the corpus; the whole of it with ``-m slow`` or ``python tests/algebra/corpus/measure.py``."""

from __future__ import annotations

import pytest
from measure import corpus

from boundcheck.algebra import prove, replay

TRUE, FALSE = list(corpus("true")), list(corpus("false"))


def decided(items, timeout):
    return [(item, prove(item.claim, item.given, timeout=timeout)) for item in items]


def names(results, wanted):
    return [item.claim for item, verdict in results if verdict.status != wanted]


def test_the_corpus_is_large_and_its_claims_differ():
    assert len({(item.claim, item.given) for item in TRUE}) >= 120
    assert len({(item.claim, item.given) for item in FALSE}) >= 120
    assert not {(item.claim, item.given) for item in TRUE} & {(item.claim, item.given) for item in FALSE}


def test_false_claims_are_refuted_and_never_proved():
    results = decided(FALSE[::4], 4)
    assert not [item.claim for item, verdict in results if verdict.status == "proved"]
    refuted = sum(verdict.status == "refuted" for _, verdict in results)
    assert refuted >= 0.95 * len(results), names(results, "refuted")


def test_true_claims_are_proved_and_never_refuted():
    results = decided(TRUE[::12], 4)
    assert not [item.claim for item, verdict in results if verdict.status == "refuted"]
    proved = sum(verdict.status == "proved" for _, verdict in results)
    assert proved >= 0.9 * len(results), names(results, "proved")


@pytest.mark.slow
def test_rates_over_the_whole_corpus():
    true, false = decided(TRUE, 10), decided(FALSE, 10)
    assert all(verdict.status != "refuted" for _, verdict in true), names(true, "proved")
    assert all(verdict.status != "proved" for _, verdict in false), names(false, "refuted")
    assert sum(v.status == "proved" for _, v in true) >= 0.9 * len(true), names(true, "proved")
    assert sum(v.status == "refuted" for _, v in false) >= 0.95 * len(false), names(false, "refuted")
    assert all(replay(v.certificate) for _, v in (*true, *false) if v.status != "undecided")
