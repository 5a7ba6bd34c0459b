"""The tactics in the order in which they are tried: cheap ones first."""

from __future__ import annotations

from boundcheck.algebra.search import Tactic
from boundcheck.algebra.tactics.boxing import by_boxes
from boundcheck.algebra.tactics.calculus import by_concavity, by_slopes
from boundcheck.algebra.tactics.cases import (
    by_absolute,
    by_extremum,
    by_integer_cases,
    by_sign_cases,
    by_variable_cases,
)
from boundcheck.algebra.tactics.denial import by_combination
from boundcheck.algebra.tactics.elimination import eliminate
from boundcheck.algebra.tactics.endpoints import by_endpoints
from boundcheck.algebra.tactics.equality import by_induction_of_equality, split_equality
from boundcheck.algebra.tactics.exponentials import by_exponentials
from boundcheck.algebra.tactics.factoring import by_factors
from boundcheck.algebra.tactics.induction import by_induction
from boundcheck.algebra.tactics.logarithms import by_exponents, by_raising
from boundcheck.algebra.tactics.numbers import by_number
from boundcheck.algebra.tactics.quadratics import by_completing
from boundcheck.algebra.tactics.relaxing import by_relaxing
from boundcheck.algebra.tactics.reparametrisation import by_substituting_roots
from boundcheck.algebra.tactics.roots import by_squaring
from boundcheck.algebra.tactics.squares import by_squares
from boundcheck.algebra.tactics.strengthening import by_strengthening
from boundcheck.algebra.tactics.summands import by_summands

# name, share of the time left, least depth at which it is tried, tactic
ORDER: tuple[tuple[str, float, int, Tactic], ...] = (
    ("number", 0.5, 0, by_number),
    ("combination", 0.5, 0, by_combination(1)),
    ("factors", 0.5, 0, by_factors),
    ("elimination", 0.6, 1, eliminate),
    ("identity", 0.4, 1, by_induction_of_equality),
    ("equality", 0.9, 0, split_equality),
    ("cases", 0.5, 1, by_integer_cases),
    ("square", 0.4, 1, by_completing),
    ("products", 0.4, 0, by_combination(2)),
    ("relaxing", 0.4, 1, by_relaxing),
    ("raising", 0.3, 1, by_raising),
    ("exponents", 0.3, 1, by_exponents),
    ("boxes", 0.3, 0, by_boxes),
    ("extremum", 0.5, 1, by_extremum),
    ("absolute", 0.5, 2, by_absolute),
    ("roots", 0.4, 1, by_squaring),
    ("squares", 0.4, 1, by_squares),
    ("products-of-three", 0.4, 1, by_combination(3)),
    ("summands", 0.4, 1, by_summands),
    ("signs", 0.5, 1, by_sign_cases),
    ("variables", 0.5, 1, by_variable_cases),
    ("induction", 0.5, 1, by_induction),
    ("slopes", 0.5, 0, by_slopes),
    ("endpoints", 0.3, 1, by_endpoints),
    ("strengthening", 0.5, 2, by_strengthening),
    ("root-substitution", 0.5, 1, by_substituting_roots),
    ("concavity", 0.5, 1, by_concavity),
    ("exponentials", 0.5, 1, by_exponentials),
)
CHEAP = ORDER[:9]
# tactics, depth of sub-goals, effort of the search for a witness afterwards
PASSES = ((CHEAP, 1, 1), (ORDER, 1, 2), (ORDER, 2, 2))
