"""How long every quantity takes: each statement, tier and variant, in doubles and as an enclosure.

``python -m boundcheck.evaluation.times`` prints the table: processor seconds of a first call (which compiles) and of
the fastest of three more, in a running process; nothing that was evaluated before is remembered.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from boundcheck import theory
from boundcheck.evaluation.lookup import finder, tiers_of, variants_of
from boundcheck.evaluation.quick import evaluate_double
from boundcheck.evaluation.request import request
from boundcheck.evaluation.rigorous import certified_ball, forget

AGAIN = 3
COLUMNS = ("quantity", "tier", "variant", "double", "again", "digits", "again", "value")
VALUES = {
    "alpha": "9/10", "m": 4096, "n": 32, "d": 2, "rho_w": 1, "rho_u": 1, "nu_w": 1, "nu_u": 1, "delta": "1/10",
    "epsilon": "1/100", "tau": 1000, "eta": "1/1000", "kappa": "1/4",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Seconds of one form; ``value`` is the double, or why there is none."""

    quantity: str
    tier: str | None
    variant: str | None
    double: tuple[float, float]
    enclosed: tuple[float, float]
    value: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the row as text."""
        seconds = (f"{second:.4f}" for second in (*self.double, *self.enclosed))
        return (self.quantity, self.tier or "-", self.variant or "-", *seconds, self.value)


def forms(only: str = "") -> Iterator[tuple[str, str | None, str | None]]:
    """Yield (quantity, tier, variant) of all that can be asked for, or of names that begin with ``only``."""
    find = finder()
    for statement in theory.statements():
        for quantity in statement.quantities:
            name = f"{statement.id}.{quantity.name}"
            if not name.startswith(only):
                continue
            for variant in variants_of(quantity, find) or (None,):
                for tier in tiers_of(quantity, find, variant) or (None,):
                    yield name, tier, variant


def timed(name: str, tier: str | None, variant: str | None, digits: int, values: dict[str, Any]) -> Row:
    """Time one form, each call from the beginning."""
    asked: dict[str, Any] = {"tier": tier, "variant": variant, **values}
    notes: list[str] = []

    def enclosure() -> str:
        forget()
        found = request(name, tier=tier, variant=variant, activation="tanh", statements=(), given=values)
        return certified_ball(found, digits).str(6)

    double = [_seconds(lambda: f"{evaluate_double(name, **asked):.6g}", notes) for _ in range(AGAIN + 1)]
    enclosed = [_seconds(enclosure, notes) for _ in range(AGAIN + 1)]
    return Row(quantity=name, tier=tier, variant=variant, double=(double[0], min(double[1:])),
               enclosed=(enclosed[0], min(enclosed[1:])), value=" / ".join(dict.fromkeys(notes)))  # fmt: skip


def _seconds(run: Callable[[], str], notes: list[str]) -> float:
    start = time.process_time()
    try:
        notes.append(run())
    except (ValueError, ArithmeticError) as error:
        notes.append(f"{type(error).__name__}: {error}"[:90])
    return time.process_time() - start


def main(arguments: list[str] | None = None) -> int:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m boundcheck.evaluation.times", description=__doc__)
    parser.add_argument("only", nargs="?", default="", help="names that begin so, such as lemma-1.beta")
    parser.add_argument("--length", type=int, default=1000, help="sequence length T")
    parser.add_argument("--digits", type=int, default=50)
    parser.add_argument("--alpha", default=VALUES["alpha"])
    options = parser.parse_args(arguments)
    values = VALUES | {"T": options.length, "alpha": options.alpha}
    sys.stdout.write("| " + " | ".join(COLUMNS) + " |\n" + "|" + "---|" * len(COLUMNS) + "\n")
    for name, tier, variant in forms(options.only):
        sys.stdout.write("| " + " | ".join(timed(name, tier, variant, options.digits, values).texts) + " |\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
