"""Which axioms to use: instances chosen by the atoms that a goal and its hypotheses contain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from typing import Any

from boundcheck.algebra.balls import NoValue, enclose
from boundcheck.algebra.context import SIGNS, Context
from boundcheck.algebra.normal import Atom, Frac
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.tactics.named import argument, axiom, named
from boundcheck.algebra.terms import ZERO, Rel, Term, add, free, mul, num, sub, subterms, write, write_relation

Step = dict[str, Any]
BOUNDS = {
    "tanh": ("tanh-below-one", "tanh-above-minus-one", "tanh-below-identity", "tanh-above-hyperbola"),
    "erf": ("erf-below-one", "erf-above-minus-one", "erf-below-tangent", "erf-above"),
    "atan": ("atan-below", "atan-above", "atan-below-identity"),
    "sin": ("sin-below-one", "sin-above-minus-one", "pythagoras", "sin-below-identity", "sin-above-negative",
            "sin-nonnegative", "sin-nonpositive"),
    "cos": ("cos-below-one", "cos-above-minus-one", "pythagoras", "cos-above-parabola", "cos-nonnegative"),
    "exp": ("exp-tangent", "exp-below-reciprocal"),
    "log": ("log-tangent", "log-above"),
}
ODD = ("tanh-below-identity", "erf-below-tangent", "atan-below-identity", "sin-below-identity", "sin-above-negative")
MONOTONE = {"tanh": "tanh-monotone", "erf": "erf-monotone", "atan": "atan-monotone", "exp": "exp-monotone",
            "log": "log-monotone", "sqrt": "root-monotone"}  # fmt: skip
NUMBERS = ("sqrt", "root", "log", "exp", "tanh", "erf", "atan", "sin", "cos")
MAX_GAP = 6
MAX_TANGENTS = 4


def definitions(context: Context, polynomials: list[Poly]) -> Iterator[Step]:
    """Yield axioms that rewrite atoms of some polynomials by simpler ones."""
    atoms = _atoms(context, polynomials)
    for atom in atoms:
        yield from _definitions(context, atom)
    yield from _recurrences(context, atoms)
    yield from _powers(context, atoms)
    yield from _sums(context, atoms)
    yield from _geometric_sums(context, atoms)
    yield from _addition(context, atoms)
    yield from _multiples(context, atoms)


def bounds(context: Context, polynomials: list[Poly]) -> Iterator[Step]:
    """Yield axioms that bound or compare atoms of some polynomials."""
    atoms = _atoms(context, polynomials)
    for atom in atoms:
        if atom.head == "sqrt":
            yield from _root_bounds(context, atom)
        if atom.head == "abs":
            yield axiom("abs-above", u=argument(context, atom))
            yield axiom("abs-above-negative", u=argument(context, atom))
        for name in BOUNDS.get(atom.head, ()):
            inside = argument(context, atom)
            falling = name in ODD and context.fraction_sign(atom.arguments[0]) <= SIGNS["<="]
            yield axiom(name, u=mul(num(-1), inside) if falling else inside)
        if not atom.free and atom.head in NUMBERS:
            yield from _number_bounds(atom)
    yield from _geometric_bounds(context, atoms)
    yield from _power_bounds(context, atoms)
    yield from _monotone(context, atoms)
    yield from _neighbouring_logarithms(context, atoms)
    yield from _logarithms_of_exponentials(context, atoms)
    yield from named(context, atoms)
    by_exp = {"tanh": ("tanh-by-exp",), "erf": ("erf-square-above", "erf-square-below")}
    if any(atom.head == "exp" for atom in atoms):
        for atom in atoms:
            for name in by_exp.get(atom.head, ()):
                yield axiom(name, u=argument(context, atom))


def _number_bounds(atom: Atom) -> Iterator[Step]:
    """Enclose a number between rationals with five digits."""
    try:
        value = enclose(atom.term, {})
    except NoValue:
        return
    if not value.is_finite() or value.contains(0):
        return
    middle = Fraction(*(int(part) for part in (value.mid().fmpq().p, value.mid().fmpq().q)))
    unit = Fraction(10) ** (math.floor(math.log10(abs(middle))) - 4)
    for op, end in ((">", math.floor(middle / unit) * unit), ("<", (math.floor(middle / unit) + 1) * unit)):
        yield {"rule": "number", "goal": write_relation(Rel(atom.term, op, num(end)))}


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
        yield from _root_of_product(context, atom)
    elif atom.head == "**":
        yield from _power_definitions(context, atom)
    elif atom.head == "log":
        yield from _logarithm(context, atom)
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
        yield axiom("power-of-real-power", u=argument(context, base), v=argument(context, base, 1), w=exponent)
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
                yield axiom("bernoulli", u=sub(base, num(1)), t=exponent)
            elif logarithms:
                yield axiom("power-by-exp", u=base, v=exponent)
                yield axiom("exp-tangent", u=mul(exponent, ("log", base)))
        if atom.head in ("root", "**") and len(atom.arguments[0].numerator) == 2 and not atom.arguments[0].denominator:
            whole, exponent = argument(context, atom), atom.term[2]
            if whole[0] == "+":
                yield axiom("power-subadditive", u=whole[1], v=whole[2], w=exponent)


def _neighbouring_logarithms(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Tangents between logarithms of arguments that differ by a number."""
    own = [atom for atom in atoms if atom.head == "log" and atom.free][:4]
    for one, other in permutations(own, 2):
        gap = context.table.add(one.arguments[0], context.table.scale(other.arguments[0], Fraction(-1)))
        if gap.is_constant():
            yield axiom("log-below-tangent", u=argument(context, one), v=argument(context, other))


