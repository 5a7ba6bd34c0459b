"""Suprema over z in doubles: written into a loop, begun where the last run began, and checked on the table."""

import math

import pytest
from sympy import Abs, Symbol

from boundcheck.activations import activation
from boundcheck.evaluation import climbing
from boundcheck.evaluation.climbing import FIRST, ScalarSupremum
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.recursion import Stepper
from boundcheck.notation import T, sigma_z
from boundcheck.theory import quantity

c = Symbol("c", nonnegative=True)
s0, s1 = (Abs(symbol) for symbol in sigma_z[:2])
ACTIVATIONS = ("tanh", "erf", "logistic", "gaussian", "arctan", "algebraic", "sin")


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("alpha", [0.4, 1.0, 1.3])
def test_a_written_loop_gives_what_calls_from_the_beginning_give(name, alpha):
    """S_w of tier coupled: S <- sup(|sigma| + alpha |sigma'| S), each step anew from the table."""
    sigma, length = activation(name), 200
    alone, state = ScalarSupremum(s0 + c * s1, (c,), sigma), 0.0
    for _ in range(length - 1):
        alone.begin()
        state = alone(alpha * state)
    arithmetic = Doubles(sigma)
    stepper = Stepper(quantity("lemma-1.D_w").form("coupled").value, arithmetic)
    numbers = {"alpha": alpha, "m": 1.0, "rho_w": 0.0, "sigma_1": 1.0}
    found = stepper.run({s: length if s == T else numbers.get(s.name, 1.0) for s in stepper.outer}, length)
    assert found == pytest.approx(state, rel=3e-13)


def values(supremum, shift):
    return [supremum(t + shift) for t in range(2, 40)]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_run_near_the_last_does_not_ask_the_table(name, monkeypatch):
    near, plain = (ScalarSupremum(s0 + c * s1, (c,), activation(name)) for _ in range(2))
    values(near, 0.0)
    near.begin(nearby=True)
    with monkeypatch.context() as patched:
        patched.setattr(near.table, "heights", lambda _: pytest.fail("the table was asked"))
        found = values(near, 1e-3)
    assert found == pytest.approx(values(plain, 1e-3), rel=1e-13)


def test_a_run_that_cannot_climb_from_the_first_maximisers_asks_the_table():
    supremum, plain = (ScalarSupremum(s0 + c * s1, (c,), activation("gaussian")) for _ in range(2))
    values(supremum, 0.0)
    supremum.first = [(1e6, value) for _, value in supremum.first]
    supremum.begin(nearby=True)
    assert values(supremum, 0.0) == pytest.approx(values(plain, 0.0), rel=1e-13)


def test_a_maximiser_that_is_overtaken_is_noticed():
    """Two peaks, 2 at z = -4 and c at z = 4, of which the second grows: followed from the first, found on the table."""
    sigma = activation("exp(-(z+4)**2) + exp(-(z-4)**2)/2")
    supremum = ScalarSupremum(s0 + c * sigma_z[0] ** 2 * Abs(sigma_z[1]), (c,), sigma)
    found = [supremum(k / 20) for k in range(400)]
    supremum.begin()
    assert found[-1] == pytest.approx(supremum(399 / 20), rel=1e-12)


def test_no_value_anywhere_is_no_number():
    assert math.isnan(ScalarSupremum(s0 + c * s1, (c,), activation("tanh"))(math.nan))


def test_the_table_is_asked_now_and_then(monkeypatch):
    asked = []
    supremum = ScalarSupremum(s0 + c * s1, (c,), activation("tanh"))
    heights = supremum.table.heights
    monkeypatch.setattr(supremum.table, "heights", lambda item: asked.append(1) or heights(item))
    for t in range(3 * climbing.TABLE_EVERY):
        supremum(1.0 + t)
    assert FIRST + 2 <= len(asked) <= FIRST + 3
