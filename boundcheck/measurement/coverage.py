"""Failure frequencies over independent seeds, with Clopper-Pearson intervals; runs on one or several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from boundcheck.measurement.processes import pool

Result = TypeVar("Result")


def clopper_pearson(failures: int, runs: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact two-sided interval of a failure probability.

    Args:    failures: 0..runs; runs: >= 1, independent. Returns: (lower, upper), each end with tail (1-confidence)/2.
    """
    from scipy.stats import beta

    if not 0 <= failures <= runs or runs < 1:
        message = f"failures must lie in 0..runs with runs >= 1; got {failures} of {runs}"
        raise ValueError(message)
    tail = (1.0 - confidence) / 2
    lower = 0.0 if failures == 0 else float(beta.ppf(tail, failures, runs - failures + 1))
    upper = 1.0 if failures == runs else float(beta.isf(tail, failures + 1, runs - failures))
    return lower, upper


def run_all(function: Callable[[Any], Result], arguments: Iterable[Any], jobs: int) -> list[Result]:
    """Apply a function to every argument, in order; the results do not depend on the number of processes.

    Workers take the threads of linear algebra that this process takes, so that sums are split the same way.
    """
    items: Sequence[Any] = tuple(arguments)
    if jobs == 1 or len(items) < 2:
        return [function(item) for item in items]
    with pool(min(jobs, len(items))) as workers:
        return list(workers.map(function, items, chunksize=max(1, len(items) // (4 * jobs))))


def quantile(values: Sequence[float], level: float) -> float:
    """Return the smallest value that at least a share ``level`` of the values does not exceed."""
    return float(np.quantile(np.asarray(values), level, method="inverted_cdf"))