def _root_of_product(context: Context, atom: Atom) -> Iterator[Step]:
    unit, factors = atom.arguments[0].numerator.factors()
    pieces = [context.table.polynomial_term(factor**power) for factor, power in factors]
    if len(pieces) < 2 or unit < 0:
        return
    rest = num(Fraction(int(unit.p), int(unit.q)))
    for piece in pieces[1:]:
        rest = mul(rest, piece)
    yield axiom("root-of-product", u=pieces[0], v=rest)


def _root_bounds(context: Context, atom: Atom) -> Iterator[Step]:
    """sqrt(u) beside |v| for u = v^2 + (something >= 0), and beside sqrt(v) where a fact compares u with v."""
    table, inside = context.table, atom.arguments[0].numerator
    whole = table.polynomial_term(inside)
    for monomial, value in inside.terms.items():
        rest = inside - Poly({monomial: value})
        if value > 0 and all(power % 2 == 0 for _, power in monomial) and rest and context.sign(rest) <= SIGNS[">="]:
            yield axiom("root-monotone", u=table.polynomial_term(inside - rest), v=whole)
    if len(inside) > 1 or inside.degree() != 1:
        return
    (g,) = inside.generators()
    for fact in list(context.facts):
        parts = fact.polynomial.by_power(g)
        if fact.op not in (">", ">=") or set(parts) != {0, 1} or len(fact.polynomial) > 20:
            continue
        sign = context.sign(parts[1])
        if "0" in sign or len(sign) > 1:
            continue
        bound = table.term(table.multiply(Frac(-parts[0]), table.inverse(Frac(parts[1]))))
        if sign == SIGNS["<"]:
            yield axiom("root-monotone", u=whole, v=bound)
        elif not parts[0].is_constant():
            yield axiom("root-monotone", u=bound, v=whole)


def _logarithm(context: Context, atom: Atom) -> Iterator[Step]:
    """Expand log of a quotient of products, down to single factors."""
    value, table = atom.arguments[0], context.table
    parts = [value.numerator]
    if value.denominator:
        below = Poly.constant(1)
        for factor, power in value.denominator:
            below = below * factor**power
        parts.append(below)
        yield axiom("log-of-quotient", u=table.polynomial_term(parts[0]), v=table.polynomial_term(below))
    for part in parts:
        unit, factors = part.factors()
        pieces = [table.polynomial_term(factor) for factor, power in factors for _ in range(min(power, 8))]
        if unit != 1:
            pieces.insert(0, num(Fraction(int(unit.p), int(unit.q))))
        while len(pieces) > 1:
            first, *pieces = pieces
            rest = pieces[0]
            for piece in pieces[1:]:
                rest = mul(rest, piece)
            yield axiom("log-of-product", u=first, v=rest)


