"""The reference path of certificate B: the linear path and its first nonlinear correction, for all steps at once.

With kappa = 2 eta/(N sqrt(m)), c_p the sign of a pair, tensors G, H, K at Theta(0) and E1(s) in R^N given doubles:
  a1_p(s) = - kappa c_p G_p^T sum_{k<s} E1(k)                      (antisymmetric part, first order)
  s2_p(s) = - kappa c_p sum_{k<s} H_p[E1(k)] a1_p(k)               (symmetric part, second order)
  q3(s)   = (2/sqrt(m)) sum_p c_p { H_p[a1, s2] + K_p[a1,a1,a1]/6 }   (output beyond the linear model, third order)
  g3_p(s) = kappa c_p { H_p[E1] s2 + K_p[E1][a1,a1]/2 }            (gradient beyond the linear model)
  a3_p(s) = - kappa c_p G_p^T sum_{k<s} E3(k) - sum_{k<s} g3_p(k)
where H[E] = sum_jt E_jt D2 h_jt. The predicted error is E1 + E3. It need not be exact: what enters the certificate is
  defect(s) >= || J (a1 + a3) + q3 - y - E1 - E3 ||,   J a = (2/sqrt(m)) sum_p c_p G_p a_p,  J J^T = 2 N k0,
computed from the doubles E1, E3 themselves: J a1 = -2 eta k0 sum E1 and J a3 = -2 eta k0 sum E3 - sum J g3.

Rounding: rho bounds the relative normwise error of G, H, K and gamma of every sum involved. With F_G, F_H, F_K the
largest rms Frobenius norms and e(k) >= ||E1(k)||, magnitudes N1 >= ||a1||, N2 >= ||s2||, NG >= ||g3||, NQ >= ||q3||,
NJ >= ||sum J g3|| follow by the triangle inequality, and each computed quantity is right up to SHARE rho times its
magnitude (SHARE = 24: q3 and sum J g3 lose most, 4 rho for each a1, 8 rho for s2, 2 rho for H[E] and K[E], rho for each
further tensor, product and sum: at most 16; rho <= 2^-20, which is checked, leaves room for products of errors).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.symmetric import multi_indices, multiplicity_roots
from boundcheck.network.rounding import root_mean_square

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.centre import Centre
    from boundcheck.certificates.problem import Problem
    from boundcheck.certificates.spectrum import Spectrum
    from boundcheck.network.rounding import Rounding

SUB_BLOCK = 32
SHARE = 24
COARSEST = 2.0**-20


def before(array: Any, axis: int = -1) -> Any:
    """Return sums over all earlier steps: entry s is the sum of entries k < s."""
    total = np.cumsum(array, axis=axis)
    total = np.roll(total, 1, axis=axis)
    index = [slice(None)] * array.ndim
    index[axis] = slice(0, 1)
    total[tuple(index)] = 0.0
    return total


@dataclass(eq=False)
class Accumulator:
    """Sums over pairs that one pass over the blocks collects; S = steps + 1 columns.

    error1: E1 (N, S); sums: sum_{k<s} E1(k); q3, jg3: (N, S); a_w, a_u, s2, g3: (S, P) norms of the w- and u-parts of
    a1, of s2 and of sum_{k<s} g3; largest: (F_G, F_H, F_K); tensor_errors: absolute.
    """

    problem: Problem
    eta: float
    error1: NDArray[np.float64]
    q3: NDArray[np.float64]
    jg3: NDArray[np.float64]
    a_w: NDArray[np.float64]
    a_u: NDArray[np.float64]
    s2: NDArray[np.float64]
    g3: NDArray[np.float64]
    sums: NDArray[np.float64]
    largest: list[float]
    tensor_errors: list[float]

    @classmethod
    def start(cls, problem: Problem, eta: float, spectrum: Spectrum, powers: NDArray[np.float64]) -> Accumulator:
        """Take E1(s) = -V mu^s V^T y, whatever V and mu are worth."""
        error1 = -spectrum.vectors @ (powers * (spectrum.vectors.T @ problem.targets)[:, None])
        S, P = error1.shape[1], problem.pairs
        return cls(
            problem=problem,
            eta=eta,
            error1=error1,
            sums=before(error1),
            q3=np.zeros_like(error1),
            jg3=np.zeros_like(error1),
            a_w=np.empty((S, P)),
            a_u=np.empty((S, P)),
            s2=np.empty((S, P)),
            g3=np.empty((S, P)),
            largest=[0.0, 0.0, 0.0],
            tensor_errors=[0.0, 0.0, 0.0],
        )

    def add(self, block: slice, part: Centre) -> None:
        """Add a block of pairs with all its tensors."""
        rows = self.problem.rows
        for k, tensor in enumerate((part.gradient, part.hessian, part.third)):
            size = float(np.sqrt((tensor**2).sum(axis=(0, 2)).max() / rows)) if tensor is not None else 0.0
            self.largest[k] = max(self.largest[k], size)
            self.tensor_errors[k] = max(self.tensor_errors[k], part.errors[k])
        for first in range(block.start, block.stop, SUB_BLOCK):
            here = slice(first, min(first + SUB_BLOCK, block.stop))
            local = slice(here.start - block.start, here.stop - block.start)
            self._add(here, part.gradient[:, local], part.hessian[:, local], part.third[:, local])  # type: ignore[index]

    def _add(self, here: slice, G: Any, H: Any, K: Any) -> None:
        c = self.problem.weights.c[here][:, None]
        rate = self._rate()
        a1 = -rate * c * _rows(G, self.sums)
        on_h, on_k = _rows(H, self.error1), _rows(K, self.error1)
        q = len(a1)
        s2 = before(-rate * c * _matrix_vector(on_h, a1, q))
        g3 = rate * c * (_matrix_vector(on_h, s2, q) + 0.5 * _cubic_gradient(on_k, a1, q))
        scale = 2 / np.sqrt(self.problem.m)
        self.q3 += _columns(scale * c[None] * H, _packed_product(a1, s2, q))
        self.q3 += _columns(scale / 6 * c[None] * K, _packed_cube(a1, q))
        self.jg3 += _columns(scale * c[None] * G, g3)
        self.a_w[:, here] = np.abs(a1[0]).T
        self.a_u[:, here] = np.sqrt((a1[1:] ** 2).sum(axis=0)).T
        self.s2[:, here] = np.sqrt((s2**2).sum(axis=0)).T
        total = before(g3)
        self.g3[:, here] = np.sqrt((total**2).sum(axis=0)).T

    def _rate(self) -> float:
        return float(2 * self.eta / (self.problem.rows * np.sqrt(self.problem.m)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """What the tracking recursion needs of the reference path, rounded up; S columns, one a step, P pairs.

    total: ||E1 + E3||; correction: ||E3||; linear: ||E1||; defect: see above; all (S,). a_w, a_u, a3, s2: (S, P), norms
    of the parts of a1, of a3 and of s2; g3: (S,), root sum of squares over the pairs of ||sum_{k<s} g3(k)||.
    error3_sums: (N, S), sum_{k<s} E3(k); dual_sums: sum_{k<s} (E1 + E3)(k); path_length: (S,), sum of the norms of what
    dual_sums adds up, noise: of the part of a3 along the gradients.
    """

    eta: float
    total: NDArray[np.float64]
    correction: NDArray[np.float64]
    linear: NDArray[np.float64]
    defect: NDArray[np.float64]
    a_w: NDArray[np.float64]
    a_u: NDArray[np.float64]
    a3: NDArray[np.float64]
    s2: NDArray[np.float64]
    error3_sums: NDArray[np.float64]
    dual_sums: NDArray[np.float64]
    g3: NDArray[np.float64]
    path_length: NDArray[np.float64]
    noise: NDArray[np.float64]

    @property
    def steps(self) -> int:
        """Return tau: the path has the columns 0..tau."""
        return len(self.total) - 1


def finish(sums: Accumulator, spectrum: Spectrum, rounding: Rounding) -> Reference:
    """Solve for E3 and bound the defect of E1 + E3; `a3` still lacks its part along the gradients (`add_third`)."""
    eta, error1 = sums.eta, sums.error1
    error3 = _third_order_error(sums, spectrum.kernel)
    sums3 = before(error3)
    e1, e3 = root_mean_square(error1, 0), root_mean_square(error3, 0)
    rho, size = _relative_unit(sums, rounding), _magnitudes(sums, e1)
    third = rounding.up(sums.g3 + SHARE * rho * size["g3"][:, None])
    noise = SHARE * rho * (2 * eta / np.sqrt(sums.problem.m)) * sums.largest[0] * before(e3)
    return Reference(
        eta=eta,
        total=rounding.up(root_mean_square(error1 + error3, 0)),
        correction=rounding.up(e3),
        linear=rounding.up(e1),
        defect=_defect(sums, spectrum, error3, sums3, SHARE * rho * (size["q3"] + size["jg3"]), rounding),
        a_w=rounding.up(sums.a_w + SHARE * rho * size["a1"][:, None]),
        a_u=rounding.up(sums.a_u + SHARE * rho * size["a1"][:, None]),
        a3=third,
        s2=rounding.up(sums.s2 + SHARE * rho * size["s2"][:, None]),
        error3_sums=sums3,
        dual_sums=sums.sums + sums3,
        g3=rounding.up(np.sqrt((third**2).sum(axis=1))),
        path_length=rounding.up(np.sqrt(sums.problem.rows) * before(e1 + e3)),
        noise=rounding.up(noise),
    )


def add_third(reference: Reference, problem: Problem, block: slice, gradient: Any, rounding: Rounding) -> None:
    """Add ||kappa G_p^T sum_{k<s} E3(k)|| to `a3` for a block of pairs."""
    rate = 2 * reference.eta / (problem.rows * np.sqrt(problem.m))
    along = np.sqrt(((rate * _rows(gradient, reference.error3_sums)) ** 2).sum(axis=0)).T
    reference.a3[:, block] = rounding.up(reference.a3[:, block] + along + reference.noise[:, None])


def _third_order_error(sums: Accumulator, kernel: Any) -> Any:
    """Run J a3(s+1) = J a3(s) - 2 eta k0 E3(s) - J g3(s), E3 = J a3 + q3."""
    error3, state = np.empty_like(sums.error1), np.zeros(len(kernel))
    for s in range(error3.shape[1]):
        error3[:, s] = state + sums.q3[:, s]
        state = state - 2 * sums.eta * (kernel @ error3[:, s]) - sums.jg3[:, s]
    return error3


def _defect(sums: Accumulator, spectrum: Spectrum, error3: Any, sums3: Any, noise: Any, rounding: Rounding) -> Any:
    """Bound ||J (a1 + a3) + q3 - y - E1 - E3|| for every step; noise: errors of q3 and sum J g3."""
    targets, eta, (N, S) = sums.problem.targets, sums.eta, error3.shape
    drive = before(sums.jg3)
    left = -2 * eta * (spectrum.kernel @ (sums.sums + sums3)) - drive + sums.q3
    left -= targets[:, None] + sums.error1 + error3
    weight = 2 * eta * float(np.linalg.norm(spectrum.kernel))
    paths = before(root_mean_square(sums.error1, 0)) + before(root_mean_square(error3, 0))
    around = weight * paths + sum(root_mean_square(part, 0) for part in (drive, sums.q3, sums.error1, error3))
    lost = rounding.gamma(N + S + 16) * (around + root_mean_square(targets)) + 2 * eta * spectrum.error * paths
    return rounding.up(root_mean_square(left, 0) + (lost + noise) * rounding.rigorous)


def _magnitudes(sums: Accumulator, e1: Any) -> dict[str, Any]:
    """Bound the norms of a1, s2, q3, sum g3 and sum J g3 by the triangle inequality (every pair at once)."""
    (FG, FH, FK), root = sums.largest, np.sqrt(sums.problem.m)
    rate = 2 * sums.eta / root
    a1 = rate * FG * before(e1)
    s2 = rate * FH * before(e1 * a1)
    g3 = before(rate * e1 * (FH * s2 + FK * a1**2 / 2))
    return {"a1": a1, "s2": s2, "q3": root * (FH * a1 * s2 + FK * a1**3 / 6), "g3": g3, "jg3": root * FG * g3}


def _relative_unit(sums: Accumulator, rounding: Rounding) -> float:
    """Return rho; ValueError if rounding errors are not small (ill-scaled data)."""
    N, S = sums.error1.shape
    longest = len(multi_indices(sums.problem.parameters, 3)) * SUB_BLOCK + sums.problem.pairs // SUB_BLOCK
    relative = [error / size for error, size in zip(sums.tensor_errors, sums.largest, strict=True) if size > 0]
    rho = max([0.0, *relative, rounding.gamma(N + 16), rounding.gamma(S + 16), rounding.gamma(longest + 32)])
    if rho > COARSEST:
        message = f"rounding errors must be small, rho <= 2^-20; got {rho:.3g} (scale the inputs to ||x_t|| <= 1)"
        raise ValueError(message)
    return rounding.up(rho) if rounding.rigorous else 0.0


def _rows(tensor: Any, columns: Any) -> Any:
    """Contract the rows: (k, b, N) with (N, S) to (k, b, S)."""
    k, b, rows = tensor.shape
    return (tensor.reshape(k * b, rows) @ columns).reshape(k, b, -1)


def _columns(tensor: Any, values: Any) -> Any:
    """Contract components and neurons: (k, b, N) with (k, b, S) to (N, S)."""
    k, b, rows = tensor.shape
    return tensor.reshape(k * b, rows).T @ values.reshape(k * b, -1)


def _matrix_vector(packed: Any, vector: Any, q: int) -> Any:
    """Apply packed symmetric matrices (q(q+1)/2, b, S) to vectors (q, b, S)."""
    result, weights = np.zeros_like(vector), multiplicity_roots(q, 2)
    for k, (i, j) in enumerate(multi_indices(q, 2)):
        entry = packed[k] / weights[k]
        result[i] += entry * vector[j]
        if i != j:
            result[j] += entry * vector[i]
    return result


def _cubic_gradient(packed: Any, vector: Any, q: int) -> Any:
    """Return K[a, a] for packed symmetric tensors of order 3: the entry i sums K_ijk a_j a_k."""
    result, weights = np.zeros_like(vector), multiplicity_roots(q, 3)
    for place, index in enumerate(multi_indices(q, 3)):
        entry = packed[place] * (weights[place] / 3)
        for i in set(index):
            rest = list(index)
            rest.remove(i)
            result[i] += (index.count(i) * entry) * (vector[rest[0]] * vector[rest[1]])
    return result


def _packed_product(x: Any, y: Any, q: int) -> Any:
    """Return sym(x y^T) packed."""
    weights = multiplicity_roots(q, 2)
    return np.stack([weights[k] / 2 * (x[i] * y[j] + x[j] * y[i]) for k, (i, j) in enumerate(multi_indices(q, 2))])


def _packed_cube(x: Any, q: int) -> Any:
    weights = multiplicity_roots(q, 3)
    return np.stack([weights[k] * x[i] * x[j] * x[h] for k, (i, j, h) in enumerate(multi_indices(q, 3))])
