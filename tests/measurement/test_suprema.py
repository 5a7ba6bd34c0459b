"""Measured suprema and pair witnesses: rigorous re-evaluation, planted errors, refused witnesses."""

import json
from fractions import Fraction

import pytest

from boundcheck.enclosure import Enclosure
from boundcheck.evaluation import evaluate
from boundcheck.measurement import Problem, measure, reevaluate
from boundcheck.measurement.bounds import LOOSE_TO_TIGHT, parameter_values

# statement, quantity, factor of the planted error, problem at which the bound is tight enough for it
EXACT, LOOSE = Fraction(97, 100), Fraction(1, 2)
GROWING = Problem(T=4, d=2, m=1024, alpha=Fraction(1, 2), rho_w=1, rho_u=1, nu_w=1, nu_u=1, restarts=32)
SHORT = Problem(T=1, d=2, m=1 << 14, alpha=Fraction(1, 2), rho_w=1, rho_u=3, nu_w=0, nu_u=Fraction(1, 10), restarts=32)
THIRD = SHORT.replace(nu_u=1)
LONG = GROWING.replace(T=6, m=1 << 14)
TWO = GROWING.replace(T=2)
PLANTED = (
    (GROWING, "lemma-1", {"D_w": EXACT, "D_u": EXACT, "L": EXACT, "beta": LOOSE}),
    (TWO, "lemma-1", {"gamma3": LOOSE}),
    (GROWING, "lemma-2", {"Lambda": EXACT, "chi": LOOSE}),
    (LONG, "prop-4", {"bound": LOOSE}),
    (LONG, "prop-4b", {"bound": LOOSE}),
    (THIRD, "prop-5-symmetric", {"bound": LOOSE}),
    (GROWING, "prop-6", {"output": LOOSE}),
    (SHORT, "prop-6", {"gradient": LOOSE}),
    (TWO, "prop-6b", {"factor": LOOSE, "factor_w": LOOSE, "factor_u": LOOSE}),
)


def tightest(problem: Problem, quantity: str) -> Enclosure:
    found = []
    for tier in LOOSE_TO_TIGHT:
        try:
            found.append(evaluate(quantity, tier=tier, activation=problem.activation, **parameter_values(problem)))
        except ValueError:
            continue
    return min(found, key=lambda item: item.upper)


@pytest.mark.parametrize(("problem", "statement", "factors"), PLANTED, ids=lambda x: x if isinstance(x, str) else "")
def test_true_bounds_hold_and_planted_errors_are_contradicted(problem, statement, factors):
    found = {item.quantity: item for item in measure(statement, problem)}
    for quantity, factor in factors.items():
        item = found[quantity]
        again = reevaluate(statement, quantity, json.loads(json.dumps(item.witness)))
        bound = tightest(problem, f"{statement}.{quantity}")
        assert again.lower <= bound.upper, "a true bound must not be contradicted"
        assert again.lower > bound.upper * factor, "a planted error must be contradicted"
        assert float(again.midpoint) == pytest.approx(item.value, rel=1e-8)
        assert again.relative_width < 1e-9


def test_comparison_calls_a_planted_error_contradicted():
    from boundcheck.comparison import MeasuredValue, NumericResult
    from boundcheck.comparison.compare import judge

    item = measure("lemma-1", TWO)[0]
    bound = tightest(TWO, f"lemma-1.{item.quantity}")
    measured = MeasuredValue(
        quantity=item.quantity,
        value=item.value,
        kind=item.kind,
        certified=reevaluate("lemma-1", item.quantity, item.witness),
    )
    for factor, status in ((Fraction(1), "consistent"), (EXACT, "contradicted")):
        planted = NumericResult(
            quantity=item.quantity, enclosure=Enclosure(bound.lower * factor, bound.upper * factor)
        )
        assert judge(measured, planted).status == status


def test_a_witness_outside_the_domain_is_refused():
    lemma, pair = measure("lemma-1", TWO)[0].witness, measure("prop-4b", TWO)[0].witness
    with pytest.raises(ValueError, match=r"\|w\| must be <="):
        reevaluate("lemma-1", "L", lemma | {"w": (2.0).hex()})
    with pytest.raises(ValueError, match=r"\|\|x_t\|\| <= 1"):
        reevaluate("lemma-1", "L", lemma | {"x": [[(1.0).hex(), (1e-9).hex()]] * 2})
    with pytest.raises(ValueError, match="displacement must be"):
        reevaluate("prop-4b", "bound", pair | {"plus": {"w": (0.5).hex(), "u": pair["plus"]["u"]}})
    with pytest.raises(ValueError, match="exact point"):
        reevaluate("theorem-1", "bound", {"form": "runs"})


def test_problems_refuse_bad_numbers():
    for changes, message in (
        ({"m": 3}, "m must be even"),
        ({"alpha": 0}, "alpha must be > 0"),
        ({"delta": 1}, "delta must lie in"),
        ({"rho_w": -1}, "rho_w must be >= 0"),
        ({"T": 0}, "T must be an integer >= 1"),
    ):
        with pytest.raises(ValueError, match=message):
            Problem(**changes)
