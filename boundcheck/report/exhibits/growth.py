"""L_T and beta_T against T below, at and above the cutoff alpha_m sigma_1 = 1: bounds and measured lower estimates."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from boundcheck.report.exhibits.style import (
    SERIES,
    Figure,
    below,
    bound_line,
    canvas,
    has_bounds,
    lower_estimates,
    rounded,
)

SCALES = (Fraction(3, 4), Fraction(1), Fraction(5, 4))
NAMES = {"L": r"$L_T$ (Lipschitz)", "beta": r"$\beta_T$ (smoothness)"}
SEARCHED = {"quick": 8, "paper": 16, "full": 32}
"""Longest sequence that the search is run for, by preset."""
TIERS = ("paper", "coupled")


def draw(setting: Any, found: dict[str, Any], kept: Any) -> tuple[Figure, ...]:
    """Draw the growth of Lemma 1's constants across the cutoff."""
    if "lemma-1" not in found or not has_bounds(found["lemma-1"], NAMES, TIERS):
        return ()
    sigma1 = setting.activation.constant(1).enclosure().midpoint
    alphas = tuple(Fraction(scale / sigma1).limit_denominator(1000) for scale in SCALES)
    lengths = setting.configuration.network.lengths
    series: dict[str, Any] = {"T": list(lengths)}
    with canvas(2, width=8.4, height=4.2) as (figure, axes, finish):
        for axis, name in zip(axes, NAMES, strict=True):
            _panel(axis, name, setting, alphas, lengths, series, kept)
        below(figure)
        svg = finish()
    caption = (
        "Across the cutoff: bounded below it, polynomial in T at it, exponential above. Lines are upper bounds (solid: "
        "tier paper; dash-dotted: tier coupled); triangles are the best values that a search found, lower estimates of "
        "the true suprema. All dimensionless; ρ = 0."
    )
    return (
        Figure(
            name="growth",
            title="Growth of the constants across the cutoff",
            caption=caption,
            alt="Two log-log plots of L_T and beta_T against T for three values of alpha sigma_1: bounds as lines, "
            "measured lower estimates as triangles below them",
            svg=svg,
            statements=("lemma-1",),
            series=series,
        ),
    )


def _panel(axis: Any, name: str, setting: Any, alphas: Any, lengths: Any, series: dict[str, Any], kept: Any) -> None:
    from boundcheck.evaluation import evaluate_double
    from boundcheck.measurement import measure_lengths

    short = tuple(length for length in lengths if length <= SEARCHED.get(setting.configuration.preset, 8))
    measured = kept.recall(f"growth of {name}", lambda: measure_lengths(setting.problem, name, short, alphas))
    for colour, (scale, alpha) in enumerate(zip(SCALES, alphas, strict=True)):
        for tier in TIERS:
            values = [
                evaluate_double(
                    f"lemma-1.{name}", tier=tier, activation=setting.activation,
                    **(setting.values | {"alpha": alpha, "rho_w": 0, "rho_u": 0, "T": length}),
                )
                for length in lengths
            ]  # fmt: skip
            label = None if colour else f"bound, tier {tier}"
            bound_line(axis, lengths, values, tier=tier, colour=colour, label=label)
            series[f"{name}, {tier}, alpha = {alpha}"] = rounded(values)
        found = measured[str(alpha)]
        lower_estimates(axis, short, found, colour=colour, label=None if colour else "measured ↑")
        name_line(axis, lengths[-1], values[-1], rf"$\alpha\sigma_1={float(scale):g}$", colour)
        series[f"{name}, measured (lower estimate), alpha = {alpha}"] = rounded(found)
    axis.set(xscale="log", yscale="log", xlabel="sequence length T", ylabel=f"{NAMES[name]}, dimensionless")
    axis.set_xscale("log", base=2)
    axis.set_xticks(lengths, [str(length) for length in lengths])
    axis.set_xlim(right=lengths[-1] * (lengths[-1] / lengths[0]) ** 0.22)


def name_line(axis: Any, x: float, y: float, text: str, colour: int) -> None:
    """Write a line's name at its end, so that lines are told apart without colour."""
    axis.annotate(text, (x, y), xytext=(5, 0), textcoords="offset points", ha="left", va="center",
                  color=SERIES[colour], fontsize=9)  # fmt: skip
