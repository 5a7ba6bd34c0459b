from __future__ import annotations

import multiprocessing

from boundcheck.algebra import check, parallel
from boundcheck.language import Statement
from boundcheck.theory import statements


def some() -> list[Statement]:
    return [item for item in statements() if item.derivation][:2]


def fates(verdicts):
    return [(verdict.id, verdict.status, verdict.method) for verdict in verdicts]


def test_two_processes_find_what_one_finds(monkeypatch):
    monkeypatch.setattr(parallel, "WORTH_IT", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    chosen = some()[:1]
    expected = [verdict for statement in chosen for verdict in check(statement)]
    assert fates(parallel.check_all(chosen)) == fates(expected)


def test_a_second_process_that_dies_loses_nothing(monkeypatch):
    monkeypatch.setattr(parallel, "WORTH_IT", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(parallel, "_serve", multiprocessing.parent_process)  # takes no arguments: fails at once
    chosen = some()[:1]
    expected = [verdict for statement in chosen for verdict in check(statement)]
    assert fates(parallel.check_all(chosen)) == fates(expected)


def test_nothing_to_check_is_no_verdict():
    assert parallel.check_all([]) == []
