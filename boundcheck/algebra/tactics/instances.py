"""Which axioms to use: instances chosen by the atoms that a goal and its hypotheses contain."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom, Frac
from boundcheck.algebra.signs import SIGNS
from boundcheck.algebra.tactics.geometric import (
    exponential_sums,
    families,
    geometric_bounds,
    geometric_sums,
    last_powers,
    powers,
    recurrences,
    sums,
)
from boundcheck.algebra.tactics.named import argument, axiom, named, number_bounds
from boundcheck.algebra.tactics.radicals import (
    expanded_logarithm,
    logarithms_of_exponentials,
    neighbouring_logarithms,
    root_bounds,
    root_of_product,
)
from boundcheck.algebra.tactics.recurring import recurring
from boundcheck.algebra.terms import ZERO, Rel, Term, children, free, mul, num, sub

Step = dict[str, Any]
BOUNDS = {
    "tanh": ("tanh-below-one", "tanh-above-minus-one", "tanh-below-identity", "tanh-above-hyperbola"),
    "erf": ("erf-below-one", "erf-above-minus-one", "erf-below-tangent", "erf-above"),
    "atan": ("atan-below", "atan-above", "atan-below-identity"),
    "sin": (
        "sin-below-one",
        "sin-above-minus-one",
        "pythagoras",
        "sin-below-identity",
        "sin-above-negative",
        "sin-nonnegative",
        "sin-nonpositive",
    ),
    "cos": ("cos-below-one", "cos-above-minus-one", "pythagoras", "cos-above-parabola", "cos-nonnegative"),
    "exp": ("exp-tangent", "exp-below-reciprocal"),
    "log": ("log-tangent", "log-above"),
}
ODD = ("tanh-below-identity", "erf-below-tangent", "atan-below-identity", "sin-below-identity", "sin-above-negative")
MONOTONE = {"tanh": "tanh-monotone", "erf": "erf-monotone", "atan": "atan-monotone", "exp": "exp-monotone",
            "log": "log-monotone", "sqrt": "root-monotone"}  # fmt: skip
NUMBERS = ("sqrt", "root", "log", "exp", "tanh", "erf", "atan", "sin", "cos")
MAX_TANGENTS = 4


def definitions(context: Context, polynomials: list[Poly]) -> Iterator[Step]:
    """Yield axioms that rewrite atoms of some polynomials by simpler ones."""
    atoms = _atoms(context, polynomials)
    for atom in atoms:
        yield from _definitions(context, atom)
    yield from recurrences(context, atoms)
    yield from powers(context, atoms)
    yield from sums(context, atoms)
    yield from recurring(context, atoms)
    yield from exponential_sums(context, atoms)
    yield from geometric_sums(context, atoms)
    yield from _addition(context, atoms)
    yield from _multiples(context, atoms)


def bounds(context: Context, polynomials: list[Poly]) -> Iterator[Step]:
    """Yield axioms that bound or compare atoms of some polynomials."""
    atoms = _atoms(context, polynomials)
    for atom in atoms:
        if atom.head == "sqrt":
            yield from root_bounds(context, atom)
        if atom.head == "abs":
            yield axiom("abs-above", u=argument(context, atom))
            yield axiom("abs-above-negative", u=argument(context, atom))
        for name in BOUNDS.get(atom.head, ()):
            inside = argument(context, atom)
            falling = name in ODD and context.fraction_sign(atom.arguments[0]) <= SIGNS["<="]
            yield axiom(name, u=mul(num(-1), inside) if falling else inside)
        if not atom.free and atom.head in NUMBERS:
            yield from number_bounds(atom.term)
    yield from geometric_bounds(context, atoms)
    yield from _power_bounds(context, atoms)
    yield from _monotone(context, atoms)
    yield from neighbouring_logarithms(context, atoms)
    yield from logarithms_of_exponentials(context, atoms)
    yield from named(context, atoms)
    by_exp = {"tanh": ("tanh-by-exp",), "erf": ("erf-square-above", "erf-square-below", "erf-square-below-area")}
    if any(atom.head == "exp" for atom in atoms):
        for atom in atoms:
            for name in by_exp.get(atom.head, ()):
                yield axiom(name, u=argument(context, atom))


def _atoms(context: Context, polynomials: list[Poly]) -> list[Atom]:
    return [context.table.atoms[g] for g in sorted(_closure(context, polynomials))]


def _closure(context: Context, polynomials: list[Poly]) -> set[int]:
    """Atoms that occur, and those inside the absolute values and roots among them."""
    found: set[int] = set()
    todo = set().union(*(polynomial.generators() for polynomial in polynomials)) if polynomials else set()
    while todo:
        g = todo.pop()
        if g in found:
            continue
        found.add(g)
        if context.table.atoms[g].head != "sum":
            todo.update(*(argument.generators() for argument in context.table.atoms[g].arguments))
    return {g for g in found if not any(name.startswith("@") for name in context.table.atoms[g].free)}


def _definitions(context: Context, atom: Atom) -> Iterator[Step]:
    if atom.head == "abs":
        inside = argument(context, atom)
        sign = context.fraction_sign(atom.arguments[0])
        if sign <= SIGNS[">="]:
            yield axiom("abs-of-nonnegative", u=inside)
        elif sign <= SIGNS["<="]:
            yield axiom("abs-of-nonpositive", u=inside)
    elif atom.head == "sqrt":
        yield from root_of_product(context, atom)
    elif atom.head == "**":
        yield from _power_definitions(context, atom)
    elif atom.head == "log":
        yield from expanded_logarithm(context, atom)
    elif atom.head == "exp":
        for g in atom.arguments[0].generators():
            if context.table.atoms[g].head == "log":
                yield axiom("exp-of-log", u=argument(context, context.table.atoms[g]))
    elif atom.head == "pi":
        yield axiom("pi-above")
        yield axiom("pi-below")


def _power_definitions(context: Context, atom: Atom) -> Iterator[Step]:
    """Powers of absolute values, of powers and of products."""
    exponent, g = argument(context, atom, 1), variable_of(atom.arguments[0])
    base = None if g is None else context.table.atoms[g]
    if base is not None and base.head == "abs":
        yield axiom("power-of-abs", u=argument(context, base), v=exponent)
    elif base is not None and base.head == "exp":
        yield axiom("power-of-exp", u=argument(context, base), v=exponent)
    elif base is not None and base.head == "**":
        inner, outer = argument(context, base), argument(context, base, 1)
        yield axiom("power-of-power", u=inner, s=outer, t=exponent)
        yield axiom("power-of-real-power", u=inner, v=outer, w=exponent)
    elif g is None and not atom.arguments[0].denominator and len(atom.arguments[0].numerator) == 1:
        whole = context.table.polynomial_term(atom.arguments[0].numerator)
        if whole[0] == "*":
            name, power = ("power-of-product", "t") if context.is_integer(atom.arguments[1]) else (
                "real-power-of-product", "w")  # fmt: skip
            yield axiom(name, u=whole[1], v=whole[2], **{power: exponent})


def _power_bounds(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Bernoulli's inequality; real powers through exp where a logarithm occurs; powers of sums, exponent at most 1."""
    logarithms = any(atom.head in ("log", "exp") for atom in atoms)
    for atom in atoms:
        if atom.head == "**":
            base, exponent = argument(context, atom), argument(context, atom, 1)
            if context.is_integer(atom.arguments[1]):
                for name in ("bernoulli", "bernoulli-below"):
                    yield axiom(name, u=sub(base, num(1)), t=exponent)
            elif logarithms:
                yield axiom("power-by-exp", u=base, v=exponent)
                yield axiom("exp-tangent", u=mul(exponent, ("log", base)))
        if atom.head in ("root", "**") and len(atom.arguments[0].numerator) == 2 and not atom.arguments[0].denominator:
            whole, exponent = argument(context, atom), atom.term[2]
            if whole[0] == "+":
                yield axiom("power-subadditive", u=whole[1], v=whole[2], w=exponent)


