"""Remarks 1, 3, 5, 6, 7 as claims that can be checked."""

from __future__ import annotations

from sympy import Rational, Symbol, log, sqrt

from boundcheck.language import Condition, Form, Quantity, Relation, Source, Statement, Step
from boundcheck.notation import T, alpha, delta, m, n, p, q, rho_w, sigma0, sigma1, sigma2
from boundcheck.theory.concentration import IN_UNIT
from boundcheck.theory.hidden_state_steps import beta_paper, equal, le, nonnegative, t

a, L, nu, D, epsilon, X, x, s, C, beta, k, rho = nonnegative("a L norm_nu D epsilon X x s C beta lam rho")
eta, tau = Symbol("eta", positive=True), Symbol("tau", positive=True)
SMALL = (equal(rho, D * nu**2 / sqrt(epsilon)), Relation(epsilon, ">", 0), le(epsilon, 1))

REMARK_1 = Statement(
    id="remark-1",
    title="What projection gains: exponents of 1/epsilon with and without it",
    hypotheses=(Condition(text="0 < epsilon <= 1; a radius rho = D ||nu||^2/sqrt(epsilon) without projection"),),
    relation=r"\text{classic: }\tau:\varepsilon^{-2}\to\varepsilon^{-3};\quad\text{lyapunov: }"
    r"\varepsilon^{-1}\ \text{both}",
    source=Source(origin="restored", where="Remark 1"),
    depends_on=("theorem-1", "theorem-2"),
    derivation=(
        Step.of(
            "free-iterations-lower",
            2 * nu**2 * L**4 * (rho + nu) ** 2 / epsilon**2,
            ">=",
            2 * nu**6 * L**4 * D**2 / epsilon**3,
            given=SMALL,
            because="classic, free: at least the third power of 1/epsilon",
        ),
        Step.of(
            "free-iterations-upper",
            2 * nu**2 * L**4 * (rho + nu) ** 2 / epsilon**2,
            "<=",
            2 * nu**2 * L**4 * (D * nu**2 + nu) ** 2 / epsilon**3,
            given=SMALL,
            because="and at most the third power",
        ),
        Step.of(
            "free-width-lower",
            (4 * L * rho * (beta * rho**2) / epsilon) ** 2,
            "==",
            16 * L**2 * beta**2 * D**6 * nu**12 / epsilon**5,
            given=SMALL,
            because="the smoothness part of C grows as rho^2: the fifth power in m",
        ),
        Step.of(
            "free-width-log-part",
            (4 * L * rho * (2 * L * nu * k) / epsilon) ** 2,
            "==",
            64 * L**4 * D**2 * nu**6 * k**2 / epsilon**3,
            given=SMALL,
            because="the part of C with log n grows as rho: the third power in m",
        ),
    ),
)

REMARK_3 = Statement(
    id="remark-3",
    title="One time step is the feed-forward case",
    hypotheses=(Condition(text="T = 1"),),
    relation=r"\chi_1=0,\qquad\beta_1=\sigma_2\ \text{(recursive)}",
    source=Source(origin="restored", where="Remark 3"),
    depends_on=("lemma-1", "lemma-2"),
    derivation=(
        Step.of(
            "chi-1",
            2 * sqrt(sigma0**2 + 1) * sigma1 * x + alpha * X,
            "==",
            0,
            given=(equal(x, p(0, a)), equal(X, p(0, a) * q(0, a) + q(-1, a))),
            because="z_1 = <u, x_1> is linear in theta: both p_0 and q_0 vanish",
        ),
        Step.of(
            "beta-1",
            beta_paper(t),
            "==",
            (sigma0**2 + 1) * sigma2,
            given=(equal(t, 1),),
            because="the closed form at t = 1",
        ),
        Step.of(
            "w-zero-is-not-frozen",
            D + sqrt(D**2 + x**2),
            ">",
            0,
            given=(Relation(x, ">", 0),),
            because="at w = 0 the Hessian of z_2 is e_w grad h_1' + grad h_1 e_w', which is not 0",
        ),
    ),
)

