"""Runs over independent seeds: coverage, same bits for any number of workers, carried target errors, comparators."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binomtest

from boundcheck.measurement import Problem, measure, prepare, reevaluate
from boundcheck.measurement.approximation import frequency
from boundcheck.measurement.bounds import tightest
from boundcheck.measurement.comparator import ridge_comparator
from boundcheck.measurement.comparator_witness import MOST, tabulated_risk
from boundcheck.measurement.convergence import runs, step_size, target_slack, train
from boundcheck.measurement.coverage import clopper_pearson, quantile, run_all
from boundcheck.measurement.free_descent import _steps_needed, prescription
from boundcheck.measurement.memory import check_memory, needed_bytes
from boundcheck.measurement.values import seeds
from boundcheck.network import forward, risk
from boundcheck.network.activation_table import activation_table

SMALL = Problem(T=3, d=2, n=4, m=64, rho_w=1, rho_u=1, tau=30, runs=3, restarts=8)


@pytest.mark.parametrize(("failures", "count"), [(0, 10), (3, 50), (10, 10), (1, 400)])
def test_clopper_pearson(failures, count):
    reference = binomtest(failures, count).proportion_ci(method="exact")
    np.testing.assert_allclose(clopper_pearson(failures, count), (reference.low, reference.high), rtol=1e-9)


def test_clopper_pearson_refuses_nonsense():
    with pytest.raises(ValueError, match="0..runs"):
        clopper_pearson(3, 2)


def test_quantile_is_a_value_of_the_sample():
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.75) == 3.0
    assert quantile([1.0], 0.9) == 1.0


@pytest.mark.slow
def test_workers_give_the_same_bits_in_order():
    children = seeds(SMALL, 99).spawn(3)
    alone = run_all(_draw, children, 1)
    assert alone == run_all(_draw, children, 2)
    assert len(set(alone)) == 3


def _draw(seed):
    return float(np.random.default_rng(seed).normal())


@pytest.mark.slow
def test_measured_rows_do_not_depend_on_the_number_of_workers():
    for statement in ("prop-3", "theorem-1"):
        one, two = (measure(statement, SMALL.replace(jobs=jobs)) for jobs in (1, 2))
        assert [(item.value, item.uncertainty) for item in one] == [(item.value, item.uncertainty) for item in two]


@pytest.mark.parametrize("statement", ["prop-3", "prop-3-rms", "prop-5"])
def test_coverage_stays_below_delta(statement):
    size, share = measure(statement, SMALL.replace(runs=40))
    assert size.value > 0
    assert size.uncertainty < size.value
    assert share.value == 0.0
    assert share.uncertainty == clopper_pearson(0, 40)


def test_a_bound_that_is_too_small_fails_in_most_runs():
    values = np.full(40, 1e9)
    assert frequency(SMALL, "prop-3", values, {}).value == 1.0


def test_theorem_1_runs():
    found = measure("theorem-1", SMALL)
    assert {item.variant for item in found} == {"classic", "sharpened", "lyapunov"}
    size = next(item for item in found if item.kind == "exact-run")
    ready = prepare(SMALL)
    assert 0 < size.value < float(np.mean(ready.y**2))
    assert len(size.series["risk"]) == SMALL.tau + 1
    assert max(size.series["drift_w"]) <= 1 + 1e-9
    assert size.series["kernel_drift"][0] == 0.0
    assert size.series["kernel_drift"][-1] > 0.0
    assert all(item.value == 0.0 for item in found if item.kind == "frequency")


@pytest.mark.parametrize("changes", [{"activation": "tanh(z/10)", "m": 16}, {"m": 256, "nu_w": "1/4", "nu_u": "1/4"}])
def test_the_risk_falls_at_every_step_from_a_width_on(changes):
    problem = SMALL.replace(**changes)
    size, share = measure("theorem-1-descent", problem)
    assert tightest(problem, "theorem-1-descent.descent_width") < problem.m
    assert np.all(np.diff(size.series["risk"]) < 0)
    bounds = [tightest(problem, "theorem-1.bound", variant) for variant in ("sharpened", "lyapunov")]
    assert share.value == 0.0
    assert size.value < share.witness["bound"] < min(bounds)


@pytest.mark.parametrize("statement", ["theorem-1", "theorem-1-descent", "corollary-1"])
def test_a_step_size_that_is_given_is_not_held_against_the_bound_of_another(statement):
    found = measure(statement, SMALL.replace(eta="1/1000000"))
    assert found
    assert {item.kind for item in found} == {"exact-run"}


def test_the_target_error_is_carried():
    ready = prepare(SMALL)
    assert ready.target_error.max() > 0
    e = float(np.sqrt(np.mean(ready.target_error**2)))
    assert target_slack(SMALL, 4.0) == pytest.approx(4 * e + e * e, rel=1e-9)
    exact = ready.replace(target_error=np.zeros_like(ready.y))
    assert target_slack(exact, 4.0) == 0.0


def test_projection_keeps_inside_and_free_runs_tell_their_exit():
    tight = prepare(SMALL.replace(rho_w="1/100", rho_u="1/100", nu_w="1/100", nu_u="1/100").replace(y=prepare(SMALL).y))
    eta = step_size(tight, "lyapunov")
    seed = seeds(SMALL, 13).spawn(1)[0]
    projected, free = (train(tight, eta, kind, seed) for kind in (True, False))
    assert projected.exit_time is None
    assert projected.active.max() > 0
    assert free.exit_time is not None
    assert free.smallest < projected.smallest


def test_a_comparator_bounds_the_run_for_any_targets():
    rng = np.random.default_rng(0)
    real = prepare(SMALL.replace(y=0.1 * rng.normal(size=(4, 3)), realisable=False))
    (found,) = measure("theorem-1-any-target", real)
    assert found.value <= found.witness["bound"]
    assert float.fromhex(found.witness["R_comparator"]) <= float(np.mean(real.y**2))
    for statement in ("prop-3", "prop-5"):
        (unknown,) = measure(statement, real)
        assert unknown.value is None
        assert "realisable" in unknown.witness["reason"]


@pytest.mark.parametrize("activation", ["tanh", "sin", "gaussian", "logistic", "tanh(z)/2 + sin(z)/4"])
def test_a_comparators_risk_in_tabulated_doubles_is_above_the_one_in_arb(activation):
    problem = prepare(SMALL.replace(activation=activation, m=16, T=3, n=4))
    found = ridge_comparator(problem, seeds(problem, 13).spawn(1)[0])
    assert found.enclosed
    doubles = tabulated_risk(found.weights, problem.X, problem.y, activation)
    assert found.risk <= doubles <= found.risk * (1 + 1e-8) + 1e-13


@pytest.mark.parametrize("wrong", [-1e-3, 1e-3])
def test_errors_of_the_table_are_carried_to_the_risk(monkeypatch, wrong):
    problem = prepare(SMALL.replace(m=16))
    found = ridge_comparator(problem, seeds(problem, 13).spawn(1)[0])

    def rough(activation, limit):
        table = activation_table(activation, limit)
        coefficients, errors = table.coefficients.copy(), table.errors.copy()
        coefficients[:, 0, 0] += wrong * np.sign(np.arange(len(coefficients)) - len(coefficients) // 2)
        errors[0] += abs(wrong)
        return replace(table, coefficients=coefficients, errors=errors)

    monkeypatch.setattr("boundcheck.network.activation_table.activation_table", rough)
    assert tabulated_risk(found.weights, problem.X, problem.y, "tanh") > found.risk


def test_a_comparator_is_enclosed_at_sizes_that_people_use():
    problem = prepare(SMALL.replace(m=2048))
    assert problem.m * problem.y.size > MOST
    found = ridge_comparator(problem, seeds(problem, 13).spawn(1)[0])
    plain = risk(forward(found.weights, problem.X, "tanh"), problem.y)
    move = np.sum((found.weights.w - found.initial.w) ** 2) + np.sum((found.weights.u - found.initial.u) ** 2)
    assert found.enclosed
    assert plain * (1 - 1e-12) < found.risk < plain * (1 + 1e-6)
    assert move < found.distance < move * (1 + 1e-8)


def test_a_comparator_that_cannot_be_enclosed_gives_no_bound(monkeypatch):
    problem = prepare(SMALL.replace(m=2048, activation="relu"))
    assert not ridge_comparator(problem, seeds(problem, 13).spawn(1)[0]).enclosed
    monkeypatch.setattr("boundcheck.measurement.comparator_witness.upper_ends", lambda *_: None)
    (found,) = measure("theorem-1-any-target", SMALL)
    assert "given" not in found.witness
    assert "bound" not in found.witness
    assert "no bound is certified" in found.witness["reason"]


def test_runs_are_shared_between_statements():
    eta = step_size(SMALL, "lyapunov")
    assert runs(SMALL, eta, True) is runs(SMALL, eta, True)


@pytest.mark.slow
def test_remarks():
    (free,) = measure("remark-1", SMALL)
    assert len(free.series["alpha"]) == 3
    (growth,) = measure("remark-5", SMALL)
    assert growth.value == pytest.approx(1.0, abs=1e-6)
    assert growth.series["factor_above"] > 1.1 > growth.series["factor_below"]
    (samples,) = measure("remark-6", SMALL.replace(runs=20))
    assert abs(samples.value) < 0.3
    assert samples.series["width_max"][-1] > samples.series["width_mean"][-1]


def test_one_step_is_feed_forward():
    (found,) = measure("remark-3", SMALL)
    assert found.value == 0.0
    assert reevaluate("remark-3", found.quantity, found.witness).upper == 0


FREE = Problem(T=1, d=2, n=3, m=64, alpha=1, rho_w=0, nu_w=0, nu_u=1, runs=4)


def test_theorem_2_holds_at_its_own_prescription():
    own, counted = measure("theorem-2", FREE)
    assert (own.kind, own.quantity) == ("exact-run", "min-risk")
    assert (counted.kind, counted.quantity, counted.value) == ("frequency", "bound", 0.0)
    assert counted.uncertainty == clopper_pearson(0, 4)
    assert len(counted.series["steps_needed"]) == 4
    asked = prescription(FREE)
    assert counted.witness["tau"] == asked.tau > max(counted.series["steps_needed"])
    assert asked.m <= max(FREE.effort.widths)
    assert asked.epsilon >= FREE.epsilon


def test_a_run_that_leaves_or_stays_above_epsilon_fails():
    asked, ready = prescription(FREE), prepare(FREE)
    seed = seeds(FREE, 16).spawn(1)[0]
    needed = _steps_needed(ready, asked, seed)
    assert needed > 0
    assert _steps_needed(ready, replace(asked, tau=needed), seed) is None
    assert _steps_needed(ready, replace(asked, rho_u=1e-3), seed) is None
    assert _steps_needed(ready, replace(asked, epsilon=Fraction(1)), seed) == 0


def test_a_prescription_out_of_reach_says_so():
    own, counted = measure("theorem-2", FREE.replace(eta=1, tau=2, runs=1, nu_u="1/1000"))
    assert own.value is not None
    assert counted.value is None
    assert "below the trivial bound" in counted.witness["reason"]


def test_corollary_1_is_counted():
    found = measure("corollary-1", SMALL)
    assert [(item.kind, item.variant) for item in found] == [
        (kind, variant) for variant in ("sharpened", "classic") for kind in ("exact-run", "frequency")
    ]
    assert all(item.value == 0.0 for item in found if item.kind == "frequency")


def test_memory_is_estimated_and_refused():
    check_memory(SMALL)
    wide = SMALL.replace(m=10**9)
    check_memory(wide, ("lemma-1", "prop-1"), available=1 << 33)
    for sizes, statements in ((wide, ("theorem-1",)), (wide, None), (SMALL.replace(n=10**400), ())):
        with pytest.raises(ValueError, match="memory must suffice") as caught:
            check_memory(sizes, statements, available=1 << 33)
        assert len(str(caught.value)) < 300
    with pytest.raises(ValueError, match="memory must suffice"):
        prepare(SMALL.replace(T=10**12))
    assert needed_bytes(SMALL.replace(m=1 << 20, T=16, n=32)) < 1 << 30
    with pytest.raises(ValueError, match="needs about"):
        check_memory(SMALL, available=1000)


def test_bounds_of_the_mean_are_counted_against_the_mean():
    problem = Problem(T=1, n=2, d=2, m=64, tau=10, runs=6, rho_w=1, rho_u=1)
    found = {(item.variant, item.kind): item for item in measure("theorem-1", problem)}
    for variant in ("classic", "sharpened", "lyapunov"):
        series = found[variant, "exact-run"].series
        risks = series["risk"][:-1]  # of the first seed, one of those in the series of all
        bounded = min(risks) if variant == "lyapunov" else np.mean(risks)
        assert np.isclose(series["deviation"], bounded, rtol=1e-12, atol=0).any()
        assert ("mean" in found[variant, "frequency"].witness["counted"]) == (variant != "lyapunov")