def from_goal(context: Context, goal: Rel) -> Iterator[Step]:
    """Yield axioms for what the goal writes: p and q that grow, exponentials before their exponents are split."""
    for items in families(context, _atoms(context, [context.fact(goal).polynomial]), ("p", "q")).values():
        for head in ("p", "q"):
            own = [atom for _, atom in items if atom.head == head]
            if len(own) > 1:
                s, t = argument(context, own[0]), argument(context, own[-1])
                yield axiom(f"{head}-increasing", s=s, t=t, u=argument(context, own[0], 1))
    yield from last_powers(context, goal)
    terms = dict.fromkeys(term for side in (goal.left, goal.right) for term in _outside_sums(side))
    for term in terms:
        if term[0] == "exp":
            yield axiom("exp-monotone", u=term[1], v=ZERO)
            yield axiom("exp-monotone", u=ZERO, v=term[1])
            yield axiom("exp-tangent", u=term[1])
    for head, name in (("exp", "exp-above-tangent"), ("log", "log-below-tangent")):
        arguments = {term[1]: None for term in terms if term[0] == head}
        if 2 <= len(arguments) <= MAX_TANGENTS:
            for u, v in permutations(arguments, 2):
                yield axiom(name, u=u, v=v)
    for power in [term for term in terms if term[0] == "exp"][:3]:
        for logarithm in [term for term in terms if term[0] == "log"][:3]:
            yield axiom("log-below-tangent", u=power, v=logarithm[1])
            for point in (power,) if free(power) else (power, ("exp", mul(num(-1), power[1]))):
                yield axiom("log-below-tangent", u=logarithm[1], v=point)
                yield axiom("log-of-exp", u=point[1])
            yield axiom("log-of-exp", u=power[1])


