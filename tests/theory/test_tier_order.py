"""Each tier is at least the next, in doubles, for every quantity with tiers; one step is the two-layer case."""

import pytest

import boundcheck as bc
from boundcheck.evaluation import evaluate_double
from boundcheck.evaluation.lookup import tiers_of, variants_of
from boundcheck.theory import quantity, statements

AT = {"m": 400, "n": 5, "delta": "1/20", "rho_w": "3/2", "rho_u": "5/3", "nu_w": "1/2", "nu_u": "2/3"}
AT |= {"epsilon": "1/10", "tau": 31, "kappa": "1/5"}
OWN = {"theorem-1-any-target": {"R_comparator": "1/37", "V_0": "5/7"}}
# A step size is 1/(2 L^2): the tighter tier has the larger one.
SMALLER_IS_LOOSER = ("step_size",)
TIERED = [
    (f"{each.id}.{entry.name}", variant, OWN.get(each.id, {}))
    for each in statements()
    for entry in each.quantities
    for variant in variants_of(entry, quantity) or (None,)
    if len(tiers_of(entry, quantity, variant)) > 1
]


@pytest.mark.parametrize(("name", "variant", "own"), TIERED)
def test_each_tier_is_at_least_the_next(name, variant, own):
    for alpha, length in (("7/11", 1), ("1", 2), ("13/10", 3)):
        values = {"variant": variant, "alpha": alpha, "T": length, **AT, **own}
        tiers = tiers_of(quantity(name), quantity, variant)
        found = [evaluate_double(name, tier=tier, **values) for tier in tiers]
        if name.endswith(SMALLER_IS_LOOSER):
            found.reverse()
        assert all(loose >= tight * (1 - 1e-9) for loose, tight in zip(found, found[1:], strict=False)), (tiers, found)


def test_one_step_is_the_two_layer_network():
    """At T = 1: D^w = 0, D^u = L = sigma_1, beta = sigma_2 and chi = 0, in every tier but the closed form's L, beta."""
    at = {"T": 1, "alpha": "9/10", "m": 16, "rho_w": 1}
    for tier in ("recursive", "coupled"):
        for name, value in (("D_w", 0), ("D_u", 1), ("L", 1), ("beta", 4 / 27**0.5)):
            assert abs(float(bc.evaluate(f"lemma-1.{name}", tier=tier, **at)) - value) < 1e-15
        assert float(bc.evaluate("lemma-2.chi", tier=tier, **at)) == 0
