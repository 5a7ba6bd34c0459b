"""Slopes bring a direction to the digits asked for, and say so truly."""

from fractions import Fraction
from types import SimpleNamespace

import pytest
from flint import arb, fmpq

from boundcheck.enclosure import precision
from boundcheck.evaluation.concavity import UnsettledError
from boundcheck.evaluation.summits import sharpened


def hill(centre, bend=-2.2, third=0.3):
    """Return the slopes of f = 3 + bend t^2/2 + third t^3/6, t the angle from the centre."""

    def at(turn):
        apart = turn - centre
        angle = arb(fmpq(apart.numerator, apart.denominator)) * arb.pi() / 2
        return SimpleNamespace(slope=arb(str(bend)) * angle + arb(third) * angle * angle / 2)

    return SimpleNamespace(at=at)


@pytest.mark.parametrize("digits", [20, 60, 240])
@pytest.mark.parametrize("bend", [-2.2, -2.2002, -1.2])
def test_a_direction_gets_half_the_digits(digits, bend):
    centre = Fraction(2, 3)
    with precision(digits + 30):
        found = sharpened(hill(centre), centre + Fraction(1, 10**7), bend, digits, error=abs(bend + 2.2) + 1e-6)
    assert found is not None
    place, known, curvature = found
    assert 2 * known >= digits
    assert abs(place - centre) < Fraction(10) ** (1 - known)
    assert curvature == pytest.approx(-2.2, rel=1e-3) or digits == 20


@pytest.mark.parametrize(("centre", "start"), [(Fraction(101, 100), Fraction(1)), (Fraction(-1, 100), Fraction(0))])
def test_a_rise_to_an_end_stays_there(centre, start):
    with precision(50):
        assert sharpened(hill(centre), start, -2.0, 40)[:2] == (start, 40)


def test_where_slopes_lead_nowhere_none_is_given():
    def unsettled(_):
        raise UnsettledError

    with precision(50):
        assert sharpened(hill(Fraction(1, 2)), Fraction(1, 2) + Fraction(1, 10**6), 2.0, 40) is None
        assert sharpened(hill(Fraction(1, 2)), Fraction(1, 3), -2.0, 40) is None
        assert sharpened(SimpleNamespace(at=unsettled), Fraction(1, 2), -2.0, 40) is None
