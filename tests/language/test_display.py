"""Every form and every step can be written as text, in Unicode and in LaTeX, within 80 columns where lines matter."""

import pytest
from latex2mathml.converter import convert

from boundcheck import theory
from boundcheck.language import parse_claim
from boundcheck.language.display import NOTATIONS, claim_text, form_lines


@pytest.mark.parametrize("statement", theory.statements(), ids=lambda item: item.id)
def test_every_formula_has_every_notation(statement):
    for quantity in statement.quantities:
        for form in quantity.forms:
            for notation in NOTATIONS:
                lines = form_lines(quantity.name, form.value, notation, symbol=quantity.latex)
                assert any(line.strip() for line in lines)
                assert not any("Recurrence(" in line or "Supremum(" in line for line in lines)
            assert max(map(len, form_lines(quantity.name, form.value, "unicode"))) <= 76
    for step in statement.derivation:
        assert max(map(len, claim_text(step.claim, "unicode").splitlines())) <= 76
        assert "<math" in convert(claim_text(step.claim, "latex"))


def test_the_notations_of_a_known_form():
    bound = next(item for item in theory.statement("prop-4").quantities if item.name == "bound").forms[0].value
    assert form_lines("bound", bound, "text") == ["beta*(rho_u**2 + rho_w**2)/(2*sqrt(m))"]
    (latex,) = form_lines("bound", bound, "latex", symbol="b")
    assert latex.startswith(r"b = \frac{\beta")
    assert latex.endswith(r"{2 \sqrt{m}}")
    layout = form_lines("bound", bound, "unicode")
    assert "β⋅" in "".join(layout)
    assert "──" in "".join(layout)


def test_a_sum_reads_well_in_every_notation():
    claim = parse_claim("sum(k, 0, t - 1, a**k*p(t - k, a)) == q(t, a)", ["integer(t)"])
    formula = claim_text(claim, "latex")
    assert formula.startswith(r"\sum_{k=0}^{t - 1} a^{k} p_{t - k}\left(a\right) = q_{t}\left(a\right)")
    for display, element in (("inline", "msubsup"), ("block", "munderover")):
        assert f"<{element}><mo>&#x02211;</mo>" in convert(formula, display=display)
    shown = claim_text(claim, "unicode").splitlines()
    assert [line.strip() for line in shown[:2]] == ["t - 1", "___"]
    assert "a ⋅p(t - k, a) = q(t, a)" in " ".join(shown)
    assert "k = 0" in [line.strip() for line in shown]
    assert parse_claim(claim.conclusion.text).conclusion == claim.conclusion


def test_a_difference_does_not_begin_with_a_minus():
    claim = parse_claim("b - a - 1 >= -c")
    assert claim_text(claim, "latex") == r"b - a - 1 \ge - c"
    assert claim_text(claim, "unicode") == "b - a - 1 ≥ -c"
