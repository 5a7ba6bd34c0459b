"""Can the checker fail? Plant an error into every derivation step and count what is let through.

A mutant is *killed* if it is refuted by a witness, *still true* if it is proved (weaker but valid: counted apart, with
its certificate), and *survives* if it stays undecided. Among the survivors are the *ill-posed*: a point satisfies their
hypotheses at which their terms have no value; they are not let through either. No false mutant may ever be proved; that
would be an error of the small checker.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from boundcheck.algebra.prover import NO_VALUE, decide
from boundcheck.algebra.refusals import TermError
from boundcheck.algebra.terms import Rel, Term, children, free, mul, num, read, read_relation, write, write_relation
from boundcheck.algebra.verdicts import Verdict

if TYPE_CHECKING:
    from boundcheck.language import Statement, Step

SCALES = (Fraction(9, 10), Fraction(11, 10))
WEAKENED = {"<=": "<", ">=": ">", "<": "<=", ">": ">="}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A claim with one planted error, as texts."""

    id: str
    mutation: str
    claim: str
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """Counts of mutants by fate, with the survivors by name."""

    mutants: int
    killed: int
    survivors: tuple[Mutant, ...] = ()
    still_true: tuple[Mutant, ...] = ()
    planned: int = 0
    seconds: float = 0.0
    verdicts: tuple[Verdict, ...] = field(default=(), repr=False)

    @property
    def rate(self) -> float:
        """Killed of killed and surviving; 1.0 if there were none."""
        false = self.killed + len(self.survivors)
        return self.killed / false if false else 1.0

    @property
    def well_posed_rate(self) -> float:
        """The same, without the mutants that are no claims: some term has no value at a point of their hypotheses."""
        false = self.killed + len(self.survivors) - self.ill_posed
        return self.killed / false if false else 1.0

    @property
    def ill_posed(self) -> int:
        """How many of the survivors are shown, by a point within their hypotheses, to have terms without a value."""
        return sum(verdict.method == NO_VALUE for verdict in self.verdicts)

    @property
    def domain_trouble(self) -> int:
        """How many of the survivors have terms without a value somewhere inside their hypotheses."""
        return sum(verdict.reason.startswith("domain trouble") for verdict in self.verdicts)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts and names, for JSON."""
        return {
            "mutants": self.mutants,
            "killed": self.killed,
            "still_true": len(self.still_true),
            "undecided": len(self.survivors),
            "domain_trouble": self.domain_trouble,
            "ill_posed": self.ill_posed,
            "kill_rate": round(self.rate, 4),
            "kill_rate_of_well_posed": round(self.well_posed_rate, 4),
            "planned": self.planned,
            "seconds": round(self.seconds, 3),
            "survivors": [{"id": item.id, "mutation": item.mutation, "claim": item.claim} for item in self.survivors],
        }


def mutate(
    statements: Iterable[Statement],
    *,
    timeout: float = 10.0,
    budget: float | None = None,
    seed: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> Mutation:
    """Plant errors into every derivation step and decide each mutant.

    Args:    timeout: seconds per mutant; budget: seconds in all (None: no limit), over mutants in an order shuffled by
             ``seed``; progress: called as (text, done, all).
    """
    start = time.monotonic()
    planned = [mutant for statement in statements for mutant in mutants(statement)]
    if budget is not None:
        random.Random(seed).shuffle(planned)
    fates: dict[str, list[Mutant]] = {"refuted": [], "proved": [], "undecided": []}
    verdicts = []
    for k, mutant in enumerate(planned):
        if budget is not None and time.monotonic() - start > budget:
            break
        if progress is not None:
            progress(f"{mutant.id}: {mutant.mutation}", k, len(planned))
        verdict = decide(mutant.id, mutant.claim, list(mutant.given), timeout)
        verdicts.append(verdict)
        fates[verdict.status].append(mutant)
    return Mutation(
        mutants=len(verdicts),
        killed=len(fates["refuted"]),
        survivors=tuple(fates["undecided"]),
        still_true=tuple(fates["proved"]),
        planned=len(planned),
        seconds=time.monotonic() - start,
        verdicts=tuple(verdicts),
    )


def mutants(statement: Statement) -> Iterator[Mutant]:
    """Yield every mutant of every derivation step of a statement, each claim once."""
    for step in statement.derivation:
        claim = step.claim.explicit()
        given = tuple(item.text for item in claim.given)
        conclusion = read_relation(claim.conclusion.text)
        seen = {(write_relation(conclusion), given)}
        for mutation, relation, hypotheses in _mutations(conclusion, given, step):
            text = write_relation(relation)
            if (text, hypotheses) in seen:
                continue
            seen.add((text, hypotheses))
            yield Mutant(id=f"{statement.id}/{step.label}", mutation=mutation, claim=text, given=hypotheses)


def _mutations(conclusion: Rel, given: tuple[str, ...], step: Step) -> Iterator[tuple[str, Rel, tuple[str, ...]]]:
    left, op, right = conclusion
    for factor in SCALES:
        yield f"right side times {factor}", Rel(left, op, mul(num(factor), right)), given
    for side, term in (("left", left), ("right", right)):
        for mutation, changed in _of_term(term):
            relation = Rel(changed, op, right) if side == "left" else Rel(left, op, changed)
            yield f"{side}: {mutation}", relation, given
    for k, hypothesis in enumerate(given):
        if not hypothesis.startswith("integer("):
            yield f"dropped hypothesis {hypothesis}", conclusion, given[:k] + given[k + 1 :]
    if op in WEAKENED:
        yield f"{op} made {WEAKENED[op]}", Rel(left, WEAKENED[op], right), given
    for one, other in step.swaps:
        yield f"swapped {one} and {other}", _swapped(conclusion, one, other), given


def _of_term(term: Term) -> Iterator[tuple[str, Term]]:
    """Yield every change of one place in a term."""
    yield from _here(term)
    if term[0] in ("num", "var", "pi"):
        return
    first = 2 if term[0] == "sum" else 1
    for k, child in enumerate(children(term)):
        if (term[0] == "**" and k == 1) or (term[0] in ("p", "q") and k == 0) or (term[0] == "sum" and k < 2):
            continue
        if term[0] in ("+", "*") and child == num(-1):
            continue
        for mutation, changed in _of_term(child):
            yield mutation, (*term[: first + k], changed, *term[first + k + 1 :])


def _here(term: Term) -> Iterator[tuple[str, Term]]:
    head = term[0]
    if head == "num" and term[1] not in (0, -1):
        for factor in SCALES:
            yield f"{write(term)} times {factor}", num(term[1] * factor)
    if head == "**" and term[2][0] == "num" and term[2][1].denominator == 1:
        for change in (1, -1):
            yield f"{write(term)}: exponent {change:+d}", ("**", term[1], num(term[2][1] + change))
    if head in ("p", "q") and free(term[1]):
        for change in (1, -1):
            yield f"{write(term)}: index {change:+d}", (head, ("+", term[1], num(change)), term[2])
    if head == "**" and free(term[2]):
        for change in (1, -1):
            yield f"{write(term)}: exponent {change:+d}", ("**", term[1], ("+", term[2], num(change)))
    if head == "sum":
        for place, end in ((2, "start"), (3, "end")):
            for change in (1, -1) if free(term[place]) else ():
                changed = ("+", term[place], num(change))
                yield f"{write(term)[:60]}: {end} {change:+d}", (*term[:place], changed, *term[place + 1 :])
    if head == "+":
        yield f"dropped {write(term[2])[:60]}", term[1]
        yield f"dropped {write(term[1])[:60]}", term[2]
        yield f"sign of {write(term[2])[:60]}", ("+", term[1], mul(num(-1), term[2]))


def _swapped(relation: Rel, one: Any, other: Any) -> Rel:
    left, right = _as_term(one), _as_term(other)

    def swap(term: Term) -> Term:
        if term in (left, right):
            return right if term == left else left  # type: ignore[return-value]
        if term[0] in ("num", "var", "pi"):
            return term
        names = {left: right, right: left} if isinstance(left, str) else {}
        first = 2 if term[0] == "sum" else 1
        return (names.get(term[0], term[0]), *term[1:first], *(swap(child) for child in term[first:]))

    return Rel(swap(relation.left), relation.op, swap(relation.right))


def _as_term(item: Any) -> Term | str:
    """Return a term for an expression, or the name of a function such as p."""
    from boundcheck.language import to_text

    if isinstance(item, type):
        return item.__name__
    text = item if isinstance(item, str) else to_text(item)
    try:
        return read(text)
    except TermError:
        return text
