"""The lemma behind suprema over directions: bounds on arcs hold and are tight; what it does not cover is refused."""

from fractions import Fraction

import pytest
from flint import arb, fmpq
from sympy import Integer, Symbol, cos, pi, sin

from boundcheck.activations import activation
from boundcheck.enclosure import precision
from boundcheck.evaluation.balls import Balls
from boundcheck.evaluation.cone import Directions, arc_bound, part_above, supremum_over_directions
from boundcheck.evaluation.polarisation import polarise
from boundcheck.evaluation.summits import refined
from boundcheck.language import Recurrence, Supremum
from boundcheck.notation import T, alpha, m, phi, rho_w, sigma1, sigma2, sigma_z, z
from boundcheck.theory import quantity

S = Symbol("S", nonnegative=True)


def directions(name, length, sigma="tanh"):
    form = quantity(f"lemma-1.{name}").form("directional").value
    values = {
        alpha: arb(1),
        rho_w: arb(0),
        m: arb(4),
        T: arb(length),
        sigma1: arb(1),
        sigma2: arb("0.7698003589195010"),
    }
    return Directions(polarise(form.value, phi), length, values, Balls(activation(sigma)))


@pytest.mark.parametrize("name", ["L", "beta"])
def test_arcs_are_bounded(name):
    with precision(20):
        course = directions(name, 4)
        for low, high in (
            (Fraction(0), Fraction(1, 4)),
            (Fraction(3, 8), Fraction(5, 8)),
            (Fraction(7, 8), Fraction(1)),
        ):
            bound = course.bound(low, high)
            inside = [course.value(low + (high - low) * k / 8) for k in range(9)]
            assert all(not value > bound for value in inside)


@pytest.mark.parametrize("name", ["L", "beta"])
def test_the_error_on_an_arc_is_quadratic(name):
    with precision(20):
        course = directions(name, 4)
        centre = Fraction(5, 8)
        gaps = []
        for width in (Fraction(1, 16), Fraction(1, 32)):
            low, high = centre - width / 2, centre + width / 2
            top = max(float(course.value(low + (high - low) * k / 8)) for k in range(9))
            gaps.append(float(course.bound(low, high)) - top)
        assert 0 <= gaps[1] <= 0.35 * gaps[0] + 1e-12


@pytest.mark.parametrize(("degree", "mixed"), [(1, None), (2, arb(1))])
def test_the_crown_of_a_round_form_is_itself(degree, mixed):
    """A form that is 1 in every direction: |v| (degree 1) or |v|^2 (degree 2, polarised cos Delta)."""
    width = Fraction(1, 8)
    if degree == 2:
        mixed = arb.cos_pi(arb(1) / 16)
    bound = arc_bound(degree, arb(1), arb(1), mixed, width)
    assert 1 <= float(bound) <= 1.01


def test_a_planted_error_in_the_mixed_term_is_seen():
    """With X12 halved the bound of an arc falls below values inside it: the check above would notice."""
    with precision(20):
        course = directions("beta", 4)
        peak = max((Fraction(k, 16) for k in range(1, 16)), key=lambda turn: float(course.value(turn)))
        low, high = peak - Fraction(1, 16), peak + Fraction(1, 16)
        honest = course.crossing.output(course.course(low), course.course(high))
        planted = arc_bound(2, course.value(low), course.value(high), honest / 2, high - low)
        inside = max(float(course.value(low + (high - low) * k / 8)) for k in range(9))
        assert float(planted) < inside <= float(course.bound(low, high))


def test_a_supremum_far_from_the_guess_is_found():
    with precision(20):
        course = directions("beta", 3)
        good = supremum_over_directions(course, Fraction(5, 8), arb(10) ** -6)
        poor = supremum_over_directions(directions("beta", 3), Fraction(1, 50), arb(10) ** -6)
        assert good.overlaps(poor)
        assert float(poor.rad() / poor) < 1e-5


@pytest.mark.parametrize("name", ["L", "beta"])
@pytest.mark.parametrize("arc", [(Fraction(1, 4), Fraction(5, 8)), (Fraction(1, 2), Fraction(31, 32))])
def test_outside_the_part_above_a_bar_the_values_stay_below_it(name, arc):
    with precision(20):
        course, (low, high) = directions(name, 4), arc
        ends = course.ends(low, high)
        peak = max(float(course.value(low + (high - low) * k / 16)) for k in range(17))
        for bar in (arb(peak), arb(peak * 1.001), arb(peak * 0.97)):
            start, end = part_above(*ends, bar)
            assert start >= 0
            assert end <= high - low
            outside = [t for t in (Fraction(k, 64) * (high - low) for k in range(65)) if not start <= t <= end]
            assert all(course.value(low + t) <= bar for t in outside)
            assert bar < peak or end - start < (high - low) * 3 / 4


def test_a_maximiser_is_refined_and_certified_to_many_digits():
    with precision(60):
        course = directions("beta", 4)
        coarse = supremum_over_directions(course, Fraction(5, 8), arb(10) ** -14)
        start = max(course.courses, key=lambda turn: course.value(turn).mid())
        assert course.value(start) <= coarse.upper()
        place, known = refined(course, start, 7, 30)
        assert known >= 15
        assert all(course.at(place + k * Fraction(1, 10**12)) < course.at(place) for k in (-1, 1))
        assert refined(course, Fraction(1), 7, 30)[0] == 1
        found = supremum_over_directions(course, place, arb(10) ** -30)
        assert found.rad() < found * arb(10) ** -29


def recurrence(step, start=None, output=S):
    return Recurrence(state=(S,), start=(sin(phi) if start is None else start,), step=(step,), output=output)


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (S - cos(phi), "not known to be >= 0"),
        (S**2 + cos(phi), "degrees"),
        (S * sin(phi), "degree 2"),
        (1 / S, "no polynomial"),
        (S + cos(phi + 1), "cosine and sine only"),
        (Supremum(variable=z, value=sigma_z[0] * S), "not known to be >= 0"),
    ],
)
def test_what_the_lemma_does_not_cover_is_refused(step, reason):
    with pytest.raises(ValueError, match=reason):
        polarise(recurrence(step), phi)


def test_degrees_are_found_for_entries_that_start_at_zero():
    B = Symbol("B", nonnegative=True)
    value = Recurrence(
        state=(S, B), start=(sin(phi), Integer(0)), step=(S + cos(phi), B + S * cos(phi)), output=B, first=1
    )
    assert polarise(value, phi).degree == 2
    assert Supremum(variable=phi, value=value, domain=(Integer(0), pi / 2)).value is value


@pytest.mark.parametrize("at_start", [True, False])
@pytest.mark.parametrize("away", [Fraction(1, 10**8), Fraction(3, 10**6), Fraction(0)])
def test_a_maximiser_too_near_to_an_end_for_doubles_is_refined_from_there(away, at_start):
    """Doubles name the end itself; one direction bounds from below with all digits only from the maximiser inside."""
    centre = away if at_start else 1 - away

    class Hill:
        def at(self, turn):
            apart = arb(fmpq(turn.numerator, turn.denominator)) - arb(fmpq(centre.numerator, centre.denominator))
            return 3 - apart * apart + apart**3 / 5

    place, known = refined(Hill(), Fraction(0) if at_start else Fraction(1), 7, 60)
    assert 2 * known >= 60
    assert abs(place - centre) < Fraction(1, 10**30)
