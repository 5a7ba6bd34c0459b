"""Rules of logic: substitution, contradiction, cases, induction, lemmas. Each runs steps in a context of its own."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.hypotheses import hypotheses, opening
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.steps import Runner, Step, require, require_known
from boundcheck.algebra.terms import (
    ONE,
    ZERO,
    Rel,
    Term,
    add,
    free,
    num,
    read,
    read_relation,
    substitute,
    substitute_relation,
)


def eliminate(runner: Runner, context: Context, step: Step) -> None:
    """Prove the goal with a term put for a variable that it equals."""
    name, by, goal = step["variable"], read(step["by"]), read_relation(step["goal"])
    equality = Rel(("var", name), "==", by)
    context.require_defined(by)
    require(context.holds(equality) and name not in free(by), "not known:", equality)
    inner = context.substituted(name, by)
    runner.prove(inner, step["steps"], substitute_relation(goal, {name: by}))
    context.add(context.fact(goal))


def reparametrise(runner: Runner, context: Context, step: Step) -> None:
    """Prove the goal with x = s**n for a new s >= 0, where x >= 0 is known."""
    name, fresh, order, goal = step["variable"], step["fresh"], step["root"], read_relation(step["goal"])
    variable: Term = ("var", name)
    require(
        isinstance(order, int) and 2 <= order <= 12 and name not in context.integers,
        "a root must be of order 2 to 12, of a real variable",
    )
    require(
        context.holds(Rel(variable, ">=", ZERO)) and context.is_fresh(fresh, goal.left, goal.right),
        f"not known: {name} >= 0, or {fresh} is in use",
    )
    root: Term = ("var", fresh)
    by: Term = ("**", root, num(order))
    inner = context.substituted(name, by, (Rel(root, ">=", ZERO),))
    runner.prove(inner, step["steps"], substitute_relation(goal, {name: by}))
    context.add(context.fact(goal))


def contradiction(runner: Runner, context: Context, step: Step) -> None:
    """Assume that the goal fails; derive a contradiction."""
    goal = read_relation(step["goal"])
    context.require_defined(goal)
    inner = context.child()
    inner.add(inner.fact(goal.negated()))
    runner.run(inner, step["steps"])
    require(inner.contradiction, "no contradiction from denying", goal)
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
    """Prove the goal at t = from and at t + 1 from t; no other hypothesis about t is used."""
    name, start, goal = step["variable"], read(step["from"]), read_relation(step["goal"])
    variable: Term = ("var", name)
    at_start = Rel(variable, ">=", start)
    context.require_defined(start)
    outside = context.without(name)
    whole = name in context.integers and outside.is_integer(context.table.normal(start))
    require(whole and context.holds(at_start), "induction needs an integer", at_start)
    runner.prove(outside.child(), step["base"], substitute_relation(goal, {name: start}))
    inner = outside.child()
    inner.integers.add(name)
    inner.add(inner.fact(at_start))
    inner.establish(goal)
    runner.prove(inner, step["step"], substitute_relation(goal, {name: add(variable, ONE)}))
    context.add(context.fact(goal))


def lemma(runner: Runner, context: Context, step: Step) -> None:
    """Prove a claim from its own hypotheses alone, then use it for terms that satisfy them."""
    integers, relations = hypotheses(step["given"])
    claim = read_relation(step["claim"])
    runner.prove(opening(step["given"], runner.tick), step["steps"], claim)
    rule = {name: read(text) for name, text in step["with"].items()}
    for term in rule.values():
        context.require_defined(term)
    for name in integers:
        require(
            context.is_integer(context.table.normal(substitute(("var", name), rule))),
            f"the lemma needs an integer for {name}",
        )
    for relation in relations:
        instance = substitute_relation(relation, rule)
        require_known(context, instance, "the lemma needs")
    context.establish(substitute_relation(claim, rule))
