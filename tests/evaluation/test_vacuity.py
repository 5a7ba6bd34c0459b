"""Where bounds become informative: the widths of section 10, and that they are the smallest."""

import math
from fractions import Fraction

import pytest

from boundcheck.evaluation import evaluate, informative_at
from boundcheck.evaluation.search import between, smallest_integer

SETTING = {"alpha": "1/2", "T": 8, "n": 16, "nu_w": "1/2", "nu_u": 1, "delta": "1/10"}
TRIVIAL = "0.047"


@pytest.mark.parametrize(
    ("tier", "variant", "power"),
    [
        ("paper", "classic", 27),
        ("paper", "sharpened", 19),
        ("paper", "lyapunov", 17),
        ("coupled", "classic", 24),
        ("coupled", "sharpened", 17),
        ("coupled", "lyapunov", 15),
    ],
)
def test_widths_of_section_10(tier, variant, power):
    found = informative_at("theorem-1.bound", variant=variant, tier=tier, trivial=TRIVIAL, **SETTING)
    assert abs(math.log2(found.m) - power) < 0.5
    assert found.is_smallest


def test_the_width_is_where_the_bound_crosses():
    found = informative_at("theorem-1.bound", variant="lyapunov", tier="paper", trivial=TRIVIAL, **SETTING)
    known = {"variant": "lyapunov", "tier": "paper", "rho_w": "1/2", "rho_u": 1, "tau": 10**40, **SETTING}
    assert evaluate("theorem-1.bound", m=found.m, **known).upper < Fraction(TRIVIAL)
    assert evaluate("theorem-1.bound", m=found.m - 2, **known).lower > Fraction(TRIVIAL)
    wide = known | {"tau": found.tau, "m": 10**60}
    assert evaluate("theorem-1.bound", **wide).upper < Fraction(TRIVIAL)
    assert evaluate("theorem-1.bound", **(wide | {"tau": found.tau - 1})).lower > Fraction(TRIVIAL)


def test_without_a_trivial_value_the_norm_of_the_target_is_used():
    found = informative_at("theorem-1.bound", variant="sharpened", tier="paper", **SETTING)
    assert 9 < found.trivial < 10.1
    with pytest.raises(ValueError, match="needs a value of T"):
        informative_at("theorem-1.bound", **{name: value for name, value in SETTING.items() if name != "T"})


def test_searches():
    assert smallest_integer(lambda k: k >= 1000, 2, 10**9) == 1000
    assert smallest_integer(lambda k: k >= 3, 2, 10**9) == 4
    assert smallest_integer(lambda k: False, 1, 10**6) is None
    fails, holds = between(lambda x: x * x >= 2, 0.1, 10, 6)
    assert fails**2 < 2 <= holds**2
    assert float(holds / fails) < 1 + 1e-4
