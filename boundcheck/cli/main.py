"""The application: which commands there are, and what becomes of an error."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated, Any

import typer

from boundcheck import __version__
from boundcheck.cli import claims, numbers, runs, statements
from boundcheck.cli.frame import (
    BAD_INPUT,
    BROKEN_PIPE,
    HOLDS,
    INTERNAL_ERROR,
    INTERRUPTED,
    QuietOption,
    complain,
    one_line,
    silence_stdout,
)

# Objects between two runs of the garbage collector. Importing SymPy and building the statements makes some 10^6,
# nearly all of which stay: at Python's 700 a quarter of the time of a short command goes into looking through them.
ALLOCATIONS = 200_000
# Results that SymPy remembers: the statements alone need more than its 1000, and what is thrown out is computed again.
REMEMBERED = "20000"
UsageProblem: Any = typer.BadParameter.__mro__[2]  # ClickException, vendored or not

app = typer.Typer(
    name="boundcheck",
    help="Verify a paper's bounds: algebra, rigorous values, measurements, and how far apart they are.",
    epilog="Exit codes: 0 all hold; 1 something refuted or contradicted; 2 bad usage or input; 3 undecided (--strict).",
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 80},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"boundcheck {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
    quiet: QuietOption = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(BAD_INPUT)
    context.obj = quiet


_FREE_TEXT = {"ignore_unknown_options": True}  # a claim may begin with a minus
_COMMANDS = (
    ("report", runs.report, "Write a verification report (HTML, Markdown, JSON)."),
    ("list", statements.list_statements, "List the statements."),
    ("show", statements.show, "Show a statement: formula, hypotheses, proof."),
    ("check", claims.check, "Check the algebra of every derivation step."),
    ("prove", claims.prove, "Prove or refute a claim of your own."),
    ("compare", claims.compare, "Compare a quantity with a constant you type."),
    ("eval", numbers.evaluate, "Evaluate a quantity rigorously."),
    ("plan", numbers.plan, "Find width and iterations for a target risk."),
    ("rates", statements.rates, "Print exponents and regimes."),
    ("findings", statements.findings, "Print where the source's prose does not hold."),
    ("activation", numbers.activation, "Certify the constants of an activation."),
    ("certify", runs.certify, "Certify the risk on the data at hand."),
    ("replay", claims.replay, "Check certificates with the small checker."),
    ("sweep", runs.sweep, "Run a resumable grid of experiments."),
)
for _name, _function, _line in _COMMANDS:
    _settings = _FREE_TEXT if _name in ("prove", "compare", "activation") else None
    app.command(_name, short_help=_line, context_settings=_settings)(_function)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; bad input becomes one line on stderr, never a traceback."""
    try:
        code = app(args=arguments, prog_name="boundcheck", standalone_mode=False)
        sys.stdout.flush()
    except UsageProblem as error:
        complain(one_line(ValueError(error.format_message())))
        return BAD_INPUT
    except typer.Exit as leaving:
        return leaving.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
        return BROKEN_PIPE
    except Exception as error:
        if os.environ.get("BOUNDCHECK_DEBUG"):
            raise
        return _explain(error)
    if code == INTERRUPTED:
        complain("interrupted")
    return code if isinstance(code, int) else HOLDS


def _explain(error: Exception) -> int:
    """Turn an exception of the library into a line and an exit code."""
    if isinstance(error, (ValueError, TypeError)):
        complain(one_line(error))
    elif isinstance(error, OSError):
        place = f"cannot read or write {error.filename} ({error.strerror})" if error.filename else one_line(error)
        complain(place)
    elif isinstance(error, (MemoryError, RecursionError)):
        complain(f"the request is too large ({type(error).__name__})")
    else:
        complain(f"internal error, {type(error).__name__}: {one_line(error)} (BOUNDCHECK_DEBUG=1 shows where)")
        return INTERNAL_ERROR
    return BAD_INPUT


def main() -> None:
    """Run the command line of this process."""
    gc.set_threshold(ALLOCATIONS)
    os.environ.setdefault("SYMPY_CACHE_SIZE", REMEMBERED)
    code = run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    sys.exit(code)
