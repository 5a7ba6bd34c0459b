"""Lemmas 1 and 2 measured: suprema of the derivatives of h_T and of z_T, by adversarial search.

Every value is a lower estimate: the search attains it at the witness, and a supremum may lie above.
"""

from __future__ import annotations

import math
import time
from typing import Any

from boundcheck.measurement.directional import derivatives
from boundcheck.measurement.search import Goal, Point, search
from boundcheck.measurement.values import Measurement, Problem, seeds
from boundcheck.measurement.witness import encode, realise

GOALS: dict[tuple[str, str], Goal] = {
    ("lemma-1", "D_w"): Goal(order=1, phi=0.0),
    ("lemma-1", "D_u"): Goal(order=1, phi=math.pi / 2),
    ("lemma-1", "L"): Goal(order=1),
    ("lemma-1", "beta"): Goal(order=2),
    ("lemma-1", "gamma3"): Goal(order=3),
    ("lemma-2", "Lambda"): Goal(order=1, of_z=True),
    ("lemma-2", "chi"): Goal(order=2, of_z=True),
}


def measure_supremum(problem: Problem, statement: str, quantity: str) -> Measurement:
    """Search the supremum that a quantity of Lemma 1 or 2 bounds, at w in [-alpha_m, alpha_m], u free, ||x_t|| <= 1.

    Returns: a lower estimate with its witness; ``series`` holds the best value for every length up to T.
    """
    began = time.perf_counter()
    goal = GOALS[statement, quantity]
    place = list(GOALS).index((statement, quantity))
    work = problem.effort
    points = search(
        goal,
        derivatives(problem.activation),
        alpha_m=problem.alpha_m,
        T=problem.T,
        d=problem.d,
        starts=work.starts,
        iterations=work.iterations,
        seed=seeds(problem, 1, place),
    )
    return Measurement(
        statement=statement,
        quantity=quantity,
        value=points[-1].value,
        kind="lower-estimate",
        witness=direction_witness(problem, goal, points[-1]),
        series={"T": list(range(1, problem.T + 1)), "measured": [point.value for point in points]},
        seconds=time.perf_counter() - began,
    )


def direction_witness(problem: Problem, goal: Goal, point: Point) -> dict[str, Any]:
    """Write the best point as an exact neuron, inputs and direction."""
    fields = {name: encode(value) for name, value in realise(point, problem.d).items()}
    parameters = problem.exact_parameters()
    return {
        "form": "direction",
        "order": goal.order,
        "of": "z" if goal.of_z else "h",
        "activation": problem.activation_text,
        **{name: parameters[name] for name in ("alpha", "rho_w", "m")},
        **fields,
    }


def measure_lengths(
    problem: Problem, quantity: str, lengths: tuple[int, ...], alphas: tuple[Any, ...]
) -> dict[str, list[float]]:
    """Measure L or beta at every length up to the largest, for several recurrent scales with rho = 0 (for plots).

    Returns: ``{"T": lengths, "<alpha>": values}``.
    """
    table: dict[str, list[float]] = {"T": [float(length) for length in lengths]}
    for alpha in alphas:
        changed = problem.replace(alpha=alpha, rho_w=0, rho_u=0, T=max(lengths), X=None, y=None, target_error=None)
        found = measure_supremum(changed, "lemma-1", quantity).series["measured"]
        table[str(alpha)] = [found[length - 1] for length in lengths]
    return table
