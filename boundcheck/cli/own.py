"""A file of the user's own with statements, run only because they name it with --statements-from."""

from __future__ import annotations

import contextlib
import runpy
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from boundcheck.cli.frame import bad_input

OwnOption = Annotated[
    list[Path] | None, typer.Option("--statements-from", metavar="F.py", help="Your own statements; runs the file.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Statements of the user's own, and per id a function of the measured problem."""

    statements: tuple[Any, ...] = ()
    measure: Mapping[str, Any]


def read_own(paths: Sequence[Path] | None) -> Own:
    """Run the files and collect every ``Statement`` at their top level, and the mapping ``MEASURE`` if there is one."""
    statements: dict[str, Any] = {}
    measure: dict[str, Any] = {}
    for path in paths or ():
        found, functions = _collect(path)
        for statement in found:
            if statement.id in statements:
                bad_input(f"each statement needs an id of its own; got {statement.id!r} twice (second in {path})")
            statements[statement.id] = statement
        measure |= functions
    unknown = sorted(set(measure) - set(statements))
    if unknown:
        bad_input(f"MEASURE must name statements of the files; got {unknown[0]!r} (they are: {', '.join(statements)})")
    own = Own(statements=tuple(statements.values()), measure=measure)
    if own.statements:
        _check_graph(own)
    return own


def all_statements(own: Own) -> tuple[Any, ...]:
    """Return the paper's statements and the user's own; one of theirs replaces the paper's of the same id."""
    from boundcheck import theory

    known = {item.id: item for item in (*theory.statements(), *own.statements)}
    return tuple(known.values())


def find_statement(identifier: str, own: Own) -> Any:
    """Look a statement up by its id; ValueError listing what exists, with the nearest ids first."""
    known = {item.id: item for item in everything(own)}
    if identifier in known:
        return known[identifier]
    from difflib import get_close_matches

    near = get_close_matches(identifier, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return bad_input(f"unknown statement {identifier!r}; {hint}statements are: {' '.join(known)}")


def _check_graph(own: Own) -> None:
    """Refuse statements that rest on what does not exist, or on themselves, through whatever others."""
    known = {item.id: item.depends_on for item in everything(own)}
    for statement in own.statements:
        for name in statement.depends_on:
            if name not in known:
                bad_input(f"{statement.id} depends on {name!r}, which does not exist; there are: {' '.join(known)}")
        if cycle := _cycle(known, statement.id):
            bad_input(f"statements must not rest on themselves: {' -> '.join(cycle)} (mend their depends_on)")


def _cycle(depends_on: Mapping[str, Sequence[str]], start: str) -> tuple[str, ...]:
    """Return a way from a statement back to itself along what each depends on; empty if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in depends_on[way[-1]]:
            if name == start:
                return (*way, start)
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def everything(own: Own) -> tuple[Any, ...]:
    """Return all statements, and after them the findings (but one whose id is a statement's of the user's own)."""
    from boundcheck import theory

    stated = all_statements(own)
    ids = {item.id for item in stated}
    return (*stated, *(item for item in theory.findings() if item.id not in ids))


def _collect(path: Path) -> tuple[list[Any], dict[str, Any]]:
    from boundcheck.language import Statement

    if not path.is_file():
        bad_input(f"--statements-from must name a Python file; got {path}")
    try:
        with contextlib.redirect_stdout(sys.stderr):
            names = runpy.run_path(str(path))
    except (Exception, SystemExit) as error:
        line = _line(error, path) or getattr(error, "lineno", None) or "?"
        message = f"{path} must run; line {line} raised {type(error).__name__}: {error}"
        raise ValueError(message) from error
    flat = [item for value in names.values() for item in (value if isinstance(value, (tuple, list)) else (value,))]
    found = list({id(item): item for item in flat if isinstance(item, Statement)}.values())
    if not found:
        bad_input(f"--statements-from must define a bc.Statement at its top level; got none in {path}")
    functions = names.get("MEASURE", {})
    if not isinstance(functions, Mapping) or not all(callable(function) for function in functions.values()):
        bad_input(f"MEASURE must map ids to functions of the problem; got {type(functions).__name__} in {path}")
    return found, {name: _guarded(function, name, path) for name, function in functions.items()}


def _guarded(function: Callable[..., Any], identifier: str, path: Path) -> Callable[..., Any]:
    """Wrap a function of MEASURE: its prints go to stderr, and what it raises names file, line and function."""

    def measured(problem: Any) -> Any:
        try:
            with contextlib.redirect_stdout(sys.stderr):
                return function(problem)
        except (Exception, SystemExit) as error:
            code = getattr(function, "__code__", None)
            line = _line(error, path) or getattr(code, "co_firstlineno", None) or "?"
            name = getattr(function, "__name__", type(function).__name__)
            message = (
                f"{path} must run; line {line}, in {name} (MEASURE of {identifier}), "
                f"raised {type(error).__name__}: {error}"
            )
            raise ValueError(message) from error

    return measured


def _line(error: BaseException, path: Path) -> int | None:
    """Return the last line of a file that an exception passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == str(path)), None)
