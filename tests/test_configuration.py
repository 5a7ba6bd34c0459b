import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck import configuration
from boundcheck.configuration import Configuration, Parameters, exact_number, from_mapping, load, parse_values, preset
from boundcheck.configuration.exact import Decimal

README = Path(__file__).parents[1] / "README.md"


def write(tmp_path, text):
    path = tmp_path / "c.toml"
    path.write_text(text)
    return path


def test_decimals_of_a_file_are_read_as_the_decimals_that_are_written(tmp_path):
    config = load(write(tmp_path, 'alpha = 0.1\ndelta = "1/3"\neta = 1e-3\nm = 1_024\n'))
    assert config.parameters.alpha == Fraction(1, 10)
    assert config.parameters.alpha != Fraction(0.1)
    assert config.parameters.delta == Fraction(1, 3)
    assert config.parameters.eta == Fraction(1, 1000)
    assert config.parameters.m == 1024
    assert config.binary_floats == ()


def test_a_python_float_is_taken_as_the_binary_number_and_named():
    config = from_mapping({"alpha": 0.1, "delta": "0.1"})
    assert config.parameters.alpha == Fraction(0.1) != Fraction(1, 10)
    assert config.binary_floats == ("alpha",)
    assert config.with_values({"alpha": "0.1"}).binary_floats == ()
    assert config.with_values({"m": 8}).binary_floats == ("alpha",)


@given(st.fractions(), st.integers(-30, 30))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_text_is_read_exactly(value, exponent):
    assert exact_number("x", str(value)) == value
    assert exact_number("x", f"{value.numerator}.5e{exponent}") == Fraction(f"{value.numerator}.5e{exponent}")
    assert exact_number("x", sympy.Rational(value.numerator, value.denominator)) == value


@pytest.mark.parametrize("text", ["", "1/0", "x", "1e99999", "nan", "inf", "1//2", "2**9", "9" * 5000, "1/2/3", "0x10"])
def test_what_is_no_number_is_refused_in_one_short_line(text):
    with pytest.raises(ValueError, match="alpha must be") as caught:
        exact_number("alpha", text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_set_pairs_are_exact():
    assert parse_values("alpha=1/2, T=16,m=1e3,delta=0.1") == {
        "alpha": Fraction(1, 2), "T": 16, "m": 1000, "delta": Fraction(1, 10),
    }  # fmt: skip
    assert parse_values("") == {}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("beta=1", "alpha T n d m"),
        ("alpha", "name=value"),
        ("alpha=1,alpha=2", "once"),
        ("T=1/2", "T must be an integer; got 1/2"),
        ("m=7", "m must be even and >= 2; got 7"),
        ("m=0", "m must be even"),
        ("alpha=-1/2", "alpha must be > 0; got -1/2 (Definition 1)"),
        ("alpha=0", "alpha must be > 0"),
        ("delta=1", "(0, 1)"),
        ("delta=0", "(0, 1)"),
        ("kappa=1/2", "(0, 1/2)"),
        ("nu_w=-1", "nu_w must be >= 0"),
        ("T=0", "T must be >= 1"),
        ("eta=0", "eta must be > 0"),
    ],
)
def test_bad_pairs_are_named(text, part):
    with pytest.raises(ValueError, match="must|symbol|takes|may") as caught:
        parse_values(text)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("widht = 3", "unknown key 'widht' at top level; known keys: preset, alpha"),
        ("[netwrok]\nm = 2", "netwrok"),
        ("[run]\nseeds = 3", "at [run]; known keys: seed"),
        ("m = 7", "m must be even"),
        ("m = 0", "m must be even"),
        ("alpha = -0.5", "alpha must be > 0; got -1/2"),
        ("alpha = nan", "alpha must be"),
        ("alpha = true", "alpha must be a number"),
        ("T = 2.5", "T must be an integer"),
        ("rho_w = 0.1\nnu_w = 0.2", "rho_w must be >= nu_w; got rho_w = 1/10 < nu_w = 1/5"),
        ("rho_u = 0.5", "rho_u must be >= nu_u"),
        ("data = 3", "[data] must be a table"),
        ("[run]\njobs = 0", "run.jobs must be > 0; got 0"),
        ("[run]\nruns = 1e12", "run.runs must be <= 10000000; got 1000000000000"),
        ("[run]\ndigits = 1e400", "run.digits must be <= 100000; got 1000"),
        ("[data]\nnu = 'kernel'", "data.nu must be one of configuration, tangent-kernel; got 'kernel'"),
        ("[run]\nseed = -1", "run.seed must be >= 0; got -1"),
        ("[run]\ncertify = 1", "true or false"),
        ("[network]\nactivation = 3", "network.activation must be text"),
        ("[network]\nwidths = [3]", "m must be even"),
        ("[network]\nwidths = 4", "network.widths must be a list"),
        ("[data]\npath = 0.5", "data.path must be text"),
        ('preset = "fast"', "one of quick, paper, full"),
        ("preset = 3", "preset must be text"),
        ("x = [", "must be TOML"),
        ("", "which is empty"),
    ],
)
def test_bad_files_are_named(tmp_path, text, part):
    with pytest.raises(ValueError, match="must|unknown") as caught:
        load(write(tmp_path, text))
    assert part in str(caught.value)


