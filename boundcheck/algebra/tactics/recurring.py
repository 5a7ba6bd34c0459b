"""Rewrite summands by the recurrence of p, so that sums of p of neighbouring indices meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom, Frac
from boundcheck.algebra.tactics.named import axiom
from boundcheck.algebra.terms import ONE, ZERO, Rel, Term, substitute, write

Step = dict[str, Any]


def recurring(context: Context, atoms: list[Atom]) -> Iterator[Step]:
    """Rewrite p(i+1, x) in a summand as 1 + |x| p(i, x), where another sum of about the same length has p(i, x)."""
    sums = [atom for atom in atoms if atom.head == "sum" and not atom.arguments[2].denominator]
    for atom in sums:
        for other in sums:
            gap = atom.arguments[1].numerator - other.arguments[1].numerator
            if atom is not other and gap.is_constant() and gap.constant_value() in (0, 1):
                yield from _stepped(context, atom, other)


def _stepped(context: Context, atom: Atom, other: Atom) -> Iterator[Step]:
    """Yield the step that rewrites the summand of one sum over the range of the other."""
    table, body = context.table, atom.arguments[2]
    known = [table.atoms[g] for g in other.arguments[2].generators() if table.atoms[g].head == "p"]
    for g in sorted(body.numerator.generators()):
        part = table.atoms[g]
        parts = body.numerator.by_power(g)
        if part.head != "p" or atom.index not in part.free or set(parts) != {1}:
            continue
        lower = table.add(part.arguments[0], Frac(Poly.constant(-1)))
        if lower.key not in [item.arguments[0].key for item in known]:
            continue
        index, x, factor = table.term(lower), table.term(part.arguments[1]), table.polynomial_term(parts[1])
        right: Term = ("*", factor, ("+", ONE, ("*", x, ("p", index, x))))
        ends = table.term(other.arguments[0]), table.term(other.arguments[1])
        names = [name for n in range(1000) if context.is_fresh(name := f"i_{n}", *ends, right, part.term)][:2]
        here, bound = ({atom.index: ("var", name)} for name in names)
        left: Term = ("sum", names[1], *ends, substitute(table.term(body), bound))
        inner, _ = context.binder(left, names[0])
        at_index = substitute(index, here)
        steps = [*_at_least_zero(inner, at_index), axiom("p-step", t=at_index, u=substitute(x, here))]
        fact, by = len(inner.facts) + len(steps) - 1, write(substitute(factor, here))
        steps.append({"rule": "combination", "terms": [{"c": "1", "facts": [[fact, 1]], "times": by}]})
        yield {
            "rule": "sum-equal", "left": write(left), "index": names[0], "right": write(substitute(right, bound)),
            "steps": steps,
        }  # fmt: skip


def _at_least_zero(inner: Context, index: Term) -> Iterator[Step]:
    """Show that an index is at least 0, if one of the ends of the range says more than that."""
    for k in (-2, -1):
        fact = len(inner.facts) + k
        gap = inner.fact(Rel(index, ">=", ZERO)).polynomial - inner.facts[fact].polynomial
        if gap.is_constant() and gap.constant_value() > 0:
            yield {"rule": "combination", "terms": [{"c": "1", "facts": [[fact, 1]]}, {"c": str(gap.constant_value())}]}
            return
