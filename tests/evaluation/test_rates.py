"""Exponents and regimes against section 8 and against numbers; orders refuse what could cancel."""

from fractions import Fraction

import pytest
import sympy
from sympy import Symbol, log, sqrt

from boundcheck.evaluation import evaluate_double, leading, rates
from boundcheck.evaluation.orders import BASES, base, growth_in_length, order_of
from boundcheck.evaluation.rates import all_rates
from boundcheck.notation import T, delta, epsilon, n, p, q, sigma0, sigma1, sigma2

FOUND = {(rate.statement, rate.variant, rate.quantity): rate for rate in all_rates()}


@pytest.mark.parametrize(
    ("theorem", "variant", "m", "part_with_log_n", "tau"),
    [
        ("theorem-1", "classic", 2, 2, 2),
        ("theorem-1", "sharpened", 1, 1, 1),
        ("theorem-1", "lyapunov", 1, None, 1),
        ("theorem-2", "classic", 5, 3, 3),
        ("theorem-2", "sharpened", 3, 1, 1),
        ("theorem-2", "lyapunov", 1, None, 1),
    ],
)
def test_exponents_of_section_8(theorem, variant, m, part_with_log_n, tau):
    width = FOUND[theorem, variant, "m"]
    assert width.epsilon == m
    assert width.log_n == (None if part_with_log_n is None else (1, part_with_log_n))
    assert FOUND[theorem, variant, "tau"].epsilon == tau


def test_regimes():
    assert [dict(FOUND["lemma-1", None, "L"].regimes)[r] for r in ("a<1", "a=1", "a>1")] == ["bounded", "T", "a^T"]
    assert dict(FOUND["lemma-1", None, "beta"].regimes)["a=1"] == "T^3"
    assert dict(FOUND["theorem-1", "sharpened", "m"].regimes)["a<1"] == "log T"
    assert dict(FOUND["theorem-1", "lyapunov", "m"].regimes)["a<1"] == "bounded"


@pytest.mark.parametrize("name", ["D_w", "L", "beta"])
@pytest.mark.parametrize(("regime", "value"), [("a<1", "1/2"), ("a=1", "1"), ("a>1", "3/2")])
def test_leading_terms_are_approached(name, regime, value):
    constants = {sigma0: 1, sigma1: 1, sigma2: 4 / (3 * sympy.sqrt(3))}
    term = leading(f"lemma-1.{name}", regime).subs(constants).subs(Symbol("a", positive=True), sympy.Rational(value))
    exact = evaluate_double(f"lemma-1.{name}", tier="paper", alpha=value, T=400, m=4, rho_w=0)
    assert abs(exact / float(term.subs(T, 400)) - 1) < 0.02


def test_rows_are_flat():
    for row in rates():
        assert all(isinstance(value, str) for value in row.values())


def test_orders():
    known = {epsilon: frozenset({base("1/epsilon", -1)}), T: frozenset({base("T")})}
    assert order_of((1 / epsilon + sqrt(T)) ** 2, known, "a=1") == {base("1/epsilon", 2), base("T")}
    logs = order_of(log(2 * n * T / delta), known, "a=1")
    assert logs == {base("log n"), base("log T"), base("log(1/delta)")}
    x = Symbol("x", positive=True)
    assert growth_in_length(order_of(p(T, x) * q(T - 1, x), known, "a>1")) == "a^(2T) T"
    assert growth_in_length(order_of(p(T, x) * q(T - 1, x), known, "a=1")) == "T^3"


def test_orders_refuse_what_could_cancel_or_has_no_rule():
    known = {epsilon: frozenset({base("1/epsilon", -1)})}
    with pytest.raises(ValueError, match="non-negative terms"):
        order_of(1 / epsilon - 1 / sqrt(epsilon), known, "a=1")
    with pytest.raises(ValueError, match="no rule"):
        order_of(sympy.sin(epsilon), known, "a=1")
    with pytest.raises(ValueError, match="no single order"):
        order_of(1 / (1 / epsilon + T), {**known, T: frozenset({base("T")})}, "a=1")
    assert len(BASES) == len(base("T", Fraction(1, 2)))
