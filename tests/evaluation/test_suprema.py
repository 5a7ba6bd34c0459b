"""Suprema over z on charts: named values, ties, ends, kinks; each contains what sampling finds and is narrow."""

import math

import pytest
from flint import arb
from sympy import Symbol

from boundcheck.activations import activation
from boundcheck.enclosure import EffortError, precision
from boundcheck.evaluation import evaluate, suprema
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.suprema import CertifiedSupremum, Variant, is_admissible
from boundcheck.notation import sigma_z

c, d = Symbol("c", nonnegative=True), Symbol("d", nonnegative=True)
s0, s1, s2 = (abs(symbol) for symbol in sigma_z[:3])
FUNCTIONS = {
    "tanh": lambda z: (math.tanh(z), 1 - math.tanh(z) ** 2, -2 * math.tanh(z) * (1 - math.tanh(z) ** 2)),
    "sin": lambda z: (math.sin(z), math.cos(z), -math.sin(z)),
    "gaussian": lambda z: (math.exp(-z * z / 2), -z * math.exp(-z * z / 2), (z * z - 1) * math.exp(-z * z / 2)),
    "arctan": lambda z: (math.atan(z), 1 / (1 + z * z), -2 * z / (1 + z * z) ** 2),
}


def supremum(expression, values, sigma="tanh"):
    with precision(30):
        return CertifiedSupremum(expression, tuple(values), activation(sigma))(*(arb(v) for v in values.values()))


@pytest.mark.parametrize("value", ["0.25", "0.5", "0.50001", "1", "7", "1e6"])
def test_tanh_with_its_slope(value):
    """sup tanh + c tanh' is 1 for c <= 1/2 (at infinity) and c + 1/(4c) beyond."""
    found = supremum(s0 + c * s1, {c: value})
    with precision(40):
        expected = arb(value) + 1 / (4 * arb(value)) if arb(value) > arb("0.5") else arb(1)
        assert expected.overlaps(found)
        assert float(found.rad() / found) < 1e-25


@pytest.mark.parametrize("sigma", sorted(FUNCTIONS))
@pytest.mark.parametrize(("x", "y"), [("0.001", "1"), ("1", "0.001"), ("1", "1"), ("3", "20"), ("40", "0.7")])
def test_contains_what_sampling_finds(sigma, x, y):
    found = supremum(s0 + c * s1 + d * s2, {c: x, d: y}, sigma)
    sampled = 0.0
    for k in range(-3000, 3001):
        a, b, e = (abs(value) for value in FUNCTIONS[sigma](k / 250))
        sampled = max(sampled, a + float(x) * b + float(y) * e)
    assert float(found.upper()) >= sampled * (1 - 1e-14)
    assert float(found.lower()) <= sampled * (1 + 1e-3) or sigma == "arctan"
    assert float(found.rad() / found) < 1e-20
    doubles = Doubles(activation(sigma)).supremum(s0 + c * s1 + d * s2, (c, d))(float(x), float(y))
    assert abs(doubles / float(found) - 1) < 1e-12


def test_two_equal_peaks():
    """|logistic''| has its maximum 1/(6 sqrt 3) at two places."""
    found = supremum(c * s2, {c: "1"}, "logistic")
    with precision(30):
        assert (1 / (6 * arb(3).sqrt())).overlaps(found)
        assert float(found.rad()) < 1e-25


def test_a_flat_end_of_third_order():
    """(1 + s1)^2 + s0^2 of the logistic tends to 2 at infinity with vanishing first and second derivative in y."""
    found = supremum((1 + c * s1) ** 2 + s0**2, {c: "1"}, "logistic")
    assert found.contains(2)
    assert float(found.rad()) < 1e-20


def test_zero_parameters_remove_what_they_multiply():
    assert supremum(c * s0 + d * s1, {c: "0", d: "3"}).contains(3)
    assert supremum(c * s0 + d * s1, {c: "0", d: "0"}) == 0


def test_only_what_the_bound_on_cells_covers_is_admitted():
    assert is_admissible(s0 + c * s1**2)
    assert is_admissible((s0 + c * s1) ** 2)
    assert not is_admissible(s0 - c * s1)
    assert not is_admissible(sigma_z[0] + c * s1)
    assert not is_admissible(1 / (1 + s0))


def test_others_go_to_branch_and_bound():
    variant = Variant(s0 - c * s1, (c,), activation("tanh"))
    assert variant.peaks is None
    with precision(20):
        assert variant([arb("0.5")]).contains(1)


def test_an_activation_of_the_users_own():
    sigma = activation("tanh(3*z)/2 + 1/10")
    with precision(25):
        found = CertifiedSupremum(s0 + c * s1, (c,), sigma)(arb(1))
        sampled = max(
            abs(math.tanh(3 * k / 500) / 2 + 0.1) + 1.5 * (1 - math.tanh(3 * k / 500) ** 2) for k in range(2000)
        )
        assert float(found.upper()) >= sampled
        assert float(found.lower()) <= sampled + 1e-4


@pytest.mark.parametrize(("sigma", "expression", "expected"), [
    ("gaussian", c * s2**2, 7.0), ("tanh", c * s1**3, 7.0), ("arctan", c * s0**2, 7 * math.pi**2 / 4),
])  # fmt: skip
def test_multiples_of_a_power_of_one_derivative(sigma, expression, expected):
    found = supremum(expression, {c: "7"}, sigma)
    assert float(found) == pytest.approx(expected, rel=1e-15)
    assert float(found.rad() / found) < 1e-25


def test_a_supremum_beyond_the_last_cell():
    """For c = 2^-60 arctan + c arctan' rises up to z = 2^59."""
    found = supremum(s0 + c * s1, {c: 2.0**-60}, "arctan")
    with precision(40):
        assert found.overlaps(arb.pi() / 2)
        assert float(found.rad()) < 1e-10


def test_a_supremum_that_stays_open_names_the_activation_and_a_way_out(monkeypatch):
    def late(*arguments, **options):
        raise EffortError(arb(1), arb(2), late=True)

    monkeypatch.setattr(suprema, "maximise", late)
    wanted = r"between 1\.0+ and 2\.0+ for .*sin.*\(choose another tier, such as recursive\)"
    with pytest.raises(ValueError, match=wanted):
        evaluate(
            "lemma-1.L", tier="coupled", activation="tanh(z) + sin(z)/10", T=8, alpha="1/2", m=100, rho_w="1/2", rho_u=1
        )
