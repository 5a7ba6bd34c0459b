"""Certificates of false claims, for every rule: each is rejected by one check, or by a few that guard the same.

A forgery is (rule, claim, hypotheses, steps). Facts are numbered from 0, hypotheses first, simple bounds before others.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Forgery(NamedTuple):
    rule: str
    claim: str
    given: tuple[str, ...]
    steps: list[dict[str, Any]]


NEVER = "0 >= 1"


def axiom(name: str, **terms: str) -> dict[str, Any]:
    return {"rule": "axiom", "name": name, "with": terms}


def combination(*terms: dict[str, Any]) -> dict[str, Any]:
    return {"rule": "combination", "terms": list(terms)}


def squared(index: int) -> dict[str, Any]:
    """Square a fact: where it says that the root of a negative number is >= 0, a contradiction."""
    return combination({"c": "1", "facts": [[index, 2]]})


def rewrite(fact: int, using: int, atom: str) -> dict[str, Any]:
    return {"rule": "rewrite", "fact": fact, "using": using, "atom": atom}


def induction(goal: str, base: list, step: list, start: str = "0") -> dict[str, Any]:
    return {"rule": "induction", "variable": "t", "from": start, "goal": goal, "base": base, "step": step}


def slope(goal: str, **more: Any) -> dict[str, Any]:
    step = {"rule": "slope", "variable": "x", "from": "0", "direction": "+", "goal": goal, "start": [], "slope": []}
    return step | more


def concave(goal: str) -> dict[str, Any]:
    return slope(goal, rule="concave", to="1", end=[], bend=[])


def boxes(goal: str) -> dict[str, Any]:
    return {"rule": "boxes", "goal": goal, "box": {"x": ["0", "1"]}, "cover": "leaf"}


def cases(goal: str, on: str, **branches: list) -> dict[str, Any]:
    names = {"positive": ">", "above": ">=", "below": "<", "not_above": "<="}
    made = [{"op": names[name], "steps": steps} for name, steps in branches.items()]
    return {"rule": "cases", "goal": goal, "on": on, "branches": made}


def summands(left: str, right: str, fresh: str = "j", rule: str = "sum-bound") -> dict[str, Any]:
    return {"rule": rule, "left": left, "right": right, "index": fresh, "steps": []}


UNIT = ("x >= 0", "x <= 1")
COUNT = ("integer(n)", "n >= 1")
WHOLE = ("integer(t)", "t >= 0")

FORGERIES = (
    # An integer that is none, a condition that does not hold, a root of a negative number.
    Forgery("axiom", "sqrt(1 + x) >= 1 + x/2", ("x >= -1",), [axiom("bernoulli", u="x", t="1/2")]),
    Forgery("axiom", "tanh(x) <= x", (), [axiom("tanh-below-identity", u="x")]),
    Forgery("axiom", NEVER, ("x < 0",), [axiom("power-mean", u="sqrt(x)", v="0", w="2")]),
    Forgery("sight", "x >= 0", (), [{"rule": "sight", "goal": "x >= 0"}]),
    Forgery("sight", "x >= 0", ("x <= 0",), [{"rule": "sight", "goal": "sqrt(x) >= 0"}, squared(1)]),
    Forgery("number", "pi > 4", (), [{"rule": "number", "goal": "pi > 4"}]),
    # A negative coefficient, a factor of unknown sign, 0**0 of an equality, the square of what has no value.
    Forgery("combination", "-x**2 >= 0", (), [combination({"c": "-1", "square": "x"})]),
    Forgery("combination", "x >= 0", (), [combination({"c": "1", "times": "x"})]),
    Forgery("combination", NEVER, ("x == 0",), [combination({"c": "1", "facts": [[0, 0]]})]),
    Forgery("combination", NEVER, ("x < 0",), [combination({"c": "1", "square": "sqrt(x)"})]),
    # By an inequality, by an equality that is not linear, by one whose coefficient may vanish.
    Forgery("rewrite", "y >= 1", ("x >= y", "x >= 1"), [rewrite(1, 0, "x")]),
    Forgery("rewrite", "y >= 0", ("x <= y", "x**2 + x == 0"), [rewrite(0, 1, "x")]),
    Forgery("rewrite", "z >= 1", ("y > 1", "x*y == x*z"),
            [rewrite(0, 1, "y"), {"rule": "contradiction", "goal": "z >= 1", "steps": [
                combination({"c": "1", "facts": [[2, 1]]}, {"c": "1", "facts": [[3, 1]], "square": "x"})]}]),
    Forgery("eliminate", "x >= 0", (),
            [{"rule": "eliminate", "variable": "x", "by": "1", "goal": "x >= 0", "steps": []}]),
    Forgery("eliminate", "x >= 0", ("x == y",),
            [{"rule": "eliminate", "variable": "x", "by": "y", "goal": "x >= 0", "steps": []}]),
    # x = s**0, x = s**2 for x of unknown sign, a name in use, a goal that was not proved.
    Forgery("reparametrise", "x >= 1", ("x >= 0",),
            [{"rule": "reparametrise", "variable": "x", "fresh": "s", "root": 0, "goal": "x >= 1", "steps": []}]),
    Forgery("reparametrise", "x >= 0", (),
            [{"rule": "reparametrise", "variable": "x", "fresh": "s", "root": 2, "goal": "x >= 0", "steps": []}]),
    Forgery("reparametrise", NEVER, ("x >= 0", "s < 0"),
            [{"rule": "reparametrise", "variable": "x", "fresh": "s", "root": 2, "goal": NEVER, "steps": []}]),
    Forgery("reparametrise", "x >= 1", ("x >= 0",),
            [{"rule": "reparametrise", "variable": "x", "fresh": "s", "root": 2, "goal": "x >= 1", "steps": []}]),
    Forgery("contradiction", "x >= 0", (), [{"rule": "contradiction", "goal": "x >= 0", "steps": []}]),
    Forgery("contradiction", "x >= 0", ("x <= 0",),
            [{"rule": "contradiction", "goal": "sqrt(x) >= 0", "steps": [squared(1)]}, squared(1)]),
    Forgery("cases", "x >= 0", (), [cases("x >= 0", "x", above=[])]),
    Forgery("cases", "x >= 1", (), [cases("x >= 1", "x", above=[], below=[])]),
    Forgery("cases", "x >= 0", ("x <= 0",),
            [cases("x >= 0", "sqrt(x)", positive=[squared(1)], not_above=[squared(1)])]),
    # Not an integer, no known start, a start that is no integer, base or step not proved.
    Forgery("induction", "t*(t - 1) >= 0", ("t >= 0",), [induction("t*(t - 1) >= 0", [], [])]),
    Forgery("induction", "t >= 0", ("integer(t)",), [induction("t >= 0", [], [])]),
    Forgery("induction", "t < 1", ("integer(t)", "t >= 1", "t >= 1/2"),
            [induction("t < 1", [], [
                combination({"c": "2", "facts": [[2, 1]]}, {"c": "1", "facts": [[0, 1]]})], start="1/2")]),
    Forgery("induction", "t >= 1", WHOLE, [induction("t >= 1", [], [])]),
    Forgery("induction", "t <= 0", WHOLE, [induction("t <= 0", [], [])]),
    # The last or the first term of an empty sum.
    Forgery("sum-last", "sum(k, 1, n, 2**k) >= 2**n", ("integer(n)", "n >= 0"),
            [{"rule": "sum-last", "sum": "sum(k, 1, n, 2**k)"},
             combination({"c": "1", "facts": [[1, 1]]}, {"c": "1", "times": "sum(k, 1, n - 1, 2**k)"})]),
    Forgery("sum-first", "sum(k, 1, n, 2**k) >= 2", ("integer(n)", "n >= 0"),
            [{"rule": "sum-first", "sum": "sum(k, 1, n, 2**k)"},
             combination({"c": "1", "facts": [[1, 1]]}, {"c": "1", "times": "sum(k, 2, n, 2**k)"})]),
    # Summands that were not compared, or at an index whose name means something else.
    Forgery("sum-bound", "sum(k, 1, n, k) <= 0", COUNT, [summands("sum(k, 1, n, k)", "0")]),
    Forgery("sum-bound", "sum(k, 1, n, k) <= sum(k, 1, n, y)", COUNT, [summands("sum(k, 1, n, k)", "y", "y")]),
    Forgery("sum-bound", "sum(k, 1, n, n) <= sum(k, 1, n, k)", COUNT, [summands("sum(k, 1, n, n)", "k", "n")]),
    Forgery("sum-equal", "sum(k, 1, n, k) == 0", COUNT, [summands("sum(k, 1, n, k)", "0", rule="sum-equal")]),
    # An equality, a stretch that x need not lie in, a strict inequality at its start, start or slope not proved.
    Forgery("slope", "exp(x) == 1", ("x >= 0",), [slope("exp(x) == 1")]),
    Forgery("slope", "exp(x) >= 1", (), [slope("exp(x) >= 1")]),
    Forgery("slope", "exp(x) > 1", ("x >= 0",), [slope("exp(x) > 1", strict=True)]),
    Forgery("slope", "exp(x) >= 2", ("x >= 0",), [slope("exp(x) >= 2")]),
    Forgery("slope", "-x >= 0", ("x >= 0",), [slope("-x >= 0")]),
    Forgery("slope", "-x >= 0", ("y < 0", "x >= 0"), [slope("-x >= 0", to="sqrt(y)", slope=[combination(
        {"c": "1", "facts": [[2, 2]]}, {"c": "2", "facts": [[1, 1], [2, 1]]}, {"c": "1", "square": "x"})])]),
    Forgery("concave", "-x**2 >= 0", UNIT, [concave("-x**2 >= 0")]),
    Forgery("concave", "x**2 - x >= 0", UNIT, [concave("x**2 - x >= 0")]),
    # Outside its box, an inequality the other way round, a piece that is not decided.
    Forgery("boxes", "x + 1 > 0", (), [boxes("x + 1 > 0")]),
    Forgery("boxes", "x + 1 < 0", UNIT, [boxes("x + 1 < 0")]),
    Forgery("boxes", "x - 2 > 0", UNIT, [boxes("x - 2 > 0")]),
)  # fmt: skip
