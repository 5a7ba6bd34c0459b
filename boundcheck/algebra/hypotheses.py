"""The hypotheses of a claim, read from texts, and what is known at the start of a proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from boundcheck.algebra.context import Context
from boundcheck.algebra.definedness import conditions
from boundcheck.algebra.normal import Table
from boundcheck.algebra.refusals import NotDefined, require
from boundcheck.algebra.terms import Rel, Term, children, free, read, read_relation, sub, subterms


def hypotheses(given: list[str]) -> tuple[list[str], list[Rel]]:
    """Split texts into names of integers and relations."""
    texts = isinstance(given, (list, tuple)) and all(isinstance(text, str) for text in given)
    require(texts, "hypotheses must be a list of texts")
    stripped = [text.strip() for text in given]
    integers = [read(text[8:-1]) for text in stripped if text.startswith("integer(") and text.endswith(")")]
    require(all(term[0] == "var" for term in integers), "integer(...) takes one symbol")
    rest = [text for text in stripped if not (text.startswith("integer(") and text.endswith(")"))]
    return [term[1] for term in integers], [read_relation(text) for text in rest]


def opening(given: list[str], tick: Callable[[], None] = lambda: None) -> Context:
    """Return what is known at the start of a proof: the hypotheses."""
    context = Context(Table(tick))
    integers, relations = hypotheses(given)
    context.integers.update(integers)
    waiting = sorted(relations, key=_is_compound)
    while waiting:
        # A relation with a denominator of unknown sign waits for the others; one with a sum whose summand is not
        # known to be defined waits too, and in the end is not used: it may hold because the sum is empty.
        usable = [relation for relation in waiting if _has_defined_summands(context, relation)]
        ready = [relation for relation in usable if _is_clear(context, relation)] or usable[:1]
        if not ready:
            break
        for relation in ready:
            _assume(context, relation)
        waiting = [relation for relation in waiting if relation not in ready]
    return context


def _assume(context: Context, relation: Rel) -> None:
    """Take a relation as a hypothesis: whatever satisfies it has its terms defined."""
    for side in (relation.left, relation.right):
        for condition in _outside_sums(context, side):
            fact = context.fact(condition)
            if not context.fact_holds(fact):
                context.add(fact)
    context.add(context.fact(relation))


def _outside_sums(context: Context, term: Term) -> Iterator[Rel]:
    """Yield conditions of definedness outside sums, innermost first."""
    for child in term[2:4] if term[0] == "sum" else children(term):
        yield from _outside_sums(context, child)
    yield from conditions(context, term)


def _is_clear(context: Context, relation: Rel) -> bool:
    """Whether the sign of every denominator of a relation is known."""
    value = context.table.normal(sub(relation.left, relation.right))
    return all(len(context.sign(factor) - {"0"}) == 1 for factor, power in value.denominator if power % 2)


def _has_defined_summands(context: Context, relation: Rel) -> bool:
    """Whether summands have values over their ranges: an empty sum is 0 even where they have none."""
    try:
        for term in (*subterms(relation.left), *subterms(relation.right)):
            if term[0] == "sum":
                inner, body = context.binder(term)
                inner.require_defined(body)
    except NotDefined:
        return False
    return True


def _is_compound(relation: Rel) -> bool:
    """Tell simple bounds such as x > 0, which come first, from relations that are read in their light."""
    return not all(side[0] == "var" or not free(side) for side in (relation.left, relation.right))
