"""Instances of the named inequalities of the field: Lipschitz bounds, Bernoulli, Young, weighted means, power means."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

from flint import arb

from boundcheck.algebra.balls import enclose
from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom, Frac
from boundcheck.algebra.refusals import NoValue
from boundcheck.algebra.terms import ONE, Rel, Term, add, mul, num, sub, write, write_relation

Step = dict[str, Any]
LIPSCHITZ = ("tanh", "erf", "atan", "sin", "cos")
MOST_POWERS = 6
TINY = arb("1e-300")


def axiom(name: str, **terms: Term) -> Step:
    """Write a step that uses an axiom."""
    return {"rule": "axiom", "name": name, "with": {variable: write(term) for variable, term in terms.items()}}


def argument(context: Context, atom: Atom, place: int = 0) -> Term:
    """Return an argument of an atom as a term."""
    return context.table.term(atom.arguments[place])


def named(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Yield named inequalities for the atoms at hand."""
    yield from _lipschitz(context, atoms)
    yield from _hyperbolic(context, atoms)
    yield from _reciprocals(context, atoms)
    powers = [atom for atom in atoms if atom.head == "**"][:MOST_POWERS]
    exponentials = any(atom.head == "exp" for atom in atoms)
    for atom in powers:
        yield from _tangents(context, atom, exponentials=exponentials)
    for one, other in permutations(powers, 2):
        yield from _two_powers(context, one, other)
    yield from _means(context, powers)
    yield from _means(context, [atom for atom in atoms if atom.head == "root"][:MOST_POWERS])


def _lipschitz(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """|f(u) - f(v)| <= L |u - v| where an absolute value holds the difference."""
    for atom in atoms:
        inside = atom.arguments[0].generators() if atom.head == "abs" else set()
        for head in LIPSCHITZ:
            own = [context.table.atoms[g] for g in sorted(inside) if context.table.atoms[g].head == head]
            for one, other in combinations(own[:3], 2):
                yield axiom(f"{head}-lipschitz", u=argument(context, one), v=argument(context, other))


def _hyperbolic(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Use e^u + e^-u <= 2 e^(u^2/2), where all three occur."""
    own = [atom for atom in atoms if atom.head == "exp"]
    keys = {atom.arguments[0].key for atom in own}
    for atom in own:
        u = atom.arguments[0]
        half = context.table.normal(("/", mul(context.table.term(u), context.table.term(u)), num(2)))
        if half.key in keys:
            yield axiom("cosh-below-gaussian", u=context.table.term(u))


def _reciprocals(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Use atan u + atan 1/u = pi/2, where both occur."""
    own = [atom for atom in atoms if atom.head == "atan"]
    for one, other in permutations(own[:4], 2):
        if _is_one(context.table.multiply(one.arguments[0], other.arguments[0])):
            yield axiom("atan-of-reciprocal", u=argument(context, one))


def _tangents(context: Context, atom: Atom, *, exponentials: bool) -> Iterator[Step]:
    """Compare a power with its tangent at 1, with an exponential, with the geometric sum that it ends."""
    base, exponent = argument(context, atom, 0), argument(context, atom, 1)
    if context.is_integer(atom.arguments[1]):
        limit = context.table.normal(mul(exponent, sub(base, ONE)))
        if exponentials or limit.is_constant():
            yield axiom("power-below-exp", u=sub(base, ONE), t=exponent)
        if limit.is_constant():
            yield from number_bounds(("exp", context.table.term(limit)))
    else:
        yield axiom("power-above-tangent", u=base, v=exponent)
        yield axiom("power-below-tangent", u=base, v=exponent)
        if exponentials:
            yield axiom("real-power-below-exp", u=base, v=exponent)
            yield axiom("power-above-exp", u=base, v=exponent)


def number_bounds(term: Term) -> Iterator[Step]:
    """Enclose a number between rationals with five digits."""
    try:
        value = enclose(term, {})
    except NoValue:
        return
    if not (TINY < abs(value) and abs(value) < 1 / TINY):
        return
    middle = Fraction(*(int(part) for part in (value.mid().fmpq().p, value.mid().fmpq().q)))
    unit = Fraction(10) ** (math.floor(math.log10(abs(middle))) - 4)
    for op, end in ((">", math.floor(middle / unit) * unit), ("<", (math.floor(middle / unit) + 1) * unit)):
        yield {"rule": "number", "goal": write_relation(Rel(term, op, num(end)))}


def _two_powers(context: Context, one: Atom, other: Atom) -> Iterator[Step]:
    """Young's inequality, and the weighted mean where two exponents add up to 1."""
    s, t = one.arguments[1], other.arguments[1]
    if _is_one(context.table.add(s, t)):
        yield axiom("weighted-mean", u=argument(context, one), v=argument(context, other), w=context.table.term(s))
    product = mul(context.table.term(s), context.table.term(t))
    if context.holds(Rel(add(context.table.term(s), context.table.term(t)), "==", product)):
        yield axiom("young", u=argument(context, one), v=argument(context, other),
                    s=context.table.term(s), t=context.table.term(t))  # fmt: skip


def _is_one(value: Frac) -> bool:
    return not value.denominator and value.numerator == Poly.constant(1)


def _means(context: Context, powers: list[Atom]) -> Iterator[Step]:
    """Compare (u + v)^w with u^w + v^w, for powers or roots of one order."""
    for one, other in combinations(powers, 2):
        exponent = _exponent(context, one)
        if exponent.key != _exponent(context, other).key:
            continue
        whole = context.table.add(one.arguments[0], other.arguments[0]).key
        if any(atom.arguments[0].key == whole and _exponent(context, atom).key == exponent.key for atom in powers):
            u, v, w = argument(context, one), argument(context, other), context.table.term(exponent)
            for name in ("power-subadditive", "power-superadditive", "power-mean"):
                yield axiom(name, u=u, v=v, w=w)


def _exponent(context: Context, atom: Atom) -> Frac:
    return context.table.normal(atom.term[2])
