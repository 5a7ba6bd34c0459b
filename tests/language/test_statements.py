"""Statements and quantities of a user's own, in plain text."""

from boundcheck.language import Quantity, Statement
from boundcheck.notation import alpha


def test_statements_take_plain_text():
    mine = Statement(id="mine", hypotheses=("x > 0",), derivation=("x + 1/x >= 2",), quantities=())
    assert mine.derivation[0].claim.given[0].text == "x > 0"
    assert Quantity(name="c", expression="2*alpha").forms[0].value == 2 * alpha
