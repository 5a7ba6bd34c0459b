"""check, prove, compare, replay: verdicts, exit codes, JSON keys."""

import json

import pytest

KEYS = {"id", "status", "method", "certificate", "counterexample", "seconds"}


def test_a_proved_claim(terminal):
    verdict = terminal.json("prove", "x + 1/x >= 2", "--given", "x > 0")
    assert set(verdict) == KEYS
    assert verdict["status"] == "proved"
    assert verdict["certificate"]["kind"]
    assert "proved" in terminal.printed("prove", "x + 1/x >= 2", "--given", "x > 0")


def test_a_refuted_claim_exits_with_1_and_a_witness(terminal):
    verdict = terminal.json("prove", "x**2 >= x", "--given", "x > 0", code=1)
    assert verdict["status"] == "refuted"
    assert verdict["counterexample"]["x"]
    assert "x = " in terminal.printed("prove", "x**2 >= x", "--given", "x > 0", code=1)


def test_an_undecided_claim_exits_with_3_only_when_strict(terminal, monkeypatch):
    from boundcheck import algebra

    open_question = algebra.Verdict(id="c", status="undecided", reason="no tactic decided it")
    monkeypatch.setattr(algebra, "prove", lambda *arguments, **options: open_question, raising=False)
    assert terminal.json("prove", "x <= y")["status"] == "undecided"
    assert terminal.json("prove", "x <= y", "--strict", code=3)["status"] == "undecided"
    assert "no tactic decided it" in terminal.printed("prove", "x <= y", "--strict", code=3)


def test_check_lists_claims_and_totals(terminal):
    found = terminal.json("check", "prop-6b")
    assert set(found) == {"claims", "summary"}
    assert all(set(claim) == KEYS for claim in found["claims"])
    assert found["summary"]["claims"] == len(found["claims"])
    assert found["summary"]["proved"] + found["summary"]["undecided"] == len(found["claims"])
    text = terminal.printed("check", "prop-6b")
    assert max(map(len, text.splitlines())) <= 80


def test_planted_errors_are_counted_apart_from_claims(terminal):
    plain = terminal.json("check", "prop-6b")["summary"]
    summary = terminal.json("check", "prop-6b", "--mutate", "--timeout", "5")["summary"]
    assert {name: summary[name] for name in plain} == plain
    assert summary["killed"] > 0
    assert summary["mutants"] >= summary["killed"] + summary["still_true"]
    assert len(summary["survivors"]) == summary["mutants"] - summary["killed"] - summary["still_true"]


def test_a_false_step_of_the_users_own_makes_check_exit_with_1(terminal, tmp_path):
    own = tmp_path / "own.py"
    own.write_text("from boundcheck import Statement\nx = Statement(id='mine', derivation=('x**2 >= x',))")
    found = terminal.json("check", "mine", "--statements-from", own, code=1)
    assert found["summary"]["refuted"] == 1


def test_check_of_an_unknown_statement(terminal):
    assert "did you mean prop-6b" in terminal.refused("check", "prop-6bb")


def test_several_certificates_are_replayed_at_once(terminal, tmp_path):
    verdict = terminal.json("prove", "x + 1/x >= 2", "--given", "x > 0")
    right, wrong = tmp_path / "right.json", tmp_path / "wrong.json"
    right.write_text(json.dumps(verdict["certificate"]))
    wrong.write_text(json.dumps({**verdict["certificate"], "claim": "x + 1/x >= 3"}))
    rows = terminal.json("replay", right, wrong, right, code=1)
    assert [row["accepted"] for row in rows] == [True, False, True]


@pytest.mark.parametrize("content", ["verdict", "certificate", "list", "check"])
def test_what_is_printed_can_be_replayed(terminal, tmp_path, content):
    verdict = terminal.json("prove", "x + 1/x >= 2", "--given", "x > 0")
    shapes = {
        "verdict": verdict,
        "certificate": verdict["certificate"],
        "list": [verdict["certificate"], verdict["certificate"]],
        "check": {"claims": [verdict], "summary": {}},
    }
    path = tmp_path / "c.json"
    path.write_text(json.dumps(shapes[content]))
    rows = terminal.json("replay", path)
    assert rows
    assert all(row["accepted"] for row in rows)


