"""Multiprecision by mpmath: a consistency check that shares no arithmetic with the enclosures. It is not rigorous."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

import mpmath
import sympy
from mpmath import mp
from sympy import Expr, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure.quotients import Regular
from boundcheck.evaluation.climbing import ScalarSupremum
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.polarisation import along_u, along_w, polarise
from boundcheck.evaluation.recursion import run
from boundcheck.evaluation.request import request, value_of
from boundcheck.evaluation.terms import free_symbols
from boundcheck.language import Quantity, Recurrence, Statement, Supremum
from boundcheck.notation import sigma_z, z

GUARD_DIGITS = 15
NEWTON_STEPS = 12


def evaluate_mpmath(
    quantity: str | Quantity,
    *,
    tier: str | None = None,
    variant: str | None = None,
    activation: str | Expr | Activation = "tanh",
    digits: int = 30,
    statements: Iterable[Statement] = (),
    **values: Any,
) -> mpmath.mpf:
    """Evaluate a quantity in mpmath at so many digits: to compare with ``evaluate``, not an enclosure.

    Args and errors: those of ``evaluate``.
    """
    from boundcheck.enclosure.precision import check_digits

    asked = request(
        quantity, tier=tier, variant=variant, activation=activation, statements=tuple(statements), given=values
    )
    with mp.workdps(check_digits(digits) + GUARD_DIGITS):
        found = value_of(asked.term, asked.values, Multiprecision(asked.activation))
        with mp.workdps(digits):
            return +mpmath.mpf(found)


class Multiprecision:
    """Arithmetic of mpmath at the precision in force, for one activation."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

    def begin(self) -> None:
        """Nothing to prepare."""

    def must_repeat(self) -> bool:
        """Never."""
        return False

    def period(self, before: list[Any], last: list[Any], now: list[Any]) -> int:
        """Tell whether a recursion has come back to its last state, or swings between two."""
        return 1 if now == last else 2 if now == before else 0

    def number(self, value: Any) -> Any:
        """Read an exact rational."""
        if isinstance(value, mpmath.mpf):
            return value
        exact = sympy.Rational(value)
        return mpmath.mpf(int(exact.p)) / int(exact.q)

    def constant(self, order: int) -> Any:
        """Return the supremum of |sigma^(order)|: from its closed form, else climbed to."""
        known = self.activation.constant(order)
        if known.exact is not None:
            return self.function(known.exact, ())()
        return self.supremum(sympy.Abs(sigma_z[order]), ())()

    def function(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., Any]:
        """Compile an expression."""
        return _compiled(expression, symbols)

    def supremum(self, expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., Any]:
        """Compile the supremum over z: the place found in doubles, then Newton steps."""
        return _Climb(expression, symbols, self.activation)

    def over_directions(self, supremum: Supremum, length: int, values: Mapping[Symbol, Any]) -> Any:
        """Return the supremum over directions: the place found in doubles, then parabolas through three points."""
        recurrence = supremum.value
        assert isinstance(recurrence, Recurrence)
        plain = polarise(recurrence, supremum.variable).plain
        known = {symbol: self.number(values[symbol]) for symbol in free_symbols(supremum)}

        def height(angle: Any) -> Any:
            return run(plain, length, known | {along_w: mp.cos(angle), along_u: mp.sin(angle)}, self)

        angle, _ = Doubles(self.activation).best_direction(supremum, length, known)
        return _summit(height, mpmath.mpf(angle))


