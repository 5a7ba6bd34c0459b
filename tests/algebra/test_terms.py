from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.algebra.doubles import compiled
from boundcheck.algebra.refusals import TermError
from boundcheck.algebra.terms import free, num, read, read_relation, substitute, write

NUMBERS = st.fractions(min_value=-5, max_value=5, max_denominator=7).map(num)
LEAVES = st.one_of(NUMBERS, st.sampled_from(["x", "y"]).map(lambda name: ("var", name)))
TERMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "*", "/"]), inner, inner),
        st.tuples(st.just("**"), inner, st.integers(0, 3).map(num)),
        st.tuples(st.sampled_from(["exp", "tanh", "abs"]), inner),
        st.tuples(st.just("max"), inner, inner),
    ),
    max_leaves=12,
)


@given(TERMS)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_what_is_written_reads_back_with_the_same_value(term):
    again = read(write(term))
    point = {"x": 0.7, "y": -1.3}
    with np.errstate(all="ignore"):
        first, second = float(compiled(term)(point)), float(compiled(again)(point))
    assert first == second or (first != first and second != second) or abs(first - second) <= 1e-12 * abs(first)
    assert write(again) == write(read(write(again)))


@pytest.mark.parametrize(
    ("text", "written"),
    [("(t+1)*p(t+1,x)", "(t + 1)*p(t + 1, x)"), ("a-(b-c)", "a - (b - c)"), ("-a**2", "-a**2"), ("0.1*x", "1/10*x")],
)
def test_brackets_are_kept_where_they_matter(text, written):
    assert write(read(text)) == written


def test_a_quotient_is_not_cancelled_on_reading():
    assert read("x/x") == ("/", ("var", "x"), ("var", "x"))


def test_decimals_are_exact():
    assert read("0.1") == ("num", Fraction(1, 10))
    assert read("1e-3") == ("num", Fraction(1, 1000))


def test_a_bound_index_is_not_captured():
    term = substitute(read("sum(k, 0, n, k*x)"), {"x": ("var", "k")})
    assert free(term) == {"n", "k"}
    assert float(compiled(term)({"n": 2.0, "k": 5.0})) == 15.0


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "x.y", "_x", "a__b", "f(x)", "[x]", "x if y else z", "lambda: 1", "'text'", "p(x)", "sqrt()",
     "sum(1, 2, 3, 4)", "1e999999", "True", "x < y", "exp(x=1)", "sqrt", ""],
)  # fmt: skip
def test_what_is_no_term_is_refused(text):
    with pytest.raises(TermError):
        read(text)


@pytest.mark.parametrize("text", ["x", "x < y < z", "x = y", "not x", "x in y"])
def test_what_is_no_relation_is_refused(text):
    with pytest.raises(TermError):
        read_relation(text)