def from_goal(context: Context, goal: Rel) -> Iterator[Step]:
    """Yield axioms for what the goal writes: p and q that grow, exponentials before their exponents are split."""
    for items in _families(context, _atoms(context, [context.fact(goal).polynomial]), ("p", "q")).values():
        for head in ("p", "q"):
            own = [atom for _, atom in items if atom.head == head]
            if len(own) > 1:
                s, t = argument(context, own[0]), argument(context, own[-1])
                yield axiom(f"{head}-increasing", s=s, t=t, u=argument(context, own[0], 1))
    yield from _last_powers(context, goal)
    for term in (*subterms(goal.left), *subterms(goal.right)):
        if term[0] == "exp":
            yield axiom("exp-monotone", u=term[1], v=ZERO)
            yield axiom("exp-monotone", u=ZERO, v=term[1])
            yield axiom("exp-tangent", u=term[1])
    for head, name in (("exp", "exp-above-tangent"), ("log", "log-below-tangent")):
        arguments = {term[1]: None for side in (goal.left, goal.right) for term in subterms(side) if term[0] == head}
        if 2 <= len(arguments) <= MAX_TANGENTS:
            for u, v in permutations(arguments, 2):
                yield axiom(name, u=u, v=v)
    terms = dict.fromkeys(term for side in (goal.left, goal.right) for term in subterms(side))
    for power in [term for term in terms if term[0] == "exp"][:3]:
        for logarithm in [term for term in terms if term[0] == "log"][:3]:
            yield axiom("log-below-tangent", u=power, v=logarithm[1])
            yield axiom("log-of-exp", u=power[1])


def _last_powers(context: Context, goal: Rel) -> Iterator[Step]:
    """Bound (t + 1) u^t, for a power whose exponent also stands beside it, by the geometric sum that it ends."""
    polynomial = context.fact(goal).polynomial
    for g in sorted(polynomial.generators()):
        atom = context.table.atoms[g]
        if atom.head != "**" or not context.is_integer(atom.arguments[1]):
            continue
        if atom.arguments[1].generators() & polynomial.generators():
            base, exponent = argument(context, atom), argument(context, atom, 1)
            yield axiom("p-above-last", u=base, t=exponent)
            yield axiom("p-closed", u=base, t=add(exponent, num(1)))


def _families(context: Context, atoms: list[Atom], heads: tuple[str, ...]) -> dict[object, list[tuple[Fraction, Atom]]]:
    """Group p, q or powers whose indices differ by whole numbers; sorted by index."""
    groups: dict[object, list[tuple[Fraction, Atom]]] = {}
    for atom in atoms:
        if atom.head not in heads:
            continue
        place = 1 if atom.head == "**" else 0
        index, other = atom.arguments[place], atom.arguments[1 - place]
        if index.denominator:
            continue
        constant = index.numerator.constant_value()
        rest = index.numerator - Poly.constant(constant)
        offset = Fraction(int(constant.p), int(constant.q))
        groups.setdefault((other.key, rest.key, offset % 1), []).append((offset, atom))
    return {key: sorted(items, key=lambda item: (item[0], item[1].head)) for key, items in groups.items()}


