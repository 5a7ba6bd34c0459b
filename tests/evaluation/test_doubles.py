"""Doubles follow a maximiser from short recursions to long ones, stop at a fixed point, and stay by the enclosure."""

import math
from fractions import Fraction

import pytest

from boundcheck.activations import activation
from boundcheck.evaluation import double_beside_enclosure, evaluate, evaluate_double
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.peaks import Peak, moved_peak, peak
from boundcheck.evaluation.recursion import Stepper
from boundcheck.evaluation.times import forms, main, timed
from boundcheck.language import Quantity
from boundcheck.theory import quantity

SETTING = {"m": 4096, "rho_w": 1, "rho_u": 1}


@pytest.mark.parametrize(
    ("name", "tier", "alpha"), [("beta", "directional", "1"), ("L", "directional", "5/4"), ("beta", "coupled", "1/2")]
)
def test_doubles_at_length_60_lie_by_the_enclosure(name, tier, alpha):
    """Length 60 is beyond the short recursion on which the maximiser is first looked for."""
    found = double_beside_enclosure(f"lemma-1.{name}", tier=tier, digits=8, T=60, alpha=alpha, **SETTING)
    assert found.error < 3e-8
    assert Fraction(found.double) >= found.enclosure.lower * (1 - Fraction(1, 10**8))


@pytest.mark.parametrize("centre", [0.0, 0.3, 0.3 + 1e-3, 0.39, 1.0, math.pi / 2])
def test_a_moved_peak_is_followed(centre):
    def height(angle):
        return 7 - 2 * math.cosh(angle - centre)

    found = moved_peak(height, Peak(place=0.3, value=5.0), 0.0, math.pi / 2)
    assert abs(found.place - centre) < 1e-6
    assert abs(found.value - 5) < 1e-13


@pytest.mark.parametrize("start", [0.0, math.pi / 2])
def test_a_peak_that_leaves_an_end_is_followed(start):
    found = moved_peak(lambda angle: -((angle - 0.7) ** 2), Peak(place=start, value=0.0), 0.0, math.pi / 2)
    assert abs(found.place - 0.7) < 1e-6
    assert abs(found.value) < 1e-12
    end = peak(lambda angle: angle, 0.0, 1.0)
    assert (end.place, end.value) == (1.0, 1.0)


@pytest.mark.parametrize("factor", [1.0, 0.9, 1.2, 4.0, 0.2])
@pytest.mark.parametrize("away", [0.0, 1e-6, 1e-4, 1e-2, 0.3])
def test_a_peak_whose_bend_is_nearly_known_is_followed_by_two_values(factor, away):
    """The bend known from another function is off by a factor; the greatest value is found all the same."""
    asked, centre = [], 0.7

    def height(angle):
        asked.append(angle)
        return 5 - (angle - centre) ** 2 + (angle - centre) ** 3 / 4

    found = moved_peak(height, Peak(place=centre + away, value=5.0, bend=-2.0 * factor), 0.0, math.pi / 2)
    assert abs(found.place - centre) < 1e-4
    assert abs(found.value - 5) < 1e-9
    assert abs(found.value - 5) < 3e-12 or factor not in (1.0, 0.9)  # 0.1 of what the bend makes of PAIR
    assert len(asked) == 2 or away > 0


@pytest.mark.parametrize("low", [0.0, math.pi / 2 - 1])
def test_a_peak_at_an_end_stays_there_or_leaves_it(low):
    ends, asked = (low, low + 1), []
    for end, inward in ((ends[0], 1), (ends[1], -1)):
        for beyond in (0.5, 1e-3, 0.0, -1e-3, -0.2):

            def height(angle, centre=end - beyond * inward):
                asked.append(angle)
                return 5 - (angle - centre) ** 2

            asked.clear()
            found = moved_peak(height, Peak(place=end, value=5.0, bend=-2.0), *ends)
            assert len(asked) == 2 or beyond < 0
            assert abs(found.value - (5 - max(beyond, 0) ** 2)) < 1e-9


def test_few_steps_are_made_for_all_that_a_width_refers_to(monkeypatch):
    """L at rho and at 0, and beta, over directions at T = 1000: some 2500 to 4100 steps each, more without the bend."""
    made = []
    advance = Stepper.advance

    def counted(self, registers, t, count=1):
        made.append(count)
        advance(self, registers, t, count)

    monkeypatch.setattr(Stepper, "advance", counted)
    given = SETTING | {"nu_w": 1, "nu_u": 1, "n": 32, "delta": "1/10", "epsilon": "1/100", "T": 1000, "alpha": 1}
    evaluate_double("theorem-2.width", variant="classic", tier="directional", **given)
    assert 3000 < sum(made) < 9500


