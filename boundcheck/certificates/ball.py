"""Suprema of derivatives of h_t over balls around theta_p(0), by a Taylor model over time (tier `certified-local`).

For theta in the ball of radius r, with z_k, h_k the norms of D^k z_t, D^k h_t at the centre, Z_k, A_k bounds of their
suprema over the ball (A_k' those of the time before), |w| <= W + r:
  Z_k <= min(z_k + r Z_{k+1}, k A'_{k-1} + (W + r) A'_k)      mean value theorem; triangle inequality
  |z(theta) - z(theta_p)| <= Delta = min(z_1 r + r^2 Z_2/2, Z_1 r),   S_k <= |sigma^(k)(z)| + Delta S_{k+1}, capped
  A_1 <= S_1 Z_1,  A_2 <= S_2 Z_1^2 + S_1 Z_2,  A_3 <= S_3 Z_1^3 + 3 S_2 Z_1 Z_2 + S_1 Z_3,
  A_4 <= S_4 Z_1^4 + 6 S_3 Z_1^2 Z_2 + S_2 (3 Z_2^2 + 4 Z_1 Z_3) + S_1 Z_4,
  A_5 <= S_5 Z_1^5 + 10 S_4 Z_1^3 Z_2 + S_3 (15 Z_1 Z_2^2 + 10 Z_1^2 Z_3) + S_2 (10 Z_2 Z_3 + 5 Z_1 Z_4) + S_1 Z_5,
each also <= h_k + r A_{k+1} (Faa di Bruno; section 10). S_k are ranges of sigma^(k) over the z that occur, not over R:
this is what the fourth-derivative margin of section 10 lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.problem import Problem
    from boundcheck.network.activation_table import ActivationTable
    from boundcheck.network.rounding import Rounding

HIGHEST = 5


def suprema(
    problem: Problem,
    block: slice,
    norms: dict[str, NDArray[np.float64]],
    radius: NDArray[np.float64],
    table: ActivationTable,
    rounding: Rounding,
) -> NDArray[np.float64]:
    """Bound rms over jt of sup ||D^k h_jt|| over each neuron's ball, k = 1..5: shape (5, b).

    Args:    norms: of `centre`, arrays (T, b, n); radius: (b,), balls within the range of the table.
    Raises:  ValueError if the table does not cover the pre-activations on the balls.
    """
    steps, b, n = norms["z1"].shape
    w, largest_input, r = problem.weights.w[block], problem.largest_input(), radius[:, None]
    if problem.range_of(float(radius.max())) > table.limit:
        message = f"the table must cover balls of radius {radius.max():.4g}; got |z| <= {table.limit:g} (a wider table)"
        raise ValueError(message)
    reach = np.abs(w)[:, None] + r
    A = [np.zeros((b, n)) for _ in range(HIGHEST + 1)]
    total = np.zeros((HIGHEST, b))
    for t in range(steps):
        at = {name: array[t] for name, array in norms.items()}
        Z = _pre_activation(at, A, r, reach, largest_input)
        shift = np.minimum(at["z1"] * r + 0.5 * r * r * Z[2], Z[1] * r)
        A = _state(at, Z, _ranges(at, shift, table), r, float(table.suprema[0]))
        for k in range(HIGHEST):
            total[k] += (A[k + 1] ** 2).sum(axis=1)
    return rounding.up(np.sqrt(total / (steps * n)))


def _pre_activation(at: Any, A: Any, r: Any, reach: Any, largest_input: float) -> list[Any]:
    Z: list[Any] = [None] * (HIGHEST + 1)
    for k in range(HIGHEST, 1, -1):
        Z[k] = k * A[k - 1] + reach * A[k]
        if k < 4:
            Z[k] = np.minimum(Z[k], at[f"z{k}"] + r * Z[k + 1])
    Z[1] = np.minimum(at["z1"] + r * Z[2], A[0] + largest_input + reach * A[1])
    return Z


def _ranges(at: Any, shift: Any, table: ActivationTable) -> list[Any]:
    """Bound |sigma^(k)| over the z that occur, k = 1..5."""
    S: list[Any] = [None] * (HIGHEST + 2)
    S[HIGHEST + 1] = table.suprema[HIGHEST + 1]
    for k in range(HIGHEST, 0, -1):
        S[k] = np.minimum(at[f"s{k}"] + shift * S[k + 1], table.suprema[k])
    return S


def _state(at: Any, Z: Any, S: Any, r: Any, largest_state: float) -> list[Any]:
    _, Z1, Z2, Z3, Z4, Z5 = Z
    square = Z1 * Z1
    A: list[Any] = [largest_state] + [None] * HIGHEST
    A[5] = (
        S[5] * square * square * Z1
        + 10 * S[4] * square * Z1 * Z2
        + S[3] * (15 * Z1 * Z2 * Z2 + 10 * square * Z3)
        + S[2] * (10 * Z2 * Z3 + 5 * Z1 * Z4)
        + S[1] * Z5
    )
    A[4] = S[4] * square * square + 6 * S[3] * square * Z2 + S[2] * (3 * Z2 * Z2 + 4 * Z1 * Z3) + S[1] * Z4
    A[3] = np.minimum(S[3] * square * Z1 + 3 * S[2] * Z1 * Z2 + S[1] * Z3, at["h3"] + r * A[4])
    A[2] = np.minimum(S[2] * square + S[1] * Z2, at["h2"] + r * A[3])
    A[1] = np.minimum(S[1] * Z1, at["h1"] + r * A[2])
    return A
