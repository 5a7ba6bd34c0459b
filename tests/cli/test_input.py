"""Bad input: one clear line on stderr, exit code 2, no traceback, and nothing half-written."""

import time

import numpy as np
import pytest


@pytest.fixture
def series(tmp_path):
    """Return a function that writes a data file and returns its path."""

    def write(content, name="s.csv"):
        path = tmp_path / name
        if isinstance(content, dict):
            np.savez(path, **content)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content)
        return path

    return write


def config(tmp_path, text):
    path = tmp_path / "c.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[network]\nactivation = "tnah"', "unknown activation 'tnah'"),
        ('[network]\nactivation = "z*y"', "variable"),
        ('[network]\nactivation = "__import__(z)"', "'__import__"),
        ("m = 3", "m must be even and >= 2; got 3"),
        ("m = 0", "m must be even and >= 2; got 0"),
        ("m = -2", "m must be even and >= 2; got -2"),
        ("alpha = 0", "alpha must be > 0; got 0"),
        ("alpha = -0.5", "alpha must be > 0; got -1/2"),
        ("delta = 0", "delta must lie in (0, 1); got 0"),
        ("delta = 1.5", "delta must lie in (0, 1); got 3/2"),
        ("nu_w = 1\nrho_w = 0.5", "rho_w must be >= nu_w"),
        ("nu_u = 2\nrho_u = 1", "rho_u must be >= nu_u"),
        ("aplha = 1", "unknown key 'aplha'"),
        ("[run]\nsede = 1", "unknown key 'sede' at [run]"),
        ('[run]\nstatements = ["lemma-9"]', "unknown statement 'lemma-9'"),
        ("", "must set something"),
        ("alpha = = 1", "must be TOML"),
    ],
)
def test_a_wrong_configuration(terminal, tmp_path, text, part):
    out = tmp_path / "out"
    assert part in terminal.refused("report", "--config", config(tmp_path, text), "--out", out, "--quiet")
    assert not out.exists()


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        ("a\n1\nnan\n3\n", "s.csv", "got 'nan' at row 3"),
        ("a\n1\ntwo\n3\n", "s.csv", "got 'two' at row 3"),
        ("", "s.csv", "must not be empty"),
        ("a\n1\n2\n3\n", "s.csv", "at least T + 1 = 9 rows; got 3"),
        (b"\x00\x01\x02", "s.csv", "binary content"),
        (b"PK not a zip", "s.npz", "NPZ of plain arrays"),
        ({"X": np.full((2, 4, 2), 0.9), "y": np.ones((2, 4))}, "s.npz", "||x_t||_2 must be <= 1; got 1.27279"),
        ({"X": np.full((2, 4, 1), np.nan), "y": np.ones((2, 4))}, "s.npz", "got nan at X[0, 0, 0]"),
        ({"X": np.full((2, 4, 1), 0.5), "y": np.ones((2, 3))}, "s.npz", "y of shape (n, T)"),
    ],
)
def test_wrong_data(terminal, tmp_path, series, content, name, part):
    out = tmp_path / "out"
    assert part in terminal.refused("report", "--data", series(content, name), "--out", out, "--quiet")
    assert not out.exists()


def test_a_missing_column(terminal, tmp_path, series):
    data = series("a,b\n" + "1,2\n" * 20)
    line = terminal.refused("report", "--data", data, "--column", "c", "--out", tmp_path / "out", "--quiet")
    assert "column 'c' is not there" in line
    assert "a, b" in line


@pytest.mark.parametrize("path", ["/proc/nowhere", "/dev/null", "/dev/null/below"])
def test_an_unwritable_output(terminal, path):
    assert "output" in terminal.refused("report", "--out", path, "--quiet")


