"""The plot of a card: bounds and measurements told apart without colour, only where there is something to compare."""

from __future__ import annotations

import pytest

from boundcheck.report.exhibits.gauge import draw


def record(
    *, numeric=(("paper", None, "4"), ("coupled", None, "2")), measured=((1.5, "lower-estimate", None),), risk=None
):
    return {
        "id": "prop-4",
        "numeric": [
            {"quantity": "prop-4.bound", "tier": tier, "variant": variant, "upper": upper, "informative": risk}
            for tier, variant, upper in numeric
        ],
        "measurements": [
            {"quantity": "prop-4.bound", "variant": variant, "kind": kind, "value": value}
            for value, kind, variant in measured
        ],
    }  # fmt: skip


def test_bounds_and_measurements_are_drawn_with_their_numbers():
    figure = draw(record(), 0.1)
    assert figure.series == {"bound": {"bounds": {"paper": 4.0, "coupled": 2.0}, "measured": [1.5]}}
    assert "1.33 times" in figure.alt
    assert figure.of_card
    assert "dimensionless" in figure.svg
    assert "worst found ↑" in figure.svg
    assert "trivial" not in figure.svg


def test_a_measured_value_stands_beside_its_own_variant():
    numeric = (("paper", "classic", "4"), ("paper", "lyapunov", "3"))
    figure = draw(record(numeric=numeric, measured=((1.0, "exact-run", "lyapunov"),), risk=False), 0.1)
    assert list(figure.series) == ["bound, lyapunov"]
    assert "trivial bound" in figure.svg
    assert "units of y²" in figure.svg


@pytest.mark.parametrize(
    "measured", [(), ((0.0, "exact-run", None),), ((0.0, "frequency", None),), ((None, "exact-run", None),)]
)
def test_nothing_is_drawn_where_nothing_is_beside_the_bound(measured):
    assert draw(record(measured=measured), 0.1) is None


def test_nothing_is_drawn_without_a_finite_bound():
    assert draw(record(numeric=()), 0.1) is None
    assert draw(record(numeric=(("paper", None, "1e400"),)), 0.1) is None
