"""Propositions 1, 2, 2a, 2b measured: the gradient recursion, the limit kernel, its closed forms, concentration."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np

from boundcheck.measurement.approximation import frequency
from boundcheck.measurement.coverage import quantile, run_all
from boundcheck.measurement.limit_kernel import limit_kernel
from boundcheck.measurement.preparation import prepare
from boundcheck.measurement.values import Measurement, Problem, seeds
from boundcheck.measurement.witness import encode

SAMPLES = 4
NEURONS = 1 << 14
"""Neurons whose derivatives are stored at a time."""


def measure_recursion(problem: Problem) -> Measurement:
    """Compare the gradient recursion with its unrolled sum: the largest difference over random neurons and inputs."""
    from boundcheck import network
    from boundcheck.network import gradient_functions

    began = time.perf_counter()
    ready = prepare(problem, targets=False)
    X = ready.X[:SAMPLES]
    rng = np.random.default_rng(seeds(problem, 7))
    weights = network.symmetric_initialization(64, problem.d, float(problem.alpha), rng)
    slopes = network.jacobian(weights, X, problem.activation)
    states = network.hidden_states(weights, X, problem.activation)
    slope = gradient_functions(problem.activation, 1)[1]
    before = np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
    drive = np.einsum("md,ntd->mtn", weights.u, X)
    gates = slope(weights.w[:, None, None] * before + drive)
    unrolled = _unrolled(weights.w, gates, before, X)
    return Measurement(
        statement="prop-1",
        quantity="difference",
        value=float(np.abs(slopes[:, :, -1] - unrolled).max()),
        kind="exact-run",
        witness={"form": "run", "seed": problem.seed, "neurons": 64, "samples": len(X)},
        seconds=time.perf_counter() - began,
    )


def _unrolled(w: np.ndarray, gates: np.ndarray, before: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Sum_k w^k (h_{T-k-1}, x_{T-k}) prod_{j<=k} I_{T-j}, of shape (m, 1+d, n)."""
    T = gates.shape[1]
    total = np.zeros((len(w), 1 + X.shape[2], X.shape[0]))
    for k in range(T):
        product = w[:, None] ** k * gates[:, T - 1 - k :].prod(axis=1)
        total[:, 0] += product * before[:, T - 1 - k]
        total[:, 1:] += product[:, None] * X[:, T - 1 - k].T
    return total


def measure_limit(problem: Problem) -> Measurement:
    """Estimate the largest kappa_T(x, x) over aligned inputs x_t = r e: a lower estimate."""
    began = time.perf_counter()
    ready = prepare(problem, targets=False)
    aligned = np.zeros((5, problem.T, problem.d))
    aligned[:, :, 0] = np.array([1.0, 0.5, 0.2, 0.05, 0.01])[:, None]
    X = aligned
    kappa, error = limit_kernel(X, problem.activation, float(problem.alpha), **_quadrature(problem))
    diagonal = np.diagonal(kappa[-1])
    best = int(np.argmax(diagonal))
    return Measurement(
        statement="prop-2",
        quantity="bound",
        value=float(diagonal[best]),
        kind="lower-estimate",
        witness={
            "form": "expectation",
            "of": "kernel",
            "x": encode(X[best]),
            "activation": ready.activation_text,
            "alpha": str(problem.alpha),
        },
        uncertainty=float(error[-1, best, best]),
        series={"T": list(range(1, problem.T + 1)), "kappa": kappa[:, best, best].tolist()},
        seconds=time.perf_counter() - began,
    )


