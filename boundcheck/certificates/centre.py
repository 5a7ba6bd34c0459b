"""Value and first three derivatives of every h_t at theta_p(0), for a block of neurons, with proven normwise errors.

With D the derivative in theta = (w, u), e the unit vector of w, and everything symmetrised (section 10, Lemma 1):
  D z = h' e + x + w D h',  D2 z = 2 sym(e, D h') + w D2 h',  D3 z = 3 sym(e, D2 h') + w D3 h',   h' = h_{t-1};
  D h = s1 Dz,  D2 h = s2 Dz Dz + s1 D2 z,  D3 h = s3 Dz Dz Dz + 3 s2 sym(Dz, D2 z) + s1 D3 z,   s_k = sigma^(k)(z).
Rounding: `_Errors` carries one number per quantity and time, a bound of the norm of its error for every neuron of the
block and every sample: from norms n_X of the computed X it adds, for each product, n_X err_Y + n_Y err_X + err_X err_Y
and for each sum the unit times the norms of the parts (times the number of roundings an entry sees, at most 12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.symmetric import multi_indices, multiplicity_roots, norm_bound
from boundcheck.network.rounding import Rounding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.problem import Problem
    from boundcheck.network.activation_table import ActivationTable

ROUNDINGS = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Centre:
    """Tensors of a block of b neurons at Theta(0); rows as in Problem (N = nT, sample fastest).

    gradient: (q, b, N); hessian: (q(q+1)/2, b, N) packed; third: packed, or None; norms: arrays (T, b, n), upper bounds
    at every time of ||Dz||, ||D2 z||, ||D3 z||, ||Dh||, ||D2 h||, ||D3 h|| and |sigma^(k)(z)|, k = 1..5;
    errors: normwise error of gradient, hessian, third, for every row; value: |h| bound.
    """

    gradient: NDArray[np.float64]
    hessian: NDArray[np.float64] | None
    third: NDArray[np.float64] | None
    norms: dict[str, NDArray[np.float64]]
    errors: tuple[float, float, float]


def centre(
    problem: Problem, block: slice, table: ActivationTable, rounding: Rounding, order: int = 3, norms: bool = True
) -> Centre:
    """Evaluate the derivatives of a block of neurons at Theta(0).

    Args:    order: highest derivative, 1 to 3; norms: whether the norms for suprema over balls are wanted.
    """
    recursion = _Recursion(problem, block, order, rounding)
    kept: list[list[Any]] = [[] for _ in range(order)]
    records: list[dict[str, Any]] = []
    for x in np.ascontiguousarray(problem.X.transpose(1, 2, 0)):
        record = recursion.advance(x, table, norms)
        for k in range(order):
            kept[k].append(recursion.h[k + 1])
        if norms:
            records.append(record)
    stacked: list[Any] = [np.stack(parts, axis=2).reshape(parts[0].shape[0], parts[0].shape[1], -1) for parts in kept]
    stacked += [None] * (3 - order)
    errors = tuple(rounding.up(e) for e in recursion.worst) + (0.0,) * (3 - order)
    arrays = {name: np.stack([record[name] for record in records]) for name in records[0]} if norms else {}
    return Centre(gradient=stacked[0], hessian=stacked[1], third=stacked[2], norms=arrays, errors=errors)


class _Recursion:
    """State of the recursion over time: h and its packed derivatives (components, b, n), and their errors."""

    def __init__(self, problem: Problem, block: slice, order: int, rounding: Rounding) -> None:
        self.w, self.u = problem.weights.w[block][:, None], problem.weights.u[block]
        self.q, self.order, self.rounding = problem.parameters, order, rounding
        b, n = len(self.u), problem.X.shape[0]
        sizes = [1, *(len(multi_indices(self.q, k)) for k in range(1, order + 1))]
        self.h = [np.zeros((size, b, n)) for size in sizes]
        self.err = [0.0] * (order + 1)
        self.worst = [0.0] * order
        self.largest_w = float(np.abs(self.w).max())
        self.drive = float(np.sqrt((self.u**2).sum(axis=1).max())) * problem.largest_input()
        self.input = problem.largest_input()

    def advance(self, x: Any, table: ActivationTable, norms: bool) -> dict[str, Any]:
        before, w, q = self.h, self.w, self.q
        value = w * before[0][0] + self.u @ x
        s = table.evaluate(value, 6 if norms else self.order + 1)
        z = [value, w * before[1]]
        z[1][0] += before[0][0]
        z[1][1:] += x[:, None]
        for k in range(2, self.order + 1):
            z.append(w * before[k] + _with_unit_vector(before[k - 1], q, k))
        self.h = [s[:1], s[1] * z[1]]
        if self.order > 1:
            self.h.append(s[2] * _square(z[1], q) + s[1] * z[2])
        if self.order > 2:
            self.h.append(s[3] * _cube(z[1], q) + s[2] * _mixed(z[1], z[2], q) + s[1] * z[3])
        error_z = self._errors(before, z, s, table)
        return self._norms(z, s, error_z, table) if norms else {}

    def _errors(self, before: Any, z: Any, s: Any, table: ActivationTable) -> list[float]:
        """Advance the error bounds; return those of z and its derivatives."""
        unit = ROUNDINGS * self.rounding.unit
        if not unit:
            return [0.0] * (self.order + 1)
        d, W, err = self.q - 1, self.largest_w, self.err
        size = [_largest(part) for part in before]
        ez = [W * err[0] + self.rounding.gamma(d + 3) * (W * size[0] + self.drive)]
        ez.append(W * err[1] + err[0] + unit * (W * size[1] + size[0] + self.input))
        for k in range(2, self.order + 1):
            ez.append(W * err[k] + k * err[k - 1] + unit * (W * size[k] + k * size[k - 1]))
        nz = [_largest(part) for part in z]
        es = [table.suprema[k + 1] * ez[0] + table.errors[k] for k in range(self.order + 1)]
        ns = [float(np.abs(s[k]).max()) for k in range(self.order + 1)]
        new = [es[0], _product(ns[1], es[1], nz[1], ez[1], unit)]
        if self.order > 1:
            square = _product(nz[1], ez[1], nz[1], ez[1], unit)
            new.append(_product(ns[2], es[2], nz[1] ** 2, square, unit) + _product(ns[1], es[1], nz[2], ez[2], unit))
        if self.order > 2:
            cube = _product(nz[1] ** 2, square, nz[1], ez[1], unit)
            mixed = 3 * _product(nz[1], ez[1], nz[2], ez[2], unit)
            new.append(
                _product(ns[3], es[3], nz[1] ** 3, cube, unit)
                + _product(ns[2], es[2], 3 * nz[1] * nz[2], mixed, unit)
                + _product(ns[1], es[1], nz[3], ez[3], unit)
            )
        self.err = [self.rounding.up(e) for e in new]
        self.worst = [max(old, e) for old, e in zip(self.worst, self.err[1:], strict=True)]
        return [self.rounding.up(e) for e in ez]

    def _norms(self, z: Any, s: Any, error_z: list[float], table: ActivationTable) -> dict[str, Any]:
        """Return upper bounds of the norms that the suprema over balls start from."""
        record = {}
        for name, parts, errors in (("z", z, error_z), ("h", self.h, self.err)):
            record[name + "1"] = np.sqrt(np.einsum("k...,k...->...", parts[1], parts[1])) + errors[1]
            for k in range(2, self.order + 1):
                record[f"{name}{k}"] = norm_bound(parts[k], self.q, k) + errors[k]
        record |= {f"s{k}": np.abs(s[k]) for k in range(1, 6)}
        if self.rounding.rigorous:
            for k in range(1, 6):
                record[f"s{k}"] += table.suprema[k + 1] * error_z[0] + table.errors[k]
        return {name: self.rounding.up(part) for name, part in record.items()}


def _product(x: float, ex: float, y: float, ey: float, unit: float) -> float:
    """Error of a product whose computed factors have norms x, y and errors ex, ey."""
    return x * ey + y * ex + ex * ey + unit * (x + ex) * (y + ey)


def _largest(part: Any) -> float:
    flat = part if part.ndim == 3 else part[None]
    return float(np.sqrt(np.einsum("k...,k...->...", flat, flat).max())) * (1 + 1e-12)


def _with_unit_vector(tensor: Any, q: int, order: int) -> Any:
    """Return order * sym(e_w, tensor) packed: each entry gets one term for every index that is w."""
    weights, lower = multiplicity_roots(q, order), multiplicity_roots(q, order - 1)
    place = {index: k for k, index in enumerate(multi_indices(q, order - 1))}
    result = np.zeros((len(weights), *tensor.shape[1:]))
    for k, index in enumerate(multi_indices(q, order)):
        count = index.count(0)
        if count:
            rest = place[index[1:]]
            np.multiply(tensor[rest], count * weights[k] / lower[rest], out=result[k])
    return result


def _square(v: Any, q: int) -> Any:
    weights = multiplicity_roots(q, 2)
    return np.stack([weights[k] * v[i] * v[j] for k, (i, j) in enumerate(multi_indices(q, 2))])


def _cube(v: Any, q: int) -> Any:
    weights = multiplicity_roots(q, 3)
    return np.stack([weights[k] * v[i] * v[j] * v[h] for k, (i, j, h) in enumerate(multi_indices(q, 3))])


def _mixed(v: Any, matrix: Any, q: int) -> Any:
    """Return 3 sym(v, matrix) packed."""
    weights, lower = multiplicity_roots(q, 3), multiplicity_roots(q, 2)
    place = {index: k for k, index in enumerate(multi_indices(q, 2))}
    result = np.empty((len(weights), *v.shape[1:]))
    for k, (i, j, h) in enumerate(multi_indices(q, 3)):
        a, b, c = place[(j, h)], place[(i, h)], place[(i, j)]
        total = v[i] * (matrix[a] / lower[a])
        total += v[j] * (matrix[b] / lower[b])
        total += v[h] * (matrix[c] / lower[c])
        result[k] = weights[k] * total
    return result
