"""Evaluate a quantity fast, in doubles, and say how far the double is from the enclosure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr, Integer

from boundcheck.activations import Activation
from boundcheck.enclosure import Enclosure
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.recursion import along
from boundcheck.evaluation.request import request, unchanging, value_of
from boundcheck.evaluation.rigorous import evaluate
from boundcheck.language import Quantity, Recurrence, Statement
from boundcheck.notation import T, parameter


def evaluate_double(
    quantity: str | Quantity,
    *,
    tier: str | None = None,
    variant: str | None = None,
    activation: str | Expr | Activation = "tanh",
    statements: Iterable[Statement] = (),
    **values: Any,
) -> float:
    """Evaluate a quantity in doubles; not rigorous, infinite beyond their range.

    Args and errors: those of ``evaluate``.
    """
    asked = request(
        quantity, tier=tier, variant=variant, activation=activation, statements=tuple(statements), given=values
    )
    try:
        return float(value_of(asked.term, asked.values, Doubles(asked.activation), memo={}))
    except ZeroDivisionError:
        message = f"{asked.name} has no value in doubles here: a division by zero at these values"
        raise ValueError(message) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A double beside the enclosure; ``error``: the largest relative error that the enclosure leaves possible."""

    double: float
    enclosure: Enclosure
    error: float


def double_beside_enclosure(quantity: str | Quantity, *, digits: int = 20, **asked: Any) -> Comparison:
    """Evaluate in doubles and rigorously, and say how far the double can be off.

    Args:    asked: as for ``evaluate``.
    """
    enclosure = evaluate(quantity, digits=digits, **asked)
    double = evaluate_double(quantity, **asked)
    if not math.isfinite(double):
        return Comparison(double=double, enclosure=enclosure, error=math.inf)
    off = max(abs(Fraction(double) - enclosure.lower), abs(Fraction(double) - enclosure.upper))
    scale = max(abs(enclosure.lower), abs(enclosure.upper))
    return Comparison(double=double, enclosure=enclosure, error=float(off / scale) if scale else float(off))


def evaluate_along(
    quantity: str | Quantity,
    lengths: Iterable[int],
    *,
    tier: str | None = None,
    variant: str | None = None,
    activation: str | Expr | Activation = "tanh",
    statements: Iterable[Statement] = (),
    **values: Any,
) -> tuple[float, ...]:
    """Evaluate a quantity in doubles at many sequence lengths T, a recursion in one pass: for plots.

    Args:    lengths: integers >= 1; values: as for ``evaluate``, without T.
    """
    wanted = tuple(int(parameter("T").check(length)) for length in lengths)
    if not wanted:
        return ()
    asked = request(
        quantity,
        tier=tier,
        variant=variant,
        activation=activation,
        statements=tuple(statements),
        given={**values, "T": max(wanted)},
    )
    arithmetic = Doubles(asked.activation)
    if isinstance(asked.term.value, Recurrence) and not asked.term.children:
        steps, known = unchanging(asked.term.value, asked.values, arithmetic)
        return tuple(float(value) for value in along(steps, wanted, known, arithmetic))
    found = (value_of(asked.term, {**asked.values, T: Integer(length)}, arithmetic) for length in wanted)
    return tuple(float(value) for value in found)
