"""The tactics in the order in which they are tried: cheap ones first."""

from __future__ import annotations

from boundcheck.algebra.search import Tactic
from boundcheck.algebra.tactics.cases import by_cases
from boundcheck.algebra.tactics.denial import by_combination
from boundcheck.algebra.tactics.elimination import eliminate
from boundcheck.algebra.tactics.equality import split_equality
from boundcheck.algebra.tactics.factoring import by_factors
from boundcheck.algebra.tactics.induction import by_induction
from boundcheck.algebra.tactics.roots import by_squaring

ORDER: tuple[tuple[str, Tactic], ...] = (
    ("combination", by_combination(1)),
    ("factors", by_factors),
    ("elimination", eliminate),
    ("equality", split_equality),
    ("roots", by_squaring),
    ("products", by_combination(2)),
    ("induction", by_induction),
    ("cases", by_cases),
    ("products-of-three", by_combination(3)),
)
