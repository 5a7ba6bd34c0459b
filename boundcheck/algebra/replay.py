"""The small checker: re-check a certificate with exact polynomial arithmetic and Arb alone.

A proof is a list of steps; each adds a fact (P op 0, see ``context``) that follows from the facts before it. What a
step may do is this file, the axioms of ``axioms`` and the arithmetic of ``normal``; how the steps were found is of no
concern here. Nothing in a certificate is taken on trust: every datum is read, computed with, and may be refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from boundcheck.algebra.axioms import AXIOMS
from boundcheck.algebra.boxes import NotCovered, check_cover
from boundcheck.algebra.context import SIGNS, Context, Fact, NotDefined, power_sign, sign_product
from boundcheck.algebra.normal import Table, UndefinedTerm
from boundcheck.algebra.polynomials import Poly, TooLarge
from boundcheck.algebra.slopes import derivative, require_continuous
from boundcheck.algebra.terms import (
    ONE,
    ZERO,
    Rel,
    Term,
    TermError,
    add,
    free,
    num,
    read,
    read_relation,
    sub,
    substitute,
    substitute_relation,
    write_relation,
)
from boundcheck.algebra.witness import refutes, satisfied

MAX_STEPS = 20_000


class Rejected(Exception):  # noqa: N818 - a verdict on the certificate
    """A step does not follow; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What the checker found; true exactly if the certificate was accepted."""

    accepted: bool
    kind: str
    reason: str = ""

    def __bool__(self) -> bool:
        return self.accepted


def replay(certificate: Mapping[str, Any], tick: Callable[[], None] = lambda: None) -> Replay:
    """Re-check a certificate of kind ``proof``, ``contradiction`` or ``refutation``.

    Args:    certificate: as ``Verdict.certificate`` holds it, or read back from its JSON.
             tick: called often; may raise to stop.
    Returns: accepted, or the reason why not. Never raises for a bad certificate.
    """
    kind = str(certificate.get("kind")) if isinstance(certificate, Mapping) else "?"
    try:
        if kind not in _KINDS:
            message = f"unknown kind {kind[:40]!r}; this checker knows: {' '.join(_KINDS)}"
            raise Rejected(message)
        _KINDS[kind](certificate, tick)
    except NotDefined as missing:
        return Replay(accepted=False, kind=kind, reason=f"not known to be defined: needs {missing}")
    except (Rejected, TermError, UndefinedTerm, TooLarge, NotCovered) as refusal:
        return Replay(accepted=False, kind=kind, reason=str(refusal))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError, OverflowError) as error:
        return Replay(accepted=False, kind=kind, reason=f"malformed: {type(error).__name__} {str(error)[:80]}")
    except RecursionError:
        return Replay(accepted=False, kind=kind, reason="nested too deep")
    return Replay(accepted=True, kind=kind)


def hypotheses(given: list[str]) -> tuple[list[str], list[Rel]]:
    """Split texts into names of integers and relations."""
    if not isinstance(given, (list, tuple)) or not all(isinstance(text, str) for text in given):
        message = "hypotheses must be a list of texts"
        raise Rejected(message)
    stripped = [text.strip() for text in given]
    integers = [read(text[8:-1]) for text in stripped if text.startswith("integer(") and text.endswith(")")]
    if any(term[0] != "var" for term in integers):
        message = "integer(...) takes one symbol"
        raise Rejected(message)
    rest = [text for text in stripped if not (text.startswith("integer(") and text.endswith(")"))]
    return [term[1] for term in integers], [read_relation(text) for text in rest]


def opening(given: list[str], tick: Callable[[], None] = lambda: None) -> Context:
    """Return what is known at the start of a proof: the hypotheses."""
    context = Context(Table(tick))
    integers, relations = hypotheses(given)
    context.integers.update(integers)
    waiting = sorted(relations, key=_is_compound)
    while waiting:
        # A relation with a denominator of unknown sign waits for the others.
        ready = [relation for relation in waiting if context.is_clear(relation)] or waiting[:1]
        for relation in ready:
            context.assume(relation)
        waiting = [relation for relation in waiting if relation not in ready]
    return context


def _is_compound(relation: Rel) -> bool:
    """Tell simple bounds such as x > 0, which come first, from relations that are read in their light."""
    return not all(side[0] == "var" or not free(side) for side in (relation.left, relation.right))


def _check_proof(certificate: Mapping[str, Any], tick: Callable[[], None]) -> None:
    context = opening(certificate["given"], tick)
    Checker(tick).prove(context, certificate["steps"], read_relation(certificate["claim"]))


def _check_contradiction(certificate: Mapping[str, Any], tick: Callable[[], None]) -> None:
    context = opening(certificate["given"], tick)
    Checker(tick).run(context, certificate["steps"])
    if not context.contradiction:
        message = "the hypotheses were not shown to contradict one another"
        raise Rejected(message)


def _check_refutation(certificate: Mapping[str, Any], tick: Callable[[], None]) -> None:
    integers, relations = hypotheses(certificate["given"])
    point = {str(name): read(text) for name, text in dict(certificate["point"]).items()}
    reason = refutes(read_relation(certificate["claim"]), relations, integers, point)
    if reason:
        raise Rejected(reason)


_KINDS: dict[str, Callable[[Mapping[str, Any], Callable[[], None]], None]] = {
    "proof": _check_proof,
    "contradiction": _check_contradiction,
    "refutation": _check_refutation,
}


class Checker:
    """Runs steps; counts them, so that no certificate can keep it busy for ever."""

    def __init__(self, tick: Callable[[], None] = lambda: None) -> None:
        self.count = 0
        self.tick = tick

    def prove(self, context: Context, steps: list[dict[str, Any]], goal: Rel) -> None:
        """Run the steps and require the goal to be known, its terms defined."""
        self.run(context, steps)
        if context.contradiction:
            return
        context.require_defined(goal)
        if not context.holds(goal):
            message = f"the steps do not reach {write_relation(goal)[:200]}"
            raise Rejected(message)

    def run(self, context: Context, steps: list[dict[str, Any]]) -> None:
        """Run steps in order; stop early at a contradiction, from which all follows."""
        for step in steps:
            self.step(context, step)
            if context.contradiction:
                return

    def step(self, context: Context, step: dict[str, Any]) -> None:
        """Run one step."""
        self.count += 1
        self.tick()
        if self.count > MAX_STEPS:
            message = f"more than {MAX_STEPS} steps"
            raise Rejected(message)
        rule = RULES.get(step["rule"]) if isinstance(step["rule"], str) else None
        if rule is None:
            message = f"unknown rule {str(step['rule'])[:40]!r}"
            raise Rejected(message)
        rule(self, context, step)


Rule = Callable[[Checker, Context, dict[str, Any]], None]


def _axiom(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Use an instance of an axiom whose side conditions are known."""
    axiom = AXIOMS.get(step["name"])
    if axiom is None or set(step["with"]) != axiom.variables:
        message = f"no such axiom, or wrong variables: {step['name']!r}"
        raise Rejected(message)
    rule = {name: read(text) for name, text in step["with"].items()}
    for term in rule.values():
        context.require_defined(term)
    for name in axiom.integers:
        if not context.is_integer(context.table.normal(rule[name])):
            message = f"not known to be an integer: {step['with'][name]}"
            raise Rejected(message)
    for condition in axiom.conditions:
        instance = substitute_relation(condition, rule)
        context.require_defined(instance)
        if not context.holds(instance):
            message = f"axiom {step['name']} needs {write_relation(instance)[:200]}"
            raise Rejected(message)
    context.establish(substitute_relation(axiom.conclusion, rule))


