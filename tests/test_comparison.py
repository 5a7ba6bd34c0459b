"""The four verdicts: what makes each of them, and that none is given for free."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Symbol

from boundcheck.comparison import Fact, MeasuredValue, compare, evaluate_all, propagate
from boundcheck.comparison.dependence import ancestors, dependents
from boundcheck.comparison.hypotheses import decide_relation
from boundcheck.enclosure import Enclosure
from boundcheck.language import Condition, Form, Quantity, Reference, Relation, Statement
from boundcheck.notation import alpha, rho_w, sigma2

x, y = Symbol("x", real=True), Symbol("y", real=True)


def statement(name="mine", *, risk=False, tiers=("paper", "recursive"), **fields):
    forms = tuple(Form(value=x, tier=tier) for tier in tiers)
    return Statement(id=name, quantities=(Quantity(name="b", forms=forms, risk=risk),), **fields)


def bounds(**upper):
    def evaluate(quantity, *, tier, variant):
        if tier not in upper:
            message = f"no tier {tier}"
            raise ValueError(message)
        return Enclosure(upper[tier] - Fraction(1, 1000), upper[tier])

    return evaluate


def measured(value, *, certified=None, kind="lower-estimate", **fields):
    return MeasuredValue(quantity="b", value=value, kind=kind, certified=certified, **fields)


def around(value):
    return Enclosure(Fraction(value) - Fraction(1, 10**9), Fraction(value) + Fraction(1, 10**9))


def verdict(status):
    return SimpleNamespace(status=status, method="m", reason="", certificate=None, counterexample=None)


EVALUATE = bounds(paper=3, recursive=2)
BOUNDS = evaluate_all(statement(), EVALUATE)


def result(value=None, **fields):
    taken = () if value is None else (measured(value, **fields),)
    return compare(statement(), values={}, numeric=BOUNDS, measured=taken, delta=Fraction(1, 10))


def test_a_certified_witness_above_the_tightest_bound_contradicts():
    found = result(2.5, certified=around(2.5))
    assert found.empirical.status == "contradicted"
    assert "2.49999" in found.empirical.detail
    assert found.failed


def test_a_double_above_the_bound_contradicts_nothing():
    found = result(2.5)
    assert found.empirical.status == "not-measured"
    assert "no rigorous" in found.empirical.detail


def test_a_double_above_the_bound_is_marked_even_beside_one_that_is_consistent():
    assert result(2.5).empirical.unconfirmed
    assert not result(1.0).empirical.unconfirmed
    both = compare(statement(), values={}, numeric=BOUNDS, measured=(measured(1.0), measured(2.5)))
    assert (both.empirical.status, both.empirical.unconfirmed) == ("consistent", True)
    assert "no rigorous" in both.empirical.detail
    certain = compare(
        statement(), values={}, numeric=BOUNDS, measured=(measured(2.5), measured(2.5, certified=around(2.5)))
    )
    assert (certain.empirical.status, certain.empirical.unconfirmed) == ("contradicted", False)


def test_a_witness_that_touches_the_bound_contradicts_nothing():
    assert result(2.0 + 1e-15, certified=around(2)).empirical.status == "consistent"


def test_a_lower_estimate_below_the_bound_is_consistent_and_has_its_tightness():
    found = result(1.0, certified=around(1))
    assert found.empirical.status == "consistent"
    assert found.tightness == 2.0
    assert found.beside.tier == "recursive"


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.floats(min_value=1e-6, max_value=1e6))
def test_contradicted_exactly_where_the_enclosure_lies_above(value):
    found = result(value, certified=around(value))
    assert (found.empirical.status == "contradicted") == (Fraction(value) - Fraction(1, 10**9) > 2)


def test_nothing_measured_is_said():
    assert result().empirical.status == "not-measured"
    assert result().tightness is None
    absent = compare(statement(), values={}, numeric=BOUNDS, measured=(measured(None, note="too large"),))
    assert absent.empirical.status == "not-measured"
    assert "too large" in absent.empirical.detail


@pytest.mark.parametrize(("interval", "status"), [((0.0, 0.3), "consistent"), ((0.2, 0.4), "contradicted")])
def test_frequencies_are_held_against_delta(interval, status):
    assert result(0.25, kind="frequency", uncertainty=interval).empirical.status == status


@pytest.mark.parametrize(("value", "status"), [(1e-15, "consistent"), (1e-3, "not-measured")])
def test_the_difference_of_equal_sides(value, status):
    item = MeasuredValue(quantity="difference", value=value, kind="exact-run")
    assert compare(statement(), values={}, numeric=BOUNDS, measured=(item,)).empirical.status == status


def test_a_frequency_without_interval_proves_nothing():
    assert result(0.9, kind="frequency").empirical.status == "not-measured"


@pytest.mark.parametrize(
    ("statuses", "joint"),
    [
        ((), "undecided"),
        (("proved", "proved"), "proved"),
        (("proved", "undecided"), "undecided"),
        (("undecided", "refuted", "proved"), "refuted"),
    ],
)
def test_algebra_joins_its_steps(statuses, joint):
    found = compare(statement(derivation=["1 <= 2"] * len(statuses)), values={}, verdicts=map(verdict, statuses))
    assert found.algebra.status == joint
    assert sum(found.algebra.counts.values()) == len(statuses)


def test_vacuous_means_no_tier_is_below_the_trivial_bound():
    risk = statement(risk=True)
    for trivial, vacuous in ((Fraction(2), True), (Fraction(5, 2), False), (None, None)):
        found = compare(risk, values={}, numeric=evaluate_all(risk, EVALUATE, trivial=trivial))
        assert found.vacuous is vacuous
    assert [item.informative for item in evaluate_all(risk, EVALUATE, trivial=2.5)] == [False, True]


def test_a_tier_without_value_says_why_and_hides_nothing():
    found = evaluate_all(statement(), bounds(paper=3))
    assert [(item.tier, item.failure) for item in found] == [("paper", ""), ("recursive", "no tier recursive")]


def test_a_form_that_refers_to_others_has_every_tier():
    referring = Quantity(name="b", forms=(Form(value=x, where=((x, Reference(quantity="lemma-1.L")),)),))
    asked = []
    evaluate_all(
        Statement(id="s", quantities=(referring,)),
        lambda quantity, *, tier, variant: asked.append(tier) or around(1),
    )
    assert asked == ["paper", "recursive", "coupled", "directional"]


@pytest.mark.parametrize(
    ("relation", "values", "status"),
    [
        (Relation(rho_w, ">=", Rational(1, 2)), {rho_w: Rational(1, 2)}, "met"),
        (Relation(rho_w, ">", Rational(1, 2)), {rho_w: Rational(1, 2)}, "unmet"),
        (Relation(alpha * sigma2, "<=", 1), {alpha: Rational(1), sigma2: around(2)}, "unmet"),
        (Relation(alpha * sigma2, "<", 1), {alpha: Rational(1, 4), sigma2: around(2)}, "met"),
        (Relation(sigma2, "<=", 2), {sigma2: around(2)}, "undecided"),
        (Relation(sigma2, "==", 2), {sigma2: around(2)}, "undecided"),
        (Relation(alpha, "<=", 1), {}, "undecided"),
        (Relation(x / y, "<=", 1), {x: around(1), y: around(0)}, "undecided"),
    ],
)
def test_hypotheses_are_decided_exactly_or_not_at_all(relation, values, status):
    found, detail = decide_relation(relation, values)
    assert found == status
    assert detail


def test_unmet_hypotheses_name_the_offending_values():
    status, detail = decide_relation(Relation(rho_w, ">=", alpha), {rho_w: Rational(1, 3), alpha: Rational(1, 2)})
    assert status == "unmet"
    assert detail == "rho_w = 1/3, alpha = 1/2"


def test_words_are_undecided_until_a_fact_fits():
    words = statement(hypotheses=(Condition(text="y is realisable"),))
    assert compare(words, values={}).hypotheses.status == "undecided"
    known = Fact(phrase="realisable", status="unmet", detail="it is not")
    found = compare(words, values={}, facts=(known,)).hypotheses
    assert (found.status, found.conditions[0].detail) == ("unmet", "it is not")


def test_what_fails_upstream_flags_everything_downstream():
    chain = [
        compare(statement("a", derivation=["1 <= 0"]), values={}, verdicts=[verdict("refuted")]),
        compare(statement("b", depends_on=("a",)), values={}),
        compare(statement("c", depends_on=("b",)), values={}),
        compare(statement("d"), values={}),
    ]
    assert [item.flags for item in propagate(chain)] == [(), ("a",), ("a",), ()]


def test_an_unmet_hypothesis_is_no_failure():
    own = statement("a", hypotheses=(Relation(x, "<=", 0),))
    found = compare(own, values={x: Rational(1)})
    assert found.hypotheses.status == "unmet"
    assert not found.failed


def test_statements_must_not_rest_on_themselves():
    with pytest.raises(ValueError, match="must not rest on themselves"):
        ancestors({"a": ("b",), "b": ("a",)}, "a")
    assert dependents({"a": (), "b": ("a",), "c": ("b",)}, "a") == ("b",)


def test_a_comparison_shows_itself():
    assert "not-measured" in result()._repr_html_()
