import numpy as np
import pytest
from certification_problems import drawn_problem, small_problem

from boundcheck.certificates import certification, certify, tracking
from boundcheck.certificates.guarantee import LAST
from boundcheck.network import Weights, gradient_descent, symmetric_initialization

STEPS = 40


def risks_of(problem, step_size, radii, steps=STEPS):
    return gradient_descent(
        problem.weights, problem.X, problem.y, problem.activation, step_size=step_size, iterations=steps, radii=radii
    ).risks


def violations(certificate, problem, slack=1e-9):
    """Every guarantee of the certificate that a run from the problem's own weights breaks."""
    runs, broken = {}, []
    for item in certificate.guarantees:
        key = (item.step_size, item.radii)
        if key not in runs:
            runs[key] = risks_of(problem, item.step_size, item.radii)
        risks = runs[key]
        truth = risks[item.tau] if item.claim == LAST else risks[: item.tau + 1].min()
        if truth > item.value * (1 + slack):
            broken.append(item)
    run = runs.get((certificate.step_size, certificate.radii))
    run = risks_of(problem, certificate.step_size, certificate.radii) if run is None else run
    broken += [s for s, bound in enumerate(certificate.bounds) if run[s] > bound * (1 + slack)]
    return broken


def certified(problem, radii, **options):
    given = {"weights": problem.weights, "radii": radii, "tau": (1, 7, STEPS)} | options
    return certify(problem.X, problem.y, problem.activation, **given)


def check(seed, **choice):
    problem, radii = drawn_problem(seed, **choice)
    certificate = certified(problem, radii, step_size=None)
    assert violations(certificate, problem) == []
    return certificate


@pytest.mark.parametrize("seed", range(8))
def test_no_run_breaks_its_certificate(seed):
    check(seed, activations=("tanh", "gaussian"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8, 60))
def test_no_run_breaks_its_certificate_many(seed):
    check(seed)


@pytest.fixture(scope="module")
def wide():
    return small_problem(1, m=512)


@pytest.fixture(scope="module")
def certificate(wide):
    return certified(wide, None)


def test_bounds_are_informative_and_tight(wide, certificate):
    risks = risks_of(wide, certificate.step_size, None)
    assert certificate.informative
    assert len(certificate.bounds) == STEPS + 1
    assert np.all(certificate.bounds[:8] <= 1.05 * risks[:8])


def test_another_initialisation_breaks_it(wide, certificate):
    other = symmetric_initialization(wide.m, wide.weights.d, 0.5, np.random.default_rng(99))
    moved = small_problem(1, m=512)
    object.__setattr__(moved, "weights", other)
    assert violations(certificate, moved)


def test_half_of_the_bounds_is_broken(wide, certificate):
    risks = risks_of(wide, certificate.step_size, None)
    assert np.any(risks > 0.5 * certificate.bounds)


def test_without_its_remainders_it_is_broken(wide, monkeypatch):
    """The remainder terms are needed: with all constants at 0 the reference path alone is below the truth somewhere."""
    true = tracking.track

    def blind(reference, pairs, m, rounding, limits=None):
        bare = {name: getattr(pairs, name) * 0 for name in ("gamma", "T", "fourth", "fifth")}
        kept = {name: getattr(pairs, name) for name in ("radii", "grid", "phi", "leverage")}
        return true(reference, tracking.PairBounds(**bare, **kept), m, rounding, limits)

    monkeypatch.setattr(certification, "track", blind)
    problem = small_problem(2, m=64)
    certificate = certified(problem, None, methods=("B",))
    risks = risks_of(problem, certificate.step_size, None)
    assert np.any(risks[: len(certificate.bounds)] > certificate.bounds)


def test_a_deficient_kernel_is_caught(wide, monkeypatch):
    """Constants far below the true ones let A promise what its runs do not keep."""
    true = certification.neighbourhood

    def half(*arguments):
        around = true(*arguments)
        object.__setattr__(around, "gamma", around.gamma * 0.01)
        object.__setattr__(around, "kernel", around.kernel * 0.05)
        return around

    monkeypatch.setattr(certification, "neighbourhood", half)
    certificate = certified(wide, (1.0, 2.0), methods=("A",))
    assert violations(certificate, wide)


