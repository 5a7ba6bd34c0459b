"""Problems at which bounds are tight, so that small errors planted in them show; and why some errors cannot show."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from boundcheck.measurement.values import Problem

EXACT, OTHER = Fraction(97, 100), Fraction(1, 2)
EXACT_BOUNDS = {
    ("lemma-1", "D_w"),
    ("lemma-1", "D_u"),
    ("lemma-1", "L"),
    ("lemma-2", "Lambda"),
    ("prop-1", "difference"),
    ("prop-2b", "erf-difference"),
    ("prop-2b", "sin-difference"),
    ("prop-2b", "gaussian-difference"),
}
"""Identities, and bounds that are suprema in their tightest tier, for d >= 2."""

_GROWING = Problem(T=4, d=2, m=1024, alpha=Fraction(1, 2), rho_w=1, rho_u=1, nu_w=1, nu_u=1, restarts=32)
_SHORT = Problem(T=1, d=2, m=1 << 14, alpha=Fraction(1, 2), rho_w=1, rho_u=3, nu_w=0, nu_u=Fraction(1, 10), restarts=32)
_WIDE, _TWO = _GROWING.replace(T=6, m=1 << 14), _GROWING.replace(T=2)
_NEARLY_LINEAR = Problem(activation="tanh(z/10)", T=1, n=1, d=2, m=64, alpha=Fraction(1, 2), rho_w=0, rho_u=1, nu_w=0)
_SPREAD = _NEARLY_LINEAR.replace(map="alternating", delta=Fraction(1, 100), runs=400)
_ALIGNED = _NEARLY_LINEAR.replace(map="aligned", runs=36)
_ONE_STEP = _ALIGNED.replace(m=1 << 16, tau=1)


def _waves() -> Problem:
    """Make sigma' nearly a square wave, so that sigma'(<u, x>) sigma'(<u, x'>) is +-sigma_1^2 with fair signs.

    The waves are short against |x - x'| = 1/5 (independent phases), which is short against 1 (<x, x'> is nearly 1).
    """
    angle = 2 * np.arcsin(0.1)
    pair = np.array([[[1.0, 0.0]], [[np.cos(angle), np.sin(angle)]]]) * (1.0 - 1e-15)
    waves = "(sin(20*z) - sin(60*z)/12 + 3*sin(100*z)/200)/20"
    return _SPREAD.replace(activation=waves, n=2, m=256, X=pair, runs=1000)


SETTINGS: tuple[tuple[Problem, str, tuple[str, ...]], ...] = (
    (_GROWING, "lemma-1", ("D_w", "D_u", "L", "beta")),
    (_TWO, "lemma-1", ("gamma3",)),
    (_GROWING, "lemma-2", ("Lambda", "chi")),
    (_WIDE, "prop-4", ("bound",)),
    (_WIDE, "prop-4b", ("bound",)),
    (_SHORT.replace(nu_u=1), "prop-5-symmetric", ("bound",)),
    (_GROWING, "prop-6", ("output",)),
    (_SHORT, "prop-6", ("gradient",)),
    (_TWO, "prop-6b", ("factor", "factor_w", "factor_u")),
    (_NEARLY_LINEAR, "prop-2", ("bound",)),
    (_NEARLY_LINEAR, "prop-6", ("target",)),
    (_ALIGNED.replace(m=1024, tau=1), "theorem-1-any-target", ("bound",)),
)
"""Problems at which a statement's quantities are tight enough for a witness to catch the errors planted in them."""
COUNTED: tuple[tuple[Problem, str, str | None], ...] = (
    (_waves(), "prop-2a", None),
    (_SPREAD, "prop-3", None),
    (_SPREAD, "prop-3-rms", None),
    (_SPREAD, "prop-5", None),
    (_ONE_STEP, "theorem-1", "lyapunov"),
    (_ONE_STEP, "theorem-1-descent", None),
    (_ALIGNED.replace(activation="3*tanh(z/10)", m=1 << 14, tau=100, runs=8), "theorem-1", "classic"),
)
"""Problems at which a frequency over seeds catches them, with the variant that it is about."""
NEAR: tuple[tuple[Problem, str], ...] = ((_ONE_STEP, "corollary-1"),)
"""Problems at which bounds whose half is true come nearest to that half."""
PRESCRIBED: tuple[tuple[Problem, str, Fraction, Fraction | None], ...] = (
    (_ALIGNED, "lyapunov", Fraction(5, 4), Fraction(1, 10)),
    (_ALIGNED.replace(activation="3*tanh(z/10)"), "classic", Fraction(45, 100), None),
    (_ALIGNED, "sharpened", Fraction(45, 100), None),
)
"""Problems, variants, epsilon as a share of L^2 ||nu||^2, and kappa: where Theorem 2 is held against its own runs."""
ROOM = "holds for any distribution: room to spare"
TRUE = "half of this bound is true: proof below"
REASONS: dict[tuple[str, str | None], str] = {
    ("theorem-1", "sharpened"): "half of it is true of the smallest risk, 4/7 of the mean's: proofs below",
    ("corollary-1", "sharpened"): TRUE,
    ("corollary-1", "classic"): TRUE,
    ("theorem-2", "sharpened"): TRUE,
    ("theorem-2", "min-risk"): "a figure beside epsilon; what the theorem promises is the bound",
}
"""Why an error is not caught by any problem, by statement and variant or quantity."""
