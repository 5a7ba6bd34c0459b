"""The tangent kernel of the data at Theta(0), its largest eigenvalue from above, and the filters (I - 2 eta k0)^j.

k0 = (2/(mN)) sum_p G_p G_p^T is never known exactly: `kernel` stands for a symmetric matrix of doubles with
||k0 - kernel|| <= error. No output of `eigh` is trusted: its vectors V (any matrix would do) enter through

* largest eigenvalue: x = V z gives lambda_max(A) = max z^T D z / z^T V^T V z <= max_i sum_j |D_ij| / (1 - delta) with
  D = V^T A V and delta >= ||V^T V - I|| (Gershgorin; valid as the bound is >= 0; the computed D is wrong by at most
  sqrt(N) gamma(2N) ||V||_F^2 ||A||_F in a row);
* powers: with R = k0 V - V Lambda, mu = 1 - 2 eta Lambda in [0, 1] and ||I - 2 eta k0|| <= 1,
  (I - 2 eta k0)^j V = V mu^j - 2 eta sum_i (I - 2 eta k0)^(j-1-i) R mu^i, hence
  ||(I - 2 eta k0)^j - V mu^j V^T|| <= 2 eta j ||R|| ||V|| + ||I - V V^T||.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.centre import centre

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.problem import Problem
    from boundcheck.network.activation_table import ActivationTable
    from boundcheck.network.rounding import Rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spectrum:
    """The kernel k0 (N, N) with an approximate eigenbasis and what is proven of it.

    kernel: symmetric doubles, ||k0 - kernel|| <= error; largest: >= lambda_max(k0); vectors (N, N), values (N,) >= 0:
    approximate; residual >= ||k0 V - V diag(values)||; defect >= ||V^T V - I|| = ||V V^T - I||; frobenius: largest rms
    Frobenius norm of a gradient block G_p; gradient_error: relative to it.
    """

    kernel: NDArray[np.float64]
    error: float
    largest: float
    vectors: NDArray[np.float64]
    values: NDArray[np.float64]
    residual: float
    defect: float
    frobenius: float
    gradient_error: float


def tangent_spectrum(problem: Problem, table: ActivationTable, rounding: Rounding) -> Spectrum:
    """Accumulate k0 over blocks of neurons and enclose what the certificates need of its spectrum.

    Entry errors: sum over p of 2 ||G_p|| err + err^2 for the tensors and gamma(l) ||G_p||^2 for sums of length l, in
    Frobenius norm; (2/(mN)) N P = 1 turns sums over pairs into maxima. An asymmetric initialisation sums all neurons.
    """
    rows, halves = problem.rows, 1 if problem.is_symmetric else 2
    kernel, frobenius, error, count, longest = np.zeros((rows, rows)), 0.0, 0.0, 0, 0
    for block in problem.blocks(halves=halves):
        part = centre(problem, block, table, rounding, order=1, norms=False)
        flat = part.gradient.reshape(-1, rows)
        kernel += flat.T @ flat
        frobenius = max(frobenius, float(np.sqrt((part.gradient**2).sum(axis=(0, 2)).max() / rows)))
        error, count, longest = max(error, part.errors[0]), count + 1, max(longest, len(flat))
    kernel *= (2 if halves == 1 else 1) / (problem.m * rows)
    kernel = (kernel + kernel.T) / 2
    frobenius = rounding.up(frobenius)
    total = 2 * frobenius * error + error**2 + rounding.gamma(longest + count + 8) * frobenius**2
    return _enclose(kernel, rounding.up(total), frobenius, error / frobenius if frobenius else 0.0, rounding)


def _enclose(kernel: Any, error: float, frobenius: float, gradient_error: float, rounding: Rounding) -> Spectrum:
    values, vectors = np.linalg.eigh(kernel)
    values = np.maximum(values, 0.0)
    N, size = len(kernel), float(np.linalg.norm(kernel))
    length = float(np.linalg.norm(vectors))
    defect = orthogonality_defect(vectors, rounding)
    residual = float(np.linalg.norm(kernel @ vectors - vectors * values))
    residual += (rounding.gamma(N + 4) * (size + values.max()) + error) * length
    return Spectrum(
        kernel=kernel,
        error=error,
        largest=rounding.up(largest_eigenvalue(kernel, rounding) + error),
        vectors=vectors,
        values=values,
        residual=rounding.up(residual),
        defect=defect,
        frobenius=frobenius,
        gradient_error=gradient_error,
    )


def orthogonality_defect(vectors: Any, rounding: Rounding) -> Any:
    """Bound ||V^T V - I|| for one or a stack of square matrices, in Frobenius norm."""
    N = vectors.shape[-1]
    product = np.swapaxes(vectors, -1, -2) @ vectors - np.eye(N)
    squares = (vectors**2).sum(axis=(-1, -2))
    return rounding.up(np.sqrt((product**2).sum(axis=(-1, -2))) + rounding.gamma(N + 2) * (squares + N))


def largest_eigenvalue(matrices: Any, rounding: Rounding) -> Any:
    """Bound the largest eigenvalue of symmetric matrices of doubles (..., N, N) from above (0 if it is negative)."""
    matrices = (matrices + np.swapaxes(matrices, -1, -2)) / 2
    values, vectors = np.linalg.eigh(matrices)
    if not rounding.rigorous:
        return np.maximum(values[..., -1], 0.0)
    N = matrices.shape[-1]
    image = np.swapaxes(vectors, -1, -2) @ matrices @ vectors
    squares = (vectors**2).sum(axis=(-1, -2))
    slack = rounding.gamma(2 * N + 8) * np.sqrt(N) * squares * np.sqrt((matrices**2).sum(axis=(-1, -2)))
    spread = np.abs(image).sum(axis=-1).max(axis=-1)
    return rounding.up((spread + slack) / np.maximum(1 - orthogonality_defect(vectors, rounding), 1e-300))


def gram_norms(tensors: Any, error: float, rounding: Rounding) -> Any:
    """Bound (1/sqrt(N)) times the operator norms of the N-row matrices with columns tensors[:, p], for every p.

    Args:    tensors: (components, b, N) with rows that are right up to `error` in norm.
    """
    components, _, rows = tensors.shape
    stacked = np.ascontiguousarray(tensors.transpose(1, 0, 2))
    gram = stacked @ stacked.transpose(0, 2, 1)
    trace = np.einsum("pii->p", gram)
    largest = largest_eigenvalue(gram, rounding) + rounding.gamma(rows + components) * trace
    return rounding.up(np.sqrt(largest / rows) + error)
