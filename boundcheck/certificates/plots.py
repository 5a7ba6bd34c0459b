"""Figures: certificate and measured risk against the iteration and the width; which term dominates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from boundcheck.certificates.guarantee import Certificate

COLOURS = {"A": "#b2182b", "B": "#2166ac", "A after B": "#762a83"}


def against_iteration(certificate: Certificate) -> Any:
    """Draw the bounds of every method, the trivial bound and the enclosed measured risk against s; log-log."""
    figure, axes = _axes("iteration s", "empirical risk")
    if len(certificate.bounds) > 1:
        axes.plot(np.arange(1, len(certificate.bounds)), certificate.bounds[1:], color=COLOURS["B"], label="B")
    for method in ("A", "A after B"):
        found = sorted((item.tau, item.value) for item in certificate.guarantees if item.method == method)
        if found:
            axes.plot(*zip(*found, strict=True), "o", color=COLOURS[method], label=f"{method} (least risk up to s)")
    if certificate.measured is not None:
        upper = certificate.measured.upper
        axes.plot(np.arange(1, len(upper)), upper[1:], color="black", linewidth=1, label="measured (enclosed)")
    axes.axhline(certificate.trivial, color="grey", linestyle=":", label="trivial bound")
    axes.legend()
    return figure


def against_width(certificates: Sequence[Certificate], tau: int) -> Any:
    """Draw the best bound at tau and the measured risk against m for certificates of several widths."""
    ordered = sorted(certificates, key=lambda item: item.problem.m)
    figure, axes = _axes("width m", f"empirical risk at tau = {tau}")
    widths = [item.problem.m for item in ordered]
    axes.plot(widths, [item.best(tau).value for item in ordered], "o-", color=COLOURS["B"], label="certificate")
    measured = [(item.problem.m, ends[1]) for item in ordered if (ends := item.measured_risk(tau)) is not None]
    if measured:
        axes.plot(*zip(*measured, strict=True), "s-", color="black", label="measured (enclosed)")
    axes.plot(widths, [item.trivial for item in ordered], ":", color="grey", label="trivial bound")
    axes.legend()
    return figure


def terms(certificate: Certificate) -> Any:
    """Draw the parts whose sum is the bound of sqrt(R) against s, stacked.

    Raises:  ValueError if nothing was tracked.
    """
    if not certificate.parts or len(certificate.bounds) < 2:
        message = "the terms belong to certificate B; got a certificate without tracked steps"
        raise ValueError(message)
    figure, axes = _axes("iteration s", "parts of the bound of sqrt(R)")
    steps = np.arange(1, len(certificate.bounds))
    for name, part in certificate.parts.items():
        axes.plot(steps, np.maximum(part[1:], 1e-16), label=name)
    axes.legend()
    return figure


def _axes(x: str, y: str) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(alpha=0.3)
    return figure, axes
