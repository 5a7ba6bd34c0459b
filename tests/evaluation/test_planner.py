"""Plans against the theorems' conditions written by hand: m suffices, m - 2 does not; absurd requests get an answer."""

import importlib.util
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import mpmath
import pytest
from sympy import Rational

from boundcheck.enclosure import precision
from boundcheck.evaluation import evaluate, plan
from boundcheck.evaluation.balls import Balls
from boundcheck.evaluation.brackets import NoWidthError
from boundcheck.evaluation.conditions import Asker
from boundcheck.evaluation.planner import conditions_of
from boundcheck.evaluation.widths import _Decider

_SPEC = importlib.util.spec_from_file_location("evaluation_reference_p", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)

SETTING = {"epsilon": "1/100", "delta": "1/10", "n": 32, "T": 5, "alpha": "1/2", "nu_w": "1/2", "nu_u": 1}
BY_HAND = {"eps": "1/100", "delta": "1/10", "n": 32, "length": 5, "alpha": "1/2", "nu": ("1/2", "1")}
VARIANTS = ("classic", "sharpened", "lyapunov")
PROJECTED = [*(("theorem-1", variant) for variant in VARIANTS), ("theorem-1-descent", None)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_without_projection_the_width_is_the_smallest(variant):
    found = plan("theorem-2", variant=variant, tier="paper", **SETTING)
    with mpmath.workdps(60):
        rho_w, rho_u, asked = reference.radii_and_width(variant, found.m, **BY_HAND)
        assert asked <= found.m
        assert abs(float(found.rho_w) / float(rho_w) - 1) < 1e-9
        assert abs(float(found.rho_u) / float(rho_u) - 1) < 1e-9
        assert found.rho_w >= Fraction(str(rho_w)) * (1 - Fraction(1, 10**40))
        before = reference.radii_and_width(variant, found.m - 2, **BY_HAND)
        assert before is None or before[2] > found.m - 2
    assert found.is_smallest
    assert found.m % 2 == 0
    assert found.informative


@pytest.mark.parametrize(("theorem", "variant"), PROJECTED)
def test_projected_the_width_is_the_smallest_and_the_bound_holds(theorem, variant):
    found = plan(theorem, variant=variant, tier="paper", **SETTING)
    with mpmath.workdps(60):
        radius = mpmath.sqrt(mpmath.mpf(5) / 4)

        def asked(m):
            alpha_m = mpmath.mpf(1) / 2 + 1 / (2 * mpmath.sqrt(m))
            return reference.width(variant, radius, alpha_m, m, **BY_HAND)

        assert asked(found.m) <= found.m
        assert asked(found.m - 2) > found.m - 2
    known = {name: value for name, value in SETTING.items() if name != "epsilon"}
    bound = evaluate(
        f"{theorem}.bound", variant=variant, tier="paper", m=found.m, tau=found.tau, rho_w="1/2", rho_u=1, **known
    )
    assert bound.upper <= Fraction(1, 100)
    assert bound.upper <= found.bound <= Fraction(1, 100)
    fewer = evaluate(
        f"{theorem}.bound", variant=variant, tier="paper", m=found.m, tau=found.tau // 2, rho_w="1/2", rho_u=1, **known
    )
    assert fewer.lower > Fraction(1, 100)


@pytest.mark.parametrize("tier", ["recursive", "coupled"])
def test_tighter_tiers_need_less(tier):
    short = SETTING | {"T": 2}
    tighter = plan("theorem-2", variant="lyapunov", tier=tier, **short)
    assert tighter.m < plan("theorem-2", variant="lyapunov", tier="paper", **short).m


def test_directional_constants():
    found = plan("theorem-1", variant="lyapunov", tier="directional", **(SETTING | {"T": 2}))
    assert found.m < plan("theorem-1", variant="lyapunov", tier="coupled", **(SETTING | {"T": 2})).m
    assert found.is_smallest


def test_json_keys_and_large_integers_as_text():
    found = plan("theorem-2", variant="sharpened", tier="paper", **(SETTING | {"epsilon": "1e-12"}))
    shown = found.to_json()
    assert f"<td>{shown['m']}</td>" in found._repr_html_()
    assert list(shown) == ["m", "tau", "eta", "rho_w", "rho_u", "bound", "informative", "binding"]
    assert isinstance(shown["m"], str)
    assert Fraction(shown["bound"]) == Fraction(1, 10**12)


def test_step_sizes_satisfy_the_theorem():
    found = plan("theorem-2", variant="sharpened", tier="paper", **SETTING)
    squared = Fraction(5, 4)
    assert abs(found.eta - 2 * squared / (Fraction(1, 100) * found.tau)) < Fraction(1, 10**20)
    slow = plan("theorem-1", variant="lyapunov", tier="paper", **SETTING)
    limit = evaluate("lemma-1.L", tier="paper", alpha="1/2", T=5, m=slow.m, rho_w="1/2")
    assert 2 * slow.eta * limit.lower**2 <= 1


def test_uninformative_targets_are_said_to_be():
    found = plan("theorem-2", variant="lyapunov", tier="paper", **(SETTING | {"epsilon": 10**6}))
    assert not found.informative
    assert "initialisation" in found.binding
    assert not plan("theorem-1", variant="lyapunov", tier="paper", trivial="1/200", **SETTING).informative


@pytest.mark.parametrize("change", [{"epsilon": "1e-300"}, {"alpha": 3, "T": 1000}])
def test_absurd_requests_get_an_answer(change):
    with pytest.raises(NoWidthError, match=r"beyond 10\^300"):
        plan("theorem-2", variant="classic", tier="paper", **(SETTING | change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m": 4}, "m is what a plan finds"),
        ({"rho_w": 1}, "fixed point"),
        ({"epsilon": None}, "needs a value of epsilon"),
        ({"epsilon": -1}, "epsilon must be > 0"),
        ({"nu_w": 0, "nu_u": 0}, "must not both be 0"),
        ({"variant": "quick"}, "variants are"),
        ({"tier": "certified"}, "tiers are"),
    ],
)
def test_bad_requests(change, message):
    asked = {"variant": "classic", "tier": "paper"} | SETTING | change
    with pytest.raises(ValueError, match=message):
        plan("theorem-2", **{name: value for name, value in asked.items() if value is not None})


def test_radii_below_the_targets_are_refused():
    with pytest.raises(ValueError, match="rho_w must be >= nu_w"):
        plan("theorem-1", variant="classic", tier="paper", rho_w="1/4", **SETTING)
    with pytest.raises(ValueError, match="theorem-1 theorem-1-descent theorem-2"):
        plan("theorem-3", **SETTING)


@pytest.mark.parametrize("tier", ["paper", "recursive", "coupled", "directional"])
@pytest.mark.parametrize(
    ("variant", "factor"), [("classic", lambda square: (8 * 2 * square**2 + 1) ** 2), ("sharpened", lambda s: 8 * s)]
)
def test_a_number_of_iterations_that_is_exactly_an_integer_is_not_rounded_up(tier, variant, factor):
    """At T=1, nu_w = nu_u = rho_w = rho_u = 1 the number asked for is rational: L^2 = 2 (paper) or 1 for tanh."""
    target = Fraction(1, 20)
    values = {"T": 1, "alpha": 1, "epsilon": target, "delta": "1/10", "nu_w": 1, "nu_u": 1, "n": 32}
    found = plan("theorem-1", variant=variant, tier=tier, **values)
    square = 2 if tier == "paper" else 1
    exact = Fraction(factor(square)) / (target**2 if variant == "classic" else target)
    assert exact.denominator == 1
    assert found.tau == exact


def test_a_recursion_too_long_to_plan_by_names_the_tier_that_is_not():
    """Below the cutoff a recursion soon stands still; at the cutoff a million steps would be taken many times."""
    known = SETTING | {"T": 10**6}
    assert plan("theorem-1", variant="sharpened", tier="coupled", **known).m < 10**7
    with pytest.raises(ValueError, match=r"T must be <= 100000 .*tier coupled; got 1000000 \(ask for tier paper\)"):
        plan("theorem-1", tier="coupled", **(known | {"alpha": 1}))
    with pytest.raises(ValueError, match=r"tier directional; got 1000000 \(ask for tier coupled\)"):
        plan("theorem-1", tier="directional", **known)


@pytest.mark.parametrize("kappa", ["499999/1000000", "1e-100"])
def test_an_absurd_split_of_the_budget_gets_an_answer(kappa):
    """Where no radius satisfies the conditions, each guess is a power of the one before: the search stops."""
    found = plan("theorem-2", variant="lyapunov", tier="paper", **(SETTING | {"kappa": kappa}))
    assert found.is_smallest
    with pytest.raises(NoWidthError, match=r"epsilon=1\.0e-400"):
        plan("theorem-2", variant="lyapunov", tier="paper", **(SETTING | {"epsilon": "1e-400"}))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("epsilon", ["1e-32", "1e-50"])
def test_a_tiny_risk_needs_a_step_size_with_as_many_digits_as_tau(variant, epsilon):
    """Rounding tau up leaves 1/tau to spare, and a step size rounded in the 30th digit more than that."""
    found = plan("theorem-1", variant=variant, tier="paper", **(SETTING | {"epsilon": epsilon}))
    assert found.is_smallest
    assert found.bound <= Fraction(epsilon)
    assert int(found.to_json()["m"]) == found.m
    assert int(found.to_json()["tau"]) == found.tau


@pytest.mark.parametrize(("theorem", "variant"), [("theorem-1", "classic"), ("theorem-2", "sharpened")])
@pytest.mark.parametrize(("tier", "sigma"), [("paper", "tanh"), ("coupled", "erf"), ("directional", "erf")])
def test_the_next_smaller_width_fails_when_it_is_asked_itself(theorem, variant, tier, sigma):
    """The plan refutes m - 2 by what it knows at m, since what is asked for falls with m; here m - 2 is asked."""
    found = plan(theorem, variant=variant, tier=tier, activation=sigma, **(SETTING | {"T": 5, "alpha": "6/5"}))
    assert found.is_smallest
    given = SETTING | {"T": 5, "alpha": "6/5"}
    conditions = conditions_of(theorem, variant=variant, tier=tier, activation=sigma, values=given)
    for width, suffices in ((found.m, True), (found.m - 2, False)):
        decider = _Decider(conditions)
        decider.consider(width)
        assert (decider.feasible == width) is suffices
        assert (decider.infeasible == width) is not suffices


def test_one_direction_is_a_lower_bound_with_all_its_digits():
    """A width of 10^39 needs a lower bound with as many digits: the direction has to be known to half of them."""
    given = SETTING | {"T": 16, "alpha": "6/5", "epsilon": "1/10"}
    assert plan("theorem-2", variant="classic", tier="directional", activation="erf", **given).is_smallest


@pytest.mark.parametrize(("theorem", "variant"), [*PROJECTED, *(("theorem-2", variant) for variant in VARIANTS)])
@pytest.mark.parametrize("tier", ["paper", "recursive", "coupled", "directional"])
def test_what_is_asked_for_falls_with_the_width(theorem, variant, tier):
    """The plan rests on it (theorem-1: alpha-falls to supremum-grows): certified far apart, at radii held fixed."""
    conditions = conditions_of(theorem, variant=variant, tier=tier, activation="erf", values=SETTING | {"T": 3})
    with precision(40):
        asker = Asker(conditions, Balls(conditions.width.activation, 20))
        asked = [asker.width(m, (Rational(2), Rational(3))) for m in (16, 10**3, 10**6, 10**12)]
        assert all(later < earlier for earlier, later in pairwise(asked))
        if conditions.is_fixed_point:
            for radius in (asker.radius_w, asker.radius_u):
                found = [radius(m, Rational(2)) for m in (16, 10**3, 10**6, 10**12)]
                assert all(later < earlier for earlier, later in pairwise(found))
        wider = [asker.width(1000, (Rational(k), Rational(3))) for k in (2, 3, 5)]
        assert all(earlier < later for earlier, later in pairwise(wider))


def test_a_maximiser_next_to_an_end_is_refined_too():
    """Doubles put the best direction at pi/2 itself; it is 1e-8 away, which costs a lower bound 1e-17."""
    given = SETTING | {"T": 24, "alpha": "6/5", "n": 16}
    assert plan("theorem-2", variant="sharpened", tier="directional", activation="erf", **given).is_smallest


@pytest.mark.parametrize(
    ("theorem", "variant", "changed", "expected"),
    [
        ("theorem-1", "classic", {"n": 10**400, "T": 8}, 110159975428),
        ("theorem-1", "lyapunov", {"delta": "1e-400"}, None),
        ("theorem-1", "lyapunov", {"nu_w": "1e-200", "nu_u": "1e-200", "epsilon": "1e-402", "T": 8}, 502782),
        ("theorem-2", "classic", {"delta": "1e-400"}, None),
    ],
)
def test_values_beyond_the_range_of_doubles_are_planned_too(theorem, variant, changed, expected):
    """The first and the third figure are also those of an independent computation in mpmath."""
    found = plan(theorem, variant=variant, tier="paper", **SETTING | changed)
    assert found.is_smallest
    assert expected in (None, found.m)
    assert "(0% of C)" not in found.binding
    if theorem == "theorem-1" and changed.keys() == {"delta"}:
        with mpmath.workdps(60):
            radius = mpmath.sqrt(mpmath.mpf(5) / 4)

            def asked(m):
                alpha_m = mpmath.mpf(1) / 2 + 1 / (2 * mpmath.sqrt(m))
                return reference.width(variant, radius, alpha_m, m, **BY_HAND | {"delta": "1e-400"})

            assert asked(found.m) <= found.m
            assert asked(found.m - 2) > found.m - 2
