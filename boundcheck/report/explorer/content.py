"""What the explorer needs: formulas, constants of the activations, its settings at the start, tables of other tiers."""

from __future__ import annotations

from typing import Any

from boundcheck.report.explorer.javascript import Writer

TIERS = ("paper", "recursive")
TABLE_TIERS = ("paper", "recursive", "coupled", "directional")
VARIANTS = ("classic", "sharpened", "lyapunov")
CONSTANTS = ("lemma-1.D_w", "lemma-1.D_u", "lemma-1.L", "lemma-1.beta", "prop-4.bound", "prop-6.target",
             "theorem-1-descent.bound")  # fmt: skip
PER_VARIANT = ("theorem-1.bound", "theorem-1.width", "theorem-1.iterations", "corollary-1.bound", "theorem-2.width",
               "theorem-2.iterations", "theorem-2.radius_w", "theorem-2.radius_u")  # fmt: skip
NEEDED = ("lemma-1", "prop-4", "prop-6", "theorem-1", "theorem-1-descent", "theorem-2", "corollary-1")
# name, sign, lowest, highest, slider (from, to, step; exponents if logarithmic), base of the logarithm, whole, words
PARAMETERS = (
    ("T", "T", 1, 256, (1, 64, 1), None, True, "length"),
    ("alpha", "alpha", 1e-6, 10, (0.05, 2, 0.05), None, False, "recurrent scale"),
    ("m", "m", 2, 1e300, (1, 40, 1), 2, True, "width, even"),
    ("n", "n", 1, 1e15, (0, 9, 0.25), 10, True, "samples"),
    ("rho_w", "rho_w", 0, 1e6, (0, 4, 0.05), None, False, "radius of w"),
    ("rho_u", "rho_u", 0, 1e6, (0, 4, 0.05), None, False, "radius of u"),
    ("nu_w", "nu_w", 0, 1e6, (0, 4, 0.05), None, False, "size of v_w"),
    ("nu_u", "nu_u", 0, 1e6, (0, 4, 0.05), None, False, "size of v_u"),
    ("delta", "delta", 1e-12, 0.999999, (-9, -0.1, 0.1), 10, False, "probability"),
    ("tau", "tau", 1, 1e300, (0, 12, 0.25), 10, True, "iterations"),
    ("epsilon", "epsilon", 1e-12, 1e6, (-9, 1, 0.25), 10, False, "target risk"),
    ("kappa", "kappa", 1e-6, 0.499999, (0.02, 0.48, 0.01), None, False, "budget split"),
)
TABLE_ALPHAS = ("1/2", "1", "5/4")
TABLE_LENGTHS = (1, 2, 4, 8, 16, 32)


def explorer(report: Any) -> dict[str, Any] | None:
    """Return formulas (JavaScript), settings and tables; None without the statements or the constants it plays with."""
    known = activations(report.setting.activation)
    if not {item.id for item in report.comparisons} >= set(NEEDED) or report.setting.activation.name not in known:
        return None
    writer = Writer()
    functions = {tier: _functions(writer, tier) for tier in TIERS}
    setting = report.setting
    start = {name: _number(value) for name, value in setting.values.items() if name != "eta"}
    return {
        "formulas": writer.text(),
        "names": sorted(writer.functions),
        "data": {
            "functions": functions,
            "activations": known,
            "start": {**start, "activation": setting.activation.name, "tier": TIERS[-1], "variant": VARIANTS[-1]},
            "trivial": report.data["meta"]["trivial_bound"],
        },
        "tables": tables(setting),
    }


def _functions(writer: Writer, tier: str) -> dict[str, Any]:
    """Write the functions of one tier; return their names by quantity, and by variant where there are variants."""
    from boundcheck.evaluation.planner import unchecked

    def written(quantity: str, variant: str | None) -> str:
        asked = unchecked(quantity, tier=tier, variant=variant, activation="tanh")
        return writer.add(asked.term, tier)

    found: dict[str, Any] = {name: written(name, None) for name in CONSTANTS}
    for name in PER_VARIANT:
        for variant in VARIANTS:
            if name == "corollary-1.bound" and variant == "lyapunov":
                continue
            found.setdefault(name, {})[variant] = written(name, variant)
    return found


def _number(value: Any) -> float | int:
    return int(value) if value.denominator == 1 else float(value)


def activations(own: Any) -> dict[str, dict[str, float]]:
    """Return sigma0 to sigma2 of the registry's activations and of the report's own, as the nearest doubles."""
    from boundcheck.activations import ACTIVATIONS, activation

    found = {}
    for chosen in (*(activation(name) for name in ACTIVATIONS), own):
        try:
            found[chosen.name] = {f"sigma{k}": float(chosen.constant(k).enclosure()) for k in range(3)}
        except ValueError:
            continue
    return found


def tables(setting: Any) -> list[dict[str, Any]]:
    """Tabulate L_T and beta_T in all tiers (doubles) at rho = 0, for the report's activation."""
    from boundcheck.evaluation import evaluate_double

    found = []
    for name in ("L", "beta"):
        rows = []
        for alpha in TABLE_ALPHAS:
            for length in TABLE_LENGTHS:
                values = {**setting.values, "alpha": alpha, "rho_w": 0, "rho_u": 0, "T": length}
                rows.append({
                    "alpha": alpha,
                    "T": length,
                    "values": [
                        evaluate_double(f"lemma-1.{name}", tier=tier, activation=setting.activation, **values)
                        for tier in TABLE_TIERS
                    ],
                })  # fmt: skip
        found.append({"quantity": f"lemma-1.{name}", "tiers": TABLE_TIERS, "rows": rows})
    return found
