import pytest
from certification_problems import small_problem

from boundcheck.certificates import certify, plots


@pytest.fixture(scope="module")
def certificates():
    problems = [small_problem(1, m=m) for m in (32, 64)]
    return [certify(p.X, p.y, "tanh", weights=p.weights, tau=(2, 10), radii=(2, 4), train=True) for p in problems]


def test_figures_have_their_curves(certificates):
    labels = [line.get_label() for line in certificates[0].plot().axes[0].lines]
    assert "B" in labels
    assert "measured (enclosed)" in labels
    assert len(plots.against_width(certificates, 10).axes[0].lines) == 3
    assert len(plots.terms(certificates[0]).axes[0].lines) == 5


def test_html_has_a_row_a_tau(certificates):
    assert certificates[0]._repr_html_().count("<tr>") == 3


def test_terms_need_tracking(certificates):
    problem = small_problem(1, m=32)
    lone = certify(problem.X, problem.y, "tanh", weights=problem.weights, tau=3, methods=("A",))
    with pytest.raises(ValueError, match="certificate B"):
        plots.terms(lone)
