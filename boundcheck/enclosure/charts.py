"""A chart at infinity: x = exp(-r |z|) makes a tail of tanh, logistic and their like a compact cell [0, x0].

There f is a rational function of x, smooth up to x = 0 (z infinite), so that a maximum that only just is a limit, such
as sup(tanh + (1 - tanh^2)/2), can be told like any other.
"""

from __future__ import annotations

import math
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
_MOST_POWER = 24


@dataclass(frozen=True, slots=True)
class Chart:
    """Derivatives s_k of the inner function as functions of x = exp(-rate |z|) on one side.

    ``factored`` yields s_k, ds_k/dx and (d/dx)^2 s_k / 2 for each k from factored expressions, which lose less to
    dependency than jets. ``start`` is the |z| from which the chart serves: beyond the shifts by constants in exponents.
    ``signs`` holds the sign of each s_k from there on, 0 where it is not settled.
    """

    side: int
    rate: fmpq
    start: fmpq
    runner: Runner
    factored: Runner
    signs: tuple[int, ...]

    def parts(self, ball: arb, order: int) -> tuple[Jet, ...]:
        """Return the jets in x of s_0, s_1, ... over a ball of x."""
        found = self.runner.outputs((jets.variable(ball, order),))
        tight = self.factored.outputs((ball,))
        return tuple(self._narrowed(jet, tight[3 * k : 3 * k + 3], order) for k, jet in enumerate(found))

    @staticmethod
    def _narrowed(jet: Jet, tight: Sequence[arb], order: int) -> Jet:
        whole = jet if len(jet) > 1 else (jet[0], *(arb(0) for _ in range(order)))
        return (*(balls.narrower(x, y) for x, y in zip(whole, tight, strict=False)), *whole[3:])

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
    expression, rate, shift = found
    start = sympy.Integer(2) ** sympy.ceiling(sympy.log((2 + shift) / rate, 2))
    derivatives: list[Expr] = []
    factored: list[Expr] = []
    expression, back = named_constants(expression)
    for _ in range(count):
        if sympy.count_ops(expression) > _MOST_OPERATIONS:
            return None
        slope = sympy.factor(sympy.diff(expression, _X))
        derivatives.append(expression)
        factored += [expression, slope, sympy.diff(slope, _X) / 2]
        expression = sympy.factor(-side * rate * _X * slope)
    derivatives, factored = ([item.xreplace(back) for item in items] for items in (derivatives, factored))
    runners = (
        Runner(compile_program(derivatives, [_X]), jets.JETS),
        Runner(compile_program(factored, [_X]), balls.BALLS),
    )
    signs = tuple(_sign(derivative, (-rate * start)) for derivative in derivatives)
    result = Chart(side, fmpq(int(rate.p), int(rate.q)), fmpq(int(start.p), int(start.q)), *runners, signs)
    return result if _is_finite(result.parts(arb(0), 2)) else None


def named_constants(expression: Expr) -> tuple[Expr, dict[Expr, Expr]]:
    """Name numbers such as e^2, for SymPy's algebra is slow with them; return also the way back."""
    numbers = {part for part in expression.atoms(sympy.exp) if not part.free_symbols}
    if sympy.E in expression.atoms(sympy.NumberSymbol):
        numbers.add(sympy.E)
    powers = {number: sympy.S.One if number is sympy.E else number.args[0] for number in numbers}
    if not all(power.is_Rational for power in powers.values()):
        names = {number: sympy.Dummy(positive=True) for number in numbers}
        return expression.xreplace(names), {name: number for number, name in names.items()}
    unit = reduce(sympy.gcd, powers.values(), sympy.S.Zero)
    name = sympy.Dummy("c", positive=True)
    return expression.xreplace({number: name ** (power / unit) for number, power in powers.items()}), {
        name: sympy.exp(unit)
    }


def _sign(function: Expr, last: Expr) -> int:
    """Return the sign of a rational function of x on (0, exp(last)]: that of what is left without its power of x."""
    above, below = (sympy.Poly(part, _X) for part in sympy.fraction(sympy.together(function)))
    least = [min(monomial[0] for monomial in part.monoms()) for part in (above, below)]
    rest = sympy.cancel(function / _X ** (least[0] - least[1])) if not above.is_zero else sympy.S.Zero
    value = balls.compile_arb(rest, [_X])(arb(0).union(balls.constant(sympy.exp(last))))
    return 1 if value > 0 else -1 if value < 0 else 0


def _is_finite(parts: Sequence[Jet]) -> bool:
    return all(coefficient.is_finite() for jet in parts for coefficient in jet)


def _in_exponentials(expression: Expr) -> tuple[Expr, Expr, Expr] | None:
    """Write an expression in y as a rational function of x = exp(-r y) with the largest r; None if it is none.

    Returns also a rational that no constant in an exponent exceeds.
    """
    if any(power.exp.is_Integer and abs(power.exp) > _MOST_POWER for power in expression.atoms(sympy.Pow)):
        return None
    plain = expression.replace(sympy.tanh, lambda u: (1 - sympy.exp(-2 * u)) / (1 + sympy.exp(-2 * u)))
    found = as_powers(plain, _Y, 1 / _X)
    if found is None or not found[0].is_rational_function(_X):
        return None
    shifts = [
        abs(balls.constant(part.args[0].subs(_Y, 0))) for part in plain.atoms(sympy.exp) if _Y in part.free_symbols
    ]
    shift = max((float(size.upper()) for size in shifts), default=0.0)
    return sympy.factor(sympy.cancel(found[0])), found[1], sympy.Integer(math.ceil(shift))


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
