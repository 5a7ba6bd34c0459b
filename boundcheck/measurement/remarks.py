"""Remarks 1, 5, 6 measured: free against projected descent, growth across the cutoff, width against samples."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from boundcheck.measurement.approximation import deviations
from boundcheck.measurement.convergence import Run, step_size, train
from boundcheck.measurement.coverage import quantile
from boundcheck.measurement.hidden_state import measure_lengths, measure_supremum
from boundcheck.measurement.preparation import prepare
from boundcheck.measurement.slopes import fit_slope
from boundcheck.measurement.values import Measurement, NotMeasurableError, Problem, seeds

CUTOFFS = (Fraction(3, 4), Fraction(1), Fraction(5, 4))
SAMPLES = (4, 16, 64)


def cutoff_scales(problem: Problem) -> tuple[Fraction, ...]:
    """Recurrent scales alpha with alpha sigma_1 below, at and above 1 (rounded to thousandths)."""
    from boundcheck.network.activation_functions import as_activation

    sigma1 = as_activation(problem.activation).constant(1).enclosure().midpoint
    return tuple((scale / sigma1).limit_denominator(1000) for scale in CUTOFFS)


def measure_regularisation(problem: Problem) -> Measurement:
    """Train free and projected from the same initialisation on the same data, below, at and above the cutoff.

    Returns: smallest risk of the free run over that of the projected one, largest over the scales; ``series`` has
    risks, drifts sqrt(m) max|.| against rho, exit times and projection activity of each run.
    """
    began = time.perf_counter()
    table: dict[str, Any] = {"alpha": [], "rho_w": float(problem.rho_w), "rho_u": float(problem.rho_u)}
    ratios = []
    for alpha in cutoff_scales(problem):
        changed = problem.replace(alpha=alpha)
        if problem.realisable:
            changed = changed.replace(X=None, y=None, target_error=None)
        ready = prepare(changed)
        eta = step_size(ready, "lyapunov")
        seed = seeds(problem, 15).spawn(1)[0]
        free, projected = (train(ready, eta, kind, seed) for kind in (False, True))
        ratios.append(free.smallest / projected.smallest if projected.smallest > 0 else 1.0)
        table["alpha"].append(str(alpha))
        for name, run in (("free", free), ("projected", projected)):
            for key, value in _ends(run).items():
                table.setdefault(f"{name}_{key}", []).append(value)
    return Measurement(
        statement="remark-1",
        quantity="free-over-projected",
        value=max(ratios),
        kind="exact-run",
        witness={"form": "run", "seed": problem.seed, "eta": "1/(2 L^2)", **problem.exact_parameters()},
        series=table,
        seconds=time.perf_counter() - began,
    )


def _ends(run: Run) -> dict[str, Any]:
    return {
        "risk": run.smallest,
        "drift_w": float(run.drift_w.max()),
        "drift_u": float(run.drift_u.max()),
        "exit_time": run.exit_time,
        "active": float(run.active.max()),
        "kernel_drift": max(run.kernel_drift, default=0.0),
    }


def measure_one_step(problem: Problem) -> Measurement:
    """Search ||Hessian of z_1|| at T = 1, where the network is feed-forward: z is linear in theta, so it is 0."""
    single = problem.replace(T=1, X=None, y=None, target_error=None)
    found = measure_supremum(single, "lemma-2", "chi")
    return replace(found, statement="remark-3", quantity="chi-at-1")


def measure_growth(problem: Problem) -> Measurement:
    """Measure L_T against T below, at and above the cutoff; the value is the fitted exponent of T at the cutoff.

    Expected: bounded below, T^1 at the cutoff, a^T above (``series["factor_above"]`` is the last ratio L_T/L_{T-1}).
    """
    began = time.perf_counter()
    lengths = tuple(range(1, 11))
    alphas = cutoff_scales(problem)
    table: dict[str, Any] = dict(measure_lengths(problem, "L", lengths, alphas))
    below, at, above = (table[str(alpha)] for alpha in alphas)
    slope = fit_slope(lengths[3:], at[3:])
    table |= {"factor_above": above[-1] / above[-2], "factor_below": below[-1] / below[-2]}
    table |= {"slope": None if slope is None else [slope.exponent, slope.lower, slope.upper]}
    return Measurement(
        statement="remark-5",
        quantity="exponent-at-cutoff",
        value=None if slope is None else slope.exponent,
        kind="exact-run",
        witness={"form": "run", "seed": problem.seed, "alphas": [str(alpha) for alpha in alphas]},
        series=table,
        seconds=time.perf_counter() - began,
    )


def measure_samples(problem: Problem) -> Measurement:
    """Measure how the width for a fixed error depends on n: m ~ (sqrt(m) error)^2, for the rms and the largest error.

    Expected: no dependence for the rms (Proposition 3'), about log n for the largest (Proposition 5). The value is the
    fitted exponent of n for the rms.
    """
    began = time.perf_counter()
    sizes = tuple(n for n in SAMPLES)
    mean, largest = [], []
    for n in sizes:
        changed = problem.replace(
            n=n, m=min(problem.m, 256), runs=min(problem.effort.runs, 40), X=None, y=None, target_error=None
        )
        table = deviations(changed)
        level = 1.0 - float(problem.delta)
        mean.append(changed.m * quantile(table[:, 2].tolist(), level) ** 2)
        largest.append(changed.m * quantile(table[:, 4].tolist(), level) ** 2)
    slope_mean, slope_largest = fit_slope(sizes, mean), fit_slope(np.log(sizes).tolist(), largest)
    if slope_mean is None:
        message = "an exponent of n needs an error above 0; got 0 (nu_w = nu_u = 0: the target is 0)"
        raise NotMeasurableError(message)
    series: dict[str, Any] = {"n": list(sizes), "width_mean": mean, "width_max": largest}
    series["slope_mean"] = [slope_mean.exponent, slope_mean.lower, slope_mean.upper]
    if slope_largest is not None:
        series["slope_max_in_log_n"] = [slope_largest.exponent, slope_largest.lower, slope_largest.upper]
    return Measurement(
        statement="remark-6",
        quantity="exponent-of-n",
        value=slope_mean.exponent,
        kind="exact-run",
        witness={"form": "runs", "seed": problem.seed, "delta": str(problem.delta)},
        uncertainty=(slope_mean.lower, slope_mean.upper),
        series=series,
        seconds=time.perf_counter() - began,
    )
