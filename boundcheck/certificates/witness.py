"""Witnesses of certificate A: weights near Theta(0) with a small risk, by ridge regression in the tangent features.

With F^Lin = m^{-1/2} sum_i c_i G_i delta_i the ridge solution is delta_i = (c_i/sqrt(m)) G_i^T b, b =
(k0 + mu)^{-1} y / N, and opposite within a symmetric pair. Further rounds replace y by y - F(Theta~), the network's own
error. Any weights are a valid witness: nothing here needs a proof; risk and distances are evaluated afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.centre import centre
from boundcheck.network import Weights
from boundcheck.network.rounding import root_mean_square

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.problem import Problem
    from boundcheck.certificates.spectrum import Spectrum
    from boundcheck.network.activation_table import ActivationTable
    from boundcheck.network.rounding import Rounding


INSIDE = 1e-13
"""Distance kept from the edge of the neighbourhood: above the rounding of initial weights up to 100 in size."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Witness:
    """Weights Theta~, as doubles, and what is proven of them.

    dual: (N,), b; risk_root >= sqrt(R(Theta~)); distances: (m,) >= ||theta~_i - theta_i(0)||; moved: >= the distance
    between Theta~ and Theta(0) + (c_i/sqrt(m)) G_i^T b (what projection and rounding moved).
    """

    dual: NDArray[np.float64]
    risk_root: float
    distances: NDArray[np.float64]
    moved: float

    def squared_distance(self, rounding: Rounding) -> float:
        """Bound ||Theta~ - Theta(0)||^2."""
        return float(rounding.up((self.distances**2).sum()))


def find_witness(
    problem: Problem,
    table: ActivationTable,
    spectrum: Spectrum,
    penalty: float,
    radii: tuple[float, float],
    rounding: Rounding,
    rounds: int,
) -> Witness:
    """Search a witness for one penalty mu > 0 within |w - w(0)| <= radii[0], ||u - u(0)|| <= radii[1]."""
    error, dual, best = problem.targets, np.zeros(problem.rows), None
    for _ in range(rounds):
        turned = spectrum.vectors.T @ error / (spectrum.values + penalty)
        dual = dual + spectrum.vectors @ turned / problem.rows
        witness, error = at_dual(problem, table, dual, radii, rounding)
        if best is None or witness.risk_root < best.risk_root:
            best = witness
    assert best is not None
    return best


def at_dual(
    problem: Problem, table: ActivationTable, dual: Any, radii: tuple[float, float], rounding: Rounding
) -> tuple[Witness, Any]:
    """Build the witness of a dual vector b (N,); return it with y - F(Theta~), in plain doubles.

    Rounding: the witness is the doubles that result; its displacement is a difference of doubles, right up to the unit.
    """
    halves, c = (1 if problem.is_symmetric else 2), problem.weights.c
    output, distances, moved, noise = np.zeros(problem.rows), [], 0.0, 0.0
    for block in problem.blocks(halves=halves):
        part = centre(problem, block, table, rounding, order=1, norms=False)
        wish = (c[block] / np.sqrt(problem.m))[:, None] * np.einsum("kbr,r->bk", part.gradient, dual)
        for sign in (1, -1) if halves == 1 else (1,):
            shift = _project(sign * wish, radii)
            w, u = problem.weights.w[block] + shift[:, 0], problem.weights.u[block] + shift[:, 1:]
            own, error = _sum_of_states(problem, Weights(w, u, c[block]), table, rounding)
            output += sign * own
            noise += error
            actual = np.column_stack([w - problem.weights.w[block], u - problem.weights.u[block]])
            distances.append(np.sqrt((actual**2).sum(axis=1)) * (1 + 8 * rounding.unit))
            scale = float(np.linalg.norm(dual)) * np.sqrt(problem.rows / problem.m)
            lost = (part.errors[0] + rounding.gamma(problem.rows + 4) * np.abs(part.gradient).max() * 2) * scale
            moved += float(((actual - sign * wish) ** 2).sum()) + len(w) * lost**2
    output /= np.sqrt(problem.m)
    left = problem.targets - output
    noise = noise / np.sqrt(problem.m) + rounding.gamma(8) * float(np.abs(output).max())
    witness = Witness(
        dual=dual,
        risk_root=float(rounding.up(root_mean_square(left) + noise)),
        distances=rounding.up(np.concatenate(distances)),
        moved=float(rounding.up(np.sqrt(2 * moved))),
    )
    return witness, left


