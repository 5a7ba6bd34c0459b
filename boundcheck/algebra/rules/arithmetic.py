"""Rules of exact arithmetic: axioms, what is known at sight, combinations of facts, rewriting by equalities."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from boundcheck.algebra.axioms import AXIOMS
from boundcheck.algebra.context import Context, Fact
from boundcheck.algebra.polynomials import Poly, total
from boundcheck.algebra.refusals import require
from boundcheck.algebra.signs import SIGNS, power_sign, sign_product
from boundcheck.algebra.steps import Runner, Step, require_known
from boundcheck.algebra.terms import free_relation, read, read_relation, substitute_relation
from boundcheck.algebra.witness import satisfied


def axiom(runner: Runner, context: Context, step: Step) -> None:
    """Use an instance of an axiom whose side conditions are known."""
    name, rule = step["name"], {variable: read(text) for variable, text in step["with"].items()}
    require(name in AXIOMS and rule.keys() == AXIOMS[name].variables, f"no such axiom, or wrong variables: {name!r}")
    for term in rule.values():
        context.require_defined(term)
    for variable in AXIOMS[name].integers:
        whole = context.is_integer(context.table.normal(rule[variable]))
        require(whole, f"not known to be an integer: {step['with'][variable]}")
    for condition in AXIOMS[name].conditions:
        require_known(context, substitute_relation(condition, rule), f"axiom {name} needs")
    context.establish(substitute_relation(AXIOMS[name].conclusion, rule))


def sight(runner: Runner, context: Context, step: Step) -> None:
    """Note a relation that is known, or follows from the signs of its terms."""
    goal = read_relation(step["goal"])
    require_known(context, goal, "does not hold at sight:")
    context.establish(goal)


def number(runner: Runner, context: Context, step: Step) -> None:
    """Note a relation between numbers that Arb decides."""
    goal = read_relation(step["goal"])
    require(not free_relation(goal), "the relation is not between numbers")
    require(satisfied(goal, {}), f"Arb does not confirm {step['goal'][:200]}")
    context.add(context.fact(goal))


def combination(runner: Runner, context: Context, step: Step) -> None:
    """Add c * (product of facts) * square**2 with c >= 0, and of equalities times anything: a new fact."""
    products = [_product(context, item) for item in step["terms"]]
    kinds = {kind for _, kind in products}
    op = next((op for op in (">", ">=") if op in kinds), "==")
    result = total(polynomial for polynomial, _ in products)
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
    good = isinstance(text, str) and re.fullmatch(r"-?\d{1,2000}(/\d{1,2000})?", text)
    require(good, f"no rational number: {str(text)[:40]}")
    return Fraction(str(text))


def _fact(context: Context, index: int) -> Fact:
    require(type(index) is int and index in range(len(context.facts)), f"no fact number {str(index)[:20]}")
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
    require(set(parts) in ({0, 1}, {1}), "the equality is not linear in the atom")
    coefficient, rest = parts[1], parts.get(0, Poly({}))
    sign = context.sign(coefficient)
    require("0" not in sign, "the coefficient of the atom may vanish")
    powers = fact.polynomial.by_power(g)
    degree = max(powers, default=0)
    degree += degree % 2 if sign != SIGNS[">"] and fact.op in (">", ">=") else 0
    result = total(part * (-rest) ** power * coefficient ** (degree - power) for power, part in powers.items())
    return context.table.reduce(result).primitive()[1]
