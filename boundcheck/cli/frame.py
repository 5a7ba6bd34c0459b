"""What all commands share: options, results on stdout, logs and progress on stderr, one line per error, exit codes."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

HOLDS, REFUTED, BAD_INPUT, UNDECIDED = 0, 1, 2, 3
INTERNAL_ERROR, INTERRUPTED, BROKEN_PIPE = 70, 130, 141
LARGEST_JSON_INTEGER = 2**53
LONGEST_LINE = 600
LOG_SECONDS, LOG_SHARE = 5.0, 20


class Format(str, Enum):  # noqa: UP042 - the option's text is the value
    """How a command prints its data."""

    table = "table"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="How to print: table or json.", metavar="table|json")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress and no logs on stderr.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit with 3 where algebra stays undecided.")]
TimeoutOption = Annotated[float, typer.Option("--timeout", metavar="S", help="Seconds per claim.")]


def bad_input(message: str) -> NoReturn:
    """Leave with one clear line and exit code 2."""
    raise ValueError(message)


def checked_timeout(seconds: float) -> float:
    """Return a time limit that is a positive finite number of seconds."""
    if not 0 < seconds <= 1e6:
        bad_input(f"--timeout must be > 0 and <= 1000000 seconds; got {seconds:g}")
    return seconds


def one_line(error: BaseException) -> str:
    """Return an error's text on one line of reasonable length."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 3] + "..."


def complain(text: str) -> None:
    """Write one line to stderr, whatever the terminal's encoding."""
    line = f"boundcheck: {text}\n"
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(line.encode(encoding, "replace").decode(encoding))
    sys.stderr.flush()


def say(text: str, quiet: bool) -> None:
    """Log a line on stderr unless --quiet."""
    if not quiet:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def write(text: str) -> None:
    """Write a result to stdout; what the terminal cannot encode is replaced."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def write_wrapped(text: str, indent: int = 2) -> None:
    """Write a paragraph within 80 columns; what follows its first line is indented further."""
    space = " " * indent
    write(textwrap.fill(text, 80, initial_indent=space, subsequent_indent=space + "    ", break_on_hyphens=False))


def write_json(value: Any) -> None:
    """Print a value as JSON: exact numbers and integers beyond 2^53 as strings."""
    write(json.dumps(jsonable(value), indent=2, ensure_ascii=False, allow_nan=False))


def jsonable(value: Any) -> Any:
    """Return the value in JSON's own kinds."""
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_JSON_INTEGER else str(value)
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, Fraction):
        return jsonable(int(value)) if value.denominator == 1 else str(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    return str(value)


def write_table(headers: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print a table that fits the terminal; 80 columns where stdout is no terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, show_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    _print(table)


def write_fields(fields: Mapping[str, object]) -> None:
    """Print names and values in two columns."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields.items():
        table.add_row(name, str(value))
    _print(table)


def _print(renderable: Any) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout, markup=False, highlight=False, width=None if sys.stdout.isatty() else 80)
    with console.capture() as captured:
        console.print(renderable)
    write("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


@contextmanager
def progress(title: str, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar where stderr is a terminal, else a line now and then, ever more rarely.

    The callable takes (what is being done, done, total).
    """
    if quiet:
        yield lambda what, done, total: None
        return
    if not sys.stderr.isatty():
        yield _lines_now_and_then(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(title, total=None)
        yield lambda what, done, total: bars.update(task, description=what[:46], completed=done, total=total)


def _lines_now_and_then(title: str) -> Callable[[str, int, int], None]:
    start = last = time.monotonic()

    def tell(what: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= max(LOG_SECONDS, (now - start) / LOG_SHARE):
            last = now
            say(f"{title}: {done} of {total}, {what}", quiet=False)

    return tell


def configure(preset: str | None = None, config: Path | None = None, changes: Mapping[str, Any] | None = None) -> Any:
    """Build the configuration of a command: preset, then file, then the options that were given."""
    from boundcheck import configuration

    chosen = configuration.preset(preset) if preset is not None else None
    if config is not None:
        chosen = configuration.load(config, base=chosen)
    return (chosen or configuration.preset()).with_values(changes or {})


def silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush after a broken pipe stays silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
