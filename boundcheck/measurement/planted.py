"""Which planted errors the measurements catch: how far a true bound must be scaled down before it is contradicted.

A bound that is exact must come out contradicted when scaled by 0.97, any other by 0.5. What does not is listed with the
reason: a bound with room to spare, or a measurement that is no rigorous witness. `python -m
boundcheck.measurement.planted` measures everything and prints the table of PLANTED.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from boundcheck.enclosure import Enclosure
from boundcheck.measurement.bounds import DIGITS, LOOSE_TO_TIGHT, parameter_values
from boundcheck.measurement.catalogue import MEASUREMENTS, measure
from boundcheck.measurement.coverage import clopper_pearson
from boundcheck.measurement.planted_problems import (
    COUNTED,
    EXACT,
    EXACT_BOUNDS,
    NEAR,
    OTHER,
    PRESCRIBED,
    REASONS,
    ROOM,
    SETTINGS,
)
from boundcheck.measurement.planted_witnesses import (
    FORMS,
    expectation_over_form,
    recursion_over_sum,
    risks_at_prescription,
)
from boundcheck.measurement.reevaluation import reevaluate
from boundcheck.measurement.values import Measurement, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What becomes of errors planted in one bound.

    Args:    factor: scaled by anything below it the bound comes out contradicted; None: by nothing.
             reason: why a planted error of the wanted size is not caught, empty where it is.
    """

    statement: str
    quantity: str
    kind: str
    factor: float | None
    reason: str = ""
    variant: str | None = None

    @property
    def wanted(self) -> Fraction:
        """Return the factor of an error that should be caught."""
        return EXACT if (self.statement, self.quantity) in EXACT_BOUNDS else OTHER

    @property
    def caught(self) -> bool:
        """Say whether a planted error of the wanted size comes out contradicted."""
        return self.factor is not None and self.factor > self.wanted


def plant(problem: Problem, statements: Iterable[str] | None = None) -> list[Planted]:
    """Measure statements, all by default, and say which errors in their bounds the measurements catch."""
    wanted = dict.fromkeys(name for name, _, _ in MEASUREMENTS) if statements is None else statements
    return [row for statement in wanted for row in judge_all(problem, statement, measure(statement, problem))]


def judge_all(problem: Problem, statement: str, found: Sequence[Measurement]) -> list[Planted]:
    """Judge the measurements of one statement; a size is judged by its frequency over seeds where there is one."""
    counted = {(item.quantity, item.variant) for item in found if item.kind == "frequency"}
    rows = []
    for item in found:
        key = item.quantity, item.variant
        if item.kind == "frequency" or key not in counted:
            sizes = [other for other in found if (other.quantity, other.variant) == key and other.kind == "exact-run"]
            rows.append(_judge(problem, item, sizes))
    return rows


def _judge(problem: Problem, item: Measurement, sizes: Sequence[Measurement]) -> Planted:
    def row(factor: float | None, reason: str) -> Planted:
        made = Planted(
            statement=item.statement, quantity=item.quantity, kind=item.kind, factor=factor, variant=item.variant
        )
        return made if made.caught else replace(made, reason=reason)

    if item.value is None:
        return row(None, str(item.witness.get("reason", "nothing measured")))
    if item.quantity.endswith("difference"):
        return row(None, "an identity, here in doubles")
    bound = _tightest(problem, item)
    if bound is None:
        return row(None, REASONS.get((item.statement, item.quantity), "no certified number stands beside it"))
    if item.kind == "frequency":
        return row(*_by_frequency(item, sizes, bound, problem))
    try:
        certified = reevaluate(item.statement, item.quantity, item.witness)
    except ValueError:
        return row(None, f"{item.value / float(bound.upper):.2g} of the bound, in doubles: no rigorous witness")
    return row(float(certified.lower / bound.upper), "the bound has room to spare here")