BELOW = (Relation(a, "<", 1),)
ABOVE = (Relation(a, ">", 1),)
BELOW_CUTOFF = Relation(alpha * sigma1, "<", 1)
REMARK_5 = Statement(
    id="remark-5",
    title="Exploding gradients: the cutoff at alpha_m sigma_1 = 1",
    hypotheses=(Condition(text="a = alpha_m sigma_1"),),
    relation=r"a<1:\ p_t\le\tfrac1{1-a},\ q_t\le\tfrac1{(1-a)^2};\quad a=1:\ t,\ \tfrac{t(t+1)}2;\quad a>1:\ "
    r"a^{t-1}\le p_t",
    quantities=(
        Quantity(
            name="width",
            meaning="width above which alpha sigma_1 < 1 implies alpha_m sigma_1 < 1",
            forms=(Form(value=(rho_w * sigma1 / (1 - alpha * sigma1)) ** 2),),
            given=(Condition(text="alpha sigma_1 < 1", relation=BELOW_CUTOFF),),
        ),
    ),
    source=Source(origin="restored", where="Remark 5"),
    depends_on=("lemma-1",),
    derivation=(
        Step.of("bounded-p", p(t, a), "<=", 1 / (1 - a), given=BELOW, because="the geometric series", swaps=((p, q),)),
        Step.of("bounded-q", q(t, a), "<=", 1 / (1 - a) ** 2, given=BELOW, because="its derivative"),
        Step.of("linear-p", p(t, a), "==", t, given=(equal(a, 1),), because="t terms 1", swaps=((p, q),)),
        Step.of("quadratic-q", q(t, a), "==", t * (t + 1) / 2, given=(equal(a, 1),), because="1 + 2 + ... + t"),
        Step.of("exponential-p", p(t, a), ">=", a ** (t - 1), given=ABOVE, because="the last term"),
        Step.of("exponential-p-upper", p(t, a), "<=", a**t / (a - 1), given=ABOVE, because="the geometric sum"),
        Step.of(
            "tanh-peak",
            s + k * X * (1 - s**2),
            "<=",
            k * X + 1 / (4 * k * X),
            given=(Relation(k, ">", 0), Relation(X, ">", 0)),
            because="tier coupled, tanh: with s = |tanh z| the supremum of s + lam S^w (1 - s^2), lam = alpha_m, at "
            "s = 1/(2 lam S^w)",
        ),
        Step.of(
            "tanh-limit",
            k * X + 1 / (4 * k * X),
            "==",
            X,
            given=(equal(X, 1 / (2 * sqrt(k * (1 - k)))), Relation(k, ">", 0), Relation(k, "<", 1)),
            because="for 1/2 <= lam < 1 it stands still there: S^w tends to 1/(2 sqrt(lam (1 - lam))), not 1/(1 - lam)",
        ),
        Step.of(
            "tanh-growth",
            (X + 1 / (4 * X)) ** 2,
            "==",
            X**2 + Rational(1, 2) + 1 / (16 * X**2),
            given=(Relation(X, ">", 0),),
            because="at lam = 1 the square of S^w grows by 1/2 a step (and ever less above): sqrt(t/2), not t - 1",
        ),
        Step.of(
            "cutoff",
            (alpha + rho_w / sqrt(m)) * sigma1,
            "<",
            1,
            given=(
                BELOW_CUTOFF,
                Relation(m, ">", (rho_w * sigma1 / (1 - alpha * sigma1)) ** 2),
            ),
            because="a wide enough network respects the cutoff",
        ),
    ),
)

REMARK_6 = Statement(
    id="remark-6",
    title="The width depends on the number of samples through log n only",
    hypotheses=(Condition(text="delta < 1; classic and sharpened take log(2nT/delta) once, squared root"),),
    relation=r"\log(2n^2T/\delta)\le2\log(2nT/\delta)",
    source=Source(origin="restored", where="Remark 6", note="none at all in the variant lyapunov"),
    depends_on=("theorem-1", "prop-3-rms"),
    derivation=(
        Step.of(
            "squaring-n",
            log(2 * n**2 * T / delta),
            "<=",
            2 * log(2 * n * T / delta),
            given=IN_UNIT,
            because="n^2 samples in place of n at most double the squared root of the logarithm",
        ),
        Step.of(
            "width-in-log",
            (C + 2 * X * sqrt(2) * k) ** 2,
            "<=",
            2 * (C + 2 * X * k) ** 2,
            because="so the width at most doubles; C collects what does not depend on n",
        ),
    ),
)

REMARK_7 = Statement(
    id="remark-7",
    title="Without projection the average-iterate bound needs exactly tau iterations",
    hypotheses=(Condition(text="a step size that is chosen for tau; the mean is taken over s <= tau iterations"),),
    relation=r"\frac{\|\nu\|^2}{4\eta s}\ge\frac{\|\nu\|^2}{4\eta\tau}\quad(s\le\tau)",
    source=Source(origin="restored", where="Remark 7"),
    depends_on=("theorem-2",),
    derivation=(
        Step.of(
            "stopped-early",
            nu**2 / (4 * eta * s),
            ">=",
            nu**2 / (4 * eta * tau),
            given=(le(s, tau), Relation(s, ">", 0)),
            because="the first term of the budget is epsilon/2 only at s = tau",
        ),
        Step.of(
            "half-the-steps",
            nu**2 / (4 * eta * s),
            "==",
            epsilon,
            given=(
                equal(s, tau * Rational(1, 2)),
                equal(eta, nu**2 / (2 * epsilon * tau)),
                Relation(epsilon, ">", 0),
                Relation(nu, ">", 0),
            ),
            because="after half of the steps that term alone is epsilon: with the others the bound fails",
        ),
    ),
)

STATEMENTS = (REMARK_1, REMARK_3, REMARK_5, REMARK_6, REMARK_7)
