"""Certificate A: projected gradient descent, any number of steps, any targets (section 10; section 7 `lyapunov`).

On Omega_rho every neuron stays within r = ||rho||/sqrt(m) of theta_i(0); gamma_i bounds rms_jt |u^T D2 h delta| for
unit u, delta there. Lambda = (sqrt(lambda_max(k0)) + r sqrt(mean gamma_i^2))^2 bounds the largest eigenvalue of the
kernel on Omega, hence ||grad R||^2 <= 4 Lambda R. For a witness Theta~ in Omega, V = ||Theta(s0) - Theta~||^2 and
  eps = sqrt(R(Theta~)) + (1/(2 sqrt(m))) max { sum gamma_i x_i : sum x_i <= V, 0 <= x_i <= (r + a~_i)^2 },
chi = 1 - eta Lambda > 0:   min_{s0 <= s < s0+n} R <= ([eps + sqrt(eps^2 + chi V/(eta n))]/(2 chi))^2.
Proof: V(s+1) <= V(s) - 4 eta chi R + 4 eta eps sqrt(R); as long as sqrt(R) > eps/chi, V does not increase.

Descent: on the convex Omega ||D^2 R|| <= 2 Lambda + 2 sqrt(R) max gamma_i/sqrt(m); if eta (Lambda + sqrt(R(s0)) max
gamma_i/sqrt(m)) <= 1, a projected step does not increase R, by induction for every s >= s0: then a bound of the minimum
up to tau bounds R(Theta(s)) for every s >= tau. (Along the step the risk starts to fall, and to exceed R(s) again it
would have to leave the set where this curvature bound holds: it cannot, by continuity.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.ball import suprema
from boundcheck.certificates.centre import centre
from boundcheck.certificates.spectrum import gram_norms
from boundcheck.network.activation_table import activation_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.problem import Problem
    from boundcheck.certificates.spectrum import Spectrum
    from boundcheck.certificates.witness import Witness
    from boundcheck.network.activation_table import ActivationTable
    from boundcheck.network.rounding import Rounding

CHI_GRID = tuple(k / 40 for k in range(2, 40))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbourhood:
    """Omega_rho around Theta(0) and the constants on it.

    rho: (rho_w, rho_u); radii: rho/sqrt(m); radius: r; gamma: (m,); kernel: Lambda. Rounded up.
    """

    rho: tuple[float, float]
    radii: tuple[float, float]
    radius: float
    gamma: NDArray[np.float64]
    kernel: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lyapunov:
    """One bound of min R over ``steps`` steps: value, with what it is made of."""

    value: float
    epsilon: float
    residual: float
    distance: float
    chi: float
    eta: float
    steps: int

    def details(self) -> dict[str, float]:
        """Return what the bound is made of."""
        return {"chi": self.chi, "epsilon": self.epsilon, "residual": self.residual, "distance": self.distance}


def neighbourhood(problem: Problem, spectrum: Spectrum, rho: tuple[float, float], rounding: Rounding) -> Neighbourhood:
    """Bound the curvature of every neuron and the kernel on Omega_rho, with a table that covers it."""
    root = math.sqrt(problem.m)
    radii = (float(rho[0]) / root, float(rho[1]) / root)
    radius = float(rounding.up(math.hypot(*radii) * (1 + 4 * rounding.unit)))
    halves, table = (1 if problem.is_symmetric else 2), activation_table(problem.activation, problem.range_of(radius))
    gamma = np.concatenate([
        _curvature(problem, block, table, radius, rounding) for block in problem.blocks(halves=halves)
    ])  # fmt: skip
    gamma = np.concatenate([gamma, gamma]) if halves == 1 else gamma
    kernel = rounding.up((math.sqrt(spectrum.largest) + radius * np.sqrt((gamma**2).mean())) ** 2)
    rho = (float(rho[0]), float(rho[1]))
    return Neighbourhood(rho=rho, radii=radii, radius=radius, gamma=gamma, kernel=float(kernel))


def _curvature(problem: Problem, block: slice, table: ActivationTable, radius: float, rounding: Rounding) -> Any:
    part = centre(problem, block, table, rounding)
    bound = suprema(problem, block, part.norms, np.full(part.gradient.shape[1], radius), table, rounding)
    at_centre = gram_norms(part.hessian, part.errors[1], rounding)
    third = np.minimum(bound[2], gram_norms(part.third, part.errors[2], rounding) + radius * bound[3])
    return rounding.up(np.minimum(bound[1], at_centre + radius * third))


def remainder(around: Neighbourhood, witness: Witness, squared_distance: float, rounding: Rounding) -> float:
    """Solve the fractional knapsack by filling the largest gamma first; the sum is divided by 2 sqrt(m)."""
    order = np.argsort(around.gamma)[::-1]
    caps = rounding.up((around.radius + witness.distances[order]) ** 2)
    room = np.maximum(squared_distance - (np.cumsum(caps) - caps) * (1 - 2.0**-24 * rounding.rigorous), 0.0)
    total = (around.gamma[order] * np.minimum(caps, room)).sum()
    return float(rounding.up(total / (2 * math.sqrt(len(caps)))))


def bound_minimum(
    around: Neighbourhood,
    witness: Witness,
    squared_distance: float,
    steps: int,
    rounding: Rounding,
    *,
    eta: float | None,
) -> Lyapunov | None:
    """Bound min R over ``steps`` steps from squared distance V to the witness; None if the step size is too large.

    Args:    eta: the step size, or None to choose chi (and eta = (1 - chi)/Lambda) for the least bound.
    """
    epsilon = float(rounding.up(witness.risk_root + remainder(around, witness, squared_distance, rounding)))
    best = None
    for rate in [eta] if eta is not None else [(1 - choice) / around.kernel for choice in CHI_GRID]:
        chi = 1 - float(rounding.up(rate * around.kernel)) - 4 * rounding.unit
        if chi <= 0 or steps < 1:
            continue
        root = rounding.up(epsilon + math.sqrt(epsilon**2 + chi * squared_distance / rounding.down(rate * steps)))
        value = float(rounding.up((root / (2 * rounding.down(chi))) ** 2))
        if best is None or value < best.value:
            best = Lyapunov(
                value=value,
                epsilon=epsilon,
                residual=witness.risk_root,
                distance=math.sqrt(squared_distance),
                chi=chi,
                eta=rate,
                steps=steps,
            )
    return best


def never_increases(around: Neighbourhood, eta: float, risk_root: float, rounding: Rounding) -> bool:
    """Tell whether a projected step of size eta cannot increase the risk once sqrt(R) <= risk_root."""
    curvature = around.kernel + risk_root * float(around.gamma.max()) / math.sqrt(len(around.gamma))
    return bool(rounding.up(eta * rounding.up(curvature)) <= 1)
