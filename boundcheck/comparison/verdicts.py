"""What a comparison says: four verdicts a statement, each with the evidence behind it. None is a bare bool."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from boundcheck.evaluation.hypotheses import HypothesisStatus

AlgebraStatus = Literal["proved", "refuted", "undecided"]
EmpiricalStatus = Literal["consistent", "contradicted", "not-measured"]
MeasuredKind = Literal["lower-estimate", "exact-run", "frequency"]


def _joint(statuses: tuple[str, ...], bad: str, good: str) -> str:
    """Join verdicts: one bad is bad; all good (at least one) is good; else undecided."""
    if bad in statuses:
        return bad
    return good if statuses and all(status == good for status in statuses) else "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """The verdict on one derivation step; ``certificate`` and ``counterexample`` as the prover gave them."""

    label: str
    status: AlgebraStatus
    method: str = ""
    reason: str = ""
    certificate: Any = None
    counterexample: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgebraResult:
    """Whether the derivation holds, step by step; a statement without steps is undecided, never passed."""

    steps: tuple[StepResult, ...] = ()

    @property
    def status(self) -> str:
        """Refuted if a step is; proved if every step is; else undecided."""
        return _joint(tuple(step.status for step in self.steps), "refuted", "proved")

    @property
    def counts(self) -> dict[str, int]:
        """Steps per verdict."""
        found = Counter(step.status for step in self.steps)
        return {status: found[status] for status in ("proved", "refuted", "undecided")}


@dataclass(frozen=True, slots=True, kw_only=True)
class HypothesisResult:
    """Whether one hypothesis holds at this configuration, and the values that decide it."""

    text: str
    status: HypothesisStatus
    detail: str = ""
    latex: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HypothesesResult:
    """Whether a statement's hypotheses hold at this configuration; none at all counts as met."""

    conditions: tuple[HypothesisResult, ...] = ()

    @property
    def status(self) -> str:
        """Unmet if one is; met if all are; else undecided."""
        if not self.conditions:
            return "met"
        return _joint(tuple(item.status for item in self.conditions), "unmet", "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericResult:
    """A certified value: rigorous ends for one quantity, tier and variant.

    ``informative`` is None where there is no trivial bound; ``failure`` says why there is no value.
    """

    quantity: str
    tier: str | None = None
    variant: str | None = None
    enclosure: Any = None
    informative: bool | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredValue:
    """A measured counterpart: a lower estimate of a supremum, the value of a run, or a failure frequency.

    ``certified`` is the witness re-evaluated in Arb (an enclosure), which alone can contradict a bound; ``uncertainty``
    is the Clopper-Pearson interval of a frequency; ``tier`` and ``variant`` restrict the bounds that it stands beside;
    ``series`` holds named columns for plots. A quantity that ends in ``difference`` is that of two equal sides.
    """

    quantity: str
    value: float | None
    kind: MeasuredKind
    witness: Any = None
    uncertainty: Any = None
    certified: Any = None
    note: str = ""
    tier: str | None = None
    variant: str | None = None
    series: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmpiricalResult:
    """Whether the measurement contradicts the bound; ``consistent`` confirms nothing beyond that.

    ``unconfirmed``: a value breaks the bound in doubles, but nothing rigorous says so, which contradicts nothing.
    """

    status: EmpiricalStatus
    detail: str = ""
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One statement with its four verdicts, and what upstream failures mean for it."""

    statement: Any
    algebra: AlgebraResult
    hypotheses: HypothesesResult
    numeric: tuple[NumericResult, ...] = ()
    measured: tuple[MeasuredValue, ...] = ()
    empirical: EmpiricalResult = field(default_factory=lambda: EmpiricalResult(status="not-measured"))
    tightness: float | None = None
    beside: NumericResult | None = None
    vacuous: bool | None = None
    flags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Id of the statement."""
        return self.statement.id

    @property
    def failed(self) -> bool:
        """Whether something of its own is refuted or contradicted (a hypothesis that is unmet refutes nothing)."""
        return self.algebra.status == "refuted" or self.empirical.status == "contradicted"

    def _repr_html_(self) -> str:
        cells = (
            ("algebra", self.algebra.status),
            ("hypotheses", self.hypotheses.status),
            ("numeric", {None: "no trivial bound", True: "vacuous", False: "informative"}[self.vacuous]),
            ("empirical", self.empirical.status),
        )
        head = "".join(f"<th>{name}</th>" for name, _ in cells)
        body = "".join(f"<td>{value}</td>" for _, value in cells)
        return f"<table><tr><th>statement</th>{head}</tr><tr><td>{self.id}</td>{body}</tr></table>"
