"""Prove, refute or leave undecided: one claim, or every derivation step of a statement."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from boundcheck.algebra.checker import replay
from boundcheck.algebra.clock import Clock, OutOfTime
from boundcheck.algebra.context import Context
from boundcheck.algebra.hypotheses import hypotheses, opening
from boundcheck.algebra.refusals import NotDefined, TermError, TooLarge, UndefinedTerm
from boundcheck.algebra.refutation import Refuter, refute
from boundcheck.algebra.search import Search
from boundcheck.algebra.tactics.consequences import consequences
from boundcheck.algebra.tactics.order import ORDER, PASSES
from boundcheck.algebra.terms import Rel, free_relation, num, read_relation
from boundcheck.algebra.verdicts import Verdict

if TYPE_CHECKING:
    from boundcheck.language import Claim, Hypothesis, Statement


FOR_THE_SEARCH = 0.92
"""Share of the time that may go before it is looked where terms have no value."""
FIRST_LOOK, LATER_LOOK = 0.1, 0.3
"""Seconds for a point at which a term has no value, before and after the search for a proof."""
WITHOUT_A_PROOF = ((1, 0.25), (2, 1.5))
"""Effort and seconds of the searches for a witness to a claim that has no value somewhere."""
LAST_LOOK = 0.5
"""Seconds for a last search for a witness to what no tactic decided."""
MOST_CONDITIONS = 4
"""So many conditions of definedness are looked at, each as if those before it held."""
NO_VALUE = "no value"
"""The method of a verdict whose certificate shows where within the hypotheses the claim's terms have no value."""


def prove(claim: Any, given: Iterable[Any] = (), timeout: float = 10.0) -> Verdict:
    """Decide a claim: proved with a certificate, refuted with a witness, or undecided.

    Args:    claim: text such as ``"x + 1/x >= 2"``, or a ``Relation``, ``Claim`` or ``Step``.
             given: hypotheses: texts, ``Relation`` or ``IsInteger``.
             timeout: seconds; out of time is undecided.
    Raises:  LanguageError (a ValueError) for text outside the language of claims, TypeError for another kind.
    """
    name, text, hypotheses = _texts(claim, _given(given))
    return decide(name, text, hypotheses, timeout)


def check(statement: Statement, timeout: float = 10.0) -> list[Verdict]:
    """Decide every derivation step of a statement; ids are ``statement/step``. TypeError for anything else."""
    if not hasattr(statement, "derivation"):
        message = f"check takes a Statement; got {statement!r} (boundcheck.statement(ID) looks one up)"
        raise TypeError(message)
    return [decide(*job, timeout) for job in jobs(statement)]


