"""Rules of exact arithmetic: axioms, what is known at sight, combinations of facts, rewriting by equalities."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from boundcheck.algebra.axioms import AXIOMS
from boundcheck.algebra.context import Context, Fact
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.signs import SIGNS, power_sign, sign_product
from boundcheck.algebra.steps import Runner, Step, refuse, require, require_known
from boundcheck.algebra.terms import free, read, read_relation, substitute_relation
from boundcheck.algebra.witness import satisfied


def axiom(runner: Runner, context: Context, step: Step) -> None:
    """Use an instance of an axiom whose side conditions are known."""
    axiom = AXIOMS.get(step["name"])
    if axiom is None or set(step["with"]) != axiom.variables:
        refuse(f"no such axiom, or wrong variables: {step['name']!r}")
    rule = {name: read(text) for name, text in step["with"].items()}
    for term in rule.values():
        context.require_defined(term)
    for name in axiom.integers:
        require(
            context.is_integer(context.table.normal(rule[name])),
            f"not known to be an integer: {step['with'][name]}",
        )
    for condition in axiom.conditions:
        instance = substitute_relation(condition, rule)
        require_known(context, instance, f"axiom {step['name']} needs")
    context.establish(substitute_relation(axiom.conclusion, rule))


def sight(runner: Runner, context: Context, step: Step) -> None:
    """Note a relation that is known, or follows from the signs of its terms."""
    goal = read_relation(step["goal"])
    require_known(context, goal, "does not hold at sight:")
    context.establish(goal)


def number(runner: Runner, context: Context, step: Step) -> None:
    """Note a relation between numbers that Arb decides."""
    goal = read_relation(step["goal"])
    require(not (free(goal.left) | free(goal.right)), "the relation is not between numbers")
    require(satisfied(goal, {}), "Arb does not confirm", goal)
    context.add(context.fact(goal))


def combination(runner: Runner, context: Context, step: Step) -> None:
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
        require(isinstance(power, int) and 1 <= power <= 20, "powers of facts must be whole numbers from 1 to 20")
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
    require(coefficient >= 0 and signs <= SIGNS[">="], "a product that may be negative was added")
    return result, ">" if signs == SIGNS[">"] and coefficient > 0 else ">="


def _rational(text: object) -> Fraction:
    if not isinstance(text, str) or not re.fullmatch(r"-?\d{1,2000}(/\d{1,2000})?", text):
        refuse(f"no rational number: {str(text)[:40]}")
    return Fraction(text)


def _fact(context: Context, index: object) -> Fact:
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(context.facts):
        refuse(f"no fact number {str(index)[:20]}")
    return context.facts[index]


def _defined(context: Context, text: str) -> Poly:
    """Read a polynomial factor whose atoms are defined."""
    term = read(text)
    context.require_defined(term)
    value = context.table.normal(term)
    require(not value.denominator, "a factor must be a polynomial")
    return value.numerator


def rewrite(runner: Runner, context: Context, step: Step) -> None:
    """Eliminate an atom g from a fact by an equality c g + r = 0 with c of known sign, not zero."""
    fact, equality = _fact(context, step["fact"]), _fact(context, step["using"])
    value = context.table.normal(read(step["atom"]))
    require(
        equality.op == "==" and not value.denominator and len(value.numerator) == 1 and value.numerator.degree() == 1,
        "a rewriting needs an equality and one atom",
    )
    context.add(Fact(_rewritten(context, fact, equality.polynomial, min(value.generators())), fact.op))


def _rewritten(context: Context, fact: Fact, equality: Poly, g: int) -> Poly:
    """Substitute g = -r/c from c g + r = 0 and clear the denominator by a power of c of positive sign."""
    parts = equality.by_power(g)
    coefficient, rest = parts.get(1), parts.get(0, Poly({}))
    if coefficient is None or set(parts) - {0, 1}:
        refuse("the equality is not linear in the atom")
    sign = context.sign(coefficient)
    require("0" not in sign, "the coefficient of the atom may vanish")
    powers = fact.polynomial.by_power(g)
    degree = max(powers, default=0)
    degree += degree % 2 if sign != SIGNS[">"] and fact.op in (">", ">=") else 0
    result = Poly({})
    for power, part in powers.items():
        result = result + part * (-rest) ** power * coefficient ** (degree - power)
    return context.table.reduce(result).primitive()[1]
