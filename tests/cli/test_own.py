"""A user's own statements go through the commands without a change to the package."""

import re

import pytest

from boundcheck.cli.own import read_own

OWN = """
import boundcheck as bc
print("a log line of the user's own")
amgm = bc.Statement(
    id="my-amgm", title="A sum and its inverse", hypotheses=("x > 0",), derivation=("x + 1/x >= 2",),
    depends_on=("lemma-1",),
)
wide = bc.Statement(id="my-width", quantities=(bc.Quantity(name="gap", expression="alpha + 1/m"),))
MEASURE = {"my-width": lambda problem: 0.25}
"""


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(OWN)
    return path


def test_list_and_show_know_the_users_own(terminal, own):
    code, out, err = terminal.run("list", "--statements-from", own, "--format", "json")
    assert code == 0
    assert '"my-amgm"' in out
    assert err == "a log line of the user's own\n"
    code, out, _ = terminal.run("show", "my-amgm", "--statements-from", own)
    assert code == 0
    assert "x + 1/x >= 2" in out
    code, out, _ = terminal.run("show", "lemma-1", "--statements-from", own)
    assert "my-amgm" in out


def test_without_the_option_nothing_is_known_of_them(terminal):
    assert "unknown statement 'my-amgm'" in terminal.refused("show", "my-amgm")


def test_check_and_eval_take_them(terminal, own):
    code, out, _ = terminal.run("check", "my-amgm", "--statements-from", own, "--quiet")
    assert code == 0
    assert "proved" in out
    code, out, _ = terminal.run("eval", "my-width.gap", "--set", "alpha=1/2,m=4", "--statements-from", own)
    assert code == 0
    assert "0.75" in out


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("x = y", "line 1 raised NameError"),
        ("x = (", "raised SyntaxError"),
        ("import sys; sys.exit(3)", "raised SystemExit"),
        ("x = 3", "must define a bc.Statement"),
        ("import boundcheck as bc\nbc.Statement(id='a b')", "line 2 raised ValueError: a statement's id"),
        ("import boundcheck as bc\nx = bc.Statement(id='a')\ny = bc.Statement(id='a')", "'a' twice"),
        ("import boundcheck as bc\nx = bc.Statement(id='a')\nMEASURE = {'b': abs}", "got 'b'"),
        ("import boundcheck as bc\nx = bc.Statement(id='a')\nMEASURE = 3", "must map ids to functions"),
        ("import boundcheck as bc\nx = bc.Statement(id='a', derivation=('x ~ y',))", "LanguageError"),
    ],
)
def test_a_file_that_does_not_work_is_one_line(terminal, tmp_path, text, part):
    path = tmp_path / "own.py"
    path.write_text(text)
    assert part in terminal.refused("list", "--statements-from", path)


def test_a_missing_file_is_one_line(terminal, tmp_path):
    assert "must name a Python file" in terminal.refused("list", "--statements-from", tmp_path / "none.py")


LOW = """
import boundcheck as bc
low = bc.Statement(id="my-low", title="Too low", quantities=(bc.Quantity(name="gap", expression="alpha/m"),))


def lowest(problem):
    print("a log line of the user's own")
    return {0}


MEASURE = {{"my-low": lowest}}
"""
SMALL = "m = 16\nT = 1\nn = 1\n[run]\nmutation_seconds = 0\n"


@pytest.fixture
def reported(terminal, tmp_path):
    """Return a function that reports on a statement whose measurement returns what a text says."""

    def run(returned):
        path, config, out = tmp_path / "low.py", tmp_path / "c.toml", tmp_path / "out"
        path.write_text(LOW.format(returned))
        config.write_text(SMALL)
        options = ("--config", config, "--statements", "my-low", "--statements-from", path, "--out", out)
        return terminal.run("report", *options, "--quiet")

    return run


@pytest.mark.parametrize(
    ("returned", "part"),
    [
        ("1 / 0", "low.py must run; line 8, in lowest (MEASURE of my-low), raised ZeroDivisionError: division by zero"),
        ("(1, 2)", "what measures my-low must return one finite number"),
    ],
)
def test_a_measurement_that_fails_is_one_line_and_leaves_the_old_report(reported, tmp_path, returned, part):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").write_text("the old one")
    code, out, err = reported(returned)
    assert (code, out) == (2, "")
    said = err.removeprefix("a log line of the user's own\n")
    assert said.count("\n") == 1
    assert part in said
    assert (tmp_path / "out" / "report.json").read_text() == "the old one"


def test_a_value_that_breaks_the_bound_in_doubles_is_said(reported):
    code, out, _ = reported("0.75")
    assert code == 0
    assert "0 contradicted, 1 not-measured" in out
    assert out.endswith("\nAbove the bound in doubles, not confirmed rigorously: my-low\n")


@pytest.mark.parametrize(
    ("function", "part"),
    [
        ("def f(problem):\n    return problem.no_such", "line 4, in f (MEASURE of a), raised AttributeError"),
        ("f = lambda problem: exit(3)", "line 3, in <lambda> (MEASURE of a), raised SystemExit: 3"),
        ("def f():\n    return 1", "line 3, in f (MEASURE of a), raised TypeError"),
        ("f = float", "line ?, in float (MEASURE of a), raised TypeError"),
    ],
)
def test_what_a_measurement_raises_names_file_line_and_function(tmp_path, function, part):
    path = tmp_path / "own.py"
    path.write_text(f"import boundcheck as bc\nx = bc.Statement(id='a')\n{function}\nMEASURE = {{'a': f}}")
    with pytest.raises(ValueError, match=re.escape(f"{path} must run; {part}")):
        read_own([path]).measure["a"](None)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            "x = bc.Statement(id='a', depends_on=('lemma-9',))",
            "a depends on 'lemma-9', which does not exist; there are",
        ),
        ("x = bc.Statement(id='a', depends_on=('a',))", "statements must not rest on themselves: a -> a"),
        (
            "x = bc.Statement(id='a', depends_on=('prop-1', 'b'))\ny = bc.Statement(id='b', depends_on=('a',))",
            "statements must not rest on themselves: a -> b -> a",
        ),
        ("x = bc.Statement(id='lemma-1', depends_on=('theorem-1',))", "lemma-1 -> theorem-1 -> "),
    ],
)
def test_what_a_statement_rests_on_is_checked_when_it_is_read(terminal, tmp_path, text, part):
    path = tmp_path / "own.py"
    path.write_text("import boundcheck as bc\n" + text)
    for command in (("list",), ("show", "lemma-1"), ("check", "lemma-1"), ("eval", "lemma-1.L"), ("report",)):
        assert part in terminal.refused(*command, "--statements-from", path)


def test_a_finding_gives_way_to_a_statement_of_the_users_own(terminal, tmp_path):
    path = tmp_path / "own.py"
    path.write_text("import boundcheck as bc\nx = bc.Statement(id='finding-chain', title='Mine')")
    rows = [row for row in terminal.json("list", "--statements-from", path) if row["id"] == "finding-chain"]
    assert [(row["title"], row["kind"]) for row in rows] == [("Mine", "deterministic")]
    assert terminal.json("show", "finding-chain", "--statements-from", path)["title"] == "Mine"


def test_findings_may_be_rested_on(terminal, tmp_path):
    path = tmp_path / "own.py"
    path.write_text("import boundcheck as bc\nx = bc.Statement(id='a', depends_on=('finding-chain', 'theorem-1'))")
    assert terminal.run("show", "a", "--statements-from", path)[0] == 0
