"""Certificates for the data at hand, beside the risk of the run that they are about."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from boundcheck.comparison import Fact, MeasuredValue, NumericResult
from boundcheck.configuration import Configuration
from boundcheck.report.exhibits.style import FAINT, SERIES, Figure, below, canvas, rounded

METHODS = {"certificate-a": "A", "certificate-b": "B"}
NOT_ASKED: dict[str, Any] = {"reason": "no certificate is among the statements of this report", "rows": [], "run": []}


def certify(configuration: Configuration) -> dict[str, Any]:
    """Certify the network, data and step size of a configuration; what cannot be certified says why.

    Returns: rows (one per number of iterations), the certificate as JSON (without times), curves for a plot.
    """
    from boundcheck.certificates import certify_from_configuration

    if not configuration.run.certify:
        return {"reason": "run.certify is false in this configuration", "rows": [], "run": []}
    try:
        found = certify_from_configuration(configuration)
    except (ValueError, ArithmeticError) as error:
        return {"reason": str(error).splitlines()[0], "rows": [], "run": []}
    content = found.as_dict()
    content["seconds"] = 0.0
    run = found.measured
    return {
        "reason": "",
        "rows": [_row(found, item) for item in found.guarantees],
        "trivial": content["trivial"],
        "broke": content["broke"],
        "unavailable": content["unavailable"],
        "certificate": content,
        "bounds": rounded(found.bounds),
        "step_size": float(f"{found.step_size:.6g}"),
        "run": [] if run is None else rounded(run.upper),
    }


def _row(found: Any, item: Any) -> dict[str, Any]:
    """Return one guarantee as JSON: ends as decimal text, rounded outward."""
    from boundcheck.enclosure import Enclosure

    content = item.as_dict()
    own, ends, measured = item.radii == found.radii, None, found.measured_beside(item)
    if measured is not None:
        enclosure = Enclosure(Fraction(measured[0]), Fraction(measured[1]))
        ends = {"lower": enclosure.lower_text(12), "upper": enclosure.upper_text(12)}
    return {
        "method": found.label(item),
        "claim": item.claim,
        "tau": item.tau,
        "value": content["value"],
        "own": own,
        "step_size": float(f"{item.step_size:.6g}"),
        "measured": ends,
        "informative": bool(item.value < found.trivial),
    }


def values(identifier: str, section: dict[str, Any]) -> tuple[tuple[NumericResult, ...], tuple[MeasuredValue, ...]]:
    """Return the certified bounds of a certificate's statement, and the run's risk re-evaluated rigorously."""
    from boundcheck.enclosure import Enclosure

    rows = [row for row in section["rows"] if row["method"] == METHODS.get(identifier) and row["own"]]
    numeric, measured = [], []
    for row in rows:
        bound, name = Fraction(row["value"]), f"risk-at-{row['tau']}"
        numeric.append(
            NumericResult(
                quantity=name, tier="certified-local", enclosure=Enclosure(bound, bound), informative=row["informative"]
            )
        )
        if row["measured"]:
            enclosure = Enclosure(row["measured"]["lower"], row["measured"]["upper"])
            measured.append(
                MeasuredValue(
                    quantity=name,
                    value=float(enclosure),
                    kind="exact-run",
                    certified=enclosure,
                    witness={
                        "form": "run",
                        "tau": row["tau"],
                        "step_size": row["step_size"],
                        "certificate": "certificates/risk.json",
                    },
                )  # fmt: skip
            )
    return tuple(numeric), tuple(reversed(measured))


def record(section: dict[str, Any]) -> dict[str, Any]:
    """Return what report.json says of certificates; the whole one is a file of its own."""
    return {
        "reason": section["reason"],
        "rows": section["rows"],
        "broke": section.get("broke"),
        "unavailable": section.get("unavailable", {}),
        "file": "certificates/risk.json" if "certificate" in section else None,
    }


def facts(section: dict[str, Any]) -> tuple[Fact, ...]:
    """Return what the certificate says of its own hypotheses."""
    methods = {row["method"] for row in section["rows"] if row["own"]}
    phrases = {"A": "a witness in Omega_rho", "B": "symmetric pairs;"}
    found = []
    for method, phrase in phrases.items():
        reason = section["reason"] or (section.get("broke") if method == "B" else "") or ""
        if method in methods:
            detail = "by the certificate that was computed for these data and initial weights"
            found.append(Fact(phrase=phrase, status="met", detail=detail))
        elif reason:
            found.append(Fact(phrase=phrase, status="unmet", detail=str(reason)))
    return tuple(found)


def draw(section: dict[str, Any]) -> tuple[Figure, ...]:
    """Draw certificates and the run's risk against the iteration."""
    rows = [row for row in section["rows"] if row["own"]]
    if not rows or not section["run"]:
        return ()
    series: dict[str, Any] = {"risk of the run (upper end)": section["run"]}
    with canvas(1, width=8.4, height=4.6) as (figure, (axis,), finish):
        axis.plot(section["run"], color=SERIES[1], label=f"measured, step size {section['step_size']:.4g}")
        if len(section["bounds"]) > 1:
            axis.plot(section["bounds"], color=SERIES[0], linestyle=(0, (6, 2)), label="B: bound at every step")
            series["bound B"] = section["bounds"]
        taus: tuple[int, ...] = (len(section["run"]),)
        for k, method in enumerate(sorted({row["method"] for row in rows})):
            points = [(row["tau"], float(row["value"])) for row in rows if row["method"] == method]
            taus, bounds = zip(*points, strict=True)
            axis.plot(
                taus, bounds, color=SERIES[0], linestyle="none", marker="sDv"[k % 3], label=f"certificate {method}"
            )
            ran = [
                (row["tau"], float(row["measured"]["upper"]))
                for row in rows
                if row["method"] == method and row["measured"] and row["step_size"] != section["step_size"]
            ]
            if ran:
                axis.plot(
                    *zip(*ran, strict=True),
                    color=SERIES[1],
                    linestyle="none",
                    marker="o",
                    fillstyle="none",
                    label=f"measured, {method}'s own step sizes",
                )
                series[f"measured at the step sizes of {method}"] = [list(point) for point in ran]
            series[f"certificate {method}"] = [list(point) for point in points]
        axis.axhline(float(section["trivial"]), color=FAINT, linestyle=(0, (1, 2)), label="trivial bound: mean y²")
        axis.set_xscale("symlog", linthresh=1)
        axis.set(yscale="log", xlabel="iteration s", ylabel="empirical risk, units of y²", xlim=(0, 1.3 * max(taus)))
        below(figure)
        svg = finish()
    return (
        Figure(
            name="certificates",
            title="Certificates against the risk of the run",
            caption="Guarantees for these data and this initialisation by a local argument, every constant rounded "
            "outward (filled squares and diamonds), beside the risk of runs with the step sizes that they are about "
            "(line and circles): A holds for a step size of its own at each number of iterations.",
            alt="Log plot of the risk of runs against the iteration, with certified bounds as marks above it; the "
            "trivial bound is a dotted line",
            svg=svg,
            statements=("certificate-a", "certificate-b"),
            series=series,
        ),
    )