def _recurrences(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    for items in _families(context, atoms, ("p", "q")).values():
        gap, atom = int(items[-1][0] - items[0][0]), items[0][1]
        x, index = argument(context, atom, 1), argument(context, atom, 0)
        for step in range(min(gap, MAX_GAP)):
            here = index if not step else _shift(index, step)
            yield axiom("p-step", t=here, u=x)
            if any(item.head == "q" for _, item in items):
                yield axiom("q-step", t=here, u=x)
        for name in ("p-empty", "q-empty", "p-at-one", "q-at-one"):
            yield axiom(name, t=index, u=x)


def _geometric_bounds(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    for items in _families(context, atoms, ("p", "q")).values():
        gap, atom = int(items[-1][0] - items[0][0]), items[0][1]
        x, index = argument(context, atom, 1), argument(context, atom, 0)
        heads = {item.head for _, item in items}
        for head in sorted(heads):
            yield axiom(f"{head}-at-least-one", t=index, u=x)
            if gap:
                yield axiom(f"{head}-increasing", s=index, t=_shift(index, gap), u=x)
        if "q" in heads:
            yield axiom("p-below-q", t=_shift(index, gap), u=x)
            yield axiom("p-below-q", t=index, u=x)
            yield axiom("q-below-p-squared", t=index, u=x)
            yield axiom("q-closed", t=index, u=x)
        yield axiom("p-closed", t=index, u=x)
        for head in sorted(heads):
            for one, other in ((x, num(1)), (num(1), x)):
                yield axiom(f"{head}-monotone-in-base", t=index, u=one, v=other)
            yield axiom(f"{head}-at-one", t=index, u=num(1))


def _shift(term: Term, by: int) -> Term:
    return ("+", term, num(by)) if by >= 0 else sub(term, num(-by))


def _powers(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    for items in _families(context, atoms, ("**",)).values():
        offsets = [offset for offset, _ in items]
        atom = items[0][1]
        base, index = argument(context, atom, 0), argument(context, atom, 1)
        for step in range(min(int(offsets[-1] - offsets[0]), MAX_GAP)):
            here = index if not step else _shift(index, step)
            integer = context.is_integer(atom.arguments[1])
            yield axiom("power-step", t=here, u=base) if integer else axiom("power-of-sum", v=here, w=num(1), u=base)


def _sums(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Split the last term off a sum that is longer by one or more than another with the same start."""
    sums = [atom for atom in atoms if atom.head == "sum" and not atom.arguments[1].denominator]
    for atom in sums:
        for other in sums:
            gap = atom.arguments[1].numerator - other.arguments[1].numerator
            longer = gap.is_constant() and 0 < gap.constant_value() <= MAX_GAP
            if longer and atom.arguments[0].key == other.arguments[0].key:
                yield {"rule": "sum-last", "sum": write(atom.term)}
                break


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


def _geometric_sums(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Write sum(k, 0, t-1, u**k) as p(t, u), and with the factor k + 1 as q."""
    for atom in atoms:
        if atom.head != "sum" or atom.arguments[0].numerator or atom.arguments[2].denominator:
            continue
        inside = [context.table.atoms[g] for g in sorted(atom.arguments[2].generators())]
        if any(item.head not in ("**", "var") for item in inside):
            continue
        for power in inside:
            if power.head == "**" and atom.index in power.free and atom.index not in free(power.term[1]):
                last = argument(context, atom, 1)
                form = "plain-sum" if context.holds(Rel(power.term[1], ">=", ZERO)) else "sum"
                for head in ("p", "q"):
                    yield axiom(f"{head}-as-{form}", t=add(last, num(1)), u=power.term[1])


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


def _logarithms_of_exponentials(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """log(e^x + ...) >= x, where the rest is not negative."""
    for atom in atoms:
        inside = atom.arguments[0] if atom.head == "log" else None
        if inside is None or inside.denominator or len(inside.numerator) > 6:
            continue
        for monomial, value in inside.numerator.terms.items():
            if len(monomial) == 1 and value == 1 and context.table.atoms[monomial[0][0]].head == "exp":
                part = context.table.polynomial_term(Poly({monomial: value}))
                yield axiom("log-monotone", u=part, v=argument(context, atom))
                yield axiom("log-of-exp", u=argument(context, context.table.atoms[monomial[0][0]]))


def variable_of(value: Frac) -> int | None:
    """Return the generator if a normal form is a single atom."""
    if value.denominator or len(value.numerator) != 1 or value.numerator.degree() != 1:
        return None
    return min(value.generators())
