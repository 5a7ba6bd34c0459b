"""The command line: thin commands over the stages; every heavy import happens inside the command that needs it."""

from boundcheck.cli.main import main as main
