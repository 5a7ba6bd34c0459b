"""Relations in LaTeX as one line of Unicode."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.language.readable import readable
from boundcheck.theory import findings, statement, statements

EVERY = [item for item in (*statements(), *findings()) if item.relation]


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.id)
def test_no_relation_keeps_a_backslash_or_a_command(item):
    text = readable(item.relation)
    assert not set(text) & set("\\$\n")
    assert text.count("{") == text.count("}") == text.count("_{")
    assert text.count("(") == text.count(")")
    words = set("".join(sign if sign.isascii() and sign.isalpha() else " " for sign in text).split())
    assert not words & {"frac", "sqrt", "le", "ge", "quad", "text", "mathrm", "hat", "bar", "sigma", "Big", "left"}


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("prop-4", "|Fₜ(x; Θ) − F^Lin_t(x; Θ)| ≤ β_T‖ρ‖²/(2√m)"),
        ("prop-1", "∂_w hₜ = Iₜ(hₜ₋₁ + w ∂_w hₜ₋₁),  ∂ᵤhₜ = Iₜ(xₜ + w ∂ᵤhₜ₋₁),  Iₜ = σ′(zₜ)"),
        ("prop-3", "|F^Lin_t(x; Θ̄) − F*ₜ(x)| ≤ 2L⁰ₜ‖ν‖√(log(2/δ)/m)  w.p. ≥ 1 − δ"),
        ("corollary-1", "R(Θ̂) ≤ 4R̄ + 6δ_lin² (classic),  √(R(Θ̂)) ≤ √R̄ + δ_lin (sharpened)"),
        ("certificate-a", "min_{s<τ} R ≤ ((ε + √(ε² + χV₀/(ητ)))/(2χ))²"),
        ("remark-5", "a < 1: pₜ ≤ 1/(1 − a), qₜ ≤ 1/((1 − a)²);  a = 1: t, t(t + 1)/2;  a > 1: aᵗ⁻¹ ≤ pₜ"),
        ("union-bound", "P(∪ₖ Aₖ) ≤ ∑ₖ P(Aₖ) ≤ δ"),
        ("finding-universality", "κₜ(−x, x′) = −κₜ(x, x′),  κ₁(0, ·) = 0"),
        ("finding-chain", "β₂ = sup_z (|σ″|Λ₂² + |σ′|χ₂) < σ₂Λ₂² + σ₁χ₂"),
    ],
)
def test_relations_read_as_they_are_meant(identifier, expected):
    assert readable(statement(identifier).relation) == expected


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac12x", "(1/2)x"),
        (r"\frac{a+b}{c}\le\frac{ab}{cd}", "(a + b)/c ≤ ab/(cd)"),
        (r"\frac{f(a+b)}{c}", "f(a + b)/c"),
        (r"\sqrt{\sqrt2+x_{max}}", "√(√2 + x_max)"),
        (r"\frac{\frac{a}{b}}{c}", "a/b/c"),
        (r"a\in\mathbb{R}", "a ∈ R"),
        (r"\text{if }x\text{ is odd}", "if x is odd"),
        (r"\min_{k}\max_j a_{k,j}", "minₖ maxⱼ a_{k,j}"),
        (r"\nu^{-n/2}", "ν^(-n/2)"),
        (r"\Lambda\lambda\Omega", "ΛλΩ"),
        (r"\foo{x}", "foox"),
        ("x <= y_1 at once", "x <= y_1 at once"),
        ("", ""),
    ],
)
def test_small_cases(latex, expected):
    assert readable(latex) == expected


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text(alphabet=r"\{}^_' ab1+<=,|", max_size=12), st.sampled_from(["\\frac", "\\sqrt", "\\text{", "\\hat", ""]))
def test_whatever_a_user_writes_is_written(start, command):
    assert isinstance(readable(start + command), str)
