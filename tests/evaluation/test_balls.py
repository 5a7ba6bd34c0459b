"""What is known of a maximiser at one place counts elsewhere as far as the values agree."""

from fractions import Fraction

from flint import arb
from sympy import Integer

from boundcheck.evaluation.balls import MOST_PLACES, Known, Place
from boundcheck.language import Supremum
from boundcheck.notation import phi

HERE = Supremum(variable=phi, value=Integer(1))


def place(value, digits=20):
    return Place(at=(arb(1), arb(value)), turn=Fraction(1, 2), digits=digits, bend=-1.0)


def test_the_nearest_place_is_taken_with_the_digits_that_it_has_there():
    known = Known()
    assert known.near(HERE, 8, (arb(1), arb(2))) is None
    for value in ("2.1", "2.000001", "3"):
        known.keep(HERE, 8, place(value))
    found = known.near(HERE, 8, (arb(1), arb(2)))
    assert found.digits == 6
    assert found.at[1] == 2
    assert known.near(HERE, 9, (arb(1), arb(2))) is None
    assert known.near(HERE, 8, (arb(1), arb("2.000001"))).digits >= 14


def test_few_places_are_kept():
    known = Known()
    for value in range(1, 3 * MOST_PLACES):
        known.keep(HERE, 8, place(value))
    assert len(known.places[HERE, 8]) == MOST_PLACES
    assert known.near(HERE, 8, (arb(1), arb(1))).digits < 1