def test_fast_gives_the_value_and_calls_it_an_estimate(wide, certificate):
    estimate = certified(wide, None, fast=True)
    assert not estimate.rigorous
    assert "no certificate" in estimate.as_dict()["standing"]
    assert np.all(estimate.bounds <= certificate.bounds)
    np.testing.assert_allclose(estimate.bounds[:8], certificate.bounds[:8], rtol=1e-4)


def test_block_size_does_not_matter(wide, certificate, monkeypatch):
    monkeypatch.setattr("boundcheck.certificates.problem.BLOCK_COLUMNS", 300)
    again = certified(wide, None)
    np.testing.assert_allclose(again.bounds, certificate.bounds, rtol=1e-7)


def test_training_is_enclosed(wide):
    certificate = certified(wide, (0.5, 1.0), train=True)
    risks = risks_of(wide, certificate.step_size, (0.5, 1.0))
    assert np.all(certificate.measured.lower <= risks)
    assert np.all(risks <= certificate.measured.upper)
    row = certificate.rows()[-1]
    assert row["ratio"] >= 1
    assert row["measured"] >= risks[-1]


def test_targets_of_zero_are_kept(wide):
    certificate = certify(wide.X, wide.y * 0, "tanh", weights=wide.weights, tau=5, methods=("B",))
    assert certificate.bounds.max() < 1e-12


def test_a_break_says_where_and_why():
    problem = small_problem(3, m=8, scale=4.0)
    certificate = certified(problem, None, methods=("B",))
    assert certificate.broke is not None
    assert 0 <= certificate.broke.pair < 4
    assert "exceeds the largest ball" in certificate.broke.reason
    assert "step" in certificate.as_dict()["broke"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"step_size": -1.0}, "step_size must be finite and > 0"),
        ({"step_size": float("nan")}, "step_size must be finite and > 0"),
        ({"step_size": 1e6}, "no certificate applies"),
        ({"step_size": 1e6, "methods": ("B",)}, "1/\\(2 lambda_max"),
        ({"radii": (0.0, 1.0)}, "radii"),
        ({"radii": (float("nan"), 1.0)}, "radii"),
        ({"tau": 0}, "tau must be integers >= 1"),
        ({"tau": 2.5}, "tau"),
        ({"methods": ("C",)}, "methods must be some of A, B"),
        ({"activation": "relu"}, "sigma in C\\^3"),
        ({"y": np.full((3, 3), np.nan)}, "y must be finite"),
        ({"y": np.zeros((2, 3))}, "y must have shape"),
        ({"X": np.full((3, 3, 2), np.inf)}, "X must be finite"),
        ({"weights": None}, "an initialisation needs weights"),
        ({"weights": None, "m": 7, "alpha": 1}, "positive even integer"),
    ],
)
def test_bad_input_is_refused_in_one_line(problem, change, rule):
    given = {"X": problem.X, "y": problem.y, "activation": "tanh", "weights": problem.weights, "tau": 3} | change
    X, y, activation = given.pop("X"), given.pop("y"), given.pop("activation")
    with pytest.raises((ValueError, TypeError), match=rule) as error:
        certify(X, y, activation, **given)
    assert "\n" not in str(error.value)


def test_an_asymmetric_initialisation_gets_a_alone(problem):
    rng = np.random.default_rng(0)
    weights = Weights(problem.weights.w, rng.normal(size=problem.weights.u.shape), problem.weights.c)
    with pytest.raises(ValueError, match="asymmetric"):
        certify(problem.X, problem.y, "tanh", weights=weights, tau=3)
    lone = certify(problem.X, problem.y, "tanh", weights=weights, tau=30, methods=("A",), radii=(2, 4))
    assert {item.method for item in lone.guarantees} == {"A"}
    item = lone.guarantees[0]
    problem_of = type(problem).of(problem.X, problem.y, "tanh", weights)
    assert risks_of(problem_of, item.step_size, item.radii, 30).min() <= item.value


def test_radii_below_the_witness_are_refused(problem):
    w, u, c = problem.weights.w, problem.weights.u, problem.weights.c
    far = Weights(w + 0.5, u, c)
    with pytest.raises(ValueError, match="radii must hold the witness"):
        certify(problem.X, problem.y, "tanh", weights=problem.weights, radii=(0.1, 0.1), witness=far, tau=3)


def test_an_unbounded_activation_is_refused(problem):
    with pytest.raises(ValueError, match="unbounded"):
        certify(problem.X, problem.y, "z*tanh(z)", weights=problem.weights, tau=2)
