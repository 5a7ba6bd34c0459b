"""Activations with a removable singularity, or with a kink in a high derivative: by arrays and by kernels."""

import mpmath
import numpy as np
import pytest
import sympy

from boundcheck.activations import Activation, activation
from boundcheck.network import Weights, gradient_functions, loss_and_gradient
from boundcheck.network.activation_functions import as_activation
from boundcheck.network.gradient import plain_loss_and_gradient
from boundcheck.network.taylor import series_of
from boundcheck.notation import z

REMOVABLE = ("sin(z)/z", "(1-cos(z))/z", "tanh(z)/z")


def _points(name):
    (series,) = series_of(as_activation(name))
    edge = series.radius
    near = [1e-300, 1e-8, 1e-3, edge * (1 - 1e-9), edge, edge * (1 + 1e-9), 1.0, 3.0]
    return np.array([0.0, *near, *(-x for x in near)])


def _exact(name, order, points):
    """sigma^(order) to 50 digits, from a Taylor series about the origin found independently: by exact algebra."""
    sigma = sympy.lambdify([z], sympy.diff(activation(name).expression, z, order), "mpmath")
    expansion = sympy.Poly(sympy.series(activation(name).expression, z, 0, 14).removeO(), z)
    coefficients = [sympy.Rational(c) for c in sympy.Poly(expansion.diff((z, order)), z).all_coeffs()]
    values = []
    with mpmath.workdps(50):
        for x in points:
            if abs(x) > 1e-2:
                values.append(float(sigma(mpmath.mpf(float(x)))))
                continue
            values.append(float(mpmath.polyval([mpmath.mpf(c.p) / c.q for c in coefficients], mpmath.mpf(float(x)))))
    return np.array(values)


@pytest.mark.parametrize("name", REMOVABLE)
def test_derivatives_are_accurate_through_a_removable_singularity(name):
    points = _points(name)
    for order, function in enumerate(gradient_functions(name, 3)):
        np.testing.assert_allclose(function(points), _exact(name, order, points), rtol=2e-13, atol=1e-300)


def test_a_singularity_away_from_the_origin_and_within_another_function():
    sigma = as_activation("tanh(sin(z-1)/(z-1))")
    value, slope = gradient_functions(sigma, 1)
    points = np.array([1.0, 1 + 1e-9, 1 - 1e-4, 1.9, 2.1])
    exact = np.tanh(np.sinc((points - 1) / np.pi))
    np.testing.assert_allclose(value(points), exact, rtol=1e-15)
    step = 1e-20
    np.testing.assert_allclose(slope(points), value(points + 1j * step).imag / step, rtol=1e-12, atol=1e-300)


def test_without_the_list_of_singularities_there_is_no_series():
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert np.isnan(gradient_functions(Activation(name="bare", expression=sympy.sin(z) / z), 0)[0](np.zeros(1)))


def test_a_singularity_without_a_taylor_series_is_refused():
    sigma = Activation(
        name="kink", expression=sympy.sin(z) * sympy.Abs(z) / z, removable=as_activation("sin(z)/z").removable
    )
    with pytest.raises(ValueError, match="must have a Taylor series"):
        gradient_functions(sigma, 0)


@pytest.mark.parametrize("name", ["sin(z)/z", pytest.param("(1-cos(z))/z", marks=pytest.mark.slow)])
def test_kernels_train_through_a_removable_singularity(name, rng, make_problem):
    """Inputs and weights with exact zeros, tiny ones, and ones on both sides of the edge of the series."""
    weights, X, y = make_problem(rng, n=9, T=3, d=2, m=12)
    u = weights.u.copy()
    u[:4], u[4:6], u[6] = 0.0, 1e-9, 3.0
    weights = Weights(weights.w, u, weights.c)
    found = loss_and_gradient(weights, X, y, name)
    expected = plain_loss_and_gradient(weights, X, y, name)
    for value, reference in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, reference, rtol=1e-11, atol=1e-14)


def test_a_function_that_is_twice_continuously_differentiable_has_its_derivatives(rng, make_problem):
    value, slope, curvature, third = gradient_functions("exp(-abs(z)**3)", 3)
    points = np.array([-1.5, -1e-5, 0.0, 1e-5, 0.7])
    size = np.abs(points)
    np.testing.assert_allclose(value(points), np.exp(-(size**3)), rtol=1e-14)
    np.testing.assert_allclose(slope(points), -3 * points * size * np.exp(-(size**3)), rtol=1e-14)
    np.testing.assert_allclose(curvature(points), (9 * size**4 - 6 * size) * np.exp(-(size**3)), rtol=1e-13)
    step = 1e-20
    off = points[[0, 1, 3, 4]]
    signs = np.sign(off)
    outer = [(9 * a**4 - 6 * a) * np.exp(-(a**3)) for a in (signs * (off + 1j * step),)]
    np.testing.assert_allclose(third(off), outer[0].imag / step, rtol=1e-12)
    with pytest.raises(ValueError, match="derivative of order 4"):
        gradient_functions("exp(-abs(z)**3)", 4)
    weights, X, y = make_problem(rng, n=3, T=2, d=2, m=8)
    expected = plain_loss_and_gradient(weights, X, y, "exp(-abs(z)**3)")
    np.testing.assert_allclose(loss_and_gradient(weights, X, y, "exp(-abs(z)**3)")[1], expected[1], rtol=1e-11)
