"""The measured counterpart of each statement: adversarial search, coverage over seeds, runs, sweeps.

A sampled maximum is a lower estimate of a supremum: it can contradict an upper bound, never confirm it.
"""

from boundcheck.measurement.catalogue import MEASUREMENTS as MEASUREMENTS
from boundcheck.measurement.catalogue import measure as measure
from boundcheck.measurement.hidden_state import measure_lengths as measure_lengths
from boundcheck.measurement.reevaluation import reevaluate as reevaluate
from boundcheck.measurement.values import Measurement as Measurement
from boundcheck.measurement.values import Problem as Problem