def test_a_recursion_stops_where_it_stands_still_and_only_there():
    recurrence = quantity("lemma-1.beta").form("coupled").value
    steps = []

    class Counting(Stepper):
        def advance(self, registers, t, count=1):
            steps.extend(range(t, t + count))
            super().advance(registers, t, count)

    arithmetic = Doubles(activation("tanh"))
    stepper = Counting(recurrence, arithmetic)

    def value(alpha, length):
        steps.clear()
        numbers = {"alpha": alpha, "m": 1.0, "rho_w": 0.0, "T": length}
        known = {symbol: numbers.get(symbol.name) for symbol in stepper.outer}
        known |= {s: arithmetic.constant(int(s.name[-1])) for s in stepper.outer if s.name.startswith("sigma")}
        return stepper.run(known, length)

    settled = value(0.5, 400)
    assert len(steps) < 200
    assert settled == pytest.approx(value(0.5, 150), rel=1e-15)
    growing = value(1.0, 400)
    assert len(steps) == 399
    assert growing > 1.5 * value(1.0, 200)


def test_beyond_the_range_of_doubles_a_value_is_infinite():
    for tier in ("paper", "recursive", "coupled", "directional"):
        found = evaluate_double("lemma-1.beta", tier=tier, T=1000, alpha=10, **SETTING)
        assert found == math.inf


def test_the_table_of_times_lists_every_tier(capsys):
    assert [tier for _, tier, _ in forms("lemma-1.L")] == ["paper", "recursive", "coupled", "directional"]
    row = timed("lemma-1.L", "recursive", None, 50, {"alpha": "9/10", "T": 1000, **SETTING})
    assert float(row.value.split()[0].strip("[")) > 10
    assert main(["lemma-1.L", "--length", "3", "--digits", "8"]) == 0
    assert capsys.readouterr().out.count("\n") == 6


def test_a_division_by_zero_is_said():
    """A quantity that does not say what it needs has no value where it divides by zero."""
    gap = Quantity(name="gap", expression="1/(1 - alpha)")
    for function in (evaluate, evaluate_double):
        with pytest.raises(ValueError, match="division by zero"):
            function(gap, alpha=1)


@pytest.mark.parametrize("alpha", ["1/2", "1", "13/10"])
def test_equal_peaks_far_out_are_not_climbed_from_there(alpha):
    """For sin S^w_{t+1} is sqrt(1 + (alpha S^w_t)^2); the table has points at 2^52, where doubles cannot climb."""
    state = 0.0
    for length in range(1, 12):
        found = evaluate_double("lemma-1.D_w", tier="coupled", activation="sin", alpha=alpha, T=length, m=4, rho_w=0)
        assert found == pytest.approx(state, rel=1e-14)
        state = math.hypot(1, float(Fraction(alpha)) * state)


def test_a_flat_end_with_a_higher_summit_beside_it():
    """L of sin at alpha_m = 1/2: highest between the last two points of the scan, the slope at the end being 0."""
    asked = {"tier": "directional", "activation": "sin", "alpha": "1/2", "T": 9, "m": 4, "rho_w": 0}
    assert evaluate_double("lemma-1.L", **asked) == pytest.approx(1.99622417408625, rel=1e-12)
    assert double_beside_enclosure("lemma-1.L", digits=8, **asked).error < 1e-7


@pytest.mark.parametrize("away", [0.0, 1e-5, 1e-4, 2e-4, 4e-4, 1e-3, 0.01, 0.05, 0.15])
@pytest.mark.parametrize("at_start", [True, False])
def test_a_peak_next_to_an_end_is_found(away, at_start):
    """The scan sees the end only; what matters of a maximum close to it is its value."""
    centre = away if at_start else math.pi / 2 - away

    def height(angle):
        return 3.0 - (angle - centre) ** 2 + (angle - centre) ** 3 / 5

    found = peak(height, 0.0, math.pi / 2)
    assert found.value == pytest.approx(3.0, rel=1e-11)
    assert found.place == pytest.approx(centre, abs=1e-4)


@pytest.mark.parametrize(
    ("sigma", "length", "alpha"), [("erf", 17, "3/2"), ("erf", 24, "6/5"), ("arctan", 24, "3/2"), ("arctan", 48, "6/5")]
)
def test_curvature_whose_direction_is_next_to_an_end(sigma, length, alpha):
    found = double_beside_enclosure(
        "lemma-1.beta", tier="directional", activation=sigma, digits=12, T=length, alpha=alpha, **SETTING
    )
    assert found.error < 1e-9
