"""Sweeps: a grid of runs, on processes or a cluster, into one SQLite file that survives being killed."""

from boundcheck.measurement.sweeps.execution import SweepResult as SweepResult
from boundcheck.measurement.sweeps.execution import sweep as sweep
from boundcheck.measurement.sweeps.store import Store as Store
