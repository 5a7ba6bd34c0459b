"""Which quantity a name means, and which tiers and variants it has, its own and those of what it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from boundcheck import theory
from boundcheck.language import TIERS, Form, Quantity, Statement

Find = Callable[[str], Quantity]


def finder(statements: Iterable[Statement] = ()) -> Find:
    """Return a look-up of full names (``lemma-1.beta``) among a user's own statements first, then the theory."""
    own = {item.id: item for item in statements}

    def find(name: str) -> Quantity:
        identifier, dot, short = name.partition(".")
        if dot and identifier in own:
            return own[identifier].quantity(short)
        return theory.quantity(name)

    return find


def full_name(quantity: str | Quantity, statements: Iterable[Statement] = ()) -> str:
    """Return the name with its statement where it is known: ``lemma-1.beta``."""
    if isinstance(quantity, str):
        return quantity.strip()
    for statement in (*statements, *theory.statements()):
        if any(item is quantity for item in statement.quantities):
            return f"{statement.id}.{quantity.name}"
    return quantity.name


MAX_DEPTH = 20


def check_depth(name: str, depth: int) -> None:
    """Raise ValueError for references nested too deep to end."""
    if depth > MAX_DEPTH:
        message = f"quantities must not refer to one another in a circle; got {name}"
        raise ValueError(message)


def variants_of(quantity: Quantity, find: Find, depth: int = 0) -> tuple[str, ...]:
    """Return the variants of a quantity, or, if it names none, of those that it refers to."""
    check_depth(quantity.name, depth)
    if quantity.variants:
        return quantity.variants
    inner = (
        variants_of(find(reference.quantity), find, depth + 1) for form in quantity.forms for _, reference in form.where
    )
    return tuple(dict.fromkeys(name for names in inner for name in names))


def tiers_of(quantity: Quantity, find: Find, variant: str | None = None, depth: int = 0) -> tuple[str, ...]:
    """Return the tiers that a quantity can be taken at, loosest first.

    Its own, and for a form that serves every tier those that everything it refers to has; none if no tier matters.
    """
    check_depth(quantity.name, depth)
    fitting = [form for form in quantity.forms if variant is None or form.variant in (None, variant)]
    found = dict.fromkeys(form.tier for form in fitting if form.tier)
    for form in fitting:
        if form.tier is None:
            found |= dict.fromkeys(_shared_tiers(form, find, variant, depth))
    return tuple(sorted((tier for tier in found if tier), key=_looseness))


def _shared_tiers(form: Form, find: Find, variant: str | None, depth: int) -> tuple[str, ...]:
    others = [find(reference.quantity) for _, reference in form.where if reference.tier is None]
    found = (tiers_of(other, find, _kept(other, variant), depth + 1) for other in others)
    inner = [tiers for tiers in found if tiers]
    return tuple(tier for tier in inner[0] if all(tier in tiers for tiers in inner)) if inner else ()


def _kept(quantity: Quantity, variant: str | None) -> str | None:
    return variant if variant in quantity.variants else None


def _looseness(tier: str) -> int:
    return TIERS.index(tier) if tier in TIERS else len(TIERS)


def choose_tier(name: str, quantity: Quantity, find: Find, tier: str | None, variant: str | None) -> str | None:
    """Return the tier asked for, or the tightest; ValueError listing what exists."""
    existing = tiers_of(quantity, find, variant)
    if tier is None:
        return existing[-1] if existing else None
    if tier not in existing:
        message = f"{name} has no tier {tier!r}; tiers are: {' '.join(existing) or '(none: leave the tier out)'}"
        raise ValueError(message)
    return tier


def choose_variant(name: str, quantity: Quantity, find: Find, variant: str | None) -> str | None:
    """Return the variant asked for, or the first (the source's own); ValueError listing what exists."""
    existing = variants_of(quantity, find)
    if variant is None:
        return existing[0] if existing else None
    if variant not in existing:
        message = f"{name} has no variant {variant!r}; variants are: {' '.join(existing) or '(none: leave it out)'}"
        raise ValueError(message)
    return variant
