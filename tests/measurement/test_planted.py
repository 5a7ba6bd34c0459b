"""Which planted errors are caught: judged on true bounds, on planted ones, and surveyed as PLANTED.md says."""

from fractions import Fraction
from importlib import resources

import numpy as np
import pytest

from boundcheck.algebra import prove
from boundcheck.measurement import Problem
from boundcheck.measurement.coverage import clopper_pearson
from boundcheck.measurement.planted import Planted as Row
from boundcheck.measurement.planted import best, contradicting_size, identities, plant, prescribed, survey
from boundcheck.measurement.planted_problems import (
    COUNTED,
    EXACT,
    EXACT_BOUNDS,
    OTHER,
    PRESCRIBED,
    REASONS,
    SETTINGS,
    TRUE,
)

SMALL = Problem(T=2, d=2, n=3, m=64, rho_w=1, rho_u=1, nu_w=1, nu_u=1, tau=20, runs=40, restarts=8)


def test_exact_bounds_are_caught_and_others_say_why():
    rows = {(row.statement, row.quantity): row for row in plant(SMALL, ("lemma-2", "prop-3", "prop-2b"))}
    row = rows["lemma-2", "Lambda"]
    assert (row.wanted, row.caught, row.reason) == (EXACT, True, "")
    assert row.factor == pytest.approx(1.0, rel=1e-6)
    assert row.factor <= 1.0
    loose = rows["prop-3", "bound"]
    assert (loose.wanted, loose.caught) == (OTHER, False)
    assert 0 < loose.factor < 0.5
    assert "room to spare" in loose.reason
    assert rows["prop-2b", "erf-difference"].factor is None


@pytest.mark.parametrize("delta", [0.1, 0.3])
def test_a_limit_below_the_contradicting_size_is_refuted_and_one_at_it_is_not(delta, rng_values):
    size = contradicting_size(rng_values, delta)
    for limit, refuted in ((size * (1 - 1e-9), True), (size, False)):
        failures = sum(value > limit for value in rng_values)
        assert (clopper_pearson(failures, len(rng_values))[0] > delta) is refuted


@pytest.mark.parametrize(
    ("problem", "statement", "variant"),
    [
        pytest.param(
            *entry, marks=pytest.mark.slow if entry[1] in ("theorem-1", "theorem-1-descent", "prop-2a") else ()
        )
        for entry in COUNTED
    ],
)
def test_seeds_catch_half_of_a_bound_where_averages_spread(problem, statement, variant):
    """The bound itself holds in enough runs; scaled by a half it fails in certainly more than a share delta."""
    row = next(row for row in plant(problem, (statement,)) if row.variant == variant)
    assert (row.kind, row.wanted, row.caught, row.reason) == ("frequency", OTHER, True, "")
    assert row.factor < 1.0


def test_a_factor_planted_in_an_identity_is_caught():
    rows = identities(SMALL)
    assert {(row.statement, row.quantity) for row in rows} < EXACT_BOUNDS
    assert all(row.caught and 0.99 < row.factor <= 1.0 for row in rows)


def test_a_comparator_catches_half_of_the_bound_for_any_targets():
    problem, statement, _ = SETTINGS[-1]
    (row,) = plant(problem, (statement,))
    assert (row.statement, row.kind, row.caught) == ("theorem-1-any-target", "exact-run", True)
    assert row.factor < 1.0


@pytest.mark.slow
def test_half_of_what_theorem_2_promises_is_caught_unless_it_is_true():
    rows = {row.variant: row for row in prescribed()}
    assert set(rows) == {variant for _, variant, _, _ in PRESCRIBED}
    assert rows["lyapunov"].caught
    assert rows["classic"].caught
    assert (rows["sharpened"].caught, rows["sharpened"].reason) == (False, TRUE)
    assert all(row.factor < 1.0 for row in rows.values())


@pytest.fixture
def rng_values():
    return sorted(np.random.default_rng(0).random(60).tolist(), reverse=True)


def test_three_runs_contradict_nothing_at_a_large_delta():
    assert contradicting_size([3.0, 2.0, 1.0], 0.5) is None


def test_the_best_problem_of_a_bound_counts():
    weak, strong = (Row(statement="prop-4", quantity="bound", kind="lower-estimate", factor=f) for f in (0.3, 0.6))
    assert best([weak, strong]) == best([strong, weak]) == [strong]
    assert (weak.caught, strong.caught) == (False, True)


def listed() -> dict[tuple[str, str], bool]:
    """Whether each bound of PLANTED.md is caught."""
    text = resources.files("boundcheck.measurement").joinpath("PLANTED.md").read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {(row[0], row[1]): row[5] == "yes" for row in cells[2:]}


def test_the_table_lists_every_bound_with_a_problem_of_its_own_as_caught():
    caught = listed()
    for _, statement, quantities in SETTINGS:
        for quantity in quantities:
            names = [key for key in caught if key[0] == statement and key[1].split(" (")[0] == quantity]
            assert names
            assert all(caught[name] for name in names)
    for _, statement, variant in COUNTED:
        assert caught[statement, f"bound ({variant})" if variant else "bound"]
    for statement, variant in REASONS:
        assert not caught.get((statement, f"bound ({variant})"), False)
    assert {key for key in EXACT_BOUNDS if not caught[key]} == set()


@pytest.mark.slow
def test_the_survey_finds_what_the_table_says():
    rows = survey(Problem())
    names = {row: f"{row.quantity} ({row.variant})" if row.variant else row.quantity for row in rows}
    assert {(row.statement, names[row]): row.caught for row in rows} == listed()
    assert all(bool(row.reason) != row.caught for row in rows)
    assert all(row.factor is None or row.factor <= Fraction(1) for row in rows)


@pytest.mark.parametrize(
    ("claim", "given", "part", "wrong"),
    [
        ("e*r + 2*A*t - 3*A*t**2/2 + 7*r*e*t**2/48 <= A + 2*e**2", "r**2 <= 2*A, r >= 0, e >= 0, 0 <= t, t <= 1",
         "2*e**2", "e**2"),
        ("(sqrt(2)/2 + sqrt(2)/16)*b*P**2 >= L*P", "b*n >= 3*L/4, P >= 2*n, n >= 0, L >= 0, b >= 0", "2*n", "n"),
        ("(x + (t - 1)*y)**2 <= (t + 1)/4*(2*x**2 + 4*(t - 1)*y**2)", "t >= 1", "t + 1", "t"),
        ("2*e/3 + sqrt(2*A/3 + 4*e**2/9) <= sqrt(2*e**2 + A)", "e >= 0, A >= 0", "2*e**2", "e**2"),
        ("(e/2 + sqrt(e**2/4 + A))**2 <= 4/7*(4*e**2 + 2*A)", "e >= 0, A >= 0", "4/7", "1/2"),
        ("(e/2 + sqrt(e**2/4 + A))**2 <= 2*e**2 + A", "e >= 0, A >= 0, A <= 2*e**2", "A <= 2*e**2", "A <= 3*e**2"),
        ("sqrt(E/32) + sqrt(E/32 + E/4) <= sqrt(E/2)", "E > 0", "E/4", "E/3"),
        ("2/3*((1 + s)**2/2 - 5/3) >= (1 - 1/sqrt(2))*s**2/2", "s >= 1", "5/3", "2"),
    ],
)  # fmt: skip
def test_the_algebra_of_what_cannot_be_caught_is_proved(claim, given, part, wrong):
    assert prove(claim, given.split(", "), timeout=60).status == "proved"
    assert prove(claim.replace(part, wrong), given.replace(part, wrong).split(", "), timeout=60).status == "refuted"
