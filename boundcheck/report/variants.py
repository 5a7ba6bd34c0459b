"""Tiers and variants side by side: each bound on the risk, and the width and iterations at which it says something."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from boundcheck.comparison import Comparison
from boundcheck.report.setting import Setting

PLANNED = ("theorem-1", "theorem-2")
PLANNED_TIERS = ("paper", "coupled", None)


def side_by_side(setting: Setting, comparisons: tuple[Comparison, ...]) -> list[dict[str, Any]]:
    """List every bound on the risk, with the width and iterations at which it falls below the trivial bound."""
    rows = []
    for item in comparisons:
        risky = {quantity.name for quantity in item.statement.quantities if quantity.risk}
        for entry in item.numeric:
            if entry.quantity not in risky or entry.enclosure is None:
                continue
            rows.append({
                "statement": item.id,
                "variant": entry.variant,
                "tier": entry.tier,
                "upper": entry.enclosure.upper_text(8),
                "informative": entry.informative,
                **needed(setting, item.id, entry.variant, entry.tier),
            })  # fmt: skip
    return rows


def needed(setting: Setting, theorem: str, variant: str | None, tier: str | None) -> dict[str, Any]:
    """Return the smallest m, and tau, at which a theorem promises the trivial bound; None where no plan can say."""
    from boundcheck.evaluation import plan

    if theorem not in PLANNED or variant is None or tier not in PLANNED_TIERS:
        return {"m": None, "tau": None, "reason": ""}
    left_out = {"m", "tau", "eta", "epsilon", "rho_w", "rho_u"}
    values = {name: value for name, value in setting.values.items() if name not in left_out}
    epsilon = setting.trivial.limit_denominator(10**12)
    try:
        found = plan(
            theorem,
            variant=variant,
            tier=tier,
            activation=setting.activation,
            epsilon=epsilon,
            trivial=epsilon,
            **values,
        )
    except (ValueError, ArithmeticError) as error:
        return {"m": None, "tau": None, "reason": str(error).splitlines()[0]}
    return {"m": _integer(found.m), "tau": _integer(found.tau), "reason": ""}


def _integer(value: int) -> int | str:
    return value if value <= 2**53 else str(Fraction(value))