@pytest.mark.parametrize("make", ["missing", "folder", "binary"])
def test_unreadable_files_are_named(tmp_path, make):
    path = tmp_path / "c.toml"
    if make == "folder":
        path.mkdir()
    if make == "binary":
        path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="configuration must be"):
        load(path)


def test_radii_follow_nu_unless_they_are_set():
    assert from_mapping({"nu_w": 2}).parameters.rho_w == 2
    assert from_mapping({"nu_w": 2, "rho_w": 3}).parameters.rho_w == 3
    kept = from_mapping({"rho_w": 3}).with_values({"nu_w": 2})
    assert kept.parameters.rho_w == 3


def test_radii_below_nu_are_allowed_where_no_theorem_needs_them():
    config = from_mapping({"rho_w": 0, "run": {"statements": ["lemma-1"]}})
    assert config.parameters.rho_w == 0
    with pytest.raises(ValueError, match="rho_w"):
        from_mapping({"rho_w": 0, "run": {"statements": ["lemma-1", "theorem-1"]}})


@pytest.mark.parametrize("name", configuration.PRESETS)
def test_what_a_configuration_prints_is_read_back_the_same(name):
    config = preset(name).with_values({"alpha": "1/3", "data": {"path": "x.csv", "column": ["a", "b"]}})
    plain = config.as_dict()
    assert plain.pop("binary_floats") == []
    assert from_mapping(plain) == config


def test_a_file_starts_from_its_own_preset_or_from_the_one_that_is_given(tmp_path):
    path = write(tmp_path, "T = 4")
    assert load(path).parameters.m == preset("quick").parameters.m
    assert load(path, base=preset("paper")).run == preset("paper").run
    own = load(write(tmp_path, 'preset = "paper"\nT = 4'))
    assert own.preset == "paper"
    assert own.run == preset("paper").run
    assert own.parameters.T == 4


def test_resolve_takes_what_users_pass(tmp_path):
    config = preset()
    assert configuration.resolve() == configuration.resolve("quick") == configuration.resolve(config) == config
    assert configuration.resolve({"T": 3}).parameters.T == configuration.resolve(write(tmp_path, "T = 3")).parameters.T
    with pytest.raises(TypeError, match="config must be"):
        configuration.resolve(3)


def test_the_schema_in_the_readme_is_the_preset_quick_and_names_every_key():
    text = README.read_text(encoding="utf-8")
    block = text.split("```toml\n")[1].split("```")[0]
    written = tomllib.loads(block, parse_float=Decimal)
    assert from_mapping(written) == Configuration()
    keys = {line.split("=")[0].strip("# ") for line in block.splitlines() if "=" in line}
    sections = Configuration().as_dict()
    wanted = {*configuration.SYMBOLS, *sections["data"], *sections["network"], *sections["run"]}
    assert wanted <= keys


def test_parameters_are_frozen():
    with pytest.raises(AttributeError):
        Parameters().alpha = 1
