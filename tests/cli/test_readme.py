"""What the README shows is what the program prints (times masked)."""

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("readme", Path(__file__).with_name("readme.py"))
readme = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(readme)

SHOWN = readme.transcripts(readme.README.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("readme")


@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[command[:60] for command, _ in SHOWN])
def test_a_command_of_the_readme(command, printed, folder):
    assert readme.masked(readme.output(command, folder)) == readme.masked(printed)


def test_the_tour_shows_the_main_commands():
    shown = {command.split()[1] for command, _ in SHOWN}
    assert {"report", "check", "prove", "eval", "activation", "plan", "certify"} <= shown


def test_times_and_nothing_else_are_masked():
    assert readme.masked("a  proved  sums   0.123") == readme.masked("a  proved  sums   9.1")
    assert readme.masked("a  proved  sums   0.123") != readme.masked("a  refuted  sums   0.123")
    assert readme.masked("seconds  1.5") == readme.masked("seconds  2")
    assert readme.masked("lower  1.5") != readme.masked("lower  1.6")


def test_commands_and_outputs_are_told_apart():
    text = "x\n```console\n$ boundcheck a\none\ntwo\n$ boundcheck b\n```\n```toml\n$ no\n```\n"
    assert readme.transcripts(text) == [("boundcheck a", "one\ntwo"), ("boundcheck b", "")]
