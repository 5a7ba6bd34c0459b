"""Where a bound on the risk begins to say something: the smallest width and iterations that beat the trivial bound.

The width is the smallest for which some number of iterations does (tau -> infinity), the number of iterations the
smallest for which some width does (m -> infinity, where alpha_m = alpha). Both limits are taken in the expression
itself. Bounds fall in m and in tau (the latter by inspection of the forms, the former as in ``conditions``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sympy import Expr, Rational, S, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure import Enclosure, precision
from boundcheck.evaluation.balls import Balls
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.request import Request, plain, request, value_of
from boundcheck.evaluation.search import UndecidedError, settled, smallest_integer
from boundcheck.evaluation.terms import free_symbols, has_directions, replaced_values
from boundcheck.evaluation.values import read
from boundcheck.language import Quantity
from boundcheck.notation import exact, m, nu_u, nu_w, rho_u, rho_w, tau

LARGEST = 10**300
DIGITS = 20
_tiny = Symbol("tiny", positive=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Informative:
    """Smallest even width m (tau -> infinity) and smallest tau (m -> infinity) with a bound below ``trivial``.

    None where no number up to 10^300 does. ``is_smallest``: the next smaller ones certainly do not.
    """

    quantity: str
    variant: str | None
    tier: str | None
    m: int | None
    tau: int | None
    trivial: Fraction
    is_smallest: bool


def informative_at(
    quantity: str | Quantity = "theorem-1.bound",
    *,
    variant: str | None = None,
    tier: str | None = None,
    activation: str | Expr | Activation = "tanh",
    trivial: Any = None,
    **values: Any,
) -> Informative:
    """Find the width and the number of iterations from which a risk bound is informative.

    Args:    trivial: risk of the zero function (mean y^2); default (L0 ||nu||)^2.
             values: as for ``evaluate``, without m and tau; rho defaults to nu.
    """
    asked = request(
        quantity, tier=tier, variant=variant, activation=activation, statements=(), given={}, complete=False
    )
    known = _completed(asked, read(values, asked.term.required()), trivial is None)
    limit = _trivial(asked, known, trivial)
    width, first = _smallest(asked, known, limit, m, 2)
    steps, second = _smallest(asked, known, limit, tau, 1)
    return Informative(
        quantity=asked.name,
        variant=asked.variant,
        tier=asked.tier,
        m=width,
        tau=steps,
        trivial=limit.lower,
        is_smallest=first and second,
    )


def _completed(asked: Request, known: dict[Symbol, Any], needs_nu: bool) -> dict[Symbol, Any]:
    for radius, nu in ((rho_w, nu_w), (rho_u, nu_u)):
        if nu in known:
            known.setdefault(radius, known[nu])
    needed = {s for s in asked.term.required() if not s.name.startswith("sigma")} | (
        {nu_w, nu_u} if needs_nu else set()
    )
    missing = sorted(symbol.name for symbol in needed - {m, tau} if symbol not in known)
    if missing:
        message = f"{asked.name} needs a value of {', '.join(missing)}; got none"
        raise ValueError(message)
    return known


def _trivial(asked: Request, known: Mapping[Symbol, Any], trivial: Any) -> Enclosure:
    if trivial is not None:
        return Enclosure.from_exact(exact(trivial))
    target = request(
        "prop-6.target",
        tier=asked.tier,
        variant=None,
        activation=asked.activation,
        statements=(),
        given={},
        complete=False,
    )
    with precision(DIGITS + 10):
        return Enclosure.from_arb(value_of(target.term, known, Balls(asked.activation, DIGITS)) ** 2)


def _smallest(
    asked: Request, known: Mapping[Symbol, Any], limit: Enclosure, symbol: Symbol, step: int
) -> tuple[int | None, bool]:
    """Find the smallest value of one of m and tau, the other at infinity."""
    other = tau if symbol == m else m
    value = asked.term.value
    if not isinstance(value, Expr) or symbol not in value.free_symbols:
        return None, True
    form = at_infinity(value, other)
    quick = _Ask(asked, form, known, symbol, Doubles(asked.activation))
    threshold = float(limit)
    found = smallest_integer(lambda k: quick(k) < threshold, step, LARGEST)
    if found is None:
        return None, False
    digits = 9 if has_directions(asked.term) else len(str(found)) + 12

    def holds(k: int) -> bool:
        with precision(digits + 20):
            bound = _Ask(asked, form, known, symbol, Balls(asked.activation, digits))(k)
            ends = limit.arb()
            if bound < ends or bound >= ends:
                return bool(bound < ends)
        raise UndecidedError

    return settled(found, step, holds)


def at_infinity(value: Expr, symbol: Symbol) -> Expr:
    """Take the limit of an expression in 1/symbol and 1/sqrt(symbol) as the symbol tends to infinity."""
    return value.xreplace({symbol: _tiny**-2}).subs(_tiny, S.Zero)


class _Ask:
    """The bound as a function of m or tau alone."""

    def __init__(
        self, asked: Request, form: Expr, known: Mapping[Symbol, Any], symbol: Symbol, arithmetic: Any
    ) -> None:
        self.term = replace(asked.term, value=form)
        self.known, self.symbol, self.arithmetic = known, symbol, arithmetic
        self.memo: dict[Any, Any] = {}

    def __call__(self, value: int) -> Any:
        values = {**self.known, self.symbol: Rational(value)}
        if self.symbol == m:
            return value_of(self.term, values, self.arithmetic, memo=self.memo)
        return value_of(self.term, values, self.arithmetic, memo=self.memo, instead=self._at_infinite_width(values))

    def _at_infinite_width(self, values: Mapping[Symbol, Any]) -> dict[str, Any]:
        """Evaluate what the bound refers to at alpha_m = alpha."""
        found = {}
        for symbol, child, at in self.term.children:
            if symbol in free_symbols(self.term.value) and symbol.name not in self.memo:
                inner = replaced_values(at, values, lambda e, given: plain(e, given, self.arithmetic))
                inner |= {rho_w: S.Zero, m: Rational(1)}
                self.memo[symbol.name] = value_of(child, inner, self.arithmetic)
            found[symbol.name] = self.memo.get(symbol.name)
        return found
