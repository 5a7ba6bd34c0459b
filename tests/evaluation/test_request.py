"""A form takes its constants at the tier asked for, whatever came before; hypotheses that fail are said."""

import re

import pytest

from boundcheck.evaluation import check_hypotheses, evaluate
from boundcheck.language import Quantity, Statement

SETTING = {
    "alpha": "1/2",
    "T": 4,
    "m": 64,
    "rho_w": "1/2",
    "rho_u": 1,
    "nu_w": "1/2",
    "nu_u": 1,
    "n": 4,
    "tau": 9,
    "delta": "1/10",
}


@pytest.mark.parametrize(
    "quantity", ["prop-4.bound", "prop-4b.bound", "prop-6.output", "prop-6b.factor", "theorem-1.bound"]
)
def test_tiers_of_a_derived_bound_differ_and_decrease(quantity):
    given = {
        key: value
        for key, value in SETTING.items()
        if not quantity.startswith("prop") or key not in ("n", "tau", "delta")
    }
    bounds = [evaluate(quantity, tier=tier, digits=12, **given) for tier in ("paper", "recursive", "coupled")]
    again = evaluate(quantity, tier="paper", digits=12, **given)
    assert again.lower == bounds[0].lower
    for looser, tighter in zip(bounds, bounds[1:], strict=False):
        assert tighter.upper < looser.lower


@pytest.mark.parametrize(
    ("quantity", "tier", "reason"),
    [
        ("lemma-1.L", "directional", r"needs sigma\^\(1\) everywhere, and relu is only of class C\^0"),
        ("lemma-1.D_w", "coupled", "supremum over z that is unbounded towards .oo for relu"),
        ("lemma-1.beta", "paper", "relu has no constant sigma0"),
    ],
)
def test_an_activation_that_a_tier_cannot_take_is_refused_with_its_reason(quantity, tier, reason):
    with pytest.raises(ValueError, match=reason):
        evaluate(quantity, tier=tier, activation="relu", alpha="1/2", T=2, d=2, m=16, rho_w=1, rho_u=1)


@pytest.mark.parametrize(
    ("name", "given", "part"),
    [
        ("theorem-1.bound", {"rho_w": "1/4", "nu_w": "1/2"}, "rho_w >= nu_w; got nu_w=1/2, rho_w=1/4"),
        ("corollary-1.bound", {"rho_u": 1, "nu_u": 2}, "rho_u >= nu_u; got nu_u=2, rho_u=1"),
        ("own.gap", {"alpha": 3}, "own needs alpha < 1; got alpha=3"),
    ],
)
def test_hypotheses_that_fail_are_named_with_the_values(name, given, part):
    own = Statement(id="own", hypotheses=("alpha < 1",), quantities=(Quantity(name="gap", expression="alpha"),))
    with pytest.raises(ValueError, match=re.escape(part)):
        check_hypotheses(name, (own,), given)


def test_hypotheses_that_hold_or_cannot_be_told_pass():
    for given in ({"rho_w": 1, "nu_w": 1, "rho_u": 2, "nu_u": 1}, {"rho_w": 1}, {}):
        check_hypotheses("theorem-1.bound", (), given)
    check_hypotheses("no-such.bound", (), {"alpha": 3})
