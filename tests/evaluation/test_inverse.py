"""The best risk and confidence within reach undo the plan; what doubles give is said beside the enclosure."""

from fractions import Fraction

import pytest

from boundcheck.evaluation import best, double_beside_enclosure, evaluate, evaluate_along, evaluate_double, plan

SETTING = {"delta": "1/10", "n": 32, "T": 3, "alpha": "1/2", "nu_w": "1/2", "nu_u": 1, "tier": "paper"}


@pytest.mark.parametrize("variant", ["classic", "sharpened", "lyapunov"])
def test_the_best_risk_undoes_the_plan(variant):
    planned = plan("theorem-2", variant=variant, epsilon="1/100", **SETTING)
    found = best("theorem-2", variant=variant, m=planned.m, tau=planned.tau, **SETTING)
    assert found.symbol == "epsilon"
    assert abs(found.value * 100 - 1) < Fraction(1, 10**4)
    assert found.excluded < found.value < found.excluded * Fraction(10**4 + 1, 10**4)


@pytest.mark.parametrize(("theorem", "variant"), [("theorem-1", "lyapunov"), ("theorem-1-descent", None)])
def test_projected_the_best_risk_is_the_bound(theorem, variant):
    found = best(theorem, variant=variant, m=2**20, tau=5000, **SETTING)
    bound = evaluate(f"{theorem}.bound", variant=variant, m=2**20, tau=5000, rho_w="1/2", rho_u=1, **SETTING)
    assert bound.upper <= found.value <= bound.upper * Fraction(10**5 + 2, 10**5)
    assert found.excluded < bound.lower


def test_the_best_confidence_undoes_the_plan():
    known = {name: value for name, value in SETTING.items() if name != "delta"}
    planned = plan("theorem-2", variant="lyapunov", epsilon="1/100", **SETTING)
    found = best("theorem-2", variant="lyapunov", m=planned.m, tau=planned.tau, epsilon="1/100", **known)
    assert found.symbol == "delta"
    assert abs(found.value * 10 - 1) < Fraction(1, 10**3)


@pytest.mark.parametrize("variant", ["classic", "lyapunov"])
def test_what_is_excluded_is_out_of_reach(variant):
    """The plan at the excluded risk asks for more width or more iterations; the one at the value found does not."""
    found = best("theorem-2", variant=variant, m=10**9, tau=10**7, **SETTING)
    short = plan("theorem-2", variant=variant, epsilon=found.excluded, **SETTING)
    enough = plan("theorem-2", variant=variant, epsilon=found.value, **SETTING)
    assert short.m > 10**9 or short.tau > 10**7
    assert enough.m <= 10**9


def test_out_of_reach_is_said():
    known = {name: value for name, value in SETTING.items() if name != "delta"}
    with pytest.raises(ValueError, match="reaches no delta"):
        best("theorem-2", variant="lyapunov", m=4, tau=1, epsilon="1/100", **known)
    with pytest.raises(ValueError, match="exactly one of epsilon and delta; got epsilon and delta"):
        best("theorem-2", m=4, tau=1, epsilon="1/100", **SETTING)
    with pytest.raises(ValueError, match="m must be an even integer"):
        best("theorem-2", m=5, tau=1, **SETTING)


@pytest.mark.parametrize("tier", ["paper", "recursive", "coupled"])
def test_one_pass_gives_the_same_as_many(tier):
    asked = {"tier": tier, "alpha": "9/10", "m": 4, "rho_w": 0}
    together = evaluate_along("lemma-1.beta", (1, 5, 2), **asked)
    assert together == pytest.approx([evaluate_double("lemma-1.beta", T=t, **asked) for t in (1, 5, 2)], rel=1e-14)
    assert evaluate_along("lemma-1.beta", (), **asked) == ()


def test_a_double_beside_the_enclosure():
    found = double_beside_enclosure("lemma-1.beta", tier="coupled", alpha=1, T=6, m=4, rho_w=0)
    assert 0 <= found.error < 1e-14
    huge = double_beside_enclosure("lemma-1.beta", tier="paper", alpha=10, T=1000, m=4, rho_w=0)
    assert huge.double == huge.error == float("inf")
