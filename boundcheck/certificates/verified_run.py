"""The measured risk, enclosed: a run of gradient descent in doubles and a bound of its distance to exact arithmetic.

Theta^(s) are the doubles of the run, Theta(s) gradient descent in real numbers, E_s >= ||Theta(s) - Theta^(s)||. One
step of the run misses one exact step from the same weights by at most `slip` (rounding of states, adjoint, sums and
update, counted below); an exact step (and the projection, which is nonexpansive) moves two starting points apart by at
most the norm of I - eta D^2 R on the segment between them. There D^2 R = (2/N)(J^T J + sum e D^2 F), with
  ||J^T J||/N <= Lambda = (sqrt(lambda_max(k0)) + sqrt(mean (gamma_i d_i)^2))^2,  ||sum e D^2 F||/N <= sqrt(R) Gamma,
  Gamma = max gamma_i/sqrt(m), gamma_i and d_i the curvature on and the radius of a ball that holds neuron i's run:
  E_{s+1} <= max(1 + 2 eta sqrt(R) Gamma, 2 eta (Lambda + sqrt(R) Gamma) - 1) E_s + slip,
  |sqrt(R(Theta(s))) - sqrt(R^(s))| <= sqrt(Lambda) E_s + error of the states.
This holds for any width, step size, targets and initialisation, but only after the run: it is a verified measurement
(`exact-run`), where A and B speak before training.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.ball import suprema
from boundcheck.certificates.centre import centre
from boundcheck.certificates.spectrum import gram_norms
from boundcheck.network import Weights
from boundcheck.network.activation_table import CELLS_PER_UNIT, activation_table
from boundcheck.network.rounding import INFLATION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.problem import Problem
    from boundcheck.certificates.spectrum import Spectrum
    from boundcheck.network.activation_table import ActivationTable
    from boundcheck.network.rounding import Rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VerifiedRun:
    """Enclosures of R(Theta(s)), s = 0..tau, of gradient descent in real arithmetic.

    lower, upper: one entry a step up to tau, or up to where E_s exceeds MARGIN; measured: the doubles of the run;
    deviation: bounds E_s; final: Theta^(tau).
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    measured: NDArray[np.float64]
    deviation: NDArray[np.float64]
    final: Weights

    def ends(self, tau: int, *, least: bool) -> tuple[float, float]:
        """Enclose R(Theta(tau)), or the least of R(Theta(s)) over s <= tau; tau must be enclosed."""
        steps = slice(0 if least else tau, tau + 1)
        return float(self.lower[steps].min()), float(self.upper[steps].min())


