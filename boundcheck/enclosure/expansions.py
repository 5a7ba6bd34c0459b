"""Numbers for quotients with removable singularities: Taylor models near the points, plain quotients elsewhere.

If N^(j)(p) = 0 for j < k, then N(z)/(z-p)^k has Taylor coefficients in N_{k+l}(X) over every ball X that holds p
(integral form of the remainder). So the quotient's coefficients on X are those of the two jets, both shifted by k: at p
itself sharp ones, over a neighbourhood H of p coarse ones. With c_j those at p and C that of order J over H,

    f^(l)(z)/l! = sum_{l <= j < J} binom(j, l) c_j (z-p)^(j-l) + binom(J, l) C (z-p)^(J-l)   for z in H.

That both vanish at p has been proved exactly.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from flint import arb, ctx
from sympy import Expr, Lambda

from boundcheck.enclosure import balls, jets
from boundcheck.enclosure.jets import Jet
from boundcheck.enclosure.precision import working_bits
from boundcheck.enclosure.program import Runner, compile_program
from boundcheck.enclosure.quotients import FREE

_TERMS = 18
_USUAL_ORDER, _IN_STEPS = 8, 5
_REACHES = (0, 1, 2, 4, 8)
"""Neighbourhoods |z - p| <= 2^-r, the widest first."""
_NEAR = arb(2) ** -2
_MOST_EXTRA_BITS = 1 << 16
_SERIES_TERMS, _SERIES_BITS, _MOST_REACH = 40, 128, 6
_MOST_KEPT = 20_000


@lru_cache(maxsize=256)
def expansion(above: Lambda, below: Lambda, points: Any) -> Expansion:
    """Return the expansion of N/D continued to the points ((point, order), ...)."""
    return Expansion(above, below, tuple((point, int(order)) for point, order in points))


class Expansion:
    """N/D continued to its removable singularities; what was computed is kept."""

    def __init__(self, above: Lambda, below: Lambda, points: tuple[tuple[Expr, int], ...]) -> None:
        self.points = points
        self.runner = Runner(compile_program([above(FREE), below(FREE)], [FREE]), jets.JETS)
        self._kept: dict[tuple[arb, arb, int, int], Jet] = {}
        self._models: dict[tuple[int, int, int, int], list[list[arb]]] = {}

    def jet(self, ball: arb, count: int) -> Jet:
        """Enclose the Taylor coefficients 0..count over a ball, and a few more, which are often asked for next."""
        count = max(count + -count % _IN_STEPS, _IN_STEPS)
        key = (ball.mid(), ball.rad(), count, ctx.prec)
        if key not in self._kept:
            if len(self._kept) > _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._centred(ball, count)
        return self._kept[key]

    def _centred(self, ball: arb, count: int) -> Jet:
        """Enclose them directly, and each by the mean value form with the next, whichever is narrower."""
        if ball.is_exact() or not ball.is_finite():
            return self._direct(ball, count)
        wide, middle = self._direct(ball, count + 1), ball.mid()
        exact, away = self._direct(middle, count), ball - middle
        return tuple(balls.narrower(wide[i], exact[i] + (i + 1) * wide[i + 1] * away) for i in range(count + 1))

    def _direct(self, ball: arb, count: int) -> Jet:
        found = None
        for index, (point, _) in enumerate(self.points):
            shift = ball - balls.constant(point)
            holds = shift.contains(0)
            if not (holds or abs(shift) <= 1):
                continue
            near = self._near(index, shift, ball, count)
            if holds:
                return near
            found = near if found is None else _narrower(found, near)
        plain = self._plain(ball, count)
        return plain if found is None else _narrower(plain, found)

    def _plain(self, ball: arb, count: int) -> Jet:
        """Divide the jets; at a point near a singularity with so many bits more as cancel there."""
        extra = 0
        if ball.is_exact():
            for point, order in self.points:
                distance = abs(ball - balls.constant(point))
                if distance < _NEAR and distance > 0:
                    extra += (order + count + 1) * (2 - int(float(distance.log() / arb(2).log())))
        with ctx.workprec(ctx.prec + extra if extra < _MOST_EXTRA_BITS else ctx.prec):
            above, below = self.runner.outputs((jets.variable(ball, count),))
            return jets.padded(jets.divide(above, below), count)

    def _near(self, index: int, shift: arb, ball: arb, count: int) -> Jet:
        """Enclose the coefficients near a singularity by a Taylor model, where there is one of that order."""
        size = shift.abs_upper()
        reaches = [reach for reach in _REACHES if size <= arb(2) ** -reach]
        if reaches:
            model = self._model(index, reaches[-1], max(count, _USUAL_ORDER))
            if model:
                return tuple(_value(row, shift) for row in model[: count + 1])
        return self._shifted(index, ball.union(balls.constant(self.points[index][0])), count)

    def _model(self, index: int, reach: int, highest: int) -> list[list[arb]]:
        """Return for i <= highest the numbers binom(j, i) c_j, i <= j < J, and binom(J, i) C; empty if not finite."""
        key = (index, reach, highest, ctx.prec)
        if key not in self._models:
            last = highest + _TERMS
            here = balls.constant(self.points[index][0])
            exact = self._shifted(index, here, last - 1)
            rest = self._shifted(index, here + arb(0, 1) * arb(2) ** -reach, last)[-1]
            terms = (*exact, rest)
            finite = all(term.is_finite() for term in terms)
            rows = [[math.comb(j, i) * terms[j] for j in range(i, last + 1)] for i in range(highest + 1)]
            self._models[key] = rows if finite else []
        return self._models[key]

    def series(self, index: int, order: int) -> tuple[float, float, tuple[float, ...]]:
        """Return (point, radius, coefficients) of a Taylor polynomial of the derivative that serves in doubles.

        Within the radius what is left out is below a rounding of the greatest term; a radius of 0 means never.
        """
        with working_bits(_SERIES_BITS):
            point = balls.constant(self.points[index][0])
            exact = self._shifted(index, point, _SERIES_TERMS - 1)
            for reach in range(_MOST_REACH):
                radius = arb(2) ** -reach
                rest = self._shifted(index, point + radius * arb(0, 1), _SERIES_TERMS)[-1]
                terms = (*exact, rest)
                sizes = [abs(c) * math.perm(j, order) * radius ** max(j - order, 0) for j, c in enumerate(terms)]
                if sizes[-1] < arb(2) ** -54 * max(sizes[:-1]):
                    kept = [float((c * math.perm(j, order)).mid()) for j, c in enumerate(exact)]
                    return float(point.mid()), float(radius), tuple(kept[order:])
        return float(point.mid()), 0.0, ()

    def _shifted(self, index: int, ball: arb, count: int) -> Jet:
        """Divide the jets shifted by the order to which both vanish; the ball holds the point."""
        order = self.points[index][1]
        found = self.runner.outputs((jets.variable(ball, count + order),))
        above, below = (jets.padded(jet, count + order)[order:] for jet in found)
        return jets.divide(above, below)


def _narrower(x: Jet, y: Jet) -> Jet:
    return tuple(balls.narrower(one, other) for one, other in zip(x, y, strict=True))


def _value(coefficients: list[arb], shift: arb) -> arb:
    total = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = total * shift + coefficient
    return total


def derivative_jet(payload: Any, ball: arb, count: int) -> Jet:
    """Enclose the Taylor coefficients 0..count of the l-th derivative: a_{l+j} (l+j)!/j! from those of the quotient."""
    above, below, points, order = payload
    shift = int(order)
    whole = expansion(above, below, points).jet(ball, shift + count)
    return tuple(whole[shift + j] * (math.factorial(shift + j) // math.factorial(j)) for j in range(count + 1))


def value(x: Expr, payload: Any, bits: int) -> str:
    """Return the l-th derivative at an exact number, in decimals and not rigorous, for SymPy's own use."""
    with working_bits(bits + 64):
        return derivative_jet(payload, balls.constant(x), 0)[0].mid().str(max(15, bits // 3), radius=False)
