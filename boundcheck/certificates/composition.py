"""A after B: track up to a step s0, then the Lyapunov argument from there (section 10, A o B).

The witness is antisymmetric, delta~_p = +-(c_p/sqrt(m)) G_p^T b; the reference path is a1 + a3 = -c_p G_p^T kappa D
- sum g3, D = sum_{k<s0} (E1 + E3). With z = kappa D + b/sqrt(m), sum_p ||G_p^T z||^2 = (mN/2) z^T k0 z, hence
  ||Theta(s0) - Theta~|| <= sqrt(2 (sqrt((mN/2) z^T k0 z) + sqrt(sum_p ||sum g3_p||^2) + ||v||)^2 + 2 ||s||^2) + moved,
moved: what projection and rounding changed of the witness.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from boundcheck.certificates.lyapunov import Lyapunov, Neighbourhood, bound_minimum

if TYPE_CHECKING:
    from boundcheck.certificates.reference import Reference
    from boundcheck.certificates.spectrum import Spectrum
    from boundcheck.certificates.tracking import Tracking
    from boundcheck.certificates.witness import Witness
    from boundcheck.network.rounding import Rounding


def distance_to_witness(
    reference: Reference, tracking: Tracking, spectrum: Spectrum, witness: Witness, s: int, m: int, rounding: Rounding
) -> float:
    """Bound ||Theta(s) - Theta~||, for a tracked step s."""
    N = len(witness.dual)
    kappa, root = 2 * reference.eta / (N * math.sqrt(m)), math.sqrt(m)
    z = kappa * reference.dual_sums[:, s] + witness.dual / root
    length = float(np.sqrt(z @ z))
    parts = kappa * float(np.linalg.norm(reference.dual_sums[:, s])) + float(np.linalg.norm(witness.dual)) / root
    lost = rounding.gamma(reference.steps + 2 * N + 32) * parts * math.sqrt(spectrum.largest)
    noise = rounding.gamma(2 * N + 8) * float(np.linalg.norm(spectrum.kernel)) + spectrum.error
    along = math.sqrt(max(float(z @ (spectrum.kernel @ z)), 0.0) + noise * length**2) + lost
    along = math.sqrt(m * N / 2) * along + float(np.sqrt((reference.g3[s] ** 2).sum()))
    rounded = rounding.gamma(reference.steps + 8) * math.sqrt(m * N / 2 * spectrum.largest) * kappa
    along += rounded * float(reference.path_length[s]) + float(tracking.v[s])
    return float(rounding.up(math.sqrt(2 * along**2 + 2 * float(tracking.s[s]) ** 2) + witness.moved))


def compose(
    reference: Reference,
    tracking: Tracking,
    spectrum: Spectrum,
    around: Neighbourhood,
    witness: Witness,
    s: int,
    tau: int,
    rounding: Rounding,
) -> Lyapunov | None:
    """Bound min R over the steps s, ..., tau - 1; None if there are none or the step size is too large for A."""
    if not 0 <= s < tau or s > tracking.steps:
        return None
    distance = distance_to_witness(reference, tracking, spectrum, witness, s, len(around.gamma), rounding)
    squared = float(rounding.up(distance**2))
    return bound_minimum(around, witness, squared, tau - s, rounding, eta=reference.eta)