def test_an_old_report_stays_as_it_is(terminal, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.json").write_text("old")
    terminal.refused("report", "--config", config(tmp_path, "m = 3"), "--out", out)
    terminal.refused("report", "--statements", "lemma-9", "--out", out, "--quiet")
    assert [path.name for path in out.iterdir()] == ["report.json"]
    assert (out / "report.json").read_text() == "old"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--preset", "fast"], "preset must be one of quick, paper, full"),
        (["--config", "none.toml"], "must be a readable TOML file; got none.toml"),
        (["--data", "none.csv"], "must be a readable CSV or NPZ file; got none.csv"),
        (["--seed", "-1"], "run.seed must be >= 0; got -1"),
        (["--jobs", "0"], "run.jobs must be > 0; got 0"),
        (["--diff", "none.json"], "none.json"),
    ],
)
def test_wrong_options_of_report(terminal, tmp_path, arguments, part):
    assert part in terminal.refused("report", *arguments, "--out", tmp_path / "out", "--quiet")


VALUES = "alpha=1/2,T=4,m=64,rho_w=1,rho_u=1"


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["lemma-1.K", "--set", VALUES], ["'K'", "beta"]),
        (["lemma-9.L", "--set", VALUES], ["lemma-9", "lemma-1"]),
        (["beta", "--set", VALUES], ["lemma-1.beta"]),
        (["lemma-1.beta", "--tier", "tight", "--set", VALUES], ["tight", "coupled"]),
        (["theorem-1.bound", "--variant", "smooth", "--set", VALUES], ["smooth", "lyapunov"]),
        (["lemma-1.beta", "--set", "alpha=1/2,T=4"], ["m", "rho_w"]),
        (["lemma-1.beta", "--set", "beta=3"], ["alpha T n d m"]),
        (["lemma-1.beta", "--set", "alpha"], ["name=value"]),
        (["lemma-1.beta", "--set", "alpha=1/0"], ["denominator is 0"]),
        (["lemma-1.beta", "--set", "alpha=__import__('os')"], ["alpha must be an integer, a fraction or a decimal"]),
        (["lemma-1.beta", "--set", VALUES.replace("m=64", "m=63")], ["m must be even"]),
        (["theorem-1.bound", "--set", VALUES + ",eta=1"], ["step size that its theorem takes; got eta=1"]),
        (["lemma-1.beta", "--set", VALUES, "--digits", "0"], ["--digits must be between 1 and"]),
        (["lemma-1.beta", "--set", VALUES, "--digits", "-5"], ["--digits must be between 1 and"]),
        (["lemma-1.beta", "--set", VALUES, "--digits", "1000000000"], ["--digits must be between 1 and"]),
        (["lemma-1.beta", "--set", VALUES, "--activation", "tnah"], ["tnah"]),
        (["lemma-1.beta", "--set", VALUES, "--activation", "relu"], ["relu"]),
    ],
)
def test_wrong_questions_to_eval(terminal, arguments, parts):
    line = terminal.refused("eval", *arguments)
    assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["theorem-9"], "theorem-9"),
        (["lemma-1"], "lemma-1"),
        (["theorem-1", "--variant", "smooth"], "smooth"),
        (["theorem-1", "--variant", "classic", "--tier", "tight"], "tight"),
        (["theorem-1", "--variant", "classic", "--set", "alpha=1/2"], "T"),
        (["theorem-1", "--variant", "classic", "--set", "epsilon=0"], "epsilon must be > 0"),
        (["theorem-1", "--variant", "classic", "--trivial", "x"], "--trivial must be"),
    ],
)
def test_wrong_questions_to_plan(terminal, arguments, part):
    assert part in terminal.refused("plan", *arguments)


