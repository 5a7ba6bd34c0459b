"""The generated functions of a user's own activation, up to sigma''', against autograd on the expression as typed."""

import autograd.numpy as anp
import numpy as np
import pytest
import sympy
from autograd import elementwise_grad
from autograd.scipy.special import erf as differentiable_erf

from boundcheck.activations import Activation
from boundcheck.language import parse_expression
from boundcheck.network import gradient_functions
from boundcheck.notation import z

OWN = (
    "tanh(z)+sin(z)/10",
    "tanh(1000*z)/1000",
    "1/(1+exp(-z))",
    "1/(1+exp(-100*z-50))",
    "exp(-z**2/2)*z",
    "exp(-exp(z))",
    "z/sqrt(1+z**2)",
    "z/(1+z**2)",
    "(1+z**2)**(-5)",
    "z*(1+z**2)**(-3/2)",
    "atan(z)*tanh(z)",
    "erf(z/2)*cos(z)",
    "erf(z)**3",
    "log(1+z**2)/(1+z**2)",
    "log(1+exp(z))-log(1+exp(z-1))",
    "sqrt(1+z**2)-sqrt(2+z**2)",
    "sin(z)*cos(sqrt(2)*z)",
    "sin(tanh(3*z))",
    "cos(exp(-z**2))",
    "tanh(z)**4-tanh(z)**2",
    "2**(-z**2)",
    "(2+sin(z))**2*exp(-z**2)",
    "(2+z**2)**(1/3)/(1+z**2)",
    "atan(exp(z))-erf(z)/3",
    "z/(exp(z)-exp(-z))",
    "sin(z)/z",
    "(1-cos(z))/z**2",
    "(exp(z)-1)/z*exp(-z**2)",
    "tanh(z)/z",
    "sin(pi*z)/(z*(z-1))",
    "exp(-abs(z)**3)",
    "exp(-abs(z))*(1+abs(z)+z**2/2)",
    "z/(1+abs(z)**3)",
    "max(0,1-z**2)**4",
    "max(0,z)**3*exp(-z)",
    "min(0,z-1)**4/(1+z**4)",
    "abs(tanh(z))**3",
)
STEEPNESS = {"tanh(1000*z)/1000": 1000, "1/(1+exp(-100*z-50))": 100}
"""How much nearer to 0 the points are: autograd's cosh overflows."""
POINTS = np.array([-3.7, -2.2, -1.3, -0.71, -0.31, 0.253, 0.43, 0.877, 1.21, 2.63, 3.9])


def _typed(expression):
    """The expression in autograd's arrays, by SymPy's printer; nothing of the package's own generation."""
    pairs = {sympy.Max: anp.maximum, sympy.Min: anp.minimum}
    for kind in pairs:
        expression = expression.replace(kind, lambda a, b, kind=kind: sympy.Function(kind.__name__)(a, b))
    names = {"Max": anp.maximum, "Min": anp.minimum, "erf": differentiable_erf, "Abs": anp.abs}
    return sympy.lambdify(z, expression, modules=[names, anp])


EVERY_THIRD = tuple(text if k % 3 == 0 else pytest.param(text, marks=pytest.mark.slow) for k, text in enumerate(OWN))


@pytest.mark.parametrize("text", EVERY_THIRD)
def test_derivatives_of_a_users_own_agree_with_autograd(text):
    from boundcheck.activations import activation

    own = activation(text)
    assert isinstance(own, Activation)
    order = min(own.smoothness, 3)
    assert order >= 2
    reference = _typed(parse_expression(text, {"z": z}))
    points = POINTS / STEEPNESS.get(text, 1)
    for function in gradient_functions(own, order):
        expected = reference(points)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(function(points), expected, rtol=1e-9, atol=1e-11 * max(scale, 1e-3))
        reference = elementwise_grad(reference)
