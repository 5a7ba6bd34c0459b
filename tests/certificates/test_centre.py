import numpy as np
import pytest
from certification_problems import small_problem
from flint import arb, ctx

from boundcheck import network
from boundcheck.certificates.centre import centre
from boundcheck.certificates.ingredients import table_for
from boundcheck.certificates.symmetric import multi_indices, multiplicity_roots, norm_bound, unpack
from boundcheck.network import Weights
from boundcheck.network.rounding import OUTWARD, PLAIN


def block_of(problem, size):
    return Weights(problem.weights.w[:size], problem.weights.u[:size], problem.weights.c[:size])


def test_tensors_agree_with_the_network(problem, table):
    part, few = centre(problem, slice(0, 5), table, OUTWARD), block_of(problem, 5)
    rows, q = problem.rows, problem.parameters
    J = network.jacobian(few, problem.X, "tanh").transpose(1, 0, 2, 3).reshape(q, 5, rows)
    H = network.hessian(few, problem.X, "tanh").transpose(1, 2, 0, 3, 4).reshape(q, q, 5, rows)
    K = network.third_derivative(few, problem.X, "tanh").transpose(1, 2, 3, 0, 4, 5).reshape(q, q, q, 5, rows)
    np.testing.assert_allclose(part.gradient, J, atol=1e-14)
    np.testing.assert_allclose(unpack(part.hessian, q, 2), H, atol=1e-13)
    np.testing.assert_allclose(unpack(part.third, q, 3), K, atol=1e-12)


def exact_derivatives(w, u, inputs):
    """h, D h and D2 h of one neuron in balls, by the recursion, for tanh."""
    q = 1 + len(u)
    h, g, H = arb(0), [arb(0)] * q, [[arb(0)] * q for _ in range(q)]
    for x in inputs:
        z = w * h + sum((a * b for a, b in zip(u, x, strict=True)), arb(0))
        dz = [w * part for part in g]
        dz[0] += h
        for k, value in enumerate(x):
            dz[k + 1] += value
        ddz = [[w * H[i][j] + (g[j] if i == 0 else 0) + (g[i] if j == 0 else 0) for j in range(q)] for i in range(q)]
        h = z.tanh()
        s1, s2 = 1 - h * h, -2 * h * (1 - h * h)
        g = [s1 * part for part in dz]
        H = [[s2 * dz[i] * dz[j] + s1 * ddz[i][j] for j in range(q)] for i in range(q)]
        yield h, g, H


def test_errors_hold_against_arb(problem, table):
    part = centre(problem, slice(0, 2), table, OUTWARD)
    n, q = problem.X.shape[0], problem.parameters
    weights, places = multiplicity_roots(q, 2), multi_indices(q, 2)
    with ctx.workprec(200):
        for p in range(2):
            w, u = arb(problem.weights.w[p]), [arb(float(v)) for v in problem.weights.u[p]]
            inputs = [[arb(float(v)) for v in x] for x in problem.X[1]]
            for t, (_, g, H) in enumerate(exact_derivatives(w, u, inputs)):
                row = t * n + 1
                gap = sum((g[k] - arb(float(part.gradient[k, p, row]))) ** 2 for k in range(q)).sqrt()
                assert gap <= part.errors[0]
                packed = [arb(float(weights[k])) * H[i][j] for k, (i, j) in enumerate(places)]
                gap = sum((packed[k] - arb(float(part.hessian[k, p, row]))) ** 2 for k in range(len(places))).sqrt()
                assert gap <= part.errors[1]
    assert max(part.errors) < 1e-10


def test_norms_are_upper_bounds_and_not_loose(problem, table):
    part, q = centre(problem, slice(0, 6), table, OUTWARD), problem.parameters
    H = network.hessian(block_of(problem, 6), problem.X, "tanh").transpose(3, 0, 4, 1, 2)
    truth = np.abs(np.linalg.eigvalsh(H)).max(axis=-1)
    assert np.all(part.norms["h2"] >= truth * (1 - 1e-12))
    assert np.all(part.norms["h2"] <= truth * q**0.25 + 1e-9)


def test_plain_arithmetic_has_no_error_terms(problem, table):
    assert centre(problem, slice(0, 2), table, PLAIN).errors == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("order", [2, 3])
def test_packing_keeps_norms(order):
    q, rng = 3, np.random.default_rng(1)
    packed = rng.normal(size=(len(multi_indices(q, order)), 4))
    full = unpack(packed, q, order).reshape(-1, 4)
    np.testing.assert_allclose((full**2).sum(axis=0), (packed**2).sum(axis=0))
    v = rng.normal(size=(200, q))
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    letters = "ijk"[:order]
    tensor = unpack(packed, q, order)
    reached = np.abs(np.einsum(f"{letters}p,{','.join('s' + c for c in letters)}->sp", tensor, *[v] * order)).max(
        axis=0
    )
    assert np.all(norm_bound(packed, q, order) >= reached)


def test_single_input_dimension():
    problem = small_problem(4, d=1, T=1, n=1, m=4)
    part = centre(problem, slice(0, 2), table_for(problem), OUTWARD)
    assert part.gradient.shape == (2, 2, 1)