def at_weights(
    problem: Problem, table: ActivationTable, weights: Weights, radii: tuple[float, float], rounding: Rounding
) -> Witness:
    """Take given weights as the witness.

    Raises:  ValueError unless they lie in the neighbourhood.
    """
    shift_w, shift_u = np.abs(weights.w - problem.weights.w), weights.u - problem.weights.u
    reach = float(shift_w.max()), float(np.sqrt((shift_u**2).sum(axis=1)).max())
    if not (reach[0] <= radii[0] and reach[1] <= radii[1]):
        root = np.sqrt(problem.m)
        message = (
            f"radii must hold the witness, (rho_w, rho_u) >= ({reach[0] * root:.6g}, {reach[1] * root:.6g}); got "
            f"({radii[0] * root:.6g}, {radii[1] * root:.6g}) (larger radii, or a nearer witness)"
        )
        raise ValueError(message)
    output, noise = np.zeros(problem.rows), 0.0
    for block in problem.blocks(halves=2):
        part = Weights(weights.w[block], weights.u[block], problem.weights.c[block])
        own, error = _sum_of_states(problem, part, table, rounding)
        output, noise = output + own, noise + error
    left = problem.targets - output / np.sqrt(problem.m)
    noise = noise / np.sqrt(problem.m) + rounding.gamma(8) * float(np.abs(output).max())
    return Witness(
        dual=np.zeros(problem.rows),
        risk_root=float(rounding.up(root_mean_square(left) + noise)),
        distances=rounding.up(np.sqrt(shift_w**2 + (shift_u**2).sum(axis=1))),
        moved=np.inf,
    )


def _project(shift: Any, radii: tuple[float, float]) -> Any:
    """Project displacements (b, q) on the neighbourhood, a little inside: rounding w + shift must not lead out."""
    limit_w, limit_u = (max(radius * (1 - 1e-12) - INSIDE, 0.0) for radius in radii)
    w = np.clip(shift[:, :1], -limit_w, limit_w)
    length = np.sqrt((shift[:, 1:] ** 2).sum(axis=1, keepdims=True))
    factor = np.minimum(1.0, limit_u / np.maximum(length, 1e-300)) if np.isfinite(limit_u) else 1.0
    return np.column_stack([w, shift[:, 1:] * factor])


def _sum_of_states(problem: Problem, weights: Weights, table: ActivationTable, rounding: Rounding) -> tuple[Any, float]:
    """Return sum_i c_i h_t(theta_i) as (N,), and a bound of the error of every row."""
    h, error, rows = np.zeros((weights.m, problem.X.shape[0])), 0.0, []
    W, size = float(np.abs(weights.w).max()), float(np.sqrt((weights.u**2).sum(axis=1).max())) * problem.largest_input()
    worst = 0.0
    for x in np.ascontiguousarray(problem.X.transpose(1, 2, 0)):
        slope = rounding.gamma(weights.d + 3) * (W * float(np.abs(h).max()) + size) + W * error
        h = table.evaluate(weights.w[:, None] * h + weights.u @ x, 1)[0]
        error = rounding.up(table.suprema[1] * slope + table.errors[0]) if rounding.rigorous else 0.0
        worst = max(worst, error + rounding.gamma(weights.m + 2) * float(np.abs(h).max()))
        rows.append(weights.c @ h)
    return np.stack(rows).reshape(-1), weights.m * worst
