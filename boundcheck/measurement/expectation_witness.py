"""Expectations over the initial law at inputs along one axis, enclosed rigorously.

At x_t = r_t e only g = <e, u> ~ N(0, 1) and the sign of w count, so that the expectation is a sum of two integrals over
R. A cell of the line adds f(middle) times its Gaussian mass, and the slope, enclosed over the cell, times the mass's
first moment; beyond the last cell f is bounded by the recursion of Lemma 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from flint import arb

from boundcheck.measurement.reevaluation import BallDerivatives, ball, ball_derivatives, check_ball
from boundcheck.measurement.witness import fractions

EDGE = 9
CELLS = 512
Integrand = Callable[["Derivatives"], tuple[arb, arb]]
"""Value and slope in g, from the derivatives at a ball g."""


class Derivatives:
    """Derivatives of h_T at w and u = g e for a ball g: h_w, h_u (along e), and their slopes h_wu, h_uu in g."""

    def __init__(self, sigma: BallDerivatives, w: arb, g: arb, x: list[arb]) -> None:
        h = self.w = self.u = self.wu = self.uu = arb(0)
        for r in x:
            first, second = r + w * self.u, w * self.uu
            drive, mixed = h + w * self.w, self.u + w * self.wu
            h, slope, bend = sigma(w * h + r * g, 2)
            self.wu = bend * drive * first + slope * mixed
            self.uu = bend * first * first + slope * second
            self.w, self.u = slope * drive, slope * first


def expectation_value(witness: dict[str, Any]) -> arb:
    """Enclose kappa_T(x, x) (``of`` = "kernel") or E[nu_w |d_w h_T| + nu_u ||d_u h_T||] (``of`` = "target").

    Raises:  ValueError if inputs leave the first axis, or sigma is unbounded.
    """
    rows = fractions(witness["x"])
    check_ball(rows)
    if any(value for row in rows for value in row[1:]):
        message = "a witness of this form must have its inputs along the first axis; got others"
        raise ValueError(message)
    x, alpha = [ball(row[0]) for row in rows], ball(Fraction(witness["alpha"]))
    integrand = _integrand(witness)
    sigma = ball_derivatives(witness["activation"])
    inside = sum((_integral(sigma, sign * alpha, x, integrand) for sign in (1, -1)), arb(0)) / 2
    tail = (arb(EDGE) / arb(2).sqrt()).erfc() * _largest(witness, alpha, len(x))
    return inside + arb(tail.upper() / 2, tail.upper() / 2)


def _integrand(witness: dict[str, Any]) -> Integrand:
    if witness["of"] == "kernel":
        return lambda at: (at.w * at.w + at.u * at.u, 2 * (at.w * at.wu + at.u * at.uu))
    nu_w, nu_u = (ball(Fraction(witness[name])) for name in ("nu_w", "nu_u"))

    def saturated(at: Derivatives) -> tuple[arb, arb]:
        value = nu_w * abs(at.w) + nu_u * abs(at.u)
        return value, nu_w * _sign(at.w) * at.wu + nu_u * _sign(at.u) * at.uu

    return saturated


def _sign(value: arb) -> arb:
    if value > 0:
        return arb(1)
    return arb(-1) if value < 0 else arb(0, 1)


def _integral(sigma: BallDerivatives, w: arb, x: list[arb], integrand: Integrand) -> arb:
    """Integrate over |g| <= EDGE: f(g) = f(middle) + f'(xi) (g - middle) on each cell, xi in the cell."""
    total = arb(0)
    for low, high in _cells():
        middle, reach = ball((low + high) / 2), ball((high - low) / 2)
        value, _ = integrand(Derivatives(sigma, w, middle, x))
        _, slope = integrand(Derivatives(sigma, w, middle + reach * arb(0, 1), x))
        mass, moment = _moments(low, high)
        centre, spread = slope.mid(), slope.rad()
        total += value * mass + centre * moment + spread * reach * mass * arb(0, 1)
    return total


def _cells() -> Iterator[tuple[Fraction, Fraction]]:
    edges = [Fraction(2 * EDGE * k, CELLS) - EDGE for k in range(CELLS + 1)]
    return zip(edges[:-1], edges[1:], strict=True)


def _moments(low: Fraction, high: Fraction) -> tuple[arb, arb]:
    """Gaussian mass of a cell, and the integral of g - middle over it."""
    a, b, middle = ball(low), ball(high), ball((low + high) / 2)
    root = arb(2).sqrt()
    mass = ((b / root).erf() - (a / root).erf()) / 2
    density = ((-a * a / 2).exp() - (-b * b / 2).exp()) / (2 * arb.pi()).sqrt()
    return mass, density - middle * mass


def _largest(witness: dict[str, Any], alpha: arb, T: int) -> arb:
    """Upper bound of the integrand everywhere, by |h_w| <= sigma_1 (sigma_0 + alpha |h_w|) and so for h_u."""
    from boundcheck.activations import activation

    found = activation(witness["activation"])
    size, slope = (ball(found.constant(order).enclosure(15).upper) for order in (0, 1))
    h_w = h_u = arb(0)
    for step in range(T):
        h_w, h_u = slope * ((size if step else 0) + alpha * h_w), slope * (1 + alpha * h_u)
    if witness["of"] == "kernel":
        return h_w * h_w + h_u * h_u
    return ball(Fraction(witness["nu_w"])) * h_w + ball(Fraction(witness["nu_u"])) * h_u
