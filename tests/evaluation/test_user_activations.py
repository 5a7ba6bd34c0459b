"""Tiers with a supremum over z for activations of a user's own, against the recursion on a dense grid."""

import numpy as np
import pytest

import boundcheck as bc
from boundcheck.evaluation.doubles import Doubles
from boundcheck.evaluation.generated import compile_doubles
from boundcheck.network import gradient_functions
from boundcheck.notation import sigma_z, z

OWN = [
    pytest.param("(1-cos(z))/z**2", marks=pytest.mark.slow),
    "exp(-abs(z))*(1+abs(z)+z**2/2)",
    pytest.param("(exp(z)-1)/z*exp(-z**2)", marks=pytest.mark.slow),
    pytest.param("tanh(z)+sin(z)/10", marks=pytest.mark.slow),
    pytest.param("exp(-abs(z)**3)", marks=pytest.mark.slow),
    pytest.param("tanh(z)/z", marks=pytest.mark.slow),
]
LENGTH, ALPHA = 5, 0.9
SETTING = {"alpha": "9/10", "T": LENGTH, "m": 4096, "rho_w": 1, "rho_u": 1}


def coupled_on_a_grid(own):
    """Section 4, tier "coupled", every supremum over a grid: a lower estimate."""
    grid = np.unique(np.concatenate([np.linspace(-12, 12, 1_200_001), np.linspace(-300, 300, 300_001)]))
    sizes = [np.abs(function(grid)) for function in gradient_functions(own, 2)]
    weight, first = ALPHA + 1 / 64, sizes[1].max()
    s_w, s_u, g2, hessian, d_w, gradient = 0.0, 1.0, 1.0, 0.0, 0.0, 0.0
    for t in range(1, LENGTH + 1):
        if t > 1:
            g2 = ((sizes[0] + weight * sizes[1] * s_w) ** 2 + (1 + weight * sizes[1] * s_u) ** 2).max()
            s_w, s_u = (sizes[0] + weight * sizes[1] * s_w).max(), 1 + weight * first * s_u
        hessian = (sizes[2] * g2 + sizes[1] * (d_w + gradient + weight * hessian)).max()
        d_w, gradient = first * s_w, first * np.sqrt(g2)
    return hessian


@pytest.mark.parametrize("text", OWN)
def test_the_coupled_smoothness_constant_is_the_grids(text):
    own = bc.activation(text)
    found = bc.evaluate("lemma-1.beta", tier="coupled", activation=own, digits=20, **SETTING)
    assert found.relative_width <= 1e-20
    best = coupled_on_a_grid(own)
    assert best <= float(found.upper) * (1 + 1e-12)
    assert float(found.lower) <= best * (1 + 1e-7)


@pytest.mark.parametrize("text", OWN)
def test_directions_are_certified_below_the_coupled_constant(text):
    own = bc.activation(text)
    found = {
        tier: bc.evaluate("lemma-1.beta", tier=tier, activation=own, digits=12, **SETTING)
        for tier in ("coupled", "directional")
    }
    assert found["directional"].relative_width <= 1e-12
    assert 0.5 * float(found["coupled"]) < float(found["directional"]) <= float(found["coupled"].upper)


@pytest.mark.parametrize("text", ["(exp(z)-1)/z*exp(-z**2)", "exp(-abs(z))*(1+abs(z)+z**2/2)", "exp(-abs(z)**3)"])
def test_doubles_find_the_same_supremum(text):
    import sympy

    own = bc.activation(text)
    expression = abs(sigma_z[2]) + 2 * abs(sigma_z[1]) + abs(sigma_z[0])
    value = Doubles(own).supremum(sympy.sympify(expression), ())()
    grid = np.linspace(-6, 6, 600_001)
    sizes = [np.abs(function(grid)) for function in gradient_functions(own, 2)]
    assert value == pytest.approx((sizes[2] + 2 * sizes[1] + sizes[0]).max(), rel=1e-9)


def test_the_sign_of_zero_is_that_of_one_side():
    own = bc.activation("exp(-abs(z))*(1+abs(z)+z**2/2)")
    slots = tuple(own.continued_derivative(k) for k in range(3))
    assert compile_doubles(slots, (z,))(0.0) == (1.0, 0.0, 0.0)
    assert [float(function(np.zeros(1))[0]) for function in gradient_functions(own, 2)] == [1.0, 0.0, 0.0]
