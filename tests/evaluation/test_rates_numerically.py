"""Every rate against a slope fitted to numbers: plans at small risks, formulas at large T, n and 1/delta."""

import math
from fractions import Fraction

import mpmath
import pytest

from boundcheck.evaluation import evaluate_mpmath, plan
from boundcheck.evaluation.rates import CONSTANTS, all_rates

VARIANTS = ("classic", "sharpened", "lyapunov")
THEOREMS = [(theorem, variant) for theorem in ("theorem-1", "theorem-2") for variant in VARIANTS]
THEOREMS.append(("theorem-1-descent", None))
FOUND = {(rate.statement, rate.variant, rate.quantity): rate for rate in all_rates()}
QUANTITY = {"m": "width", "tau": "iterations"}
AT = {"delta": "1/10", "n": 32, "T": 5, "alpha": "1/2", "nu_w": "1/2", "nu_u": 1, "tier": "paper"}
WIDE = {"m": 10**2000}  # so that alpha_m is alpha


def number(name, **asked):
    return evaluate_mpmath(name, digits=mpmath.mp.dps, **asked)


def needed(theorem, variant, quantity, **changed):
    """Width or iterations at a given alpha_m = alpha; without projection at the radii that the theorem asks for."""
    asked = {**AT, "epsilon": "1/100", "kappa": "1/4", **WIDE, **changed, "variant": variant}
    if theorem != "theorem-2":
        radii = {"rho_w": asked["nu_w"], "rho_u": asked["nu_u"]}
    else:
        bounds = (number(f"theorem-2.radius_{name}", rho_w=0, **asked) for name in "wu")
        radii = {f"rho_{name}": Fraction(str(bound)) for name, bound in zip("wu", bounds, strict=True)}
    return number(f"{theorem}.{QUANTITY[quantity]}", **asked, **radii)


@pytest.mark.parametrize(("theorem", "variant"), THEOREMS)
def test_exponents_of_a_small_risk(theorem, variant):
    first, second = (plan(theorem, variant=variant, epsilon=f"1e-{k}", **AT) for k in (26, 32))
    for name in ("m", "tau"):
        slope = math.log10(Fraction(getattr(second, name), getattr(first, name))) / 6
        assert abs(slope - float(FOUND[theorem, variant, name].epsilon)) < 1e-3, (name, slope)


def growth(regime, value):
    """Fit (exponent of a^T, exponent of T) to a function of T; log T has the exponent 0, as bounded does."""
    if regime == "a>1":
        lengths = (400, 600, 1200)
        logs = [mpmath.log(value(t)) for t in lengths]
        # log v = e T log a + k log T + c, for a = 11/10
        rows = mpmath.matrix([[t * mpmath.log(mpmath.mpf(11) / 10), mpmath.log(t), 1] for t in lengths])
        e, k, _ = mpmath.lu_solve(rows, mpmath.matrix(logs))
        return float(e), float(k)
    low, high = (value(t) for t in (300, 3000))
    return 0.0, float(mpmath.log(high / low) / mpmath.log(10))


def promised(text):
    """Read (exponent of a^T, exponent of T) out of a text such as ``a^(2T) T^3``."""
    found = {"a": 0.0, "T": 0.0}
    for part in text.replace("log T", "").split():
        if part.startswith("a^"):
            found["a"] = float(Fraction(part[2:].strip("()").removesuffix("T") or 1))
        elif part.startswith("T"):
            found["T"] = float(Fraction(part.partition("^")[2] or 1))
    return found["a"], found["T"]


@pytest.mark.parametrize("regime", ["a<1", "a=1", "a>1"])
@pytest.mark.parametrize("key", sorted(FOUND, key=str), ids=str)
def test_growth_with_the_length(key, regime):
    statement, variant, quantity = key
    alpha = {"a<1": "1/2", "a=1": 1, "a>1": "11/10"}[regime]

    def value(length):
        if f"{statement}.{quantity}" in CONSTANTS:
            return number(f"{statement}.{quantity}", alpha=alpha, T=length, tier="paper", rho_w=1, **WIDE)
        return needed(statement, variant, quantity, alpha=alpha, T=length)

    text = dict(FOUND[key].regimes)[regime]
    with mpmath.workdps(25):
        found, expected = growth(regime, value), promised(text)
    assert found == pytest.approx(expected, abs=0.08), text
    assert regime != "a<1" or ("log T" in text) == (found[1] > 1e-9)


@pytest.mark.parametrize("symbol", ["n", "delta"])
@pytest.mark.parametrize(("theorem", "variant"), THEOREMS)
@pytest.mark.parametrize("quantity", ["m", "tau"])
def test_dependence_on_samples_and_confidence(theorem, variant, quantity, symbol):
    """m = (A + B x)^2 with x the root of the logarithm: B^2 by second differences, its exponent by two risks."""
    rate = FOUND[theorem, variant, quantity]
    promised = rate.log_n if symbol == "n" else rate.log_delta

    def leading(epsilon):
        values = []
        for x in (10, 20, 30):  # the argument of the logarithm is exp(x^2)
            size = mpmath.exp(mpmath.mpf(x) ** 2)
            whole = int(size) if variant in ("lyapunov", None) else int(size / 100)
            changed = {"n": whole} if symbol == "n" else {"delta": Fraction(1, whole), "n": 10}
            values.append(needed(theorem, variant, quantity, epsilon=epsilon, **changed))
        return values[2] - 2 * values[1] + values[0]

    with mpmath.workdps(60):
        first, second = leading("1e-20"), leading("1e-24")
    if promised is None:
        assert first == second == 0
        return
    exponent, beside = promised
    assert exponent == 1
    assert abs(float(mpmath.log10(second / first)) / 4 - float(beside)) < 0.02
