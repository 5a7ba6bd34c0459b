"""The linearisation error (Proposition 4) against the width m, on log axes with its fitted slope."""

from __future__ import annotations

from typing import Any

from boundcheck.report.exhibits.style import (
    SERIES,
    Figure,
    below,
    bound_line,
    canvas,
    has_bounds,
    lower_estimates,
    measured_series,
    rounded,
)

TIERS = ("paper", "directional")


def draw(setting: Any, found: dict[str, Any], kept: Any) -> tuple[Figure, ...]:
    """Draw the largest error found at each width beside the bound of each tier."""
    data = measured_series(found.get("prop-4"), "m")
    if data is None or not any(data["measured"]) or not has_bounds(found["prop-4"], ("bound",), TIERS):
        return ()
    widths, slope = data["m"], data["slope"]
    series: dict[str, Any] = {"m": list(widths)}
    with canvas(1, width=8.4, height=4.4) as (figure, (axis,), finish):
        for tier in TIERS:
            series[f"bound, {tier}"] = rounded(_bounds(setting, widths, tier))
            bound_line(axis, widths, series[f"bound, {tier}"], tier=tier, label=f"bound, tier {tier}")
        series["worst found (lower estimate)"] = rounded(data["measured"])
        lower_estimates(axis, widths, data["measured"], label=f"worst found ↑{_exponent(slope)}")
        if "random" in data:
            series |= {"m, random": list(data["m_random"]), "random": rounded(data["random"])}
            label = f"random Θ{_exponent(data['slope_random'])}"
            axis.plot(data["m_random"], data["random"], color=SERIES[2], linestyle="none", marker="o", label=label)
        axis.set(xlabel="width m", ylabel="|F − F$^{Lin}$|, dimensionless")
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        below(figure)
        svg = finish()
    return (_figure(svg, series, slope),)


def _figure(svg: str, series: dict[str, Any], slope: Any) -> Figure:
    return Figure(
        name="linearization",
        title="Linearisation error against width",
        caption="Proposition 4: the bound falls like 1/√m, an exponent of −1/2. Triangles: the worst networks that a "
        f"search found, lower estimates of the supremum{_exponent(slope)}; circles: random networks on the boundary of "
        "the neighbourhood.",
        alt="Log-log plot of the linearisation error against width: bounds above, measured values below them, all "
        f"falling with an exponent near −1/2{_exponent(slope)}",
        svg=svg,
        statements=("prop-4",),
        series=series,
    )


def _exponent(slope: Any) -> str:
    return "" if slope is None else f", fitted exponent {slope['exponent']:.3f}"


def _bounds(setting: Any, widths: Any, tier: str) -> list[float]:
    from boundcheck.evaluation import evaluate_double

    return [
        evaluate_double("prop-4.bound", tier=tier, activation=setting.activation, **(setting.values | {"m": int(m)}))
        for m in widths
    ]
