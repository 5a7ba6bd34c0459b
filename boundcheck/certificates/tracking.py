"""Certificate B: how far gradient descent can be from the reference path, at every step (section 10, improved).

Displacements of a pair theta_p(0) + delta^+-: a = (delta^+ - delta^-)/2, s = (delta^+ + delta^-)/2. Then exactly
  e = J a + q - y,  a(s+1) = a - (eta/N) J^T e - g,  s(s+1) = s - kappa c_p sum e B_p,
  q = (2/sqrt(m)) sum_p c_p Q_p,  Q_p = H[a,s] + K[a,a,a]/6 + K[a,s,s]/2 + D4[a,a,a,s]/6 + D4[a,s,s,s]/6 + R5/120,
  g_p = kappa c_p sum e A_p,  A_p = H s + K[a,a]/2 + K[s,s]/2 + (D4[s,s,s] + 3 D4[a,a,s])/6 + R5'/24,
  B_p = H a + K[a,s] + (D4[a,a,a] + 3 D4[a,s,s])/6 + R5''/24,   |R5| <= sup||D^5 h|| (|a|+|s|)^5, R5', R5'' to the 4th
(Taylor at theta_p(0), the symmetric pairs cancelling the even or the odd part). Subtract the reference path of
`reference`: v = a - a1 - a3, t = s - s2, f = e - E1 - E3. With bounds abar = |a1|+|a3|+vbar, dbar = |a3|+vbar,
sbar = |s2|+tbar, gamma, T, D4, D5 rms operator norms (D4, D5 over the ball of radius abar+sbar), eps = ||E1+E3|| + f:
  r   = defect + (2/sqrt(m)) sum_p { gamma (abar tbar + dbar s2) + T dbar (abar^2 + abar a1 + a1^2)/6 + T abar sbar^2/2
        + D4 (abar^3 sbar + abar sbar^3)/6 + D5 (abar+sbar)^5/120 }                          >= ||q - q3|| + defect
  xi_p = ||e - E1|| (gamma s2 + T a1^2/2) + eps { gamma tbar + T (abar+a1) dbar/2 + T sbar^2/2
        + D4 (sbar^3 + 3 abar^2 sbar)/6 + D5 (abar+sbar)^4/24 },  ||g_p - g3_p|| <= (2 eta/sqrt(m)) xi_p
  f(s) <= r_s + sum_{k<s} psi_i r_k + phi_i x_k,   i = s-1-k,  x = sqrt((2/m) sum_p xi_p^2)
  vbar_p(s) = sum_{k<s} { phi_{p,i} r_k/sqrt(m) + (2 eta/sqrt(m)) xi_{p,k} + sqrt(2) eta lev_p x_k }
  tbar_p(s+1) = tbar_p + (2 eta/sqrt(m)) { gamma a1 ||e - E1|| + eps [gamma dbar + T abar sbar + D4 (abar^3 + 3 abar
        sbar^2)/6 + D5 (abar+sbar)^4/24] },     ||e - E1|| <= ||E3|| + f.
(v(s) = - sum (I-M)^i [(eta/N) J^T (q - q3 + defect) + g - g3]; J (I-M)^i (eta/N) J^T = 2 eta k0 (I - 2 eta k0)^i.)
While every abar + sbar stays below the largest radius of the ladder: **R(Theta(s)) <= eps_s^2.** All terms are
non-negative, so plain doubles lose at most 2^-32 a step; each step is rounded up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates import filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from boundcheck.certificates.reference import Reference
    from boundcheck.network.rounding import Rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairBounds:
    """Constants of the P pairs, rounded up.

    gamma, T: (P,), rms operator norms of D2 h, D3 h at the centre; radii (levels, P) increasing: balls on which
    fourth, fifth (levels, P) bound rms sup of D4 h, D5 h; phi (grid, P) at the powers of `grid`; leverage (P,).
    """

    gamma: NDArray[np.float64]
    T: NDArray[np.float64]
    radii: NDArray[np.float64]
    fourth: NDArray[np.float64]
    fifth: NDArray[np.float64]
    grid: NDArray[np.intp]
    phi: NDArray[np.float64]
    leverage: NDArray[np.float64]

    def at(self, radius: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (D4, D5) on balls of at least the given radii, each within the ladder."""
        level = (self.radii < radius).sum(axis=0)
        columns = np.arange(len(radius))
        return self.fourth[level, columns], self.fifth[level, columns]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Break:
    """Why tracking stopped: at which step, for which pair, and what its displacement bound consists of.

    projected: the projection may act, rather than the balls being left.
    """

    step: int
    pair: int
    reason: str
    projected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tracking:
    """Bounds for the steps 0..len(error)-1.

    error: eps_s, R(Theta(s)) <= eps_s^2; parts: what eps consists of, by name; drift_w, drift_u: bounds of
    |w_i - w_i(0)| and ||u_i - u_i(0)|| over all neurons; v, s: bounds of ||v|| <= sum_k (phi_i r_k + 2 eta x_k)/sqrt(2)
    and of ||s|| over all pairs; displacement: largest abar + sbar of each pair; broke: None if every step was bounded.
    """

    eta: float
    error: NDArray[np.float64]
    parts: dict[str, NDArray[np.float64]]
    drift_w: NDArray[np.float64]
    drift_u: NDArray[np.float64]
    v: NDArray[np.float64]
    s: NDArray[np.float64]
    displacement: NDArray[np.float64]
    broke: Break | None

    @property
    def steps(self) -> int:
        """Return the last step with a bound (-1 if there is none)."""
        return len(self.error) - 1


