"""Rules of logic: substitution, contradiction, cases, induction. Each runs steps in a context of its own."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.refusals import require
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.steps import Runner, Step, require_known
from boundcheck.algebra.terms import ONE, ZERO, Rel, Term, add, num, read, read_relation, substitute_relation


def eliminate(runner: Runner, context: Context, step: Step) -> None:
    """Prove the goal with a term put for a variable that it equals."""
    by = read(step["by"])
    require_known(context, Rel(("var", step["variable"]), "==", by), "not known:")
    _put(runner, context, step, by)


def reparametrise(runner: Runner, context: Context, step: Step) -> None:
    """Prove the goal with x = s**n for a new s >= 0, where x >= 0 is known."""
    name, fresh, order, goal = step["variable"], step["fresh"], step["root"], read_relation(step["goal"])
    require(
        isinstance(order, int) and 2 <= order <= 12 and name not in context.integers,
        "a root must be of order 2 to 12, of a real variable",
    )
    require(context.is_fresh(fresh, goal.left, goal.right), f"{fresh} is in use")
    require_known(context, Rel(("var", name), ">=", ZERO), "not known:")
    root: Term = ("var", fresh)
    _put(runner, context, step, ("**", root, num(order)), Rel(root, ">=", ZERO))


def _put(runner: Runner, context: Context, step: Step, by: Term, *also: Rel) -> None:
    """Prove the goal with a term of the same value put for a variable."""
    name, goal = step["variable"], read_relation(step["goal"])
    inner = context.substituted(name, by, also)
    runner.prove(inner, step["steps"], substitute_relation(goal, {name: by}))
    context.add(context.fact(goal))


def contradiction(runner: Runner, context: Context, step: Step) -> None:
    """Assume that the goal fails; derive a contradiction."""
    goal = read_relation(step["goal"])
    context.require_defined(goal)
    inner = context.child()
    inner.add(inner.fact(goal.negated()))
    runner.run(inner, step["steps"])
    require(inner.contradiction, f"no contradiction from denying {step['goal'][:200]}")
    context.establish(goal)


def cases(runner: Runner, context: Context, step: Step) -> None:
    """Prove the goal for every possible sign of a term."""
    goal, on = read_relation(step["goal"]), read(step["on"])
    context.require_defined(on)
    covered: frozenset[str] = frozenset()
    for branch in step["branches"]:
        inner = context.child()
        inner.add(inner.fact(Rel(on, branch["op"], ZERO)))
        covered |= SIGNS[branch["op"]]
        runner.prove(inner, branch["steps"], goal)
    require(covered == frozenset("-0+"), "the cases leave a sign out")
    context.add(context.fact(goal))


def induction(runner: Runner, context: Context, step: Step) -> None:
    """Prove the goal at t = from and at t + 1 from t, and that it is defined; no other hypothesis about t is used."""
    name, start, goal = step["variable"], read(step["from"]), read_relation(step["goal"])
    variable: Term = ("var", name)
    outside, at_start = context.without(name), Rel(variable, ">=", start)
    whole = name in context.integers and outside.is_integer(context.table.normal(start))
    require(whole, f"induction needs an integer, not {name} from {step['from'][:200]}")
    require_known(context, at_start, "not known:")
    runner.prove(outside.child(), step["base"], substitute_relation(goal, {name: start}))
    inner = outside.child()
    inner.integers.add(name)
    inner.add(inner.fact(at_start))
    runner.run(inner, step.get("defined", []))
    inner.establish(goal)
    runner.prove(inner, step["step"], substitute_relation(goal, {name: add(variable, ONE)}))
    context.add(context.fact(goal))
