"""Certified values of one configuration: what several quantities refer to is computed once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundcheck.language import Quantity, Statement
from boundcheck.report.setting import Setting


class Values:
    """Evaluate quantities rigorously at a setting; remembers the constants that bounds share."""

    def __init__(self, setting: Setting, statements: Iterable[Statement] = ()) -> None:
        from boundcheck.evaluation.balls import Balls

        self.setting = setting
        self.statements = tuple(statements)
        self.digits = setting.configuration.run.digits
        self.memo: dict[Any, Any] = {}
        self.arithmetic = Balls(setting.activation, self.digits + 1)

    def combinations(self, quantity: Quantity) -> list[tuple[str | None, str | None]]:
        """List the (tier, variant) pairs that a quantity has, loosest tier first."""
        from boundcheck.evaluation.lookup import finder, tiers_of, variants_of

        find = finder(self.statements)
        variants: tuple[str | None, ...] = variants_of(quantity, find) or (None,)
        found: list[tuple[str | None, str | None]] = []
        for variant in variants:
            tiers: tuple[str | None, ...] = tiers_of(quantity, find, variant) or (None,)
            found += [(tier, variant) for tier in tiers]
        return found

    def __call__(self, quantity: Quantity, *, tier: str | None, variant: str | None) -> Any:
        """Return the enclosure of a quantity; ValueError where there is none."""
        from boundcheck.enclosure import Enclosure, precision
        from boundcheck.enclosure.precision import is_certified
        from boundcheck.evaluation.request import request, value_of
        from boundcheck.evaluation.rigorous import DIRECTIONAL_DIGITS
        from boundcheck.evaluation.terms import has_directions

        asked = request(
            quantity, tier=tier, variant=variant, activation=self.setting.activation, statements=self.statements,
            given=self.setting.values,
        )  # fmt: skip
        digits = min(self.digits, DIRECTIONAL_DIGITS) if has_directions(asked.term) else self.digits
        with precision(self.digits + 10):
            ball = value_of(asked.term, asked.values, self.arithmetic, memo=self.memo)
            if is_certified(ball, digits):
                return Enclosure.from_arb(ball)
        return self._alone(quantity, tier, variant)

    def _alone(self, quantity: Quantity, tier: str | None, variant: str | None) -> Any:
        """Evaluate with rising precision, where the shared one does not certify the digits."""
        from boundcheck.evaluation import evaluate

        return evaluate(
            quantity, tier=tier, variant=variant, activation=self.setting.activation, digits=self.digits,
            statements=self.statements, **self.setting.values,
        )  # fmt: skip
