"""Rules of analysis: the mean value theorem, concavity, covers of boxes by pieces that Arb decides."""

from __future__ import annotations

from boundcheck.algebra.boxes import check_cover
from boundcheck.algebra.context import Context
from boundcheck.algebra.refusals import require
from boundcheck.algebra.slopes import derivative, require_continuous
from boundcheck.algebra.steps import Runner, Step, require_known
from boundcheck.algebra.terms import ZERO, Rel, Term, free, free_relation, read, read_relation, sub, substitute_relation


def _stretch(runner: Runner, context: Context, step: Step) -> tuple[str, Rel, Context, list[Rel]]:
    """Read the stretch from a to x that the mean value theorem is used on.

    Returns the variable, the goal, a context that knows x only to lie strictly beyond a (and within ``to``), and the
    relations known about x.
    """
    name, goal, sign = step["variable"], read_relation(step["goal"]), step["direction"]
    start = read(step["from"])
    variable: Term = ("var", name)
    require(
        sign in ("+", "-") and goal.op in (">=", ">") and name not in context.integers,
        "the step needs a real variable, a direction and a goal f >= g",
    )
    beyond, before = (">", "<") if sign == "+" else ("<", ">")
    ends = [Rel(variable, beyond + "=", start)]
    if "to" in step:
        far = Rel(variable, before, read(step["to"]))
        context.require_defined(far)
        ends.append(far if context.holds(far) else Rel(variable, before + "=", far.right))
    inner = context.without(name)
    for relation in ends:
        require(name not in free(relation.right), "an end must not depend on the variable")
        require_known(context, relation, "not known:")
    for relation in (Rel(variable, beyond, start), *ends[1:]):
        inner.add(inner.fact(relation))
    for side in (goal.left, goal.right):
        require_continuous(side, name)
        inner.require_defined(side)
    return name, goal, inner, ends


def slope(runner: Runner, context: Context, step: Step) -> None:
    """Infer f >= g at x, if f >= g at a and f' - g' has the sign of x - a in between (mean value theorem)."""
    name, goal, inner, ends = _stretch(runner, context, step)
    start = ends[0].right
    strict = bool(step.get("strict", False))
    away = Rel(ends[0].left, ends[0].op[0], start)
    require(
        goal.op == ">=" or not strict or context.holds(away),
        "a strict slope gives a strict inequality only away from the start",
    )
    at_start = Rel(goal.left, ">=" if strict else goal.op, goal.right)
    runner.prove(context.without(name), step["start"], substitute_relation(at_start, {name: start}))
    change = sub(derivative(goal.left, name), derivative(goal.right, name))
    op = (">" if strict else ">=") if step["direction"] == "+" else ("<" if strict else "<=")
    runner.prove(inner, step["slope"], Rel(change, op, ZERO))
    context.add(context.fact(goal))


def concave(runner: Runner, context: Context, step: Step) -> None:
    """Infer f >= g between two ends, if it holds at both and f'' - g'' <= 0 in between."""
    name, goal, inner, ends = _stretch(runner, context, step)
    require(step["direction"] == "+" and len(ends) == 2, "the step needs two ends")
    for key, end in (("start", ends[0].right), ("end", ends[1].right)):
        runner.prove(context.without(name), step[key], substitute_relation(goal, {name: end}))
    first = sub(derivative(goal.left, name), derivative(goal.right, name))
    inner.require_defined(first)
    runner.prove(inner, step["bend"], Rel(derivative(first, name), "<=", ZERO))
    context.add(context.fact(goal))


def boxes(runner: Runner, context: Context, step: Step) -> None:
    """Infer f > g on a box, by Arb on each piece of a subdivision."""
    goal = read_relation(step["goal"])
    box = {}
    for name, (low, high) in step["box"].items():
        variable: Term = ("var", name)
        box[name] = read(low), read(high)
        for relation in (Rel(variable, ">=", box[name][0]), Rel(variable, "<=", box[name][1])):
            require(not free(relation.right), "the ends of a box are numbers")
            require_known(context, relation, "not known:")
    known = goal.op in (">", ">=") and free_relation(goal) <= box.keys()
    require(known, "the step needs a goal f > g and the ends of every variable")
    check_cover(goal, box, step["cover"], runner.tick)
    context.add(context.fact(goal))
