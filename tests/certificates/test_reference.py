import numpy as np

from boundcheck.certificates.centre import centre
from boundcheck.certificates.ingredients import reference_path
from boundcheck.certificates.symmetric import unpack
from boundcheck.network.rounding import OUTWARD, root_mean_square


def by_hand(problem, table, eta, steps):
    """The reference path of every pair, step by step from its definition."""
    half, q, N = problem.pairs, problem.parameters, problem.rows
    part = centre(problem, slice(0, half), table, OUTWARD)
    G, H, K = part.gradient, unpack(part.hessian, q, 2), unpack(part.third, q, 3)
    c, scale, rate = problem.weights.c[:half], 2 / np.sqrt(problem.m), 2 * eta / (N * np.sqrt(problem.m))
    a1, s2, a3 = (np.zeros((q, half)) for _ in range(3))
    found = []
    for _ in range(steps + 1):
        e1 = scale * np.einsum("p,ipr,ip->r", c, G, a1) - problem.targets
        q3 = scale * np.einsum("p,ijpr,ip,jp->r", c, H, a1, s2)
        q3 += scale / 6 * np.einsum("p,ijkpr,ip,jp,kp->r", c, K, a1, a1, a1)
        e3 = scale * np.einsum("p,ipr,ip->r", c, G, a3) + q3
        found.append((e1, e3, a1.copy(), s2.copy(), a3.copy()))
        g3 = np.einsum("ijpr,r,jp->ip", H, e1, s2) + np.einsum("ijkpr,r,jp,kp->ip", K, e1, a1, a1) / 2
        turn = np.einsum("ijpr,r,jp->ip", H, e1, a1)
        a1 = a1 - rate * c * np.einsum("ipr,r->ip", G, e1)
        a3 = a3 - rate * c * (np.einsum("ipr,r->ip", G, e3) + g3)
        s2 = s2 - rate * c * turn
    return found


def test_reference_path_against_its_definition(problem, table, spectrum):
    eta, steps = 1 / (2 * spectrum.largest), 9
    reference = reference_path(problem, table, spectrum, eta, steps, OUTWARD).reference
    for s, (e1, e3, a1, s2, a3) in enumerate(by_hand(problem, table, eta, steps)):
        np.testing.assert_allclose(reference.linear[s], root_mean_square(e1), rtol=1e-8)
        np.testing.assert_allclose(reference.total[s], root_mean_square(e1 + e3), rtol=1e-8)
        np.testing.assert_allclose(reference.a_w[s], np.abs(a1[0]), atol=1e-9)
        np.testing.assert_allclose(reference.a_u[s], np.linalg.norm(a1[1:], axis=0), atol=1e-9)
        np.testing.assert_allclose(reference.s2[s], np.linalg.norm(s2, axis=0), atol=1e-9)
        assert np.all(reference.a3[s] >= np.linalg.norm(a3, axis=0) - 1e-12)
    assert reference.defect.max() < 1e-9


def test_a_wrong_prediction_shows_as_a_defect(problem, table, spectrum, monkeypatch):
    from boundcheck.certificates import reference as module

    true = module._third_order_error
    monkeypatch.setattr(module, "_third_order_error", lambda sums, kernel: true(sums, kernel) * 1.5)
    path = reference_path(problem, table, spectrum, 1 / (2 * spectrum.largest), 5, OUTWARD)
    assert path.reference.defect[1:].min() > 1e-7
