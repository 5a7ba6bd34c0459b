"""A followed supremum: the same value as one certified from scratch, as narrow, call after call."""

import math
from fractions import Fraction

import pytest
from flint import arb, fmpq
from sympy import Symbol

from boundcheck.activations import activation
from boundcheck.enclosure import precision
from boundcheck.evaluation.suprema import Variant
from boundcheck.notation import sigma_z

c, d, e = (Symbol(name, nonnegative=True) for name in "cde")
s0, s1, s2 = (abs(symbol) for symbol in sigma_z[:3])
SHAPES = {
    "state": (s0 + c * s1 * d, (c, d)),
    "norm": ((s0 + c * s1 * d) ** 2 + (1 + c * s1 * e) ** 2, (c, d, e)),
    "hessian": (s2 * d + s1 * (2 * e + c * d), (c, d, e)),
}


def course(names, *, growth):
    """Values that move quickly at first and slowly later, or grow without end."""
    for t in range(40):
        moving = [Fraction(k + 1, 3) + Fraction(t * (k + 2), t + 3) for k in range(len(names) - 1)]
        yield [Fraction(9, 10), *(value * Fraction(growth) ** t for value in moving)][: len(names)]


@pytest.mark.parametrize("sigma", ["tanh", "logistic", "sin", "gaussian", "erf", "tanh(3*z)/2 + 1/10"])
@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("growth", ["1", "7/2"])
def test_equals_the_supremum_certified_from_scratch(sigma, name, growth):
    expression, names = SHAPES[name]
    variant = Variant(expression, names, activation(sigma))
    found = 0
    with precision(40):
        for values in course(names, growth=growth):
            balls = [arb(fmpq(value.numerator, value.denominator)) for value in values]
            followed, anew = variant.follower.supremum(balls), variant.peaks.supremum(balls)
            if followed is None:
                continue
            found += 1
            assert anew is None or anew.overlaps(followed)
            assert float(followed.rad() / followed) < 1e-38
    assert found >= 30 or sigma not in ("tanh", "sin")
    assert len(variant.follower.known) <= max(found, 1)


def test_a_neighbourhood_is_used_for_the_coefficients_it_was_certified_for_only():
    """sup tanh + c tanh' is 1 (at infinity) for c <= 1/2 and c + 1/(4c) beyond, wherever the last call was."""
    variant = Variant(s0 + c * s1, (c,), activation("tanh"))
    with precision(30):
        for value in ("3", "0.6", "0.5", "0.25", "0.5001", "40", "1e-9", "1e9", "0.500001", "2"):
            ball = arb(value)
            found = variant([ball])
            expected = ball + 1 / (4 * ball) if ball > arb("0.5") else arb(1)
            assert found.overlaps(expected)
            assert float(found.rad()) < 1e-25 * max(1.0, float(ball))


def test_values_between_sampled_points_are_never_exceeded():
    variant = Variant(s0 + c * s1 + d * s2, (c, d), activation("sin"))
    for k in range(30):
        x, y = 0.3 + k / 7, 2.0 / (1 + k)
        found = variant([arb(x), arb(y)])
        best = max(abs(math.sin(z)) * (1 + y) + x * abs(math.cos(z)) for z in (j / 500 for j in range(1000)))
        assert best * (1 - 1e-14) <= float(found.upper())
        assert float(found.lower()) <= best * (1 + 1e-5)