def jobs(statement: Statement) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (id, claim, hypotheses) of every derivation step, as texts."""
    for step in statement.derivation:
        claim = step.claim.explicit()
        name = step.label if step.label.startswith(statement.id) else f"{statement.id}/{step.label}"
        yield name, claim.conclusion.text, [item.text for item in claim.given]


def _texts(claim: Any, given: tuple[Any, ...]) -> tuple[str, str, list[str]]:
    from boundcheck.language import Claim, Relation, Step, parse_hypothesis, parse_relation

    extra: tuple[Hypothesis, ...] = ()
    name = ""
    if isinstance(claim, Step):
        claim = claim.claim
    if isinstance(claim, Claim):
        name = claim.id
        relations = tuple(item for item in given if not isinstance(item, str))
        whole: Claim = Claim(claim.conclusion, (*claim.given, *relations), claim.id).explicit()
        text, extra = whole.conclusion.text, whole.given
        given = tuple(item for item in given if isinstance(item, str))
    elif isinstance(claim, Relation):
        return _texts(Claim(claim, ()), given)
    elif not isinstance(claim, str):
        message = f"prove takes text such as 'x + 1/x >= 2', a Relation, Claim or Step; got {claim!r}"
        raise TypeError(message)
    else:
        parse_relation(claim)
        text = " ".join(claim.split())
    hypotheses = [item if isinstance(item, str) else item.text for item in (*extra, *given)]
    return name or text, text, [_checked(item, parse_hypothesis(item)) for item in hypotheses]


def _given(given: Any) -> tuple[Any, ...]:
    from boundcheck.language import IsInteger, Relation

    rule = "given takes a list of hypotheses, each text such as 'x > 0', a Relation or IsInteger"
    if isinstance(given, str) or not isinstance(given, Iterable):
        message = f"{rule}; got {given!r}"
        raise TypeError(message)
    items = tuple(given)
    for item in items:
        if not isinstance(item, (str, Relation, IsInteger)):
            message = f"{rule}; got {item!r} in it"
            raise TypeError(message)
    return items


def _checked(text: str, parsed: Hypothesis) -> str:
    """Return a hypothesis as the small checker reads it: its own text, since parsing may have cancelled quotients."""
    from boundcheck.language import IsInteger

    return parsed.text if isinstance(parsed, IsInteger) else " ".join(text.split())


def decide(name: str, claim: str, given: list[str], timeout: float) -> Verdict:
    """Decide a claim given as texts."""
    start = time.monotonic()
    try:
        found = _decide(claim, given, Clock.start(timeout))
    except OutOfTime:
        found = {"status": "undecided", "reason": f"out of time ({timeout:g} s)"}
    except TooLarge as limit:
        found = {"status": "undecided", "reason": f"too large: {limit}"}
    except TermError as refusal:
        found = {"status": "undecided", "reason": f"not readable by the checker: {refusal}"}
    except (UndefinedTerm, NotDefined) as trouble:
        found = {"status": "undecided", "reason": f"domain trouble: {trouble}"}
    except RecursionError:
        found = {"status": "undecided", "reason": "nested too deep"}
    return Verdict(id=name, seconds=time.monotonic() - start, **found)


def _decide(claim: str, given: list[str], clock: Clock) -> dict[str, Any]:
    goal: Rel = read_relation(claim)
    search = Search(clock, ORDER)
    integers, relations = hypotheses(given)
    refuter = Refuter(opening(given, search.tick), goal, relations, integers)
    witness = refute(refuter, effort=0, clock=clock.part(seconds=0.3))
    if witness is not None:
        return refuted(claim, given, witness)
    _load(clock)
    search.points = refuter.points()
    if not search.points and (vacuous := _contradiction(given, search)) is not None:
        return vacuous
    search.clock = clock.part(share=FOR_THE_SEARCH)
    trouble = _domain_trouble(given, goal, clock, FIRST_LOOK)
    if trouble.get("method") == NO_VALUE:  # no proof can exist
        return _without_a_proof(claim, given, refuter, clock) or trouble
    try:
        found = _search(claim, given, search, refuter)
    except OutOfTime:
        if clock.over or not _missing(opening(given), goal):
            raise
        found = None
    if found is None and (witness := refute(refuter, effort=3, clock=clock.part(seconds=LAST_LOOK))) is not None:
        return refuted(claim, given, witness)
    return found or _domain_trouble(given, goal, clock, LATER_LOOK)


def _without_a_proof(claim: str, given: list[str], refuter: Refuter, clock: Clock) -> dict[str, Any] | None:
    """Look for a witness only."""
    for effort, seconds in WITHOUT_A_PROOF:
        if witness := refute(refuter, effort=effort, clock=clock.part(seconds=seconds)):
            return refuted(claim, given, witness)
    return None


def _search(claim: str, given: list[str], search: Search, refuter: Refuter) -> dict[str, Any] | None:
    """Look for a proof and for a witness in turns, harder each time."""
    goal, start = refuter.claim, opening(given, search.tick)
    known = consequences(start, search.attempt, refuter.relations, goal)
    for tactics, depth, effort in PASSES:
        search.tactics = tactics
        steps = search.prove(start.child(), goal, depth)
        if steps is not None:
            return _proved(claim, given, search, known + steps)
        witness = refute(refuter, effort=effort, clock=search.clock.part(seconds=(0.0, 0.25, 1.5)[effort]))
        if witness is not None:
            return refuted(claim, given, witness)
    return None


def _domain_trouble(given: list[str], goal: Rel, clock: Clock, seconds: float) -> dict[str, Any]:
    """Say which condition the claim's terms need, and where within the hypotheses it fails, if that is found."""
    context = opening(given)
    needed: list[str] = []
    with suppress(TermError, TooLarge, UndefinedTerm, NotDefined, OutOfTime):
        while (missing := _missing(context, goal)) and len(needed) < MOST_CONDITIONS:
            needed.append(missing)
            if found := _fails_within(given, goal, missing, clock.part(seconds=seconds)):
                return found
            context.add(context.fact(read_relation(missing)))
    if not needed:
        return {"status": "undecided", "reason": "no tactic decided it"}
    return {"status": "undecided", "reason": f"domain trouble: needs {needed[0]}"}


