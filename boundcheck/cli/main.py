"""The application: which commands there are, and what becomes of an error."""

from __future__ import annotations

import os
import sys
from typing import Annotated

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

UsageProblem: type[Exception] = typer.BadParameter.__mro__[2]  # ClickException, vendored or not

app = typer.Typer(
    name="boundcheck",
    help="Verify a paper's bounds: algebra, rigorous values, measurements, and how far apart they are.",
    epilog="Exit codes: 0 all hold; 1 something refuted or contradicted; 2 bad usage or input; 3 undecided (--strict).",
    add_completion=False,
    no_args_is_help=True,
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
    context.obj = quiet


_FREE_TEXT = {"ignore_unknown_options": True}  # a claim may begin with a minus
app.command("report")(runs.report)
app.command("list")(statements.list_statements)
app.command("show")(statements.show)
app.command("check")(claims.check)
app.command("prove", context_settings=_FREE_TEXT)(claims.prove)
app.command("compare", context_settings=_FREE_TEXT)(claims.compare)
app.command("eval")(numbers.evaluate)
app.command("plan")(numbers.plan)
app.command("rates")(statements.rates)
app.command("findings")(statements.findings)
app.command("activation", context_settings=_FREE_TEXT)(numbers.activation)
app.command("certify")(runs.certify)
app.command("replay")(claims.replay)
app.command("sweep")(runs.sweep)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; bad input becomes one line on stderr, never a traceback."""
    try:
        code = app(args=arguments, prog_name="boundcheck", standalone_mode=False)
        sys.stdout.flush()
    except UsageProblem as error:
        complain(one_line(_usage_text(error)))
        return BAD_INPUT
    except typer.Exit as leaving:
        return leaving.exit_code
    except (typer.Abort, KeyboardInterrupt):
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
        return BROKEN_PIPE
    except Exception as error:
        if os.environ.get("BOUNDCHECK_DEBUG"):
            raise
        return _explain(error)
    return code if isinstance(code, int) else HOLDS


def _usage_text(error: Exception) -> Exception:
    """Return a usage problem as text; without a command the help page has been printed already."""
    text = getattr(error, "format_message", lambda: str(error))()
    return ValueError(text or "a command is needed (boundcheck --help lists them)")


def _explain(error: Exception) -> int:
    """Turn an exception of the library into a line and an exit code."""
    if isinstance(error, (ValueError, TypeError)):
        complain(one_line(error))
    elif isinstance(error, OSError):
        name = f": {error.filename}" if error.filename else ""
        complain(f"cannot read or write{name} ({error.strerror or one_line(error)})")
    elif isinstance(error, (MemoryError, RecursionError)):
        complain(f"the request is too large ({type(error).__name__})")
    else:
        complain(f"internal error, {type(error).__name__}: {one_line(error)} (BOUNDCHECK_DEBUG=1 shows where)")
        return INTERNAL_ERROR
    return BAD_INPUT


def main() -> None:
    """Run the command line of this process."""
    code = run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    sys.exit(code)
