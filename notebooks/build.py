"""Turn notebooks/sources/*.md into executed notebooks, or check that the stored ones still run.

Usage: python notebooks/build.py [--check] [NAME ...]. A source is Markdown with ```python cells. ``--check`` writes
nothing: it fails if a stored notebook's cells differ from its source, were not executed, raise, take over a minute, or
print something else than what is stored (except figures, and cells with a comment "differs between machines").
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
SECONDS = 60
VARIES = "differs between machines"
_CELL = re.compile(r"^```python\n(.*?)^```\n?", re.MULTILINE | re.DOTALL)


def from_source(text: str) -> nbformat.NotebookNode:
    """Split Markdown into text cells and code cells."""
    cells = []
    for index, part in enumerate(_CELL.split(text)):
        if part.strip():
            new = nbformat.v4.new_code_cell if index % 2 else nbformat.v4.new_markdown_cell
            cells.append(new(part.strip(), id=f"cell-{len(cells)}"))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def execute(notebook: nbformat.NotebookNode) -> float:
    """Run a notebook in place; returns the seconds it took."""
    began = time.perf_counter()
    resources = {"metadata": {"path": str(HERE)}}
    NotebookClient(notebook, timeout=SECONDS, record_timing=False, resources=resources).execute()
    notebook.metadata["language_info"] = {"name": "python"}
    return time.perf_counter() - began


def difference(source: Path) -> str | None:
    """Say how a stored notebook differs from its source, None if it does not."""
    stored = HERE / f"{source.stem}.ipynb"
    if not stored.exists():
        return "there is no stored notebook"
    notebook = nbformat.read(stored, as_version=4)
    expected = [(cell.cell_type, cell.source) for cell in from_source(source.read_text(encoding="utf-8")).cells]
    if [(cell.cell_type, cell.source) for cell in notebook.cells] != expected:
        return "its cells differ from the source"
    executed = all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    return None if executed else "it is stored without having been executed"


def stale_output(stored: nbformat.NotebookNode, fresh: nbformat.NotebookNode) -> str | None:
    """Name the first cell that prints something else than is stored, None if there is none."""
    for number, (old, new) in enumerate(zip(stored.cells, fresh.cells, strict=True), 1):
        if new.cell_type == "code" and VARIES not in new.source and _printed(old) != _printed(new):
            return f"cell {number} prints something else than is stored: build the notebook again"
    return None


def _printed(cell: nbformat.NotebookNode) -> list[object]:
    """Return what a reader sees of a cell's outputs: the richest form of each, of a figure nothing."""
    shown = [output.get("data", {}) or {"text": output.get("text", "")} for output in cell.outputs]
    forms = ("text/html", "text/latex", "text/markdown", "text/plain", "text")
    return [next(data[form] for form in forms if form in data) for data in shown if "image/png" not in data]


def main() -> int:
    """Build or check the notebooks that were asked for; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="run everything, write nothing")
    parser.add_argument("names", nargs="*", help="sources without .md (default: all)")
    arguments = parser.parse_args()
    found = sorted((HERE / "sources").glob("*.md"))
    sources = [path for path in found if path.stem in arguments.names or not arguments.names]
    failed = not sources
    for source in sources:
        notebook = from_source(source.read_text(encoding="utf-8"))
        problem = difference(source) if arguments.check else None
        try:
            seconds = execute(notebook)
        except CellExecutionError as error:
            problem, seconds = str(error), 0.0
        if seconds > SECONDS:
            problem = f"it took {seconds:.0f} s; the limit is {SECONDS} s"
        elif problem is None and arguments.check:
            stored = nbformat.read(HERE / f"{source.stem}.ipynb", as_version=4)
            problem = stale_output(stored, notebook)
        if problem is None and not arguments.check:
            nbformat.write(notebook, HERE / f"{source.stem}.ipynb")
        sys.stdout.write(f"{source.stem}: {problem or f'runs in {seconds:.1f} s'}\n")
        failed |= problem is not None
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
