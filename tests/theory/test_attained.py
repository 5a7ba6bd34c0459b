"""Tiers that are exact suprema are attained: a search over weights and inputs comes within 1e-6 of them."""

import math

import pytest

from boundcheck.evaluation import evaluate_double
from boundcheck.measurement.directional import derivatives
from boundcheck.measurement.search import Goal, search

GOALS = {"D_w": Goal(order=1, phi=0.0), "D_u": Goal(order=1, phi=math.pi / 2), "L": Goal(order=1)}
TIERS = {"D_w": "coupled", "D_u": "coupled", "L": "directional"}
LENGTHS = (1, 2, 3, 4, 6, 8)


def slow(*case):
    return pytest.param(*case, marks=pytest.mark.slow)


CASES = [
    ("tanh", "D_w", 1.0), ("sin", "D_u", 1.0), ("tanh", "L", 1.0), ("sin", "L", 0.5),
    *(slow(sigma, "D_w", alpha) for sigma in ("tanh", "sin", "gaussian", "logistic") for alpha in (0.5, 1.0, 1.3)),
    *(slow(sigma, "D_u", alpha) for sigma in ("tanh", "sin", "gaussian", "logistic") for alpha in (0.5, 1.0, 1.3)),
    *(slow(sigma, "L", alpha) for sigma in ("tanh", "sin") for alpha in (0.5, 1.0, 1.3)),
]  # fmt: skip


@pytest.mark.parametrize(("sigma", "name", "alpha_m"), CASES)
def test_the_supremum_is_attained(sigma, name, alpha_m):
    found = search(GOALS[name], derivatives(sigma), alpha_m=alpha_m, T=8, d=2, starts=24, iterations=24, seed=5)
    for length in LENGTHS:
        bound = evaluate_double(
            f"lemma-1.{name}", tier=TIERS[name], activation=sigma, alpha=alpha_m, T=length, m=4, rho_w=0
        )
        assert found[length - 1].value <= bound * (1 + 1e-9), length
        assert found[length - 1].value >= bound * (1 - 1e-6), length