def _by_frequency(
    item: Measurement, sizes: Sequence[Measurement], bound: Enclosure, problem: Problem
) -> tuple[float | None, str]:
    """Return the factor below which so many seeds exceed the scaled bound that their share certainly exceeds delta."""
    factor, limit = None, float(bound.upper)
    for size in sizes:
        deviations = sorted(size.series.get("deviation", []), reverse=True)
        found = contradicting_size(deviations, float(problem.delta))
        if found is not None:
            return (found - _error(size)) / limit, REASONS.get((item.statement, item.variant), ROOM)
        factor = (size.value or 0.0) / limit
    return None, "too few runs to exceed delta for certain" + (f"; {factor:.2g} of the bound" if factor else "")


def _error(size: Measurement) -> float:
    return float(size.uncertainty) if isinstance(size.uncertainty, (int, float)) else 0.0


def contradicting_size(deviations: Sequence[float], delta: float) -> float | None:
    """Return the size below which a limit is exceeded by enough of the deviations (largest first) to refute delta."""
    for failures in range(1, len(deviations) + 1):
        if clopper_pearson(failures, len(deviations))[0] > delta:
            return deviations[failures - 1]
    return None


def best(rows: Iterable[Planted]) -> list[Planted]:
    """Keep, of the rows of one bound at several problems, the one in which the smallest errors are caught."""
    kept: dict[tuple[str, str, str | None], Planted] = {}
    for row in rows:
        key = row.statement, row.quantity, row.variant
        if key not in kept or (row.factor or 0.0) > (kept[key].factor or 0.0):
            kept[key] = row
    return list(kept.values())


def survey(problem: Problem) -> list[Planted]:
    """Judge everything at a problem, and at the problems where bounds are tight."""
    rows = plant(problem)
    for tight, statement, quantities in SETTINGS:
        rows += [row for row in plant(tight, (statement,)) if row.quantity in quantities]
    for tight, statement in (*((problem, name) for problem, name, _ in COUNTED), *NEAR):
        rows += plant(tight, (statement,))
    return best([*rows, *identities(problem), *prescribed()])


def identities(problem: Problem) -> list[Planted]:
    """Judge errors planted in one side of an identity: both sides are enclosed."""
    found = [("prop-1", "difference", recursion_over_sum(problem))]
    found += [("prop-2b", f"{name}-difference", expectation_over_form(name)) for name in FORMS]
    return [
        Planted(statement=statement, quantity=quantity, kind="exact-run", factor=float(ratio.lower))
        for statement, quantity, ratio in found
    ]


def prescribed() -> list[Planted]:
    """Judge errors planted in epsilon: Theorem 2 would promise a smaller risk at the numbers that it asks for."""
    rows = []
    for problem, variant, share, kappa in PRESCRIBED:
        risks, epsilon = risks_at_prescription(problem, variant, share, kappa)
        size = contradicting_size(sorted(risks, reverse=True), float(problem.delta))
        factor = None if size is None else size / float(epsilon)
        row = Planted(statement="theorem-2", quantity="bound", kind="frequency", factor=factor, variant=variant)
        rows.append(row if row.caught else replace(row, reason=REASONS.get(("theorem-2", variant), ROOM)))
    return rows


def table(rows: Iterable[Planted]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| statement | quantity | measured as | caught below | wanted | caught | reason if not |",
        "|---" * 7 + "|",
    ]
    for row in rows:
        name = f"{row.quantity} ({row.variant})" if row.variant else row.quantity
        factor = "–" if row.factor is None else f"{row.factor:.4f}"
        caught = "yes" if row.caught else "no"
        lines.append(
            f"| {row.statement} | {name} | {row.kind} | {factor} | {float(row.wanted)} | {caught} | {row.reason} |"
        )
    return "\n".join(lines)


def _tightest(problem: Problem, item: Measurement) -> Enclosure | None:
    from boundcheck.evaluation import evaluate

    name, values = f"{item.statement}.{item.quantity}", parameter_values(problem)
    values |= {key: float.fromhex(value) for key, value in item.witness.get("given", {}).items()}
    for tier in reversed(LOOSE_TO_TIGHT):
        try:
            return evaluate(
                name, tier=tier, variant=item.variant, activation=problem.activation, digits=2 * DIGITS, **values
            )
        except (ValueError, ArithmeticError):
            continue
    return None


if __name__ == "__main__":
    sys.stdout.write(table(survey(Problem())) + "\n")
