"""Points that satisfy the hypotheses: each variable is drawn between the bounds that the hypotheses put on it.

A variable that hypotheses bound by others (``dependence``) is drawn between these bounds, ends included, once the
others are known. So most points are admissible, and many lie where bounds are tight.
The draw is described by one number per variable (its *latent*), which can be perturbed and made rational.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from boundcheck.algebra.context import Context
from boundcheck.algebra.dependence import Bound, Variable, ordered
from boundcheck.algebra.doubles import Array, compiled
from boundcheck.algebra.normal import Table
from boundcheck.algebra.refusals import TooLarge, UndefinedTerm
from boundcheck.algebra.terms import Term, add, mul, num, sub, substitute

NICE = (0.0, 1.0, 2.0, 0.5, 3.0, 0.1, 10.0, 0.25, 1.5, 100.0, 0.01, 5.0, 0.9, 1e3, 1e-3)
WHOLE = (0, 1, 2, 3, 4, 5, 6, 8, 10, 16, 30, 60)


class Sampler:
    """Draws points and turns latents into values, in doubles or exactly."""

    def __init__(self, context: Context, names: frozenset[str], rng: np.random.Generator) -> None:
        self.context = context
        self.rng = rng
        self.variables = ordered(context, names)

    def draw(self, count: int) -> dict[str, Array]:
        """Draw latents: a mixture of simple and random values over many magnitudes."""
        latents = {}
        for variable in self.variables:
            latents[variable.name] = self._whole(count) if variable.whole else self._real(variable, count)
        reals = [variable for variable in self.variables if not variable.whole]
        # Corners: now and then several variables at an end (or zero) together; diagonals: all of them equal.
        corner, diagonal = self.rng.random(count) < 0.12, self.rng.random(count) < 0.08
        for variable in reals:
            at_end = corner & (self.rng.random(count) < 0.6)
            same = np.where(diagonal, latents[reals[0].name], latents[variable.name])
            latents[variable.name] = self._clipped(variable, np.where(at_end, 0.0, same))
        return latents

    def _whole(self, count: int) -> Array:
        small = np.where(
            self.rng.random(count) < 0.5, self.rng.integers(0, 4, count), self.rng.choice(np.array(WHOLE), count)
        ).astype(float)
        return small * np.where(self.rng.random(count) < 0.2, -1, 1)

    def _real(self, variable: Variable, count: int) -> Array:
        rng = self.rng
        if variable.lower and variable.upper:
            simple = rng.choice(np.array([0.0, 1.0, 0.5, 0.25, 0.75, 0.1, 0.9]), count)
            near = 10.0 ** rng.uniform(-6, -1, count)
            near = np.where(rng.random(count) < 0.5, near, 1 - near)
            return np.choose(rng.integers(0, 4, count), [simple, simple, rng.random(count), near])
        nice = rng.choice(np.array(NICE), count)
        wide = 10.0 ** (rng.uniform(-3, 3, count) * np.where(rng.random(count) < 0.15, 4, 1))
        size = np.choose(rng.integers(0, 3, count), [nice, wide, rng.uniform(0, 3, count)])
        if variable.lower or variable.upper:
            return size
        return size * rng.choice(np.array([-1.0, 1.0]), count)

    def perturb(self, latents: Mapping[str, Array], scale: float) -> dict[str, Array]:
        """Move latents a little; now and then to an end."""
        moved = {}
        for variable in self.variables:
            old = latents[variable.name]
            size = old.shape
            if variable.whole:
                change = np.where(self.rng.random(size) < 0.3, self.rng.integers(-1, 2, size), 0)
                moved[variable.name] = old + change
                continue
            chosen = self.rng.random(size) < 0.7
            step = self.rng.standard_normal(size) * scale
            added = step * np.minimum(1, np.abs(old) + scale)
            new = np.where(self.rng.random(size) < 0.5, old * (1 + step), old + added)
            new = np.where(chosen, new, old)
            moved[variable.name] = self._clipped(variable, new)
        return moved

    def crossed(self, latents: Mapping[str, Array]) -> dict[str, Array]:
        """Add to each point, or multiply it by, a share of how two others differ (differential evolution)."""
        size = len(next(iter(latents.values())))
        one, two = self.rng.integers(0, size, (2, size))
        leader = np.where(self.rng.random(size) < 0.5, np.arange(size), self.rng.integers(0, max(1, size // 4), size))
        share, added = self.rng.choice([0.5, 0.9, 1.5], size), self.rng.random(size) < 0.5
        made = {}
        for variable in self.variables:
            old = latents[variable.name]
            base = old[leader]
            with np.errstate(all="ignore"):
                scaled = base * np.abs(old[one] / old[two]) ** share
                shifted = base + share * (old[one] - old[two])
            new = np.where(added | ~np.isfinite(scaled) | (scaled == 0), shifted, scaled)
            new = np.where((np.abs(new) < 1e100) & (self.rng.random(size) < 0.8), new, old)
            made[variable.name] = np.rint(new) if variable.whole else self._clipped(variable, new)
        return made

    @staticmethod
    def _clipped(variable: Variable, latent: Array) -> Array:
        if variable.lower and variable.upper:
            return np.clip(latent, 0, 1)
        return np.maximum(latent, 0) if variable.lower or variable.upper else latent

    def values(self, latents: Mapping[str, Array]) -> dict[str, Array]:
        """Turn latents into values of the variables."""
        point: dict[str, Array] = {}
        with np.errstate(all="ignore"):
            for variable in self.variables:
                point[variable.name] = self._value(variable, np.asarray(latents[variable.name], dtype=float), point)
        return point

    def _value(self, variable: Variable, latent: Array, point: dict[str, Array]) -> Array:
        if variable.equal is not None:
            value = np.broadcast_to(variable.equal.value(point), latent.shape)
            return np.where(latent < 0, -value, value) if variable.signed else value + 0.0
        low, high = _extreme(variable.lower, point, np.fmax), _extreme(variable.upper, point, np.fmin)
        if variable.whole:
            if low is not None:
                value = np.ceil(low) + np.abs(latent)
                return value if high is None else np.minimum(value, np.floor(high))
            return latent if high is None else np.floor(high) - np.abs(latent)
        if low is not None and high is not None:
            return low + latent * (high - low)
        if low is not None:
            return low + latent * (1.0 if variable.lower else 0.0)
        return latent if high is None else high - latent

    def exact(self, latents: Mapping[str, Term]) -> dict[str, Term] | None:
        """Turn closed terms as latents into exact closed terms; None where a bound cannot be evaluated."""
        point: dict[str, Term] = {}
        doubles: dict[str, Array] = {}
        with np.errstate(all="ignore"):
            for variable in self.variables:
                term = self._exact(variable, latents[variable.name], point, doubles)
                if term is None:
                    return None
                point[variable.name] = term
                doubles[variable.name] = np.asarray(compiled(term)({}), dtype=float)
        return point

    def _exact(
        self, variable: Variable, latent: Term, point: dict[str, Term], doubles: dict[str, Array]
    ) -> Term | None:
        if variable.equal is not None:
            value = substitute(variable.equal.term, point)
            negative = variable.signed and float(compiled(latent)({})) < 0
            return closed(mul(num(-1), value) if negative else value)
        low, high = _tightest(variable.lower, doubles, 1), _tightest(variable.upper, doubles, -1)
        if variable.whole:
            whole = float(self._value(variable, np.asarray(compiled(latent)({})), doubles))
            return num(int(whole)) if np.isfinite(whole) else None
        terms = [None if bound is None else substitute(bound.term, point) for bound in (low, high)]
        if terms[0] is not None and terms[1] is not None:
            width = mul(latent, sub(terms[1], terms[0]))
            return closed(add(terms[0], width))
        if terms[0] is not None:
            return closed(add(terms[0], latent))
        return closed(latent if terms[1] is None else sub(terms[1], latent))


def closed(term: Term) -> Term | None:
    """Simplify a closed term: a number where it is one."""
    table = Table()
    try:
        value = table.normal(term)
    except (UndefinedTerm, TooLarge):
        return None
    result = num(value.rational()) if value.is_constant() else table.term(value)
    return result if len(str(result)) < 2000 else None


def _extreme(bounds: list[Bound], point: dict[str, Array], pick: np.ufunc) -> Array | None:
    result = None
    for bound in bounds:
        value = bound.value(point)
        result = value if result is None else pick(result, value)
    return result


def _tightest(bounds: list[Bound], doubles: dict[str, Array], sign: int) -> Bound | None:
    """Return the largest of lower bounds (sign 1), the smallest of upper ones (sign -1)."""
    return max(bounds, key=lambda bound: sign * float(bound.value(doubles)), default=None)
