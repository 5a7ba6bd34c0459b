"""Removable singularities: a quotient N/D at an exact point p where both vanish, as sin(z)/z at 0.

If N^(j)(p) = 0 for j < k, then N(z)/(z-p)^k has Taylor coefficients in N_{k+l}(X) over every ball X that holds p
(integral form of the remainder). So the quotient's jet is that of the two jets, both shifted by k. That they vanish at
p is checked exactly, never numerically.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from flint import arb, ctx
from sympy import Expr, Symbol

from boundcheck.enclosure import balls, jets
from boundcheck.enclosure.jets import Jet


@dataclass(frozen=True, slots=True)
class Removable:
    """A division (its index in the program) whose divisor vanishes to ``order`` at ``point``, the dividend no less."""

    instruction: int
    point: Expr
    order: int

    def divide(self, x: Jet, y: Jet, variable: Jet) -> Jet:
        """Divide jets over the variable's ball, shifted if the ball holds the point."""
        if not variable[0].contains(balls.constant(self.point)):
            return jets.divide(x, y)
        k = self.order
        padded = [jet if len(jet) > 1 else (jet[0], *(arb(0) for _ in variable[1:])) for jet in (x, y)]
        return jets.divide(padded[0][k:], padded[1][k:])

    def widened(self, ball: arb) -> arb:
        """Reach over to the point from a ball that lies near it: there a plain quotient would lose everything."""
        here = balls.constant(self.point)
        if ball == here:
            return ball
        is_near = abs(ball - here) < arb(2) ** (-ctx.prec // 8)
        return ball.union(here) if is_near or arb(ball.mid(), 4 * ball.rad()).overlaps(here) else ball


def vanishing_order(expression: Expr, variable: Symbol, point: Expr, most: int = 8) -> int:
    """Return how many derivatives, from the 0th on, vanish exactly at the point (``most`` if that many do)."""
    for order in range(most):
        value = sympy.diff(expression, variable, order).subs(variable, point)
        if value != 0 and sympy.simplify(value) != 0:
            return order
    return most