def _sight(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Note a relation that is known, or follows from the signs of its terms."""
    goal = read_relation(step["goal"])
    context.require_defined(goal)
    if not context.holds(goal):
        message = f"does not hold at sight: {step['goal'][:200]}"
        raise Rejected(message)
    context.establish(goal)


def _combination(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Add c * (product of facts) * square**2 with c >= 0, and of equalities times anything: a new fact."""
    result, signs = Poly({}), SIGNS["=="]
    strict = False
    for item in step["terms"]:
        term, kind = _product(context, item)
        result = result + term
        strict = strict or kind == ">"
        signs = signs if kind == "==" else SIGNS[">="]
    op = ">" if strict else ("==" if signs == SIGNS["=="] else ">=")
    context.add(Fact(context.table.reduce(result).primitive()[1], op))


def _product(context: Context, item: dict[str, Any]) -> tuple[Poly, str]:
    coefficient = _rational(item["c"])
    result, signs = Poly.constant(coefficient), SIGNS[">"]
    for index, power in item.get("facts", ()):
        fact = _fact(context, index)
        if not isinstance(power, int) or not 1 <= power <= 20:
            message = "powers of facts must be whole numbers from 1 to 20"
            raise Rejected(message)
        result = context.table.reduce(result * fact.polynomial**power)
        signs = sign_product(signs, power_sign(SIGNS[fact.op], power))
    if "square" in item:
        square = _defined(context, item["square"])
        result, signs = context.table.reduce(result * square * square), sign_product(signs, SIGNS[">="])
    if "times" in item:
        for text in [item["times"]] if isinstance(item["times"], str) else item["times"]:
            factor = _defined(context, text)
            result, signs = context.table.reduce(result * factor), sign_product(signs, context.sign(factor))
    if signs == SIGNS["=="]:
        return result, "=="
    if coefficient < 0 or not signs <= SIGNS[">="]:
        message = "a product that may be negative was added"
        raise Rejected(message)
    return result, ">" if signs == SIGNS[">"] and coefficient > 0 else ">="


def _rational(text: object) -> Fraction:
    if not isinstance(text, str) or not re.fullmatch(r"-?\d{1,2000}(/\d{1,2000})?", text):
        message = f"no rational number: {str(text)[:40]}"
        raise Rejected(message)
    return Fraction(text)


def _fact(context: Context, index: object) -> Fact:
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(context.facts):
        message = f"no fact number {str(index)[:20]}"
        raise Rejected(message)
    return context.facts[index]


def _defined(context: Context, text: str) -> Poly:
    """Read a polynomial factor whose atoms are defined."""
    term = read(text)
    context.require_defined(term)
    value = context.table.normal(term)
    if value.denominator:
        message = "a factor must be a polynomial"
        raise Rejected(message)
    return value.numerator


def _rewrite(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Eliminate an atom g from a fact by an equality c g + r = 0 with c of known sign, not zero."""
    fact, equality = _fact(context, step["fact"]), _fact(context, step["using"])
    value = context.table.normal(read(step["atom"]))
    if equality.op != "==" or value.denominator or len(value.numerator) != 1 or value.numerator.degree() != 1:
        message = "a rewriting needs an equality and one atom"
        raise Rejected(message)
    context.add(Fact(rewritten(context, fact, equality.polynomial, min(value.generators())), fact.op))


def rewritten(context: Context, fact: Fact, equality: Poly, g: int) -> Poly:
    """Substitute g = -r/c from c g + r = 0 and clear the denominator by a power of c of positive sign."""
    parts = equality.by_power(g)
    coefficient, rest = parts.get(1), parts.get(0, Poly({}))
    if coefficient is None or set(parts) - {0, 1}:
        message = "the equality is not linear in the atom"
        raise Rejected(message)
    sign = context.sign(coefficient)
    if "0" in sign:
        message = "the coefficient of the atom may vanish"
        raise Rejected(message)
    powers = fact.polynomial.by_power(g)
    degree = max(powers, default=0)
    degree += degree % 2 if sign != SIGNS[">"] and fact.op in (">", ">=") else 0
    result = Poly({})
    for power, part in powers.items():
        result = result + part * (-rest) ** power * coefficient ** (degree - power)
    return context.table.reduce(result).primitive()[1]


def _eliminate(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Prove the goal with a term put for a variable that it equals."""
    name, by, goal = step["variable"], read(step["by"]), read_relation(step["goal"])
    equality = Rel(("var", name), "==", by)
    context.require_defined(by)
    if not context.holds(equality) or name in free(by):
        message = f"not known: {write_relation(equality)[:200]}"
        raise Rejected(message)
    inner = context.substituted(name, by)
    checker.prove(inner, step["steps"], substitute_relation(goal, {name: by}))
    context.add(context.fact(goal))


def _reparametrise(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Prove the goal with x = s**n for a new s >= 0, where x >= 0 is known."""
    name, fresh, order, goal = step["variable"], step["fresh"], step["root"], read_relation(step["goal"])
    variable: Term = ("var", name)
    if not isinstance(order, int) or not 2 <= order <= 12 or name in context.integers:
        message = "a root must be of order 2 to 12, of a real variable"
        raise Rejected(message)
    if not context.holds(Rel(variable, ">=", ZERO)) or not context.is_fresh(fresh, goal.left, goal.right):
        message = f"not known: {name} >= 0, or {fresh} is in use"
        raise Rejected(message)
    root: Term = ("var", fresh)
    by: Term = ("**", root, num(order))
    inner = context.substituted(name, by, (Rel(root, ">=", ZERO),))
    checker.prove(inner, step["steps"], substitute_relation(goal, {name: by}))
    context.add(context.fact(goal))


def _contradiction(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Assume that the goal fails; derive a contradiction."""
    goal = read_relation(step["goal"])
    context.require_defined(goal)
    inner = context.child()
    inner.add(inner.fact(goal.negated()))
    checker.run(inner, step["steps"])
    if not inner.contradiction:
        message = f"no contradiction from denying {step['goal'][:200]}"
        raise Rejected(message)
    context.establish(goal)


def _cases(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Prove the goal for every possible sign of a term."""
    goal, on = read_relation(step["goal"]), read(step["on"])
    context.require_defined(on)
    covered: frozenset[str] = frozenset()
    for branch in step["branches"]:
        inner = context.child()
        inner.add(inner.fact(Rel(on, branch["op"], ZERO)))
        covered |= SIGNS[branch["op"]]
        checker.prove(inner, branch["steps"], goal)
    if covered != frozenset("-0+"):
        message = "the cases leave a sign out"
        raise Rejected(message)
    context.add(context.fact(goal))


def _induction(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Prove the goal at t = from and at t + 1 from t; no other hypothesis about t is used."""
    name, start, goal = step["variable"], read(step["from"]), read_relation(step["goal"])
    variable: Term = ("var", name)
    at_start = Rel(variable, ">=", start)
    context.require_defined(start)
    outside = context.without(name)
    whole = name in context.integers and outside.is_integer(context.table.normal(start))
    if not whole or not context.holds(at_start):
        message = f"induction needs an integer {write_relation(at_start)}"
        raise Rejected(message)
    checker.prove(outside.child(), step["base"], substitute_relation(goal, {name: start}))
    inner = outside.child()
    inner.integers.add(name)
    inner.add(inner.fact(at_start))
    inner.establish(goal)
    checker.prove(inner, step["step"], substitute_relation(goal, {name: add(variable, ONE)}))
    context.add(context.fact(goal))


def _lemma(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Prove a claim from its own hypotheses alone, then use it for terms that satisfy them."""
    integers, relations = hypotheses(step["given"])
    claim = read_relation(step["claim"])
    checker.prove(opening(step["given"], checker.tick), step["steps"], claim)
    rule = {name: read(text) for name, text in step["with"].items()}
    for term in rule.values():
        context.require_defined(term)
    for name in integers:
        if not context.is_integer(context.table.normal(substitute(("var", name), rule))):
            message = f"the lemma needs an integer for {name}"
            raise Rejected(message)
    for relation in relations:
        instance = substitute_relation(relation, rule)
        context.require_defined(instance)
        if not context.holds(instance):
            message = f"the lemma needs {write_relation(instance)[:200]}"
            raise Rejected(message)
    context.establish(substitute_relation(claim, rule))


def _sum_term(text: str) -> Term:
    term = read(text)
    if term[0] != "sum":
        message = "the step needs a sum"
        raise Rejected(message)
    return term


def _sum_last(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """sum(a..b) = sum(a..b-1) + last term, for b >= a."""
    whole = _sum_term(step["sum"])
    _, index, low, high, summand = whole
    if not context.holds(Rel(high, ">=", low)):
        message = "the sum may be empty"
        raise Rejected(message)
    before: Term = ("sum", index, low, sub(high, ONE), summand)
    context.establish(Rel(whole, "==", add(before, substitute(summand, {index: high}))))


def _sum_first(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """sum(a..b) = first term + sum(a+1..b), for b >= a."""
    whole = _sum_term(step["sum"])
    _, index, low, high, summand = whole
    if not context.holds(Rel(high, ">=", low)):
        message = "the sum may be empty"
        raise Rejected(message)
    after: Term = ("sum", index, add(low, ONE), high, summand)
    context.establish(Rel(whole, "==", add(substitute(summand, {index: low}), after)))


def _sum_compared(op: str) -> Rule:
    """Infer sum f <= sum g (or ==) over the same range, if f <= g (or ==) for every index of the range."""

    def rule(checker: Checker, context: Context, step: dict[str, Any]) -> None:
        left, fresh = _sum_term(step["left"]), step["index"]
        right: Term = ("sum", *left[1:4], read(step["right"]))
        context.require_defined(left)
        context.require_defined(right)
        inner, below = context.binder(left[1], left[2], left[3], left[4], fresh)
        above = substitute(right[4], {right[1]: ("var", fresh)})
        if fresh in free(right):
            message = f"the index {fresh} is in use"
            raise Rejected(message)
        checker.prove(inner, step["steps"], Rel(below, op, above))
        context.establish(Rel(left, op, right))

    return rule


def _number(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Note a relation between numbers that Arb decides."""
    goal = read_relation(step["goal"])
    if free(goal.left) | free(goal.right):
        message = "the relation is not between numbers"
        raise Rejected(message)
    if not satisfied(goal, {}):
        message = f"Arb does not confirm {step['goal'][:200]}"
        raise Rejected(message)
    context.add(context.fact(goal))


def _stretch(checker: Checker, context: Context, step: dict[str, Any]) -> tuple[str, Rel, Context, list[Rel]]:
    """Read the stretch from a to x that the mean value theorem is used on.

    Returns the variable, the goal, a context that knows x only to lie strictly beyond a (and within ``to``), and the
    relations known about x.
    """
    name, goal, sign = step["variable"], read_relation(step["goal"]), step["direction"]
    start = read(step["from"])
    variable: Term = ("var", name)
    if sign not in ("+", "-") or goal.op not in (">=", ">") or name in context.integers or name in free(start):
        message = "the step needs a real variable, a direction and a goal f >= g"
        raise Rejected(message)
    ends = [Rel(variable, ">=" if sign == "+" else "<=", start)]
    if "to" in step:
        far = Rel(variable, "<" if sign == "+" else ">", read(step["to"]))
        context.require_defined(far)
        ends.append(far if context.holds(far) else Rel(variable, far.op + "=", far.right))
    for relation in ends:
        context.require_defined(relation)
        if name in free(relation.right) or not context.holds(relation):
            message = f"not known: {write_relation(relation)[:200]}"
            raise Rejected(message)
    inner = context.without(name)
    for relation in (Rel(variable, ">" if sign == "+" else "<", start), *ends[1:]):
        inner.add(inner.fact(relation))
    for side in (goal.left, goal.right):
        require_continuous(side, name)
        inner.require_defined(side)
    return name, goal, inner, ends


def _slope(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Infer f >= g at x, if f >= g at a and f' - g' has the sign of x - a in between (mean value theorem)."""
    name, goal, inner, ends = _stretch(checker, context, step)
    start = ends[0].right
    strict = bool(step.get("strict", False))
    if goal.op == ">" and strict and not context.holds(Rel(ends[0].left, ends[0].op[0], start)):
        message = "a strict slope gives a strict inequality only away from the start"
        raise Rejected(message)
    at_start = Rel(goal.left, ">=" if strict else goal.op, goal.right)
    checker.prove(context.without(name), step["start"], substitute_relation(at_start, {name: start}))
    change = sub(derivative(goal.left, name), derivative(goal.right, name))
    op = (">" if strict else ">=") if step["direction"] == "+" else ("<" if strict else "<=")
    checker.prove(inner, step["slope"], Rel(change, op, ZERO))
    context.add(context.fact(goal))


def _concave(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Infer f >= g between two ends, if it holds at both and f'' - g'' <= 0 in between."""
    name, goal, inner, ends = _stretch(checker, context, step)
    if step["direction"] != "+" or len(ends) != 2:
        message = "the step needs two ends"
        raise Rejected(message)
    for key, end in (("start", ends[0].right), ("end", ends[1].right)):
        checker.prove(context.without(name), step[key], substitute_relation(goal, {name: end}))
    first = sub(derivative(goal.left, name), derivative(goal.right, name))
    inner.require_defined(first)
    checker.prove(inner, step["bend"], Rel(derivative(first, name), "<=", ZERO))
    context.add(context.fact(goal))


def _boxes(checker: Checker, context: Context, step: dict[str, Any]) -> None:
    """Infer f > g on a box, by Arb on each piece of a subdivision."""
    goal = read_relation(step["goal"])
    box = {}
    for name, (low, high) in step["box"].items():
        variable: Term = ("var", name)
        box[name] = read(low), read(high)
        for relation in (Rel(variable, ">=", box[name][0]), Rel(variable, "<=", box[name][1])):
            if free(relation.right) or not context.holds(relation):
                message = f"not known: {write_relation(relation)[:200]}"
                raise Rejected(message)
    if goal.op not in (">", ">=") or not free(goal.left) | free(goal.right) <= box.keys():
        message = "the step needs a goal f > g and the ends of every variable"
        raise Rejected(message)
    check_cover(goal, box, step["cover"], checker.tick)
    context.add(context.fact(goal))


RULES: dict[str, Rule] = {
    "axiom": _axiom,
    "sight": _sight,
    "combination": _combination,
    "rewrite": _rewrite,
    "eliminate": _eliminate,
    "contradiction": _contradiction,
    "cases": _cases,
    "induction": _induction,
    "lemma": _lemma,
    "sum-last": _sum_last,
    "sum-first": _sum_first,
    "sum-bound": _sum_compared("<="),
    "sum-equal": _sum_compared("=="),
    "reparametrise": _reparametrise,
    "number": _number,
    "slope": _slope,
    "concave": _concave,
    "boxes": _boxes,
}
