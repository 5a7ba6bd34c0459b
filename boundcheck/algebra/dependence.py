"""Which variable each hypothesis bounds, in terms of which others: an order in which points can be drawn.

A hypothesis that bounds a variable linearly (or its square) by others makes it *dependent*: once the others are known,
it lies between these bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flint import fmpq

from boundcheck.algebra.context import Context, Fact
from boundcheck.algebra.doubles import Function, compiled
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Frac
from boundcheck.algebra.refusals import TooLarge, UndefinedTerm
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.terms import Term, add, free, mul


@dataclass(frozen=True, slots=True)
class Bound:
    """x >= term or x <= term."""

    term: Term
    value: Function
    strict: bool


@dataclass(slots=True)
class Variable:
    """A variable with its bounds in terms of variables drawn before it."""

    name: str
    whole: bool
    lower: list[Bound] = field(default_factory=list)
    upper: list[Bound] = field(default_factory=list)
    equal: Bound | None = None
    signed: bool = False


def ordered(context: Context, names: frozenset[str]) -> list[Variable]:
    """Choose which variable each hypothesis bounds, without cycles, and an order to draw them in."""
    variables = {name: Variable(name, name in context.integers) for name in sorted(names)}
    after: dict[str, set[str]] = {name: set() for name in variables}
    facts = sorted(context.facts, key=lambda fact: (fact.op != "==", len(_names(context, fact))))
    for fact in facts:
        for name, kind, term in _candidates(context, fact, variables):
            needs = free(term)
            if any(name in _reachable(after, other) for other in needs) or variables[name].equal is not None:
                continue
            bound = Bound(term, compiled(term), fact.op == ">")
            after[name] |= needs
            if kind == "==":
                variables[name].equal = bound
                variables[name].signed = term[0] == "sqrt"
            else:
                (variables[name].lower if kind == ">=" else variables[name].upper).append(bound)
            if kind == "==" or len(needs) > 0:
                break
            break
    order: list[Variable] = []
    left = dict(variables)
    while left:
        ready = [name for name in left if not after[name] & left.keys()]
        for name in ready:
            order.append(left.pop(name))
    return order


def _names(context: Context, fact: Fact) -> frozenset[str]:
    return frozenset().union(*(context.table.atoms[g].free for g in fact.polynomial.generators()))


def _reachable(after: dict[str, set[str]], name: str) -> set[str]:
    seen, todo = set(), [name]
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo += after.get(here, ())
    return seen


def _candidates(context: Context, fact: Fact, variables: dict[str, Variable]) -> list[tuple[str, str, Term]]:
    """Return (variable, relation, bound) readings of a fact, those with the most others first."""
    if fact.op == "!=":
        return []
    found = []
    for g in fact.polynomial.generators():
        atom = context.table.atoms[g]
        if atom.head != "var" or atom.term[1] not in variables or len(fact.polynomial) > 80:
            continue
        name = atom.term[1]
        parts, root = _powers_of(context, fact.polynomial, g)
        others = {h for part in parts.values() for h in part.generators()}
        if any(name in context.table.atoms[h].free for h in others):
            continue
        positive = context.generator_sign(g) <= SIGNS[">="]
        for kind, term in _solved(context, fact.op, parts, positive=positive):
            bound = mul(term, term) if root else term
            busy = len(variables[name].lower) + len(variables[name].upper)
            integer = variables[name].whole
            found.append((integer, busy, len(str(bound)), name, kind, bound))
    return [item[3:] for item in sorted(found, key=lambda item: (item[0], item[2] * (1 + item[1]), item[3]))]


def _powers_of(context: Context, polynomial: Poly, g: int) -> tuple[dict[int, Poly], bool]:
    """Collect powers of a variable, or of its square root where that occurs."""
    parts = polynomial.by_power(g)
    heads = context.table.atoms
    roots = [h for h in polynomial.generators() if heads[h].head == "sqrt" and heads[h].term[1] == heads[g].term]
    if not roots:
        return parts, False
    in_root: dict[int, Poly] = {}
    for power, part in parts.items():
        for rest, coefficient in part.by_power(roots[0]).items():
            in_root[2 * power + rest] = in_root.get(2 * power + rest, Poly({})) + coefficient
    return in_root, True


def _solved(context: Context, op: str, parts: dict[int, Poly], *, positive: bool) -> list[tuple[str, Term]]:
    table = context.table
    top = max(parts)
    sign = context.sign(parts[top])
    if top > 2 or "0" in sign:
        return []
    if top == 2 and 1 in parts:
        return _below_root(context, op, parts) if sign == SIGNS["<"] else []
    try:
        ratio = table.term(table.multiply(Frac(-parts.get(0, Poly({}))), table.inverse(Frac(parts[top]))))
    except (UndefinedTerm, TooLarge):
        return []
    if top == 2:
        root: Term = ("sqrt", ratio)
        if op == "==":
            return [("==", root)]
        return [("<=", root)] if sign == SIGNS["<"] else [(">=", root)] if positive else []
    if op == "==":
        return [("==", ratio)]
    if sign == SIGNS[">"]:
        return [(">=", ratio)]
    return [("<=", ratio)] if sign == SIGNS["<"] else []


def _below_root(context: Context, op: str, parts: dict[int, Poly]) -> list[tuple[str, Term]]:
    """Bound x above by the larger root of a x^2 + b x + c >= 0, where a < 0."""
    table, (a, b, c) = context.table, (parts[2], parts[1], parts.get(0, Poly({})))
    discriminant = table.polynomial_term(b * b - (a * c).scaled(fmpq(4)))
    root: Term = ("/", add(table.polynomial_term(b), ("sqrt", discriminant)), table.polynomial_term(a.scaled(fmpq(-2))))
    return [("==" if op == "==" else "<=", root)]
