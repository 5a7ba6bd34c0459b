from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec

import pytest

from boundcheck.algebra import prove
from boundcheck.algebra.smt import second_opinion


def test_without_z3_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(ValueError, match="smt"):
        second_opinion("x >= x")
    assert prove("x**2 >= 0").status == "proved", "nothing depends on the extra"


def test_the_second_opinion_agrees_where_it_has_one():
    if find_spec("z3") is None:
        return
    importlib.import_module("z3")
    cases = [
        ("x**2 + y**2 >= 2*x*y", [], "valid"),
        ("x + 1/x >= 2", ["x > 0"], "valid"),
        ("sqrt(x*y) <= (x + y)/2", ["x >= 0", "y >= 0"], "valid"),
        ("x**2 > 0", [], "counterexample"),
        ("abs(x + y) < abs(x) + abs(y)", [], "counterexample"),
        ("exp(x) >= 1 + x", [], "not applicable"),
    ]
    for claim, given, opinion in cases:
        assert second_opinion(claim, given) == opinion, claim
        expected = {"valid": "proved", "counterexample": "refuted", "not applicable": "proved"}[opinion]
        assert prove(claim, given).status == expected, claim
