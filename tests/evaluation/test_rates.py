"""Exponents and regimes against those proved in the paper's restored form, and against numbers."""

import mpmath
import pytest
import sympy
from sympy import Rational, Symbol, log

from boundcheck.evaluation import rates
from boundcheck.evaluation.rates import REGIMES, Growth, cutoff, growth, leading
from boundcheck.notation import T, epsilon, p, q, sigma0, sigma1, sigma2
from boundcheck.theory import quantity

ROWS = {(row["quantity"], row["variant"]): row for row in rates()}
# Section 8: exponents of 1/epsilon in m, its part with log n, and tau.
EXPONENTS = {
    ("theorem-1", "classic"): ("2", "2", "2"),
    ("theorem-1", "sharpened"): ("1", "1", "1"),
    ("theorem-1", "lyapunov"): ("1", None, "1"),
    ("theorem-2", "classic"): ("5", "3", "3"),
    ("theorem-2", "sharpened"): ("3", "1", "1"),
    ("theorem-2", "lyapunov"): ("1", None, "1"),
}


def written(exponent: str | None) -> str:
    return "-" if exponent is None else "(1/epsilon)" + ("" if exponent == "1" else f"^{exponent}")


@pytest.mark.parametrize("case", EXPONENTS, ids="-".join)
def test_exponents_of_accuracy(case):
    identifier, variant = case
    width, part, iterations = EXPONENTS[case]
    assert ROWS[f"{identifier}.width", variant]["1/epsilon"] == written(width)
    assert ROWS[f"{identifier}.width", variant]["log n part"] == written(part)
    assert ROWS[f"{identifier}.iterations", variant]["1/epsilon"] == written(iterations)


def test_samples_enter_through_their_logarithm_or_not_at_all():
    for (name, variant), row in ROWS.items():
        if name.endswith(".width"):
            assert row["n"] == ("1" if variant == "lyapunov" else "log(n)")


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("name", ["L", "beta"])
def test_leading_terms_are_approached(name, regime):
    """The ratio of the closed form to its leading term tends to 1 (within 3 % at T = 400)."""
    value = quantity(f"lemma-1.{name}").form("paper").value
    base = {"a<1": Rational(1, 2), "a=1": Rational(1), "a>1": Rational(3, 2)}[regime]
    settings = {sigma0: 1, sigma1: 1, sigma2: Rational(3, 4), Symbol("alpha", real=True, positive=True): base}
    settings |= {Symbol("rho_w", real=True, nonnegative=True): 0, Symbol("m", integer=True, positive=True): 4}
    exact = value.subs(settings).subs(T, 400)
    term = leading(value, regime).subs({cutoff: base, sigma0: 1, sigma1: 1, sigma2: Rational(3, 4)}).subs(T, 400)
    assert abs(mpmath.mpf(sympy.N(exact, 20)) / mpmath.mpf(sympy.N(term, 20)) - 1) < 0.03


def test_growth_refuses_differences_that_could_cancel():
    known = {epsilon: Growth(power=Rational(-1))}
    with pytest.raises(ValueError, match="could cancel"):
        growth(1 / epsilon - 1 / (epsilon + 1), known)
    with pytest.raises(ValueError, match="is not known"):
        growth(sympy.sin(epsilon), known)


def test_growth_of_logarithms_and_sums():
    known = {T: Growth(power=Rational(1))}
    assert growth(log(3 * T) ** 2 * T, known) == Growth(power=Rational(1), logs=Rational(2))
    assert growth(p(T, cutoff) * q(T - 1, cutoff), known, "a>1") == Growth(rate=Rational(2), power=Rational(1))
    assert growth(log(p(T, cutoff)), known, "a>1") == Growth(power=Rational(1))
