"""Theorem 1 and Corollary 1 measured: runs of projected gradient descent over independent seeds.

All risks are empirical risks on the problem's samples. The targets' error e (rms) is carried: the risk against F* lies
within 2 sqrt(R) e + e^2 of the risk against y.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from boundcheck.measurement.approximation import frequency, prepared
from boundcheck.measurement.bounds import parameter_values, tightest
from boundcheck.measurement.coverage import quantile, run_all
from boundcheck.measurement.values import Measurement, NotMeasurableError, Problem, seeds
from boundcheck.measurement.witness import encode

VARIANTS = ("classic", "sharpened", "lyapunov")
OF_THE_MEAN = ("classic", "sharpened")
"""Variants of Theorem 1 whose bound holds for the mean risk over s < tau, and so for the smallest."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """One run of tau iterations.

    risks: (tau+1,) empirical risk; drift_w, drift_u: (tau+1,) sqrt(m) max_i of the displacement; active: (tau,) share
    of neurons that the projection moved; exit_time: first s outside the neighbourhood or None; average_risk: of the
    average iterate; kernel_drift: ||K(s) - K(0)||/||K(0)|| (Frobenius) at the iterations ``checkpoints``.
    """

    risks: np.ndarray
    drift_w: np.ndarray
    drift_u: np.ndarray
    active: np.ndarray
    exit_time: int | None
    average_risk: float
    checkpoints: tuple[int, ...] = ()
    kernel_drift: tuple[float, ...] = ()

    @property
    def smallest(self) -> float:
        """Smallest risk over s < tau."""
        return float(self.risks[:-1].min())

    @property
    def mean(self) -> float:
        """Mean risk over s < tau."""
        return float(self.risks[:-1].mean())


def step_size(problem: Problem, variant: str | None) -> float:
    """Return the variant's step size: 1/sqrt(tau) (classic), 1/(2 L^2) (others), or the problem's own eta."""
    if problem.eta is not None:
        return float(problem.eta)
    if variant == "classic":
        return 1.0 / float(np.sqrt(problem.tau))
    return 1.0 / (2.0 * lipschitz(problem) ** 2)


def lipschitz(problem: Problem) -> float:
    """Smallest certified L_T on the neighbourhood (rounded up)."""
    value = tightest(problem, "lemma-1.L")
    if value is None:
        message = f"a step size 1/(2 L^2) needs a certified L; got none for {problem.activation_text} (set eta)"
        raise NotMeasurableError(message)
    return value


def train(problem: Problem, eta: float, projected: bool, seed: np.random.SeedSequence) -> Run:
    """Train one network from its own symmetric initialisation for tau iterations; follow its kernel along the way."""
    from boundcheck import network

    rng = np.random.default_rng(seed)
    followed = _KernelDrift(problem)
    initial = network.symmetric_initialization(problem.m, problem.d, float(problem.alpha), rng)
    radii = (float(problem.rho_w), float(problem.rho_u))
    path = network.gradient_descent(
        initial,
        problem.X,
        problem.y,
        problem.activation,
        step_size=eta,
        iterations=problem.tau,
        radii=radii if projected else None,
        neighbourhood=radii,
        record=followed,
    )
    average = network.risk(network.forward(path.average, problem.X, problem.activation), problem.y)
    return Run(
        risks=path.risks,
        drift_w=path.drift_w,
        drift_u=path.drift_u,
        active=path.active,
        exit_time=path.exit_time,
        average_risk=average,
        checkpoints=tuple(followed.drifts),
        kernel_drift=tuple(followed.drifts.values()),
    )


class _KernelDrift:
    """Measure the empirical kernel at five iterations of a run, on at most 64 rows of samples and times."""

    def __init__(self, problem: Problem) -> None:
        self.X, self.activation = problem.X[: max(1, 64 // problem.T)], problem.activation
        self.steps = {0, *(problem.tau * k // 4 for k in range(1, 5))}
        self.drifts: dict[int, float] = {}
        self.first: Any = None

    def __call__(self, s: int, risk: float, weights: Any) -> None:
        if s not in self.steps:
            return
        from boundcheck.network import gram_matrix

        kernel = gram_matrix(weights, self.X, self.activation)
        self.first = kernel if self.first is None else self.first
        size = float(np.linalg.norm(self.first))
        self.drifts[s] = float(np.linalg.norm(kernel - self.first)) / size if size > 0 else 0.0


@lru_cache(maxsize=16)
def runs(problem: Problem, eta: float, projected: bool, few: int | None = None) -> tuple[Run, ...]:
    """Train over independent seeds (of the effort, or a few); the same for every step size and kind of descent."""
    children = seeds(problem, 13).spawn(few or problem.effort.trained_runs)
    return tuple(run_all(partial(train, prepared(problem), eta, projected), children, problem.jobs))


def target_slack(problem: Problem, risk: float) -> float:
    """How far the risk against F* may lie from the risk against y."""
    errors = prepared(problem).target_error
    e = float(np.sqrt(np.mean(errors**2))) if errors is not None else 0.0
    return 2.0 * float(np.sqrt(risk)) * e + e * e


def measure_projected(problem: Problem) -> tuple[Measurement, ...]:
    """Measure Theorem 1: the smallest risk of projected gradient descent, per variant's step size, and coverage.

    Returns: per variant the (1-delta)-quantile of min_{s<tau} R over seeds (``series`` of the first seed's run), and
    the frequency of runs above the variant's tightest bound: with their mean risk where the bound is one of the mean.
    """
    return tuple(item for variant in reversed(VARIANTS) for item in _smallest_risk(problem, "theorem-1", variant))


def measure_descent(problem: Problem) -> tuple[Measurement, ...]:
    """Measure Theorem 1 by descent: the smallest risk at step size 1/(2 L^2), and coverage."""
    return _smallest_risk(problem, "theorem-1-descent", None)


def _smallest_risk(problem: Problem, statement: str, variant: str | None) -> tuple[Measurement, ...]:
    began = time.perf_counter()
    eta = step_size(problem, variant)
    done = runs(problem, eta, True)
    smallest = np.array([run.smallest for run in done])
    bounded = np.array([run.mean for run in done]) if variant in OF_THE_MEAN else smallest
    witness = run_witness(problem, eta, "projected", len(done))
    level = quantile(smallest.tolist(), 1.0 - float(problem.delta))
    size = Measurement(
        statement=statement,
        quantity="bound",
        value=level,
        kind="exact-run",
        witness=witness,
        uncertainty=target_slack(problem, level),
        series=curves(done[0]) | {"deviation": np.sort(bounded).tolist()},
        variant=variant,
        seconds=time.perf_counter() - began,
    )
    which = "mean" if variant in OF_THE_MEAN else "smallest"
    rule = {"counted": f"runs whose {which} risk over s < tau is above the bound"}
    return size, *counted_above(problem, statement, bounded, witness | rule, variant)


def counted_above(
    problem: Problem, statement: str, risks: np.ndarray, witness: dict[str, Any], variant: str | None
) -> list[Measurement]:
    """How often the risk against F* certainly exceeds the variant's tightest bound.

    Nothing on data that may be any, nor at a step size that is given: the bound is about the variant's own.
    """
    sure = np.array([value - target_slack(problem, value) for value in risks])
    fitting = problem.realisable and problem.eta is None
    counted = frequency(problem, statement, sure, witness, variant) if fitting else None
    return [counted] if counted else []


def curves(run: Run) -> dict[str, Any]:
    """Columns for plots: risk and drifts per iteration, share of projected neurons, exit time."""
    return {
        "risk": run.risks.tolist(),
        "drift_w": run.drift_w.tolist(),
        "drift_u": run.drift_u.tolist(),
        "active": run.active.tolist(),
        "exit_time": run.exit_time,
        "checkpoints": list(run.checkpoints),
        "kernel_drift": list(run.kernel_drift),
    }


def run_witness(problem: Problem, eta: float, kind: str, count: int) -> dict[str, Any]:
    """Say what is needed to run it again."""
    return {
        "form": "runs",
        "descent": kind,
        "seed": problem.seed,
        "runs": count,
        "tau": problem.tau,
        "eta": eta.hex(),
        "activation": problem.activation_text,
        "statistic": f"{1 - float(problem.delta):g}-quantile over seeds",
        **problem.exact_parameters(),
    }


def measure_average(problem: Problem) -> tuple[Measurement, ...]:
    """Measure Corollary 1: the risk of the average iterate, over the runs of Theorem 1: quantile and frequency."""
    found: list[Measurement] = []
    for variant in ("sharpened", "classic"):
        began = time.perf_counter()
        eta = step_size(problem, variant)
        values = np.array([run.average_risk for run in runs(problem, eta, True)])
        level = quantile(values.tolist(), 1.0 - float(problem.delta))
        witness = run_witness(problem, eta, "projected", len(values))
        found.append(
            Measurement(
                statement="corollary-1",
                quantity="bound",
                value=level,
                kind="exact-run",
                witness=witness,
                uncertainty=target_slack(problem, level),
                series={"deviation": np.sort(values).tolist()},
                variant=variant,
                seconds=time.perf_counter() - began,
            )
        )
        found += counted_above(problem, "corollary-1", values, witness, variant)
    return tuple(found)


def measure_comparator(problem: Problem) -> tuple[Measurement, ...]:
    """Measure Theorem 1 for any targets: one run beside the comparator found by ridge regression in tangent features.

    The witness holds R(Theta_bar) and V_0 of the comparator, for the bound; deterministic for this initialisation. At
    tau = 1 it is an exact point: the smallest risk is R(Theta(0)) = mean y^2.
    """
    from boundcheck.measurement.comparator import ridge_comparator

    began = time.perf_counter()
    eta = step_size(problem, "lyapunov")
    done = runs(problem, eta, True)[0]
    seed = seeds(problem, 13).spawn(1)[0]
    found = ridge_comparator(prepared(problem), seed)
    sizes = {"R_comparator": found.risk.hex(), "V_0": found.distance.hex()}
    words = f"R_comparator = {found.risk:.3g} and V_0 = {found.distance:.3g}"
    comparator = "of the comparator that ridge regression in the tangent features finds"
    if found.enclosed:
        reason = f"the bound takes {words}, enclosed and rounded up, {comparator}"
    else:
        reason = f"no bound is certified: {words}, in doubles only, {comparator}, cannot be enclosed for this sigma"
    given = {"given": sizes} if found.enclosed else {}
    witness = run_witness(problem, eta, "projected", 1) | sizes | given | {"reason": reason}
    if problem.tau == 1 and found.enclosed:
        witness |= {"form": "start", "y": encode(prepared(problem).y)}
    limit = _comparator_bound(problem, found.risk, found.distance) if found.enclosed else None
    return (
        Measurement(
            statement="theorem-1-any-target",
            quantity="bound",
            value=done.smallest,
            kind="exact-run",
            witness=witness if limit is None else witness | {"bound": limit},
            series=curves(done),
            variant="lyapunov",
            seconds=time.perf_counter() - began,
        ),
    )


def _comparator_bound(problem: Problem, risk: float, distance: float) -> float | None:
    from boundcheck.evaluation import evaluate

    try:
        enclosure = evaluate(
            "theorem-1-any-target.bound",
            variant="lyapunov",
            activation=problem.activation,
            digits=12,
            **parameter_values(problem) | {"R_comparator": risk, "V_0": distance},
        )
    except (ValueError, TypeError, ArithmeticError):
        return None
    return enclosure.doubles[1]
