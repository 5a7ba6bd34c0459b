"""A user's own statements go through the commands without a change to the package."""

import pytest

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
