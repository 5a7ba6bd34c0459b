"""Search for a witness: a point that satisfies every hypothesis and violates the claim, checked exactly.

Doubles find candidates (many magnitudes, ends of bounds, then evolution towards the largest relative violation);
only a point that the small checker accepts counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial

import numpy as np

from boundcheck.algebra.clock import Clock
from boundcheck.algebra.context import Context
from boundcheck.algebra.doubles import Array, Function, compiled, magnitude, violation
from boundcheck.algebra.refusals import TooLarge
from boundcheck.algebra.sampling import Sampler
from boundcheck.algebra.terms import Rel, Term, free_relation, mul, num, write
from boundcheck.algebra.witness import refutes

DENOMINATORS = (1, 2, 10, 60, 1000, 10**6, 10**9)
TOUCH = 1e-9
LADDER = (12.0, 20.0, 40.0, 80.0, 150.0, 300.0, 600.0, 1200.0, 2400.0, 3990.0, 1e4, 1e5, 1e7, 1e9, 1e12, 1e15, 1e20)
NEAR = 1e-3
TOUCHING = ("<", ">", "!=")
MODERATE = (1e-6, 1e6)
HERD = 48
BLIND = 32
STRIDES = 30
REACH = np.array([0.0, *(sign * 2.0**k for k in range(24) for sign in (1, -1))])


class Refuter:
    """Looks for a witness against one claim."""

    def __init__(self, context: Context, claim: Rel, relations: Sequence[Rel], integers: Sequence[str]) -> None:
        self.claim, self.relations, self.integers = claim, list(relations), list(integers)
        names = free_relation(claim).union(integers, *(free_relation(item) for item in relations))
        self.sampler = Sampler(context, frozenset(names), np.random.default_rng(20240219))
        self.sides = compiled(claim.left), compiled(claim.right)
        size = magnitude if claim.op in ("<", ">") else _size
        self.sizes = size(claim.left), size(claim.right)
        self.population = self.sampler.draw(1)
        self.tests = [(item.op, compiled(item.left), compiled(item.right)) for item in relations]

    def search(self, rounds: int, count: int, clock: Clock) -> dict[str, str] | None:
        """Return a witness as texts, or None."""
        latents = self.sampler.draw(count)
        kept: dict[str, Array] | None = None
        for k in range(rounds + 1):
            scores = self.scores(latents)
            best = np.argsort(-scores, kind="stable")
            witness = self._checked(latents, scores, _spread(scores, best, 6 if k in (0, rounds) else 2), clock)
            if witness is not None or clock.over or not np.isfinite(scores[best[0]]):
                return witness
            kept = {name: values[best[: max(8, count // 16)]] for name, values in latents.items()}
            copies = {name: np.tile(values, 16)[:count] for name, values in kept.items()}
            moved = self.sampler.perturb(copies, 0.5 * 0.6**k)
            latents = {name: np.concatenate([kept[name], moved[name]]) for name in moved}
        self.population = latents
        return None

    def breed(self, generations: int, clock: Clock) -> dict[str, str] | None:
        """Move the best points by differences and ratios of one another: they learn along which valley to go."""
        latents, scores = self.population, self.scores(self.population)
        best = np.argsort(-scores, kind="stable")
        best = best[np.isfinite(scores[best])][:HERD]
        herd, found = {name: values[best] for name, values in latents.items()}, scores[best]
        if len(best) < 8 or not herd:
            return None
        for _ in range(generations):
            if clock.over:
                break
            young = self.sampler.crossed(herd)
            fresh = self.scores(young)
            better = fresh >= found
            found = np.where(better, fresh, found)
            herd = {name: np.where(better, young[name], values) for name, values in herd.items()}
        return self._checked(herd, found, np.argsort(-found, kind="stable")[:6], clock)

    def climb(self, clock: Clock) -> dict[str, str] | None:
        """Look along integers that grow geometrically: a claim may fail only from a large one on."""
        wholes = [variable.name for variable in self.sampler.variables if variable.whole]
        latents = self.sampler.draw(64)
        scores = self.scores(latents)
        start = latents if not len(scores) or not np.isfinite(scores).any() else {
            name: values[np.argsort(-scores, kind="stable")[:3]] for name, values in latents.items()
        }  # fmt: skip
        for name in wholes:
            for k in range(3):
                here = {other: values[k] for other, values in start.items()}
                for values in (np.array(LADDER), *(None for _ in range(STRIDES))):
                    row = here[name] + REACH if values is None else values
                    tried = {other: np.full(len(row), value) for other, value in here.items()} | {name: row}
                    found = self.scores(tried)
                    best = np.argsort(-found, kind="stable")[:3]
                    witness = self._checked(tried, found, best, clock)
                    if witness is not None or clock.over:
                        return witness
                    if row[best[0]] == here[name] or not np.isfinite(found[best[0]]):
                        break
                    here[name] = row[best[0]]
        return None

    def scores(self, latents: dict[str, Array]) -> Array:
        """Relative violation of the claim; -inf where a hypothesis fails or something is undefined."""
        point = self.sampler.values(latents)
        count = len(next(iter(latents.values()))) if latents else 1
        with np.errstate(all="ignore"):
            left, right = (np.broadcast_to(side(point), (count,)) for side in self.sides)
            good = np.ones(count, dtype=bool)
            for op, first, second in self.tests:
                good &= _nearly(op, first(point), second(point))
            for name in self.integers:
                good &= point[name] == np.floor(point[name])
            size = self.sizes[0](point) + self.sizes[1](point)
            gap = violation(self.claim.op, left, right) / (size + 1e-300)
            if self.claim.op not in TOUCHING:
                gap = np.where(size == 0, -0.5, gap)  # nothing is learnt where both sides vanish
        return np.where(good & np.isfinite(gap), gap, -np.inf)

    def points(self, count: int = 256) -> dict[str, Array]:
        """Return points that satisfy the hypotheses up to rounding, and at which the claim is defined."""
        latents = self.sampler.draw(count)
        good = np.isfinite(self.scores(latents))
        values = self.sampler.values({name: latent[good] for name, latent in latents.items()})
        return {name: np.asarray(value, dtype=float) for name, value in values.items()} if good.any() else {}

    def _checked(self, latents: dict[str, Array], scores: Array, order: Array, clock: Clock) -> dict[str, str] | None:
        limit = -NEAR if self.claim.op in TOUCHING else 1e-15
        for index in order:
            if not scores[index] >= limit:
                continue
            here = {name: float(values[index]) for name, values in latents.items()}
            for simple in _simple_points(here, touching=limit < 0):
                if clock.over:
                    return None
                point = self._admissible(simple)
                if point is not None:
                    return {name: write(term) for name, term in point.items()}
        return None

    def _admissible(self, simple: dict[str, Term]) -> dict[str, Term] | None:
        rough = self.scores({name: np.array([float(compiled(value)({}))]) for name, value in simple.items()})
        limit = -TOUCH if self.claim.op in TOUCHING else 0
        return self._exactly(simple) if rough[0] >= limit else None

    def blindly(self, clock: Clock) -> dict[str, str] | None:
        """Try simple points in Arb alone: where doubles overflow they lead nowhere."""
        latents = self.sampler.draw(BLIND)
        for index in range(BLIND):
            if clock.over:
                return None
            simple = {name: _rational(float(values[index]), 10) for name, values in latents.items()}
            if (point := self._exactly(simple)) is not None:
                return {name: write(term) for name, term in point.items()}
        return None

    def _exactly(self, simple: dict[str, Term]) -> dict[str, Term] | None:
        try:
            point = self.sampler.exact(simple)
            if point is None or refutes(self.claim, self.relations, self.integers, point):
                return None
        except (TooLarge, RecursionError, OverflowError):
            return None
        return point


def refute(refuter: Refuter, *, effort: int, clock: Clock) -> dict[str, str] | None:
    """Look for a witness.

    Args:    effort: 0 a glance (milliseconds), 1 thorough, 2 several restarts.
             clock: when to stop.
    """
    rounds, count, restarts = ((3, 256, 1), (12, 400, 1), (20, 1024, 2), (8, 2048, 30))[effort]
    for _ in range(restarts):
        witness = refuter.search(rounds, count, clock)
        if witness is not None or clock.over:
            return witness
    if effort in (0, 3):
        return None
    if not refuter.points(BLIND):
        return refuter.blindly(clock)
    witness = refuter.climb(clock)
    return witness if witness is not None or clock.over else refuter.breed(5 * rounds, clock.part(share=0.5))


def _spread(scores: Array, best: Array, count: int) -> Array:
    """Choose the best points, and some that are well inside the set of violations: the best may lie on its edge."""
    violating = int(np.count_nonzero(scores > 0))
    inside = [violating * part // 5 for part in (1, 2, 3, 4)] if violating > count else []
    return np.concatenate([best[:count], best[inside]]) if count > 2 else best[:count]


def _size(term: Term) -> Function:
    value = compiled(term)
    return lambda point: np.abs(value(point))


def _simple_points(latent: dict[str, float], *, touching: bool) -> Iterator[dict[str, Term]]:
    """Yield simple values near the given ones: rational; where sides may only touch, also roots and parts of pi."""
    seen: set[tuple] = set()
    makers: list[Callable[[float], Term]] = [partial(_rational, denominator=d) for d in DENOMINATORS]
    if touching:
        makers[2:2] = [_root, _cube_root, _part_of_pi]
    for maker in makers:
        made = {name: maker(value) for name, value in latent.items()}
        key = tuple(made.values())
        if key not in seen:
            seen.add(key)
            yield made


def _rational(value: float, denominator: int) -> Term:
    return num(_rounded(value, denominator))


def _root(value: float) -> Term:
    if not MODERATE[0] < abs(value) < MODERATE[1]:
        return _rational(value, 60)
    square = Fraction(value * value).limit_denominator(12)
    if abs(float(square) ** 0.5 - abs(value)) > NEAR * (1 + abs(value)):
        return _rational(value, 60)
    root: Term = ("sqrt", num(square))
    return root if value > 0 else mul(num(-1), root)


def _cube_root(value: float) -> Term:
    if not MODERATE[0] < abs(value) < MODERATE[1]:
        return _rational(value, 60)
    cube = Fraction(abs(value) ** 3).limit_denominator(12)
    if abs(float(cube) ** (1 / 3) - abs(value)) > NEAR * (1 + abs(value)):
        return _rational(value, 60)
    root: Term = ("**", num(cube), num(Fraction(1, 3)))
    return root if value > 0 else mul(num(-1), root)


def _part_of_pi(value: float) -> Term:
    part = Fraction(value / np.pi).limit_denominator(12)
    if part == 0 or abs(float(part) * np.pi - value) > NEAR * (1 + abs(value)):
        return _rational(value, 60)
    return mul(num(part), ("pi",))


def _rounded(value: float, denominator: int) -> Fraction:
    exact = Fraction(value)
    if value == 0:
        return exact
    # Keep about the same relative accuracy at every magnitude.
    magnitude = Fraction(10) ** int(np.floor(np.log10(abs(value))))
    if abs(value) >= 1:
        return exact.limit_denominator(denominator)
    return (exact / magnitude).limit_denominator(denominator) * magnitude


def _nearly(op: str, left: Array, right: Array) -> Array:
    slack = 1e-9 * (np.abs(left) + np.abs(right)) + 1e-300
    tests: dict[str, Callable[[], Array]] = {
        "==": lambda: np.abs(left - right) <= slack,
        "<=": lambda: left <= right + slack,
        ">=": lambda: left >= right - slack,
        "<": lambda: left < right,
        ">": lambda: left > right,
        "!=": lambda: left != right,
    }
    return tests[op]()
