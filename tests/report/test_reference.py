"""The API reference: every public name is there with its docstring, and the guide's code runs."""

from __future__ import annotations

import html
import re

import boundcheck
from boundcheck.report.reference import GUIDE, STAGES, main, page


def test_every_public_name_is_documented(tmp_path):
    target = tmp_path / "api" / "index.html"
    assert main([str(target)]) == 0
    text = target.read_text()
    for name in ("Statement", "evaluate", "prove", "check", "activation", "build", "Enclosure", "compare"):
        assert re.search(rf"<h3><code>{name}\b", text), name
    assert '<div class="doc"></div>' not in page()
    assert all(f'id="{name}"' in text for name in STAGES)
    assert main([]) == 2


def test_the_guide_runs():
    code = html.unescape(re.search(r"<pre>(.*?)</pre>", GUIDE, re.DOTALL)[1])
    named: dict[str, object] = {}
    exec(code.partition("report = ")[0], named)  # noqa: S102 - the guide's own text
    assert boundcheck.check(named["mine"])[0].status == "proved"
