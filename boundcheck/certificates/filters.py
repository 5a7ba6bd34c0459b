"""How the linear dynamics forget: scalar filters over [0, lambda_max], and each pair's own, on a grid of powers.

With x = 2 eta lambda in [0, 1]: psi_j = max x (1-x)^j = j^j/(j+1)^(j+1); phi_j = max 2 eta sqrt(lambda) (1-x)^j =
sqrt(2 eta) max sqrt(x) (1-x)^j, at x = 1/(2j+1). For a pair, phi_{p,j} = 2 eta ||G_p^T Y^j||/sqrt(N), Y = I - 2 eta
k0, is non-increasing in j, so that values on a grid bound all others from the left.
lev_p bounds the norm of block row p of I - (I-M)^i, i <= tau, M = (eta/N) J^T J, J = (2/sqrt(m)) [c_p G_p]: it is
J_p^T (eta/N) S J with S = sum_{k<i} Y^k and J J^T = 2 N k0, of squared norm (4 eta/(m N)) ||G_p^T S (I - Y^i) G_p||,
increasing in i; S (I - Y^i) = sum_{k<i} (Y^k - Y^(k+i)).
Powers of Y are V mu^j V^T up to the errors of `spectrum`; mu are the doubles themselves, their powers are products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.symmetric import multi_indices, positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.spectrum import Spectrum
    from boundcheck.network.rounding import Rounding

LIBRARY_SLACK = 1e-9
"""Allowance for exp and log1p of the scalar filters, a million times their actual error."""


def psi(steps: int, rounding: Rounding) -> NDArray[np.float64]:
    """Return psi_0, ..., psi_{steps-1}, rounded up."""
    j = np.arange(steps, dtype=np.float64)
    return rounding.up(np.exp(-j * np.log1p(1 / np.maximum(j, 1))) / (j + 1) * (1 + LIBRARY_SLACK * rounding.rigorous))


def phi(steps: int, eta: float, rounding: Rounding) -> NDArray[np.float64]:
    """Return phi_0, ..., phi_{steps-1}, rounded up."""
    j = np.arange(steps, dtype=np.float64)
    decay = np.exp(-j * np.log1p(1 / np.maximum(2 * j, 1)))
    return rounding.up(np.sqrt(2 * eta / (2 * j + 1)) * decay * (1 + LIBRARY_SLACK * rounding.rigorous))


def power_grid(steps: int) -> NDArray[np.intp]:
    """Return increasing powers 0 = j_0 < j_1 < ... <= steps - 1 at which the filters of pairs are evaluated."""
    spread = np.floor(np.geomspace(6, steps - 1, 40)) if steps > 7 else np.arange(0)
    return np.unique(np.concatenate([np.arange(min(steps, 6)), spread])).astype(np.intp)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilterBasis:
    """Weights of the eigenvectors at the powers of the grid and for the leverage, with the errors of V mu^j V^T.

    powers: (N, steps), mu^j; squares: (N, grid); leverage: (N,); power_errors: (grid,); leverage_error: a number.
    """

    eta: float
    grid: NDArray[np.intp]
    powers: NDArray[np.float64]
    squares: NDArray[np.float64]
    leverage: NDArray[np.float64]
    power_errors: NDArray[np.float64]
    leverage_error: float


def filter_basis(spectrum: Spectrum, eta: float, steps: int, rounding: Rounding) -> FilterBasis:
    """Prepare the filters for a step size <= 1/(2 lambda_max) and a number of steps."""
    N, grid = len(spectrum.values), power_grid(steps)
    mu = np.clip(1 - 2 * eta * spectrum.values, 0.0, 1.0)
    powers = np.empty((N, steps + 1))
    powers[:, 0] = 1.0
    for j in range(1, steps + 1):
        np.multiply(powers[:, j - 1], mu, out=powers[:, j])
    excess = max(0.0, 2 * eta * float(spectrum.values.max()) - 1) + 4 * rounding.unit
    slip = 2 * eta * spectrum.residual + excess * np.sqrt(N) * (1 + spectrum.defect)
    slip = rounding.up(slip * (1 + spectrum.defect)) if rounding.rigorous else 0.0
    worst = slip * steps + spectrum.defect * rounding.rigorous
    return FilterBasis(
        eta=eta,
        grid=grid,
        powers=powers[:, :-1],
        squares=powers[:, grid] ** 2,
        leverage=(1 - powers[:, -1]) * powers[:, :-1].sum(axis=1),
        power_errors=rounding.up(slip * grid + spectrum.defect * rounding.rigorous),
        leverage_error=rounding.up(3 * steps * (worst + rounding.gamma(3 * steps + 8))),
    )


def pair_filters(
    gradient: Any, m: int, spectrum: Spectrum, basis: FilterBasis, rounding: Rounding
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bound phi_{p,j} on the grid, shape (grid, b), and lev_p, shape (b,), for a block of pairs.

    Rounding: t = F (gradient error + gamma(N) sqrt(N)) (1 + defect) bounds the error of G_p^T V divided by sqrt(N),
    with F >= ||G_p||_F/sqrt(N); sums of products lose at most gamma(2N + 2 steps) of the trace, <= q times the largest.

    Args:    gradient: (q, b, N), right up to spectrum.gradient_error * spectrum.frobenius in every row.
    """
    q, b, rows = gradient.shape
    turned = (gradient.reshape(-1, rows) @ spectrum.vectors).reshape(q, b, rows)
    pairs = np.stack([turned[i] * turned[j] for i, j in multi_indices(q, 2)])
    weights = np.concatenate([basis.squares, basis.leverage[:, None]], axis=1)
    packed = (pairs.reshape(-1, rows) @ weights).reshape(len(pairs), b, -1)
    lost = 1 + q * rounding.gamma(2 * rows + 2 * basis.powers.shape[1] + 16)
    largest = _largest(packed[positions(q, 2)]) / rows * lost
    size, scale = spectrum.frobenius, 1 + spectrum.defect
    shift = size * (spectrum.gradient_error + rounding.gamma(rows) * np.sqrt(rows)) * scale
    size += size * spectrum.gradient_error
    root = (np.sqrt(largest[:, :-1]) + shift) * scale + size * basis.power_errors
    square = largest[:, -1] + size**2 * basis.leverage_error
    square += (2 * size + shift) * shift * float(basis.leverage.max(initial=0.0))
    leverage = np.minimum(rounding.up(np.sqrt(4 * basis.eta / m * square)), 1.0)
    return rounding.up(2 * basis.eta * root).T, leverage


def _largest(matrices: Any) -> Any:
    """Bound the largest eigenvalue of positive semidefinite (q, q, ...) matrices by (trace of the 8th power)^(1/8)."""
    stack = np.moveaxis(matrices, (0, 1), (-2, -1))
    scale = np.maximum(np.einsum("...ii->...", stack), 1e-300)
    stack = stack / scale[..., None, None]
    square = stack @ stack
    fourth = square @ square
    return scale * (fourth**2).sum(axis=(-1, -2)) ** 0.125
