"""A second opinion from z3 (the optional extra ``smt``): polynomials, quotients, roots, absolute values, min and max.

Nothing depends on it: it gives no certificate that the small checker could re-check, so it never decides a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Literal

from boundcheck.algebra.hypotheses import hypotheses
from boundcheck.algebra.terms import Rel, Term, read_relation

Opinion = Literal["valid", "counterexample", "unknown", "not applicable"]


class _Outside(Exception):  # noqa: N818 - an ordinary outcome
    """The claim uses what z3's non-linear arithmetic does not have."""


def second_opinion(claim: str, given: Iterable[str] = (), timeout: float = 5.0) -> Opinion:
    """Ask z3 whether a claim follows from its hypotheses.

    Args:    claim, given: texts in the language of claims; timeout: seconds.
    Raises:  ValueError if z3 is not installed.
    """
    try:
        z3: Any = import_module("z3")
    except ImportError:
        message = "a second opinion needs z3; install it with: pip install 'boundcheck[smt]'"
        raise ValueError(message) from None
    integers, relations = hypotheses(list(given))
    reader = _Reader(z3, set(integers))
    solver = z3.Solver()
    solver.set("timeout", int(1000 * timeout))
    try:
        assumed = [reader.relation(item) for item in relations]
        wanted = reader.relation(read_relation(claim))
    except _Outside:
        return "not applicable"
    solver.add(*assumed, *reader.definitions, z3.Not(wanted))
    answer = solver.check()
    return "valid" if answer == z3.unsat else "counterexample" if answer == z3.sat else "unknown"


class _Reader:
    """Translates terms; roots and quotients become new variables with their defining relations."""

    def __init__(self, z3: Any, integers: set[str]) -> None:
        self.z3 = z3
        self.integers = integers
        self.definitions: list[Any] = []

    def relation(self, relation: Rel) -> Any:
        left, right = self.term(relation.left), self.term(relation.right)
        compare = {"==": left == right, "!=": left != right, "<=": left <= right, "<": left < right,
                   ">=": left >= right, ">": left > right}  # fmt: skip
        return compare[relation.op]

    def term(self, term: Term) -> Any:
        z3, head = self.z3, term[0]
        if head == "num":
            return z3.RealVal(f"{term[1].numerator}/{term[1].denominator}")
        if head == "var":
            return z3.ToReal(z3.Int(term[1])) if term[1] in self.integers else z3.Real(term[1])
        if head in ("pi", "sum", "p", "q", "exp", "log", "tanh", "erf", "sin", "cos", "atan"):
            raise _Outside
        if head == "**":
            return self._power(term)
        parts = [self.term(child) for child in term[1:]]
        if head in ("+", "*"):
            return parts[0] + parts[1] if head == "+" else parts[0] * parts[1]
        if head == "/":
            return self._defined(lambda quotient: (quotient * parts[1] == parts[0], parts[1] != 0))
        if head == "sqrt":
            return self._defined(lambda root: (root * root == parts[0], root >= 0))
        if head == "abs":
            return z3.If(parts[0] >= 0, parts[0], -parts[0])
        result = parts[0]
        for part in parts[1:]:
            result = z3.If((part < result) if head == "min" else (part > result), part, result)
        return result

    def _power(self, term: Term) -> Any:
        exponent = term[2]
        if exponent[0] != "num" or exponent[1].denominator != 1 or not 0 <= exponent[1] <= 12:
            raise _Outside
        result, base = self.z3.RealVal(1), self.term(term[1])
        for _ in range(int(exponent[1])):
            result = result * base
        return result

    def _defined(self, conditions: Any) -> Any:
        fresh = self.z3.FreshReal("v")
        self.definitions.extend(conditions(fresh))
        return fresh
