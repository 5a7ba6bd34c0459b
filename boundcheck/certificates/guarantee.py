"""What a certificate says: guarantees on the empirical risk, each with the algorithm it is about, and the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.enclosure import Enclosure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.problem import Problem
    from boundcheck.certificates.tracking import Break
    from boundcheck.certificates.verified_run import VerifiedRun

KIND = "risk-certificate"
SCHEMA = 2
STATED_SLACK = 1e-6
"""Stated bounds exceed computed ones by this share, so that another machine's rounding replays them."""
DIGITS = 12
LAST = "R(Theta(tau))"
LEAST = "min R(Theta(s)), s <= tau"


def upper_text(value: float, digits: int = DIGITS) -> str:
    """Write a bound with so many digits, rounded up."""
    return Enclosure(Fraction(float(value)), Fraction(float(value))).upper_text(digits)


def lower_text(value: float, digits: int = DIGITS) -> str:
    """Write a lower bound with so many digits, rounded down."""
    return Enclosure(Fraction(float(value)), Fraction(float(value))).lower_text(digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """One bound: ``claim`` <= ``value`` for gradient descent of this step size, projected on these radii (or not).

    method: "A", "B" or "A after B"; claim: `LAST` or `LEAST`; tau: steps; radii: (rho_w, rho_u) or None; details: what
    the bound is made of (for A: penalty, chi, residual, distance; for "A after B": also the step of the change).
    """

    method: str
    claim: str
    tau: int
    value: float
    step_size: float
    radii: tuple[float, float] | None
    details: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form: the value rounded up, exact doubles as hexadecimal text."""
        return {
            "method": self.method,
            "claim": self.claim,
            "tau": self.tau,
            "value": upper_text(self.value),
            "step_size": self.step_size.hex(),
            "radii": None if self.radii is None else [radius.hex() for radius in self.radii],
            "details": {key: value.hex() if isinstance(value, float) else value for key, value in self.details.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Certificate:
    """Guarantees on the empirical risk of training this network on this data from this initialisation.

    Nothing here is about generalisation. rigorous: rounded outward (else an estimate in plain doubles); trivial: mean
    y^2, the risk at a symmetric initialisation; step_size, radii: of the run that B and the measurement are about;
    bounds: (steps+1,), R(Theta(s)) <= bounds[s]; parts: what sqrt(bounds) consists of, by name; horizon: steps of its
    reference path; broke: why B stopped;
    unavailable: methods that could not be used, with the reason; runs: by step size, enclosed, if it was trained.
    """

    problem: Problem
    rigorous: bool
    trivial: float
    step_size: float
    radii: tuple[float, float] | None
    largest_eigenvalue: float
    guarantees: tuple[Guarantee, ...]
    bounds: NDArray[np.float64]
    parts: dict[str, NDArray[np.float64]]
    horizon: int
    broke: Break | None
    unavailable: dict[str, str]
    runs: Mapping[float, VerifiedRun]
    seconds: float

    @property
    def own(self) -> tuple[Guarantee, ...]:
        """Return the guarantees about gradient descent as it was asked for (projected or not), or all if none is."""
        found = tuple(item for item in self.guarantees if item.radii == self.radii)
        return found or self.guarantees

    def best(self, tau: int | None = None) -> Guarantee:
        """Return the least bound at tau (the largest one by default) on the algorithm asked for, by any method."""
        tau = max(item.tau for item in self.own) if tau is None else tau
        found = [item for item in self.own if item.tau == tau]
        if not found:
            message = f"tau must be one that was certified, {sorted({g.tau for g in self.guarantees})}; got {tau}"
            raise ValueError(message)
        return min(found, key=lambda item: item.value)

    @property
    def informative(self) -> bool:
        """Tell whether the best bound at the largest tau is below the trivial one."""
        return self.best().value < self.trivial

    @property
    def measured(self) -> VerifiedRun | None:
        """Return the run that B is about, enclosed, or None if it was not trained."""
        return self.runs.get(self.step_size)

    def measured_risk(self, tau: int) -> tuple[float, float] | None:
        """Return the enclosure of R(Theta(tau)) of the run that B is about, or None if it was not trained so far."""
        run = self.measured
        return None if run is None or tau >= len(run.upper) else run.ends(tau, least=False)

    def measured_beside(self, item: Guarantee) -> tuple[float, float] | None:
        """Enclose what a guarantee bounds (the last or the least risk up to tau) in a run of its own algorithm.

        None if no run has its step size and radii, or if that run could not be enclosed up to tau.
        """
        run = self.runs.get(item.step_size) if item.radii == self.radii else None
        if run is None or item.tau >= len(run.upper):
            return None
        return run.ends(item.tau, least=item.claim == LEAST)

    def dominating(self, s: int | None = None) -> str | None:
        """Name the largest part of the tracked error at step s (the last tracked one by default)."""
        if not self.parts or not len(self.bounds):
            return None
        at = len(self.bounds) - 1 if s is None else s
        return max(self.parts, key=lambda name: float(self.parts[name][at]))

    def label(self, item: Guarantee) -> str:
        """Name a method, with the algorithm it is about where that is not the one asked for."""
        if item.radii == self.radii:
            return item.method
        return f"{item.method} ({'free' if item.radii is None else 'projected'})"

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a tau: the best bound of each method, the best of all, and the measured risk."""
        rows = []
        for tau in sorted({item.tau for item in self.guarantees}):
            row: dict[str, Any] = {"tau": tau}
            for item in self.guarantees:
                if item.tau == tau:
                    name = self.label(item)
                    row[name] = min(item.value, row.get(name, np.inf))
            best = self.best(tau)
            measured = self.measured_beside(best)
            row |= {"best": best.value, "by": best.method, "claim": best.claim, "trivial": self.trivial}
            if measured is not None:
                row |= {"measured": measured[1], "ratio": best.value / measured[0] if measured[0] > 0 else np.inf}
            rows.append(row)
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Return the certificate as JSON: scalars of the summary first, then all that a replay needs."""
        from boundcheck.certificates.document import document

        return document(self)

    def plot(self) -> Any:
        """Draw certificate and measured risk against the iteration; returns a matplotlib figure."""
        from boundcheck.certificates.plots import against_iteration

        return against_iteration(self)

    def _repr_html_(self) -> str:
        columns = ("tau", "A", "B", "A after B", "best", "by", "measured", "ratio")
        body = "".join(
            "<tr>" + "".join(f"<td>{_cell(row.get(name))}</td>" for name in columns) + "</tr>" for row in self.rows()
        )
        head = "".join(f"<th>{name}</th>" for name in columns)
        kind = "certificate" if self.rigorous else "estimate (plain doubles)"
        return f"<p>{kind}; trivial bound {self.trivial:.4g}</p><table><tr>{head}</tr>{body}</table>"


def _cell(value: Any) -> str:
    if value is None:
        return "&ndash;"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
