"""Evaluate a quantity rigorously: precision is raised until the digits asked for are certified."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import arb
from sympy import Expr

from boundcheck.activations import Activation
from boundcheck.enclosure import Enclosure, PrecisionError, precision
from boundcheck.evaluation.balls import Balls
from boundcheck.evaluation.closed_form import closed_form
from boundcheck.evaluation.request import Memo, Request, remembered, request
from boundcheck.evaluation.terms import has_directions
from boundcheck.language import Quantity, Statement

ATTEMPTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A quantity's rigorous value with how it was asked and certified; ``digits``: significant digits certified."""

    quantity: str
    tier: str | None
    variant: str | None
    enclosure: Enclosure
    digits: int
    provenance: str

    def to_json(self) -> dict[str, Any]:
        """Return the keys of ``boundcheck eval``: ends are decimal strings, rounded outward."""
        ends = self.enclosure.as_dict(self.digits)
        return {
            "quantity": self.quantity,
            "tier": self.tier,
            "lower": ends["lower"],
            "upper": ends["upper"],
            "digits": self.digits,
            "exact": ends["exact"],
            "provenance": self.provenance,
        }


def evaluate(
    quantity: str | Quantity,
    *,
    tier: str | None = None,
    variant: str | None = None,
    activation: str | Expr | Activation = "tanh",
    digits: int = 30,
    statements: Iterable[Statement] = (),
    **values: Any,
) -> Enclosure:
    """Enclose a quantity, such as ``lemma-1.beta``, at exact values of its symbols.

    Args:    tier: default the tightest that exists; variant: default the first, the source's own.
             digits: significant digits to certify (each costs time in a tier with a supremum over directions).
             statements: a user's own, in which references are looked up first.
             values: ``alpha="1/2", T=16, m=1024, ...``: int, Fraction, Rational, text, or a float as the binary number
             it is.
    Raises:  ValueError, TypeError: unknown or missing symbols, tiers, variants; values outside their domains.
             PrecisionError (a ValueError) if the digits cannot be certified.
    """
    return evaluation(
        quantity, tier=tier, variant=variant, activation=activation, digits=digits, statements=statements, **values
    ).enclosure


def evaluation(
    quantity: str | Quantity,
    *,
    tier: str | None = None,
    variant: str | None = None,
    activation: str | Expr | Activation = "tanh",
    digits: int = 30,
    statements: Iterable[Statement] = (),
    **values: Any,
) -> Evaluation:
    """Do as ``evaluate``, and say which tier, variant and digits, and from where."""
    asked = request(
        quantity, tier=tier, variant=variant, activation=activation, statements=tuple(statements), given=values
    )
    return Evaluation(
        quantity=asked.name,
        tier=asked.tier,
        variant=asked.variant,
        enclosure=enclosed(asked, digits),
        digits=digits,
        provenance=asked.provenance,
    )


def enclosed(asked: Request, digits: int) -> Enclosure:
    """Enclose a resolved request; exact where a closed form shows it."""
    exact = closed_form(asked)
    if exact is not None and exact.is_Rational:
        return Enclosure.from_exact(exact)
    return Enclosure.from_arb(certified_ball(asked, digits), exact)


@lru_cache(maxsize=32)
def _shared(activation: Activation, digits: int, working: int) -> Memo:
    """Return what is known for an activation at one precision: bounds refer to the same constants again and again."""
    return {}


def forget() -> None:
    """Forget every value that was evaluated (for timing)."""
    _shared.cache_clear()


def certified_ball(asked: Request, digits: int) -> arb:
    """Return a ball of relative width at most 10^-digits (absolute if it holds zero)."""
    from boundcheck.enclosure.precision import is_certified

    working, inner, before, is_stuck = digits, digits, arb("inf"), False
    for _ in range(ATTEMPTS):
        arithmetic = Balls(asked.activation, inner)
        with precision(working):
            ball = remembered(asked.term, asked.values, arithmetic, _shared(asked.activation, inner, working))
            if is_certified(ball, digits):
                return ball
            # A flat maximum over directions exhausts the arcs, whatever the precision.
            is_stuck = has_directions(asked.term) and bool(ball.rad() * 2 > before)
        if is_stuck:
            break
        # A supremum inside the term has the digits that it is asked for; powers and differences of it have fewer.
        working, inner, before = 2 * working + 10, inner + 3, ball.rad()
    why = " (the maximum over directions is too flat; ask for fewer digits)" if is_stuck else ""
    if not ball.is_finite():
        why = " (at these values a division by zero, or a root or logarithm outside its domain)"
    message = f"cannot certify {digits} digits of {asked.name}: at {working} digits it is {ball.str(10)}{why}"
    raise PrecisionError(message)
