"""Propositions 1 and 2: the gradient recursion and the neural tangent kernel of the diagonal Elman network."""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, exp, log, pi, sqrt

from boundcheck.language import Condition, Form, Quantity, Relation, Source, Statement, Step
from boundcheck.notation import delta, m, p
from boundcheck.theory.approximation import APART, CONFIDENCE, SYMMETRIC
from boundcheck.theory.concentration import HOEFFDING_DEVIATION, IN_UNIT, N, width
from boundcheck.theory.hidden_state import BALL, SMOOTH
from boundcheck.theory.hidden_state_steps import equal, le, nonnegative, t
from boundcheck.theory.norms import L0, LIPSCHITZ_0

h, w, i_, j_, y, A, B = nonnegative("h w I J Y A B")
C1 = Condition(text="sigma is differentiable (ReLU is admitted with sigma'(0) = 0, Remark 2)")

PROP_1 = Statement(
    id="prop-1",
    title="The gradient recursion of the hidden state",
    hypotheses=(C1,),
    relation=r"\partial_wh_t=I_t(h_{t-1}+w\,\partial_wh_{t-1}),\quad\partial_uh_t=I_t(x_t+w\,\partial_uh_{t-1}),"
    r"\quad I_t=\sigma'(z_t)",
    source=Source(origin="restored", where="Proposition 1, eq. 7"),
    derivation=(
        Step.of(
            "unroll",
            i_ * (h + w * y),
            "==",
            A + B,
            given=(equal(A, i_ * h), equal(B, w * i_ * y)),
            because="chain rule; the unrolled sum for h_t is the term k = 0 plus w I_t times the sum for h_{t-1}",
        ),
        Step.of(
            "unroll-constant",
            i_ * (h + w * (i_ * h * p(t, w * i_))),
            "==",
            i_ * h * p(t + 1, w * i_),
            because="with constant I and h the unrolled sum is I h p_t(wI): (I1) is the recursion",
        ),
    ),
)

c = Symbol("c", real=True)
g, gp, gw, gu, gwp, gup = nonnegative("g g_prime g_w g_u gw_prime gu_prime")
ERF: Expr = c * (4 / pi) / sqrt((1 + 2 * A) * (1 + 2 * B) - 4 * c**2)
SIN: Expr = c / 2 * (exp(-(A + B - 2 * c) / 2) + exp(-(A + B + 2 * c) / 2))
GAUSSIAN: Expr = c**2 / ((1 + A) * (1 + B) - c**2) ** Rational(3, 2)
det: Expr = Symbol("det", positive=True)
CAUCHY_SCHWARZ = (le(c**2, A * B),)
REAL_INPUTS = (Condition(text="c^2 <= A B (Cauchy-Schwarz)", relation=CAUCHY_SCHWARZ[0]),)

PROP_2 = Statement(
    id="prop-2",
    title="The neural tangent kernel of the network at infinite width",
    hypotheses=(SMOOTH, BALL, Condition(text="w ~ Unif{-alpha, alpha}, u ~ N(0, I_d)")),
    relation=r"\kappa_t(x,x')=E\langle\nabla h_t(\theta;x),\nabla h_t(\theta;x')\rangle"
    r"=\sum_{k,l<t}E\left[w^{k+l}\big(h_{t-k-1}h'_{t-l-1}+\langle x_{t-k},x'_{t-l}\rangle\big)"
    r"\prod_{j\le k}I_{t-j}\prod_{j\le l}I'_{t-j}\right]",
    quantities=(
        Quantity(
            name="bound",
            latex=r"\sup|\kappa_T|",
            meaning="bound of |kappa_T| over inputs in the ball",
            forms=(Form(value=L0**2, where=(LIPSCHITZ_0,)),),
        ),
    ),
    source=Source(origin="restored", where="Proposition 2"),
    depends_on=("prop-1", "lemma-1"),
    derivation=(
        Step.of(
            "cauchy-schwarz",
            (gw * gwp + gu * gup) ** 2,
            "<=",
            (gw**2 + gu**2) * (gwp**2 + gup**2),
            because="Cauchy-Schwarz inside the expectation",
        ),
        Step.of(
            "double-sum-constant",
            (i_ * h * p(t, w * i_)) * (j_ * g * p(t, w * j_)) + (i_ * A * p(t, w * i_)) * (j_ * B * p(t, w * j_)),
            "==",
            i_ * j_ * (h * g + A * B) * p(t, w * i_) * p(t, w * j_),
            because="the two unrolled sums multiplied out, for constant h, x, I and h', x', I'",
        ),
        Step.of(
            "bound", g * gp, "<=", L0**2, given=(le(g, L0), le(gp, L0)), because="both gradients are at most L at 0"
        ),
    ),
)

