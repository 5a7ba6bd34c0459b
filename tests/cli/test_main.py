"""The command line as a whole: options, formats, exit codes, one line per error, no traceback."""

import os
import subprocess
import sys

import pytest

from boundcheck import theory
from boundcheck.cli import remembered
from boundcheck.cli.main import app, run

COMMANDS = (
    "report", "list", "show", "check", "prove", "compare", "eval", "plan", "rates", "findings", "activation", "certify",
    "replay", "sweep",
)  # fmt: skip


def test_all_commands_are_there():
    assert tuple(command.name for command in app.registered_commands) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page_of_80_columns(terminal, command):
    text = terminal.printed(command, "--help")
    assert text.startswith(f"Usage: boundcheck {command} ")
    assert max(map(len, text.splitlines())) <= 80


def test_help_loads_nothing_heavy():
    """What makes --help fast: none of the libraries that take long to import is imported."""
    code = (
        "import sys\nfrom boundcheck.cli import main\nsys.argv = ['boundcheck', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('sympy', 'numpy', 'scipy', 'numba', 'matplotlib', 'flint') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert "report" in done.stdout
    assert done.stdout.rstrip().endswith("[]")


def test_the_version_is_printed(terminal):
    assert terminal.printed("--version") == "boundcheck 0.1.0\n"


def test_without_a_command_the_help_page_goes_to_stderr(capsys):
    assert run([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage:")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["reprot"], "No such command 'reprot'"),
        (["list", "--fromat", "json"], "No such option"),
        (["list", "--format", "xml"], "'xml' is not one of 'table', 'json'"),
        (["list", "surplus"], "unexpected extra argument"),
        (["show"], "Missing argument 'ID'"),
        (["eval", "lemma-1.L", "--digits", "many"], "--digits"),
        (["report", "--seed", "1.5"], "--seed"),
        (["sweep", "x.toml"], "--store"),
    ],
)
def test_wrong_usage_is_one_line(terminal, arguments, part):
    assert part.lower() in terminal.refused(*arguments).lower()


def test_a_closed_pipe_is_no_traceback():
    command = f"{sys.executable} -P -m boundcheck show theorem-1 --format json | head -c 20"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("{")
    assert done.stderr == ""


def test_an_interrupt_is_one_line(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(remembered, "_place", lambda: None)  # rows of an earlier `list` would do
    monkeypatch.setattr(theory, "statements", interrupted)
    assert run(["list"]) == 130
    assert capsys.readouterr().err == "boundcheck: interrupted\n"


def test_an_error_of_ours_is_told_apart_from_bad_input(monkeypatch, capsys):
    def broken():
        return {}["x"]

    monkeypatch.setattr(remembered, "_place", lambda: None)  # rows of an earlier `list` would do
    monkeypatch.setattr(theory, "statements", broken)
    monkeypatch.delenv("BOUNDCHECK_DEBUG", raising=False)
    assert run(["list"]) == 70
    assert "internal error, KeyError" in capsys.readouterr().err
    monkeypatch.setenv("BOUNDCHECK_DEBUG", "1")
    with pytest.raises(KeyError):
        run(["list"])


def test_a_terminal_without_unicode_gets_replacements():
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-P", "-m", "boundcheck", "list"]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60)
    assert done.returncode == 0
    assert done.stdout.isascii()


def test_list_names_every_statement_and_then_the_findings(terminal):
    rows = terminal.json("list")
    assert [row["id"] for row in rows] == [item.id for item in (*theory.statements(), *theory.findings())]
    assert {"id", "kind", "tiers", "variants", "depends_on"} <= set(rows[0])
    assert len({tuple(row) for row in rows}) == 1
    found = [row["id"] for row in rows if row["kind"] == "finding"]
    assert found == [item.id for item in theory.findings()]
    assert {row["kind"] for row in rows} == {"deterministic", "probabilistic", "finding"}
    by_id = {row["id"]: row for row in rows}
    assert by_id["lemma-1"]["tiers"] == ["paper", "recursive", "coupled", "directional"]
    assert by_id["theorem-1"]["kind"] == "probabilistic"
    assert by_id["theorem-1"]["variants"] == ["classic", "sharpened", "lyapunov"]
    assert "lemma-1" in by_id["theorem-1"]["depends_on"]
    text = terminal.printed("list")
    assert all(row["id"] in text for row in rows)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("statement", [item.id for item in (*theory.statements(), *theory.findings())])
def test_show_prints_any_statement(terminal, statement):
    shown = terminal.json("show", statement)
    assert shown["id"] == statement
    assert {"relation", "hypotheses", "forms", "derivation", "depends_on", "dependents"} <= set(shown)
    text = terminal.printed("show", statement)
    assert text.startswith(statement)
    assert "Hypotheses" in text


def test_show_knows_what_rests_on_a_statement(terminal):
    assert "theorem-1" in terminal.json("show", "lemma-1")["dependents"]


def test_show_of_an_unknown_statement_lists_what_exists(terminal):
    line = terminal.refused("show", "lemma-9")
    assert "'lemma-9'" in line
    assert "theorem-1" in line


def test_rates_are_the_derived_exponents(terminal):
    rows = {(row["statement"], row["variant"], row["quantity"]): row for row in terminal.json("rates")}
    wanted = {
        ("theorem-1", "classic"): (2, 2), ("theorem-1", "sharpened"): (1, 1), ("theorem-1", "lyapunov"): (1, 1),
        ("theorem-2", "classic"): (5, 3), ("theorem-2", "sharpened"): (3, 1), ("theorem-2", "lyapunov"): (1, 1),
    }  # fmt: skip
    for (theorem, variant), exponents in wanted.items():
        assert tuple(int(rows[theorem, variant, name]["1/epsilon"]) for name in ("m", "tau")) == exponents
    text = terminal.printed("rates")
    assert max(map(len, text.splitlines())) <= 80


ASKED = "delta=1/10,n=32,T=8,alpha=1/2,nu_w=1/2,nu_u=1"


def test_a_plan_and_its_inverse_agree(terminal):
    question = ("plan", "theorem-1", "--variant", "lyapunov", "--tier", "paper", "--set")
    plan = terminal.json(*question, f"epsilon=0.01,{ASKED}")
    assert set(plan) == {"m", "tau", "eta", "rho_w", "rho_u", "bound", "informative", "binding"}
    assert float(plan["bound"]) <= 0.01
    given = f"m={plan['m']},tau={plan['tau']},{ASKED}"
    reach = terminal.json(*question, given)
    assert 0.005 < float(reach["epsilon"]) <= 0.010001


def test_an_enormous_plan_is_exact_in_json(terminal):
    asked = f"epsilon=1e-9,{ASKED}"
    plan = terminal.json("plan", "theorem-2", "--variant", "classic", "--tier", "paper", "--set", asked)
    assert isinstance(plan["m"], str)
    assert int(plan["m"]) > 2**53


@pytest.mark.parametrize("identifier", ["theorem-1", "prop-4", "finding-chain", "lemma-1"])
@pytest.mark.parametrize("notation", ["text", "unicode"])
def test_show_writes_no_latex_unless_asked(terminal, identifier, notation):
    shown = terminal.printed("show", identifier, "--notation", notation)
    assert "\\" not in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "\\" in terminal.printed("show", identifier, "--notation", "latex")


def test_hypotheses_are_in_the_notation_asked_for(terminal):
    assert "||x_t||_2 <= 1 for every t" in terminal.printed("show", "theorem-1")
    shown = terminal.printed("show", "theorem-1", "--notation", "unicode")
    assert "‖x_t‖_2 ≤ 1 for every t" in shown
    assert "<=" not in shown.split("\nProof")[0]
    assert terminal.json("show", "theorem-1")["relation"].startswith(r"\min_{s<\tau}")
