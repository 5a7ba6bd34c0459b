"""Re-check a risk certificate from the data and initial weights it stores, and the constants it states.

The checker searches nothing: it rebuilds the ingredients, rounded outward, for the stated step size, radii,
penalties and steps, trains again for every run whose risk is enclosed (that of the headline has its guarantee's step
size, those at the certified steps have the certificate's), and accepts only if every stated bound is at least the bound
that it finds itself. An altered file is rejected by its hash; one whose hash was made anew is rejected unless what it
claims is true. Notes (``parts``, ``dominating``, ``broke``, ``unavailable``) claim nothing: they have the hash alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.composition import compose
from boundcheck.certificates.document import SCOPE, STANDING, read_problem, seal
from boundcheck.certificates.guarantee import KIND, LAST, LEAST, SCHEMA, STATED_SLACK
from boundcheck.certificates.ingredients import kernel_spectrum, reference_path, table_for
from boundcheck.certificates.lyapunov import bound_minimum, neighbourhood, never_increases
from boundcheck.certificates.tracking import track
from boundcheck.certificates.verified_run import verified_run
from boundcheck.certificates.witness import find_witness
from boundcheck.network.rounding import OUTWARD

if TYPE_CHECKING:
    from boundcheck.certificates.guarantee import Certificate
    from boundcheck.certificates.ingredients import Path
    from boundcheck.certificates.lyapunov import Neighbourhood
    from boundcheck.certificates.tracking import Tracking
    from boundcheck.certificates.verified_run import VerifiedRun

MOST = 1 << 16
"""Steps of a reference path that a checker is willing to follow."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome: accepted or not, and the first reason why not."""

    accepted: bool
    reason: str = ""


class _RejectedError(Exception):
    """A stated claim that does not hold up."""


def replay(certificate: dict[str, Any] | Certificate) -> Replay:
    """Check every claim of a certificate again; never raises for a bad certificate."""
    content = certificate if isinstance(certificate, dict) else certificate.as_dict()
    try:
        _Checker(content).check()
    except _RejectedError as error:
        return Replay(False, str(error))
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError, AttributeError) as error:
        return Replay(False, f"malformed certificate: {type(error).__name__}: {error}")
    return Replay(True)


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise _RejectedError(rule)


def _exact(text: Any) -> float:
    value = float.fromhex(text) if isinstance(text, str) else math.nan
    _require(math.isfinite(value), f"exact numbers must be hexadecimal text; got {text!r}")
    return value


