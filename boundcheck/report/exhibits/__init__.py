"""The figures of a report: each says which statements it needs, and is drawn if the report has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from boundcheck.report.exhibits.gauge import draw as gauge
from boundcheck.report.exhibits.growth import draw as growth
from boundcheck.report.exhibits.linearization import draw as linearization
from boundcheck.report.exhibits.style import Figure as Figure
from boundcheck.report.exhibits.training import draw as training

EXHIBITS = (growth, linearization, training)


def figures(setting: Any, facing: tuple[Any, ...], kept: Any) -> tuple[Figure, ...]:
    """Draw every exhibit that the statements of the report allow, from their values and measurements.

    Args:    kept: recalls what an interrupted report had measured.
    """
    found = {item.statement.id: item for item in facing}
    drawn: list[Figure] = []
    for exhibit in EXHIBITS:
        drawn.extend(exhibit(setting, found, kept))
    return tuple(drawn)


def gauges(records: Iterable[Mapping[str, Any]], trivial: float) -> tuple[Figure, ...]:
    """Draw the plot of every statement's card that has bounds beside measurements."""
    return tuple(figure for record in records if (figure := gauge(record, trivial)) is not None)
