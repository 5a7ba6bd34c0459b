"""Certificates with altered claims, hypotheses and steps: what is still accepted must still be true."""

from __future__ import annotations

import copy
import random
import re
from fractions import Fraction

import numpy as np

from boundcheck.algebra import prove, replay
from boundcheck.algebra.hypotheses import hypotheses, opening
from boundcheck.algebra.refutation import Refuter
from boundcheck.algebra.terms import num, read_relation
from boundcheck.algebra.witness import satisfied

CLAIMS = [
    ("x + 1/x >= 2", ["x > 0"]),
    ("r <= (f + sqrt(f**2 + A))**2", ["r <= A + 2*f*sqrt(r)", "r >= 0", "f >= 0", "A >= 0"]),
    ("(1 + x)**t >= 1 + t*x", ["integer(t)", "t >= 0", "x >= -1"]),
    ("q(t,x) <= t*p(t,x)", ["integer(t)", "t >= 0", "x >= 0"]),
    ("abs(a + b) <= abs(a) + abs(b)", []),
    ("tanh(x) <= x", ["x >= 0"]),
    ("x*(1 - x) <= 1/4", []),
    ("sum(k, 1, n, k) == n*(n + 1)/2", ["integer(n)", "n >= 0"]),
    ("f1 <= (1 - u/L)*f0", ["f1 <= f0 - g**2/(2*L)", "g**2 >= 2*u*f0", "L > 0", "u > 0"]),
    ("sin(x) >= x - x**3/6", ["x >= 0"]),
]


def places(value, path=()):
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))
    yield path


def changed(value, source):
    """Return another value of the same kind now and then, and nonsense otherwise."""
    if isinstance(value, str) and (numbers := list(re.finditer(r"\d+", value))) and source.random() < 0.5:
        match = source.choice(numbers)
        return value[: match.start()] + source.choice(["0", "1", "2", "7", "9/10", "1000000"]) + value[match.end() :]
    if isinstance(value, str) and source.random() < 0.7:
        signs = [("+", "-"), ("-", "+"), (">=", ">"), ("<=", "<"), (">=", "<="), ("*", "+"), (">", "<")]
        return value.replace(*source.choice(signs), 1)
    if isinstance(value, int):
        return value + source.choice([-1, 1, 5])
    if isinstance(value, list) and value:
        return source.choice([value[1:], value[:-1], value[::-1], value + value])
    return source.choice([None, True, "", "0", "-1", "1/0", "log(0)", [], {}, 10**30, "9" * 1500, "(" * 3000])


def alteration(certificate, source):
    result = copy.deepcopy(certificate)
    *before, last = source.choice([path for path in places(result) if path and path != ("kind",)])
    here = result
    for key in before:
        here = here[key]
    if source.random() < 0.1:
        del here[last]
    else:
        here[last] = changed(here[last], source)
    return result


def fails_at_a_point(certificate):
    """Whether Arb finds the claim false at one of many points that satisfy the hypotheses."""
    claim = read_relation(certificate["claim"])
    integers, relations = hypotheses(certificate["given"])
    points = Refuter(opening(certificate["given"]), claim, relations, integers).points(60)
    size = len(next(iter(points.values()), np.zeros(0)))
    for k in range(size):
        point = {name: num(Fraction(float(np.broadcast_to(values, size)[k]))) for name, values in points.items()}
        if all(satisfied(relation, point) for relation in relations) and satisfied(claim, point) is False:
            return True
    return False


def test_what_is_accepted_after_an_alteration_is_true():
    source = random.Random(20)
    certificates = [prove(claim, given, timeout=10).certificate for claim, given in CLAIMS]
    assert all(certificate["kind"] == "proof" for certificate in certificates)
    accepted = []
    for _ in range(600):
        made = alteration(source.choice(certificates), source)
        if replay(made) and (made["claim"], made["given"]) not in [(c["claim"], c["given"]) for c in certificates]:
            accepted.append(made)
    assert len(accepted) > 5, "some alterations leave a weaker claim, which is still proved"
    assert not [(made["claim"], made["given"]) for made in accepted if fails_at_a_point(made)]


def test_the_points_tell_a_false_claim():
    assert fails_at_a_point({"claim": "x + 1/x >= 3", "given": ["x > 0"]})
    assert fails_at_a_point({"claim": "q(t,x) <= 2*p(t,x)", "given": ["integer(t)", "t >= 0", "x >= 0"]})
