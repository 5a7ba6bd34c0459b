"""Comparisons as plain data: the statements of report.json."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from boundcheck.comparison import Comparison, MeasuredValue, NumericResult, dependents

LARGEST_INTEGER = 2**53


def plain(value: Any) -> Any:
    """Return a value in JSON's own kinds: exact numbers and integers beyond 2^53 as text, NaN and infinity as text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Fraction):
        return plain(int(value)) if value.denominator == 1 else str(value)
    return str(value)


def statement_record(item: Comparison, all_of: Mapping[str, tuple[str, ...]], digits: int) -> dict[str, Any]:
    """Return the record of one statement.

    Args:    all_of: depends_on of every statement of the report; digits: of certified ends, rounded outward.
    """
    statement = item.statement
    return {
        "id": statement.id,
        "title": statement.title,
        "kind": statement.kind,
        "relation": statement.relation,
        "source": {name: getattr(statement.source, name) for name in ("origin", "where", "note")},
        "depends_on": list(statement.depends_on),
        "dependents": list(dependents(all_of, statement.id)),
        "algebra": item.algebra.status,
        "steps": [_step(step) for step in item.algebra.steps],
        "hypotheses": item.hypotheses.status,
        "conditions": [
            {"text": entry.text, "status": entry.status, "detail": entry.detail} for entry in item.hypotheses.conditions
        ],
        "numeric": [numeric_record(statement.id, entry, digits) for entry in item.numeric if entry.enclosure],
        "unavailable": [
            {"quantity": f"{statement.id}.{entry.quantity}", "tier": entry.tier, "variant": entry.variant,
             "reason": entry.failure}
            for entry in item.numeric if entry.enclosure is None
        ],
        "measured": _principal(item),
        "measurements": [measured_record(statement.id, entry) for entry in item.measured],
        "empirical": item.empirical.status,
        "empirical_detail": item.empirical.detail,
        "tightness": item.tightness,
        "tightness_of": numeric_name(statement.id, item.beside) if item.beside is not None else None,
        "vacuous": item.vacuous,
        "flags": list(item.flags),
    }  # fmt: skip


def numeric_name(identifier: str, entry: NumericResult) -> dict[str, Any]:
    """Name a certified value: quantity, tier, variant."""
    return {"quantity": f"{identifier}.{entry.quantity}", "tier": entry.tier, "variant": entry.variant}


def numeric_record(identifier: str, entry: NumericResult, digits: int) -> dict[str, Any]:
    """Return the record of one certified value; ends are decimal text, rounded outward."""
    return {
        **numeric_name(identifier, entry),
        "lower": entry.enclosure.lower_text(digits),
        "upper": entry.enclosure.upper_text(digits),
        "informative": entry.informative,
    }


def measured_record(identifier: str, entry: MeasuredValue) -> dict[str, Any]:
    """Return the record of one measured value."""
    certified = entry.certified
    ends = None if certified is None else {"lower": certified.lower_text(17), "upper": certified.upper_text(17)}
    return {
        "quantity": f"{identifier}.{entry.quantity}",
        "value": plain(entry.value),
        "tier": entry.tier,
        "variant": entry.variant,
        "kind": entry.kind,
        "witness": plain(entry.witness),
        "uncertainty": plain(entry.uncertainty),
        "certified": ends,
        "note": entry.note,
    }


def _principal(item: Comparison) -> dict[str, Any] | None:
    for entry in item.measured:
        named = item.beside is None or entry.quantity == item.beside.quantity
        if entry.value is not None and named and (item.beside is None or entry.kind != "frequency"):
            return measured_record(item.id, entry)
    return None


def _step(step: Any) -> dict[str, Any]:
    return {
        "label": step.label,
        "status": step.status,
        "method": step.method,
        "reason": step.reason,
        "counterexample": plain(step.counterexample),
    }


def summarise(comparisons: Iterable[Comparison]) -> dict[str, Any]:
    """Count verdicts; ``holds`` is false as soon as something is refuted or contradicted."""
    items = tuple(comparisons)
    algebra, hypotheses = (Counter(getattr(item, name).status for item in items) for name in ("algebra", "hypotheses"))
    empirical = Counter(item.empirical.status for item in items)
    numeric = Counter({None: "no-trivial-bound", True: "vacuous", False: "informative"}[item.vacuous] for item in items)
    promised = Counter(item.hypotheses.status for item in items if item.vacuous is False)
    steps: Counter[str] = Counter()
    for item in items:
        steps.update(item.algebra.counts)
    return {
        "statements": len(items),
        "algebra": _counts(algebra, "proved", "refuted", "undecided"),
        "steps": _counts(steps, "proved", "refuted", "undecided"),
        "hypotheses": _counts(hypotheses, "met", "unmet", "undecided"),
        "numeric": _counts(numeric, "informative", "vacuous", "no-trivial-bound"),
        "empirical": _counts(empirical, "consistent", "contradicted", "not-measured"),
        "informative": {f"hypotheses {name}": promised[name] for name in ("met", "unmet", "undecided")},
        "flagged": [item.id for item in items if item.flags],
        "failed": [item.id for item in items if item.failed],
        "unconfirmed": [item.id for item in items if item.empirical.unconfirmed],
        "holds": not any(item.failed for item in items),
    }


def _counts(found: Counter[Any], *names: str) -> dict[str, int]:
    return {name: found[name] for name in names}


def coverage(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """List the failure frequencies of probabilistic statements over independent seeds, with their intervals."""
    found = []
    for record in records:
        for entry in record["measurements"]:
            if entry["kind"] == "frequency" and entry["value"] is not None:
                runs = entry["witness"].get("runs") if isinstance(entry["witness"], dict) else None
                found.append({
                    "statement": record["id"],
                    "quantity": entry["quantity"],
                    "variant": entry["variant"],
                    "runs": runs,
                    "frequency": entry["value"],
                    "interval": entry["uncertainty"],
                })  # fmt: skip
    return found