def _fails_within(given: list[str], goal: Rel, missing: str, clock: Clock) -> dict[str, Any] | None:
    """Return the verdict's fields for a point that satisfies the hypotheses but not what the claim's terms need."""
    relation = read_relation(missing)
    if not free_relation(relation) <= free_relation(goal):
        return None  # about a summand: its index is an integer within the ends of the sum, which no point says
    integers, relations = hypotheses(given)
    refuter = Refuter(opening(given, clock.tick), relation, relations, integers)
    witness = refute(refuter, effort=1, clock=clock)
    if witness is None:
        return None
    certificate = {"kind": "refutation", "claim": missing, "given": given, "point": witness}
    if not replay(certificate):
        return None
    where = ", ".join(f"{name} = {_without_brackets(text)}" for name, text in witness.items())
    tail = f" within the hypotheses at {where}" if where else ""
    reason = f"domain trouble: needs {missing}, which fails{tail}"
    return {"status": "undecided", "method": NO_VALUE, "certificate": certificate, "reason": reason}


def _load(clock: Clock) -> None:
    """Load the simplex method, once, at no cost to the claim that needs it first."""
    wall, processor = time.monotonic(), time.thread_time()
    import_module("scipy.optimize")
    clock.excuse(time.monotonic() - wall, time.thread_time() - processor)


def _proved(claim: str, given: list[str], search: Search, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the verdict's fields for a proof: it counts only if the small checker accepts it."""
    method = search.method or "normal form"
    certificate = {"kind": "proof", "claim": claim, "given": given, "method": method, "steps": steps}
    found = replay(certificate, search.tick)
    if not found:
        return {"status": "undecided", "reason": f"the proof found did not replay: {found.reason}"}
    anything = bool(search.points or not (given or free_relation(read_relation(claim))))
    note = "" if anything else "no point was found that satisfies every hypothesis"
    return {"status": "proved", "method": method, "certificate": certificate, "reason": note}


def _contradiction(given: list[str], search: Search) -> dict[str, Any] | None:
    """Show that the hypotheses cannot all hold, so that the claim says nothing."""
    context = opening(given, search.tick)
    never = Rel(num(1), "<=", num(0))
    steps = [] if context.contradiction else search.limited(_cheap, 0.5, context, never, 1)
    if steps is None:
        return None
    certificate = {"kind": "contradiction", "given": given, "method": "contradiction", "steps": steps}
    if not replay(certificate, search.tick):
        return None
    reason = "vacuous: the hypotheses contradict one another (no point satisfies them all)"
    return {"status": "undecided", "method": "contradiction", "certificate": certificate, "reason": reason}


def _cheap(search: Search, context: Context, goal: Rel, depth: int) -> list[dict[str, Any]] | None:
    return search.prove(context, goal, depth)


def _missing(context: Context, goal: Rel) -> str:
    """Name the first condition without which the claim's terms have no value."""
    try:
        context.require_defined(goal)
    except NotDefined as missing:
        return str(missing)
    return ""


def refuted(claim: str, given: list[str], witness: dict[str, str]) -> dict[str, Any]:
    """Return the verdict's fields for a witness that the small checker has accepted."""
    certificate = {"kind": "refutation", "claim": claim, "given": given, "point": witness}
    if not replay(certificate):
        return {"status": "undecided", "reason": f"the witness did not replay: {replay(certificate).reason}"}
    plain = {name: _without_brackets(text) for name, text in witness.items()}
    return {"status": "refuted", "method": "witness", "certificate": certificate, "counterexample": plain}


def _without_brackets(text: str) -> str:
    """Write (-1/5) as -1/5, which Fraction reads; anything else stays as it is."""
    inner = text[1:-1]
    return inner if text.startswith("(-") and text.endswith(")") and not set(inner) & set("()") else text
