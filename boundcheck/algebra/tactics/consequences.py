"""What hypotheses say at second sight: signs through chains, discriminants, squares and roots of bounds.

From a >= b and b >= 0 follows a >= 0; from r <= A + 2 e sqrt(r) follows e^2 + A >= 0, since a real root exists; from
sqrt(r) <= X follows r <= X^2, from |u| <= X, u^2 <= X^2 and u <= X (x >= max(y, z) is such a bound); from m >= Y^2/X^2
follows sqrt(m) X >= Y. Such facts decide whether terms are defined, and spare the tactics a search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flint import fmpq

from boundcheck.algebra.context import Context, Fact
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.search import Step
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.tactics.logarithms import logarithms_of_bounds
from boundcheck.algebra.tactics.named import argument, axiom
from boundcheck.algebra.tactics.rooting import roots_of_bounds
from boundcheck.algebra.terms import ZERO, Rel, write, write_relation

ROUNDS = 3
MAX_TERMS = 12


def consequences(
    context: Context, attempt: Callable[[Context, Step], bool], relations: Sequence[Rel] = (), goal: Rel | None = None
) -> list[Step]:
    """Add what follows at second sight to a context; return the steps.

    Args:    relations: the hypotheses as they are written; goal: what is to be proved.
    """
    steps: list[Step] = []
    for source in (_radicands, _chained, _discriminants, _squared, _resolved, _without_absolute, _divided):
        for _ in range(ROUNDS if source is _chained else 1):
            found = [step for step in source(context) if attempt(context, step)]
            steps += found
            if not found:
                break
    if goal is None:
        return steps
    found = [*roots_of_bounds(context, relations, goal), *logarithms_of_bounds(relations, goal)]
    return steps + [step for step in found if attempt(context, step)]


def _inequalities(context: Context, terms: int = MAX_TERMS) -> Iterator[tuple[int, Fact, int, dict[int, Poly]]]:
    """Yield (number, fact, generator, parts) for the inequalities known at the start."""
    for index, fact in enumerate(list(context.facts)):
        if fact.op in (">", ">=") and 1 < len(fact.polynomial) <= terms:
            for g in sorted(fact.polynomial.generators()):
                yield index, fact, g, fact.polynomial.by_power(g)


def denied(context: Context, polynomial: Poly, op: str, terms: list[Step]) -> Step:
    """Prove P op 0: its denial, times what P was divided by at sight, and the terms add up to nothing."""
    goal = Rel(context.table.polynomial_term(polynomial), op, ZERO)
    by = polynomial.divided_by(context.fact(goal).polynomial) or Poly.constant(1)
    denial = {"c": "1", "facts": [[len(context.facts), 1]], "times": _written(context, by)}
    combination: Step = {"rule": "combination", "terms": [denial, *terms]}
    return {"rule": "contradiction", "goal": write_relation(goal), "steps": [combination]}


def _written(context: Context, polynomial: Poly) -> str:
    return write(context.table.polynomial_term(polynomial))


def _radicands(context: Context) -> Iterator[Step]:
    """From sqrt(u) != 0 infer u > 0: a hypothesis that divides by sqrt(m) says that m is positive."""
    for g in sorted(set().union(*(fact.polynomial.generators() for fact in context.facts))):
        atom = context.table.atoms[g]
        if atom.head != "sqrt" or not context.generator_sign(g) <= SIGNS[">"]:
            continue
        if not context.fraction_sign(atom.arguments[0]) <= SIGNS[">"]:
            root = _written(context, Poly.generator(g))
            yield denied(context, atom.arguments[0].numerator, ">", [{"c": "1", "times": [root, root]}])


def _chained(context: Context) -> Iterator[Step]:
    """From c x + r >= 0 with c > 0 and r <= 0 infer x >= 0 (and x <= 0 from c < 0)."""
    for index, fact, g, parts in _inequalities(context):
        if context.table.atoms[g].head != "var" or set(parts) != {0, 1}:
            continue
        slope, rest = context.sign(parts[1]), context.sign(parts[0])
        if slope not in (SIGNS[">"], SIGNS["<"]) or not rest <= SIGNS["<="]:
            continue
        op = ">" if fact.op == ">" or rest == SIGNS["<"] else ">="
        if not context.generator_sign(g) <= SIGNS[op if slope == SIGNS[">"] else op.replace(">", "<")]:
            terms: list[Step] = [{"c": "1", "facts": [[index, 1]]}, {"c": "1", "times": _written(context, -parts[0])}]
            yield denied(context, parts[1] * Poly.generator(g), op, terms)


def _discriminants(context: Context) -> Iterator[Step]:
    """From A s^2 + B s + C >= 0 with A < 0 infer B^2 - 4 A C >= 0."""
    for index, fact, g, _ in _inequalities(context):
        parts = _quadratic(context, fact.polynomial, g)
        if parts is None or context.sign(parts[2]) != SIGNS["<"]:
            continue
        a, b, c = parts[2], parts[1], parts[0]
        gap = context.table.reduce(b * b - (a * c).scaled(fmpq(4)))
        if not gap.is_constant() and not context.sign(gap) <= SIGNS[">="]:
            square = _written(context, a.scaled(fmpq(2)) * Poly.generator(g) + b)
            first: Step = {"c": "4", "facts": [[index, 1]], "times": _written(context, -a)}
            terms: list[Step] = [first, {"c": "1", "square": square}]
            yield denied(context, gap, ">=", terms)


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
    for index, _, g, parts in _inequalities(context):
        if context.table.atoms[g].head not in ("sqrt", "abs") or set(parts) != {0, 1} or len(parts[0]) == 1:
            continue
        if context.sign(parts[1]) <= SIGNS["<="]:
            twice = _written(context, (parts[1] * Poly.generator(g)).scaled(fmpq(-2)))
            terms = [{"c": "1", "facts": [[index, 2]]}, {"c": "1", "facts": [[index, 1]], "times": twice}]
            yield {"rule": "combination", "terms": terms}


def _without_absolute(context: Context) -> Iterator[Step]:
    """From c |u| <= X with c >= 0 infer c u <= X and -c u <= X, where the sign of u is not known."""
    for index, _, g, parts in _inequalities(context, 2 * MAX_TERMS):
        atom = context.table.atoms[g]
        if atom.head != "abs" or set(parts) != {0, 1} or len(context.fraction_sign(atom.arguments[0])) < 3:
            continue
        if not context.sign(parts[1]) <= SIGNS["<="] or atom.arguments[0].denominator:
            continue
        for name, inside in (("above", atom.arguments[0].numerator), ("above-negative", -atom.arguments[0].numerator)):
            gap = [_written(context, item) for item in (-parts[1], Poly.generator(g) - inside)]
            terms: list[Step] = [{"c": "1", "facts": [[index, 1]]}, {"c": "1", "times": gap}]
            step = denied(context, parts[0] + parts[1] * inside, ">=", terms)
            step["steps"].insert(0, axiom(f"abs-{name}", u=argument(context, atom)))
            yield step


def _resolved(context: Context) -> Iterator[Step]:
    """Write u or -u for |u| in inequalities, where the sign of u is known."""
    for index, fact, g, _ in _inequalities(context, 2 * MAX_TERMS):
        atom = context.table.atoms[g]
        sign = context.fraction_sign(atom.arguments[0]) if atom.head == "abs" else SIGNS["!="]
        name = "nonnegative" if sign <= SIGNS[">="] else "nonpositive" if sign <= SIGNS["<="] else ""
        if name and len(fact.polynomial.generators()) > 1:
            yield axiom(f"abs-of-{name}", u=argument(context, atom))
            yield {"rule": "rewrite", "fact": index, "using": len(context.facts) - 1, "atom": write(atom.term)}


def _divided(context: Context) -> Iterator[Step]:
    """Divide inequalities by factors of known sign."""
    for index, fact in enumerate(list(context.facts)):
        if fact.op not in (">", ">=") or not 3 < len(fact.polynomial) <= 2 * MAX_TERMS:
            continue
        rest = fact.polynomial
        for factor, power in fact.polynomial.factors()[1]:
            sign = context.sign(factor)
            for _ in range(power if len(factor) > 1 and len(sign) == 1 and "0" not in sign else 0):
                rest = rest.divided_by(factor if sign == SIGNS[">"] else -factor) or rest
        if rest != fact.polynomial:
            by = fact.polynomial.divided_by(rest)
            assert by is not None
            goal = Rel(context.table.polynomial_term(rest), fact.op, ZERO)
            terms = [{"c": "1", "facts": [[len(context.facts), 1]], "times": _written(context, by)}]
            combination: Step = {"rule": "combination", "terms": [*terms, {"c": "1", "facts": [[index, 1]]}]}
            yield {"rule": "contradiction", "goal": write_relation(goal), "steps": [combination]}
