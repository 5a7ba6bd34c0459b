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
from boundcheck.measurement.reevaluation import reevaluate
from boundcheck.measurement.values import Measurement, Problem

EXACT, OTHER = Fraction(97, 100), Fraction(1, 2)
EXACT_BOUNDS = {("lemma-1", "D_w"), ("lemma-1", "D_u"), ("lemma-1", "L"), ("lemma-2", "Lambda")}
"""Bounds that are suprema in their tightest tier, for d >= 2."""
_GROWING = Problem(T=4, d=2, m=1024, alpha=Fraction(1, 2), rho_w=1, rho_u=1, nu_w=1, nu_u=1, restarts=32)
_SHORT = Problem(T=1, d=2, m=1 << 14, alpha=Fraction(1, 2), rho_w=1, rho_u=3, nu_w=0, nu_u=Fraction(1, 10), restarts=32)
_WIDE, _TWO = _GROWING.replace(T=6, m=1 << 14), _GROWING.replace(T=2)
_NEARLY_LINEAR = Problem(activation="tanh(z/10)", T=1, n=1, d=2, m=64, alpha=Fraction(1, 2), rho_w=0, rho_u=1, nu_w=0)
_SPREAD = _NEARLY_LINEAR.replace(map="alternating", delta=Fraction(1, 100), runs=400)
_ONE_STEP = _NEARLY_LINEAR.replace(map="aligned", m=1 << 16, tau=1)
SETTINGS: tuple[tuple[Problem, str, tuple[str, ...]], ...] = (
    (_GROWING, "lemma-1", ("D_w", "D_u", "L", "beta")),
    (_TWO, "lemma-1", ("gamma3",)),
    (_GROWING, "lemma-2", ("Lambda", "chi")),
    (_WIDE, "prop-4", ("bound",)),
    (_WIDE, "prop-4b", ("bound",)),
    (_SHORT.replace(nu_u=1), "prop-5-symmetric", ("bound",)),
    (_GROWING, "prop-6", ("output",)),
    (_SHORT, "prop-6", ("gradient",)),
    (_TWO, "prop-6b", ("factor", "factor_w", "factor_u")),
    (_NEARLY_LINEAR, "prop-2", ("bound",)),
    (_NEARLY_LINEAR, "prop-6", ("target",)),
)
"""Problems at which a statement's quantities are tight enough for a witness to catch the errors planted in them."""
COUNTED: tuple[tuple[Problem, str, tuple[str, ...]], ...] = (
    (_SPREAD, "prop-3", ("bound",)),
    (_SPREAD, "prop-3-rms", ("bound",)),
    (_SPREAD, "prop-5", ("bound",)),
    (_ONE_STEP, "theorem-1", ("bound",)),
)
"""Problems at which a frequency over seeds catches them, for theorem-1 in variant lyapunov."""
_HALF = "at most half can be attained: at tau = 1 it is >= 2 L^2 N, and R(Theta(0)) <= L^2 N, N = nu_w^2 + nu_u^2"
_ROOM = "holds for any distribution: room to spare"
REASONS: dict[tuple[str, str | None], str] = {
    ("prop-2a", None): f"{_ROOM} (products of gradients spread by about L^2/2, the bound allows L^2)",
    ("theorem-1", "sharpened"): _HALF,
    ("theorem-1", "classic"): _HALF,
    ("corollary-1", "sharpened"): _HALF,
    ("corollary-1", "classic"): _HALF,
}
"""Why an error is not caught by any problem, by statement and variant."""


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
        return row(None, "an identity in doubles: a planted error makes the sides differ, but nothing rigorous says so")
    bound = _tightest(problem, item)
    if bound is None:
        return row(None, "no certified number stands beside it")
    if item.kind == "frequency":
        return row(*_by_frequency(item, sizes, bound, problem))
    try:
        certified = reevaluate(item.statement, item.quantity, item.witness)
    except (KeyError, ValueError):
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
            return (found - _error(size)) / limit, REASONS.get((item.statement, item.variant), _ROOM)
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
    for tight, statement, quantities in (*SETTINGS, *COUNTED):
        rows += [row for row in plant(tight, (statement,)) if row.quantity in quantities]
    return best(rows)


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
