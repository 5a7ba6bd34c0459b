"""Can the checker fail? A seeded sample of planted errors, and what became of them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from boundcheck.language import Statement

PER_SECOND = 6
KINDS = (
    (" times ", "constant scaled"),
    ("exponent", "exponent changed"),
    ("index", "index shifted"),
    ("end ", "index shifted"),
    ("start ", "index shifted"),
    ("sign of", "sign changed"),
    ("dropped hypothesis", "hypothesis dropped"),
    ("dropped", "term dropped"),
    ("swapped", "look-alikes swapped"),
    (" made ", "relation made strict, or not strict"),
)
"""Parts of a mutation's description, the first that fits names its kind."""
TIMEOUT = 2.0
"""Seconds for one mutant: one that takes longer survives, and is named."""


def plant(
    statements: Iterable[Statement],
    *,
    seconds: Fraction,
    seed: int,
) -> dict[str, Any]:
    """Plant errors into derivation steps and decide each.

    The sample's size follows from ``seconds`` by a fixed rate, not from a clock: the same seed plants the same errors.

    Returns: mutants, killed (refuted by a witness), still_true (proved: weaker but valid), survivors (undecided),
             ill_posed (those of them that say nothing: a term has no value at a point of their hypotheses), and the
             same counts for every kind of error.
    """
    from boundcheck.algebra.mutation import NO_VALUE, mutants
    from boundcheck.algebra.prover import decide

    planned = [mutant for statement in statements for mutant in mutants(statement)]
    wanted = min(len(planned), int(seconds * PER_SECOND))
    sample = random.Random(seed).sample(planned, wanted)
    fates: dict[str, list[Any]] = {"refuted": [], "proved": [], "undecided": []}
    ill_posed = 0
    for mutant in sample:
        verdict = decide(mutant.id, mutant.claim, list(mutant.given), TIMEOUT)
        fates[verdict.status].append(mutant)
        ill_posed += verdict.method == NO_VALUE
    return {
        "possible": len(planned),
        "mutants": wanted,
        "killed": len(fates["refuted"]),
        "still_true": len(fates["proved"]),
        "ill_posed": ill_posed,
        "kinds": _kinds(fates),
        "survivors": [{"id": item.id, "mutation": item.mutation, "claim": item.claim} for item in fates["undecided"]],
    }


def _kinds(fates: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Count fates by kind of error; a kind of which none was planted is left out."""
    found: dict[str, dict[str, int]] = {}
    for fate, items in fates.items():
        for item in items:
            name = next((kind for part, kind in KINDS if part in item.mutation), "other")
            counts = found.setdefault(name, dict.fromkeys(fates, 0))
            counts[fate] += 1
    return [
        {"kind": name, "killed": row["refuted"], "still_true": row["proved"], "undecided": row["undecided"]}
        for name, row in sorted(found.items())
    ]
