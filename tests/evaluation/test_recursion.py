"""Recursions stop where they repeat themselves, in every arithmetic, and give what all steps would give."""

from fractions import Fraction

import mpmath
import pytest
from flint import arb
from sympy import Rational, Symbol

from boundcheck.activations import activation
from boundcheck.enclosure import precision
from boundcheck.evaluation import evaluate, evaluate_double
from boundcheck.evaluation.balls import Balls
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.multiprecision import Multiprecision
from boundcheck.evaluation.recursion import Stepper
from boundcheck.language import Recurrence
from boundcheck.notation import T, t

s, r = Symbol("s", real=True), Symbol("r", real=True)
SWING = Recurrence(state=(s,), start=(Rational(1, 4),), step=(1 - s,), output=s)
TURN = Recurrence(state=(s, r), start=(Rational(1), Rational(0)), step=(r, s), output=s + 3 * r)
SHRINK = Recurrence(state=(s,), start=(Rational(1),), step=(1 + s / 3,), output=s)
COUNT = Recurrence(state=(s,), start=(Rational(0),), step=(s + t - t**2 / t + 1,), output=s + T)


def kinds():
    sigma = activation("tanh")
    return Balls(sigma), Doubles(sigma), Multiprecision(sigma)


@pytest.mark.parametrize("length", [1, 2, 3, 8, 9, 10, 17, 100, 101, 12346, 12347])
def test_what_swings_is_taken_at_its_length(length):
    for kind in kinds():
        assert Stepper(SWING, kind).run({T: length}, length) == (0.25 if length % 2 else 0.75)
        assert Stepper(TURN, kind).run({T: length}, length) == (1 if length % 2 else 3)


@pytest.mark.parametrize("length", [5, 40, 200, 10**9])
def test_a_contraction_stands_still(length):
    """1 + 1/3 + ... to 3/2 (1 - 3^-length); a thousand million steps would not end."""
    exact = Fraction(3, 2) * (1 - Fraction(1, 3) ** min(length, 200))
    with precision(30), mpmath.workdps(30):
        ball = Stepper(SHRINK, Balls(activation("tanh"))).run({T: length}, length)
        assert abs(ball - arb(exact.numerator) / exact.denominator) < arb("1e-27")
        assert (ball + arb(0, 1e-40)).contains(arb(exact.numerator) / exact.denominator) or length > 200
        many = Stepper(SHRINK, Multiprecision(activation("tanh"))).run({T: length}, length)
        assert abs(many - mpmath.mpf(exact.numerator) / exact.denominator) < mpmath.mpf("1e-27")
    assert abs(Stepper(SHRINK, Doubles(activation("tanh"))).run({T: length}, length) - float(exact)) < 1e-15


def test_what_counts_its_steps_takes_all_of_them():
    for kind in kinds():
        assert Stepper(COUNT, kind).run({T: 50}, 50) == 99


def test_a_bounded_constant_at_any_length():
    """For a < 1 the recursion of beta ends where it stands still, also as an enclosure."""
    at = {"alpha": "1/2", "m": 4096, "rho_w": 1}
    for tier in ("recursive", "coupled"):
        long = evaluate("lemma-1.beta", tier=tier, T=10**6, digits=12, **at)
        short = evaluate("lemma-1.beta", tier=tier, T=300, digits=12, **at)
        assert abs(long.upper - short.upper) <= Fraction(1, 10**10)
        assert abs(evaluate_double("lemma-1.beta", tier=tier, T=10**6, **at) / float(short) - 1) < 1e-11


def test_what_overflows_stops():
    assert evaluate_double("lemma-1.beta", tier="coupled", T=10**7, alpha=3, m=4, rho_w=1) == float("inf")
