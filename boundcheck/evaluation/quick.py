"""Evaluate a quantity fast, in doubles, and say how far the double is from the enclosure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Expr

from boundcheck.activations import Activation
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.request import request, value_of
from boundcheck.language import Quantity, Statement


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
    return float(value_of(asked.term, asked.values, Doubles(asked.activation)))
