"""Print the table of certificates on the reference problem and on the sunspot series.

Run: ``python -m boundcheck.certificates.table [--widths 256,1024,4096,16384] [--tau 30,100,1000] [--no-train]``. The
reference problem (n=16, T=8, d=3, tanh, alpha=1/2) is packaged; a run of width m starts from
g = default_rng(7): w = alpha g.choice([-1,1], m/2), U = g.normal(size=(m/2, 3)), c = g.choice([-1,1], m/2), mirrored.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from boundcheck.certificates.certification import certify
from boundcheck.certificates.guarantee import Certificate
from boundcheck.network import Weights

WIDTHS = (256, 1024, 4096, 16384)
TAUS = (30, 100, 1000)
RHO = (1.0, 2.0)
"""Projection radii 2 nu of the reference problem, nu = (1/2, 1)."""
COLUMNS = ("problem", "m", "tau", "A", "A after B", "B", "claim", "measured", "certificate/measured", "seconds")


def reference_problem() -> tuple[Any, Any]:
    """Return X (16, 8, 3) and y (16, 8) of the packaged reference problem."""
    with np.load(Path(__file__).with_name("reference_problem.npz"), allow_pickle=False) as stored:
        return stored["X"], stored["y"]


def reference_weights(m: int, alpha: float = 0.5, d: int = 3) -> Weights:
    """Return the initialisation that belongs to the reference problem at width m."""
    stream = np.random.default_rng(7)
    w = alpha * stream.choice([-1, 1], m // 2)
    U = stream.normal(size=(m // 2, d))
    c = stream.choice([-1, 1], m // 2)
    return Weights(np.concatenate([w, w]), np.concatenate([U, U]), np.concatenate([c, -c]))


def certify_reference(m: int, taus: tuple[int, ...] = TAUS, *, train: bool = True) -> Certificate:
    """Certify the reference problem at a width."""
    X, y = reference_problem()
    return certify(X, y, "tanh", weights=reference_weights(m), radii=RHO, tau=taus, train=train)


def certify_sunspots(m: int, taus: tuple[int, ...], *, train: bool = True) -> Certificate:
    """Certify the packaged sunspot series: T=8, one step ahead, 64 windows, alpha=1/2, free gradient descent."""
    from boundcheck.series import load_series, sample_path

    series = load_series(sample_path(), "SUNACTIVITY", 8, 64)
    return certify(series.X, series.y, "tanh", m=m, alpha=0.5, seed=0, tau=taus, train=train)


def table(problem: str, certificate: Certificate) -> list[tuple[str, ...]]:
    """Return one row a tau, as text."""
    rows = []
    for row in certificate.rows():
        ratio = "-" if "ratio" not in row else f"{row['ratio']:.4g}"
        methods = [f"{row[name]:.3g}" if name in row else "-" for name in ("A", "A after B", "B")]
        measured = f"{row['measured']:.4g}" if "measured" in row else "-"
        rows.append((problem, str(certificate.problem.m), str(row["tau"]), *methods, row["claim"], measured, ratio,
                     f"{certificate.seconds:.0f}"))  # fmt: skip
    return rows


def markdown(rows: Iterable[tuple[str, ...]]) -> str:
    """Return the rows under their header as a Markdown table."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def main(arguments: list[str] | None = None) -> int:
    """Print the table; progress on stderr."""
    parser = argparse.ArgumentParser(prog="python -m boundcheck.certificates.table", description=__doc__)
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    parser.add_argument("--tau", default=",".join(map(str, TAUS)))
    parser.add_argument("--no-train", action="store_true", help="certificates only, no measured risk")
    parser.add_argument("--no-sunspots", action="store_true")
    options = parser.parse_args(arguments)
    taus, rows = tuple(int(text) for text in options.tau.split(",")), []
    for m in (int(text) for text in options.widths.split(",")):
        sys.stderr.write(f"reference problem, m = {m}\n")
        rows += table("reference", certify_reference(m, taus, train=not options.no_train))
    if not options.no_sunspots:
        sys.stderr.write("sunspots, m = 1024\n")
        rows += table("sunspots", certify_sunspots(1024, (1, 10, 100), train=not options.no_train))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(markdown(rows) + f"\n\npeak memory: {peak:.0f} MiB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
