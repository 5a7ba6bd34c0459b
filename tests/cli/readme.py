"""The commands that the README shows: run them, compare with what it prints, or write it anew.

``python tests/cli/readme.py`` rewrites the output below every ``$ boundcheck ...`` line of README.md.
"""

import contextlib
import io
import os
import re
import shlex
import tempfile
from pathlib import Path

from boundcheck.cli.main import run

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.S | re.M)


def transcripts(text):
    """Return (command, printed) of each command in the console blocks."""
    found = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed.rstrip("\n")))
    return found


def output(command, folder):
    """Return what a command prints on stdout, run in a folder; its progress on stderr is not shown."""
    name, *arguments = shlex.split(command)
    if name != "boundcheck":
        message = f"the README's consoles show boundcheck commands; got {command}"
        raise ValueError(message)
    out = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        run(arguments)
    return out.getvalue().rstrip("\n")


def masked(text):
    """Replace times: the seconds of a table's row and of a line that says so; and runs of spaces, which follow them."""
    text = re.sub(r"(?m)^(.*\b(?:proved|refuted|undecided)\b.*?) +\d+\.\d+$", r"\1 #", text)
    text = re.sub(r"─+", "─", re.sub(r" +", " ", text))
    return re.sub(r"(?m)^(\w*seconds) +\S+$", r"\1 #", text)


def rewritten(text, folder):
    """Return the README with every output as it is now."""

    def block(match):
        parts = []
        for command, _ in transcripts(match[0]):
            printed = output(command, folder)
            parts.append(f"$ {command}\n{printed}\n" if printed else f"$ {command}\n")
        return "```console\n" + "".join(parts) + "```"

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as place:
        README.write_text(rewritten(README.read_text(encoding="utf-8"), place), encoding="utf-8")
