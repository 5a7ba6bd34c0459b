"""What every form shows: certified values beside the measured value of their own variant, ends rounded outward."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from boundcheck.certificates.guarantee import LEAST, Certificate, Guarantee
from boundcheck.certificates.verified_run import VerifiedRun
from boundcheck.report import guarantees, markdown_sections, reading, tex
from boundcheck.report.facts import facts
from boundcheck.report.formulas import mathml
from boundcheck.report.markdown_sections import formula, prose
from boundcheck.report.mutations import _kinds, plant

RUNS = {0.5: np.array([0.9, 0.4, 0.45]), 3.0: np.array([0.9, 0.2, 0.1])}


def measured(value, variant=None, *, kind="exact-run", tier=None, uncertainty=None):
    return {"value": value, "variant": variant, "tier": tier, "kind": kind, "uncertainty": uncertainty}


def test_a_bound_stands_beside_the_run_of_its_own_variant():
    entries = [measured(0.0, "lyapunov", kind="frequency"), measured(2.0, "lyapunov"), measured(8.0, "classic")]
    row = {"variant": "classic", "tier": "paper", "upper": "16"}
    assert reading.compared(row, entries) == ("8", "2")
    assert reading.compared({**row, "variant": "lyapunov"}, entries) == ("2", "8")
    assert reading.compared({**row, "variant": "sharpened"}, entries) == ("–", "–")


def test_the_ratio_has_no_more_digits_than_the_measured_value():
    row = {"variant": None, "tier": None, "upper": "0.4293"}
    assert reading.compared(row, [measured(0.02096, uncertainty=0.0029)]) == ("0.021", "20")
    assert reading.compared(row, [measured(0.02096)]) == ("0.02096", "20.5")


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        ("0.3125", "0.3125", "0.3125"),
        ("7.93762207031", "7.93762207031", "[7.9376220, 7.9376221]"),
        ("0.0002238265568", "0.0002238265604", "[2.2382655, 2.2382657]·10⁻⁴"),
        ("1e-400", "1.1e-400", "[1, 1.1]·10⁻⁴⁰⁰"),
        ("-0.00001", "0.00002", "[-1, 2]·10⁻⁵"),
        ("0", "0", "0"),
    ],
)
def test_an_interval_holds_what_is_certified(lower, upper, text):
    assert reading.interval(lower, upper) == text


def test_an_exact_value_with_many_digits_is_never_shown_below_itself():
    value = Fraction(1000000005, 10**9)
    low, high = reading.interval("1.000000005", "1.000000005").strip("[]").split(", ")
    assert Fraction(low) <= value <= Fraction(high)


def test_what_the_bounds_promise_is_one_sentence():
    def record(name, vacuous, hypotheses):
        return {"id": name, "algebra": "proved", "hypotheses": hypotheses, "vacuous": vacuous, "measured": None,
                "empirical": "consistent"}  # fmt: skip

    found = [record("a", False, "met"), record("b", True, "met"), record("c", False, "unmet"), record("d", None, "met")]
    assert reading.promises(found, 0.1, "<{}>".format) == (
        "<a> bounds the risk below the trivial 0.1; <c> would, but the hypotheses are not met; <b> says nothing about "
        "the risk here"
    )
    assert reading.promises(found[-1:], 0.1, str) == "no bound on the risk is among the statements"


def test_what_was_measured_without_a_bound_is_not_called_unmeasured():
    record = {"algebra": "proved", "hypotheses": "met", "vacuous": None, "empirical": "not-measured"}
    assert reading.shown({**record, "measured": {"value": 1.0}})["empirical"] == "not-compared"
    assert reading.shown({**record, "measured": None})["empirical"] == "not-measured"


def certificate(run_radii, item_radii, step_size):
    parts = {"lower": RUNS, "upper": {eta: low + 1e-9 for eta, low in RUNS.items()}}
    rest = {"measured": np.zeros(3), "deviation": np.zeros(3), "final": None}
    runs = {eta: VerifiedRun(**{name: part[eta] for name, part in parts.items()}, **rest) for eta in RUNS}
    item = Guarantee(method="A", claim=LEAST, tau=2, value=0.5, step_size=step_size, radii=item_radii)
    found = Certificate(
        problem=None, rigorous=True, trivial=1.0, step_size=3.0, radii=run_radii, largest_eigenvalue=1.0,
        guarantees=(item,), bounds=np.zeros(0), parts={}, horizon=2, broke=None, unavailable={}, runs=runs, seconds=0.0,
    )  # fmt: skip
    return found, item


def test_a_certificate_stands_beside_a_run_with_its_own_step_size():
    found, item = certificate((1.0, 1.0), (1.0, 1.0), 0.5)
    row = guarantees._row(found, item)
    assert Fraction(row["measured"]["lower"]) <= Fraction(0.4) <= Fraction(row["measured"]["upper"])
    assert row["step_size"] == 0.5


def test_a_certificate_about_the_other_algorithm_has_no_run_beside_it():
    found, item = certificate((1.0, 1.0), None, 3.0)
    row = guarantees._row(found, item)
    assert (row["own"], row["measured"]) == (False, None)


def test_fences_with_a_power_grow_on_both_sides():
    text = mathml(r"\left(\frac{a}{2}\right)^{2} \rightarrow \left[x\right]")
    assert text.index("<msup>") < text.index("&#x00028;") < text.index("<mfrac>")
    assert "&#x02192;" in text
    assert 'lspace="0"' in mathml("|x|")


def test_definitions_are_no_open_hypotheses():
    from boundcheck.configuration import from_mapping
    from boundcheck.report.setting import prepare
    from boundcheck.theory import statement

    known = [fact.phrase for fact in facts(prepare(from_mapping({"T": 1, "n": 1, "d": 1, "m": 4})))]
    for name in ("remark-1", "remark-5", "remark-6", "remark-7", "hoeffding", "mcdiarmid", "union-bound"):
        for condition in statement(name).hypotheses:
            assert any(phrase in condition.text for phrase in known), condition.text


def test_planted_errors_are_counted_by_kind():
    texts = {"refuted": ("right: 2 times 9/10", "left: dropped x"), "proved": ("dropped hypothesis m >= 1",)}
    fates = {fate: [SimpleNamespace(mutation=text) for text in texts.get(fate, ())]
             for fate in ("refuted", "proved", "undecided")}  # fmt: skip
    assert _kinds(fates) == [
        {"kind": "constant scaled", "killed": 1, "still_true": 0, "undecided": 0},
        {"kind": "hypothesis dropped", "killed": 0, "still_true": 1, "undecided": 0},
        {"kind": "term dropped", "killed": 1, "still_true": 0, "undecided": 0},
    ]


def test_markdown_neither_emphasises_nor_unescapes_by_accident():
    assert prose("y_t^j = F*_t(x^j), ||x_t||_2 <= 1") == (
        "y<sub>t</sub><sup>j</sup> = F\\*<sub>t</sub>(x<sup>j</sup>), ‖x<sub>t</sub>‖<sub>2</sub> ≤ 1"
    )
    assert formula("a_b") == ["```math", "a_b", "```"]


def test_tex_sets_indices_low_and_powers_high():
    assert tex.prose("sigma is C^2, ||x_t||_2 <= 1, w ~ P") == (
        r"$\sigma$ is C\textsuperscript{2}, $\|$x\textsubscript{t}$\|$\textsubscript{2} $\le$ 1, w $\sim$ P"
    )
    assert tex.prose("rho_w & 5%") == r"$\rho$\textsubscript{w} \& 5\%"


def test_small_numbers_in_sentences_are_powers_of_ten():
    assert prose("agree to 4.4e-16") == "agree to 4.4·10⁻¹⁶"


def test_planted_errors_that_are_no_claims_are_counted_apart(monkeypatch):
    """Without delta < 1, or delta > 0, a root of log(2/delta) has no value somewhere: undecided, and said why."""
    from boundcheck.algebra import mutation
    from boundcheck.theory import statement

    planned = [item for item in mutation.mutants(statement("prop-2a")) if "dropped hypothesis delta" in item.mutation]
    monkeypatch.setattr(mutation, "mutants", lambda _: planned)
    found = plant([statement("prop-2a")], seconds=Fraction(60), seed=0)
    assert (found["mutants"], found["killed"], found["ill_posed"]) == (2, 0, 2)
    assert len(found["survivors"]) == 2
    assert "2 of them say nothing" in "\n".join(markdown_sections._mutation(found))
    assert "say nothing" not in "\n".join(markdown_sections._mutation(found | {"ill_posed": 0}))
