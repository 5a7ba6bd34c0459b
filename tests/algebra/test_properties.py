"""Random claims that are true, or false, by construction."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.algebra import prove

NAMES = st.sampled_from(["x", "y"])
SMALL = st.integers(-3, 3)
POSITIVE = st.integers(1, 4)


@st.composite
def polynomials(draw):
    terms = draw(st.lists(st.tuples(SMALL, st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=3))
    return " + ".join(f"({c})*x**{i}*y**{j}" for c, i, j in terms)


@st.composite
def true_claims(draw):
    kind = draw(st.integers(0, 4))
    one, two = draw(polynomials()), draw(polynomials())
    c = draw(POSITIVE)
    if kind == 0:
        return f"({one})**2 + {c}*({two})**2 >= 0", []
    if kind == 1:
        return f"({one})**2 + ({two})**2 >= 2*({one})*({two})", []
    if kind == 2:
        return f"abs({one}) + {c} > {one}", []
    if kind == 3:
        return f"x*({c} + y) <= (x + {c})*({c} + y)", ["x >= 0", "y >= 0"]
    return f"sqrt(({one})**2 + {c}) >= {one}", []


@given(true_claims())
@settings(max_examples=20, deadline=None, derandomize=True)
def test_true_claims_are_never_refuted(claim):
    assert prove(*claim, timeout=1.0).status != "refuted", claim


@st.composite
def false_claims(draw):
    """A claim that fails at a known rational point, by a margin that may be small."""
    x, y = draw(st.fractions(-3, 3, max_denominator=4)), draw(st.fractions(-3, 3, max_denominator=4))
    one, two = draw(polynomials()), draw(polynomials())
    margin = draw(st.sampled_from(["1/10000", "1", "10"]))

    def at(text):
        return text.replace("x", f"({x})").replace("y", f"({y})")

    gap = f"(({at(one)}) - ({at(two)}) - {margin})"
    return f"{one} <= {two} + {gap}", []


@given(false_claims())
@settings(max_examples=20, deadline=None, derandomize=True)
def test_false_claims_are_never_proved(claim):
    assert prove(*claim, timeout=1.0).status != "proved", claim


@given(polynomials(), st.sampled_from([">=", "<=", ">", "<"]))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_claim_and_its_opposite_are_not_both_proved(polynomial, op):
    opposite = {">=": "<", "<": ">=", "<=": ">", ">": "<="}[op]
    statuses = {prove(f"{polynomial} {sign} 0", timeout=0.5).status for sign in (op, opposite)}
    assert statuses != {"proved"}
