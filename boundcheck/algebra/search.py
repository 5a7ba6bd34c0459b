"""The search for a proof: tactics tried cheap first, each step run through the checker as it is found.

``Search.prove`` works in a context of its own; when it returns steps, the checker has run them there and the goal is
known. What a tactic cannot do it leaves; running out of time raises ``OutOfTime``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from boundcheck.algebra.context import Context, Fact, NotDefined
from boundcheck.algebra.normal import UndefinedTerm
from boundcheck.algebra.polynomials import Poly, TooLarge
from boundcheck.algebra.replay import Checker, Rejected
from boundcheck.algebra.tactics.combination import close
from boundcheck.algebra.tactics.preparation import Preparation
from boundcheck.algebra.terms import Rel, free, free_relation, substitute_relation, write, write_relation

Step = dict[str, Any]
FAILURES = (Rejected, NotDefined, UndefinedTerm, TooLarge)


class OutOfTime(Exception):  # noqa: N818 - an ordinary outcome
    """The time allowed for a claim is used up."""


class Search:
    """A search with a deadline."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.checker = Checker(self.tick)
        self.missing = ""
        self.method = ""

    def tick(self) -> None:
        """Raise OutOfTime when the time is used up."""
        if time.monotonic() > self.deadline:
            raise OutOfTime

    def remaining(self) -> float:
        """Seconds left."""
        return self.deadline - time.monotonic()

    def attempt(self, context: Context, step: Step) -> bool:
        """Run a step if the checker takes it."""
        self.tick()
        self.checker.count = 0
        try:
            self.checker.step(context, step)
        except FAILURES:
            return False
        return True

    def prove(self, context: Context, goal: Rel, depth: int = 2) -> list[Step] | None:
        """Find steps after which the goal is known in the context, or return None."""
        self.tick()
        if context.contradiction:
            return []
        steps = self.define(context, goal, depth)
        if steps is None:
            return None
        if context.holds(goal):
            return steps
        found = self.conclude(context, goal, depth)
        return None if found is None else steps + found

    def define(self, context: Context, goal: Rel, depth: int) -> list[Step] | None:
        """Establish that the terms of the goal are defined, condition by condition."""
        steps: list[Step] = []
        for _ in range(12):
            try:
                context.require_defined(goal)
            except NotDefined as missing:
                more = self.side_condition(context, str(missing), depth)
                if more is None:
                    self.missing = self.missing or str(missing)
                    return None
                steps += more
            else:
                return steps
        return None

    def side_condition(self, context: Context, text: str, depth: int) -> list[Step] | None:
        """Prove a condition of definedness that is a relation."""
        from boundcheck.algebra.terms import TermError, read_relation

        if depth <= 0:
            return None
        try:
            condition = read_relation(text)
        except TermError:
            return None
        options = [condition]
        if condition.op == "!=":
            options = [Rel(condition.left, ">", condition.right), Rel(condition.left, "<", condition.right)]
        for option in options:
            trial = context.child()
            found = self.prove(trial, option, depth - 1)
            if found is not None:
                context.adopt(trial)
                return found
        return None

    def replayed(self, context: Context, steps: list[Step]) -> bool:
        """Run steps found in a copy of the context in the context itself."""
        return all(self.attempt(context, step) for step in steps)

    def conclude(self, context: Context, goal: Rel, depth: int) -> list[Step] | None:
        """Try the tactics in order."""
        tactics: tuple[tuple[str, Callable[..., list[Step] | None]], ...] = TACTICS
        for name, tactic in tactics:
            inner = context.child()
            try:
                found = tactic(self, inner, goal, depth)
            except FAILURES:
                continue
            trial = context.child()
            if found is not None and self.replayed(trial, found) and (trial.contradiction or trial.holds(goal)):
                self.method = name
                context.adopt(trial)
                return found
        return None


