"""The plot of a statement's card: every certified bound and what was measured, on one log axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boundcheck.report.exhibits.style import FAINT, SERIES, Figure, below, canvas

SHAPES: Mapping[str | None, str] = {
    "paper": "o", "recursive": "s", "coupled": "D", "directional": ">", "certified-local": "s", None: "o",
}  # fmt: skip
NAMES: Mapping[str | None, str] = {"certified-local": "certified for these data", None: "certified bound"}
Row = dict[str, Any]


def draw(record: Mapping[str, Any], trivial: float) -> Figure | None:
    """Draw one line per quantity and variant: open marks are bounds, a shape per tier; filled ones are measured.

    Args:    record: the statement's record in report.json; trivial: the risk of the zero function, in units of y^2.
    Returns: None where there is no bound beside which something was measured.
    """
    rows = [row for row in _rows(record) if row["measured"]]
    if not rows:
        return None
    risk = any(row["risk"] for row in rows) and trivial > 0
    unit = (
        "dimensionless" if not risk else "units of y²" if all(row["risk"] for row in rows) else "risks in units of y²"
    )
    with canvas(1, width=7.2, height=1.35 + 0.3 * len(rows)) as (figure, (axis,), finish):
        for place, row in enumerate(rows):
            for tier, value in row["bounds"].items():
                axis.plot(value, place, color=SERIES[0], linestyle="none", marker=SHAPES.get(tier, "o"),
                          markersize=6.5, fillstyle="none", label=_name(tier))  # fmt: skip
            for kind, value in row["measured"]:
                shape, label = ("^", "worst found ↑") if kind == "lower-estimate" else ("o", "measured")
                axis.plot(value, place, color=SERIES[1], linestyle="none", marker=shape, label=label)
        if risk:
            axis.axvline(trivial, color=FAINT, linestyle=(0, (1, 2)), label="trivial bound: mean y²")
        axis.set(xscale="log", xlabel=f"bound and measured value, {unit}", ylim=(len(rows) - 0.5, -0.5))
        _plain_ticks(axis)
        axis.set_yticks(range(len(rows)), [row["name"] for row in rows])
        axis.grid(visible=False, axis="y")
        below(figure)
        svg = finish()
    return _figure(record, rows, svg)


def _plain_ticks(axis: Any) -> None:
    """Write ticks as plain numbers where the axis spans few decades, so that they stay apart."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_xlim()
    axis.xaxis.set_minor_formatter(NullFormatter())
    if high / low < 300:
        axis.xaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _name(tier: str | None) -> str:
    return NAMES.get(tier, f"bound, tier {tier}")


def _rows(record: Mapping[str, Any]) -> list[Row]:
    """Group certified values by quantity and variant, each with its measurements; a log axis has no place for zero."""
    rows: dict[tuple[str, str | None], Row] = {}
    for entry in record["numeric"]:
        upper = float(entry["upper"])
        if 0 < upper < float("inf"):
            key = (entry["quantity"], entry["variant"])
            short = entry["quantity"].rsplit(".", 1)[-1]
            name = short if entry["variant"] is None else f"{short}, {entry['variant']}"
            row = rows.setdefault(key, {"name": name, "bounds": {}, "measured": [], "risk": False})
            row["bounds"][entry["tier"]] = upper
            row["risk"] |= entry["informative"] is not None
    for entry in record["measurements"]:
        for (quantity, variant), row in rows.items():
            if quantity == entry["quantity"] and entry["variant"] in (None, variant) and _shown(entry):
                row["measured"].append((entry["kind"], float(entry["value"])))
    return list(rows.values())


def _shown(entry: Mapping[str, Any]) -> bool:
    return entry["kind"] != "frequency" and entry["value"] is not None and 0 < float(entry["value"]) < float("inf")


def _figure(record: Mapping[str, Any], rows: list[Row], svg: str) -> Figure:
    gaps = [min(row["bounds"].values()) / value for row in rows for _, value in row["measured"]]
    apart = f"between {min(gaps):.3g} and {max(gaps):.3g} times" if len(gaps) > 1 else f"{gaps[0]:.3g} times"
    return Figure(
        name=f"card-{record['id']}",
        title=f"{record['id']}: bounds beside measurements",
        caption="Open marks: certified bounds, a shape per tier. Filled marks: measured (↑: a lower estimate).",
        alt=f"Dot plot on a log axis, one line per quantity of {record['id']}: the tightest certified bound is {apart} "
        "what was measured",
        svg=svg,
        statements=(record["id"],),
        series={row["name"]: {"bounds": {str(k): v for k, v in row["bounds"].items()},
                              "measured": [value for _, value in row["measured"]]} for row in rows},
        of_card=True,
    )  # fmt: skip
