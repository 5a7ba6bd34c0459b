import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad

from boundcheck.network import (
    TransportationMap,
    linear_forward,
    point_of_attraction,
    symmetric_initialization,
    target,
)


@pytest.fixture
def inputs(rng):
    X = rng.normal(size=(3, 4, 3))
    return X / np.linalg.norm(X, axis=2, keepdims=True) * 0.999


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.integers(1, 4), st.integers(0, 1000), st.floats(0, 2), st.floats(0, 2))
def test_maps_are_bounded_saturated_and_of_the_right_parity(d, seed, nu_w, nu_u):
    rng = np.random.default_rng(seed)
    transport = TransportationMap.random(nu_w=nu_w, nu_u=nu_u, d=d, rng=rng)
    w, u = rng.normal(size=50), rng.normal(size=(50, d))
    v_w, v_u = transport(w, u)
    np.testing.assert_allclose(np.abs(v_w), nu_w)
    np.testing.assert_allclose(np.linalg.norm(v_u, axis=1), nu_u, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(transport(w, -u)[0], -v_w)
    np.testing.assert_array_equal(transport(w, -u)[1], v_u)


def test_the_target_of_an_odd_activation_does_not_vanish(inputs, rng):
    """The same map with the parities exchanged gives a target of exactly 0 in the limit."""
    transport = TransportationMap.random(nu_w=0.5, nu_u=1, d=3, rng=rng)
    F, error = target(transport, inputs, "tanh", 0.5, points=1024)
    assert np.abs(F).max() > 50 * error.max()

    def exchanged(w, u):
        v_w, v_u = transport(w, u)
        sign = np.sign(u[:, 0])
        return v_w * sign, v_u * sign[:, None]

    start = symmetric_initialization(2000, 3, 0.5, rng)
    v = exchanged(start.w, start.u)
    mirrored = exchanged(start.w, -start.u)
    np.testing.assert_array_equal(v[0], mirrored[0])
    np.testing.assert_array_equal(v[1], -mirrored[1])


def test_one_dimensional_target_agrees_with_adaptive_quadrature():
    """T = 2, d = 1, sin: E over w = +-1/2 and u by an independent rule, split at the jumps of the map."""
    transport = TransportationMap(nu_w=0.7, nu_u=1.3, a=[1.0], b=[0.4], M=[[0.8]])
    x = np.array([0.6, -0.9])
    F, error = target(transport, x.reshape(1, 2, 1), "sin", 0.5, points=4096)
    zeros = np.sqrt(max(0.0, 1 - 0.4 / 0.8))

    def integrand(u):
        v_w, v_u = 0.7 * np.sign(u), 1.3 * np.sign(0.4 + 0.8 * (u * u - 1))
        total = 0.0
        for w in (-0.5, 0.5):
            h, slope = np.sin(u * x[0]), np.cos(u * x[0]) * x[0] * v_u
            total += np.cos(w * h + u * x[1]) * (v_w * h + w * slope + v_u * x[1]) / 2
        return total * np.exp(-u * u / 2) / np.sqrt(2 * np.pi)

    expected = quad(integrand, -9, 9, points=[-zeros, 0.0, zeros], epsabs=1e-12, limit=200)[0]
    assert abs(F[0, 1] - expected) <= error[0, 1]
    assert error[0, 1] < 0.01


def test_two_dimensional_target_lies_within_its_stated_error():
    transport = TransportationMap(nu_w=0.0, nu_u=1.0, a=[0.6, -0.8], b=[5.0, -6.0], M=[[0.1, 0.0], [0.0, 0.2]])
    x = np.array([0.5, 0.3])
    F, error = target(transport, x.reshape(1, 1, 2), "tanh", 0.5, points=4096)

    def integrand(u2, u1):
        v = np.array([5 + 0.1 * (u1 * u1 - 1), -6 + 0.2 * (u2 * u2 - 1)])
        slope = 1 / np.cosh(u1 * x[0] + u2 * x[1]) ** 2
        return slope * (v @ x) / np.linalg.norm(v) * np.exp(-(u1 * u1 + u2 * u2) / 2) / (2 * np.pi)

    expected = dblquad(integrand, -8, 8, -8, 8, epsabs=1e-8)[0]
    assert abs(F[0, 0] - expected) <= error[0, 0] + 1e-7


def test_the_point_of_attraction_realises_the_target_in_the_limit(inputs, rng):
    transport = TransportationMap.random(nu_w=0.5, nu_u=1, d=3, rng=rng)
    F, error = target(transport, inputs, "tanh", 0.5, points=2048)
    start = symmetric_initialization(1 << 15, 3, 0.5, rng)
    attraction = point_of_attraction(start, transport)
    root = np.sqrt(start.m)
    assert root * np.abs(attraction.w - start.w).max() <= 0.5 * (1 + 1e-9)
    assert root * np.linalg.norm(attraction.u - start.u, axis=1).max() <= 1 + 1e-9
    assert np.abs(linear_forward(attraction, start, inputs, "tanh") - F).max() < 0.03 + error.max()


def test_the_same_seed_gives_the_same_bits(inputs, rng):
    transport = TransportationMap.random(nu_w=0.5, nu_u=1, d=3, rng=rng)
    first, second = (target(transport, inputs, "tanh", 0.5, points=64, seed=3)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_bad_maps_and_inputs_are_refused(inputs, rng):
    good = {"nu_w": 0.5, "nu_u": 1.0, "a": np.ones(3), "b": np.ones(3), "M": np.eye(3)}
    with pytest.raises(ValueError, match="nu_w must be finite and >= 0"):
        TransportationMap(**{**good, "nu_w": -1})
    with pytest.raises(ValueError, match="non-zero a"):
        TransportationMap(**{**good, "a": np.zeros(3)})
    with pytest.raises(ValueError, match="M \\(d, d\\)"):
        TransportationMap(**{**good, "M": np.eye(2)})
    transport = TransportationMap(**good)
    with pytest.raises(ValueError, match="divide X"):
        target(transport, 2 * inputs, "tanh", 0.5)
    with pytest.raises(ValueError, match="power of 2"):
        target(transport, inputs, "tanh", 0.5, points=100)
    with pytest.raises(ValueError, match="alpha must be"):
        target(transport, inputs, "tanh", 0)
