"""Adversarial search for suprema over w in [-alpha_m, alpha_m], u in R^d, inputs ||x_t|| <= 1.

Reduction (exact, by rotation invariance): only s_t = <u, x_t> and xi_t = <e, x_t> enter (see `directional`). For d >= 2
take e orthogonal to u and ||u|| large: then s_t ranges over R and xi_t over [-1, 1], independently; and because h_t
enters z_{t+1} through s_{t+1} alone, z_t itself may be the variable. For d = 1, s_t = u x_t and xi_t = x_t.
Unconstrained coordinates: w = alpha_m cos(omega), xi = cos(zeta), z_t or u = sinh(.) (so that suprema approached only
as |z| grows, as of arctan, are reached too).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundcheck.measurement.ascent import maximise
from boundcheck.measurement.directional import Derivatives, Lanes, value_and_gradient

REACH = 24.0
KEEP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What to maximise: |D^order h_T[v,...]| or that of z_T; ``phi`` fixes the direction (0: w, pi/2: u)."""

    order: int
    of_z: bool = False
    phi: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The best point found: scalars of one lane and the value there."""

    value: float
    w: float
    v_w: float
    v_u: float
    s: tuple[float, ...]
    xi: tuple[float, ...]
    u: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Coordinates (D, B): omega, phi (v = (cos, sin)), then z (T of them) or, for d = 1, u; then zeta (T of them)."""

    alpha_m: float
    length: int
    planar: bool

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return 2 + (2 * self.length if self.planar else 1 + self.length)

    def lanes(self, v: np.ndarray, phi: float | None) -> Lanes:
        """Decode coordinates."""
        count = self.length
        angle = v[1] if phi is None else np.full(v.shape[1], phi)
        w = self.alpha_m * np.cos(v[0])
        drive = np.sinh(np.clip(v[2 : 2 + count] if self.planar else v[2:3], -REACH, REACH))
        xi = np.cos(v[-count:])
        s = drive if self.planar else drive * xi
        return Lanes(w=w, v_w=np.cos(angle), v_u=np.sin(angle), s=s, xi=xi, tied=not self.planar)

    def pull_back(self, v: np.ndarray, lanes: Lanes, grad: dict[str, np.ndarray], phi: float | None) -> np.ndarray:
        """Gradient in the coordinates from the gradient in the fields of ``Lanes``."""
        count = self.length
        out = np.empty_like(v)
        out[0] = -self.alpha_m * np.sin(v[0]) * grad["w"]
        out[1] = lanes.v_w * grad["v_u"] - lanes.v_u * grad["v_w"] if phi is None else 0.0
        inside = np.clip(v[2:-count], -REACH, REACH)
        stretch = np.where(np.abs(v[2:-count]) < REACH, np.cosh(inside), 0.0)
        if self.planar:
            out[2:-count] = grad["s"] * stretch
            out[-count:] = -np.sin(v[-count:]) * grad["xi"]
        else:
            out[2] = (grad["s"] * lanes.xi).sum(axis=0) * stretch[0]
            out[-count:] = -np.sin(v[-count:]) * (grad["xi"] + grad["s"] * np.sinh(inside[0]))
        return out

    def objective(self, sigma: Derivatives, goal: Goal) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """Objective over coordinates for `maximise`."""

        def evaluate(v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            lanes = self.lanes(v, goal.phi)
            value, grad = value_and_gradient(lanes, sigma, goal.order, of_z=goal.of_z)
            sign = np.where(value < 0, -1.0, 1.0)
            return np.abs(value), sign * self.pull_back(v, lanes, grad, goal.phi)

        return evaluate

    def start(self, generator: np.random.Generator, count: int) -> np.ndarray:
        """Random starts: w near either end, z from small to moderate, xi anywhere."""
        v = np.empty((self.size, count))
        v[0] = generator.choice([0.0, np.pi], count) + 0.3 * generator.standard_normal(count)
        v[1] = generator.uniform(0.0, 2 * np.pi, count)
        spread = generator.choice([0.1, 0.7, 1.5], count)
        v[2 : -self.length] = spread * generator.standard_normal((self.size - 2 - self.length, count))
        v[-self.length :] = generator.uniform(0.0, np.pi, (self.length, count))
        return v

    def lengthen(self, v: np.ndarray, generator: np.random.Generator, *, front: bool) -> np.ndarray:
        """Carry points of length T-1 (D', B) over to this space by one new step at the front or the end."""
        count, old = v.shape[1], self.length - 1
        fresh = Space(alpha_m=self.alpha_m, length=1, planar=self.planar).start(generator, count)
        head, drives, zetas = v[:2], v[2 : v.shape[0] - old], v[v.shape[0] - old :]
        if self.planar:
            drives = np.concatenate([fresh[2:3], drives] if front else [drives, fresh[2:3]])
        zetas = np.concatenate([fresh[-1:], zetas] if front else [zetas, fresh[-1:]])
        return np.concatenate([head, drives, zetas])


def search(
    goal: Goal, sigma: Derivatives, *, alpha_m: float, T: int, d: int, starts: int, iterations: int, seed: Any
) -> list[Point]:
    """Find the largest value at every length 1..T.

    Each length starts from fresh random points and from the best points of the length before, lengthened at either
    end; the best few are then polished until no step gains 1e-15 of the value.

    Returns: the best point for each length, the list's entry t-1 for length t.
    """
    generator = np.random.default_rng(seed)
    best: list[Point] = []
    carried: np.ndarray | None = None
    for length in range(1, T + 1):
        space = Space(alpha_m=alpha_m, length=length, planar=d >= 2)
        objective = space.objective(sigma, goal)
        v = space.start(generator, starts if length in (1, T) or d == 1 else max(starts // 4, 16))
        if carried is not None:
            ends = [space.lengthen(np.repeat(carried, 3, axis=1), generator, front=front) for front in (True, False)]
            v = np.concatenate([v, *ends], axis=1)
        v, value = maximise(objective, v, iterations=iterations)
        order = np.argsort(-value, kind="stable")[:KEEP]
        v, value = maximise(objective, v[:, order], iterations=6 * iterations, tolerance=1e-15)
        carried = v
        best.append(_point(space, v[:, [int(np.argmax(value))]], goal, sigma))
    return best


def _point(space: Space, v: np.ndarray, goal: Goal, sigma: Derivatives) -> Point:
    lanes = space.lanes(v, goal.phi)
    with np.errstate(all="ignore"):
        value, _ = value_and_gradient(lanes, sigma, goal.order, of_z=goal.of_z)
    s = lanes.s[:, 0] if lanes.tied else _drives(lanes, sigma)
    return Point(
        value=abs(float(value[0])),
        w=float(lanes.w[0]),
        v_w=float(lanes.v_w[0]),
        v_u=float(lanes.v_u[0]),
        s=tuple(map(float, s)),
        xi=tuple(map(float, lanes.xi[:, 0])),
        u=None if space.planar else float(np.sinh(np.clip(v[2, 0], -REACH, REACH))),
    )


def _drives(lanes: Lanes, sigma: Derivatives) -> np.ndarray:
    """Recover s_t = z_t - w h_{t-1} from free pre-activations."""
    with np.errstate(all="ignore"):
        h = sigma(lanes.s[:, 0], 0)[0]
    return lanes.s[:, 0] - lanes.w[0] * np.concatenate([[0.0], h[:-1]])
