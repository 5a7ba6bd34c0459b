"""Rewrite summands by the recurrences of p, q and powers, so that sums of neighbouring indices meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom, Frac
from boundcheck.algebra.tactics.named import axiom
from boundcheck.algebra.terms import ONE, ZERO, Rel, Term, add, mul, substitute, write

Step = dict[str, Any]
RECURRENT = {"p": "p-step", "q": "q-step", "**": "power-step"}


def recurring(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Rewrite f(i+1) in a summand by f(i), where another sum of about the same length has f(i)."""
    sums = [atom for atom in atoms if atom.head == "sum" and not atom.arguments[2].denominator]
    for atom in sums:
        for other in sums:
            gap = atom.arguments[1].numerator - other.arguments[1].numerator
            if atom is not other and gap.is_constant() and gap.constant_value() in (0, 1):
                yield from _stepped(context, atom, other)


def _stepped(context: Context, atom: Atom, other: Atom) -> Iterator[Step]:
    """Yield the step that rewrites the summand of one sum over the range of the other."""
    table, body = context.table, atom.arguments[2]
    known = [(table.atoms[g].head, *_index_and_base(table.atoms[g])) for g in other.arguments[2].generators()
             if table.atoms[g].head in RECURRENT]  # fmt: skip
    for g in sorted(body.numerator.generators()):
        part, parts = table.atoms[g], body.numerator.by_power(g)
        if part.head not in RECURRENT or atom.index not in part.free or set(parts) != {1}:
            continue
        upper, base = _index_and_base(part)
        lower = table.add(upper, Frac(Poly.constant(-1)))
        if not any((head, i.key, b.key) == (part.head, lower.key, base.key) for head, i, b in known):
            continue
        index, x, factor = table.term(lower), table.term(base), table.polynomial_term(parts[1])
        right = mul(factor, _next(part.head, index, x))
        ends = table.term(other.arguments[0]), table.term(other.arguments[1])
        names = [name for n in range(1000) if context.is_fresh(name := f"i_{n}", *ends, right, part.term)][:2]
        here, bound = ({atom.index: ("var", name)} for name in names)
        left: Term = ("sum", names[1], *ends, substitute(table.term(body), bound))
        inner, _ = context.binder(left, names[0])
        at_index = substitute(index, here)
        steps = [*_at_least_zero(inner, at_index), axiom(RECURRENT[part.head], t=at_index, u=substitute(x, here))]
        fact, by = len(inner.facts) + len(steps) - 1, write(substitute(factor, here))
        steps.append({"rule": "combination", "terms": [{"c": "1", "facts": [[fact, 1]], "times": by}]})
        yield {
            "rule": "sum-equal", "left": write(left), "index": names[0], "right": write(substitute(right, bound)),
            "steps": steps,
        }  # fmt: skip


def _index_and_base(atom: Atom) -> tuple[Frac, Frac]:
    return (atom.arguments[1], atom.arguments[0]) if atom.head == "**" else (atom.arguments[0], atom.arguments[1])


def _next(head: str, index: Term, x: Term) -> Term:
    """Write f(i+1) by f(i)."""
    if head == "**":
        return mul(x, ("**", x, index))
    first = ONE if head == "p" else ("p", add(index, ONE), x)
    return add(first, mul(x, (head, index, x)))


def _at_least_zero(inner: Context, index: Term) -> Iterator[Step]:
    """Show that an index is at least 0, if one of the ends of the range says more than that."""
    for k in (-2, -1):
        fact = len(inner.facts) + k
        gap = inner.fact(Rel(index, ">=", ZERO)).polynomial - inner.facts[fact].polynomial
        if gap.is_constant() and gap.constant_value() > 0:
            yield {"rule": "combination", "terms": [{"c": "1", "facts": [[fact, 1]]}, {"c": str(gap.constant_value())}]}
            return
