import copy
import json

import numpy as np
import pytest
from certification_problems import small_problem

from boundcheck.certificates import certify, replay, save
from boundcheck.certificates.document import read_problem


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    problem = small_problem(5, m=64)
    certificate = certify(problem.X, problem.y, "tanh", weights=problem.weights, radii=(1.5, 3), tau=(2, 12))
    path = save(certificate, tmp_path_factory.mktemp("certificates") / "c.json")
    return json.loads(path.read_text())


def test_a_certificate_replays(stored):
    assert replay(stored).accepted, replay(stored).reason
    assert {item["method"] for item in stored["guarantees"]} >= {"A", "B"}


def test_the_problem_is_read_back_exactly(stored):
    problem = small_problem(5, m=64)
    again = read_problem(stored)
    assert np.array_equal(again.X, problem.X)
    assert np.array_equal(again.weights.u, problem.weights.u)


def lower(text):
    return str(float(text) * 0.99)


def in_guarantee(method, key, change):
    def alter(content):
        item = next(item for item in content["guarantees"] if item["method"] == method)
        item[key] = change(item[key])

    return alter


def swap_digit(part, name):
    def alter(content):
        text = content[part][name]["base64"]
        content[part][name]["base64"] = ("B" if text[10] != "B" else "C").join([text[:10], text[11:]])

    return alter


ALTERATIONS = {
    "bound": lambda c: c["bounds"].__setitem__(1, lower(c["bounds"][1])),
    "B": in_guarantee("B", "value", lower),
    "A": in_guarantee("A", "value", lower),
    "tau of A": lambda c: [g for g in c["guarantees"] if g["method"] == "A"][-1].__setitem__("tau", 1),
    "claim of A": in_guarantee("A", "claim", lambda _: "R(Theta(tau))"),
    "method": in_guarantee("A", "method", lambda _: "B"),
    "headline": lambda c: c.__setitem__("bound", "0"),
    "informative": lambda c: c.__setitem__("informative", not c["informative"]),
    "lambda": lambda c: c["constants"].__setitem__("lambda_max", lower(c["constants"]["lambda_max"])),
    "trivial": lambda c: c.__setitem__("trivial", lower(c["trivial"])),
    "flattering trivial": lambda c: c.__setitem__("trivial", "1"),
    "data": swap_digit("data", "y"),
    "weights": swap_digit("weights", "u"),
    "activation": lambda c: c.__setitem__("activation", "sin"),
    "step size": lambda c: c.__setitem__("step_size", (float.fromhex(c["step_size"]) / 2).hex()),
    "radii": lambda c: c.__setitem__("radii", [r.hex() for r in (0.01, 0.01)]),
    "kind": lambda c: c.__setitem__("kind", "proof"),
    "schema": lambda c: c.__setitem__("schema", 2),
    "estimate": lambda c: c.__setitem__("rigorous", False),
    "shape": lambda c: c.__setitem__("m", 128),
    "missing": lambda c: c.pop("guarantees"),
    "empty": lambda c: c.__setitem__("guarantees", []),
    "nan": lambda c: c["bounds"].__setitem__(1, "nan"),
    "horizon": lambda c: c.__setitem__("horizon", 10**9),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_altered_certificate_is_rejected(stored, name):
    content = copy.deepcopy(stored)
    ALTERATIONS[name](content)
    result = replay(content)
    assert not result.accepted
    assert result.reason


@pytest.mark.parametrize("content", [{}, {"kind": "risk-certificate"}, {"kind": "risk-certificate", "schema": 1}])
def test_fragments_are_rejected(content):
    assert not replay(content).accepted


def test_a_larger_bound_is_still_true(stored):
    content = copy.deepcopy(stored)
    content["bounds"] = [str(float(text) * 1.5) for text in content["bounds"]]
    assert replay(content).accepted
