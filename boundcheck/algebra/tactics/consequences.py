"""What hypotheses say at second sight: signs through chains, discriminants, squares of bounded roots.

From a >= b and b >= 0 follows a >= 0; from r <= A + 2 e sqrt(r) follows e^2 + A >= 0, since a real root exists; from
sqrt(r) <= X follows r <= X^2, from |u| <= X, u^2 <= X^2. Such facts decide whether terms are defined, and spare the
tactics a search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import fmpq

from boundcheck.algebra.context import SIGNS, Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Step
from boundcheck.algebra.terms import ZERO, Rel, num, write, write_relation

ROUNDS = 3
MAX_TERMS = 12


def consequences(context: Context, attempt: Callable[[Context, Step], bool]) -> list[Step]:
    """Add what follows at second sight to a context; return the steps."""
    steps: list[Step] = []
    for source in (_chained, _discriminants, _squared):
        for _ in range(ROUNDS if source is _chained else 1):
            found = [step for step in list(source(context)) if attempt(context, step)]
            steps += found
            if not found:
                break
    return steps


def _chained(context: Context) -> Iterator[Step]:
    """From c x + r >= 0 with c > 0 and r <= 0 infer x >= 0 (and x <= 0 from c < 0)."""
    table, seen = context.table, set()
    for index, fact in enumerate(context.facts):
        if fact.op not in (">", ">=") or not 1 < len(fact.polynomial) <= MAX_TERMS:
            continue
        for g in sorted(fact.polynomial.generators()):
            parts = fact.polynomial.by_power(g)
            if table.atoms[g].head != "var" or g in seen or set(parts) != {0, 1}:
                continue
            slope, rest = context.sign(parts[1]), context.sign(parts[0])
            if len(context.generator_sign(g)) < 3 or slope not in (SIGNS[">"], SIGNS["<"]) or not rest <= SIGNS["<="]:
                continue
            seen.add(g)
            strict = fact.op == ">" or rest == SIGNS["<"]
            op = (">" if slope == SIGNS[">"] else "<") + ("" if strict else "=")
            size = parts[1] if slope == SIGNS[">"] else -parts[1]
            terms = [
                {"c": "1", "facts": [[len(context.facts), 1]], "times": write(table.polynomial_term(size))},
                {"c": "1", "facts": [[index, 1]]},
                {"c": "1", "times": write(table.polynomial_term(-parts[0]))},
            ]
            goal = Rel(table.atoms[g].term, op, ZERO)
            combination = {"rule": "combination", "terms": terms}
            yield {"rule": "contradiction", "goal": write_relation(goal), "steps": [combination]}


def _discriminants(context: Context) -> Iterator[Step]:
    """From A s^2 + B s + C >= 0 with A < 0 infer B^2 - 4 A C >= 0."""
    table = context.table
    for index, fact in enumerate(context.facts):
        if fact.op not in (">", ">=") or not 1 < len(fact.polynomial) <= MAX_TERMS:
            continue
        for g in sorted(fact.polynomial.generators()):
            parts = _quadratic(context, fact.polynomial, g)
            if parts is None or context.sign(parts[2]) != SIGNS["<"]:
                continue
            a, b, c = parts[2], parts[1], parts[0]
            gap = table.reduce(b * b - (a * c).scaled(fmpq(4)))
            if gap.is_constant() or context.sign(gap) <= SIGNS[">="]:
                continue
            root = a.scaled(fmpq(2)) * Poly.generator(g) + b
            terms = [
                {"c": "4", "facts": [[index, 1]], "times": write(table.polynomial_term(-a))},
                {"c": "1", "square": write(table.polynomial_term(root))},
            ]
            yield {"rule": "combination", "terms": terms}


def _quadratic(context: Context, polynomial: Poly, g: int) -> dict[int, Poly] | None:
    """Coefficients of 1, s, s^2 for a variable s, or for a root s = sqrt(x) beside x = s^2."""
    atom = context.table.atoms[g]
    if atom.head == "sqrt":
        relation = context.table.root_relation(g)
        inside = relation[1] if relation is not None else Poly({})
        if len(inside) != 1 or inside.degree() != 1:
            return None
        (x,) = inside.generators()
        if inside.terms[((x, 1),)] != 1:
            return None
        polynomial = polynomial.replaced(x, Poly.generator(g) ** 2)
    elif atom.head != "var":
        return None
    parts = polynomial.by_power(g)
    if max(parts) != 2 or 1 not in parts:
        return None
    return {power: parts.get(power, Poly({})) for power in (0, 1, 2)}


def _squared(context: Context) -> Iterator[Step]:
    """From c sqrt(u) <= X infer c^2 u <= X^2: (X - c s)^2 + 2 c s (X - c s) = X^2 - c^2 u."""
    table = context.table
    for index, fact in enumerate(context.facts):
        if fact.op not in (">", ">=") or not 1 < len(fact.polynomial) <= MAX_TERMS:
            continue
        for g in sorted(fact.polynomial.generators()):
            parts = fact.polynomial.by_power(g)
            if table.atoms[g].head not in ("sqrt", "abs") or set(parts) != {0, 1} or not parts[1].is_constant():
                continue
            if parts[1].constant_value() > 0 or len(parts[0]) == 1:
                continue
            scale = -parts[1].constant_value()
            twice = write(("*", num(2), table.polynomial_term(Poly.generator(g).scaled(scale))))
            terms = [{"c": "1", "facts": [[index, 2]]}, {"c": "1", "facts": [[index, 1]], "times": twice}]
            yield {"rule": "combination", "terms": terms}
