"""Every quantity in every tier and variant against an independent reimplementation at rational points."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from mpmath import mpf

import boundcheck as bc
from boundcheck.evaluation import evaluate_double
from boundcheck.evaluation.lookup import tiers_of, variants_of
from boundcheck.theory import quantity, statements

_SPEC = importlib.util.spec_from_file_location("theory_reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)

# Symbols of one statement alone.
OWN = {
    "prop-2b": {"A": 1, "B": Fraction(2, 3), "c": Fraction(3, 5)},
    "theorem-1-any-target": {"R_comparator": Fraction(1, 37), "V_0": Fraction(5, 7)},
    "hoeffding": {"N": 50, "width": Fraction(7, 3)},
    "mcdiarmid": {"N": 50, "c": Fraction(3, 5)},
}
# rho >= nu, as the theorems ask; alpha_m sigma_1 below, at and above the cutoff for each activation
POINTS = (
    ("tanh", "7/11", 1, 4096, 5, "1/20", "3/2", "5/3", "1/2", "2/3", "1/10", 31, "1/5"),
    ("tanh", "1", 2, 62, 17, "1/7", "4/3", "2", "3/4", "1", "1/50", 1000, "1/4"),
    ("tanh", "2/5", 7, 900, 3, "2/9", "1", "7/5", "1/3", "5/4", "1/3", 77, "3/7"),
    ("tanh", "19/10", 2, 10, 1, "1/100", "5/7", "1/2", "5/7", "1/2", "2", 9, "1/9"),
    ("logistic", "37/10", 2, 400, 8, "1/3", "6", "3", "2", "3/2", "1/8", 501, "2/5"),
    ("gaussian", "5/4", 2, 130, 11, "1/11", "2/7", "5/6", "1/7", "4/5", "1/6", 64, "1/3"),
)
NAMES = ("alpha", "T", "m", "n", "delta", "rho_w", "rho_u", "nu_w", "nu_u", "epsilon", "tau", "kappa")


def asked(each):
    """(tier, variant) of one quantity: None where it has none."""
    for variant in variants_of(each, quantity) or (None,):
        for tier in tiers_of(each, quantity, variant) or (None,):
            yield tier, variant


def cases():
    """(quantity, tier, variant, activation, values), once each."""
    for point in POINTS:
        values = dict(zip(NAMES, map(Fraction, point[1:]), strict=True))
        for statement in statements():
            for each in statement.quantities:
                for tier, variant in asked(each):
                    yield f"{statement.id}.{each.name}", tier, variant, point[0], values | OWN.get(statement.id, {})


CASES = tuple(cases())
NAMED = sorted({case[0] for case in CASES})


def test_the_reference_knows_every_quantity():
    assert sorted(reference.QUANTITIES) == NAMED


def ends(enclosure):
    return (mpf(end.numerator) / end.denominator for end in (enclosure.lower, enclosure.upper))


@pytest.mark.parametrize("name", NAMED)
def test_every_tier_and_variant_against_the_reference(name):
    """Closed tiers agree to 1e-20; `directional` is sampled: not above the enclosure, and within 1e-7 of it."""
    compared = 0
    with mpmath.workdps(45):
        for _, tier, variant, sigma, values in (case for case in CASES if case[0] == name):
            if name == "remark-5.width" and values["alpha"] * mpf(reference.constants(sigma)[1]) >= 1:
                continue  # the remark is about alpha sigma_1 < 1
            sampled = tier == "directional"
            asked = {"tier": tier, "variant": variant, "activation": sigma, **values}
            if sampled and not name.startswith(("lemma-", "prop-3", "prop-4")):
                # Powers of a supremum over directions may exceed the width that evaluate certifies.
                low = high = mpf(evaluate_double(name, **asked))
            else:
                low, high = ends(bc.evaluate(name, digits=8 if sampled else 24, **asked))
            expected = reference.QUANTITIES[name](reference.Case(sigma, tier or "paper", variant, values))
            about = mpf(10) ** (-7 if sampled else -20) * max(abs(expected), abs(high))
            assert low - about <= expected <= high + about, (tier, variant, sigma, values)
            assert high - low <= about
            compared += 1
    assert compared


def test_the_constants_found_by_search_are_the_known_ones():
    with mpmath.workdps(45):
        root = mpmath.sqrt
        known = {
            "tanh": (1, 1, 4 / (3 * root(3)), 2),
            "logistic": (1, mpf(1) / 4, 1 / (6 * root(3)), mpf(1) / 8),
            "gaussian": (1, mpmath.exp(mpf(-1) / 2), 1),
        }
        for name, expected in known.items():
            for found, value in zip(reference.constants(name), expected, strict=False):
                assert abs(found - value) < mpf(10) ** -24


@pytest.mark.parametrize(("inner", "value"), [("1", "0.56941003473374165"), ("1/2", "0.22507907903927652")])
def test_kernel_of_erf_at_one_time_step(inner, value):
    found = bc.evaluate("prop-2b.erf", A=1, B=1, c=inner, digits=20)
    assert abs(float(found) - float(value)) < 1e-15


@pytest.mark.parametrize(("inner", "outer"), [("prop-2b.sin", "sin"), ("prop-2b.gaussian", "gaussian")])
def test_closed_kernels_against_quadrature(inner, outer):
    """x = (1, 0), x' = (3/5, 1/2): the expectation over u by the trapezoid rule, which converges geometrically."""
    c, b = Fraction(3, 5), Fraction(3, 5) ** 2 + Fraction(1, 4)
    line = reference.np.linspace(-9, 9, 361)
    u, v = reference.np.meshgrid(line, line)
    density = reference.np.exp(-(u**2 + v**2) / 2) / (2 * reference.np.pi)
    first = reference.FUNCTIONS[outer](u, reference.np)[1]
    second = reference.FUNCTIONS[outer](0.6 * u + 0.5 * v, reference.np)[1]
    expected = float(c) * (first * second * density).sum() * 0.05**2
    assert abs(float(bc.evaluate(inner, A=1, B=b, c=c)) - expected) < 1e-12
