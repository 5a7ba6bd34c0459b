"""The API reference: every public name with its docstring; the guide's files and commands do what it says."""

from __future__ import annotations

import html
import json
import re
import shlex

import pytest

import boundcheck
from boundcheck.cli.main import run as run_command
from boundcheck.measurement import Problem, prepare
from boundcheck.report.reference import STAGES, guide, main, page


def test_every_public_name_is_documented(tmp_path):
    target = tmp_path / "api" / "index.html"
    assert main([str(target)]) == 0
    text = target.read_text()
    for name in ("Statement", "evaluate", "prove", "check", "activation", "build", "Enclosure", "compare"):
        assert re.search(rf"<h3><code>{name}\b", text), name
    assert '<div class="doc"></div>' not in page()
    assert all(f'id="{name}"' in text for name in STAGES)
    assert main([]) == 2


@pytest.fixture(scope="module")
def blocks():
    found = [html.unescape(block) for block in re.findall(r"<pre>(.*?)</pre>", guide(), re.DOTALL)]
    assert len(found) == 5
    return found


def run(code):
    named: dict[str, object] = {"__name__": "guide"}
    exec(code, named)  # noqa: S102 - the guide's own text
    return named


def test_a_statement_of_ones_own_as_the_guide_says(blocks, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(blocks[0])
    for line in blocks[1].splitlines():
        name, *arguments = shlex.split(line)
        assert (name, run_command([*arguments, "--quiet"])) == ("boundcheck", 0)
    assert "my-bound" in capsys.readouterr().out
    named = run(blocks[0] + "\n" + blocks[2].partition("report = ")[0])
    assert boundcheck.check(named["mine"])[0].status == "proved"
    data = json.loads((tmp_path / "out" / "report.json").read_text())
    assert data["statements"][0]["empirical"] == "consistent"


def test_a_result_in_the_package_as_the_guide_says(blocks):
    (statement,) = run(blocks[3])["STATEMENTS"]
    assert [verdict.status for verdict in boundcheck.check(statement)] == ["proved"]
    problem = prepare(Problem(T=2, n=2, d=2, m=16))
    found = run(blocks[4])["measure_output"](problem)
    assert 0 < found.value <= 4
    assert found.statement == statement.id
    assert found.quantity == statement.quantities[0].name
