"""Names as a paper would set them, and every formula of the theory as LaTeX that a converter reads."""

import re

import pytest
from latex2mathml.converter import convert
from sympy import Symbol, sqrt

from boundcheck import theory
from boundcheck.language.display import claim_text, form_lines
from boundcheck.language.latex import latex, symbol_latex

FORMULAS = [
    pytest.param(line, id=f"{statement.id}.{quantity.name}-{form.tier}-{form.variant}-{k}")
    for statement in theory.statements()
    for quantity in statement.quantities
    for form in quantity.forms
    for k, line in enumerate(form_lines(quantity.name, form.value, "latex", symbol=quantity.latex))
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rho_w", r"\rho_{w}"), ("sigma1", r"\sigma_{1}"), ("L0", "L_{0}"), ("feature", r"\mathrm{feature}"),
        ("step_size", r"\mathrm{step\ size}"), ("R_comparator", r"R_{\mathrm{comparator}}"), ("lam", r"\lambda"),
        ("eps_m", r"\varepsilon_{m}"), ("abs_s1", r"\left|{s_{1}}\right|"), ("xi_sq", r"\xi^{2}"),
        ("g_prime", "g'"), ("norm_nu", r"\left\|\nu\right\|"), ("S_new", r"S_{\mathrm{new}}"), ("x", "x"),
        ("d_minus", "d_{-}"), ("beta_nu", r"\beta_{\nu}"), ("x_1^2", "x^{2}_{1}"),
    ],
)  # fmt: skip
def test_names(name, expected):
    assert symbol_latex(name) == expected


def test_powers_of_names_with_marks_are_grouped():
    assert latex(Symbol("xi_sq") ** 2) == r"\left(\xi^{2}\right)^{2}"
    assert latex(sqrt(Symbol("step_size"))) == r"\sqrt{\mathrm{step\ size}}"


def test_a_word_stands_apart_from_other_factors():
    assert latex(2 * Symbol("feature") * Symbol("m")) == r"2 \, \mathrm{feature} \, m"
    assert latex(2 * Symbol("R_comparator") * Symbol("m")) == r"2 R_{\mathrm{comparator}} m"
    assert "mspace" in convert(latex(2 * Symbol("feature")))


@pytest.mark.parametrize("line", FORMULAS)
def test_no_word_of_a_formula_is_set_as_a_product_of_letters(line):
    convert(line)
    bare = re.sub(r"\\(?:mathrm|text)\{[^{}]*\}|\\[A-Za-z]+", " ", line)
    assert not re.search(r"[A-Za-z]{2,}", bare)


def test_claims_are_read_by_the_converter_and_hold_no_bare_words():
    for statement in theory.statements():
        for step in statement.derivation:
            shown = claim_text(step.claim, "latex")
            convert(shown)
            bare = re.sub(
                r"\\(?:mathrm|text|operatorname|mathbb)\{[^{}]*\}|\\[A-Za-z]+|\\begin\{.*?\}|\\end\{.*?\}", " ", shown
            )
            assert not re.search(r"[A-Za-z]{2,}", bare), (step.label, shown)
