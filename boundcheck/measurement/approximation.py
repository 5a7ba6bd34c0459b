"""Propositions 3, 3', 5: deviation of finite networks at the point of attraction from F*, over independent seeds.

Every run draws Theta(0) anew (Definition 1); the target, its map and the inputs stay. The target's own error is
carried: a run counts as a failure only if its deviation less that error exceeds the bound.
"""

from __future__ import annotations

import time
from functools import lru_cache, partial

import numpy as np

from boundcheck.measurement.bounds import tightest
from boundcheck.measurement.coverage import clopper_pearson, quantile, run_all
from boundcheck.measurement.preparation import prepare, transport
from boundcheck.measurement.values import Measurement, Problem, seeds

PLACES = {"prop-3": 0, "prop-3-rms": 1, "prop-5": 2}


def measure_approximation(problem: Problem, statement: str) -> tuple[Measurement, ...]:
    """Measure a deviation: its (1-delta)-quantile over seeds, and how often it exceeds the tightest bound.

    Returns: the quantile as ``exact-run`` with the target's error as uncertainty, and the ``frequency``.
    """
    began = time.perf_counter()
    if not problem.realisable:
        return (unrealisable(statement, "bound"),)
    ready = prepared(problem)
    table = deviations(problem)
    values, errors = table[:, 2 * PLACES[statement]], table[:, 2 * PLACES[statement] + 1]
    level = quantile(values.tolist(), 1.0 - float(problem.delta))
    witness = {
        "form": "runs",
        "seed": problem.seed,
        "runs": len(values),
        "at": "sample 1, time T" if statement == "prop-3" else "all samples and times",
        "activation": ready.activation_text,
        **problem.exact_parameters(),
    }
    quantile_ = Measurement(
        statement=statement,
        quantity="bound",
        value=level,
        kind="exact-run",
        witness=witness | {"statistic": f"{1 - float(problem.delta):g}-quantile over seeds"},
        uncertainty=float(errors.max()),
        series={"deviation": np.sort(values).tolist()},
        seconds=time.perf_counter() - began,
    )
    counted = frequency(problem, statement, values - errors, witness)
    return (quantile_,) if counted is None else (quantile_, counted)


def frequency(
    problem: Problem, statement: str, values: np.ndarray, witness: dict, variant: str | None = None
) -> Measurement | None:
    """Count how often values exceed the tightest bound; None without a bound."""
    limit = tightest(problem, f"{statement}.bound", variant)
    if limit is None:
        return None
    failures = int((values > limit).sum())
    return Measurement(
        statement=statement,
        quantity="bound",
        value=failures / len(values),
        kind="frequency",
        witness=witness | {"failures": failures, "bound": limit},
        uncertainty=clopper_pearson(failures, len(values)),
        variant=variant,
    )


def unrealisable(statement: str, quantity: str) -> Measurement:
    """Say why nothing is measured on real data."""
    reason = "needs a realisable target; on real data no transportation map is known"
    return Measurement(statement=statement, quantity=quantity, value=None, kind="frequency", witness={"reason": reason})


@lru_cache(maxsize=8)
def prepared(problem: Problem) -> Problem:
    """Prepare a problem once."""
    return prepare(problem)


@lru_cache(maxsize=8)
def deviations(problem: Problem) -> np.ndarray:
    """Run every seed: rows of (deviation, target error there) for Propositions 3, 3' and 5, shape (runs, 6)."""
    ready = prepared(problem)
    children = seeds(problem, 6).spawn(problem.effort.runs)
    return np.array(run_all(partial(_one_run, ready), children, problem.jobs))


def _one_run(problem: Problem, seed: np.random.SeedSequence) -> tuple[float, ...]:
    from boundcheck import network

    initial = network.symmetric_initialization(problem.m, problem.d, float(problem.alpha), np.random.default_rng(seed))
    attraction = network.point_of_attraction(initial, transport(problem))
    linear = network.linear_forward(attraction, initial, problem.X, problem.activation) - problem.y
    exact = network.forward(attraction, problem.X, problem.activation) - problem.y
    error = problem.target_error
    largest = np.unravel_index(int(np.argmax(np.abs(exact))), exact.shape)
    return (
        float(abs(linear[0, -1])),
        float(error[0, -1]),
        float(np.sqrt(np.mean(linear**2))),
        float(np.sqrt(np.mean(error**2))),
        float(abs(exact[largest])),
        float(error[largest]),
    )
