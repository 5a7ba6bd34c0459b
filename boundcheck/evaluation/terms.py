"""A quantity at a tier and variant, with all that it refers to: the tree that every arithmetic evaluates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeAlias

import sympy
from sympy import Expr, Rational, Symbol

from boundcheck.evaluation.lookup import Find, check_depth
from boundcheck.language import Form, Quantity, Recurrence, Supremum
from boundcheck.notation import sigma_constants, sigma_z

Value: TypeAlias = Expr | Recurrence | Supremum
Hoisted: TypeAlias = tuple[tuple[Symbol, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A form's value; ``children`` give the symbols that stand for other quantities, with parameters replaced."""

    name: str
    form: Form
    children: tuple[tuple[Symbol, Term, tuple[tuple[Symbol, Expr], ...]], ...] = ()
    value: Value = field(kw_only=True)

    def required(self) -> set[Symbol]:
        """Return the symbols that need a value, constants of the activation included."""
        found = free_symbols(self.value) - {symbol for symbol, _, _ in self.children}
        for _, child, at in self.children:
            replaced = dict(at)
            inner = child.required()
            found |= inner - set(replaced)
            found |= {symbol for key in inner & set(replaced) for symbol in replaced[key].free_symbols}
        return found

    @property
    def is_expression(self) -> bool:
        """Tell whether everything in the tree is a plain expression."""
        return isinstance(self.value, Expr) and all(child.is_expression for _, child, _ in self.children)


def term(
    name: str,
    quantity: Quantity,
    find: Find,
    tier: str | None,
    variant: str | None,
    zeros: frozenset[Symbol],
    depth: int = 0,
) -> Term:
    """Resolve a quantity and, recursively, its references.

    Args:    zeros: parameters whose value is exactly 0; what they remove is not asked for.
    Raises:  ValueError for references that go round in a circle, or a name, tier or variant that does not exist.
    """
    check_depth(name, depth)
    form = quantity.form(tier, variant)
    children = []
    for symbol, reference in form.where:
        other = find(reference.quantity)
        at = tuple((key, sympy.sympify(value, strict=True).xreplace(_zero(zeros))) for key, value in reference.at)
        inner_zeros = (zeros - {key for key, _ in at}) | {key for key, value in at if value.is_zero}
        kept = variant if variant in other.variants else None
        child = term(reference.quantity, other, find, reference.tier or tier, kept, frozenset(inner_zeros), depth + 1)
        children.append((symbol, child, at))
    value = specialised(form.value, _zero(zeros))
    used = free_symbols(value)
    return Term(name=name, form=form, children=tuple(entry for entry in children if entry[0] in used), value=value)


def _zero(zeros: frozenset[Symbol]) -> dict[Expr, Expr]:
    return {symbol: sympy.S.Zero for symbol in zeros}


def specialised(value: Value, rule: Mapping[Expr, Expr]) -> Value:
    """Replace symbols in an expression, recurrence or supremum."""
    if not rule:
        return value
    if isinstance(value, Supremum):
        return replace(value, value=specialised(value.value, rule))
    if isinstance(value, Recurrence):
        return replace(
            value,
            start=tuple(item.xreplace(rule) for item in value.start),
            step=tuple(specialised(item, rule) for item in value.step),
            local=tuple((symbol, specialised(item, rule)) for symbol, item in value.local),
            output=value.output.xreplace(rule),
        )
    return value.xreplace(dict(rule))


@lru_cache(maxsize=512)
def hoisted(recurrence: Recurrence, moving: frozenset[Symbol] = frozenset()) -> tuple[Recurrence, Hoisted]:
    """Take out of a recurrence what does not change along it: new symbols stand for such expressions.

    Args:    moving: symbols from outside that change between runs and stay where they are.
    Returns: the recurrence and the (symbol, expression) pairs.
    """
    outer = free_symbols(recurrence) - moving
    parts = (*recurrence.start, *recurrence.step, *(item for _, item in recurrence.local), recurrence.output)
    found: dict[Expr, Symbol] = {}
    pending = [part.value if isinstance(part, Supremum) else part for part in reversed(parts)]
    while pending:
        node = pending.pop()
        if not isinstance(node, Expr) or node.is_Atom or node in found:
            continue
        if node.free_symbols and node.free_symbols <= outer:
            known = {"positive": True} if node.is_positive else {"nonnegative": True} if node.is_nonnegative else {}
            found[node] = Symbol(f"_{len(found)}", **(known or {"real": True}))
        else:
            pending.extend(reversed(node.args))
    plain = specialised(recurrence, found)
    assert isinstance(plain, Recurrence)
    return plain, tuple((symbol, node) for node, symbol in found.items())


def free_symbols(value: Any) -> set[Symbol]:
    """Return the symbols of a value that come from outside it."""
    if isinstance(value, Supremum):
        limits = value.domain or ()
        outer = set().union(*(limit.free_symbols for limit in limits))
        return (free_symbols(value.value) - {value.variable, *sigma_z}) | outer
    if isinstance(value, Recurrence):
        inside = {*value.state, *(symbol for symbol, _ in value.local), value.index}
        parts = (*value.start, *value.step, *(item for _, item in value.local), value.output)
        from boundcheck.notation import T

        return set().union(*(free_symbols(item) for item in parts)) - inside | {T}
    return set(value.free_symbols)


def is_constant(symbol: Symbol) -> bool:
    """Tell whether a symbol is one of the activation's constants sigma0 to sigma4."""
    return symbol in sigma_constants


def replaced_values(
    at: tuple[tuple[Symbol, Expr], ...], values: Mapping[Symbol, Any], number: Any
) -> dict[Symbol, Any]:
    """Return the values of the parameters inside a reference: exact where they are exact outside.

    ``number(expression, values)`` evaluates what is not exact.
    """
    inner = dict(values)
    for key, expression in at:
        given = {symbol: values[symbol] for symbol in expression.free_symbols if symbol in values}
        exact = expression.xreplace(given) if all(isinstance(v, Rational) for v in given.values()) else None
        inner[key] = exact if isinstance(exact, Rational) else number(expression, values)
    return inner


def has_directions(item: Term) -> bool:
    """Tell whether a supremum over directions is anywhere in the tree."""
    here = isinstance(item.value, Supremum) and isinstance(item.value.value, Recurrence)
    return here or any(has_directions(child) for _, child, _ in item.children)
