"""The graph of statements: what fails upstream flags everything downstream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from boundcheck.comparison.verdicts import Comparison


def ancestors(depends_on: Mapping[str, Iterable[str]], start: str) -> tuple[str, ...]:
    """List everything that a statement rests on, nearest first.

    Raises:  ValueError if a statement rests on itself.
    """
    found: dict[str, None] = {}
    front = list(depends_on.get(start, ()))
    while front:
        name = front.pop(0)
        if name == start:
            message = f"statements must not rest on themselves; {start} does (mend its depends_on)"
            raise ValueError(message)
        if name not in found:
            found[name] = None
            front.extend(depends_on.get(name, ()))
    return tuple(found)


def dependents(depends_on: Mapping[str, Iterable[str]], name: str) -> tuple[str, ...]:
    """List the statements that rest directly on ``name``."""
    return tuple(other for other, needs in depends_on.items() if name in tuple(needs))


def propagate(comparisons: Iterable[Comparison]) -> tuple[Comparison, ...]:
    """Flag each statement with the upstream statements that failed (refuted or contradicted)."""
    given = tuple(comparisons)
    depends_on = {item.id: item.statement.depends_on for item in given}
    failed = {item.id for item in given if item.failed}
    return tuple(
        replace(item, flags=tuple(name for name in ancestors(depends_on, item.id) if name in failed)) for item in given
    )
