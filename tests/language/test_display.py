"""Every form and every step can be written as text, in Unicode and in LaTeX, within 80 columns where lines matter."""

import pytest
from latex2mathml.converter import convert

from boundcheck import theory
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