class _Checker:
    def __init__(self, content: dict[str, Any]) -> None:
        _require(content.get("kind") == KIND, f"kind must be {KIND}; got {content.get('kind')!r}")
        _require(content.get("schema") == SCHEMA, f"schema must be {SCHEMA}; got {content.get('schema')!r}")
        _require(content.get("rigorous") is True, "an estimate in plain doubles is no certificate")
        _require(content.get("sha256") == seal(content), "the content must have the stated hash; it was altered")
        _require(content["standing"] == STANDING, f"standing must be {STANDING!r}; got {content['standing']!r}")
        _require(content["scope"] == SCOPE, "scope must be that of these certificates; got another")
        self.content, self.problem = content, read_problem(content)
        self.eta, self.radii = _exact(content["step_size"]), self._radii(content["radii"])
        self.table = table_for(self.problem)
        self.spectrum = kernel_spectrum(self.problem, self.table, OUTWARD)
        self.path: Path | None = None
        self.tracking: Tracking | None = None
        self.free: Tracking | None = None
        self.runs: dict[tuple[float, int], VerifiedRun] = {}

    @staticmethod
    def _radii(stated: Any) -> tuple[float, float] | None:
        if stated is None:
            return None
        w, u = (_exact(text) for text in stated)
        _require(w > 0 and u > 0, "radii must be > 0")
        return w, u

    def check(self) -> None:
        content = self.content
        problem = self.problem
        shape = (problem.m, *problem.X.shape)
        _require(shape == tuple(content[name] for name in ("m", "n", "T", "d")), "m, n, T, d must fit the arrays")
        self._at_least(content["constants"]["lambda_max"], self.spectrum.largest, "lambda_max")
        trivial, stated = float(np.mean(problem.y**2)), float(content["trivial"])
        _require(
            abs(stated - trivial) <= 1e-9 * trivial, f"trivial must be mean y^2 = {trivial:.12g}; got {stated:.12g}"
        )
        _require(self.eta > 0, "step_size must be > 0")
        guarantees = content["guarantees"]
        _require(bool(guarantees), "a certificate must hold a guarantee")
        if content["bounds"] or any(item["method"] != "A" for item in guarantees):
            self._track(len(content["bounds"]) - 1)
        for item in guarantees:
            self._guarantee(item)
        self._measured(self._summary(guarantees))
        self._enclosed()

    def _at_least(self, stated: Any, found: float, name: str) -> None:
        _require(isinstance(stated, str), f"{name} must be decimal text")
        _require(math.isfinite(found), f"{name} cannot be bounded")
        _require(Fraction(stated) >= Fraction(found), f"{name}: stated {stated} < {found:.12g} as recomputed")

    def _track(self, steps: int) -> None:
        self.problem.require_pairs()
        _require(steps >= 0, "bounds must start at step 0")
        _require(2 * self.eta * self.spectrum.largest <= 1, "step_size must be <= 1/(2 lambda_max(k0))")
        horizon = self.content["horizon"]
        _require(isinstance(horizon, int) and max(steps, 1) <= horizon <= MOST, f"horizon must be in {steps}..{MOST}")
        self.path = reference_path(self.problem, self.table, self.spectrum, self.eta, horizon, OUTWARD)
        limits = None
        if self.radii is not None:
            w, u = self._per_neuron()
            limits = float(OUTWARD.down(w)), float(OUTWARD.down(u))
        tracking = track(self.path.reference, self.path.pairs, self.problem.m, OUTWARD, limits)
        _require(tracking.steps >= steps, f"only {tracking.steps} steps can be tracked; {steps} are stated")
        for s, stated in enumerate(self.content["bounds"]):
            self._at_least(stated, float(OUTWARD.up(tracking.error[s] ** 2)), f"bound at step {s}")
        self.tracking = tracking

    def _per_neuron(self) -> tuple[float, float]:
        """Radii of the projection over sqrt(m)."""
        assert self.radii is not None
        root = math.sqrt(self.problem.m)
        return self.radii[0] / root, self.radii[1] / root

    def _guarantee(self, item: dict[str, Any]) -> None:
        method, tau = item["method"], item["tau"]
        _require(isinstance(tau, int) and tau >= 1, f"tau must be an integer >= 1; got {tau!r}")
        name = f"{method} at tau = {tau}"
        if method == "B":
            self._at_least(item["value"], self._tracked(item), name)
            return
        _require(method in ("A", "A after B"), f"method must be A, B or A after B; got {method!r}")
        _require(item["claim"] == LEAST, f"{name}: A bounds the minimum over the steps")
        self._at_least(item["value"], self._lyapunov(item), name)

    def _tracked(self, item: dict[str, Any]) -> float:
        _require(_exact(item["step_size"]) == self.eta, "B is about the step size of the certificate")
        radii, at = self._radii(item["radii"]), item["details"]["step"]
        _require(radii in (None, self.radii), "B is about the radii of the certificate, or free gradient descent")
        tracking = self._tracking(radii)
        _require(isinstance(at, int) and 0 <= at <= min(item["tau"], tracking.steps), "step must be tracked")
        if item["claim"] == LAST and at != item["tau"]:
            around = self._neighbourhood(radii, "beyond the tracked steps")
            stays = never_increases(around, self.eta, float(tracking.error[at]), OUTWARD)
            _require(stays, "the risk may increase after the last tracked step")
        _require(item["claim"] in (LAST, LEAST), f"unknown claim {item['claim']!r}")
        return float(OUTWARD.up(tracking.error[at] ** 2))

    def _tracking(self, radii: tuple[float, float] | None) -> Tracking:
        assert self.path is not None
        assert self.tracking is not None
        if radii == self.radii:
            return self.tracking
        if self.free is None:
            self.free = track(self.path.reference, self.path.pairs, self.problem.m, OUTWARD)
        return self.free

    def _neighbourhood(self, rho: tuple[float, float] | None, where: str) -> Neighbourhood:
        if rho is None:
            message = f"radii must be stated {where}"
            raise _RejectedError(message)
        return neighbourhood(self.problem, self.spectrum, rho, OUTWARD)

    def _lyapunov(self, item: dict[str, Any]) -> float:
        details, eta = item["details"], _exact(item["step_size"])
        rho = self._radii(item["radii"])
        _require(eta > 0, "step_size must be > 0")
        around = self._neighbourhood(rho, "for A")
        penalty, rounds = _exact(details["penalty"]), details["rounds"]
        _require(penalty > 0 and isinstance(rounds, int) and 1 <= rounds <= 8, "penalty must be > 0, rounds in 1..8")
        make = (self.problem, self.table, self.spectrum, penalty * self.spectrum.largest, around.radii, OUTWARD)
        witness, change = find_witness(*make, rounds), details["change"]
        if item["method"] == "A":
            squared = witness.squared_distance(OUTWARD)
            found = bound_minimum(around, witness, squared, item["tau"], OUTWARD, eta=eta)
        else:
            assert self.path is not None
            assert self.tracking is not None
            _require(eta == self.eta and rho == self.radii, "A after B continues the run of B")
            inside = (self.path.reference, self.tracking, self.spectrum, around, witness)
            found = compose(*inside, change, item["tau"], OUTWARD)
        _require(found is not None, "the step size is too large for A")
        assert found is not None
        for key, value in found.details().items():
            _require(_near(_exact(details[key]), value), f"{key} of A must be {value!r}; got {details[key]!r}")
        _require(isinstance(change, int) and (item["method"] != "A" or change == 0), "A changes at step 0")
        return found.value

    def _summary(self, guarantees: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the guarantees that the headline repeats, about the certificate's own algorithm (any, if none is)."""
        content = self.content
        own = [item for item in guarantees if item["radii"] == content["radii"]] or guarantees
        keys = ("tau", "claim", "method")
        same = [item for item in own if all(item[key] == content[key] for key in keys)]
        same = [item for item in same if Fraction(item["value"]) <= Fraction(content["bound"])]
        _require(bool(same), "the headline must repeat a guarantee about the certificate's own algorithm")
        informative = Fraction(content["bound"]) < Fraction(content["trivial"])
        _require(content["informative"] == informative, "informative must compare the bound with the trivial one")

        return same

    def _measured(self, repeated: list[dict[str, Any]]) -> None:
        """Check the risk beside the headline, and their ratio, by training as a guarantee that it repeats says."""
        content, stated = self.content, self.content["run"]
        if stated is None:
            _require(content["measured"] is None and content["ratio"] is None, "what was not trained has no risk")
            return
        about = [(item["step_size"], item["radii"]) for item in repeated]
        rule = "the run beside the headline must be that of a guarantee that the headline repeats"
        _require((stated["step_size"], content["radii"]) in about, rule)
        _require(content["measured"] == stated["upper"], "measured must be the upper end of the run's risk")
        lower = Fraction(stated["lower"])
        if lower > 0:
            ratio = Fraction(content["bound"]) / lower
            _require(_near(float(Fraction(content["ratio"])), float(ratio), 1e-4), "ratio must be bound over risk")
        else:
            _require(content["ratio"] is None, "ratio must be null where the risk may vanish")
        tau = int(content["tau"])
        run = self._trained(_exact(stated["step_size"]), [tau])
        self._ends(stated, run.ends(tau, least=content["claim"] == LEAST), "measured risk")

    def _enclosed(self) -> None:
        """Check the enclosures at the certified steps of the certificate's own run, by training again."""
        stated = self.content["enclosed"]
        if not stated:
            return
        try:
            self._steps(stated, whole=False)
        except _RejectedError:  # how tight a run is enclosed depends on where it ends
            self._steps(stated, whole=True)

    def _steps(self, stated: dict[str, Any], *, whole: bool) -> None:
        steps = [int(tau) for tau in stated]
        run = self._trained(self.eta, steps, whole=whole)
        for tau in steps:
            self._ends(stated[str(tau)], run.ends(tau, least=False), f"risk at step {tau}")

    def _trained(self, eta: float, steps: list[int], *, whole: bool = True) -> VerifiedRun:
        """Train with a step size on the certificate's radii; the run is enclosed at all ``steps``.

        It ends at the last of them, or (``whole``) where it did when the certificate was made.
        """
        items = self.content["guarantees"]
        ends = [min(item["tau"], MOST) for item in items if eta in (self.eta, _exact(item["step_size"]))]
        last = max([*steps, *ends] if whole else steps)
        _require(min(steps) >= 0 and last <= MOST, f"steps of the run must lie in 0..{MOST}")
        if (eta, last) not in self.runs:
            limits = None if self.radii is None else self._per_neuron()
            made = self.problem, self.table, self.spectrum
            self.runs[eta, last] = verified_run(*made, eta, last, OUTWARD, limits)
        run = self.runs[eta, last]
        for tau in steps:
            _require(tau < len(run.upper), f"the run cannot be enclosed at step {tau}")
        return run

    def _ends(self, stated: dict[str, str], found: tuple[float, float], name: str) -> None:
        self._at_least(stated["upper"], found[1] * (1 - STATED_SLACK), name)
        low, least = Fraction(stated["lower"]), Fraction(found[0] * (1 + STATED_SLACK))
        _require(low <= least, f"{name}: stated to be >= {float(low):.12g}, found {float(least):.12g}")


def _near(stated: float, found: float, tolerance: float = STATED_SLACK) -> bool:
    return abs(stated - found) <= tolerance * abs(found)
