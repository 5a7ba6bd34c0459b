"""The empirical risk against the iteration, beside the bounds of Theorem 1 and the trivial bound."""

from __future__ import annotations

from typing import Any

from boundcheck.comparison import tightest
from boundcheck.report.exhibits.style import FAINT, SERIES, Figure, below, bound_line, canvas, rounded

VARIANTS = {"classic": "paper", "sharpened": "recursive", "lyapunov": "coupled"}
"""Variants with the dashes that they are drawn in."""


def draw(setting: Any, found: dict[str, Any], kept: Any) -> tuple[Figure, ...]:
    """Draw the runs of projected gradient descent with what is guaranteed of them."""
    item = found.get("theorem-1")
    runs = [entry for entry in item.measured if entry.series and "risk" in entry.series] if item is not None else []
    if not runs:
        return ()
    series: dict[str, Any] = {}
    with canvas(1, width=8.4, height=4.6) as (figure, (axis,), finish):
        for variant, dashes in VARIANTS.items():
            entry = tightest([e for e in item.numeric if e.variant == variant], "bound") if item is not None else None
            if entry is not None:
                value = entry.enclosure.doubles[1]
                series[f"bound, {variant}, tier {entry.tier}"] = rounded([value])[0]
                label = f"bound {variant}, tier {entry.tier}"
                bound_line(axis, [0, len(runs[0].series["risk"]) - 1], [value, value], tier=dashes, label=label)
        axis.axhline(float(setting.trivial), color=FAINT, linestyle=(0, (1, 2)), label="trivial bound: mean y²")
        for colour, (step, risks) in enumerate(_distinct(runs), 1):
            series[f"risk, step size {step}"] = rounded(risks)
            every = max(1, len(risks) // 12)
            axis.plot(risks, color=SERIES[colour], marker="os^"[colour - 1], markevery=every,
                      label=f"measured, step size {step}")  # fmt: skip
        axis.set(yscale="log", xlabel="iteration s", ylabel="empirical risk, units of y²")
        below(figure)
        svg = finish()
    return (_figure(svg, series),)


def _distinct(runs: list[Any]) -> list[tuple[str, Any]]:
    """Return one run for each step size."""
    found: dict[str, Any] = {}
    for entry in runs:
        eta = entry.witness.get("eta") if isinstance(entry.witness, dict) else None
        found.setdefault(f"{float.fromhex(eta):.4g}" if eta else "as given", entry.series["risk"])
    return list(found.items())[:3]


def _figure(svg: str, series: dict[str, Any]) -> Figure:
    return Figure(
        name="training",
        title="Risk against iteration, with its guarantees",
        caption="Theorem 1: the risk of one run for each step size against each variant's bound on its smallest value, "
        "in the tightest tier. A bound above the trivial one (dotted) is vacuous.",
        alt="Log plot of the empirical risk against the iteration: the runs start at the trivial bound and fall; the "
        "bounds are horizontal lines",
        svg=svg,
        statements=("theorem-1",),
        series=series,
    )
