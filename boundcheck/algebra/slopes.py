"""Derivatives of terms, and where a term is continuous: what the mean value theorem needs.

Every function of the language is continuous where it is defined, and so is every term built of them, except powers
whose exponent varies (0**x); those are refused here. Absolute values are continuous but have no derivative.
"""

from __future__ import annotations

from boundcheck.algebra.refusals import TermError, refuse
from boundcheck.algebra.terms import ONE, Term, add, children, free, mul, num, sub

TWO = num(2)


def derivative(term: Term, name: str) -> Term:
    """Differentiate; TermError where the rules of this module give no derivative.

    The result is valid at every point at which both the term and the result are defined.
    """
    head = term[0]
    if name not in free(term):
        return num(0)
    if head == "var":
        return ONE
    if head == "+":
        return add(derivative(term[1], name), derivative(term[2], name))
    if head == "*":
        return add(mul(derivative(term[1], name), term[2]), mul(term[1], derivative(term[2], name)))
    if head == "/":
        top = sub(mul(derivative(term[1], name), term[2]), mul(term[1], derivative(term[2], name)))
        return ("/", top, ("**", term[2], TWO))
    if head == "**":
        return _power(term, name)
    if head in _OUTER:
        return mul(_OUTER[head](term[1]), derivative(term[1], name))
    refuse(TermError, f"no derivative of {head} here")


def _power(term: Term, name: str) -> Term:
    _, base, exponent = term
    if free(exponent):
        refuse(TermError, "no derivative of a power with a symbolic exponent here")
    return mul(mul(exponent, ("**", base, sub(exponent, ONE))), derivative(base, name))


def require_continuous(term: Term, name: str) -> None:
    """Refuse (TermError) a term that may jump where it is defined, as a term in one variable."""
    if name not in free(term):
        return
    varying = {"**": term[2:3], "sum": term[2:4], "p": term[1:2], "q": term[1:2]}.get(term[0], ())
    if any(name in free(part) for part in varying):
        refuse(TermError, f"{term[0]} with a varying exponent, index or end may jump")
    for child in children(term):
        require_continuous(child, name)


_OUTER = {
    "sqrt": lambda u: ("/", ONE, mul(TWO, ("sqrt", u))),
    "exp": lambda u: ("exp", u),
    "log": lambda u: ("/", ONE, u),
    "tanh": lambda u: sub(ONE, ("**", ("tanh", u), TWO)),
    "erf": lambda u: ("/", mul(TWO, ("exp", mul(num(-1), ("**", u, TWO)))), ("sqrt", ("pi",))),
    "sin": lambda u: ("cos", u),
    "cos": lambda u: mul(num(-1), ("sin", u)),
    "atan": lambda u: ("/", ONE, add(ONE, ("**", u, TWO))),
}
