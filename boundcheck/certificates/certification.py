"""Certify: from data, targets, initialisation and step size to the guarantees that section 10 gives."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.composition import compose
from boundcheck.certificates.guarantee import LAST, LEAST, STATED_SLACK, Certificate, Guarantee
from boundcheck.certificates.ingredients import Path, kernel_spectrum, reference_path, table_for
from boundcheck.certificates.lyapunov import Neighbourhood, bound_minimum, neighbourhood, never_increases
from boundcheck.certificates.problem import Problem, check_memory
from boundcheck.certificates.tracking import Tracking, track
from boundcheck.certificates.verified_run import VerifiedRun, verified_run
from boundcheck.certificates.witness import Witness, at_weights, find_witness
from boundcheck.network import Weights, check_inputs, symmetric_initialization
from boundcheck.network.rounding import Rounding, rounding

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from boundcheck.certificates.spectrum import Spectrum
    from boundcheck.configuration import Configuration
    from boundcheck.network.activation_table import ActivationTable

DEFAULT_TAUS = (30, 100, 1000)
METHODS = ("A", "B")
PENALTIES = (10**-1.5, 1e-2, 10**-2.5, 1e-3)
"""Ridge penalties in units of lambda_max(k0)."""
FEW_PENALTIES = (1e-2, 10**-2.5)
LARGE = 1 << 20
"""Rows times neurons beyond which fewer witnesses are tried."""
LONGEST = 4000
"""Steps that B tracks at most: beyond it A takes over."""
STAGES = 7
Progress = Callable[[str, int, int], None]
"""Called as progress(what begins, stages done, stages in all)."""
CHANGES = 24
"""Steps at which the change from B to A is tried."""


def certify(
    X: ArrayLike | Configuration,
    y: ArrayLike | None = None,
    activation: Any = "tanh",
    *,
    weights: Weights | None = None,
    m: int | None = None,
    alpha: Any = None,
    seed: int = 0,
    step_size: float | None = None,
    radii: tuple[Any, Any] | None = None,
    tau: int | Sequence[int] = DEFAULT_TAUS,
    methods: Sequence[str] | None = None,
    witness: Weights | None = None,
    fast: bool = False,
    train: bool | None = None,
    progress: Progress | None = None,
) -> Certificate:
    """Bound the empirical risk of gradient descent on this network, data and initialisation, before training.

    Args:    X: (n, T, d), or a Configuration (then `certify_from_configuration`); y: (n, T), any targets;
             activation: a name, an expression in z, or an Activation; smooth.
             weights: the initialisation; or m (even), alpha and seed for a symmetric random one (Definition 1).
             step_size: eta; None: 1/(2 lambda_max(k0)) for B, its own choice for A.
             radii: (rho_w, rho_u) of the projection; None: free gradient descent (B), and for A radii of its own.
             tau: steps at which bounds are wanted; methods: some of "A", "B"; None: all that apply.
             witness: weights that A is to use; None: it searches. fast: plain doubles, an estimate.
             train: also run gradient descent and enclose its risk (None: for a configuration only).
             progress: called with (stage, done, of) as each stage begins.
    Raises:  ValueError for bad data, an asymmetric initialisation (for B), a step size above its limit, radii below
             the witness, or an activation that is not smooth.
    """
    if y is None:
        from boundcheck.certificates.from_configuration import certify_from_configuration

        return certify_from_configuration(X, fast=fast, train=train is not False, progress=progress)
    inputs = check_inputs(X)  # type: ignore[arg-type]
    n, T, d = inputs.shape
    check_memory(n, T, d, weights.m if weights is not None else m or 2)
    problem = Problem.of(inputs, y, activation, weights or _initialise(m, d, alpha, seed))
    arithmetic = rounding(fast=fast)
    work = _Work(problem, arithmetic, step_size, radii, _taus(tau), methods, witness, progress)
    return work.certificate(train=bool(train))


def _initialise(m: int | None, d: int, alpha: Any, seed: int) -> Weights:
    if m is None or alpha is None:
        message = f"an initialisation needs weights, or m and alpha; got m = {m}, alpha = {alpha} (Definition 1)"
        raise ValueError(message)
    return symmetric_initialization(m, d, alpha, np.random.default_rng(seed))


def _taus(tau: Any) -> tuple[int, ...]:
    taus = tuple(sorted(set(tau) if isinstance(tau, (tuple, list, range, set, np.ndarray)) else {tau}))
    if not taus or any(isinstance(t, bool) or not isinstance(t, (int, np.integer)) or t < 1 for t in taus):
        message = f"tau must be integers >= 1; got {tau}"
        raise ValueError(message)
    return tuple(int(t) for t in taus)


class _Work:
    """One certification: its inputs, and the ingredients as they are needed."""

    def __init__(
        self,
        problem: Problem,
        arithmetic: Rounding,
        step_size: Any,
        radii: Any,
        taus: tuple[int, ...],
        methods: Any,
        witness: Weights | None,
        progress: Progress | None,
    ) -> None:
        self.began = time.perf_counter()
        self.problem, self.rounding, self.taus, self.report, self.stage = problem, arithmetic, taus, progress, 0
        self.radii = _check_radii(radii)
        self.given_step, self.given_witness = _check_step(step_size), witness
        self.unavailable: dict[str, str] = {}
        self.methods = _check_methods(methods, problem)
        self.progress("tabulating the activation")
        self.table: ActivationTable = table_for(problem)
        self.progress("tangent kernel")
        self.spectrum: Spectrum = kernel_spectrum(problem, self.table, arithmetic)
        self.limit = float(arithmetic.down(1 / (2 * self.spectrum.largest))) if self.spectrum.largest > 0 else math.inf
        self.eta = self._step()

    def progress(self, what: str) -> None:
        """Tell the caller which stage begins."""
        if self.report is not None:
            self.report(what, self.stage, STAGES)
        self.stage += 1

    def _step(self) -> float:
        if self.given_step is None:
            if not math.isfinite(self.limit):
                message = "the tangent kernel must not vanish; got lambda_max = 0 (is every input zero?)"
                raise ValueError(message)
            return self.limit
        if self.given_step > self.limit and "B" in self.methods:
            reason = f"step_size must be <= 1/(2 lambda_max(k0)) = {self.limit:.6g} for B; got {self.given_step:.6g}"
            if self.methods == ("B",):
                raise ValueError(reason)
            self.unavailable["B"] = reason
            self.methods = ("A",)
        return self.given_step

    def certificate(self, *, train: bool) -> Certificate:
        path, tracking, guarantees = None, None, []
        if "B" in self.methods:
            self.progress("reference path")
            steps = min(max(self.taus), LONGEST)
            path = reference_path(self.problem, self.table, self.spectrum, self.eta, steps, self.rounding)
            self.progress("tracking")
            tracking = track(path.reference, path.pairs, self.problem.m, self.rounding, self._limits())
        around = None
        if "A" in self.methods:
            around = self._neighbourhood()
            guarantees += self._lyapunov(around, path, tracking)
        if tracking is not None and tracking.steps >= 0:
            guarantees += self._tracked(tracking, around, self.radii)
            if path is not None and tracking.broke is not None and tracking.broke.projected:
                free = track(path.reference, path.pairs, self.problem.m, self.rounding)
                guarantees += self._tracked(free, None, None)
        if not guarantees:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in self.unavailable.items())
            message = (
                f"no certificate applies; got {reasons or 'a step size too large for A'} (choose a smaller step size)"
            )
            raise ValueError(message)
        return self._assemble(guarantees, tracking, self._train(guarantees) if train else {})

    def _limits(self) -> tuple[float, float] | None:
        if self.radii is None:
            return None
        root = math.sqrt(self.problem.m)
        return float(self.rounding.down(self.radii[0] / root)), float(self.rounding.down(self.radii[1] / root))

    def _neighbourhood(self) -> Neighbourhood:
        self.progress("curvature on the neighbourhood")
        rho = self.radii or self._own_radii()
        return neighbourhood(self.problem, self.spectrum, rho, self.rounding)

    def _own_radii(self) -> tuple[float, float]:
        """Return radii that just hold a free witness: what A would project on if it may choose."""
        free = (math.inf, math.inf)
        found = find_witness(
            self.problem, self.table, self.spectrum, 1e-2 * self.spectrum.largest, free, self.rounding, 1
        )
        size = float(found.distances.max()) * math.sqrt(self.problem.m)
        return size, size

    def _lyapunov(self, around: Neighbourhood, path: Path | None, tracking: Tracking | None) -> list[Guarantee]:
        """Return, for every tau, the best A and (for a projected run) the best A after B over witnesses and changes."""
        self.progress("witnesses")
        best: dict[tuple[str, int], Guarantee] = {}
        for penalty, rounds, witness in self._witnesses(around):
            squared = witness.squared_distance(self.rounding)
            for tau in self.taus:
                candidates = [
                    ("A", 0, bound_minimum(around, witness, squared, tau, self.rounding, eta=self.given_step))
                ]
                if path is not None and tracking is not None and self.radii is not None and penalty is not None:
                    spots = _changes(min(tau - 1, tracking.steps))
                    inside = (path.reference, tracking, self.spectrum, around, witness)
                    candidates += [("A after B", s, compose(*inside, s, tau, self.rounding)) for s in spots]
                for method, change, found in candidates:
                    key = (method, tau)
                    if found is not None and (key not in best or found.value < best[key].value):
                        details = {"change": change, "penalty": penalty, "rounds": rounds} | found.details()
                        best[key] = self._guarantee(method, LEAST, tau, found.value, found.eta, around.rho, details)
        if not best:
            self.unavailable["A"] = (
                f"step_size must be < 1/Lambda = {1 / around.kernel:.6g} on Omega; got {self.eta:.6g}"
            )
        return list(best.values())

    def _guarantee(
        self,
        method: str,
        claim: str,
        tau: int,
        value: float,
        eta: float,
        radii: tuple[float, float] | None,
        details: Any,
    ) -> Guarantee:
        stated = value * (1 + STATED_SLACK) if self.rounding.rigorous else value
        return Guarantee(
            method=method, claim=claim, tau=tau, value=stated, step_size=eta, radii=radii, details=details
        )  # fmt: skip

    def _witnesses(self, around: Neighbourhood) -> list[tuple[float | None, int, Witness]]:
        if self.given_witness is not None:
            return [(None, 0, at_weights(self.problem, self.table, self.given_witness, around.radii, self.rounding))]
        large = self.problem.rows * self.problem.m > LARGE
        shares, rounds = (FEW_PENALTIES, 1) if large else (PENALTIES, 2)
        make = (self.problem, self.table, self.spectrum)
        return [
            (share, rounds, find_witness(*make, share * self.spectrum.largest, around.radii, self.rounding, rounds))
            for share in shares
        ]

    def _tracked(
        self, tracking: Tracking, around: Neighbourhood | None, radii: tuple[float, float] | None
    ) -> list[Guarantee]:
        """Return, for every tau, the tracked bound; beyond the last tracked step the least one so far.

        A projected run that the projection may touch gets these bounds for free gradient descent as well.
        """
        found = []
        for tau in self.taus:
            if tau <= tracking.steps:
                value, claim, at = float(tracking.error[tau]) ** 2, LAST, tau
            else:
                at = int(np.argmin(tracking.error))
                value, claim = float(tracking.error[at]) ** 2, LEAST
                if radii is not None and around is not None:
                    stays = never_increases(around, self.eta, float(tracking.error[at]), self.rounding)
                    claim = LAST if stays else LEAST
            value = float(self.rounding.up(value))
            found.append(self._guarantee("B", claim, tau, value, self.eta, radii, {"step": at}))
        return found

    def _train(self, guarantees: list[Guarantee]) -> dict[float, VerifiedRun]:
        """Run descent once for every step size that a guarantee is about: A may choose its own."""
        self.progress("training")
        steps, limits = {self.eta: max(self.taus)}, None
        for item in guarantees:
            if item.radii == self.radii:
                steps[item.step_size] = max(item.tau, steps.get(item.step_size, 0))
        if self.radii is not None:
            root = math.sqrt(self.problem.m)
            limits = self.radii[0] / root, self.radii[1] / root
        made = self.problem, self.table, self.spectrum
        return {eta: verified_run(*made, eta, last, self.rounding, limits) for eta, last in steps.items()}

    def _assemble(self, guarantees: list[Guarantee], tracking: Tracking | None, runs: Any) -> Certificate:
        slack = STATED_SLACK if self.rounding.rigorous else 0.0
        bounds = np.zeros(0) if tracking is None else self.rounding.up(tracking.error**2) * (1 + slack)
        return Certificate(
            problem=self.problem,
            rigorous=self.rounding.rigorous,
            trivial=float(np.mean(self.problem.y**2)),
            step_size=self.eta,
            radii=self.radii,
            largest_eigenvalue=self.spectrum.largest,
            guarantees=tuple(sorted(guarantees, key=lambda item: (item.tau, item.method))),
            bounds=bounds,
            parts={} if tracking is None else tracking.parts,
            horizon=min(max(self.taus), LONGEST),
            broke=None if tracking is None else tracking.broke,
            unavailable=self.unavailable,
            runs=runs,
            seconds=time.perf_counter() - self.began,
        )


def _changes(last: int) -> list[int]:
    """Return steps at which to change from B to A: spread geometrically up to the last one."""
    if last < 1:
        return []
    return sorted({int(s) for s in np.geomspace(1, last, CHANGES)})


def _check_radii(radii: Any) -> tuple[float, float] | None:
    if radii is None:
        return None
    pair = tuple(float(radius) for radius in radii)
    if len(pair) != 2 or not all(math.isfinite(radius) and radius > 0 for radius in pair):
        message = f"radii (rho_w, rho_u) must be two finite numbers > 0; got {tuple(radii)} (None: no projection)"
        raise ValueError(message)
    return pair[0], pair[1]


def _check_step(step_size: Any) -> float | None:
    if step_size is None:
        return None
    eta = float(step_size)
    if not (math.isfinite(eta) and eta > 0):
        message = f"step_size must be finite and > 0; got {step_size} (None: the rule of the certificate)"
        raise ValueError(message)
    return eta


def _check_methods(methods: Any, problem: Problem) -> tuple[str, ...]:
    chosen = METHODS if methods is None else tuple(methods)
    if not chosen or not set(chosen) <= set(METHODS):
        message = f"methods must be some of A, B; got {methods}"
        raise ValueError(message)
    if "B" in chosen:
        problem.require_pairs()
    return chosen
