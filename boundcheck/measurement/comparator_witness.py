"""A comparator's risk and distance, and the risk at the start, enclosed rigorously: Theorem 1 for any targets.

The initialisation is symmetric, so that F(.; Theta(0)) = 0 and R(Theta(0)) = mean y^2: min_{s<tau} R at tau = 1.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from boundcheck.enclosure import Enclosure, precision
from boundcheck.measurement.reevaluation import DIGITS, ball, ball_derivatives, states
from boundcheck.measurement.witness import encode, fractions
from boundcheck.network.rounding import OUTWARD

MOST = 1 << 12
"""States that are enclosed in Arb (a few milliseconds per hundred); more are enclosed by tabulated doubles."""
STATES = 1 << 20
"""Tabulated states that are alive at once."""


def upper_ends(initial: Any, weights: Any, X: np.ndarray, y: np.ndarray, activation: Any) -> tuple[float, float] | None:
    """Upper ends, rounded up, of R(Theta_bar) and V_0 = ||Theta_bar - Theta(0)||^2 of the weights as they are.

    Args:    initial, weights: `network.Weights` of m neurons; X: (n, T, d); y: (n, T).
    Returns: None where m n T > MOST and sigma cannot be tabulated (it is not smooth, or its arguments are too large).
    """
    if weights.m * y.size <= MOST:
        with precision(DIGITS):
            risk = Enclosure.from_arb(_risk(weights, X, y, activation)).doubles[1]
    else:
        try:
            risk = tabulated_risk(weights, X, y, activation)
        except (ValueError, ArithmeticError):
            return None
    return risk, _distance(initial, weights)


def _distance(initial: Any, weights: Any) -> float:
    """Sum the squares of the moves: each is off by three roundings, the sum by one for every term."""
    moves = np.concatenate([weights.w - initial.w, (weights.u - initial.u).reshape(-1)])
    return float(OUTWARD.up((moves**2).sum() * (1 + OUTWARD.gamma(moves.size + 3))))


def tabulated_risk(weights: Any, X: np.ndarray, y: np.ndarray, activation: Any) -> float:
    """Bound R from above in doubles: sigma by Taylor polynomials with proven errors, every rounding counted.

    With |h^_t - h_t| <= e_t, z^_t misses z_t by at most |w| e_{t-1} + gamma(d+3) (|w| sup|h^| + ||u|| ||x||), hence
    e_t <= sup|sigma'| times that + the table's error. Sums over m neurons add gamma(m) of what they sum.

    Raises:  ValueError if sigma is not smooth where it is evaluated, or its arguments leave the table.
    """
    from boundcheck.activations import activation as find
    from boundcheck.network.activation_table import CELLS_PER_UNIT, activation_table
    from boundcheck.network.compiled import forward_step

    (n, T, d), m, up = X.shape, weights.m, OUTWARD.up
    w, u = float(np.abs(weights.w).max()), float(up(np.sqrt((weights.u**2).sum(axis=1).max())))
    drive = u * float(up(np.sqrt((X**2).sum(axis=2).max())))
    sigma = find(activation)
    reach = w * sigma.constant(0).enclosure(15).doubles[1] + drive
    table = activation_table(sigma, float(up(reach)) + 1e-3)
    inputs, output, size = np.ascontiguousarray(X.transpose(1, 2, 0)), np.zeros((T, n)), 0.0
    for start in range(0, m, rows := max(1, STATES // y.size)):
        block = slice(start, start + rows)
        states, slopes = np.empty((2, len(weights.w[block]), T, n))
        part, given = np.empty((T, n)), (weights.w[block], np.ascontiguousarray(weights.u[block]), weights.c[block])
        largest = forward_step(*given, inputs, table.coefficients, CELLS_PER_UNIT, states, slopes, part)
        if not largest <= table.limit:
            message = f"pre-activations must lie within the table, |z| <= {table.limit}; got {largest:.6g}"
            raise ValueError(message)
        output, size = output + part, max(size, float(np.abs(states).max()))
    error = 0.0
    for _ in range(T):
        at_z = w * error + OUTWARD.gamma(d + 3) * (w * size + drive)
        error = float(up(table.suprema[1] * at_z + table.errors[0]))
    each = math.sqrt(m) * (error + OUTWARD.gamma(m + 4) * (size + error))
    found = np.abs(output / math.sqrt(m) - y.T) * (1 + OUTWARD.gamma(4)) + OUTWARD.gamma(4) * np.abs(y.T)
    return float(up(np.mean((found + up(each)) ** 2)))


def _exact(values: np.ndarray) -> list[Fraction]:
    return [Fraction(value) for value in values.tolist()]


def _risk(weights: Any, X: np.ndarray, y: np.ndarray, activation: Any) -> arb:
    sigma, root, total = ball_derivatives(activation), arb(weights.m).sqrt(), arb(0)
    still = [Fraction(0)] * X.shape[2]
    for x, targets in zip(X, y, strict=True):
        inputs, outputs = fractions(encode(x)), [arb(0)] * len(targets)
        for w, u, c in zip(_exact(weights.w), weights.u, weights.c.tolist(), strict=True):
            h, _ = states(sigma, w, _exact(u), inputs, Fraction(0), still, 0)
            outputs = [output + int(c) * state[0] for output, state in zip(outputs, h, strict=True)]
        for output, target in zip(outputs, _exact(targets), strict=True):
            total += (output / root - ball(target)) ** 2
    return total / y.size


def start_value(witness: dict[str, Any]) -> arb:
    """R(Theta(0)) = mean y^2 of the witness's targets."""
    values = [value for row in fractions(witness["y"]) for value in row]
    return ball(sum((value**2 for value in values), Fraction(0)) / len(values))
