"""sigma and its derivatives on arrays of doubles with proven errors: Taylor polynomials on cells, enclosed by Arb.

NumPy promises no accuracy for its elementary functions, so none of them is used. The real line is cut into cells of
width 1/16 with centres c = i/16. On each, the Taylor coefficients a_k of sigma at c, k <= DEGREE, come from jets of
balls at 80 bits; the coefficient DEGREE + 1 over the whole cell bounds the remainder. With t = z - c (exact: c is a
multiple of 1/16 and |t| <= 1/32) the j-th derivative is sum_i (i)_j a_i t^(i-j), by Horner's rule, with an error of at
most sum_i (i)_j (gamma(2(i-j)+3) |a_i| + radius_i) |t|^(i-j) + remainder: one number per j, the worst over the cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.network.rounding import OUTWARD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.activations import Activation

LARGEST_RANGE = 64.0
"""Pre-activations beyond this size are refused."""
DEGREE = 12
CELLS_PER_UNIT = 16
HALF_CELL = 1 / 32
ORDERS = 6
"""Derivatives that are evaluated: sigma to sigma^(5)."""
SUPREMA = 7
"""Derivatives whose supremum over the table is enclosed: sigma to sigma^(6)."""
BITS = 80


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ActivationTable:
    """Taylor polynomials of sigma on [-limit, limit].

    coefficients: (cells, DEGREE + 1, ORDERS), those of the j-th derivative last; errors: (ORDERS,) absolute;
    suprema: (SUPREMA,) upper bounds of |sigma^(j)| on [-limit, limit].
    """

    limit: float
    coefficients: NDArray[np.float64]
    errors: NDArray[np.float64]
    suprema: NDArray[np.float64]

    def evaluate(self, z: NDArray[np.float64], count: int = ORDERS) -> NDArray[np.float64]:
        """Return sigma, ..., sigma^(count-1) at z: shape (count, *z.shape), each within ``errors`` of the truth.

        Raises:  ValueError if some |z| exceeds the limit (the table must be built for the range at hand).
        """
        if z.size and not np.abs(z).max() <= self.limit:
            message = f"pre-activations must lie within the table, |z| <= {self.limit}; got {np.abs(z).max():.6g}"
            raise ValueError(message)
        from boundcheck.network.compiled import horner

        result = np.empty((count, z.size))
        horner(np.ascontiguousarray(z, dtype=np.float64).reshape(-1), self.coefficients, result, CELLS_PER_UNIT)
        return result.reshape(count, *z.shape)


def activation_table(activation: Activation, limit: float) -> ActivationTable:
    """Build (or recall) the table of an activation for |z| <= limit.

    Raises:  ValueError if sigma is not smooth on the range, or the range is unreasonable.
    """
    if not limit <= LARGEST_RANGE:
        message = f"pre-activations must stay below {LARGEST_RANGE} in size; got a range of {limit:.6g} (scale inputs)"
        raise ValueError(message)
    known = tuple(float(_upper(value)) for value in activation.known[:SUPREMA] if value is not None)
    known = known if None not in activation.known[:SUPREMA] else ()
    return _build(activation.continued, activation.name, known, math.ceil(limit + 0.01))


def _upper(value: Any) -> float:
    """Round an exact supremum up to a double."""
    from boundcheck.enclosure import Enclosure, certify, compile_arb

    return Enclosure.from_arb(certify(compile_arb(value), 17)).doubles[1]


@lru_cache(maxsize=16)
def _build(expression: Any, name: str, known: tuple[float, ...], limit: int) -> ActivationTable:
    from flint import arb, fmpq

    from boundcheck.enclosure.jets import JETS, variable
    from boundcheck.enclosure.precision import working_bits
    from boundcheck.enclosure.program import Runner, compile_program
    from boundcheck.notation import z

    runner = Runner(compile_program([expression], [z]), JETS)
    cells = range(-limit * CELLS_PER_UNIT, limit * CELLS_PER_UNIT + 1)
    taylor = np.zeros((len(cells), DEGREE + 1))
    radii, over_cell = np.zeros_like(taylor), np.zeros((len(cells), DEGREE + 2))
    with working_bits(BITS):
        half = arb(0, fmpq(1, 2 * CELLS_PER_UNIT))
        for row, index in enumerate(cells):
            centre = arb(fmpq(index, CELLS_PER_UNIT))
            at_centre = _jet(runner, variable(centre, DEGREE), DEGREE + 1)
            on_cell = _jet(runner, variable(centre + half, DEGREE + 1), DEGREE + 2)
            if not all(ball.is_finite() for ball in on_cell):
                _refuse(name, index / CELLS_PER_UNIT, [ball.is_finite() for ball in on_cell].index(False))
            taylor[row] = [float(ball.mid()) for ball in at_centre]
            radii[row] = [
                float((ball - arb(value)).abs_upper()) for ball, value in zip(at_centre, taylor[row], strict=True)
            ]
            over_cell[row] = [float(ball.abs_upper()) for ball in on_cell]
    return _tabulate(float(limit), taylor, radii * (1 + 1e-12), over_cell * (1 + 1e-12), known)


def _jet(runner: Any, point: Any, count: int) -> list[Any]:
    from flint import arb

    jet = runner.outputs((point,))[0]
    return [*jet, *(arb(0) for _ in range(count - len(jet)))][:count]


def _refuse(name: str, where: float, order: int) -> None:
    message = (
        f"sigma must be smooth (C^3 for the theorem, and with Taylor polynomials of degree {DEGREE} for this program); "
        f"got {name}, whose derivative of order {order} is not finite near z = {where:g} (choose a smooth activation)"
    )
    raise ValueError(message)


def _tabulate(limit: float, taylor: Any, radii: Any, over_cell: Any, known: Any) -> ActivationTable:
    coefficients = np.zeros((len(taylor), DEGREE + 1, ORDERS))
    errors, suprema = np.zeros(ORDERS), np.zeros(SUPREMA)
    for j in range(SUPREMA):
        suprema[j] = OUTWARD.up(over_cell[:, j].max() * math.factorial(j))
        suprema[j] = min(suprema[j], *known[j : j + 1], suprema[j])
    for j in range(ORDERS):
        powers = np.array([math.perm(i, j) * HALF_CELL ** (i - j) for i in range(j, DEGREE + 2)])
        coefficients[:, : DEGREE + 1 - j, j] = taylor[:, j:] * [math.perm(i, j) for i in range(j, DEGREE + 1)]
        rounded = np.array([OUTWARD.gamma(2 * (i - j) + 3) for i in range(j, DEGREE + 1)])
        spread = rounded * np.abs(taylor[:, j:]) + radii[:, j:]
        errors[j] = OUTWARD.up((spread @ powers[:-1] + over_cell[:, -1] * powers[-1]).max())
    for array in (coefficients, errors, suprema):
        array.setflags(write=False)
    return ActivationTable(limit=limit, coefficients=coefficients, errors=errors, suprema=suprema)
