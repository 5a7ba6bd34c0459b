import copy
import json

import numpy as np
import pytest
from certification_problems import small_problem

from boundcheck.certificates import certify, replay, save
from boundcheck.certificates.document import read_problem, seal
from boundcheck.certificates.guarantee import upper_text
from boundcheck.configuration import preset


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    problem = small_problem(5, m=64)
    given = {"weights": problem.weights, "radii": (1.5, 3), "tau": (2, 12), "train": True}
    certificate = certify(problem.X, problem.y, "tanh", **given)
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
    "schema": lambda c: c.__setitem__("schema", 1),
    "estimate": lambda c: c.__setitem__("rigorous", False),
    "shape": lambda c: c.__setitem__("m", 128),
    "missing": lambda c: c.pop("guarantees"),
    "empty": lambda c: c.__setitem__("guarantees", []),
    "nan": lambda c: c["bounds"].__setitem__(1, "nan"),
    "horizon": lambda c: c.__setitem__("horizon", 10**9),
    "standing": lambda c: c.__setitem__("standing", "theorem"),
    "scope": lambda c: c.__setitem__("scope", "generalisation"),
    "measured": lambda c: c.__setitem__("measured", lower(c["measured"])),
    "ratio": lambda c: c.__setitem__("ratio", lower(c["ratio"])),
    "run, upper": lambda c: c["enclosed"]["2"].__setitem__("upper", lower(c["enclosed"]["2"]["upper"])),
    "run, lower": lambda c: c["enclosed"]["2"].__setitem__("lower", str(float(c["enclosed"]["2"]["lower"]) * 1.01)),
    "run, step": lambda c: c["enclosed"].__setitem__("3", c["enclosed"]["2"]),
    "details of A": in_guarantee("A", "details", lambda d: d | {"residual": (0.0).hex()}),
    "change of A": in_guarantee("A", "details", lambda d: d | {"change": 1}),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_altered_certificate_is_rejected(stored, name):
    content = copy.deepcopy(stored)
    ALTERATIONS[name](content)
    result = replay(content)
    assert not result.accepted
    assert result.reason
    forged = replay(content | {"sha256": seal(content)})
    assert not forged.accepted
    assert "stated hash; it was altered" not in forged.reason


@pytest.fixture(scope="module")
def chosen(tmp_path_factory):
    """A certificate of the default configuration's kind: its headline is A's, at a step size that A chose."""
    values = {"m": 64, "n": 3, "T": 3, "d": 2, "tau": 20, "run": {"statements": ["certificate-a"]}}
    certificate = certify(preset("quick").with_values(values))
    return json.loads(save(certificate, tmp_path_factory.mktemp("chosen") / "c.json").read_text())


def test_a_headline_with_a_step_size_of_its_own_replays(chosen):
    assert chosen["method"] == "A"
    assert chosen["run"]["step_size"] != chosen["step_size"]
    assert chosen["measured"] != chosen["enclosed"]["20"]["upper"]
    assert replay(chosen).accepted, replay(chosen).reason


def at_half_the_step(content):
    content["run"]["step_size"] = (float.fromhex(content["run"]["step_size"]) / 2).hex()


def own_run(content):
    """Put the certificate's own run, which the headline is not about, beside the headline."""
    content["run"] = {"step_size": content["step_size"]} | content["enclosed"][str(content["tau"])]
    content["measured"] = content["run"]["upper"]
    content["ratio"] = upper_text(float(content["bound"]) / float(content["run"]["lower"]), 6)


def flattered(content):
    for key in ("lower", "upper"):
        content["run"][key] = str(float(content["run"][key]) * 1.01)
    content["measured"] = content["run"]["upper"]
    content["ratio"] = upper_text(float(content["bound"]) / float(content["run"]["lower"]), 6)


def belittled(content):
    content["measured"] = content["run"]["upper"] = lower(content["run"]["upper"])


RUNS = {
    "another step size": at_half_the_step,
    "the certificate's own run": own_run,
    "a larger risk": flattered,
    "a smaller risk": belittled,
    "no run": lambda c: c.__setitem__("run", None),
    "no ratio": lambda c: c.__setitem__("ratio", None),
}


@pytest.mark.parametrize("name", RUNS)
def test_an_altered_run_beside_the_headline_is_rejected(chosen, name):
    content = copy.deepcopy(chosen)
    RUNS[name](content)
    forged = replay(content | {"sha256": seal(content)})
    assert not forged.accepted
    assert "stated hash" not in forged.reason


def leaves(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path
    else:
        for key, inner in items:
            yield from leaves(inner, (*path, key))


def test_no_leaf_can_be_altered_unnoticed(stored):
    places = list(leaves(stored))
    assert len(places) > 100
    for *inside, last in places:
        content = copy.deepcopy(stored)
        holder = content
        for key in inside:
            holder = holder[key]
        holder[last] = holder[last] + 1 if isinstance(holder[last], (int, float)) else f"{holder[last]}0"
        assert last == "seconds" or not replay(content).accepted, (inside, last)


def test_the_headline_is_about_the_certificates_own_algorithm(stored):
    """A guarantee for free gradient descent is none for the projected one, however small."""
    content = copy.deepcopy(stored)
    other = next(item for item in content["guarantees"] if item["method"] == "B")
    content["guarantees"].append(other | {"radii": None})
    for key in ("tau", "claim", "method"):
        content[key] = other[key]
    content["guarantees"] = [item for item in content["guarantees"] if item is not other]
    content["bound"] = other["value"]
    content["informative"] = float(content["bound"]) < float(content["trivial"])
    assert "own algorithm" in replay(content | {"sha256": seal(content)}).reason


@pytest.mark.parametrize("content", [{}, {"kind": "risk-certificate"}, {"kind": "risk-certificate", "schema": 2}])
def test_fragments_are_rejected(content):
    assert not replay(content).accepted


def test_a_larger_bound_is_still_true(stored):
    content = copy.deepcopy(stored)
    content["bounds"] = [str(float(text) * 1.5) for text in content["bounds"]]
    assert replay(content | {"sha256": seal(content)}).accepted
