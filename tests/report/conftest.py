"""One small report, built once, that the page tests share; a browser."""

from __future__ import annotations

import shutil

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


def binary():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    pytest.fail("the page tests need Chromium: apt-get install chromium chromium-driver")


@pytest.fixture(scope="module")
def driver():
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = binary()
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-background-networking", "no-first-run"):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield opened
    opened.quit()
