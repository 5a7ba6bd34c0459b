"""What changed between two reports, and whether a committed one is stale."""

from __future__ import annotations

import copy
import json
import re

import pytest

from boundcheck import __version__, theory
from boundcheck.report.difference import certified_changes, difference, load_report
from boundcheck.report.staleness import main, stale

LABEL = theory.statement("prop-1").derivation[0].label
BASE = {
    "meta": {
        "schema": 1,
        "version": __version__,
        "preset": "quick",
        "seed": 0,
        "config": {"m": 16, "run": {"seed": 0}},
    },
    "statements": [
        {
            "id": "lemma-1",
            "algebra": "proved",
            "hypotheses": "met",
            "empirical": "consistent",
            "vacuous": None,
            "steps": [{"label": "no-such-step", "status": "proved"}],
            "numeric": [
                {"quantity": "lemma-1.L", "tier": "paper", "variant": None, "lower": "1.4142", "upper": "1.4143"}
            ],
            "measured": {"value": 1.25},
        }
    ],
    "files": {},
}
OWN = re.escape(__version__)
META = {"schema": 1, "version": __version__}


def changed(edit):
    new = copy.deepcopy(BASE)
    edit(new)
    return new


EDITS = {
    "verdict lemma-1 algebra: proved -> refuted (worse)": lambda new: new["statements"][0].update(algebra="refuted"),
    "step lemma-1/no-such-step: proved -> undecided": lambda new: new["statements"][0]["steps"][0].update(
        status="undecided"
    ),
    "certified lemma-1.L, paper: [1.4142, 1.4143] -> [1.5, 1.6] (disjoint)": lambda new: new["statements"][0][
        "numeric"
    ][0].update(lower="1.5", upper="1.6"),
    "measured lemma-1: 1.25 -> 1.26": lambda new: new["statements"][0]["measured"].update(value=1.26),
    "configuration m: 16 -> 32": lambda new: new["meta"]["config"].update(m=32),
    "statement lemma-1: present -> absent": lambda new: new["statements"].clear(),
}


@pytest.mark.parametrize("expected", EDITS)
def test_every_kind_of_change_is_said(expected):
    assert [str(change) for change in difference(BASE, changed(EDITS[expected]))] == [expected]


def test_rounding_and_narrower_enclosures_are_no_change():
    def edit(new):
        new["statements"][0]["measured"]["value"] = 1.25 + 1e-12
        new["statements"][0]["numeric"][0].update(lower="1.41421", upper="1.41422")

    assert difference(BASE, changed(edit)) == []
    assert difference(BASE, BASE) == []


def test_only_verdicts_and_certified_values_make_a_report_stale():
    kinds = {text.split()[0] for text in EDITS if certified_changes(BASE, changed(EDITS[text]))}
    assert kinds == {"verdict", "step", "certified", "statement"}


def folder(place, data):
    place.mkdir()
    (place / "report.json").write_text(json.dumps(data))
    return place


def test_the_staleness_command(tmp_path, capsys):
    committed = folder(tmp_path / "committed", BASE)
    fresh = folder(tmp_path / "fresh", BASE)
    wrong = folder(tmp_path / "wrong", changed(EDITS["step lemma-1/no-such-step: proved -> undecided"]))
    other = folder(tmp_path / "other", changed(EDITS["configuration m: 16 -> 32"]))
    assert main([str(fresh), str(committed)]) == 0
    assert main([str(wrong), str(committed)]) == 1
    assert "stale: step lemma-1/no-such-step: undecided" not in capsys.readouterr().err
    assert main([str(other), str(committed)]) == 2
    assert main([str(fresh)]) == 2
    lost = folder(tmp_path / "lost", {**BASE, "files": {"report.html": {"sha256": "0" * 64, "bytes": 1}}})
    assert stale(fresh, lost) == ["file report.html is missing or does not have the hash in report.json"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("not json", "is not JSON"),
        ("[]", "has no meta"),
        (json.dumps({"meta": {"schema": 99, "version": "9.0"}, "statements": []}), "must have format 1; got 99"),
        (json.dumps({"meta": META, "statements": []}), "parts are missing"),
        (json.dumps({"meta": META | {"config": {}}, "statements": 5}), "parts are missing"),
        (json.dumps({"meta": META | {"config": {}}, "statements": [{"id": "x"}]}), "parts are missing"),
        (json.dumps({"meta": {"schema": 1}, "statements": []}), rf"this version of boundcheck, {OWN}; .* no version"),
        *(
            (
                json.dumps(BASE | {"meta": BASE["meta"] | {"version": version}}),
                rf"{OWN}; .* has {said} \(write it anew",
            )
            for version, said in (
                ("0.2.0", "version 0.2.0"),
                ("9.0", "version 9.0"),
                ("0", "version 0"),
                ("0.10.0", "version 0.10.0"),
                (None, "no version"),
                (1, "no version"),
            )
        ),
        (json.dumps(BASE).replace('"upper": "1.4143"', '"upper": "wide"'), "parts are missing"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, content, rule):
    path = tmp_path / "old.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=rule) as caught:
        load_report(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="must be a readable report.json"):
        load_report(tmp_path / "absent.json")


def test_steps_that_ran_out_of_time_are_decided_again(monkeypatch, tmp_path):
    real = copy.deepcopy(BASE)
    real["statements"][0]["id"], real["statements"][0]["steps"] = "prop-1", [{"label": LABEL, "status": "proved"}]
    late = copy.deepcopy(real)
    late["statements"][0]["steps"][0] |= {"status": "undecided", "reason": "out of time (10 s)"}
    late["statements"][0]["algebra"] = "undecided"
    committed, fresh = folder(tmp_path / "committed", real), folder(tmp_path / "fresh", late)
    assert stale(fresh, committed) == []
    monkeypatch.setattr("boundcheck.report.staleness._verdict", lambda *_: "undecided")
    assert stale(fresh, committed) == [
        "verdict prop-1 algebra: proved -> undecided (worse)", f"step prop-1/{LABEL}: proved -> undecided",
    ]  # fmt: skip


def test_across_configurations_the_algebra_alone_counts(tmp_path, capsys):
    committed = folder(tmp_path / "committed", BASE)

    def edit(new):
        new["meta"]["config"]["m"] = 32
        new["statements"][0] |= {"empirical": "not-measured", "numeric": []}

    other = folder(tmp_path / "other", changed(edit))
    assert main(["--algebra", str(other), str(committed)]) == 0
    wrong = folder(tmp_path / "wrong", changed(EDITS["step lemma-1/no-such-step: proved -> undecided"]))
    assert main(["--algebra", str(wrong), str(committed)]) == 1
    assert "step lemma-1/no-such-step: proved -> undecided" in capsys.readouterr().out


def test_a_report_of_another_patch_of_this_version_is_taken(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(json.dumps(BASE | {"meta": BASE["meta"] | {"version": __version__ + "9"}}))
    (change,) = difference(load_report(path), BASE)
    assert (change.kind, change.where) == ("configuration", "version")
