"""A comparator's risk and distance, and the risk at the start, enclosed rigorously: Theorem 1 for any targets.

The initialisation is symmetric, so that F(.; Theta(0)) = 0 and R(Theta(0)) = mean y^2: min_{s<tau} R at tau = 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from boundcheck.enclosure import Enclosure, precision
from boundcheck.measurement.reevaluation import DIGITS, ball, ball_derivatives, states
from boundcheck.measurement.witness import encode, fractions

MOST = 1 << 12
"""States that are enclosed at most (a few milliseconds per hundred)."""


def upper_ends(initial: Any, weights: Any, X: np.ndarray, y: np.ndarray, activation: Any) -> tuple[float, float]:
    """Upper ends, rounded up, of R(Theta_bar) and V_0 = ||Theta_bar - Theta(0)||^2 of the weights as they are.

    Args:    initial, weights: `network.Weights` of m neurons; X: (n, T, d); y: (n, T); m n T <= MOST.
    """
    with precision(DIGITS):
        risk = _risk(weights, X, y, activation)
        moves = [*zip(_exact(initial.w), _exact(weights.w), strict=True)]
        moves += zip(_exact(initial.u.reshape(-1)), _exact(weights.u.reshape(-1)), strict=True)
        distance = ball(sum(((new - old) ** 2 for old, new in moves), Fraction(0)))
        return tuple(Enclosure.from_arb(value).doubles[1] for value in (risk, distance))  # type: ignore[return-value]


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
