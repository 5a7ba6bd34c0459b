"""Propositions 4, 4b, 5' and the output part of 6, measured at adversarial and random points of the neighbourhood."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from boundcheck.measurement.directional import derivatives
from boundcheck.measurement.pair_witness import pair_witness
from boundcheck.measurement.pairs import Functional, PairPoint, PairSpace, search_pairs
from boundcheck.measurement.preparation import prepare
from boundcheck.measurement.slopes import Slope, fit_limiting_slope, fit_slope
from boundcheck.measurement.values import Measurement, Problem, seeds

INSIDE = 1.0 - 1e-15
DRAWS = 4
"""Random networks of a width, of which the worst counts."""


def pair_space(problem: Problem, functional: Functional, m: int) -> PairSpace:
    """Search space at width m: displacements in Omega_{rho,m} (Omega_{nu,m} for the symmetric functional)."""
    root = float(np.sqrt(m))
    rho = (INSIDE * float(problem.rho_w) / root, INSIDE * float(problem.rho_u) / root)
    nu = (INSIDE * float(problem.nu_w) / root, INSIDE * float(problem.nu_u) / root)
    box = nu if functional == "symmetric" else rho
    return PairSpace(
        functional=functional,
        alpha=float(problem.alpha),
        box=box,
        comparator=nu,
        length=problem.T,
        planar=problem.d >= 2,
    )


def adversarial(problem: Problem, functional: Functional, widths: tuple[int, ...]) -> dict[int, PairPoint]:
    """Search the worst network at each width, the last one's best coordinates carried on."""
    work, sigma = problem.effort, derivatives(problem.activation)
    found: dict[int, PairPoint] = {}
    carried = None
    for index, m in enumerate(widths):
        point = search_pairs(
            pair_space(problem, functional, m),
            sigma,
            m=m,
            starts=work.starts if carried is None else work.starts // 4,
            iterations=work.iterations,
            seed=seeds(problem, 2, index),
            carried=carried,
        )
        carried = point.coordinates
        found[m] = point
    return found


def measure_pair(problem: Problem, statement: str, quantity: str, functional: Functional) -> Measurement:
    """Search the worst network of the neighbourhood at the problem's width.

    Returns: a lower estimate of the supremum over Theta(0), Theta (and Theta_bar) and inputs, with its witness.
    """
    began = time.perf_counter()
    point = adversarial(problem, functional, (problem.m,))[problem.m]
    return Measurement(
        statement=statement,
        quantity=quantity,
        value=point.value,
        kind="lower-estimate",
        witness=pair_witness(problem, pair_space(problem, functional, problem.m), point, problem.m),
        seconds=time.perf_counter() - began,
    )


def measure_against_width(problem: Problem, statement: str, functional: Functional) -> Measurement:
    """Measure a functional against the width: adversarial networks, and random ones for comparison.

    Adversarial: exponent -1/2 (-1 for the symmetric functional). Random displacements of a pair are independent, so
    that the m terms of size 1/m nearly cancel as well: exponent -1.

    Returns: the value at the problem's width with its witness; ``series``: widths, values, fitted exponents.
    """
    began = time.perf_counter()
    widths = tuple(sorted({*problem.effort.widths, problem.m}))
    found = adversarial(problem, functional, widths)
    values = [found[m].value for m in widths]
    random = [random_error(problem, m, functional) for m in widths]
    series: dict[str, Any] = {"m": list(widths), "measured": values, "slope": _ends(fit_limiting_slope(widths, values))}
    series |= {"m_random": list(widths), "random": random, "slope_random": _ends(fit_slope(widths, random))}
    point = found[problem.m]
    return Measurement(
        statement=statement,
        quantity="bound",
        value=point.value,
        kind="lower-estimate",
        witness=pair_witness(problem, pair_space(problem, functional, problem.m), point, problem.m),
        series=series,
        seconds=time.perf_counter() - began,
    )


def random_error(problem: Problem, m: int, functional: Functional) -> float:
    """Largest value of a functional over the problem's inputs and times, at DRAWS random networks.

    Theta lies on the boundary of the neighbourhood (for the symmetric functional: it is the point of attraction of a
    random transportation map), Theta_bar is such a point of attraction.
    """
    ready = prepare(problem, targets=False)
    children = seeds(problem, 3, m).spawn(DRAWS)
    return max(_random_value(ready, m, functional, np.random.default_rng(seed)) for seed in children)


def _random_value(problem: Problem, m: int, functional: Functional, rng: np.random.Generator) -> float:
    from boundcheck import network

    initial = network.symmetric_initialization(m, problem.d, float(problem.alpha), rng)
    map_ = network.TransportationMap.random(nu_w=float(problem.nu_w), nu_u=float(problem.nu_u), d=problem.d, rng=rng)
    bar = network.point_of_attraction(initial, map_)
    moved = bar
    if functional != "symmetric":
        moved = random_neighbour(initial, float(problem.rho_w), float(problem.rho_u), rng)
    if functional == "gradient-change":
        return float(np.abs(_gradient_change(problem, initial, moved, bar)).max())
    exact = network.forward(moved, problem.X, problem.activation)
    linear = network.linear_forward(moved, initial, problem.X, problem.activation)
    return float(np.abs(exact - linear).max())


def _gradient_change(problem: Problem, initial: Any, moved: Any, bar: Any) -> np.ndarray:
    """<grad F_t(Theta) - grad F_t(Theta(0)), Theta - Theta_bar>, (n, T)."""
    from boundcheck.network.states import weighted_tangents

    shift = moved.w - bar.w, moved.u - bar.u
    there, here = (
        weighted_tangents(place.w, place.u, *shift, initial.c, problem.X, problem.activation)
        for place in (moved, initial)
    )
    return (there - here) / np.sqrt(initial.m)


def random_neighbour(initial: Any, rho_w: float, rho_u: float, rng: np.random.Generator) -> Any:
    """Move every neuron by rho_w/sqrt(m) in w and rho_u/sqrt(m) in u, in random directions."""
    from boundcheck.network import Weights

    root = np.sqrt(initial.m)
    direction = rng.normal(size=initial.u.shape)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    w = initial.w + rho_w / root * rng.choice([-1.0, 1.0], initial.m)
    return Weights(w, initial.u + rho_u / root * direction, initial.c)


def _ends(slope: Slope | None) -> dict[str, float] | None:
    return None if slope is None else {"exponent": slope.exponent, "lower": slope.lower, "upper": slope.upper}
