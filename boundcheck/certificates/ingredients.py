"""Everything that certificates take from data and initial weights, in passes over blocks of neurons.

Pass 1: the tangent kernel. Pass 2: the reference path and the constants of the pairs. Pass 3: what is left of a3.
Live at once: arrays of one block, (N, steps) for the outputs and (steps, m/2) for norms; never N x m(1+d).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates import filters
from boundcheck.certificates.ball import suprema
from boundcheck.certificates.centre import centre
from boundcheck.certificates.reference import Accumulator, Reference, add_third, finish
from boundcheck.certificates.spectrum import Spectrum, gram_norms, tangent_spectrum
from boundcheck.certificates.tracking import PairBounds
from boundcheck.network.activation_table import activation_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.problem import Problem
    from boundcheck.network.activation_table import ActivationTable
    from boundcheck.network.rounding import Rounding

LADDER = (0.3, 0.55, 0.75, 0.9, 1.01, 1.04, 1.08, 1.15, 1.25, 1.4, 1.7, 2.2, 3.0)
"""Radii of the balls around a pair, in units of the largest displacement of its reference path."""
LARGEST_RADIUS = 0.5

Progress = Callable[[str], None]


def table_for(problem: Problem, radius: float = LARGEST_RADIUS) -> ActivationTable:
    """Return the table of the activation on the pre-activations of all balls of this radius (at least the largest)."""
    return activation_table(problem.activation, problem.range_of(max(radius, LARGEST_RADIUS)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path:
    """The reference path for a step size and the constants of the pairs around it."""

    reference: Reference
    pairs: PairBounds


def reference_path(
    problem: Problem, table: ActivationTable, spectrum: Spectrum, eta: float, steps: int, rounding: Rounding
) -> Path:
    """Run passes 2 and 3 for a step size eta <= 1/(2 lambda_max) and so many steps."""
    basis = filters.filter_basis(spectrum, eta, steps + 1, rounding)
    sums = Accumulator.start(problem, eta, spectrum, basis.powers)
    found: list[dict[str, Any]] = []
    for block in problem.blocks():
        part = centre(problem, block, table, rounding)
        sums.add(block, part)
        found.append(_constants(problem, block, part, sums, spectrum, basis, table, rounding))
    reference = finish(sums, spectrum, rounding)
    for block in problem.blocks():
        add_third(reference, problem, block, _gradient(problem, block, table, rounding), rounding)
    joined = {name: np.concatenate([item[name] for item in found], axis=-1) for name in found[0]}
    return Path(reference=reference, pairs=PairBounds(grid=basis.grid, **joined))


def _gradient(problem: Problem, block: slice, table: ActivationTable, rounding: Rounding) -> NDArray[np.float64]:
    return centre(problem, block, table, rounding, order=1, norms=False).gradient


def _constants(
    problem: Problem, block: slice, part: Any, sums: Any, spectrum: Any, basis: Any, table: Any, rounding: Rounding
) -> dict[str, Any]:
    """Return the constants of a block of pairs, by the names of PairBounds."""
    reach = np.sqrt(sums.a_w[:, block] ** 2 + sums.a_u[:, block] ** 2) + sums.s2[:, block] + sums.g3[:, block]
    radii = np.minimum(np.outer(LADDER, reach.max(axis=0) + 1e-9), LARGEST_RADIUS)
    bounds = [suprema(problem, block, part.norms, r, table, rounding) for r in radii]
    phi, leverage = filters.pair_filters(part.gradient, problem.m, spectrum, basis, rounding)
    return {
        "gamma": gram_norms(part.hessian, part.errors[1], rounding),
        "T": gram_norms(part.third, part.errors[2], rounding),
        "radii": radii,
        "fourth": np.stack([bound[3] for bound in bounds]),
        "fifth": np.stack([bound[4] for bound in bounds]),
        "phi": phi,
        "leverage": leverage,
    }


def kernel_spectrum(problem: Problem, table: ActivationTable, rounding: Rounding) -> Spectrum:
    """Run pass 1."""
    return tangent_spectrum(problem, table, rounding)
