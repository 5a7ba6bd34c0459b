"""A chart at infinity: x = exp(-r |z|) makes a tail of tanh, logistic and their like a compact cell [0, x0].

There f is a rational function of x, smooth up to x = 0 (z infinite), so that a maximum that only just is a limit, such
as sup(tanh + (1 - tanh^2)/2), can be told like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import sympy
from flint import arb, fmpq
from sympy import Expr, Symbol

from boundcheck.enclosure import balls, jets
from boundcheck.enclosure.jets import Jet
from boundcheck.enclosure.program import Runner, compile_program

_X = Symbol("x", nonnegative=True)
_Y = Symbol("y", positive=True)
_MOST_OPERATIONS = 200


@dataclass(frozen=True, slots=True)
class Chart:
    """Derivatives s_k of the inner function as functions of x = exp(-rate |z|) on one side.

    ``signs`` holds the sign of each s_k on 0 < x <= exp(-2), 0 where it is not settled.
    """

    side: int
    rate: fmpq
    runner: Runner
    signs: tuple[int, ...]

    def parts(self, ball: arb, order: int) -> tuple[Jet, ...]:
        """Return the jets in x of s_0, s_1, ... over a ball of x."""
        found = self.runner.outputs((jets.variable(ball, order),))
        return tuple(jet if len(jet) > 1 else (jet[0], *(arb(0) for _ in range(order))) for jet in found)

    def edge(self, start: arb) -> arb:
        """Return an upper bound of x at |z| = start."""
        return (-start * self.rate).exp().upper()

    def place(self, x: arb) -> arb:
        """Return z for x > 0."""
        return -self.side * x.log() / self.rate


def chart(inner: Expr, variable: Symbol, side: int, count: int) -> Chart | None:
    """Build the chart for s_0..s_{count-1}; None unless f is rational in exp(-r |z|) and finite at infinity."""
    found = _in_exponentials(inner.subs(variable, side * _Y))
    if found is None:
        return None
    expression, rate = found
    derivatives = [expression]
    for _ in range(count - 1):
        if sympy.count_ops(derivatives[-1]) > _MOST_OPERATIONS:
            return None
        derivatives.append(sympy.factor(-side * rate * _X * sympy.diff(derivatives[-1], _X)))
    runner = Runner(compile_program(derivatives, [_X]), jets.JETS)
    signs = tuple(_sign(derivative) for derivative in derivatives)
    result = Chart(side, fmpq(int(rate.p), int(rate.q)), runner, signs)
    return result if _is_finite(result.parts(arb(0), 2)) else None


def _sign(function: Expr) -> int:
    """Return the sign of a rational function of x on (0, exp(-2)]: that of what is left without its power of x."""
    above, below = (sympy.Poly(part, _X) for part in sympy.fraction(sympy.together(function)))
    least = [min(monomial[0] for monomial in part.monoms()) for part in (above, below)]
    rest = sympy.cancel(function / _X ** (least[0] - least[1])) if not above.is_zero else sympy.S.Zero
    value = balls.compile_arb(rest, [_X])(arb(0).union(arb(-2).exp()))
    return 1 if value > 0 else -1 if value < 0 else 0


def _is_finite(parts: Sequence[Jet]) -> bool:
    return all(coefficient.is_finite() for jet in parts for coefficient in jet)


def _in_exponentials(expression: Expr) -> tuple[Expr, Expr] | None:
    """Write an expression in y as a rational function of x = exp(-r y) with the largest r; None if it is none."""
    plain = expression.replace(sympy.tanh, lambda u: (1 - sympy.exp(-2 * u)) / (1 + sympy.exp(-2 * u)))
    found = as_powers(plain, _Y, 1 / _X)
    if found is None or not found[0].is_rational_function(_X):
        return None
    return sympy.factor(sympy.cancel(found[0])), found[1]


def as_powers(expression: Expr, variable: Symbol, base: Expr) -> tuple[Expr, Expr] | None:
    """Write exp(k r z + b) as base^k e^b with the largest r > 0, k whole; None if z stands anywhere else too."""
    powers = [part for part in expression.atoms(sympy.exp) if variable in part.free_symbols]
    rates = [sympy.diff(part.args[0], variable) for part in powers]
    if not rates or not all(rate.is_Rational and rate != 0 for rate in rates):
        return None
    rate = sympy.Abs(reduce(sympy.gcd, rates))
    swaps = {
        part: base ** (slope / rate) * sympy.exp(part.args[0].subs(variable, 0))
        for part, slope in zip(powers, rates, strict=True)
    }
    plain = expression.xreplace(swaps)
    return None if variable in plain.free_symbols else (plain, rate)
