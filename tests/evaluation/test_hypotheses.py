"""Hypotheses of statements and of single quantities: refused where certainly broken, by exact numbers and by balls."""

from __future__ import annotations

import pytest
from sympy import Rational

import boundcheck as bc
from boundcheck.evaluation import evaluate_double
from boundcheck.evaluation.hypotheses import check_given, check_hypotheses
from boundcheck.language import Condition, Form, Quantity, Relation
from boundcheck.notation import alpha, rho_w, sigma0, sigma1

BELOW = Relation(alpha * sigma1, "<", 1)
NEAREST_TO_ERF = Rational("0.886226925452758013649083741670")
"""Just below sqrt(pi)/2 = 0.88622692545275801364908374167057..., where alpha sigma_1 = 1 for erf."""


@pytest.mark.parametrize(
    ("activation", "below", "above"),
    [
        ("tanh", Rational(999, 1000), Rational(1)),
        ("logistic", Rational(3999, 1000), Rational(4)),
        ("erf", NEAREST_TO_ERF, NEAREST_TO_ERF + Rational(1, 10**25)),
        ("sin(3*z)", Rational(33, 100), Rational(1, 3)),
    ],
)
def test_the_width_of_remark_5_needs_its_cutoff(activation: str, below: Rational, above: Rational) -> None:
    assert bc.evaluate("remark-5.width", activation=activation, alpha=below, rho_w=1, digits=5).lower > 0
    for evaluate in (bc.evaluate, evaluate_double):
        with pytest.raises(ValueError, match=r"remark-5.width needs alpha sigma_1 < 1; got alpha=.*sigma1="):
            evaluate("remark-5.width", activation=activation, alpha=above, rho_w=1)


@pytest.mark.parametrize("name", ["erf", "sin", "gaussian"])
def test_closed_kernels_are_of_inputs_that_exist(name: str) -> None:
    assert bc.evaluate(f"prop-2b.{name}", A=1, B=4, c=2).lower > 0
    with pytest.raises(ValueError, match=r"needs c\^2 <= A B .*; got A=1, B=4, c=9/4"):
        bc.evaluate(f"prop-2b.{name}", A=1, B=4, c="9/4")


def test_a_users_own_quantity_may_say_what_it_needs() -> None:
    mine = Quantity(name="gap", expression="1/(1 - alpha)", given=("alpha < 1",))
    assert bc.evaluate(mine, alpha="1/2").lower == 2
    with pytest.raises(ValueError, match=r"gap needs alpha < 1; got alpha=3/2"):
        bc.evaluate(mine, alpha="3/2")


def test_only_what_is_certainly_broken_is_refused() -> None:
    sigma = bc.activation("tanh")
    words, open_ = Condition(text="in words"), Condition(text="rho_w < 1", relation=Relation(rho_w, "<", 1))
    check_given("q", (words, open_), {alpha: Rational(1)}, sigma)
    check_given(
        "q", (Condition(text="at the edge", relation=Relation(alpha * sigma0, "<=", 1)),), {alpha: Rational(1)}, sigma
    )
    with pytest.raises(ValueError, match="q needs rho_w < 1; got rho_w=1"):
        check_given("q", (open_,), {rho_w: Rational(1)}, sigma)


def test_statements_hypotheses() -> None:
    check_hypotheses("theorem-1.bound", (), {"rho_w": 1, "nu_w": "1/2"})
    check_hypotheses("unheard-of.bound", (), {"rho_w": 1})
    with pytest.raises(ValueError, match="theorem-1 needs rho_w >= nu_w; got nu_w=1/2, rho_w=1/4"):
        check_hypotheses("theorem-1.bound", (), {"rho_w": "1/4", "nu_w": "1/2"})


def test_a_condition_of_a_quantity_is_shown() -> None:
    quantity = Quantity(
        name="q", forms=(Form(value=alpha),), given=(Condition(text="alpha sigma_1 < 1", relation=BELOW),)
    )
    assert [str(item) for item in quantity.given] == ["alpha sigma_1 < 1"]
