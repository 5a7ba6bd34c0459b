"""Maximise a smooth function from hundreds of starts at once: L-BFGS with every operation over all lanes.

Each lane is an independent problem; nothing is shared between lanes, so a lane's result does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Objective = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def maximise(
    objective: Objective, start: np.ndarray, *, iterations: int, memory: int = 8, tolerance: float = 1e-13
) -> tuple[np.ndarray, np.ndarray]:
    """Climb from every start.

    A lane whose line search finds nothing forgets its curvature and tries the gradient; failing twice in a row, or
    gaining less than ``tolerance`` of its value three times in a row, it rests and costs nothing more.

    Args:    objective: V (D, B) -> values (B,), gradients (D, B); a NaN value counts as minus infinity.
             start: (D, B).
    Returns: the points (D, B) and values (B,) reached; values never fall below the start's.
    """
    point = start.copy()
    value, gradient = _clean(objective, point)
    steps: list[np.ndarray] = []
    bends: list[np.ndarray] = []
    slow, failed = np.zeros(point.shape[1], dtype=int), np.zeros(point.shape[1], dtype=int)
    for _ in range(iterations):
        direction, slope, scale = _direction(gradient, steps, bends)
        slope = np.where((failed < 2) & (slow < 3), slope, 0.0)
        if not (slope > 0).any():
            break
        new_point, new_value, new_gradient = _line_search(objective, point, value, gradient, direction, slope, scale)
        moved = new_value > value
        with np.errstate(invalid="ignore"):
            slow = np.where(new_value - value > tolerance * np.abs(value), 0, slow + 1)
        failed = np.where(moved, 0, failed + 1)
        steps.append(new_point - point)
        bends.append(gradient - new_gradient)
        del steps[:-memory], bends[:-memory]
        for step in steps:
            step[:, ~moved] = 0.0
        point, value, gradient = new_point, new_value, new_gradient
    return point, value


def _direction(
    gradient: np.ndarray, steps: list[np.ndarray], bends: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the L-BFGS direction (the gradient where that does not rise), the slope along it and the first step."""
    with np.errstate(all="ignore"):
        direction = _two_loop(gradient, steps, bends)
    direction[:, ~np.isfinite(direction).all(axis=0)] = 0.0
    slope = np.einsum("db,db->b", direction, gradient)
    bad = ~(slope > 0)
    direction[:, bad] = gradient[:, bad]
    slope[bad] = np.einsum("db,db->b", gradient[:, bad], gradient[:, bad])
    length = np.sqrt(np.einsum("db,db->b", direction, direction))
    return direction, slope, np.where(length > 2.0, 2.0 / np.maximum(length, 1e-300), 1.0)


def _clean(objective: Objective, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(all="ignore"):
        value, gradient = objective(point)
    lost = ~np.isfinite(value) | ~np.isfinite(gradient).all(axis=0)
    return np.where(lost, -np.inf, value), np.where(lost, 0.0, gradient)


def _two_loop(gradient: np.ndarray, steps: list[np.ndarray], bends: list[np.ndarray]) -> np.ndarray:
    """Ascent direction; pairs without positive curvature are skipped lane by lane."""
    direction = gradient.copy()
    weights = []
    scale = np.ones(gradient.shape[1])
    for step, bend in zip(reversed(steps), reversed(bends), strict=True):
        curvature = np.einsum("db,db->b", step, bend)
        inverse = np.where(curvature > 1e-300, 1.0 / np.maximum(curvature, 1e-300), 0.0)
        weight = inverse * np.einsum("db,db->b", step, direction)
        direction -= weight * bend
        weights.append((weight, inverse))
        if len(weights) == 1:
            norm = np.einsum("db,db->b", bend, bend)
            scale = np.where(inverse > 0, curvature / np.maximum(norm, 1e-300), 1.0)
    direction *= scale
    for (weight, inverse), step, bend in zip(reversed(weights), steps, bends, strict=True):
        direction += step * (weight - inverse * np.einsum("db,db->b", bend, direction))
    return direction


def _line_search(
    objective: Objective,
    point: np.ndarray,
    value: np.ndarray,
    gradient: np.ndarray,
    direction: np.ndarray,
    slope: np.ndarray,
    scale: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Halve each lane's step until it rises enough (Armijo, 1e-4); a lane that finds nothing stays where it is."""
    best, best_value, best_gradient = point.copy(), value.copy(), gradient.copy()
    open_lanes = np.flatnonzero(slope > 0)
    step = scale.copy()
    for _ in range(18):
        if open_lanes.size == 0:
            break
        trial = point[:, open_lanes] + step[open_lanes] * direction[:, open_lanes]
        trial_value, trial_gradient = _clean(objective, trial)
        good = trial_value >= value[open_lanes] + 1e-4 * step[open_lanes] * slope[open_lanes]
        taken = open_lanes[good]
        best[:, taken], best_value[taken] = trial[:, good], trial_value[good]
        best_gradient[:, taken] = trial_gradient[:, good]
        open_lanes = open_lanes[~good]
        step[open_lanes] *= 0.35
    return best, best_value, best_gradient
