"""Adversarial networks made of m/2 copies of one symmetric pair (Definition 1), and functionals of them.

Both neurons of a pair start at theta_0 = (+-alpha, u); the one with c = +1 moves by delta^+, the other by delta^-, so
that every functional below is sqrt(m)/2 times a difference over one pair. Copies lose nothing: for one input, each
functional is a mean over pairs. Coordinates as in `search`: displacements of u are b e, of w are a.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from boundcheck.measurement.ascent import maximise
from boundcheck.measurement.directional import Derivatives, Lanes, value_and_gradient
from boundcheck.measurement.search import REACH, Point

Functional = Literal["linearization", "output", "gradient-change", "symmetric"]
ANGLES: dict[str, int] = {"linearization": 4, "output": 4, "gradient-change": 8, "symmetric": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSpace:
    """Coordinates (D, B): sign of w_0 (never moved), T of z (d = 1: one of u), T of zeta, then angles of displacements.

    A displacement is (rho_w sin a, rho_u sin b)/sqrt(m); ``box`` and ``comparator`` hold the radii over sqrt(m).
    """

    functional: Functional
    alpha: float
    box: tuple[float, float]
    comparator: tuple[float, float]
    length: int
    planar: bool

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return 1 + (self.length if self.planar else 1) + self.length + ANGLES[self.functional]

    @property
    def radii(self) -> np.ndarray:
        """Radius of each displacement coordinate, (angles, 1)."""
        return np.array([*self.box * 2, *self.comparator * 2][: ANGLES[self.functional]])[:, None]

    def start(self, generator: np.random.Generator, count: int) -> np.ndarray:
        """Draw random starts, displacements near the ends of their ranges."""
        angles = ANGLES[self.functional]
        drives = self.size - 1 - self.length - angles
        v = np.empty((self.size, count))
        v[0] = generator.choice([-1.0, 1.0], count)
        v[1 : 1 + drives] = generator.choice([0.1, 0.7, 1.5], count) * generator.standard_normal((drives, count))
        v[1 + drives : 1 + drives + self.length] = generator.uniform(0.0, np.pi, (self.length, count))
        v[-angles:] = generator.choice([-1.0, 1.0], (angles, count)) * generator.uniform(0.4, 1.4, (angles, count))
        return v

    def decode(self, v: np.ndarray, sigma: Derivatives) -> tuple[Lanes, np.ndarray, np.ndarray]:
        """Return theta_0 with its inputs, sigma'(z_t) of the free pre-activations (d >= 2), and the displacements."""
        angles = ANGLES[self.functional]
        xi = np.cos(v[-angles - self.length : -angles])
        raw = np.sinh(np.clip(v[1 : -angles - self.length], -REACH, REACH))
        w = self.alpha * v[0]
        slopes = np.zeros_like(xi)
        if self.planar:
            h, slopes = sigma(raw, 1)
            s = raw - w * np.concatenate([np.zeros((1, v.shape[1])), h[:-1]])
        else:
            s = raw * xi
        zero = np.zeros(v.shape[1])
        return Lanes(w=w, v_w=zero, v_u=zero, s=s, xi=xi), slopes, self.radii * np.sin(v[-angles:])

    def objective(self, sigma: Derivatives) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """Objective for `maximise`: the functional over sqrt(m)/2, divided by its natural scale."""
        scale = 1.0 / self.natural_scale

        def evaluate(v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            base, slopes, moves = self.decode(v, sigma)
            total = _Sum(base, moves)
            for coefficient, order, at, along in self.terms():
                total.add(scale * coefficient, order, at, along, sigma)
            return total.value, self._pull_back(v, base, slopes, total)

        return evaluate

    @property
    def natural_scale(self) -> float:
        """Size of the displacement to the power with which the functional vanishes."""
        power = {"linearization": 2, "output": 1, "gradient-change": 2, "symmetric": 3}[self.functional]
        return max(float(np.hypot(*self.box)), 1e-100) ** power

    def terms(self) -> tuple[tuple[float, int, Any, Any], ...]:
        """List the terms: coefficient, order, where (index of a displacement or None), along (indices with signs)."""
        plus, minus, bar_plus, bar_minus = 0, 1, 2, 3
        if self.functional == "output":
            return ((1.0, 0, (plus, 1.0), ()), (-1.0, 0, (minus, 1.0), ()))
        if self.functional == "linearization":
            return (
                (1.0, 0, (plus, 1.0), ()),
                (-1.0, 0, (minus, 1.0), ()),
                (-1.0, 1, None, ((plus, 1.0), (minus, -1.0))),
            )
        if self.functional == "symmetric":
            return ((1.0, 0, (plus, 1.0), ()), (-1.0, 0, (plus, -1.0), ()), (-1.0, 1, None, ((plus, 2.0),)))
        towards_plus, towards_minus = ((plus, 1.0), (bar_plus, -1.0)), ((minus, 1.0), (bar_minus, -1.0))
        return (
            (1.0, 1, (plus, 1.0), towards_plus),
            (-1.0, 1, (minus, 1.0), towards_minus),
            (-1.0, 1, None, towards_plus),
            (1.0, 1, None, towards_minus),
        )

    def _pull_back(self, v: np.ndarray, base: Lanes, slopes: np.ndarray, total: _Sum) -> np.ndarray:
        angles = ANGLES[self.functional]
        out = np.zeros_like(v)
        raw = v[1 : -angles - self.length]
        stretch = np.where(np.abs(raw) < REACH, np.cosh(np.clip(raw, -REACH, REACH)), 0.0)
        grad_xi = total.xi
        if self.planar:
            shifted = np.concatenate([total.s[1:], np.zeros((1, v.shape[1]))])
            out[1 : -angles - self.length] = stretch * (total.s - base.w * slopes * shifted)
        else:
            out[1] = (total.s * base.xi).sum(axis=0) * stretch[0]
            grad_xi = grad_xi + total.s * np.sinh(np.clip(raw[0], -REACH, REACH))
        out[-angles - self.length : -angles] = -np.sin(v[-angles - self.length : -angles]) * grad_xi
        out[-angles:] = self.radii * np.cos(v[-angles:]) * total.moves
        return out


class _Sum:
    """Accumulate terms h or D h at displaced neurons, and the gradient in base inputs and displacements."""

    def __init__(self, base: Lanes, moves: np.ndarray) -> None:
        self.base, self.at_moves = base, moves
        self.value = np.zeros_like(base.w)
        self.s, self.xi = np.zeros_like(base.s), np.zeros_like(base.xi)
        self.moves = np.zeros_like(moves)

    def add(self, coefficient: float, order: int, at: Any, along: Any, sigma: Derivatives) -> None:
        base, zero = self.base, np.zeros_like(self.base.w)
        index, sign = at if at is not None else (0, 0.0)
        a, b = sign * self.at_moves[2 * index], sign * self.at_moves[2 * index + 1]
        v_w = sum((weight * self.at_moves[2 * k] for k, weight in along), zero)
        v_u = sum((weight * self.at_moves[2 * k + 1] for k, weight in along), zero)
        moved = Lanes(w=base.w + a, v_w=v_w, v_u=v_u, s=base.s + b * base.xi, xi=base.xi)
        value, grad = value_and_gradient(moved, sigma, order)
        self.value += coefficient * value
        self.s += coefficient * grad["s"]
        self.xi += coefficient * (grad["xi"] + b * grad["s"])
        if at is not None:
            self.moves[2 * index] += coefficient * sign * grad["w"]
            self.moves[2 * index + 1] += coefficient * sign * (grad["s"] * base.xi).sum(axis=0)
        for k, weight in along:
            self.moves[2 * k] += coefficient * weight * grad["v_w"]
            self.moves[2 * k + 1] += coefficient * weight * grad["v_u"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPoint:
    """The best network found: the value of the functional, theta_0 and inputs as scalars, displacements (a, b)."""

    value: float
    base: Point
    moves: tuple[tuple[float, float], ...]
    coordinates: np.ndarray


def search_pairs(
    space: PairSpace, sigma: Derivatives, *, m: int, starts: int, iterations: int, seed: Any, carried: Any = None
) -> PairPoint:
    """Climb from random starts (and from ``carried`` coordinates of another width); polish the best few."""
    v = space.start(np.random.default_rng(seed), starts)
    if carried is not None:
        v = np.concatenate([v, carried], axis=1)
    objective = space.objective(sigma)
    v, value = maximise(objective, v, iterations=iterations)
    order = np.argsort(-value, kind="stable")[:8]
    v, value = maximise(objective, v[:, order], iterations=4 * iterations, tolerance=1e-14)
    best = v[:, [int(np.argmax(value))]]
    base, _, moves = space.decode(best, sigma)
    point = Point(
        value=float(value.max()),
        w=float(best[0, 0]),
        v_w=0.0,
        v_u=0.0,
        s=tuple(map(float, base.s[:, 0])),
        xi=tuple(map(float, base.xi[:, 0])),
        u=None if space.planar else float(np.sinh(np.clip(best[1, 0], -REACH, REACH))),
    )
    attained = float(value.max()) * space.natural_scale * float(np.sqrt(m)) / 2
    pairs = tuple((float(a), float(b)) for a, b in zip(moves[0::2, 0], moves[1::2, 0], strict=True))
    return PairPoint(value=attained, base=point, moves=pairs, coordinates=v)
