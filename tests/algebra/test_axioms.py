"""Every axiom of the small checker, against Arb at random points that satisfy its side conditions."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import arb, fmpq

from boundcheck.algebra.axioms import AXIOMS, Axiom
from boundcheck.algebra.balls import enclose
from boundcheck.algebra.refusals import NoValue
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.terms import read_relation, sub

SMALL = [Fraction(n, d) for n in range(-6, 7) for d in (1, 2, 3)]
INTEGERS = range(-3, 9)


def balls(values):
    return {name: arb(fmpq(value.numerator, value.denominator)) for name, value in values.items()}


def compared(relation, point):
    """Whether the relation holds surely, fails surely, or None."""
    gap = enclose(sub(relation.left, relation.right), point)
    signs = {"+"} if gap > 0 else {"-"} if gap < 0 else {"0"} if gap == 0 else None
    return None if signs is None else signs <= SIGNS[relation.op]


def points(axiom, count, seed):
    source = random.Random(seed)
    for _ in range(count):
        point = {
            name: Fraction(source.choice(INTEGERS)) if name in axiom.integers else source.choice(SMALL)
            for name in sorted(axiom.variables)
        }
        if {"s", "t"} <= axiom.variables - set(axiom.integers) and point["s"] != 1:
            point["t"] = point["s"] / (point["s"] - 1)  # conjugate exponents, which chance hardly hits
        yield point


def violations(axiom, count=400, seed=1):
    """Count points where all conditions hold surely and the conclusion fails surely; and points that were tested."""
    failed, tested = [], 0
    for values in points(axiom, count, seed):
        point = balls(values)
        try:
            if not all(compared(condition, point) for condition in axiom.conditions):
                continue
            tested += 1
            if compared(axiom.conclusion, point) is False:
                failed.append(values)
        except NoValue:
            continue
    return failed, tested


@pytest.mark.parametrize("name", sorted(AXIOMS))
def test_no_axiom_fails_at_a_point(name):
    failed, tested = violations(AXIOMS[name])
    assert not failed, (name, failed[:3])
    assert tested >= 10, f"{name} was hardly tested"


def test_the_test_finds_a_false_axiom():
    assert violations(Axiom(("exp(u) >= 1 + 2*u",)))[0]
    assert violations(Axiom(("sqrt(u*v) <= sqrt(u)", "u >= 0", "v >= 0")))[0]
    assert violations(Axiom(("p(t + 1, u) == 1 + abs(u)*p(t, u)", "integer(t)")))[0], "the condition t >= 0 matters"


def test_conditions_are_needed():
    """Dropping any condition of these makes them false somewhere, or undefined; none is for decoration."""
    needed = {"abs-of-nonnegative", "exp-monotone", "p-closed", "power-above-tangent", "log-monotone"}
    for name in needed:
        axiom = AXIOMS[name]
        for k in range(len(axiom.conditions)):
            kept = [c for j, c in enumerate(axiom.conditions) if j != k]
            weaker = Axiom.__new__(Axiom)
            weaker.conclusion, weaker.conditions = axiom.conclusion, tuple(kept)
            weaker.integers, weaker.variables = axiom.integers, axiom.variables
            assert violations(weaker)[0] or name == "log-monotone", (name, k)


def test_relations_read_as_written():
    assert read_relation("exp(u) >= 1 + u") == AXIOMS["exp-tangent"].conclusion
