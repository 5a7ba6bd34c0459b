"""The wheel holds what the program needs, and the package is light to import."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import boundcheck

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def python(code, *, path, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=cwd, env=os.environ | {"PYTHONPATH": str(path)} | environment,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_wheel_contains_every_file_of_the_package(wheel):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("boundcheck/")}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "boundcheck").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".pyc", ".nbi", ".nbc"}
    }
    assert wanted <= inside
    assert "boundcheck/data/sunspots.csv" in inside
    assert any(name.startswith("boundcheck/report/templates/") for name in inside)
    assert not any("/tests/" in name for name in inside)


def test_the_wheel_runs_on_its_own(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "import boundcheck, boundcheck.series as s; print(boundcheck.__file__); "
        "print(s.load_series(s.sample_path(), T=4).shape); print(boundcheck.statement('lemma-1'))"
    )
    done = python(code, path=tmp_path / "site", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    file, shape, statement = done.stdout.splitlines()
    assert Path(file).is_relative_to(tmp_path)
    assert shape == "(305, 4, 1)"
    assert statement.startswith("lemma-1: ")


def test_the_wheel_names_its_command_licence_and_extras(wheel):
    archive = zipfile.ZipFile(wheel)
    texts = {name.split("/")[-1]: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    assert "boundcheck = boundcheck.cli:main" in texts["entry_points.txt"]
    assert "MIT" in texts["LICENSE"]
    for extra in ("test", "notebooks", "smt", "distributed", "bench"):
        assert f"Provides-Extra: {extra}" in texts["METADATA"]


def test_one_version_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert boundcheck.__version__ == version
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {version}\n" in (ROOT / "CHANGELOG.md").read_text()


def test_every_dependency_is_explained_in_the_readme():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Dependencies")[1].split("\n## ")[0]
    for requirement in project["dependencies"]:
        assert requirement.split(">")[0] in table


def test_importing_the_package_loads_nothing_heavy(tmp_path):
    code = "import sys, boundcheck, boundcheck.cli; print(*sorted(sys.modules))"
    done = python(code, path=ROOT, cwd=tmp_path)
    loaded = set(done.stdout.split())
    assert done.returncode == 0
    assert not loaded & {"numpy", "sympy", "scipy", "matplotlib", "numba", "flint", "autograd", "jinja2", "mpmath"}


@pytest.mark.parametrize("name", [name for name in boundcheck.__all__ if name != "__version__"])
def test_every_public_name_exists(name):
    assert getattr(boundcheck, name) is not None


def test_the_report_can_be_called_although_it_is_a_package():
    import boundcheck.report

    assert callable(boundcheck.report)
    assert callable(boundcheck.report.build)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'reprot'"):
        boundcheck.reprot  # noqa: B018


OPTIONAL = {"distributed", "dask", "z3", "jax", "torch", "neural_tangents", "pyarrow"}
BROUGHT_BY = {"flint": "python-flint", "markupsafe": "jinja2", "llvmlite": "numba"}


def imported(path):
    """Return the top-level names that a module imports from elsewhere."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def test_everything_that_is_imported_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[<>=\[]", requirement)[0] for requirement in project["dependencies"]}
    files = [path for path in (ROOT / "boundcheck").rglob("*.py") if "bench" not in path.parts]
    names = {name for path in files for name in imported(path)} - set(sys.stdlib_module_names) - OPTIONAL
    assert {BROUGHT_BY.get(name, name) for name in names} - declared == {"boundcheck"}
