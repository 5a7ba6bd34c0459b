"""Suprema over z in doubles: written into a loop, begun where the last run began, and checked on the table."""

import math

import pytest
from sympy import Abs, Integer, Rational, Symbol

from boundcheck.activations import activation
from boundcheck.evaluation import climbing
from boundcheck.evaluation.climbing import FIRST, ScalarSupremum
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.recursion import Stepper
from boundcheck.language import Recurrence, Supremum
from boundcheck.notation import T, sigma_z, z
from boundcheck.theory import quantity

c = Symbol("c", nonnegative=True)
s0, s1 = (Abs(symbol) for symbol in sigma_z[:2])
BUMPS = "exp(-(z+4)**2) + exp(-16*(z-4)**2)/2"
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


def test_a_run_hardly_leaves_the_written_loop(monkeypatch):
    sought, asked = ScalarSupremum.sought, []
    monkeypatch.setattr(ScalarSupremum, "sought", lambda self, *items: asked.append(1) or sought(self, *items))
    recurrence, arithmetic = quantity("lemma-1.D_w").form("coupled").value, Doubles(activation("tanh"))
    stepper = Stepper(recurrence, arithmetic)
    stepper.run({s: {"T": 500, "rho_w": 0.0}.get(s.name, 1.0) for s in stepper.outer}, 500)
    assert FIRST + 7 <= len(asked) <= FIRST + 10


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
    """Two bumps, the lower one steeper: it has the greater value from some weight of the slope on."""
    sigma = activation(BUMPS)
    supremum = ScalarSupremum(s0 + c * s1, (c,), sigma)
    found = [supremum(k / 100) for k in range(200)]
    assert supremum.doubtful
    supremum.begin()
    anew = [ScalarSupremum(s0 + c * s1, (c,), sigma)(k / 100) for k in range(200)]
    assert [supremum(k / 100) for k in range(200)] == pytest.approx(anew, rel=1e-12)
    assert not supremum.doubtful  # the table was asked every time: no need to repeat that run
    assert found[-1] == pytest.approx(anew[-1], rel=1e-12)


def test_a_recursion_in_which_a_maximiser_is_overtaken_is_repeated_once():
    state, last = Symbol("S", nonnegative=True), Symbol("M", nonnegative=True)
    height = Supremum(variable=z, value=s0 + state * s1)
    steps = Recurrence(
        state=(state, last), start=(Integer(0), Integer(0)), step=(state + Rational(1, 100), height), output=last
    )
    arithmetic = Doubles(activation(BUMPS))
    found = Stepper(steps, arithmetic).run({T: 120}, 120)
    assert found == pytest.approx(ScalarSupremum(s0 + c * s1, (c,), activation(BUMPS))(1.18), rel=1e-12)


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
