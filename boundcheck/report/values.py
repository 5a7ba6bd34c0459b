"""Certified values of the quantities of a report, at its configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from boundcheck.language import Quantity, Statement
from boundcheck.report.setting import Setting

FEWER_DIGITS = 6


class Values:
    """Evaluate quantities rigorously at a setting; ``given``: values of further symbols, that a measurement found."""

    def __init__(
        self, setting: Setting, statements: Iterable[Statement] = (), given: Mapping[str, Any] | None = None
    ) -> None:
        self.setting = setting
        self.statements = tuple(statements)
        self.given = dict(given or {})
        self.digits = setting.configuration.run.digits

    def with_given(self, given: Mapping[str, Any]) -> Values:
        """Return these values at further symbols' values too."""
        return Values(self.setting, self.statements, given) if given else self

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
        """Return the enclosure of a quantity; ValueError where there is none.

        Where the digits asked for cost too much (a supremum that is a limit, say), fewer are certified.
        """
        from boundcheck.evaluation import evaluate

        failure: ValueError | None = None
        for digits in dict.fromkeys((self.digits, min(self.digits, FEWER_DIGITS))):
            try:
                return evaluate(
                    quantity, tier=tier, variant=variant, activation=self.setting.activation, digits=digits,
                    statements=self.statements, **self.setting.values | self.given,
                )  # fmt: skip
            except ValueError as error:
                failure = failure or error
        assert failure is not None
        raise failure
