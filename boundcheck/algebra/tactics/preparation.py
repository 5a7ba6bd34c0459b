"""Before combining: bring in axioms for the atoms at hand, and eliminate what they define.

An equality such as |a| = a or p(t+1,a) = 1 + a p(t,a) becomes a rule: its atom is rewritten in every fact, and the
older version of the fact is no longer used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.tactics.instances import bounds, definitions, from_goal, variable_of
from boundcheck.algebra.terms import Rel, read, write

Step = dict[str, Any]
REWRITING = {
    "abs-of-nonnegative", "abs-of-nonpositive", "root-of-product", "p-step", "q-step", "power-step", "power-of-sum",
    "p-empty", "q-empty", "power-of-product", "exp-sum", "log-of-product", "log-of-quotient", "log-of-root",
    "exp-of-log", "log-of-exp", "log-of-power", "p-at-one", "q-at-one", "sum-last", "sum-first", "sum-equal",
    "sin-of-sum", "cos-of-sum", "p-as-plain-sum", "q-as-plain-sum", "power-of-power", "power-of-real-power",
    "real-power-of-product", "power-of-integer-sum",
}  # fmt: skip
MAX_TERMS = 200


class Preparation:
    """Runs steps in a context and keeps track of which facts are current and which deny the goal."""

    def __init__(self, context: Context, attempt: Callable[[Context, Step], bool], focus: list[int]) -> None:
        self.context = context
        self.attempt = attempt
        self.focus = list(focus)
        self.steps: list[Step] = []
        self.obsolete: set[int] = set()
        self.rules: list[tuple[int, int]] = []
        self._tried: set[str] = set()

    def run(self, goal: Rel | None = None) -> None:
        """Rewrite by definitions as long as there are any, then bring in bounds."""
        for step in [] if goal is None else list(from_goal(self.context, goal)):
            self.take(step)
        self._exhaust(definitions, 4)
        self._exhaust(bounds, 1)
        self._exhaust(definitions, 2)

    def _exhaust(self, source: Callable[[Context, list[Poly]], Iterator[Step]], rounds: int) -> None:
        for _ in range(rounds):
            before = len(self.steps)
            for step in list(source(self.context, self.current())):
                if self.context.contradiction:
                    return
                self.take(step)
            if len(self.steps) == before:
                return

    def current(self) -> list[Poly]:
        """Polynomials of the facts in use."""
        return [fact.polynomial for k, fact in enumerate(self.context.facts) if k not in self.obsolete]

    def take(self, step: Step) -> None:
        """Run an axiom step, once; rewrite what it brings, and by it if it defines an atom."""
        key = repr(step)
        if key in self._tried:
            return
        self._tried.add(key)
        first = len(self.context.facts)
        if not self.attempt(self.context, step):
            return
        self.steps.append(step)
        for k in range(first, len(self.context.facts)):
            self.rewrite(k)
        if step.get("name", step["rule"]) in REWRITING:
            self.define(len(self.context.facts) - 1, step.get("left"))

    def define(self, index: int, left: str | None = None) -> None:
        """Use an equality as a rule for its left side, where that is named, or for its leading atom."""
        fact = self.context.facts[index]
        g = None if left is None else variable_of(self.context.table.normal(read(left)))
        if g not in fact.polynomial.generators():
            g = leading_atom(self.context, fact.polynomial) if fact.op == "==" else None
        if g is None or self.context.contradiction:
            return
        self.rules.append((g, index))
        for k in range(len(self.context.facts)):
            if k != index and k not in self.obsolete:
                self.rewrite(k)
        self.obsolete.add(index)

    def rewrite(self, index: int) -> None:
        """Apply the rules to a fact until none applies; its last version replaces it."""
        for _ in range(20):
            fact = self.context.facts[index]
            rule = next((rule for rule in self.rules if rule[0] in fact.polynomial.generators()), None)
            if rule is None or len(fact.polynomial) > MAX_TERMS or self.context.contradiction:
                return
            g, equality = rule
            first = len(self.context.facts)
            atom = write(self.context.table.atoms[g].term)
            step = {"rule": "rewrite", "fact": index, "using": equality, "atom": atom}
            if not self.attempt(self.context, step):
                return
            self.steps.append(step)
            self.obsolete.add(index)
            if index in self.focus:
                self.focus.append(first)
            index = first


def leading_atom(context: Context, polynomial: Poly) -> int | None:
    """Choose the atom to eliminate: linear with a constant coefficient, no variable, the most composite one."""
    candidates: list[tuple[bool, tuple[bool, int, int, int], int]] = []
    for g in polynomial.generators():
        parts = polynomial.by_power(g)
        if set(parts) <= {0, 1} and context.table.atoms[g].head != "var" and "0" not in context.sign(parts[1]):
            candidates.append((parts[1].is_constant() or context.table.atoms[g].head == "sum", _weight(context, g), g))
    chosen = max(candidates, default=None)
    return chosen[-1] if chosen is not None and chosen[0] else None


def _weight(context: Context, g: int) -> tuple[bool, int, int, int]:
    atom = context.table.atoms[g]
    shift = 0
    if atom.head in ("p", "q", "**", "sum"):
        value = atom.arguments[0 if atom.head in ("p", "q") else 1].numerator.constant_value()
        shift = int(value.p // value.q)
    return atom.head == "sum", shift, int(atom.head == "q"), len(write(atom.term))
