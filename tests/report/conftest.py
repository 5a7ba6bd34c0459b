"""One small report, built once, that the page tests share."""

from __future__ import annotations

import pytest

CONFIG = {
    "alpha": "9/20", "T": 2, "n": 2, "d": 2, "m": 16, "tau": 5,
    "network": {"lengths": [1, 2], "widths": [16, 32]},
    "run": {
        "statements": ["prop-4", "prop-6b", "theorem-1"],
        "mutation_seconds": "1/2",
    },
}  # fmt: skip


@pytest.fixture(scope="session")
def report():
    import boundcheck

    return boundcheck.report(CONFIG)


@pytest.fixture(scope="session")
def folder(report, tmp_path_factory):
    return report.save(tmp_path_factory.mktemp("report") / "out")
