"""The search for a proof: tactics tried cheap first, each step run through the checker as it is found.

``Search.prove`` works in a context of its own; when it returns steps, the checker has run them there and the goal is
known. What a tactic cannot do it leaves; running out of time raises ``OutOfTime``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np

from boundcheck.algebra.checker import Checker
from boundcheck.algebra.clock import Clock, OutOfTime
from boundcheck.algebra.context import Context
from boundcheck.algebra.doubles import compiled, violation
from boundcheck.algebra.refusals import NotDefined, Refusal, TermError
from boundcheck.algebra.terms import Rel, free_relation, num, read_relation
from boundcheck.algebra.witness import satisfied

Step = dict[str, Any]
Tactic = Callable[["Search", Context, Rel, int], list[Step] | None]
SKIPPED_FOR_NUMBERS = ("induction", "cases", "signs", "slopes", "concavity", "boxes", "squares", "products-of-three")
MAX_SLOPES = 4


class Search:
    """A search with a clock."""

    def __init__(self, clock: Clock, tactics: Sequence[tuple[str, float, int, Tactic]]) -> None:
        self.clock = clock
        self.tactics = tactics
        self.checker = Checker(self.tick)
        self.method = ""
        self.points: dict[str, np.ndarray] = {}
        self.slopes_left = MAX_SLOPES
        self.failed: dict[object, int] = {}

    def tick(self) -> None:
        """Raise OutOfTime when the time is used up."""
        self.clock.tick()

    def attempt(self, context: Context, step: Step) -> bool:
        """Run a step if the checker takes it."""
        self.tick()
        self.checker.count = 0
        try:
            self.checker.step(context, step)
        except Refusal:
            return False
        return True

    def seems_false(self, goal: Rel) -> bool:
        """Whether a sub-goal clearly fails at a point that satisfies all hypotheses (doubles; only to save time)."""
        if not self.points or not free_relation(goal) <= self.points.keys():
            return False
        sides = compiled(goal.left), compiled(goal.right)
        with np.errstate(all="ignore"):
            left, right = (side(self.points) for side in sides)
            gap = np.asarray(violation(goal.op, left, right))
            clear = gap > 1e-7 * (np.abs(left) + np.abs(right)) + 1e-12
            if not np.any(clear):
                return False
            # Rounding of the points themselves must not matter: move them a little and look again.
            shifts = (1 + 1e-10 * np.cos(7.0 * k) for k in range(len(self.points)))
            moved = {name: self.points[name] * shift for name, shift in zip(self.points, shifts, strict=True)}
            change = np.abs(violation(goal.op, *(side(moved) for side in sides)) - gap)
            clear = clear & (change < 0.01 * gap)
        return bool(np.any(clear)) and self._fails_at(goal, int(np.argmax(np.where(clear, gap, -np.inf))))

    def _fails_at(self, goal: Rel, k: int) -> bool:
        """Whether Arb confirms that the goal fails at sample point k: doubles may have cancelled."""
        names = sorted(free_relation(goal))
        values = {name: np.broadcast_to(self.points[name], self._shape())[k] for name in names}
        if not all(np.isfinite(value) for value in values.values()):
            return False
        try:
            return satisfied(goal, {name: num(Fraction(float(value))) for name, value in values.items()}) is False
        except Refusal:
            return False

    def _shape(self) -> tuple[int, ...]:
        return np.broadcast_shapes(*(values.shape for values in self.points.values()))

    @contextmanager
    def where(self, relation: Rel) -> Iterator[None]:
        """Keep only the sample points at which a relation holds, for a while."""
        before = self.points
        if before and free_relation(relation) <= before.keys():
            with np.errstate(all="ignore"):
                left, right = compiled(relation.left)(before), compiled(relation.right)(before)
                kept = np.broadcast_to(violation(relation.op, left, right) <= 0, next(iter(before.values())).shape)
            self.points = {name: values[kept] for name, values in before.items()} if kept.any() else {}
        else:
            self.points = {}
        try:
            yield
        finally:
            self.points = before

    def prove(self, context: Context, goal: Rel, depth: int = 2) -> list[Step] | None:
        """Find steps after which the goal is known in the context, or return None."""
        self.tick()
        if context.contradiction:
            return []
        if self.seems_false(goal):
            return None
        try:
            steps = self.define(context, goal, depth)
            if steps is None:
                return None
            if context.holds(goal):
                return steps
            key = (context.fact(goal).polynomial.key, goal.op, context.signature(), len(self.tactics))
            if self.failed.get(key, -1) >= depth:
                return None
            found = self.conclude(context, goal, depth)
        except Refusal:
            return None
        if found is None and self.slopes_left == MAX_SLOPES:
            self.failed[key] = max(depth, self.failed.get(key, -1))
        return None if found is None else steps + found

    def prove_all(self, context: Context, goals: Sequence[Rel], depth: int) -> list[Step] | None:
        """Prove goals one after the other in one context."""
        steps: list[Step] = []
        for goal in goals:
            found = self.prove(context, goal, depth)
            if found is None:
                return None
            steps += found
        return steps

    def define(self, context: Context, goal: Rel, depth: int) -> list[Step] | None:
        """Establish that the terms of the goal are defined, condition by condition."""
        steps: list[Step] = []
        for _ in range(12):
            try:
                context.require_defined(goal)
            except NotDefined as missing:
                more = self.side_condition(context, missing, depth)
                if more is None:
                    return None
                steps += more
            else:
                return steps
        return None

    def side_condition(self, context: Context, missing: NotDefined, depth: int) -> list[Step] | None:
        """Prove a condition of definedness that is a relation."""
        if depth <= 0:
            return None
        for option in _options(missing):
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
        closed = not free_relation(goal)
        for name, share, least_depth, tactic in self.tactics:
            if depth < least_depth or (closed and name in SKIPPED_FOR_NUMBERS):
                continue
            found = self.limited(tactic, share, context.child(), goal, depth)
            trial = context.child()
            if found is not None and self.replayed(trial, found) and (trial.contradiction or trial.holds(goal)):
                self.method = name
                context.adopt(trial)
                return found
        return None

    def limited(self, tactic: Tactic, share: float, context: Context, goal: Rel, depth: int) -> list[Step] | None:
        """Run a tactic with a share of the time that is left."""
        whole = self.clock
        self.clock = whole.part(share=share)
        try:
            return tactic(self, context, goal, depth)
        except (Refusal, OverflowError):
            return None
        except OutOfTime:
            if whole.over:
                raise
            return None
        finally:
            self.clock = whole


def _options(missing: NotDefined) -> list[Rel]:
    """Return relations each of which would give a term its value."""
    if missing.options:
        return [option for option in missing.options if isinstance(option, Rel)]
    try:
        condition = read_relation(str(missing))
    except TermError:
        return []
    if condition.op == "!=":
        return [Rel(condition.left, ">", condition.right), Rel(condition.left, "<", condition.right)]
    return [condition]
