"""The activation of the template `recurrence`, in the form that `generation` writes for any other."""

from boundcheck.network.kernels.elementary import tanh
from boundcheck.network.kernels.lanes import inlined

INPUTS = 0
"""The input dimension for which a module is compiled, 0 for any."""
REACH, LARGEST = float("inf"), 1.0
"""The largest |z| for which a module serves, and sup |sigma| where that is finite."""
PAIR = False
"""Whether slopes must be kept beside the values; here a slope follows from its value."""


@inlined
def value(z):
    """Return sigma(z)."""
    return tanh(z)


@inlined
def slope(z, h):
    """Return sigma'(z), given h = sigma(z); where PAIR is false it does not use z."""
    return 1.0 - h * h
