"""WHAT is claimed: the paper's statements as SymPy data with hypotheses, derivation steps and provenance."""

from __future__ import annotations

from boundcheck.language import Quantity, Statement
from boundcheck.theory import (
    approximation,
    complexity,
    concentration,
    convergence,
    descent,
    guarantees,
    hidden_state,
    kernel,
    linearization,
    norms,
    remarks,
)
from boundcheck.theory import findings as _findings

STATEMENTS: tuple[Statement, ...] = (
    *kernel.STATEMENTS,
    *approximation.STATEMENTS[:2],
    *linearization.STATEMENTS,
    *approximation.STATEMENTS[2:],
    *hidden_state.STATEMENTS,
    *norms.STATEMENTS,
    *convergence.STATEMENTS[:2],
    *descent.STATEMENTS,
    *convergence.STATEMENTS[2:],
    *complexity.STATEMENTS,
    *remarks.STATEMENTS,
    *guarantees.STATEMENTS,
    *concentration.STATEMENTS,
)


def statements() -> tuple[Statement, ...]:
    """Return every statement, in the order of the paper."""
    return STATEMENTS


def findings() -> tuple[Statement, ...]:
    """Return the findings: true, checked claims where restoration and the source's prose disagree."""
    return _findings.FINDINGS


def statement(identifier: str) -> Statement:
    """Look a statement up by its id; ValueError listing what exists."""
    for item in (*STATEMENTS, *_findings.FINDINGS):
        if item.id == identifier:
            return item
    message = f"unknown statement {identifier!r}; statements are: {' '.join(item.id for item in STATEMENTS)}"
    raise ValueError(message)


def quantity(name: str) -> Quantity:
    """Look a quantity up by its full name, such as ``lemma-1.beta``; ValueError listing what exists."""
    identifier, dot, short = name.partition(".")
    if not dot:
        listed = " ".join(f"{item.id}.{entry.name}" for item in STATEMENTS for entry in item.quantities)
        message = f"a quantity is named as in lemma-1.L; got {name!r}; quantities are: {listed}"
        raise ValueError(message)
    return statement(identifier).quantity(short)
