"""The explicit list of what is measured: statement, quantity, function."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from boundcheck.measurement import hidden_state
from boundcheck.measurement.values import Measurement, Problem

Measure = Callable[[Problem], "Measurement | tuple[Measurement, ...]"]


def _supremum(statement: str, quantity: str) -> tuple[str, str, Measure]:
    return statement, quantity, partial(hidden_state.measure_supremum, statement=statement, quantity=quantity)


MEASUREMENTS: tuple[tuple[str, str, Measure], ...] = (
    _supremum("lemma-1", "D_w"),
    _supremum("lemma-1", "D_u"),
    _supremum("lemma-1", "L"),
    _supremum("lemma-1", "beta"),
    _supremum("lemma-1", "gamma3"),
    _supremum("lemma-2", "Lambda"),
    _supremum("lemma-2", "chi"),
)


def measure(statement_id: str, problem: Problem) -> tuple[Measurement, ...]:
    """Measure everything that is listed for a statement; empty if nothing is."""
    found: list[Measurement] = []
    for statement, _, function in MEASUREMENTS:
        if statement == statement_id:
            result = function(problem)
            found.extend(result if isinstance(result, tuple) else (result,))
    return tuple(found)