def _quadrature(problem: Problem) -> dict[str, Any]:
    work = problem.effort
    return {"tolerance": 1e-9, "points": work.points // 4, "seed": seeds(problem, 8)}


def closed_form(name: str, x: np.ndarray, y: np.ndarray) -> float:
    """Limit kernel kappa_1(x, y) in closed form, for erf, sin and gaussian."""
    a, b, c = float(x @ x), float(y @ y), float(x @ y)
    if name == "erf":
        return c * (4 / np.pi) / float(np.sqrt((1 + 2 * a) * (1 + 2 * b) - 4 * c * c))
    if name == "sin":
        return c / 2 * float(np.exp(-(a + b - 2 * c) / 2) + np.exp(-(a + b + 2 * c) / 2))
    if name == "gaussian":
        return c * c / float(((1 + a) * (1 + b) - c * c) ** 1.5)
    message = f"a closed form is known for erf, sin and gaussian; got {name!r} (section 2)"
    raise ValueError(message)


def measure_closed_forms(problem: Problem) -> tuple[Measurement, ...]:
    """Compare the quadrature at T = 1 with the closed forms: the largest difference over pairs of inputs, per form."""
    began = time.perf_counter()
    ready = prepare(problem, targets=False)
    X = ready.X[:SAMPLES, :1] * np.array([1.0, 0.8, 0.5, 1.0])[: len(ready.X[:SAMPLES]), None, None]
    found = []
    for name in ("erf", "sin", "gaussian"):
        difference, error = closed_form_difference(X, name, **_quadrature(problem))
        found.append(
            Measurement(
                statement="prop-2b",
                quantity=f"{name}-difference",
                value=difference,
                kind="exact-run",
                witness={"form": "run", "x": X[:, 0].tolist(), "activation": name},
                uncertainty=error,
                seconds=time.perf_counter() - began,
            )
        )
    return tuple(found)


def closed_form_difference(X: np.ndarray, name: str, **quadrature: Any) -> tuple[float, float]:
    """Return the largest |quadrature - closed form| at T = 1 over pairs of inputs X (n, 1, d), and its error estimate.

    Each pair spans a plane, so that the trapezoid rule serves for every d.
    """
    worst, spread = 0.0, 0.0
    for i in range(len(X)):
        for j in range(i + 1):
            kappa, error = limit_kernel(X[[i, j]], name, 1.0, **quadrature)
            exact = closed_form(name, X[i, 0], X[j, 0])
            worst, spread = max(worst, abs(float(kappa[0, 0, 1]) - exact)), max(spread, float(error.max()))
    return worst, spread


def measure_concentration(problem: Problem) -> tuple[Measurement, ...]:
    """Measure |K^m_T - kappa_T| at one pair of inputs over independent seeds (2a): quantile and failure frequency."""
    began = time.perf_counter()
    ready = prepare(problem, targets=False)
    pair = ready.X[[0, min(1, problem.n - 1)]]
    kappa, error = limit_kernel(pair, problem.activation, float(problem.alpha), **_quadrature(problem))
    children = seeds(problem, 9).spawn(problem.effort.runs)
    draws = np.array(run_all(partial(_empirical, problem, pair), children, problem.jobs))
    deviation, slack = np.abs(draws - kappa[-1, 0, 1]), float(error[-1, 0, 1])
    witness = {
        "form": "runs",
        "seed": problem.seed,
        "runs": len(draws),
        "at": "samples 1 and 2, time T",
        "activation": ready.activation_text,
        **problem.exact_parameters(),
    }
    quantile_ = Measurement(
        statement="prop-2a",
        quantity="bound",
        value=quantile(deviation.tolist(), 1.0 - float(problem.delta)),
        kind="exact-run",
        witness=witness | {"statistic": f"{1 - float(problem.delta):g}-quantile over seeds"},
        uncertainty=slack,
        series={"deviation": np.sort(deviation).tolist()},
        seconds=time.perf_counter() - began,
    )
    counted = frequency(problem, "prop-2a", deviation - slack, witness)
    return (quantile_,) if counted is None else (quantile_, counted)


def _empirical(problem: Problem, pair: np.ndarray, seed: np.random.SeedSequence) -> float:
    """K^m_T at a pair of inputs; the second half of the neurons repeats the first."""
    from boundcheck import network

    initial = network.symmetric_initialization(problem.m, problem.d, float(problem.alpha), np.random.default_rng(seed))
    total, half = 0.0, problem.m // 2
    for start in range(0, half, NEURONS):
        block = slice(start, min(start + NEURONS, half))
        part = network.Weights(initial.w[block], initial.u[block], initial.c[block])
        slopes = network.jacobian(part, pair, problem.activation)[:, :, -1]
        total += float(np.einsum("mk,mk->", slopes[:, :, 0], slopes[:, :, 1]))
    return total / half
