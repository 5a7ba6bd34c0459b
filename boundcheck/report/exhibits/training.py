"""The empirical risk against the iteration, beside the bounds of Theorem 1 and the trivial bound."""

from __future__ import annotations

from typing import Any

from boundcheck.report.exhibits.style import FAINT, SERIES, Figure, bound_line, canvas, rounded

VARIANTS = ("classic", "sharpened", "lyapunov")


def draw(setting: Any, found: dict[str, Any]) -> tuple[Figure, ...]:
    """Draw one run of projected gradient descent with what is guaranteed of it."""
    item = found.get("theorem-1")
    measured = (
        next((entry for entry in item.measured if entry.series and "risk" in entry.series), None) if item else None
    )
    if measured is None:
        return ()
    risks = measured.series["risk"]
    steps = list(range(len(risks)))
    bounds = {
        entry.variant: entry for entry in item.numeric if entry.quantity == "bound" and entry.enclosure is not None
    }
    series: dict[str, Any] = {"risk": rounded(risks)}
    with canvas(1, width=6.6, height=4.0) as (_, (axis,), finish):
        for colour, variant in enumerate(name for name in VARIANTS if name in bounds):
            entry = min(
                (e for e in item.numeric if e.variant == variant and e.quantity == "bound" and e.enclosure is not None),
                key=lambda e: e.enclosure.upper,
            )
            value = float(entry.enclosure.upper)
            series[f"bound, {variant}, tier {entry.tier}"] = rounded([value])[0]
            bound_line(axis, [0, steps[-1]], [value, value], tier=("paper", "recursive", "coupled")[colour], colour=0,
                       label=f"bound {variant}, tier {entry.tier}")  # fmt: skip
        axis.axhline(float(setting.trivial), color=FAINT, linestyle=(0, (1, 2)), label="trivial bound: mean y²")
        axis.plot(steps, risks, color=SERIES[1], marker="o", markevery=max(1, len(steps) // 12), label="measured risk")
        axis.set(yscale="log", xlabel="iteration s", ylabel="empirical risk, units of y²")
        axis.legend(loc="best")
        svg = finish()
    return (
        Figure(
            name="training",
            title="Risk against iteration, with its guarantees",
            caption="Theorem 1: the smallest risk of the run against each variant's bound in its tightest tier. A "
            "bound above the trivial one (dotted) is vacuous: it says nothing that the zero function does not.",
            alt="Log plot of the empirical risk against the iteration: the run falls below the trivial bound, the "
            "guarantees lie far above it",
            svg=svg,
            statements=("theorem-1",),
            series=series,
        ),
    )
