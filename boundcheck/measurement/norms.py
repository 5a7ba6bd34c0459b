"""Propositions 6 and 6b measured: output, target and gradient at adversarial points of the neighbourhood."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from boundcheck.measurement.directional import derivatives
from boundcheck.measurement.hidden_state import GOALS
from boundcheck.measurement.limit_kernel import expectation
from boundcheck.measurement.linearization import measure_pair
from boundcheck.measurement.reevaluation import reevaluate
from boundcheck.measurement.search import search
from boundcheck.measurement.values import Measurement, Problem, seeds
from boundcheck.measurement.witness import encode, realise

RADII = (1.0, 0.7, 0.4, 0.2, 0.1, 0.05, 0.02)


def measure_norms(problem: Problem) -> tuple[Measurement, ...]:
    """Measure the three bounds of Proposition 6."""
    output = measure_pair(problem, "prop-6", "output", "output")
    return output, measure_target(problem), measure_gradient(problem, output)


def measure_target(problem: Problem) -> Measurement:
    """Find a large |F*_T(x)|: inputs x_t = r e, the map saturated along the gradient of h_T at that input.

    F*_T(x) = E[nu_w |d_w h_T| + nu_u ||d_u h_T||] is attained by an admissible map; a lower estimate of the supremum.
    Only <u, e> counts, so that the expectation is over one dimension.
    """
    from boundcheck.network import Weights, jacobian

    began = time.perf_counter()
    X = np.zeros((len(RADII), problem.T, problem.d))
    X[:, :, 0] = np.array(RADII)[:, None]

    def saturated(w: np.ndarray, u: np.ndarray, weight: np.ndarray) -> np.ndarray:
        slopes = jacobian(Weights(w, u, np.ones(len(w))), X[:, :, :1], problem.activation)[:, :, -1]
        size = float(problem.nu_w) * np.abs(slopes[:, 0])
        return weight @ (size + float(problem.nu_u) * np.linalg.norm(slopes[:, 1:], axis=1))

    mean, error = expectation(
        saturated,
        alpha=float(problem.alpha),
        d=1,
        tolerance=1e-7,
        points=problem.effort.points // 4,
    )
    best = int(np.argmax(mean))
    return Measurement(
        statement="prop-6",
        quantity="target",
        value=float(mean[best]),
        kind="lower-estimate",
        witness={
            "form": "expectation",
            "of": "target",
            "x": encode(X[best]),
            "map": "along the gradient of h_T at x",
            "activation": problem.activation_text,
            **{name: str(getattr(problem, name)) for name in ("alpha", "nu_w", "nu_u")},
        },
        uncertainty=float(error[best]),
        seconds=time.perf_counter() - began,
    )


def measure_gradient(problem: Problem, output: Measurement) -> Measurement:
    """Find a large per-neuron gradient of the risk: at the network of the largest output, one sample, targets y = 0.

    y = 0 is realisable (v = 0 keeps every bound nu), so the value is a lower estimate with an exact witness.
    """
    began = time.perf_counter()
    witness = output.witness | {"functional": "risk-gradient"}
    return Measurement(
        statement="prop-6",
        quantity="gradient",
        value=float(reevaluate("prop-6", "gradient", witness).midpoint),
        kind="lower-estimate",
        witness=witness,
        seconds=time.perf_counter() - began,
    )


def measure_self_bounding(problem: Problem) -> tuple[Measurement, ...]:
    """Find large ratios ||grad R||^2/R, |dR/dw_i|/sqrt(R), ||dR/du_i||/sqrt(R) over networks, inputs and targets.

    One sample, all neurons equal; the residuals that make a ratio largest are the top eigenvector over t of the Gram
    matrix of the gradients. Candidates are the best points of Lemma 1's searches.
    """
    began = time.perf_counter()
    work, sigma = problem.effort, derivatives(problem.activation)
    parts = {"factor": ("L", "all"), "factor_w": ("D_w", "w"), "factor_u": ("D_u", "u")}
    found = []
    for index, (quantity, (supremum, part)) in enumerate(parts.items()):
        points = search(
            GOALS["lemma-1", supremum],
            sigma,
            alpha_m=problem.alpha_m,
            T=problem.T,
            d=problem.d,
            starts=max(work.starts // 4, 16),
            iterations=work.iterations,
            seed=seeds(problem, 12, index),
        )
        value, witness = _ratio(problem, realise(points[-1], problem.d), part)
        found.append(
            Measurement(
                statement="prop-6b",
                quantity=quantity,
                value=value,
                kind="lower-estimate",
                witness=witness,
                seconds=time.perf_counter() - began,
            )
        )
    return tuple(found)


def _ratio(problem: Problem, neuron: dict[str, np.ndarray], part: str) -> tuple[float, dict[str, Any]]:
    from boundcheck.network import Weights, jacobian

    weights = Weights(neuron["w"][None], neuron["u"][None], np.ones(1))
    slopes = jacobian(weights, neuron["x"][None], problem.activation)[0, :, :, 0]
    rows = {"all": slopes, "w": slopes[:1], "u": slopes[1:]}[part]
    values, vectors = np.linalg.eigh(rows.T @ rows)
    ratio = 4.0 * float(values[-1]) / problem.T
    parameters = problem.exact_parameters()
    witness = {
        "form": "kernel",
        "part": part,
        "activation": problem.activation_text,
        **{name: parameters[name] for name in ("alpha", "rho_w", "m")},
        **{name: encode(neuron[name]) for name in ("w", "u", "x")},
        "residuals": encode(vectors[:, -1]),
    }
    return (ratio if part == "all" else float(np.sqrt(ratio / problem.m))), witness
