import mpmath
import numpy as np
import pytest
import sympy

from boundcheck.activations import ACTIVATIONS, Activation
from boundcheck.network import gradient_functions
from boundcheck.network.activation_functions import SmoothnessError, derivative_expressions
from boundcheck.notation import z

SMOOTH = [name for name in ACTIVATIONS if name != "relu"]
POINTS = np.array([-30.0, -3.3, -1.0, -1e-8, 0.0, 0.2, 0.9, 2.7, 8.0, 40.0])


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_agree_with_numerical_differentiation_in_many_digits(name):
    functions = gradient_functions(name, 4)
    _, (sigma, *_) = derivative_expressions(_expression(name), 0)
    exact = sympy.lambdify([z], sigma, "mpmath")
    for order, function in enumerate(functions):
        with mpmath.workdps(60):
            expected = [float(mpmath.diff(exact, mpmath.mpf(x), order)) for x in POINTS]
        np.testing.assert_allclose(function(POINTS), expected, rtol=2e-12, atol=2e-14)


def _expression(name):
    from boundcheck.activations import activation

    return activation(name).expression


def test_logistic_written_with_exp_does_not_overflow():
    sigma = Activation(name="mine", expression=1 / (1 + sympy.exp(-z)))
    for function in gradient_functions(sigma, 3):
        assert np.isfinite(function(np.array([-2000.0, 0.0, 2000.0]))).all()


def test_relu_has_a_first_derivative_and_no_second():
    value, slope = gradient_functions("relu", 1)
    np.testing.assert_array_equal(value(np.array([-1.0, 0.0, 2.0])), [0, 0, 2])
    np.testing.assert_array_equal(slope(np.array([-1.0, 0.0, 2.0])), [0, 0, 1])
    with pytest.raises(ValueError, match="derivative of order 2"):
        gradient_functions("relu", 2)


def test_constant_derivatives_keep_the_shape_of_the_argument():
    identity = Activation(name="identity", expression=z)
    _, slope, curvature = gradient_functions(identity, 2)
    assert slope(np.zeros((2, 3))).shape == curvature(np.zeros((2, 3))).shape == (2, 3)


def test_false_inputs_are_refused():
    with pytest.raises(ValueError, match="0 to 4"):
        gradient_functions("tanh", 5)
    with pytest.raises(ValueError, match="in z alone"):
        derivative_expressions(z * sympy.Symbol("other"), 1)


def test_powers_of_positive_parts_have_derivatives_up_to_where_they_jump():
    functions = gradient_functions("max(0,1-z**2)**4", 3)
    points = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
    inside = np.abs(points) < 1
    expected = np.where(inside, -8 * points * (1 - points**2) ** 3, 0.0)
    assert np.allclose(functions[1](points), expected, atol=1e-14)
    assert np.isfinite(functions[3](points)).all()
    with pytest.raises(SmoothnessError):
        gradient_functions("max(0,1-z**2)**3", 4)
