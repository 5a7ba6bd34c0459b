"""Where restoration and the source's prose disagree: true claims, checked like any other."""

from __future__ import annotations

from typing import Any

from boundcheck.comparison import Comparison


def select(configuration: Any) -> tuple[Any, ...]:
    """Return the findings that a report shows: all, unless it was asked for some statements only."""
    from boundcheck.theory import findings

    wanted = configuration.run.statements
    found = findings()
    return tuple(item for item in found if item.id in wanted or set(item.depends_on) & set(wanted)) if wanted else found


def record(item: Comparison) -> dict[str, Any]:
    """Return the record of a finding in report.json."""
    statement = item.statement
    steps = {step.label: step for step in statement.derivation}
    return {
        "id": statement.id,
        "title": statement.title,
        "relation": statement.relation,
        "note": statement.source.note,
        "depends_on": list(statement.depends_on),
        "algebra": item.algebra.status,
        "claims": [
            {
                "label": result.label,
                "claim": steps[result.label].claim.text,
                "because": steps[result.label].justification,
                "status": result.status,
                "method": result.method,
            }
            for result in item.algebra.steps
        ],
    }
