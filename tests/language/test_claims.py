"""Claims: hypotheses, and the assumptions of symbols written out."""

import pytest
from sympy import Symbol

from boundcheck.language import Claim, IsInteger, LanguageError, Relation, parse_claim, parse_hypothesis
from boundcheck.notation import alpha, m


def test_hypotheses_are_relations_or_integers():
    t = Symbol("t", real=True)
    assert parse_hypothesis("integer(t)") == IsInteger(t)
    with pytest.raises(LanguageError, match="takes one symbol"):
        parse_hypothesis("integer(t + 1)")
    assert parse_hypothesis("r <= A + 2*f*sqrt(r)").op == "<="
    claim = parse_claim("p(t,x) >= 0", given=("integer(t)", "t >= 1"))
    assert [item.text for item in claim.given] == ["integer(t)", "t >= 1"]


def test_assumptions_of_symbols_become_hypotheses():
    claim = Claim(Relation(alpha * m, ">=", 0)).explicit()
    assert {item.text for item in claim.given} == {"alpha > 0", "integer(m)", "m >= 1"}
    assert all(not symbol.is_positive for symbol in claim.free_symbols)
