from __future__ import annotations

import time

import pytest

from boundcheck.algebra import check, compare, mutate, prove, replay
from boundcheck.algebra.mutation import mutants
from boundcheck.language import Statement
from boundcheck.theory import statement, statements

CORE = ("prop-4", "prop-6", "prop-6b", "corollary-1", "theorem-1-descent")


@pytest.mark.parametrize("name", CORE)
def test_derivation_steps_are_proved(name):
    for verdict in check(statement(name), timeout=20):
        assert verdict.status == "proved", (verdict.id, verdict.reason)
        assert replay(verdict.certificate), verdict.id


@pytest.mark.slow
def test_every_derivation_step_of_every_statement_is_proved():
    verdicts = [verdict for item in statements() for verdict in check(item, timeout=30)]
    assert len(verdicts) > 100
    assert not [(v.id, v.status, v.reason) for v in verdicts if v.status != "proved"]


SUM_OF_P = "sum(k, 0, {}, x**k*p({}, x)) == {}"


@pytest.mark.parametrize(
    ("end", "index", "right"),
    [
        ("t - 1", "t - k", "q(t, x)"), ("t", "t - k", "q(t, x)"), ("t - 1", "t - k - 1", "q(t - 1, x)"),
        ("t", "t - k - 1", "q(t - 1, x)"), ("t - 2", "t - k - 1", "q(t - 1, x)"),
        ("t - 1", "t - k", "q(t + 1, x) - (t + 1)*x**t"),
    ],
)  # fmt: skip
def test_sums_of_p_are_q_by_one_induction(end, index, right):
    """(I2) and (I3); terms that vanish at the end of the range change nothing."""
    before = time.process_time()
    verdict = prove(SUM_OF_P.format(end, index, right), ["integer(t)", "t >= 1", "x >= 0"], timeout=20)
    assert (verdict.status, verdict.method) == ("proved", "identity"), verdict.reason
    assert time.process_time() - before < 2
    assert [step["rule"] for step in verdict.certificate["steps"]] == ["induction"]
    assert replay(verdict.certificate)


@pytest.mark.parametrize(
    ("end", "index", "right"),
    [("t - 2", "t - k", "q(t, x)"), ("t - 1", "t - k - 1", "q(t, x)"), ("t - 1", "t - k", "q(t - 1, x)")],
)
def test_sums_of_p_that_end_elsewhere_are_not_q(end, index, right):
    verdict = prove(SUM_OF_P.format(end, index, right), ["integer(t)", "t >= 1", "x >= 0"], timeout=5)
    assert verdict.status == "refuted"


def test_mutants_cover_the_kinds_of_error():
    found = " / ".join(mutant.mutation for mutant in mutants(statement("lemma-1")))
    kinds = "right side times 9/10, times 11/10, exponent +1, exponent -1, sign of, index +1, index -1, dropped hyp"
    for kind in (*kinds.split(", "), "made <", "swapped"):
        assert kind in found, kind


def test_planted_errors_are_caught():
    mine = Statement(
        id="mine",
        hypotheses=("x > 0", "y >= 0"),
        derivation=("x + 1/x >= 2", "(x + y)**2 <= 2*x**2 + 2*y**2", "x*y <= (x**2 + y**2)/2"),
    )
    result = mutate([mine], timeout=5)
    assert result.mutants == result.killed + len(result.still_true) + len(result.survivors)
    assert result.killed >= 15
    assert result.rate >= 0.95, [(m.mutation, m.claim) for m in result.survivors]
    assert result.still_true, "weaker claims are still true and counted apart"
    by_claim = {(m.claim, m.given): m for m in result.still_true}
    assert len(by_claim) == len(result.still_true)


def test_ill_posed_mutants_are_counted_apart_and_are_not_killed():
    mine = Statement(id="mine", hypotheses=("x >= 1", "y <= z"), derivation=("y/sqrt(x) <= z/sqrt(x)",))
    result = mutate([mine], timeout=2)
    assert [item.mutation for item in result.survivors] == ["dropped hypothesis x >= 1"]
    assert result.ill_posed == result.as_dict()["undecided"] == 1
    assert result.rate < result.well_posed_rate == 1


def test_where_a_term_has_no_value_no_proof_is_looked_for():
    before = time.process_time()
    verdict = prove("sum(k, 0, t - 1, sqrt(x)**k) == p(t, sqrt(x))", ["integer(t)", "x >= -1"], timeout=20)
    assert (verdict.status, verdict.method) == ("undecided", "no value")
    assert replay(verdict.certificate)
    assert time.process_time() - before < 4


def test_ends_of_sums_move_by_one_and_are_caught():
    given = ("integer(t)", "t >= 1", "x >= 0")
    claims = "sum(k, 1, t, k) == t*(t + 1)/2 / (1 - x)*sum(k, 0, t - 1, x**k) == 1 - x**t / sum(k, t, 2*t, 1) == t + 1"
    sums = Statement(id="sums", hypotheses=given, derivation=tuple(claims.split(" / ")))
    moved = [mutant for mutant in mutants(sums) if ": end " in mutant.mutation or ": start " in mutant.mutation]
    kinds = "sum(k, 1, t, k): end +1 / sum(k, 0, t - 1, x**k): end -1 / sum(k, t, 2*t, 1): start +1"
    assert {f"left: {kind}" for kind in kinds.split(" / ")} <= {mutant.mutation for mutant in moved}
    assert len(moved) == 8
    assert not [mutant for mutant in moved if prove(mutant.claim, mutant.given, timeout=2).status != "refuted"]


def test_a_budget_and_a_seed_choose_the_same_mutants():
    one, two = (mutate([statement("prop-6")], timeout=2, budget=1.0, seed=3) for _ in range(2))
    assert one.planned == two.planned
    shared = min(one.mutants, two.mutants)
    assert [v.id for v in one.verdicts[:shared]] == [v.id for v in two.verdicts[:shared]]


@pytest.mark.parametrize(
    ("quantity", "typed", "outcome"),
    [
        ("lemma-1.L", "sigma1*sqrt(1 + sigma0**2)*p(T, a)", "equal"),
        ("lemma-1.L", "2*sqrt(sigma0**2 + 1)*sigma1*p(T, a)", "looser"),
        ("lemma-1.L", "sigma1*sqrt(1 + sigma0**2)*p(T - 1, a)", "tighter"),
        ("lemma-1.L", "2*sigma1*p(T, a)", "incomparable"),
    ],
)
def test_a_typed_constant_is_compared(quantity, typed, outcome):
    result = compare(quantity, typed, tier="paper", timeout=10)
    assert result.outcome == outcome, result.reason
    assert result.as_dict()["outcome"] == outcome


def test_a_recursion_has_no_closed_form_to_compare_with():
    with pytest.raises(ValueError, match="tier"):
        compare("lemma-1.beta", "1", tier="coupled")