DEVIATION: Expr = 2 * L0**2 * sqrt(log(2 / delta) / m)
PROP_2A = Statement(
    id="prop-2a",
    title="The kernel at finite width",
    hypotheses=(*PROP_2.hypotheses, SYMMETRIC, APART, CONFIDENCE),
    relation=r"|K^m_t(x,x')-\kappa_t(x,x')|\le 2L_t^2\sqrt{\log(2/\delta)/m}\quad\text{w.p.}\ge1-\delta",
    quantities=(
        Quantity(
            name="bound",
            meaning="deviation of the empirical kernel at one pair of inputs and one t",
            forms=(Form(value=DEVIATION, where=(LIPSCHITZ_0,)),),
        ),
    ),
    kind="probabilistic",
    source=Source(origin="ours", where="quantifies Proposition 2"),
    depends_on=("prop-2", "hoeffding"),
    derivation=(
        Step.of(
            "hoeffding",
            HOEFFDING_DEVIATION,
            "==",
            DEVIATION,
            given=(equal(N, m / 2), equal(width, 2 * L0**2), *IN_UNIT),
            because="m/2 independent terms in [-L^2, L^2]: the second half of the neurons repeats the first",
        ),
    ),
)

PROP_2B = Statement(
    id="prop-2b",
    title="One time step: the kernel of the two-layer network in closed form",
    hypotheses=(Condition(text="T = 1; A = ||x||^2, B = ||x'||^2, c = <x, x'>"),),
    relation=r"\kappa_1=\langle x,x'\rangle E[\sigma'(\langle u,x\rangle)\sigma'(\langle u,x'\rangle)]",
    quantities=(
        Quantity(name="erf", meaning="kernel for sigma = erf", forms=(Form(value=ERF),), given=REAL_INPUTS),
        Quantity(name="sin", meaning="kernel for sigma = sin", forms=(Form(value=SIN),), given=REAL_INPUTS),
        Quantity(
            name="gaussian", meaning="kernel for sigma = exp(-z^2/2)", forms=(Form(value=GAUSSIAN),), given=REAL_INPUTS
        ),
    ),
    source=Source(origin="restored", where="Proposition 2 at T = 1", note="closed forms are classical"),
    depends_on=("prop-2",),
    derivation=(
        Step.of(
            "erf-defined",
            (1 + 2 * A) * (1 + 2 * B) - 4 * c**2,
            ">",
            0,
            given=CAUCHY_SCHWARZ,
            because="c^2 <= AB by Cauchy-Schwarz: the root is of a positive number",
        ),
        Step.of(
            "erf-determinant",
            (1 + 2 * A) * (1 + 2 * B) - (2 * c) * (2 * c),
            "==",
            det,
            given=(equal(det, 1 + 2 * A + 2 * B + 4 * (A * B - c**2)),),
            because="(<u,x>, <u,x'>) is Gaussian with covariance G = [[A, c], [c, B]]: det(I + 2G) = 1 + 2 tr G "
            "+ 4 det G",
        ),
        Step.of(
            "erf",
            c * (2 / sqrt(pi)) ** 2 / sqrt((1 + 2 * A) * (1 + 2 * B) - 4 * c**2),
            "==",
            ERF,
            given=CAUCHY_SCHWARZ,
            because="sigma' = (2/sqrt(pi)) exp(-z^2), and E exp(-|v|^2) = 1/sqrt(det(I + 2G)) for v Gaussian",
        ),
        Step.of(
            "sin",
            c * (exp(-(A + B - 2 * c) / 2) + exp(-(A + B + 2 * c) / 2)) / 2,
            "==",
            SIN,
            because="cos a cos b = (cos(a - b) + cos(a + b))/2, and E cos v = exp(-var/2) for v Gaussian",
        ),
        Step.of(
            "gaussian-entry",
            (A * (-c) + c * (1 + A)) / det,
            "==",
            c / det,
            because="the mixed entry of G (I + G)^{-1}, the covariance under the density times exp(-|v|^2/2)",
        ),
        Step.of(
            "gaussian",
            c * (c / ((1 + A) * (1 + B) - c**2)) / sqrt((1 + A) * (1 + B) - c**2),
            "==",
            GAUSSIAN,
            given=CAUCHY_SCHWARZ,
            because="sigma'(a) sigma'(b) = a b exp(-(a^2 + b^2)/2): that covariance times 1/sqrt(det(I + G))",
        ),
        Step.of(
            "erf-bound",
            ERF**2,
            "<=",
            (2 / sqrt(pi)) ** 4 * A * B,
            given=CAUCHY_SCHWARZ,
            because="|kappa_1| is at most sigma_1^2 ||x|| ||x'||",
        ),
        Step.of(
            "sin-bound",
            SIN,
            "<=",
            c,
            given=(*CAUCHY_SCHWARZ, Relation(c, ">=", 0), le(2 * c, A + B)),
            because="cos <= 1",
        ),
        Step.of(
            "gaussian-defined",
            (1 + A) * (1 + B) - c**2,
            ">=",
            1,
            given=CAUCHY_SCHWARZ,
            because="the determinant of I + Gram matrix",
        ),
    ),
)

STATEMENTS = (PROP_1, PROP_2, PROP_2A, PROP_2B)
