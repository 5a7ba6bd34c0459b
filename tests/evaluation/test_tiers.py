"""Each tier is at most the one before it, on a grid of settings and activations."""

import pytest

from boundcheck.evaluation import evaluate, evaluate_double
from boundcheck.language import TIERS

GRID = [(alpha, length) for alpha in ("1/4", "1/2", "1", "3/2") for length in (1, 2, 3, 7, 20)]


@pytest.mark.parametrize("activation", ["tanh", "logistic", "gaussian", "erf", "sin", "arctan", "algebraic"])
def test_tiers_decrease_in_doubles(activation):
    for alpha, length in GRID[::2]:
        for name in ("D_w", "D_u", "L", "beta"):
            values = [
                evaluate_double(
                    f"lemma-1.{name}", tier=tier, activation=activation, alpha=alpha, T=length, m=16, rho_w="1/2"
                )
                for tier in TIERS
            ]
            assert all(x >= y * (1 - 1e-12) for x, y in zip(values, values[1:], strict=False)), (name, alpha, values)


@pytest.mark.parametrize("activation", ["tanh", "gaussian"])
def test_tiers_decrease_in_enclosures(activation):
    for name in ("L", "beta"):
        found = [
            evaluate(f"lemma-1.{name}", tier=tier, activation=activation, digits=10, alpha="9/10", T=3, m=4, rho_w=0)
            for tier in TIERS
        ]
        assert all(x.lower >= y.upper * (1 - 1e-8) for x, y in zip(found, found[1:], strict=False))


def test_the_chain_of_lemma_2_is_reversed_in_tier_coupled():
    """sigma2 Lambda^2 + sigma1 chi at t = 2, tanh, alpha_m = 1: 4.849 > beta = 4.328 (section 5)."""
    args = {"tier": "coupled", "alpha": 1, "T": 2, "m": 4, "rho_w": 0}
    sigma2 = 4 / (3 * 3**0.5)
    chain = sigma2 * evaluate_double("lemma-2.Lambda", **args) ** 2 + evaluate_double("lemma-2.chi", **args)
    beta = evaluate_double("lemma-1.beta", **args)
    assert abs(chain - 4.849) < 1e-3
    assert abs(beta - 4.328) < 1e-3


@pytest.mark.parametrize("tier", ["coupled", "directional"])
def test_long_sequences_in_doubles_agree_with_the_growth(tier):
    """D^w grows like sqrt(T/2) at alpha_m = 1 for tanh in tier coupled, not like T."""
    value = evaluate_double("lemma-1.D_w", tier=tier, alpha=1, T=800, m=4, rho_w=0)
    assert abs(value / 20 - 1) < 0.02
