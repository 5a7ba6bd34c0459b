"""Concentration inequalities that the probabilistic statements instantiate: Hoeffding, McDiarmid, the union bound."""

from __future__ import annotations

from sympy import Expr, Integer, Symbol, exp, log, sqrt

from boundcheck.language import Condition, Form, Quantity, Relation, Source, Statement, Step
from boundcheck.notation import delta
from boundcheck.theory.hidden_state_steps import equal, le

N = Symbol("N", integer=True, positive=True)
width, s, lam, c = (Symbol(name, positive=True) for name in ("width", "s", "lam", "c"))
CLASSICAL = Source(origin="source", where="classical inequality")
IN_UNIT = (Relation(delta, "<", Integer(1)),)

HOEFFDING = Statement(
    id="hoeffding",
    title="Hoeffding's inequality for N independent terms in an interval",
    hypotheses=(
        Condition(text="N independent terms, each in an interval of length width"),
        Condition(text="delta in (0, 1)"),
    ),
    relation=r"P(|\bar X-E\bar X|\ge s)\le 2e^{-2Ns^2/\mathrm{width}^2}",
    quantities=(
        Quantity(
            name="deviation",
            meaning="deviation of the mean that is exceeded with probability at most delta",
            forms=(Form(value=width * sqrt(log(2 / delta) / (2 * N)), source=CLASSICAL),),
        ),
    ),
    kind="probabilistic",
    source=CLASSICAL,
    derivation=(
        Step.of(
            "chernoff",
            -lam * s * N + N * lam**2 * width**2 / 8,
            "==",
            -2 * N * s**2 / width**2,
            given=(equal(lam, 4 * s / width**2),),
            because="Hoeffding's lemma E exp(lambda(X - EX)) <= exp(lambda^2 width^2/8), at the best lambda",
        ),
        Step.of(
            "best-lambda",
            -2 * N * s**2 / width**2,
            "<=",
            -lam * s * N + N * lam**2 * width**2 / 8,
            because="no lambda > 0 gives a smaller exponent",
        ),
        Step.of(
            "deviation",
            2 * exp(-2 * N * s**2 / width**2),
            "==",
            delta,
            given=(equal(s, width * sqrt(log(2 / delta) / (2 * N))), *IN_UNIT),
            because="solve for the deviation, two sides",
        ),
    ),
)

MCDIARMID = Statement(
    id="mcdiarmid",
    title="McDiarmid's bounded difference inequality, N coordinates with differences c",
    hypotheses=(Condition(text="changing one of N independent coordinates changes f by at most c"),),
    relation=r"P(f-Ef\ge s)\le e^{-2s^2/(Nc^2)}",
    quantities=(
        Quantity(
            name="deviation",
            meaning="one-sided deviation of f that is exceeded with probability at most delta",
            forms=(Form(value=c * sqrt(N * log(1 / delta) / 2), source=CLASSICAL),),
        ),
    ),
    kind="probabilistic",
    source=CLASSICAL,
    derivation=(
        Step.of(
            "deviation",
            exp(-2 * s**2 / (N * c**2)),
            "==",
            delta,
            given=(equal(s, c * sqrt(N * log(1 / delta) / 2)), *IN_UNIT),
            because="solve for the deviation, one side",
        ),
    ),
)

UNION = Statement(
    id="union-bound",
    title="Union bound over N events",
    hypotheses=(Condition(text="each of N events fails with probability at most delta/N"),),
    relation=r"P(\cup_k A_k)\le\sum_k P(A_k)\le\delta",
    kind="probabilistic",
    source=CLASSICAL,
    derivation=(
        Step.of(
            "sum", N * s, "<=", delta, given=(le(s, delta / N),), because="the probability of a union is subadditive"
        ),
    ),
)


# The deviations, for the steps that instantiate them: N terms in an interval of length ``width``, failure ``delta``.
HOEFFDING_DEVIATION: Expr = HOEFFDING.quantity("deviation").forms[0].value
MCDIARMID_DEVIATION: Expr = MCDIARMID.quantity("deviation").forms[0].value

STATEMENTS = (HOEFFDING, MCDIARMID, UNION)
