"""The measured counterpart of each statement: adversarial search, coverage over seeds, runs, sweeps.

A sampled maximum is a lower estimate of a supremum: it can contradict an upper bound, never confirm it.
"""

from boundcheck.measurement.catalogue import MEASUREMENTS as MEASUREMENTS
from boundcheck.measurement.catalogue import measure as measure
from boundcheck.measurement.comparator import minimal_norm as minimal_norm
from boundcheck.measurement.from_configuration import with_own_nu as with_own_nu
from boundcheck.measurement.hidden_state import measure_lengths as measure_lengths
from boundcheck.measurement.limit_kernel import expectation as expectation
from boundcheck.measurement.limit_kernel import limit_gram as limit_gram
from boundcheck.measurement.limit_kernel import limit_kernel as limit_kernel
from boundcheck.measurement.memory import check_memory as check_memory
from boundcheck.measurement.preparation import prepare as prepare
from boundcheck.measurement.reevaluation import reevaluate as reevaluate
from boundcheck.measurement.sweeps import Store as Store
from boundcheck.measurement.sweeps import SweepResult as SweepResult
from boundcheck.measurement.sweeps import sweep as sweep
from boundcheck.measurement.values import Measurement as Measurement
from boundcheck.measurement.values import Problem as Problem
