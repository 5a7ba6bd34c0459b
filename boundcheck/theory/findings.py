"""Findings: where restoration and the source's prose disagree, each as true claims with their proofs."""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, log, sqrt, tanh

from boundcheck.language import Condition, Relation, Source, Statement, Step
from boundcheck.notation import T, delta, n
from boundcheck.theory.concentration import IN_UNIT
from boundcheck.theory.hidden_state_steps import beta_paper, equal, le, nonnegative, t
from boundcheck.theory.kernel import ERF, SIN, A, B, c
from boundcheck.theory.remarks import REMARK_1

OURS = Source(origin="ours", where="checked claim")
d, s, w, y = nonnegative("d s w y")
h, f, g, u = (Symbol(name, real=True) for name in ("h", "f", "g", "u"))
tanh_sigma2: Expr = 4 / (3 * sqrt(3))

NO_DIMENSION = Statement(
    id="finding-dimension",
    title="The smoothness constant needs no factor d: the source states beta_t = O(d p_t q_t)",
    hypotheses=(Condition(text="input dimension d >= 2"),),
    relation=r"\beta_T=(\sigma_0^2+1)\sigma_2p_Tq_T+2\sqrt{\sigma_0^2+1}\,\sigma_1^2q_{T-1}<d\,\beta_T",
    source=OURS,
    depends_on=("lemma-1",),
    derivation=(
        Step.of(
            "smaller",
            beta_paper(t),
            "<",
            d * beta_paper(t),
            given=(Relation(d, ">=", 2),),
            because="Lemma 1 proves beta_T without d; a factor d only loosens it",
        ),
        Step.of(
            "rank-one",
            (h * f + u * g) ** 2,
            "<=",
            (h**2 + u**2) * (f**2 + g**2),
            because="the operator norm of x x' is ||x||^2, whatever d is (here x = (h, u) and any vector (f, g))",
        ),
        Step.of(
            "row-sums",
            (abs(h) + abs(u)) ** 2,
            "<=",
            2 * (h**2 + u**2),
            because="bounding it by sums of the entries of a row instead costs the factor d (here 2)",
        ),
    ),
)

NOT_UNIVERSAL = Statement(
    id="finding-universality",
    title="For odd activations the kernel is odd in each input: it is not universal",
    hypotheses=(Condition(text="sigma odd: tanh, erf, sin, arctan, z/sqrt(1+z^2)"),),
    relation=r"\kappa_t(-x,x')=-\kappa_t(x,x'),\qquad\kappa_1(0,\cdot)=0",
    source=OURS,
    depends_on=("prop-2", "prop-2b"),
    derivation=(
        Step.of(
            "hidden-state-odd",
            tanh(f),
            "==",
            -tanh(g),
            given=(equal(f, w * (-h) - u), equal(g, w * h + u)),
            because="if h_{t-1} is odd in the input, so is h_t = sigma(w h_{t-1} + <u, x_t>)",
        ),
        Step.of(
            "erf-odd",
            f,
            "==",
            -g,
            given=(equal(f, ERF.subs(c, u)), equal(g, ERF), equal(u, -c), le(c**2, A * B)),
            because="the closed form at T = 1 for erf: -x flips the sign of <x, x'>",
        ),
        Step.of(
            "sin-odd",
            f,
            "==",
            -g,
            given=(equal(f, SIN.subs(c, u)), equal(g, SIN), equal(u, -c)),
            because="the closed form at T = 1 for sin",
        ),
        Step.of(
            "zero-input",
            ERF,
            "==",
            0,
            given=(equal(c, 0),),
            because="kappa_1(0, .) = 0 for every sigma",
        ),
        Step.of(
            "distance-to-even",
            abs(f - 1) + abs(-f - 1),
            ">=",
            2,
            because="an odd function f is at distance at least 1 from the constant 1 at x or at -x",
        ),
    ),
)

LESS_GAIN = Statement(
    id="finding-projection",
    title="Projection does not gain the same factor in m and in tau",
    hypotheses=REMARK_1.hypotheses,
    relation=r"\tau:2\to3,\quad m:2\to5\ (\log n\text{ part }2\to3),\quad\text{lyapunov: }1\to1\ \text{in both}",
    source=OURS,
    depends_on=("remark-1", "theorem-1", "theorem-2"),
    derivation=REMARK_1.derivation,
)

x = Symbol("x", nonnegative=True)
NO_LOG_N = Statement(
    id="finding-log-n",
    title="The mean risk needs no log n: neither n nor T enters the probability term",
    hypotheses=(Condition(text="nT large enough that log(2nT) >= 1/2 + sqrt(2 log(1/delta))"),),
    relation=r"\sqrt2+2\sqrt{\log(1/\delta)}\le2\sqrt{\log(2nT/\delta)}",
    source=OURS,
    depends_on=("prop-3", "prop-3-rms"),
    derivation=(
        Step.of(
            "smaller",
            sqrt(2) + 2 * x,
            "<=",
            2 * sqrt(y + x**2),
            given=(Relation(y, ">=", Rational(1, 2) + sqrt(2) * x),),
            because="x is the root of log(1/delta), y = log(2nT): squares of both sides",
        ),
        Step.of(
            "split",
            log(2 * n * T / delta),
            "==",
            log(2 * n * T) + log(1 / delta),
            given=IN_UNIT,
            because="the logarithm of a product",
        ),
    ),
)

REVERSED_CHAIN = Statement(
    id="finding-chain",
    title="The chain sigma_2 Lambda^2 + sigma_1 chi <= beta is reversed in tier coupled",
    hypotheses=(
        Condition(text="tanh, alpha_m = 1, t = 2: Lambda_2^2 = 4, chi_2 = 1 + sigma_2; s = |tanh z| in [0, 1)"),
    ),
    relation=r"\beta_2=\sup_z\big(|\sigma''|\Lambda_2^2+|\sigma'|\chi_2\big)<\sigma_2\Lambda_2^2+\sigma_1\chi_2",
    source=OURS,
    depends_on=("lemma-1", "lemma-2"),
    derivation=(
        Step.of(
            "lambda",
            s**2 + (1 + (1 - s**2)) ** 2,
            "<=",
            4,
            given=(le(s, 1),),
            because="Lambda_2^2 = sup (|sigma|^2 + (1 + |sigma'|)^2), attained at s = 0",
        ),
        Step.of(
            "reversed",
            (1 - s**2) * (8 * s + 1 + tanh_sigma2),
            "<",
            1 + 5 * tanh_sigma2,
            given=(le(s, 1),),
            because="sup over s is 4.328..., the chain gives 4.849...: |sigma''| and |sigma'| peak at different z",
        ),
        Step.of(
            "by-a-margin",
            (1 - s**2) * (8 * s + 1 + tanh_sigma2),
            "<=",
            Rational(433, 100),
            given=(le(s, 1),),
            because="a rational number between the two",
        ),
    ),
)

FINDINGS = (NO_DIMENSION, NOT_UNIVERSAL, LESS_GAIN, NO_LOG_N, REVERSED_CHAIN)
