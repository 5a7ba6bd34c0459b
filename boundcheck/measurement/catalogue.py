"""The explicit list of what is measured: statement, quantities, function of the problem."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from boundcheck.measurement import (
    approximation,
    convergence,
    free_descent,
    hidden_state,
    kernel,
    linearization,
    norms,
    remarks,
)
from boundcheck.measurement.values import Measurement, NotMeasurableError, Problem
from boundcheck.network.activation_functions import SmoothnessError

Measure = Callable[[Problem], "Measurement | tuple[Measurement, ...]"]


def _supremum(statement: str, quantity: str) -> tuple[str, str, Measure]:
    return statement, quantity, partial(hidden_state.measure_supremum, statement=statement, quantity=quantity)


def _deviation(statement: str) -> tuple[str, str, Measure]:
    return statement, "bound", partial(approximation.measure_approximation, statement=statement)


MEASUREMENTS: tuple[tuple[str, str, Measure], ...] = (
    ("prop-1", "difference", kernel.measure_recursion),
    ("prop-2", "bound", kernel.measure_limit),
    ("prop-2a", "bound", kernel.measure_concentration),
    ("prop-2b", "difference", kernel.measure_closed_forms),
    _supremum("lemma-1", "L"),
    _supremum("lemma-1", "D_w"),
    _supremum("lemma-1", "D_u"),
    _supremum("lemma-1", "beta"),
    _supremum("lemma-1", "gamma3"),
    _supremum("lemma-2", "Lambda"),
    _supremum("lemma-2", "chi"),
    _deviation("prop-3"),
    _deviation("prop-3-rms"),
    ("prop-4", "bound", partial(linearization.measure_against_width, statement="prop-4", functional="linearization")),
    (
        "prop-4b",
        "bound",
        partial(linearization.measure_against_width, statement="prop-4b", functional="gradient-change"),
    ),
    _deviation("prop-5"),
    (
        "prop-5-symmetric",
        "bound",
        partial(linearization.measure_against_width, statement="prop-5-symmetric", functional="symmetric"),
    ),
    ("prop-6", "output target gradient", norms.measure_norms),
    ("prop-6b", "factor factor_w factor_u", norms.measure_self_bounding),
    ("theorem-1", "bound", convergence.measure_projected),
    ("theorem-1-any-target", "bound", convergence.measure_comparator),
    ("theorem-1-descent", "bound", convergence.measure_descent),
    ("corollary-1", "bound", convergence.measure_average),
    ("theorem-2", "min-risk", free_descent.measure_own),
    ("theorem-2", "bound", free_descent.measure_prescribed),
    ("remark-1", "free-over-projected", remarks.measure_regularisation),
    ("remark-3", "chi-at-1", remarks.measure_one_step),
    ("remark-5", "exponent-at-cutoff", remarks.measure_growth),
    ("remark-6", "exponent-of-n", remarks.measure_samples),
)


def measure(statement_id: str, problem: Problem) -> tuple[Measurement, ...]:
    """Measure everything that is listed for a statement; empty if nothing is.

    What needs a derivative or a step size that the activation does not have is not measured, and says so.
    """
    found: list[Measurement] = []
    for statement, quantities, function in MEASUREMENTS:
        if statement == statement_id:
            try:
                result = function(problem)
            except (NotMeasurableError, SmoothnessError) as error:
                reason, first = {"reason": str(error)}, quantities.split()[0]
                result = Measurement(statement=statement, quantity=first, value=None, kind="exact-run", witness=reason)
            found.extend(result if isinstance(result, tuple) else (result,))
    return tuple(found)
