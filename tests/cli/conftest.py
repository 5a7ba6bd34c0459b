"""Run commands in this process, and say what a good and a refused one look like."""

import json
import math
from dataclasses import dataclass
from typing import Any

import pytest

from boundcheck.cli.main import run


@dataclass
class Terminal:
    """The command line with its output captured."""

    capsys: Any

    def run(self, *arguments):
        code = run([str(argument) for argument in arguments])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    def refused(self, *arguments):
        """Return the one line on stderr of a command that must end with 2 and print nothing else."""
        code, out, err = self.run(*arguments)
        assert code == 2, (code, out, err)
        assert out == ""
        assert err.count("\n") == 1, err
        assert err.startswith("boundcheck: ")
        return err.removeprefix("boundcheck: ").rstrip("\n")

    def printed(self, *arguments, code=0):
        """Return what a command prints on stdout, which must be its only output."""
        got, out, err = self.run(*arguments)
        assert (got, err) == (code, ""), (got, out, err)
        return out

    def json(self, *arguments, code=0):
        """Return what a command prints with --format json."""
        got, out, err = self.run(*arguments, "--format", "json", "--quiet")
        assert (got, err) == (code, ""), (got, out, err)
        return json.loads(out)


@pytest.fixture
def terminal(capsys, monkeypatch):
    """No progress lines, however slow the machine is: what else a command says on stderr is compared."""
    monkeypatch.setattr("boundcheck.cli.frame.LOG_SECONDS", math.inf)
    return Terminal(capsys)
