"""Instances for geometric sums and powers: recurrences of p and q, closed forms, sums that are p or q."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom
from boundcheck.algebra.tactics.named import argument, axiom
from boundcheck.algebra.terms import ZERO, Rel, Term, add, free, num, sub, substitute, write

Step = dict[str, Any]
MAX_GAP = 6
MAX_ADDED = 8


def last_powers(context: Context, goal: Rel) -> Iterator[Step]:
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


def families(context: Context, atoms: list[Atom], heads: tuple[str, ...]) -> dict[object, list[tuple[Fraction, Atom]]]:
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


def recurrences(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Yield the steps of p and q between indices that differ by whole numbers, and their values at such an index."""
    for items in families(context, atoms, ("p", "q")).values():
        gap, atom = int(items[-1][0] - items[0][0]), items[0][1]
        x, index = argument(context, atom, 1), argument(context, atom, 0)
        for step in range(min(gap, MAX_GAP)):
            here = index if not step else _shift(index, step)
            yield axiom("p-step", t=here, u=x)
            if any(item.head == "q" for _, item in items):
                yield axiom("q-step", t=here, u=x)
        for name in ("p-empty", "q-empty", "p-at-one", "q-at-one"):
            yield axiom(name, t=index, u=x)


def geometric_bounds(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Yield closed forms of p and q, their growth in index and base, and p <= q."""
    for items in families(context, atoms, ("p", "q")).values():
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


def powers(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Yield the steps between powers of one base whose exponents differ by whole numbers."""
    for items in families(context, atoms, ("**",)).values():
        offsets = [offset for offset, _ in items]
        atom = items[0][1]
        base, index = argument(context, atom, 0), argument(context, atom, 1)
        for step in range(min(int(offsets[-1] - offsets[0]), MAX_GAP)):
            here = index if not step else _shift(index, step)
            integer = context.is_integer(atom.arguments[1])
            yield axiom("power-step", t=here, u=base) if integer else axiom("power-of-sum", v=here, w=num(1), u=base)
    yield from _added_exponents(context, [atom for atom in atoms if atom.head == "**"][:MAX_ADDED])


def _added_exponents(context: Context, own: list[Atom]) -> Iterator[Step]:
    """Write u^(s + t) as u^s u^t, where all three occur."""
    add = context.table.add
    pairs = [(one, other) for k, one in enumerate(own) for other in own[: k + 1]]
    sums = {(a.arguments[0].key, add(a.arguments[1], b.arguments[1]).key): (a, b) for a, b in pairs
            if a.arguments[0].key == b.arguments[0].key}  # fmt: skip
    for atom in own:
        if pair := sums.get((atom.arguments[0].key, atom.arguments[1].key)):
            base, s, t = argument(context, atom), *(argument(context, part, 1) for part in pair)
            yield axiom("power-of-integer-sum", u=base, s=s, t=t)
            yield axiom("power-of-sum", u=base, v=s, w=t)


def sums(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Split off the last term of a sum that is zero, or where another sum ends a little earlier; likewise the first."""
    sums = [atom for atom in atoms if atom.head == "sum" and not any(end.denominator for end in atom.arguments[:2])]
    for atom in sums:
        last = substitute(argument(context, atom, 2), {atom.index: argument(context, atom, 1)})
        gaps = [[a.numerator - b.numerator for a, b in zip(atom.arguments[:2], other.arguments[:2], strict=True)]
                for other in sums]  # fmt: skip
        near = [[gap.constant_value() for gap in pair] for pair in gaps if all(gap.is_constant() for gap in pair)]
        if any(0 < end <= MAX_GAP for _, end in near) or not context.table.normal(last).numerator:
            yield {"rule": "sum-last", "sum": write(atom.term)}
        if any(0 < -start <= MAX_GAP for start, _ in near):
            yield {"rule": "sum-first", "sum": write(atom.term)}


def exponential_sums(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Write exp(u*k) in a sum over k as exp(u)**k."""
    table = context.table
    for atom in atoms:
        unit = atom.arguments[2] if atom.head == "sum" else None
        if unit is None or len(unit.generators()) != 1 or max(len(unit.numerator), len(unit.denominator)) > 1:
            continue
        inner = table.atoms[min(unit.generators())]
        exponent = inner.arguments[0] if inner.head == "exp" else None
        index = table.normal(("var", atom.index))
        slope = None if exponent is None else table.multiply(exponent, table.inverse(index))
        if slope is None or slope.generators() & index.generators():
            continue
        power = unit.numerator.degree() - sum(times for _, times in unit.denominator)
        base = table.term(table.scale(slope, Fraction(power)))
        ends = argument(context, atom), argument(context, atom, 1)
        fresh = context.unused(*ends, base)
        yield {
            "rule": "sum-equal", "left": write(atom.term), "index": fresh, "right": write(_power(base, atom.term[1])),
            "steps": [axiom("power-of-exp", u=base, v=("var", fresh))],
        }  # fmt: skip


def _power(exponent: Term, index: str) -> Term:
    return ("**", ("exp", exponent), ("var", index))


def geometric_sums(context: Context, atoms: list[Atom]) -> Iterator[Step]:
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
