"""The notebooks' builder: stored notebooks are the executed sources, and a difference is noticed."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
SOURCES = sorted((FOLDER / "sources").glob("*.md"))


@pytest.fixture
def build():
    specification = importlib.util.spec_from_file_location("notebooks_build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_there_are_four():
    assert [source.stem[0] for source in SOURCES] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_stored_notebook_is_the_executed_source(build, source):
    assert build.difference(source) is None
    notebook = nbformat.read(FOLDER / f"{source.stem}.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type in ("error", "stream")]
    nbformat.validate(notebook)


def test_differences_are_noticed(build, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "HERE", tmp_path)
    source = tmp_path / "a.md"
    source.write_text("# Title\n\n```python\n1 + 1\n```\n")
    assert build.difference(source) == "there is no stored notebook"
    notebook = build.from_source(source.read_text())
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code"]
    nbformat.write(notebook, tmp_path / "a.ipynb")
    assert build.difference(source) == "it is stored without having been executed"
    notebook.cells[1].execution_count = 1
    nbformat.write(notebook, tmp_path / "a.ipynb")
    assert build.difference(source) is None
    source.write_text("# Title\n\n```python\n1 + 2\n```\n")
    assert build.difference(source) == "its cells differ from the source"


def test_stale_outputs_are_noticed_where_they_count(build):
    def notebook(source, text):
        cell = build.from_source(f"```python\n{source}\n```\n")
        cell.cells[0].outputs = [{"output_type": "execute_result", "data": {"text/plain": text}}]
        return cell

    assert build.stale_output(notebook("1 + 1", "2"), notebook("1 + 1", "2")) is None
    assert "cell 1 prints" in build.stale_output(notebook("1 + 1", "3"), notebook("1 + 1", "2"))
    varying = "# differs between machines\n1 + 1"
    assert build.stale_output(notebook(varying, "3"), notebook(varying, "2")) is None