HOSTILE = [
    ("x + 1", "relation"),
    ("foo(x) <= 1", "foo"),
    ("(x + 1 <= 2", "bracket"),
    ("x.real <= 1", "x.real"),
    ("_x <= 1", "_x"),
    ("a__b <= 1", "a__b"),
    ("__import__('os').system('true') <= 1", ""),
    ("9**9**9 <= 1", ""),
    ("x**(10**9) <= 1", ""),
    ("x if x else y <= 1", ""),
    ("[x for x in y] <= 1", ""),
    ("lambda: 1 <= 2", ""),
    ("x <= 1; y <= 2", ""),
    ("x <= 'a'", ""),
    ("", ""),
    ("x <=", ""),
    ("<= x", ""),
    ("(" * 10_000 + "x" + ")" * 10_000 + " <= 1", ""),
    ("x + " * 250_000 + "x <= 1", "characters"),
    ("-" * 9_000 + "x <= 1", ""),
]


@pytest.mark.parametrize(("text", "part"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_claims_are_refused_at_once(terminal, text, part):
    start = time.perf_counter()
    assert part in terminal.refused("prove", text)
    assert part in terminal.refused("prove", "x <= x", "--given", text)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf", "x"])
def test_a_wrong_time_limit(terminal, timeout):
    assert "--timeout" in terminal.refused("prove", "x <= x", "--timeout", timeout)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("1", "z"),
        ("x", ""),
        ("z*y", "z"),
        ("foo", "tanh"),
        ("z.real", "z.real"),
        ("_z", "_z"),
        ("z +", ""),
        ("9**9**9*z", ""),
        ("(" * 10_000 + "z" + ")" * 10_000, ""),
        ("z + " * 250_000 + "z", "characters"),
        ("z", "unbounded"),
        ("exp(z)", "unbounded"),
        ("1/z", ""),
        ("sqrt(z)", ""),
        ("abs(tanh(z))", ""),
    ],
    ids=range(15),
)
def test_what_is_no_activation(terminal, text, part):
    assert part in terminal.refused("activation", text)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (None, "none.json"),
        ("{", "must be a JSON file"),
        ("3", "must be a JSON object with its `kind`"),
        ("[]", "an empty list"),
        ('{"claim": "x >= 0"}', "one is missing"),
        (b"\xff\xfe", "must be a JSON file"),
        ("[" * 100_000, "must be a JSON file"),
    ],
)
def test_what_is_no_certificate(terminal, series, tmp_path, content, part):
    path = tmp_path / "none.json" if content is None else series(content, "c.json")
    assert part in terminal.refused("replay", path)


def test_a_claim_that_begins_with_a_minus_is_a_claim(terminal):
    assert "proved" in terminal.printed("prove", "-x <= 0", "--given", "x >= 0")


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "--out"),
        ("certify", "--out"),
        ("sweep", "grid.toml", "--store"),
        ("sweep", "grid.toml", "--store", "runs.sqlite", "--export"),
    ],
)
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_path_is_not_the_current_directory(terminal, tmp_path, monkeypatch, arguments, empty):
    monkeypatch.chdir(tmp_path)
    said = terminal.refused(*arguments, empty)
    assert (
        said == f"Invalid value for '{arguments[-1]}': must name where to write; got an empty path (. is this folder)"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["report", "certify"])
def test_a_column_without_data_is_refused(terminal, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    said = terminal.refused(command, "--column", "foo", "--quiet")
    assert said == "--column names a column of a data file; got 'foo' without one (add --data FILE.csv)"
    assert not list(tmp_path.iterdir())


def test_a_column_may_belong_to_the_data_of_a_configuration(terminal, tmp_path, series):
    data = series("a,b\n1,2\n")
    path = config(tmp_path, f'[data]\npath = "{data}"')
    assert "'foo'" in terminal.refused("certify", "--config", path, "--column", "foo", "--quiet")


def test_a_finding_alone_is_no_report(terminal, tmp_path):
    out = tmp_path / "out"
    said = terminal.refused("report", "--statements", "finding-chain", "--out", out, "--quiet")
    assert said.startswith("finding-chain is a finding, which is part of the full report and of one on what ")
    assert "ask for lemma-1 or lemma-2 " in said
    slip = terminal.refused("report", "--statements", "finding-chian", "--out", out)
    assert "unknown statement 'finding-chian'" in slip
    assert not out.exists()