def _outside_sums(term: Term) -> Iterator[Term]:
    """Yield subterms, but none that may hold the index of a sum."""
    yield term
    for child in term[2:4] if term[0] == "sum" else children(term):
        yield from _outside_sums(child)


def _addition(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Addition theorems where one argument is the sum of two others (or twice another)."""
    table = context.table
    for head, names in (("sin", ("sin-of-sum",)), ("cos", ("cos-of-sum",)), ("tanh", ("tanh-of-sum",))):
        own = [atom for atom in atoms if atom.head == head]
        others = [atom for atom in atoms if atom.head in (("sin", "cos") if head != "tanh" else ("tanh",))][:6]
        keys = {table.add(a.arguments[0], b.arguments[0]).key: (a, b) for a in others for b in others}
        for atom in own:
            if pair := keys.get(atom.arguments[0].key):
                for name in names:
                    yield axiom(name, u=argument(context, pair[0]), v=argument(context, pair[1]))


def _multiples(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Write exp(n u) as exp((n - 1) u) exp(u), where exp(u) occurs."""
    own = [atom for atom in atoms if atom.head == "exp"][:6]
    for one, other in permutations(own, 2):
        ratio = context.table.multiply(other.arguments[0], context.table.inverse(one.arguments[0]))
        if ratio.is_constant() and ratio.rational() in (2, 3, 4):
            u = argument(context, one)
            yield axiom("exp-sum", u=mul(num(ratio.rational() - 1), u), v=u)


def _monotone(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    for head, name in MONOTONE.items():
        own = [atom for atom in atoms if atom.head == head]
        for u, v in permutations([argument(context, atom) for atom in own[:8]], 2):
            if context.holds(Rel(u, "<=", v)):
                yield axiom(name, u=u, v=v)
    for one in [atom for atom in atoms if atom.head == "exp" and atom.free][:4]:
        for other in [atom for atom in atoms if atom.head == "log" and atom.free][:4]:
            pair = [argument(context, one), other.term]
            for u, v in (pair, pair[::-1]):
                if context.holds(Rel(u, "<=", v)):
                    yield axiom("exp-monotone", u=u, v=v)
    for head in ("p", "q", "**"):
        own = [atom for atom in atoms if atom.head == head]
        place = 0 if head == "**" else 1
        for one, other in permutations(own[:8], 2):
            if one.arguments[1 - place].key == other.arguments[1 - place].key:
                u, v = (_without_abs(context, atom.arguments[place]) for atom in (one, other))
                index = argument(context, one, 1 - place)
                if context.holds(Rel(u, "<=", v)):
                    name = "power-integer-monotone" if head == "**" else f"{head}-monotone-in-base"
                    yield axiom(name, t=index, u=u, v=v)


def _without_abs(context: Context, value: Frac) -> Term:
    """Return the term inside an absolute value."""
    g = variable_of(value)
    atom = None if g is None else context.table.atoms[g]
    return argument(context, atom) if atom is not None and atom.head == "abs" else context.table.term(value)


def variable_of(value: Frac) -> int | None:
    """Return the generator if a normal form is a single atom."""
    if value.denominator or len(value.numerator) != 1 or value.numerator.degree() != 1:
        return None
    return min(value.generators())
