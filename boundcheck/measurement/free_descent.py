"""Theorem 2 measured: gradient descent without projection, at the problem's numbers and at those it prescribes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from boundcheck.measurement.approximation import prepared, unrealisable
from boundcheck.measurement.bounds import LOOSE_TO_TIGHT
from boundcheck.measurement.convergence import curves, run_witness, runs, step_size, target_slack
from boundcheck.measurement.coverage import clopper_pearson, quantile, run_all
from boundcheck.measurement.values import Measurement, NotMeasurableError, Problem, seeds

VARIANT = "lyapunov"
FEW = 6
"""Runs at the problem's own numbers, of which the theorem says nothing."""
WIDER, BELOW = 4, Fraction(9, 10)
MOST_STATES = 1 << 28
"""States m n T of one iteration at the prescription, at most."""


def measure_own(problem: Problem) -> Measurement:
    """Run at the problem's own m and tau, step size 1/(2 L^2): the (1-delta)-quantile of min R over a few seeds.

    The theorem speaks of the m, tau and rho that it prescribes; where the problem's are smaller, the value is what such
    a run attains, beside the target risk epsilon. ``series`` has the drifts and the exit time.
    """
    began = time.perf_counter()
    eta = step_size(problem, VARIANT)
    done = runs(problem, eta, False, min(FEW, problem.effort.trained_runs))
    level = quantile([run.smallest for run in done], 1.0 - float(problem.delta))
    return Measurement(
        statement="theorem-2",
        quantity="min-risk",
        value=level,
        kind="exact-run",
        witness=run_witness(problem, eta, "free", len(done)),
        uncertainty=target_slack(problem, level),
        series=curves(done[0]) | {"exit_times": [run.exit_time for run in done]},
        variant=VARIANT,
        seconds=time.perf_counter() - began,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription:
    """What the theorem asks for: width, iterations, step size and radii, for the risk epsilon."""

    epsilon: Fraction
    m: int
    tau: int
    eta: float
    rho_w: float
    rho_u: float
    tier: str


def measure_prescribed(problem: Problem) -> Measurement:
    """Count runs at the theorem's own prescription that leave the neighbourhood, or stay above epsilon, before tau.

    The prescription is for the problem's epsilon, or the smallest one that asks for no more than the effort's largest
    width. A run ends where the risk falls to epsilon: the theorem then holds for it.
    """
    began = time.perf_counter()
    if not problem.realisable:
        return unrealisable("theorem-2", "bound")
    asked = prescription(problem)
    ready = prepared(problem).replace(m=asked.m)
    children = seeds(problem, 16).spawn(problem.effort.trained_runs)
    steps = run_all(partial(_steps_needed, ready, asked), children, problem.jobs)
    failures = sum(step is None for step in steps)
    words = (
        f"at epsilon = {float(asked.epsilon):.4g} the theorem asks for m >= {asked.m}, tau >= {asked.tau}, radii "
        f"{asked.rho_w:.4g} and {asked.rho_u:.4g}; the runs are at these numbers"
    )
    return Measurement(
        statement="theorem-2",
        quantity="bound",
        value=failures / len(steps),
        kind="frequency",
        witness=run_witness(ready, asked.eta, "free", len(steps))
        | {"tau": asked.tau, "rho_w": asked.rho_w.hex(), "rho_u": asked.rho_u.hex(), "epsilon": str(asked.epsilon)}
        | {"statistic": "share of runs that fail", "failures": failures, "reason": words},
        uncertainty=clopper_pearson(failures, len(steps)),
        series={"steps_needed": steps},
        variant=VARIANT,
        tier=asked.tier,
        seconds=time.perf_counter() - began,
    )


def prescription(problem: Problem) -> Prescription:
    """Plan for the problem's epsilon, or for the smallest one that is within reach and below the trivial bound.

    Within reach is a width of the effort; where that leaves nothing below the trivial bound, a risk a little below it
    at a width of up to WIDER times as much.

    Raises:  NotMeasurableError where there is none.
    """
    most = max(problem.effort.widths)
    trivial = Fraction(float(np.mean(prepared(problem).y ** 2)))
    found = _plan(problem, problem.epsilon)
    for _ in range(4):
        if found.m <= most:
            break
        found = _plan(problem, _rounded_up(found.epsilon * Fraction(found.m, most)))
    if found.epsilon >= trivial > 0 and problem.epsilon < trivial:
        found, most = _plan(problem, trivial * BELOW), WIDER * most
    reason = ""
    if found.m > most or found.m * problem.n * problem.T > MOST_STATES:
        reason = f"m >= {found.m} for epsilon = {float(found.epsilon):.3g}; got at most m = {most}"
    elif found.epsilon >= trivial:
        reason = f"a smaller epsilon; got {float(found.epsilon):.3g}, the trivial bound being {float(trivial):.3g}"
    if reason:
        message = f"a run of Theorem 2 ({VARIANT}) below the trivial bound asks for {reason} (try smaller T, nu, alpha)"
        raise NotMeasurableError(message)
    return found


def _rounded_up(value: Fraction) -> Fraction:
    """Round up to three digits, and a little more, so that the width it asks for falls."""
    unit = Fraction(10) ** (int(np.floor(np.log10(float(value)))) - 2)
    return (value // unit + 1) * unit


def _plan(problem: Problem, epsilon: Fraction) -> Prescription:
    from boundcheck.evaluation import plan

    names = ("delta", "n", "T", "alpha", "nu_w", "nu_u")
    values = {name: getattr(problem, name) for name in names} | {"epsilon": epsilon}
    for tier in reversed(LOOSE_TO_TIGHT):
        try:
            found = plan("theorem-2", variant=VARIANT, tier=tier, activation=problem.activation, **values)
        except (ValueError, ArithmeticError) as error:
            reason = str(error)
            continue
        radii = {"rho_w": float(found.rho_w), "rho_u": float(found.rho_u)}
        return Prescription(epsilon=epsilon, m=found.m, tau=found.tau, eta=float(found.eta), tier=tier, **radii)
    message = f"Theorem 2 has no prescription here: {reason}"
    raise NotMeasurableError(message)


def _steps_needed(problem: Problem, asked: Prescription, seed: np.random.SeedSequence) -> int | None:
    """First s with R(Theta(s)) <= epsilon, the targets' error granted; None if the run leaves Omega or needs tau."""
    from boundcheck import network
    from boundcheck.network.descent import drift
    from boundcheck.network.gradient import risk_and_gradient

    rng = np.random.default_rng(seed)
    initial = network.symmetric_initialization(asked.m, problem.d, float(problem.alpha), rng)
    derive = risk_and_gradient(problem.X, problem.y, asked.m, problem.activation)
    w, u, e = initial.w.copy(), initial.u.copy(), _rms(problem.target_error)
    for s in range(asked.tau):
        risk, grad_w, grad_u = derive(w, u, initial.c)
        drift_w, drift_u = drift(w, u, initial)
        if drift_w > asked.rho_w or drift_u > asked.rho_u:
            return None
        if risk - 2.0 * float(np.sqrt(risk)) * e - e * e <= asked.epsilon:
            return s
        w -= asked.eta * grad_w
        u -= asked.eta * grad_u
    return None


def _rms(array: Any) -> float:
    return float(np.sqrt(np.mean(array**2)))
