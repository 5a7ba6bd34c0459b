"""Witnesses for planted errors that no measurement of the report holds against a number.

Identities (Propositions 1 and 2b) are evaluated on both sides in ball arithmetic; Theorem 2 is run at the numbers that
it prescribes, for the risk that it promises.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from boundcheck.enclosure import Enclosure, precision
from boundcheck.measurement.bounds import LOOSE_TO_TIGHT, parameter_values, tightest
from boundcheck.measurement.convergence import runs, target_slack
from boundcheck.measurement.expectation_witness import expectation_value
from boundcheck.measurement.reevaluation import DIGITS, ball, ball_derivatives, dot, states
from boundcheck.measurement.values import Problem, seeds
from boundcheck.measurement.witness import encode

FORMS = ("erf", "sin", "gaussian")
AXIS = ((Fraction(1), Fraction(0)),)


def recursion_over_sum(problem: Problem) -> Enclosure:
    """Divide d_v h_T by the gradient recursion by <its unrolled sum, v>, at a neuron, inputs and a direction."""
    rng = np.random.default_rng(seeds(problem, 18))
    numbers = [Fraction(int(k), 16) for k in rng.integers(1, 12, size=2 + 2 * problem.d + problem.T * problem.d)]
    w, v_w, rest = numbers[0], numbers[1], numbers[2:]
    u, v_u, flat = rest[: problem.d], rest[problem.d : 2 * problem.d], rest[2 * problem.d :]
    x = [[value / problem.d for value in flat[t * problem.d : (t + 1) * problem.d]] for t in range(problem.T)]
    sigma = ball_derivatives(problem.activation)
    with precision(DIGITS):
        h, _ = states(sigma, w, u, x, v_w, v_u, 1)
        before = [arb(0), *(state[0] for state in h[:-1])]
        gates = [sigma(ball(w) * b + ball(dot(u, row)), 1)[1] for b, row in zip(before, x, strict=True)]
        total, product = arb(0), arb(1)
        for k in range(problem.T):
            t = problem.T - 1 - k
            product *= gates[t]
            total += ball(w) ** k * product * (ball(v_w) * before[t] + ball(dot(v_u, x[t])))
        return Enclosure.from_arb(h[-1][1] / total)


def expectation_over_form(name: str) -> Enclosure:
    """Divide the enclosed expectation kappa_1(x, x), ||x|| = 1, by its closed form."""
    from boundcheck.evaluation import evaluate

    form = evaluate(f"prop-2b.{name}", digits=DIGITS, A=1, B=1, c=1)
    witness = {"x": encode([[1.0]]), "of": "kernel", "activation": name, "alpha": "1"}
    with precision(DIGITS):
        return Enclosure.from_arb(expectation_value(witness) / ball(form.upper))


def risks_at_prescription(
    problem: Problem, variant: str, share: Fraction, kappa: Fraction | None
) -> tuple[list[float], Fraction]:
    """Train at Theorem 2's own m, tau, eta and rho for epsilon = share * L^2 ||nu||^2.

    Returns: per seed the risk that the theorem bounds (of variant lyapunov the smallest, else the mean over s < tau),
             the targets' error granted; and epsilon.
    """
    from boundcheck.evaluation import plan

    size = tightest(problem.replace(rho_u=problem.nu_u), "lemma-1.L")
    assert size is not None
    epsilon = share * Fraction(size) ** 2 * (problem.nu_w**2 + problem.nu_u**2)
    names = ("delta", "n", "T", "alpha", "nu_w", "nu_u")
    values: dict[str, Any] = {name: parameter_values(problem)[name] for name in names} | {"epsilon": epsilon}
    if kappa is not None:
        values["kappa"] = kappa
    found = plan("theorem-2", variant=variant, tier=LOOSE_TO_TIGHT[-1], activation=problem.activation, **values)
    asked = problem.replace(m=found.m, tau=found.tau, rho_w=found.rho_w, rho_u=found.rho_u, eta=found.eta)
    return list(_granted(asked, variant)), epsilon


def _granted(problem: Problem, variant: str) -> Iterator[float]:
    for run in runs(problem, float(problem.eta), False):
        risk = run.smallest if variant == "lyapunov" else run.mean
        yield risk - target_slack(problem, risk)