class _Climb:
    """sup over z: Newton's method at rising precision from the maximiser in doubles."""

    def __init__(self, expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> None:
        self.doubles = ScalarSupremum(expression, symbols, activation)
        self.value, self.slope, self.curvature = _pieces(expression, symbols, activation)

    def __call__(self, *values: Any) -> Any:
        """Return the supremum at these values of the symbols."""
        self.doubles.begin()
        self.doubles(*(float(value) for value in values))
        place = self.doubles.place
        at = mpmath.mpf(place)
        best = self.value(at, *values)
        for _ in range(NEWTON_STEPS):
            curvature = self.curvature(at, *values)
            if not curvature < 0:
                break
            step = -self.slope(at, *values) / curvature
            if abs(step) > 1e-3 * (1 + abs(at)):
                break
            at += step
            best = max(best, self.value(at, *values))
            if abs(step) <= mp.eps * (1 + abs(at)) ** 2:
                break
        return max(best, self.value(mpmath.mpf(place) * mp.dps**2, *values)) if abs(place) > 8 else best


@lru_cache(maxsize=256)
def _pieces(expression: Expr, symbols: tuple[Symbol, ...], activation: Activation) -> tuple[Callable[..., Any], ...]:
    at = {symbol: activation.continued_derivative(k) for k, symbol in enumerate(sigma_z) if k <= activation.smoothness}
    whole = expression.xreplace(at)
    orders = (whole, sympy.diff(whole, z), sympy.diff(whole, z, 2))
    return tuple(_compiled(item.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero), (z, *symbols)) for item in orders)


@lru_cache(maxsize=2048)
def _compiled(expression: Expr, symbols: tuple[Symbol, ...]) -> Callable[..., Any]:
    """Compile by SymPy's printer for mpmath; dummies stand for the symbols, so that no name reaches the code."""
    dummies = [sympy.Dummy(f"x{k}") for k in range(len(symbols))]
    quotients = {part: f"continued{k}" for k, part in enumerate(expression.atoms(Regular))}
    names = {
        name: partial(_continued, _compiled(part.plain(), tuple(part.args[0].free_symbols)), part)
        for part, name in quotients.items()
    }
    plain = {part: sympy.Function(name)(part.args[0]) for part, name in quotients.items()}
    body = expression.xreplace(plain).xreplace(dict(zip(symbols, dummies, strict=True)))
    return sympy.lambdify(dummies, body, modules=[{"p": _geometric, "q": _weighted, **names}, "mpmath"])


def _continued(plain: Callable[..., Any], quotient: Expr, x: Any) -> Any:
    """Return a quotient; near a removable singularity with as many digits more as cancel, at one a little beside it."""
    extra = 0
    for point, order in quotient.args[3]:
        with mp.workdps(2 * mp.dps + 20):
            away = x - mpmath.mpf(sympy.N(point, mp.dps)._mpf_)
        if abs(away) < mp.eps:
            x, away = mpmath.mpf(sympy.N(point, 2 * mp.dps)._mpf_) + mp.eps, mp.eps
        if abs(away) < 1:
            extra = int((order + quotient.args[4] + 1) * (1 - mpmath.log10(abs(away))))
    with mp.extradps(extra):
        return plain(x)


def _geometric(t: Any, x: Any) -> Any:
    total = mpmath.mpf(0)
    for _ in range(int(t)):
        total = total * abs(x) + 1
    return total


def _weighted(t: Any, x: Any) -> Any:
    total = mpmath.mpf(0)
    for k in range(int(t), 0, -1):
        total = total * abs(x) + k
    return total


def _summit(height: Callable[[Any], Any], angle: Any) -> Any:
    """Climb to a maximum inside [0, pi/2] by parabolas; at an end, its value."""
    low, high = mpmath.mpf(0), mp.pi / 2
    spread = mpmath.mpf(10) ** -4
    best = max(height(angle), height(low), height(high))
    for _ in range(8):
        points = [min(max(angle + k * spread, low), high) for k in (-1, 0, 1)]
        if points[0] == points[1] or points[1] == points[2]:
            break
        below, here, above = (height(point) for point in points)
        best = max(best, below, here, above)
        bend = below - 2 * here + above
        if not bend < 0:
            break
        move = spread * (below - above) / (2 * bend)
        angle = angle + max(min(move, spread), -spread)
        best = max(best, height(min(max(angle, low), high)))
        if spread**4 < mp.eps:
            break
        spread = max(abs(move) * 2, spread**2) if abs(move) < spread / 4 else spread
    return best