def split_equality(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """u == v from u <= v and u >= v."""
    if goal.op != "==":
        return None
    first = search.prove(context, Rel(goal.left, "<=", goal.right), depth)
    if first is None:
        return None
    second = search.prove(context, Rel(goal.left, ">=", goal.right), depth)
    return None if second is None else first + second


def by_combination(level: int) -> Callable[..., list[Step] | None]:
    """Return the tactic that denies the goal and looks for a combination of facts against it."""

    def tactic(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
        if goal.op == "!=" or (goal.op == "==" and level == 3):
            return None
        inner = context.child()
        before = len(inner.facts)
        inner.add(inner.fact(goal.negated()))
        work = Preparation(inner, search.attempt, list(range(before, len(inner.facts))))
        work.run()
        if not inner.contradiction:
            found = close(inner, work.focus, work.obsolete, level, min(2.0, search.remaining()), search.tick)
            if found is None or not search.replayed(inner, found):
                return None
            work.steps += found
        return [{"rule": "contradiction", "goal": write_relation(goal), "steps": work.steps}]

    return tactic


def eliminate(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Put x = expression, known from an equality linear in a variable x, everywhere."""
    if depth <= 0:
        return None
    for fact in context.facts:
        if fact.op != "==":
            continue
        for name, by in solutions(context, fact):
            rule = {name: by}
            inner_goal = substitute_relation(goal, rule)
            step = {"rule": "eliminate", "variable": name, "by": write(by), "goal": write_relation(goal)}
            if not context.holds(Rel(("var", name), "==", by)):
                continue
            found = search.prove(context.substituted(name, by), inner_goal, depth)
            if found is not None:
                return [{**step, "steps": found}]
    return None


def solutions(context: Context, fact: Fact) -> list[tuple[str, Any]]:
    """Return (variable, term) pairs that an equality determines."""
    result = []
    table = context.table
    for g in sorted(fact.polynomial.generators()):
        atom = table.atoms[g]
        parts = fact.polynomial.by_power(g)
        if atom.head != "var" or set(parts) - {0, 1} or "0" in context.sign(parts[1]):
            continue
        from boundcheck.algebra.normal import Frac

        by = table.term(table.multiply(Frac(-parts.get(0, Poly({}))), table.inverse(Frac(parts[1]))))
        if atom.term[1] not in free(by):
            result.append((len(write(by)), atom.term[1], by))
    return [(name, by) for _, name, by in sorted(result, key=lambda item: (item[0], item[1]))]


def by_induction(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Induction on an integer variable of the goal from its known lower bound."""
    if depth <= 0:
        return None
    for name in sorted(free_relation(goal) & context.integers):
        start = lower_bound(context, name)
        if start is None:
            continue
        step = attempt_induction(search, context, goal, name, start, depth)
        if step is not None:
            return [step]
    return None


def lower_bound(context: Context, name: str) -> int | None:
    """Return the largest c in a small range with t >= c known."""
    from boundcheck.algebra.terms import num

    for c in (4, 3, 2, 1, 0, -1):
        if context.holds(Rel(("var", name), ">=", num(c))):
            return c
    return None


def attempt_induction(
    search: Search, context: Context, goal: Rel, name: str, start: int, depth: int
) -> Step | None:
    """Prove base and step."""
    from boundcheck.algebra.terms import add, num

    variable = ("var", name)
    outside = context.without(name)
    base = search.prove(outside.child(), substitute_relation(goal, {name: num(start)}), depth - 1)
    if base is None:
        return None
    inner = outside.child()
    inner.integers.add(name)
    inner.add(inner.fact(Rel(variable, ">=", num(start))))
    inner.establish(goal)
    step = search.prove(inner, substitute_relation(goal, {name: add(variable, num(1))}), depth - 1)
    if step is None:
        return None
    return {
        "rule": "induction", "variable": name, "from": str(start), "goal": write_relation(goal), "base": base,
        "step": step,
    }  # fmt: skip


TACTICS: tuple[tuple[str, Callable[..., list[Step] | None]], ...] = (
    ("combination", by_combination(1)),
    ("equality", split_equality),
    ("elimination", eliminate),
    ("products", by_combination(2)),
    ("induction", by_induction),
    ("products-of-three", by_combination(3)),
)
