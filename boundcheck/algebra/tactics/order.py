"""The tactics in the order in which they are tried: cheap ones first."""

from __future__ import annotations

from boundcheck.algebra.search import Tactic
from boundcheck.algebra.tactics.boxing import by_boxes
from boundcheck.algebra.tactics.calculus import by_concavity, by_slopes
from boundcheck.algebra.tactics.cases import by_cases
from boundcheck.algebra.tactics.denial import by_combination
from boundcheck.algebra.tactics.elimination import eliminate
from boundcheck.algebra.tactics.equality import split_equality
from boundcheck.algebra.tactics.factoring import by_factors
from boundcheck.algebra.tactics.induction import by_induction
from boundcheck.algebra.tactics.numbers import by_number
from boundcheck.algebra.tactics.quadratics import by_completing
from boundcheck.algebra.tactics.reparametrisation import by_substituting_roots
from boundcheck.algebra.tactics.roots import by_squaring
from boundcheck.algebra.tactics.squares import by_squares
from boundcheck.algebra.tactics.summands import by_recurrence, by_summands

CHEAP = 7
# name, share of the time left, tactic
ORDER: tuple[tuple[str, float, Tactic], ...] = (
    ("number", 0.5, by_number),
    ("combination", 0.5, by_combination(1)),
    ("factors", 0.5, by_factors),
    ("elimination", 0.6, eliminate),
    ("equality", 0.9, split_equality),
    ("square", 0.4, by_completing),
    ("products", 0.4, by_combination(2)),
    ("boxes", 0.3, by_boxes),
    ("roots", 0.4, by_squaring),
    ("squares", 0.4, by_squares),
    ("summands", 0.4, by_summands),
    ("induction", 0.5, by_induction),
    ("cases", 0.5, by_cases),
    ("slopes", 0.5, by_slopes),
    ("root-substitution", 0.5, by_substituting_roots),
    ("recurrence", 0.5, by_recurrence),
    ("concavity", 0.5, by_concavity),
    ("products-of-three", 0.8, by_combination(3)),
)
