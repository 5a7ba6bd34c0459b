"""Sweeps: a grid of runs, on processes or a cluster, into one SQLite file that survives being killed."""

from boundcheck.measurement.sweep.execution import SweepResult as SweepResult
from boundcheck.measurement.sweep.execution import sweep as sweep
from boundcheck.measurement.sweep.store import Store as Store