def verified_run(
    problem: Problem,
    table: ActivationTable,
    spectrum: Spectrum,
    eta: float,
    steps: int,
    rounding: Rounding,
    radii: tuple[float, float] | None = None,
) -> VerifiedRun:
    """Train in doubles and enclose the risk of exact gradient descent at every step.

    Args:    radii: (rho_w, rho_u)/sqrt(m) of the projection, None without it.
    Raises:  ValueError if the run leaves the range of the table or overflows (the step size is too large).
    """
    run = _Run(problem, table, eta, rounding, radii)
    stages = sorted({max(1, steps // share) if steps > 1 else steps for share in STAGES})
    measured, slips, state_errors = (np.zeros(steps + 1) for _ in range(3))
    reached = []
    for s in range(steps + 1):
        measured[s], slips[s], state_errors[s] = run.step(last=s == steps)
        if s in stages:
            reached.append(run.largest.copy())
    constants = [_constants_along(problem, spectrum, reach, rounding) for reach in reached]
    deviation, spread = np.zeros(steps + 1), np.zeros(steps + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        for s in range(steps + 1):
            kernel, bend = constants[min(bisect_left(stages, s), len(constants) - 1)]
            spread[s] = rounding.up(math.sqrt(kernel) * deviation[s] + state_errors[s])
            if s < steps:
                root = math.sqrt(measured[s]) + spread[s]
                grow = max(1 + 2 * eta * root * bend, 2 * eta * (kernel + root * bend) - 1)
                deviation[s + 1] = rounding.up(grow * deviation[s] + slips[s])
    kept = _kept(deviation)
    measured, deviation, spread = measured[:kept], deviation[:kept], spread[:kept]
    roots = np.sqrt(measured)
    slack, shrink = (4 + problem.rows) * rounding.unit, 2 * INFLATION * rounding.rigorous
    return VerifiedRun(
        lower=np.maximum(rounding.down(roots * (1 - slack)) - spread, 0.0) ** 2 * (1 - shrink),
        upper=rounding.up((roots * (1 + slack) + spread) ** 2),
        measured=measured,
        deviation=deviation,
        final=Weights(run.w, run.u, run.c),
    )


def _constants_along(problem: Problem, spectrum: Spectrum, reach: Any, rounding: Rounding) -> tuple[float, float]:
    """Return (Lambda, Gamma) on the balls of radius ``reach`` (m,)."""
    wide = activation_table(problem.activation, problem.range_of(float(reach.max())))
    gamma = _curvature_along(problem, wide, reach, rounding)
    kernel = (math.sqrt(spectrum.largest) + math.sqrt(((gamma * reach) ** 2).mean())) ** 2
    return float(rounding.up(kernel)), float(rounding.up(gamma.max() / math.sqrt(problem.m)))


STAGES = (1, 8, 64)
"""The balls hold the run up to steps/64, steps/8 and its end: early steps need not pay for the late ones."""
MARGIN = 1e-4
"""How far beyond the doubles of the run the balls reach: exact gradient descent must stay within this distance."""


def _kept(deviation: Any) -> int:
    """Return the number of steps whose deviation stays within the margin: beyond it the balls are not known to hold."""
    outside = np.flatnonzero(~(deviation <= MARGIN))
    return int(outside[0]) if len(outside) else len(deviation)


def _curvature_along(problem: Problem, table: ActivationTable, reach: Any, rounding: Rounding) -> Any:
    """Bound gamma_i on the balls that hold the run of each neuron (radius (m,))."""
    symmetric, half = problem.is_symmetric, problem.pairs
    radius = np.maximum(reach[:half], reach[half:]) if symmetric else reach
    found = []
    for block in problem.blocks(halves=1 if symmetric else 2):
        part, r = centre(problem, block, table, rounding), radius[block]
        bound = suprema(problem, block, part.norms, r, table, rounding)
        third = np.minimum(bound[2], gram_norms(part.third, part.errors[2], rounding) + r * bound[3])
        found.append(np.minimum(bound[1], gram_norms(part.hessian, part.errors[1], rounding) + r * third))
    gamma = rounding.up(np.concatenate(found))
    return np.concatenate([gamma, gamma]) if symmetric else gamma


class _Run:
    """The doubles of the run and the count of what one step may miss."""

    def __init__(self, problem: Problem, table: ActivationTable, eta: float, rounding: Rounding, radii: Any) -> None:
        self.problem, self.table, self.eta, self.rounding, self.radii = problem, table, eta, rounding, radii
        weights = problem.weights
        self.w, self.u, self.c = weights.w.copy(), weights.u.copy(), weights.c
        n, T, _ = problem.X.shape
        self.inputs = np.ascontiguousarray(problem.X.transpose(1, 2, 0))
        self.targets = np.ascontiguousarray(problem.y.T)
        self.states, self.slopes = np.empty((problem.m, T, n)), np.empty((problem.m, T, n))
        self.output = np.empty((T, n))
        self.grad_w, self.grad_u = np.empty(problem.m), np.empty_like(self.u)
        self.largest = np.full(problem.m, MARGIN)

    def step(self, *, last: bool) -> tuple[float, float, float]:
        """Return the measured risk, the slip of the step and the rms error of the outputs; advance the weights."""
        from boundcheck.network.compiled import adjoint_step, forward_step

        largest = forward_step(
            self.w, self.u, self.c, self.inputs, self.table.coefficients, CELLS_PER_UNIT, self.states, self.slopes,
            self.output,
        )  # fmt: skip
        if not largest <= self.table.limit:
            message = f"the run must stay within |z| <= {self.table.limit:g}; it left it (the step size is too large)"
            raise ValueError(message)
        root = math.sqrt(self.problem.m)
        error = self.output / root - self.targets
        errors = self._errors()
        largest_error = float(np.abs(error).max())
        noise = root * errors["h"] + self.rounding.gamma(4) * (2 * largest_error + float(np.abs(self.targets).max()))
        risk = float(np.mean(error**2))
        if not math.isfinite(risk):
            message = f"the risk must stay finite; got {risk} (the step size {self.eta:g} is too large)"
            raise ValueError(message)
        if last:
            return risk, 0.0, noise
        adjoint = adjoint_step(self.w, self.c, self.inputs, error, self.states, self.slopes, self.grad_w, self.grad_u)
        slip = self._slip(adjoint, largest_error, noise, errors)
        self._move()
        return risk, slip, noise

    def _errors(self) -> dict[str, float]:
        """Bound errors of h (with its share of the sum over neurons) and of sigma', the worst over neurons and rows."""
        gamma, table = self.rounding.gamma, self.table
        if not self.rounding.rigorous:
            return {"h": 0.0, "state": 0.0, "slope": 0.0}
        W = float(np.abs(self.w).max())
        drive = float(np.sqrt((self.u**2).sum(axis=1).max())) * self.problem.largest_input()
        size, state, slope = float(np.abs(self.states).max()), 0.0, 0.0
        for _ in range(self.inputs.shape[0]):
            at_z = W * state + gamma(self.u.shape[1] + 3) * (W * size + drive)
            state, slope = table.suprema[1] * at_z + table.errors[0], table.suprema[2] * at_z + table.errors[1]
        from boundcheck.network.compiled import CHUNK

        roundings = CHUNK + self.problem.m // CHUNK + 4
        return {"h": state + gamma(roundings) * (size + state), "state": state, "slope": slope}

    def _slip(self, adjoint: float, error: float, noise: float, errors: dict[str, float]) -> float:
        """Bound || Theta^(s+1) - (Theta^(s) - eta grad R(Theta^(s))) ||.

        Per neuron the gradient is (2/(N sqrt(m))) sum lambda_t (h_{t-1}, x_t); a lambda that is wrong by l and an h
        that is wrong by err make it wrong by (2/sqrt(m)) (l sqrt(|h|^2 + |x|^2) + |lambda| (err + gamma)), in Euclidean
        norm over m neurons sqrt(m) times that.
        """
        if not self.rounding.rigorous:
            return 0.0
        gamma, W = self.rounding.gamma, float(np.abs(self.w).max())
        S1, size, reach = float(self.table.suprema[1]), float(np.abs(self.states).max()), self.problem.largest_input()
        wrong = 0.0
        for _ in range(self.inputs.shape[0]):
            drive = error + W * adjoint
            wrong = S1 * (noise + W * wrong) + (errors["slope"] + gamma(6) * S1) * (drive + noise + W * wrong)
        sums = gamma(self.problem.rows + 8) * (adjoint + wrong)
        part = (wrong + sums) * math.hypot(size + errors["state"], reach) + (adjoint + wrong) * errors["state"]
        length = math.sqrt(float((self.w**2).sum() + (self.u**2).sum()))
        return float(self.rounding.up(2 * self.eta * part + 16 * self.rounding.unit * (length + 1)))

    def _move(self) -> None:
        rate = 2 * self.eta / (self.problem.rows * math.sqrt(self.problem.m))
        self.w -= rate * self.grad_w
        self.u -= rate * self.grad_u
        shift_w, shift_u = self.w - self.problem.weights.w, self.u - self.problem.weights.u
        length = np.sqrt((shift_u**2).sum(axis=1))
        if self.radii is not None:
            self.w = self.problem.weights.w + np.clip(shift_w, -self.radii[0], self.radii[0])
            factor = np.minimum(1.0, self.radii[1] / np.maximum(length, 1e-300))
            self.u = self.problem.weights.u + factor[:, None] * shift_u
            shift_w, length = self.w - self.problem.weights.w, length * factor
        self.largest = np.maximum(self.largest, self.rounding.up(np.sqrt(shift_w**2 + length**2)) + 2 * MARGIN)
