"""Short polynomials and their derivatives against SymPy's own."""

import pytest
import sympy
from sympy import Symbol, exp, sqrt

from boundcheck.evaluation.monomials import along, polynomial

x, y, c = (Symbol(name, positive=True) for name in "xyc")


@pytest.mark.parametrize(
    "expression",
    [
        (x + c * y) ** 2 + 3 * x,
        c * x * y - y * (c * x - 2 * y**3),
        sqrt(c) * (1 + x) ** 3 / (1 + c),
        sympy.Integer(4),
        x - x,
        exp(c) * x**2,
    ],
)
def test_coefficients_are_those_of_sympy(expression):
    found = polynomial(expression, (x, y))
    expected = sympy.Poly(expression, x, y)
    terms = {powers: value for powers, value in expected.terms() if value != 0}
    assert list(found) == sorted(terms, reverse=True)
    assert all(sympy.simplify(found[powers] - terms[powers]) == 0 for powers in terms)


@pytest.mark.parametrize("expression", [1 / x, sqrt(x + y), exp(x), x**c, (x + y) ** sympy.Rational(3, 2), abs(x - y)])
def test_what_is_no_polynomial_is_said(expression):
    assert polynomial(expression, (x, y)) is None


@pytest.mark.parametrize(
    "expression",
    [(x + c * y) ** 2, x * y * sqrt(1 + x**2) / y**3, exp(x * y) + sympy.tanh(y) * x, c**2 + 1, x**c],
)
def test_derivatives_along_rates_are_those_of_sympy(expression):
    dx, dy = Symbol("dx"), Symbol("dy")
    found = along(expression, {x: dx, y: dy})
    expected = sympy.diff(expression, x) * dx + sympy.diff(expression, y) * dy
    assert sympy.simplify(found - expected) == 0