def test_a_certificate_of_another_claim_is_rejected(terminal, tmp_path):
    certificate = terminal.json("prove", "x + 1/x >= 2", "--given", "x > 0")["certificate"]
    path = tmp_path / "c.json"
    path.write_text(json.dumps(json.loads(json.dumps(certificate).replace(">= 2", ">= 3"))))
    (row,) = terminal.json("replay", path, code=1)
    assert row["accepted"] is False
    assert row["reason"]


def test_compare_with_a_constant_of_the_readers(terminal):
    ours = "sqrt(sigma0**2+1)*sigma1*p(T,a)"
    assert terminal.json("compare", "lemma-1.L", ours, "--tier", "paper")["outcome"] == "equal"
    assert terminal.json("compare", "lemma-1.L", "2*" + ours, "--tier", "paper")["outcome"] == "looser"
    assert terminal.json("compare", "lemma-1.L", ours + "/2", "--tier", "paper")["outcome"] == "tighter"
    assert "outcome" in terminal.printed("compare", "lemma-1.L", ours, "--tier", "paper")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["lemma-1.K", "1"], "'K'"),
        (["lemma-9.L", "1"], "lemma-9"),
        (["lemma-1.L", "1", "--tier", "coupled"], "paper recursive"),
        (["lemma-1.L", "1", "--tier", "tight"], "tight"),
        (["lemma-1.L", "__x", "--tier", "paper"], "__x"),
        (["lemma-1.L", "1 +", "--tier", "paper"], "cannot read"),
        (["lemma-1.L", "bogus*3", "--tier", "paper"], "unknown symbol 'bogus'; known are: a alpha alpha_m d delta"),
        (["lemma-1.L", "sigma_1*T", "--tier", "paper"], "unknown symbol 'sigma_1'"),
        (["2*x", "y"], "unknown symbol 'y'; known are: "),
    ],
)
def test_wrong_questions_to_compare(terminal, arguments, part):
    assert part in terminal.refused("compare", *arguments)


def test_a_symbol_is_known_to_compare_by_the_formula_a_hypothesis_or_the_notation(terminal):
    lemma = ("compare", "lemma-1.L", "--tier", "paper")
    hypothesis = ("--given", "c >= 1", "--given", "a <= 1")
    assert terminal.json(*lemma, "c*2*(sigma0 + 1)*sigma1*p(T, a)", *hypothesis)["outcome"] == "looser"
    assert terminal.json(*lemma, "d*sqrt(sigma0**2+1)*sigma1*p(T,a)")["outcome"] == "looser"
    assert terminal.json("compare", "x**2 + 1", "2*x")["outcome"] == "tighter"


def test_findings_are_true_claims(terminal):
    found = terminal.json("findings")
    assert {"finding-dimension", "finding-universality", "finding-chain"} <= {item["id"] for item in found}
    assert all(claim["status"] != "refuted" for item in found for claim in item["claims"])
    assert "proved: " in terminal.printed("findings")


@pytest.mark.parametrize(
    ("content", "part"),
    [('{"kind": "run"}', "'run'"), ("[" * 100_000, "JSON"), ("9" * 5000, "JSON"), ('{"a": 1}', "kind"), ("", "JSON")],
)
def test_files_that_are_no_certificates(terminal, tmp_path, content, part):
    path = tmp_path / "c.json"
    path.write_text(content)
    assert part in terminal.refused("replay", path)


def test_a_file_without_end_is_refused(terminal, monkeypatch):
    from boundcheck.cli import claims

    monkeypatch.setattr(claims, "MAX_BYTES", 1_000_000)
    assert "at most 1 MB" in terminal.refused("replay", "/dev/zero")


def test_hypotheses_of_a_comparison_use_the_names_of_the_constant(terminal):
    typed = "sigma1*sqrt(1 + sigma0**2)*T"
    arguments = ("compare", "lemma-1.L", typed, "--tier", "paper")
    assert terminal.json(*arguments)["outcome"] == "incomparable"
    assert terminal.json(*arguments, "--given", "a <= 1")["outcome"] == "looser"
    assert "lemma-1.L" in terminal.refused("compare", "lemma-1", "1")
