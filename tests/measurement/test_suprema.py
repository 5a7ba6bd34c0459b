"""Measured suprema and pair witnesses: rigorous re-evaluation, planted errors, refused witnesses."""

import json
from fractions import Fraction

import pytest

from boundcheck.enclosure import Enclosure
from boundcheck.evaluation import evaluate
from boundcheck.measurement import Problem, measure, reevaluate
from boundcheck.measurement.bounds import LOOSE_TO_TIGHT, parameter_values
from boundcheck.measurement.planted import EXACT_BOUNDS, SETTINGS

EXACT = Fraction(97, 100)
TWO = next(problem for problem, _, quantities in SETTINGS if "gamma3" in quantities)


def tightest(problem: Problem, quantity: str, **given: Fraction) -> Enclosure:
    found, values = [], parameter_values(problem) | given
    for tier in LOOSE_TO_TIGHT:
        try:
            found.append(evaluate(quantity, tier=tier, activation=problem.activation, **values))
        except ValueError:
            continue
    return min(found, key=lambda item: item.upper)


@pytest.mark.parametrize(
    ("problem", "statement", "quantities"), SETTINGS, ids=lambda x: x if isinstance(x, str) else ""
)
def test_true_bounds_hold_and_planted_errors_are_contradicted(problem, statement, quantities):
    found = {item.quantity: item for item in measure(statement, problem)}
    for quantity in quantities:
        item, factor = found[quantity], EXACT if (statement, quantity) in EXACT_BOUNDS else Fraction(1, 2)
        again = reevaluate(statement, quantity, json.loads(json.dumps(item.witness)))
        given = {name: Fraction(float.fromhex(text)) for name, text in item.witness.get("given", {}).items()}
        bound = tightest(problem, f"{statement}.{quantity}", **given)
        assert again.lower <= bound.upper, "a true bound must not be contradicted"
        assert again.lower > bound.upper * factor, "a planted error must be contradicted"
        width = 1e-4 if item.witness["form"] == "expectation" else 1e-9
        assert float(again.midpoint) == pytest.approx(item.value, rel=10 * width)
        assert again.relative_width < width


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
        planted = NumericResult(quantity=item.quantity, enclosure=Enclosure(bound.lower * factor, bound.upper * factor))
        assert judge(measured, planted).status == status


@pytest.mark.parametrize(("activation", "T", "alpha"), [("tanh", 4, 1), ("logistic", 2, 4), ("gaussian", 1, 1)])
def test_expectations_are_enclosed(activation, T, alpha):
    problem = Problem(activation=activation, T=T, alpha=alpha, d=1)
    for statement, quantity in (("prop-2", "bound"), ("prop-6", "target")):
        (item,) = (item for item in measure(statement, problem) if item.quantity == quantity)
        witness = json.loads(json.dumps(item.witness))
        again = reevaluate(statement, quantity, witness)
        assert again.lower - item.uncertainty <= item.value <= again.upper + item.uncertainty
        assert again.relative_width < 0.1
        if T > 1:  # at T = 1 there is no recurrence
            other = reevaluate(statement, quantity, witness | {"alpha": str(2 * alpha)})
            assert not other.lower <= item.value <= other.upper
        with pytest.raises(ValueError, match="along the first axis"):
            reevaluate(statement, quantity, witness | {"x": [[(0.5).hex(), (0.5).hex()]] * T})


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
    for form in ("direction", "pair", "kernel", "expectation", "start"):
        with pytest.raises(ValueError, match="damaged"):
            reevaluate("theorem-1", "bound", {"form": form})


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
