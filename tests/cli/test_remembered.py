"""The rows of list are kept between runs as long as no source changed, and built again where they cannot be read."""

import json
import os

import pytest

from boundcheck.cli import remembered


@pytest.fixture
def package(tmp_path, monkeypatch):
    for name in remembered.SOURCES:
        place = tmp_path / name
        if place.suffix:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("x = 1\n")
        else:
            place.mkdir(parents=True, exist_ok=True)
            (place / "a.py").write_text("y = 1\n")
    monkeypatch.setattr(remembered, "PACKAGE", tmp_path)
    return tmp_path


def counted(rows):
    calls = []

    def build():
        calls.append(1)
        return rows

    return build, calls


def test_rows_are_built_once(package):
    build, calls = counted([{"id": "a", "tiers": ["paper"]}])
    assert remembered.remembered_rows(build) == remembered.remembered_rows(build) == build()
    assert len(calls) == 2
    assert not [file for file in package.rglob("*") if str(os.getpid()) in file.name]


@pytest.mark.parametrize("change", ["text", "time", "new", "gone"])
def test_a_changed_source_counts(package, change):
    build, calls = counted([])
    remembered.remembered_rows(build)
    source = package / "theory" / "a.py"
    if change == "text":
        source.write_text("y = 22\n")
    elif change == "time":
        os.utime(source, ns=(1, 1))
    elif change == "new":
        (package / "language" / "b.py").write_text("")
    else:
        source.unlink()
    remembered.remembered_rows(build)
    assert len(calls) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"stamp": []}', "null"])
def test_what_cannot_be_read_is_built_again(package, content):
    build, _ = counted([{"id": "a"}])
    remembered.remembered_rows(build)
    (place,) = package.rglob("*.json")
    place.write_text(content)
    assert remembered.remembered_rows(build) == [{"id": "a"}]
    assert json.loads(place.read_text())["rows"] == [{"id": "a"}]


def test_where_nothing_can_be_written_rows_are_built_each_time(package, monkeypatch):
    monkeypatch.setattr(remembered, "_place", lambda: package / "notation.py" / "impossible.json")
    build, calls = counted([{"id": "a"}])
    assert remembered.remembered_rows(build) == remembered.remembered_rows(build)
    assert len(calls) == 2


def test_list_prints_what_the_statements_say(terminal):
    from boundcheck.cli.statements import _own_rows

    assert terminal.json("list") == json.loads(json.dumps(_own_rows(None))) == terminal.json("list")
