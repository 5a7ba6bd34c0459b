"""Tiers and variants side by side: each bound on the risk, and the width and iterations at which it says something.

A bound that falls in m and tau says something from some width on (tau -> infinity) and from some number of iterations
on (m -> infinity). Theorem 2's bound is the epsilon that it is asked for: there the plan for the trivial bound stands.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from boundcheck.report.setting import Setting
from boundcheck.report.stages import Facing, found_values

PLANNED = ("theorem-2",)


def side_by_side(setting: Setting, facing: tuple[Facing, ...]) -> list[dict[str, Any]]:
    """List every bound on the risk, with the width and iterations at which it falls below the trivial bound."""
    rows = []
    for item in facing:
        risky = {quantity.name for quantity in item.statement.quantities if quantity.risk}
        for entry in item.numeric:
            if entry.quantity not in risky or entry.enclosure is None:
                continue
            rows.append({
                "statement": item.statement.id,
                "variant": entry.variant,
                "tier": entry.tier,
                "upper": entry.enclosure.upper_text(8),
                "informative": entry.informative,
                **needed(setting, f"{item.statement.id}.{entry.quantity}", entry.variant, entry.tier, item),
            })  # fmt: skip
    return rows


def needed(setting: Setting, quantity: str, variant: str | None, tier: str | None, item: Facing) -> dict[str, Any]:
    """Return the smallest m, and the smallest tau, from which a bound says something; None where nothing can say."""
    from boundcheck.evaluation import informative_at, plan

    left_out = {"m", "tau", "eta", "epsilon"}
    values: dict[str, Any] = {name: value for name, value in setting.values.items() if name not in left_out}
    theorem = quantity.partition(".")[0]
    try:
        if theorem in PLANNED:
            epsilon = setting.trivial.limit_denominator(10**12)
            values = {name: value for name, value in values.items() if not name.startswith("rho_")}
            asked = {"variant": variant, "tier": tier, "activation": setting.activation, "epsilon": epsilon}
            made = plan(theorem, trivial=epsilon, **asked, **values)
            return {"m": _integer(made.m), "tau": _integer(made.tau), "reason": ""}
        values |= found_values(item.measured)
        asked = {"variant": variant, "tier": tier, "activation": setting.activation, "trivial": setting.trivial}
        found = informative_at(quantity, **asked, **values)
    except (ValueError, ArithmeticError) as error:
        return {"m": None, "tau": None, "reason": str(error).splitlines()[0]}
    return {"m": _integer(found.m), "tau": _integer(found.tau), "reason": ""}


def _integer(value: int | None) -> int | str | None:
    return value if value is None or value <= 2**53 else str(Fraction(value))