def track(
    reference: Reference,
    pairs: PairBounds,
    m: int,
    rounding: Rounding,
    limits: tuple[float, float] | None = None,
) -> Tracking:
    """Run the recursion over the steps of the reference path.

    Args:    limits: (rho_w, rho_u)/sqrt(m), drift at which a projection would act; None without projection.
    """
    return _Recursion(reference, pairs, m, rounding, limits).run()


class _Recursion:
    def __init__(self, reference: Reference, pairs: PairBounds, m: int, rounding: Rounding, limits: Any) -> None:
        self.reference, self.pairs, self.m, self.rounding, self.limits = reference, pairs, m, rounding, limits
        S, P = reference.a3.shape
        self.psi, self.phi = filters.psi(S, rounding), filters.phi(S, reference.eta, rounding)
        self.r, self.x, self.f, self.eps = (np.zeros(S) for _ in range(4))
        self.extra = {name: np.zeros(S) for name in ("drift_w", "drift_u", "v", "s", "psi", "phi")}
        self.t, self.xi_sum, self.x_sum, self.largest = np.zeros(P), np.zeros(P), 0.0, np.zeros(P)
        self.rate = rounding.up(2 * reference.eta / np.sqrt(m))

    def run(self) -> Tracking:
        broke, reference = None, self.reference
        for s in range(len(self.r)):
            a1 = np.sqrt(reference.a_w[s] ** 2 + reference.a_u[s] ** 2)
            v = self._deviation(s)
            d, small = reference.a3[s] + v, reference.s2[s] + self.t
            a = self.rounding.up(a1 + d)
            broke = self._leaves(s, a1, v, a, small)
            if broke is not None:
                break
            self._advance(s, a1, v, d, a, small)
        stop = len(self.r) if broke is None else broke.step
        return Tracking(
            eta=reference.eta,
            error=self.eps[:stop],
            parts={
                "linear": reference.linear[:stop],
                "correction": reference.correction[:stop],
                "output remainder": self.r[:stop],
                "remembered output remainder": self.extra["psi"][:stop],
                "gradient remainder": self.extra["phi"][:stop],
            },
            drift_w=self.extra["drift_w"][:stop],
            drift_u=self.extra["drift_u"][:stop],
            v=self.extra["v"][:stop],
            s=self.extra["s"][:stop],
            displacement=self.largest,
            broke=broke,
        )

    def _deviation(self, s: int) -> Any:
        """Return vbar_p(s): the filters of the pairs are constant, hence bounds, between powers of the grid."""
        if s == 0:
            return np.zeros_like(self.t)
        grid = self.pairs.grid[self.pairs.grid < s]
        ends = np.append(grid[1:], s)
        sums = np.array([self.r[s - end : s - start].sum() for start, end in zip(grid, ends, strict=True)])
        past = sums @ self.pairs.phi[: len(grid)] / np.sqrt(self.m)
        lever = np.sqrt(2) * self.reference.eta * self.x_sum
        return self.rounding.up(past + self.xi_sum + self.pairs.leverage * lever)

    def _leaves(self, s: int, a1: Any, v: Any, a: Any, small: Any) -> Break | None:
        """Return why step s has no bound, or None; record the displacements otherwise."""
        total = self.rounding.up(a + small)
        excess = total / self.pairs.radii[-1]
        worst = int(np.argmax(np.where(np.isfinite(excess), excess, np.inf)))
        if not total[worst] <= self.pairs.radii[-1, worst]:
            reason = (
                f"the displacement bound {total[worst]:.4g} exceeds the largest ball {self.pairs.radii[-1, worst]:.4g} "
                f"(reference path {a1[worst]:.4g}, deviation {v[worst]:.4g}, symmetric part {small[worst]:.4g})"
            )
            return Break(step=s, pair=worst, reason=reason)
        beyond = self.reference.a3[s] + v + small
        drifts = [self.rounding.up(part + beyond) for part in (self.reference.a_w[s], self.reference.a_u[s])]
        for name, drift, limit in zip("wu", drifts, self.limits or (np.inf, np.inf), strict=True):
            if not drift.max() <= limit:
                pair = int(np.argmax(drift))
                reason = f"the projection may act: the drift bound of {name} is {drift[pair]:.4g} > {limit:.4g}"
                return Break(step=s, pair=pair, reason=reason, projected=True)
            self.extra[f"drift_{name}"][s] = drift.max()
        self.largest = np.maximum(self.largest, total)
        together = (
            (self.phi[:s][::-1] @ self.r[:s] / np.sqrt(2) + np.sqrt(2) * self.reference.eta * self.x_sum) if s else 0.0
        )
        self.extra["v"][s] = self.rounding.up(min(np.sqrt((v**2).sum()), together))
        self.extra["s"][s] = self.rounding.up(np.sqrt((small**2).sum()))
        return None

    def _advance(self, s: int, a1: Any, v: Any, d: Any, a: Any, small: Any) -> None:
        """Compute r, f, eps, xi at step s and tbar for the next one."""
        up, pairs, reference = self.rounding.up, self.pairs, self.reference
        total = up(a + small)
        D4, D5 = pairs.at(total)
        s2, t = reference.s2[s], self.t
        fourth = total**4
        output = pairs.gamma * (a * t + d * s2) + pairs.T * (d * (a * a + a * a1 + a1 * a1) / 6 + a * small**2 / 2)
        output += D4 * a * small * (a * a + small * small) / 6 + D5 * fourth * total / 120
        self.r[s] = up(reference.defect[s] + 2 / np.sqrt(self.m) * output.sum())
        self.extra["psi"][s] = up(self.psi[:s][::-1] @ self.r[:s])
        self.extra["phi"][s] = up(self.phi[:s][::-1] @ self.x[:s])
        self.f[s] = up(self.r[s] + self.extra["psi"][s] + self.extra["phi"][s])
        self.eps[s] = eps = up(reference.total[s] + self.f[s])
        beyond = reference.correction[s] + self.f[s]
        rest = D5 * fourth / 24
        xi = pairs.gamma * t + pairs.T * ((a + a1) * d + small**2) / 2 + D4 * small * (small**2 + 3 * a * a) / 6 + rest
        xi = up(beyond * (pairs.gamma * s2 + pairs.T * a1 * a1 / 2) + eps * xi)
        self.x[s] = up(np.sqrt(2 / self.m * (xi**2).sum()))
        turn = pairs.gamma * d + pairs.T * a * small + D4 * a * (a * a + 3 * small**2) / 6 + rest
        self.t = up(t + self.rate * (pairs.gamma * a1 * beyond + eps * turn))
        self.xi_sum = up(self.xi_sum + self.rate * xi)
        self.x_sum = up(self.x_sum + self.x[s])
