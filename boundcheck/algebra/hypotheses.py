"""The hypotheses of a claim, read from texts, and what is known at the start of a proof."""

from __future__ import annotations

from collections.abc import Callable

from boundcheck.algebra.context import Context
from boundcheck.algebra.normal import Table
from boundcheck.algebra.steps import refuse, require
from boundcheck.algebra.terms import Rel, free, read, read_relation


def hypotheses(given: list[str]) -> tuple[list[str], list[Rel]]:
    """Split texts into names of integers and relations."""
    if not isinstance(given, (list, tuple)) or not all(isinstance(text, str) for text in given):
        refuse("hypotheses must be a list of texts")
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
        usable = [relation for relation in waiting if context.has_defined_summands(relation)]
        ready = [relation for relation in usable if context.is_clear(relation)] or usable[:1]
        if not ready:
            break
        for relation in ready:
            context.assume(relation)
        waiting = [relation for relation in waiting if relation not in ready]
    return context


def _is_compound(relation: Rel) -> bool:
    """Tell simple bounds such as x > 0, which come first, from relations that are read in their light."""
    return not all(side[0] == "var" or not free(side) for side in (relation.left, relation.right))
