"""What a function of the user's own may return as a measurement."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from boundcheck.enclosure import Enclosure
from boundcheck.language import Statement
from boundcheck.measurement import Measurement
from boundcheck.report.stages import measured_values

STATEMENT = Statement(id="mine")


def measured(value):
    class Setting:
        problem = None

    return measured_values(STATEMENT, Setting(), {"mine": lambda problem: value}, None)


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (Fraction(3, 4), True), (Decimal("0.75"), True), ("3/4", True), (Enclosure.from_exact("3/4"), True),
        (0.75, False), (np.float64(0.75), False), (np.float32(0.75), False), (np.array(0.75), False),
    ],
)  # fmt: skip
def test_one_number_is_taken(value, exact):
    (found,) = measured(value)
    assert found.value == 0.75
    assert (found.certified == Enclosure.from_exact("3/4")) if exact else (found.certified is None)


def test_whole_numbers_of_any_kind_are_exact():
    assert [measured(value)[0].certified for value in (3, np.int64(3))] == [Enclosure.from_exact(3)] * 2


def test_measurements_are_taken_one_or_several():
    one = Measurement(statement="mine", quantity="value", value=0.5, kind="lower-estimate")
    assert [item.value for item in measured(one)] == [0.5]
    assert [item.value for item in measured([one, one])] == [0.5, 0.5]


@pytest.mark.parametrize(
    "value",
    ["text", None, float("nan"), float("inf"), 10**400, True, (1, 2), [], [0.5], np.ones(2), 1j, object,
     Measurement(statement="mine", quantity="value", value=float("nan"), kind="exact-run")],
)  # fmt: skip
def test_anything_else_says_what_is_wanted(value):
    with pytest.raises(ValueError, match=r"^what measures mine must return one finite number .* got .* of type "):
        measured(value)
