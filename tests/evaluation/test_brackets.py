"""The smallest width in doubles, and how few widths balls are asked for."""

import math
from fractions import Fraction

import pytest

from boundcheck.evaluation import balls, plan, widths
from boundcheck.evaluation.brackets import Bracket, crossing
from boundcheck.evaluation.planner import conditions_of

GIVEN = {"epsilon": "1/100", "delta": "1/10", "T": 8, "alpha": "1", "nu_w": "1/2", "nu_u": 1, "n": 16}


def conditions(theorem, variant, **changed):
    return conditions_of(theorem, variant=variant, tier="coupled", activation="tanh", values=GIVEN | changed)


def test_a_line_tells_where_it_crosses():
    for slope in (0.0, -0.25, -1.0):
        assert crossing(1000, 5000 + slope * (1000 - 5000), slope) == 5000
    assert crossing(10, 10.5, 0.0) == 12


@pytest.mark.parametrize(
    ("theorem", "variant"),
    [("theorem-1", "classic"), ("theorem-1", "lyapunov"), ("theorem-2", "classic"), ("theorem-2", "lyapunov")],
)
@pytest.mark.parametrize("alpha", ["1/2", "1"])
def test_a_bracket_is_narrow_and_holds_the_smallest_width(theorem, variant, alpha):
    bracket = Bracket(conditions(theorem, variant, alpha=alpha))
    found = plan(theorem, variant=variant, tier="coupled", activation="tanh", **(GIVEN | {"alpha": alpha}))
    assert found.is_smallest
    assert bracket.low < bracket.high
    assert bracket.high - bracket.low <= max(2, 3e-13 * bracket.high)
    assert abs(found.m - bracket.high) <= max(2, 1e-11 * found.m)
    assert len(bracket.seen) <= 8


def test_slopes_are_of_a_falling_function_or_none():
    bracket = Bracket(conditions("theorem-2", "lyapunov"))
    width, value = bracket.seen[-1]
    for apart in (0.0, 1e-6):
        assert -1 < bracket.slope(apart) <= 0
    bracket.seen = [(width, value)]
    assert bracket.slope() == 0
    bracket.seen = [(width, value), (2 * width, 3 * value)]
    assert bracket.slope() == 0


@pytest.mark.parametrize(("epsilon", "most"), [("1/100", 1), ("1e-25", 3), ("1e-60", 5)])
def test_balls_are_asked_for_few_widths(epsilon, most, monkeypatch):
    asked = []
    below = widths._Decider._bound_below

    def counted(self, width, digits):
        asked.append(width)
        return below(self, width, digits)

    monkeypatch.setattr(widths._Decider, "_bound_below", counted)
    found = plan("theorem-2", variant="lyapunov", tier="coupled", activation="tanh", **(GIVEN | {"epsilon": epsilon}))
    assert found.is_smallest
    assert math.log10(found.m) > 5
    assert len(asked) <= most


def test_directions_that_are_worse_than_they_seem_are_sought_anew(monkeypatch):
    """One of few digits is off by 10^-6 and says that it is good: balls cannot decide with it."""
    given, digits_asked = {"variant": "lyapunov", "tier": "directional", "activation": "erf"} | GIVEN, set()
    given["epsilon"] = "1e-20"
    right = plan("theorem-2", **given)
    sharpened = balls.sharpened

    def wrong(bends, start, bend, digits):
        digits_asked.add(digits)
        place, known, bend = sharpened(bends, start, bend, digits)
        return place - Fraction(int(digits == min(digits_asked)), 10**6), known, bend

    monkeypatch.setattr(balls, "sharpened", wrong)
    found = plan("theorem-2", **given)
    assert (found.m, found.refuted, found.tau) == (right.m, right.m - 2, right.tau)
    assert len(digits_asked) >= 2
