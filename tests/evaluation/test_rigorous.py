"""Enclosures against an independent reimplementation, named values, any precision, and bad input."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.evaluation import evaluate, evaluate_double, evaluate_mpmath, evaluation
from boundcheck.language import Quantity, Reference, Statement

_SPEC = importlib.util.spec_from_file_location("evaluation_reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)

AT_ONE = {"alpha": 1, "m": 4, "rho_w": 0}


def holds(enclosure, value, width=1e-25):
    """Contains the mpmath value (to its own accuracy) and is no wider than needed."""
    with mpmath.workdps(60):
        low = mpmath.mpf(enclosure.lower.numerator) / enclosure.lower.denominator
        high = mpmath.mpf(enclosure.upper.numerator) / enclosure.upper.denominator
        slack = abs(value) * mpmath.mpf(10) ** -48
        return low - slack <= value <= high + slack and high - low <= width * abs(value)


@given(
    alpha=st.fractions(min_value=Fraction(1, 9), max_value=2, max_denominator=9),
    length=st.integers(min_value=1, max_value=9),
    rho=st.fractions(min_value=0, max_value=3, max_denominator=7),
    pairs=st.integers(min_value=1, max_value=50),
)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_paper_and_recursive_against_plain_sums(alpha, length, rho, pairs):
    with mpmath.workdps(60):
        alpha_m = reference.number(alpha) + reference.number(rho) / mpmath.sqrt(2 * pairs)
        for tier in ("paper", "recursive"):
            expected = getattr(reference, tier)(alpha_m, length, reference.tanh_constants())
            for name, value in zip(("L", "beta"), expected, strict=True):
                found = evaluate(f"lemma-1.{name}", tier=tier, alpha=alpha, T=length, rho_w=rho, m=2 * pairs)
                assert holds(found, value)
                assert not holds(found, value * (1 + mpmath.mpf(10) ** -20))


@pytest.mark.parametrize(
    ("tier", "value"),
    [("paper", "236.4160973189071"), ("recursive", "140.6355958926437"), ("coupled", "69.8458568527536")],
)
def test_smoothness_of_tanh_at_the_cutoff(tier, value):
    found = evaluate("lemma-1.beta", tier=tier, T=6, **AT_ONE)
    assert abs(float(found) - float(value)) < 1e-12
    assert abs(evaluate_double("lemma-1.beta", tier=tier, T=6, **AT_ONE) - float(value)) < 1e-11


@pytest.mark.parametrize("name", ["L", "beta"])
@pytest.mark.parametrize("digits", [8, 30, 60])
def test_directional_constants_are_certified_to_any_digits(name, digits):
    found = evaluation(f"lemma-1.{name}", T=4, digits=digits, **AT_ONE)
    assert (found.tier, found.digits) == ("directional", digits)
    if name == "L":  # the maximum lies at phi = pi/2, where S_4 = 4: both ends are exact
        assert found.enclosure.lower == found.enclosure.upper == 4
    else:
        assert 0 < found.enclosure.relative_width <= Fraction(1, 10**digits)
    by_parabolas = evaluate_mpmath(f"lemma-1.{name}", T=4, tier="directional", digits=digits + 10, **AT_ONE)
    assert found.enclosure.contains(mpmath.nstr(by_parabolas, digits + 10))


def test_two_precisions_of_a_directional_constant_agree():
    asked = {"T": 12, "alpha": "9/10", "m": 256, "rho_w": 1}
    rough, fine = (evaluate("lemma-1.beta", tier="directional", digits=digits, **asked) for digits in (8, 40))
    assert rough.lower <= fine.upper
    assert fine.lower <= rough.upper
    assert fine.width < rough.width


def test_coupled_derivative_in_w_at_the_cutoff():
    assert abs(float(evaluate("lemma-1.D_w", tier="coupled", T=6, **AT_ONE)) - 1.7765051852394735) < 1e-14
    half = evaluate("lemma-1.D_w", tier="coupled", T=40, alpha="1/2", m=4, rho_w=0)
    assert half.contains(1)
    assert half.relative_width < 1e-25


@pytest.mark.parametrize("offset", ["0", "1e-500", "-1e-500", "1e-30"])
def test_near_the_cutoff_nothing_cancels(offset):
    alpha = 1 + Fraction(offset)
    found = evaluate("lemma-1.beta", tier="paper", alpha=alpha, T=1000, m=2, rho_w=0, digits=60)
    with mpmath.workdps(120):
        expected = reference.paper(reference.number(alpha), 1000, reference.tanh_constants())[1]
    assert holds(found, expected, 1e-59)


def test_a_thousand_digits_agree_with_fifty():
    args = {"tier": "recursive", "alpha": "9/10", "T": 30, "m": 64, "rho_w": 1}
    many, few = evaluate("lemma-1.beta", digits=1000, **args), evaluate("lemma-1.beta", digits=50, **args)
    assert few.contains(many)
    assert many.width < few.width * Fraction(1, 10**900)


def test_exact_values():
    assert evaluate("lemma-1.D_u", tier="paper", T=3, alpha="1/2", m=4, rho_w=1).exact == 3
    assert evaluate("remark-5.width", alpha="1/2", rho_w=1).is_point
    assert evaluation("lemma-1.L", tier="paper", T=2, **AT_ONE).to_json()["exact"] == "2*sqrt(2)"


@pytest.mark.parametrize(("tier", "activation"), [("recursive", "logistic"), ("coupled", "gaussian")])
def test_mpmath_agrees(tier, activation):
    args = {"tier": tier, "activation": activation, "alpha": "9/10", "T": 2, "m": 4, "rho_w": "1/10"}
    found = evaluate("lemma-1.beta", **args)
    assert holds(found, evaluate_mpmath("lemma-1.beta", digits=50, **args), 1e-28)


def test_default_tier_is_the_tightest_and_is_named():
    found = evaluation("prop-6.target", alpha="1/2", T=2, nu_w=1, nu_u=1).to_json()
    assert found["tier"] == "directional"
    assert list(found) == ["quantity", "tier", "lower", "upper", "digits", "exact", "provenance"]
    assert "tier directional" in found["provenance"]


@pytest.mark.parametrize(
    ("quantity", "asked", "message"),
    [
        ("lemma-1.beta", {"tier": "sharp"}, "tiers are: paper recursive coupled directional"),
        ("lemma-1.beta", {"variant": "classic"}, "no variant"),
        ("lemma-1.gamma", {}, "it has: D_w D_u L beta"),
        ("lemma-7.beta", {}, "statements are"),
        ("lemma-1.beta", {"gamma": 1}, "symbols are"),
        ("lemma-1.beta", {"T": 0}, "T must be an integer >= 1; got 0"),
        ("lemma-1.beta", {"T": None}, "needs a value of T"),
        ("lemma-1.beta", {"digits": 0}, "digits"),
        ("lemma-1.beta", {"activation": "relu"}, "relu has no constant"),
    ],
)
def test_bad_requests_say_what_exists(quantity, asked, message):
    known = {"alpha": 1, "T": 2, "m": 4, "rho_w": 0} | asked
    known = {name: value for name, value in known.items() if value is not None}
    with pytest.raises(ValueError, match=message) as caught:
        evaluate(quantity, **({"tier": "paper"} | known))
    assert "\n" not in str(caught.value)


def test_a_statement_of_the_users_own():
    own = Quantity(name="bound", expression="alpha**2 + c/n")
    assert evaluate(own, alpha="1/2", c=3, n=4).exact == 1
    statement = Statement(id="mine", quantities=(own,))
    assert evaluate("mine.bound", statements=[statement], alpha=1, c=1, n=2).exact == Fraction(3, 2)
    with pytest.raises(ValueError, match="needs a value of c"):
        evaluate(own, alpha=1, n=2)


def test_references_in_a_circle_are_refused():
    from sympy import Symbol

    from boundcheck.language import Form

    x = Symbol("x_inner", nonnegative=True)
    form = Form(value=x + 1, where=((x, Reference(quantity="mine.loop")),))
    own = Statement(id="mine", quantities=(Quantity(name="loop", forms=(form,)),))
    with pytest.raises(ValueError, match="circle"):
        evaluate("mine.loop", statements=[own])


def test_the_helper_rejects_a_wrong_or_wide_enclosure():
    good = evaluate("lemma-1.L", tier="paper", T=2, **AT_ONE)
    with mpmath.workdps(60):
        value = 2 * mpmath.sqrt(2)
        assert holds(good, value)
        assert not holds(good, value, 1e-40)
        assert not holds(good, mpmath.mpf(3))


@pytest.mark.parametrize("quantity", ["theorem-2.width", "theorem-1.bound", "prop-6b.factor", "corollary-1.bound"])
def test_powers_of_a_supremum_over_directions_have_the_digits_asked_for(quantity):
    setting = "alpha=1/2 T=3 m=4096 rho_w=1 rho_u=1 nu_w=1/2 nu_u=1 n=16 tau=100 delta=1/10 epsilon=1/100"
    values = dict(item.split("=") for item in setting.split())
    coarse, fine = (evaluate(quantity, tier="directional", digits=digits, **values) for digits in (12, 30))
    assert coarse.lower <= fine.lower <= fine.upper <= coarse.upper
    assert float((fine.upper - fine.lower) / fine.upper) < 1e-29
