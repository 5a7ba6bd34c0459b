"""A report: its content, its forms, the order in which its files appear, and what bad input gets."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from importlib.resources import files

import jsonschema
import pytest

import boundcheck
from boundcheck.language import Form, Quantity, Statement
from boundcheck.notation import m, rho_w
from boundcheck.report.document import plain
from boundcheck.report.files import replace_all, sha256, verify
from boundcheck.report.tex import render as render_tex
from boundcheck.report.wording import shown_numeric

KEYS = {"id", "algebra", "hypotheses", "numeric", "measured", "empirical", "tightness", "vacuous"}


def read(folder):
    return json.loads((folder / "report.json").read_text())


def test_report_json_has_the_published_shape(folder):
    schema = json.loads((files("boundcheck.report") / "schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read(folder), schema)


def test_report_json_keeps_the_contract(folder):
    data = read(folder)
    assert set(data) >= {"meta", "statements", "summary"}
    assert set(data["meta"]) >= {"version", "preset", "seed", "config", "versions", "seconds"}
    for entry in data["statements"]:
        assert set(entry) >= KEYS
        assert entry["algebra"] in ("proved", "refuted", "undecided")
        assert entry["hypotheses"] in ("met", "unmet", "undecided")
        assert entry["empirical"] in ("consistent", "contradicted", "not-measured")
        for row in entry["numeric"]:
            assert set(row) >= {"quantity", "tier", "variant", "lower", "upper"}
            assert isinstance(row["lower"], str)
        if entry["measured"] is not None:
            assert set(entry["measured"]) >= {"value", "kind", "witness", "uncertainty"}


def test_the_verdicts_are_the_expected_ones(report):
    found = report.comparison("prop-4")
    assert found.hypotheses.status == "met"
    assert found.empirical.status == "consistent"
    assert found.tightness >= 1
    assert report.comparison("theorem-1").vacuous is True
    assert report.data["summary"]["holds"]


def test_every_tier_is_at_least_the_next_and_at_least_the_witness(report):
    record = report.data["statements"][0]
    uppers = [float(row["upper"]) for row in record["numeric"] if row["quantity"] == "prop-4.bound"]
    assert len(uppers) == 4
    assert all(a >= b * (1 - 1e-8) for a, b in zip(uppers, uppers[1:], strict=False))
    assert float(record["measured"]["certified"]["lower"]) <= uppers[-1]


def test_the_same_seed_gives_the_same_json_up_to_seconds():
    config = {"T": 1, "n": 1, "m": 4, "run": {"statements": ["prop-2"], "mutation_seconds": "1/2", "jobs": 1}}
    first = boundcheck.report(config).as_dict()
    second = boundcheck.report({**config, "run": {**config["run"], "jobs": 2, "out": "elsewhere"}}).as_dict()
    for data in (first, second):
        assert data["meta"].pop("seconds") > 0
    assert json.dumps(first) == json.dumps(second)


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.headings, self.resources = [], [], [], []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and given.get("href", "").startswith("#"):
            self.links.append(given["href"][1:])
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.resources += [given[name] for name in ("src", "href") if name in given and tag not in ("a", "use")]


@pytest.fixture(scope="module")
def page(folder):
    parser = _Page()
    parser.feed((folder / "report.html").read_text())
    return parser


def test_the_page_is_self_contained_and_small(folder, page):
    text = (folder / "report.html").read_text()
    assert len(text.encode()) < 3_000_000
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    assert page.resources == ["data:,"]


def test_the_page_is_navigable(page):
    assert len(page.ids) == len(set(page.ids))
    assert page.headings[0] == 1
    assert all(b <= a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    from boundcheck import theory

    left_out = {item.id for item in theory.statements()}
    assert {link for link in page.links if link not in page.ids} <= left_out


def test_the_page_shows_every_statement_with_its_verdicts(folder, report):
    text = (folder / "report.html").read_text()
    for record in report.data["statements"]:
        assert f'id="{record["id"]}"' in text
        assert f'data-algebra="{record["algebra"]}"' in text
    assert "<math" in text
    assert "parsererror" not in text


def test_markdown_names_files_that_are_there(folder):
    text = (folder / "report.md").read_text()
    found = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert found
    assert all((folder / name).is_file() for name in found)


def test_certificates_replay(folder):
    from boundcheck.algebra import replay

    content = json.loads((folder / "certificates" / "algebra-prop-4.json").read_text())
    assert content["claims"]
    for claim in content["claims"][:5]:
        assert replay(claim["certificate"]).accepted


def test_tex_has_the_structure_of_a_document(report):
    text = render_tex(report)
    assert text.startswith("\\documentclass")
    assert text.rstrip().endswith("\\end{document}")
    for name in ("longtable", "thebibliography", "document"):
        assert text.count(f"\\begin{{{name}}}") == text.count(f"\\end{{{name}}}") > 0
    assert text.isascii()
    assert not re.search(r"(?<!\\)[#%]", text)
    bare = re.sub(r"\\[{}\\]", "", text)
    assert bare.count("{") == bare.count("}")
    opened = re.findall(r"\\(begin|end)\{(\w+)\}", text)
    stack = []
    for what, name in opened:
        assert what == "begin" or stack.pop() == name
        stack += [name] if what == "begin" else []
    assert stack == []
    packages = {item for group in re.findall(r"usepackage(?:\[.*?\])?\{(.*?)\}", text) for item in group.split(",")}
    assert packages <= {"fontenc", "inputenc", "geometry", "amsmath", "amssymb", "longtable", "array"}
    for table in re.findall(r"\\begin\{longtable\}.*?\\end\{longtable\}", text, re.DOTALL):
        rows = [len(re.findall(r"(?<!\\)&", row)) for row in table.split("\n") if "&" in row]
        assert len(set(rows)) == 1


def test_hashes_say_whether_a_report_is_whole(folder, tmp_path):
    assert verify(folder) == []
    (tmp_path / "report.md").write_text("old")
    replace_all(tmp_path, {"report.md": b"new"}, {"a": 1}, ())
    assert verify(tmp_path) == []
    (tmp_path / "report.md").write_text("half")
    assert verify(tmp_path) == ["report.md"]


def test_an_interrupted_write_leaves_no_stray_files(tmp_path, monkeypatch):
    replace_all(tmp_path, {"a.txt": b"1", "b.txt": b"1"}, {}, ())
    real, calls = __import__("os").replace, []

    def stop(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr("os.replace", stop)
    with pytest.raises(KeyboardInterrupt):
        replace_all(tmp_path, {"a.txt": b"2", "b.txt": b"2"}, {}, ())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt", "report.json"]
    assert verify(tmp_path) == ["a.txt"]
    assert (tmp_path / "b.txt").read_bytes() == b"1"
    assert json.loads((tmp_path / "report.json").read_text())["files"]["a.txt"]["sha256"] == sha256(b"1")


def test_files_of_an_older_report_go(tmp_path):
    replace_all(tmp_path, {"figures/old.svg": b"x"}, {}, ())
    replace_all(tmp_path, {"figures/new.svg": b"x"}, {}, ("figures/*.svg",))
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["new.svg"]


def test_bad_input_is_refused_before_any_work(report, tmp_path):
    taken = tmp_path / "file"
    taken.write_text("mine")
    with pytest.raises(ValueError, match="must be a folder"):
        report.save(taken)
    with pytest.raises(ValueError, match="must be writable"):
        report.save("/proc/boundcheck")
    with pytest.raises(ValueError, match="unknown statement 'lemma-9'"):
        boundcheck.report({"run": {"statements": ["lemma-9"]}})
    assert taken.read_text() == "mine"


def test_a_full_disk_is_said_in_one_line(report, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="could not be written; got No space left on device at") as caught:
        report.save(tmp_path)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.rglob("*.*")) == []


def test_an_informative_bound_whose_hypotheses_fail_is_not_shown_as_a_promise():
    assert shown_numeric(False, "met") == "informative"
    assert shown_numeric(False, "unmet") == "informative-but-hypotheses-not-met"
    assert shown_numeric(False, "undecided") == "informative-if-hypotheses-hold"
    assert shown_numeric(True, "unmet") == "vacuous"
    assert shown_numeric(None, "unmet") == "no-trivial-bound"


def test_what_measurement_found_is_handed_to_the_bound():
    config = {"T": 2, "n": 2, "m": 64, "tau": 5,
              "run": {"statements": ["theorem-1-any-target"], "mutation_seconds": 0, "runs": 1}}  # fmt: skip
    record = boundcheck.report(config).data["statements"][0]
    assert record["empirical"] == "consistent"
    assert record["vacuous"] in (True, False)
    assert {row["tier"] for row in record["numeric"]} >= {"paper", "recursive", "coupled"}


def test_json_holds_exact_numbers_as_text():
    from fractions import Fraction

    assert plain({"a": 2**60, "b": Fraction(1, 3), "c": float("inf"), "d": (1, None)}) == {
        "a": str(2**60), "b": "1/3", "c": "inf", "d": [1, None],
    }  # fmt: skip


def test_a_users_own_statement_is_contradicted_and_flags_what_rests_on_it(tmp_path):
    own = Statement(
        id="mine",
        title="A bound of my own that is <too> small",
        quantities=(Quantity(name="b", forms=(Form(value=rho_w / m),)),),
        derivation=["1 + 1 <= 1"],
    )
    resting = Statement(id="resting", depends_on=("mine",), derivation=["0 <= 1"])
    config = {"m": 16, "T": 1, "n": 1, "run": {"statements": ["mine", "resting"], "mutation_seconds": 0}}
    found = boundcheck.report(config, statements=(own, resting), measure={"mine": lambda problem: 3})
    record = found.data["statements"][0]
    assert (record["algebra"], record["empirical"]) == ("refuted", "contradicted")
    assert found.data["statements"][1]["flags"] == ["mine"]
    assert not found.data["summary"]["holds"]
    text = (found.save(tmp_path / "out") / "report.html").read_text()
    assert "Rests on a failure" in text
    assert "&lt;too&gt;" in text
    assert 'class="edge broken"' in text


def test_a_finding_may_be_asked_for_beside_a_statement():
    config = {"m": 16, "T": 1, "n": 1, "run": {"statements": ["prop-4", "finding-chain"], "mutation_seconds": 0}}
    found = boundcheck.report(config)
    assert [entry["id"] for entry in found.data["statements"]] == ["prop-4"]
    assert [entry["id"] for entry in found.data["findings"]] == ["finding-chain"]


def test_what_breaks_a_bound_in_doubles_only_is_said_at_the_top(tmp_path):
    low, high = (Statement(id=f"my-{name}", quantities=(Quantity(name="b", forms=(Form(value=rho_w / m),)),))
                 for name in ("low", "high"))  # fmt: skip
    config = {"m": 16, "T": 1, "n": 1, "run": {"statements": ["my-low", "my-high"], "mutation_seconds": 0}}
    measure = {"my-low": lambda problem: 0.75, "my-high": lambda problem: 1e-3}
    found = boundcheck.report(config, statements=(low, high), measure=measure)
    assert found.data["summary"]["unconfirmed"] == ["my-low"]
    assert found.data["statements"][0]["empirical"] == "not-measured"
    assert found.data["summary"]["holds"]
    folder = found.save(tmp_path / "out")
    text = "Above the bound in doubles, not confirmed rigorously: "
    assert text + "[my-low](#my-low).**" in (folder / "report.md").read_text().split("## ")[0]
    summary = (folder / "report.html").read_text().split('id="configuration"')[0]
    assert text + '<a href="#my-low">my-low</a>.</strong>' in summary
    jsonschema.validate(read(folder), json.loads((files("boundcheck.report") / "schema.json").read_text()))


def test_real_data_leave_realisable_undecided(tmp_path):
    data = tmp_path / "series.csv"
    data.write_text("value\n" + "\n".join(str((7 * k) % 11 - 5) for k in range(20)))
    config = {"T": 2, "m": 16, "data": {"path": str(data), "max_windows": 4},
              "run": {"statements": ["prop-6"], "mutation_seconds": 0}}  # fmt: skip
    found = boundcheck.report(config)
    record = found.data["statements"][0]
    assert record["hypotheses"] == "undecided"
    condition = next(item for item in record["conditions"] if "realisable" in item["text"])
    assert condition["status"] == "undecided"
    assert "nobody knows" in condition["detail"]
    nu = found.data["meta"]["data"]["nu"]
    assert nu.startswith("hypothetical: from the configuration; a map that fits these data in the tangent kernel")
    own = boundcheck.report({**config, "data": config["data"] | {"nu": "tangent-kernel"}})
    assert own.data["meta"]["data"]["nu"].startswith("hypothetical: from the tangent kernel;")
    fit = own.setting.fit
    assert own.setting.problem.nu_u >= Fraction(fit.nu_u) > 0
    assert own.setting.values["nu_u"] == own.setting.problem.nu_u <= own.setting.values["rho_u"]
    assert "Undecided." in (found.save(tmp_path / "out") / "report.html").read_text()


def test_the_module_is_callable_and_reports_show_themselves(report):
    assert callable(boundcheck.report)
    assert boundcheck.report.build is not None
    assert "<table>" in report._repr_html_()
    assert "3 statements" in str(report)


def test_an_activation_without_constants_leaves_what_needs_them_open(tmp_path):
    config = {
        "alpha": "1/2", "T": 2, "n": 1, "d": 1, "m": 2, "tau": 1,
        "network": {"activation": "relu", "lengths": [1, 2], "widths": [16, 32]},
        "run": {
            "statements": ["prop-1", "lemma-1", "prop-4", "prop-6", "theorem-1", "theorem-2", "corollary-1"],
            "mutation_seconds": 0, "runs": 2, "restarts": 4, "timeout": "0.01",
        },
    }  # fmt: skip
    report = boundcheck.report(config)
    report.save(tmp_path / "out")
    records = {entry["id"]: entry for entry in report.data["statements"]}
    assert report.data["summary"]["holds"]
    assert records["prop-1"]["empirical"] == "consistent"
    assert {entry["quantity"] for entry in records["lemma-1"]["numeric"]} == {"lemma-1.D_u"}
    assert any("relu has no constant sigma0" in entry["reason"] for entry in records["lemma-1"]["unavailable"])
    assert records["theorem-1"]["empirical"] == "not-measured"
    assert any("needs a certified L" in entry["note"] for entry in records["theorem-1"]["measurements"])


def test_a_neighbourhood_of_one_point_is_no_accident(tmp_path):
    run = {"statements": ["prop-4", "prop-6", "prop-5-symmetric"], "mutation_seconds": 0, "restarts": 4}
    sizes = {"alpha": "3/2", "T": 1, "n": 1, "d": 1, "m": 2, "tau": 1, "nu_w": 0, "nu_u": 0}
    report = boundcheck.report({**sizes, "network": {"lengths": [1], "widths": [16, 32]}, "run": run})
    report.save(tmp_path / "out")
    assert report.data["summary"]["empirical"] == {"consistent": 3, "contradicted": 0, "not-measured": 0}
