"""Hyperbolic tangents as quotients of exponentials."""

from __future__ import annotations

from boundcheck.algebra.context import Context
from boundcheck.algebra.search import Search, Step
from boundcheck.algebra.tactics.named import axiom
from boundcheck.algebra.terms import ONE, Rel, Term, add, mul, num, sub, subterms, write, write_relation


def by_exponentials(search: Search, context: Context, goal: Rel, depth: int) -> list[Step] | None:
    """Put (e^(2u) - 1)/(e^(2u) + 1) for tanh(u), prove that, and put tanh(u) back."""
    if depth <= 0 or goal.op == "!=":
        return None
    found = {term: None for side in (goal.left, goal.right) for term in subterms(side) if term[0] == "tanh"}
    if not 1 <= len(found) <= 2:
        return None
    plain = Rel(_replaced(goal.left), goal.op, _replaced(goal.right))
    steps: list[Step] = []
    rewriting: list[Step] = []
    for tangent in found:
        step = axiom("tanh-by-exp", u=tangent[1])
        if not search.attempt(context, step):
            return None
        steps.append(step)
        rewriting.append({"rule": "rewrite", "using": len(context.facts) - 1, "atom": write(tangent)})
    proof = search.prove(context, plain, depth - 1)
    if proof is None:
        return None
    for k, step in enumerate(rewriting):
        step["fact"] = len(context.facts) + k
    return [*steps, *proof, {"rule": "contradiction", "goal": write_relation(goal), "steps": rewriting}]


def _replaced(term: Term) -> Term:
    if term[0] in ("num", "var", "pi"):
        return term
    if term[0] == "sum":
        return (*term[:4], _replaced(term[4]))
    parts = tuple(_replaced(child) for child in term[1:])
    if term[0] != "tanh":
        return (term[0], *parts)
    power: Term = ("exp", mul(num(2), parts[0]))
    return ("/", sub(power, ONE), add(power, ONE))
