from __future__ import annotations

import math

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.algebra.balls import enclose
from boundcheck.algebra.normal import Table
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.refusals import NoValue, TooLarge, UndefinedTerm
from boundcheck.algebra.terms import num, read

POSITIVE = st.fractions(min_value=0, max_value=4, max_denominator=5)
LEAVES = st.one_of(POSITIVE.map(num), st.sampled_from(["x", "y", "t"]).map(lambda name: ("var", name)))
TERMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "*", "/"]), inner, inner),
        st.tuples(st.just("**"), inner, st.sampled_from([-2, -1, 2, 3]).map(num)),
        st.tuples(st.just("**"), inner, st.sampled_from(["1/2", "3/2", "1/3", "-1/2"]).map(read)),
        st.tuples(st.sampled_from(["sqrt", "exp", "abs", "tanh", "sin", "cos", "log", "atan"]), inner),
        st.tuples(st.sampled_from(["max", "min"]), inner, inner),
        st.tuples(st.sampled_from(["p", "q"]), st.just(("var", "t")), inner),
        st.tuples(st.just("sum"), st.just("k"), st.just(num(0)), st.just(("var", "t")), inner),
        inner.map(lambda term: ("sum", "j", num(-1), ("var", "t"), ("sum", "k", num(0), ("var", "t"), term))),
        st.tuples(st.just("var"), st.sampled_from(["j", "k"])).map(
            lambda index: ("sum", index[1], num(-2), ("var", "t"), ("sum", "i", num(-3), ("+", index, num(1)), index))
        ),
        inner.map(lambda term: ("sum", "k", num(1), num(3), ("*", term, ("var", "k")))),
        inner.map(lambda term: ("+", ("var", "x"), ("*", num(-1), term))),
    ),
    max_leaves=10,
)


@given(TERMS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_normal_form_has_the_same_value_wherever_the_term_has_one(term):
    table = Table()
    try:
        normal = table.term(table.normal(term))
    except (UndefinedTerm, TooLarge):
        return
    for x, y, t in ((0.75, -1.25, 3), (-2.0, 0.5, 2), (1.5, 3.0, 1)):
        point = {"x": arb(x), "y": arb(y), "t": arb(t)}
        try:
            value = enclose(term, point)
        except NoValue:
            continue
        if not value.is_finite() or value.rad() > 1e-3 * (1 + abs(value.mid())):
            continue
        again = enclose(normal, point)
        assert again.overlaps(value), (term, x, y, t)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sqrt(x)**2", "x"),
        ("sqrt(4*x)", "2*sqrt(x)"),
        ("sqrt(x**2)", "abs(x)"),
        ("1/sqrt(m)", "sqrt(m)/m"),
        ("sqrt(2)*sqrt(3)*sqrt(6)", "6"),
        ("abs(-2*x*y)", "2*abs(y)*abs(x)"),
        ("exp(2*x + y)", "exp(x)**2*exp(y)"),
        ("max(x, y) + min(x, y)", "x + y"),
        ("tanh(-x)", "-tanh(x)"),
        ("p(2, x)", "1 + abs(x)"),
        ("p(t, -x)", "p(t, x)"),
        ("q(3, 1/2)", "1 + 1 + 3/4"),
        ("sum(k, 1, 4, k*x)", "10*x"),
        ("sum(i, 1, n, sum(j, 1, n, i*sum(k, 1, n, j*k)))", "sum(i, 1, n, i)**3"),
        ("sum(k, 1, n, 2*x*k + 1)", "2*x*sum(j, 1, n, j) + n"),
        ("x**(3/2)", "x*sqrt(x)"),
        ("(x + y)**2/(x + y)", "x + y"),
    ],
)
def test_equal_normal_forms(one, other):
    table = Table()
    difference = table.normal(("+", read(one), ("*", num(-1), read(other))))
    assert not difference.numerator


@pytest.mark.parametrize("text", ["1/0", "1/(x - x)", "sqrt(-1)", "log(0)", "log(-2)", "0**(-1)"])
def test_terms_without_any_value_are_found(text):
    with pytest.raises(UndefinedTerm):
        Table().normal(read(text))


@pytest.mark.parametrize("text", ["(x + y + z + 1)**200", "9**9**9", "p(10**6, x)", "sum(k, 0, 10**9, k)", "x**100000"])
def test_what_is_too_large_says_so(text):
    with pytest.raises(TooLarge):
        Table().normal(read(text))


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2), st.integers(0, 2)), max_size=6), st.integers(0, 3))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_polynomial_arithmetic_agrees_with_evaluation(terms, exponent):
    def value(polynomial):
        return sum(
            float(int(c.p) / int(c.q)) * math.prod((2.0, -3.0)[g] ** e for g, e in m)
            for m, c in polynomial.terms.items()
        )

    x, y = Poly.generator(0), Poly.generator(1)
    polynomial = sum((Poly.constant(c) * x**i * y**j for c, i, j in terms), Poly({}))
    assert value(polynomial**exponent) == value(polynomial) ** exponent
    unit, factors = polynomial.factors()
    product = Poly.constant(unit)
    for factor, power in factors:
        product = product * factor**power
    assert product == polynomial
    assert (polynomial * (x + y)).divided_by(x + y) == polynomial
