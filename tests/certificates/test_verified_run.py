import numpy as np
import pytest
from certification_problems import small_problem
from flint import arb, ctx

from boundcheck.certificates.ingredients import kernel_spectrum, table_for
from boundcheck.certificates.verified_run import verified_run
from boundcheck.network import gradient_descent
from boundcheck.network.rounding import OUTWARD


def exact_risks(problem, eta, steps):
    """Gradient descent in balls of 400 bits (tanh), by the adjoint over time."""
    n, T, d = problem.X.shape
    m, risks = problem.m, []
    w = [arb(float(v)) for v in problem.weights.w]
    u = [[arb(float(v)) for v in row] for row in problem.weights.u]
    c = [int(v) for v in problem.weights.c]
    X = [[[arb(float(v)) for v in x] for x in sample] for sample in problem.X]
    y = [[arb(float(v)) for v in sample] for sample in problem.y]
    root = arb(m).sqrt()
    for _ in range(steps + 1):
        h = [[[arb(0)] for _ in range(n)] for _ in range(m)]
        for i in range(m):
            for j in range(n):
                for t in range(T):
                    z = w[i] * h[i][j][-1] + sum((u[i][k] * X[j][t][k] for k in range(d)), arb(0))
                    h[i][j].append(z.tanh())
        e = [
            [sum((c[i] * h[i][j][t + 1] for i in range(m)), arb(0)) / root - y[j][t] for t in range(T)]
            for j in range(n)
        ]
        risks.append(sum((v * v for row in e for v in row), arb(0)) / (n * T))
        rate = 2 * arb(eta) / (n * T * root)
        for i in range(m):
            gw, gu = arb(0), [arb(0)] * d
            for j in range(n):
                back = arb(0)
                for t in range(T - 1, -1, -1):
                    back = (1 - h[i][j][t + 1] ** 2) * (c[i] * e[j][t] + w[i] * back)
                    gw += back * h[i][j][t]
                    gu = [g + back * x for g, x in zip(gu, X[j][t], strict=True)]
            w[i] -= rate * gw
            u[i] = [v - rate * g for v, g in zip(u[i], gu, strict=True)]
    return risks


def test_the_exact_risk_lies_inside():
    problem = small_problem(6, n=2, T=2, d=1, m=8, scale=0.3)
    table = table_for(problem)
    spectrum = kernel_spectrum(problem, table, OUTWARD)
    eta, steps = 1 / (4 * spectrum.largest), 10
    run = verified_run(problem, table, spectrum, eta, steps, OUTWARD)
    with ctx.workprec(400):
        for s, truth in enumerate(exact_risks(problem, eta, steps)):
            assert arb(float(run.lower[s])) <= truth
            assert truth <= arb(float(run.upper[s]))
    assert len(run.upper) == steps + 1
    assert np.all(run.upper - run.lower < 1e-6)


def test_it_agrees_with_the_network_and_projects():
    problem = small_problem(7, m=32)
    table = table_for(problem)
    spectrum = kernel_spectrum(problem, table, OUTWARD)
    radii = (0.3, 0.4)
    limits = tuple(radius / np.sqrt(problem.m) for radius in radii)
    run = verified_run(problem, table, spectrum, 1.0, 20, OUTWARD, limits)
    plain = gradient_descent(problem.weights, problem.X, problem.y, "tanh", step_size=1.0, iterations=20, radii=radii)
    assert np.all(run.lower <= plain.risks)
    assert np.all(plain.risks <= run.upper)
    np.testing.assert_allclose(run.measured, plain.risks, rtol=1e-12)


def test_a_run_that_explodes_is_refused():
    problem = small_problem(8, m=16)
    table = table_for(problem)
    spectrum = kernel_spectrum(problem, table, OUTWARD)
    with pytest.raises(ValueError, match="step size|rounding errors"):
        verified_run(problem, table, spectrum, 1e4, 50, OUTWARD)
