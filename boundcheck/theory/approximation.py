"""Propositions 3 and 5: approximating a system of the class by random features and by finite networks."""

from __future__ import annotations

from sympy import Expr, Integer, Rational, Symbol, log, sqrt

from boundcheck.language import (
    Condition,
    Form,
    Quantity,
    Recurrence,
    Reference,
    Relation,
    Source,
    Statement,
    Step,
    Supremum,
)
from boundcheck.notation import T, alpha, delta, m, n, norm_nu, nu_u, nu_w, rho_u, rho_w, sigma1, sigma_z, z
from boundcheck.theory.concentration import HOEFFDING_DEVIATION, IN_UNIT, MCDIARMID_DEVIATION, N, c, width
from boundcheck.theory.hidden_state import BALL, SMOOTH
from boundcheck.theory.hidden_state_steps import equal, le, nonnegative
from boundcheck.theory.norms import L0, LIPSCHITZ_0, REALISABLE

half = Rational(1, 2)
beta_nu, gamma3 = Symbol("beta_nu", nonnegative=True), Symbol("gamma3", nonnegative=True)
AT_NU = ((rho_w, nu_w), (rho_u, nu_u))
SMOOTHNESS_NU = (beta_nu, Reference(quantity="lemma-1.beta", at=AT_NU))
THIRD_NU = (gamma3, Reference(quantity="lemma-1.gamma3", at=AT_NU))
SYMMETRIC = Condition(text="symmetric random initialisation (Definition 1)")
APART = Condition(text="the data do not depend on Theta(0)")
CONFIDENCE = Condition(text="delta in (0, 1)", relation=Relation(delta, "<", Integer(1)))

union: Expr = sqrt(log(2 * n * T / delta))
mean_tail: Expr = sqrt(2) + 2 * sqrt(log(1 / delta))
B, S, x, y, u, v, k, h, s1 = nonnegative("B S x y u v k h abs_s1")


def _feature() -> Recurrence:
    """S_t(nu_w, nu_u) at the initialisation; sigma_1 S_T bounds |<grad h_T, v>|."""
    peak = Supremum(variable=z, value=abs(sigma_z[0]) * nu_w + alpha * abs(sigma_z[1]) * S)
    new = Symbol("peak", nonnegative=True)
    return Recurrence(state=(S,), start=(nu_u,), step=(nu_u + new,), local=((new, peak),), output=sigma1 * S)


pointwise: Expr = 2 * L0 * norm_nu * sqrt(log(2 / delta) / m)
feature = Symbol("feature", nonnegative=True)
PROP_3 = Statement(
    id="prop-3",
    title="Approximating a target by random features, at one input and time",
    hypotheses=(SMOOTH, BALL, SYMMETRIC, APART, REALISABLE, CONFIDENCE),
    relation=r"|F^{\mathrm{Lin}}_t(x;\bar\Theta)-F^*_t(x)|\le 2L^0_t\|\nu\|\sqrt{\log(2/\delta)/m}\quad"
    r"\text{w.p.}\ge1-\delta",
    quantities=(
        Quantity(
            name="bound",
            meaning="deviation of F^Lin at the point of attraction from the target",
            forms=(
                Form(value=pointwise, where=(LIPSCHITZ_0,), source=Source(origin="restored", where="Proposition 3")),
                Form(
                    tier="directional",
                    value=2 * feature * sqrt(log(2 / delta) / m),
                    where=((feature, Reference(quantity="prop-3.feature", tier="directional")),),
                    source=Source(origin="ours", where="Proposition 3 with the directional bound of the feature"),
                ),
            ),
        ),
        Quantity(
            name="feature",
            meaning="bound of |<grad h_T(theta(0)), v>| over the class",
            forms=(Form(value=L0 * norm_nu, where=(LIPSCHITZ_0,)), Form(tier="directional", value=_feature())),
        ),
    ),
    kind="probabilistic",
    source=Source(origin="restored", where="Proposition 3"),
    depends_on=("lemma-1", "hoeffding"),
    derivation=(
        Step.of(
            "feature",
            L0 * v,
            "<=",
            L0 * norm_nu,
            given=(le(v, norm_nu),),
            because="Cauchy-Schwarz with ||v(theta)|| <= ||nu||",
        ),
        Step.of(
            "feature-directional",
            sigma1 * (nu_w * h + nu_u * x + alpha * s1 * S),
            "<=",
            sigma1 * (nu_u + (h * nu_w + alpha * s1 * S)),
            given=(le(x, Integer(1)),),
            because="<grad z_t, v> = v_w h_{t-1} + <v_u, x_t> + w sigma'(z_{t-1}) <grad z_{t-1}, v> at |w| = alpha; "
            "h_{t-1} and sigma' belong to the same z, so that their sum is at most the supremum over z",
        ),
        Step.of(
            "hoeffding",
            HOEFFDING_DEVIATION,
            "==",
            pointwise,
            given=(equal(N, m / 2), equal(width, 2 * L0 * norm_nu), *IN_UNIT),
            because="F^Lin is the mean of m/2 independent terms <grad h, v> in [-L ||nu||, L ||nu||]",
        ),
        Step.of(
            "hoeffding-directional",
            HOEFFDING_DEVIATION,
            "==",
            2 * feature * sqrt(log(2 / delta) / m),
            given=(equal(N, m / 2), equal(width, 2 * feature), *IN_UNIT),
            because="the same with the directional bound of |<grad h, v>|",
        ),
    ),
)

rms: Expr = L0 * norm_nu * mean_tail / sqrt(m)
PROP_3_RMS = Statement(
    id="prop-3-rms",
    title="Approximating a target by random features, root mean square over all samples and times",
    hypotheses=PROP_3.hypotheses,
    relation=r"\mathrm{rms}_{j,t}\,|F^{\mathrm{Lin}}_t(x^j;\bar\Theta)-F^*_t(x^j)|"
    r"\le L^0_T\|\nu\|\,\frac{\sqrt2+2\sqrt{\log(1/\delta)}}{\sqrt m}\quad\text{w.p.}\ge1-\delta",
    quantities=(
        Quantity(
            name="bound",
            meaning="rms deviation of F^Lin from the target: neither n nor T enters beyond L_T",
            forms=(Form(value=rms, where=(LIPSCHITZ_0,)),),
        ),
    ),
    kind="probabilistic",
    source=Source(origin="ours", where="Proposition 3 without a union bound"),
    depends_on=("lemma-1", "mcdiarmid"),
    derivation=(
        Step.of(
            "mean",
            sqrt(B**2 / N),
            "==",
            sqrt(2) * B / sqrt(m),
            given=(equal(N, m / 2),),
            because="the variance of a mean of m/2 independent vectors of norm at most B, then Jensen",
        ),
        Step.of(
            "mcdiarmid",
            MCDIARMID_DEVIATION,
            "==",
            2 * B * sqrt(log(1 / delta) / m),
            given=(equal(N, m / 2), equal(c, 4 * B / m), *IN_UNIT),
            because="replacing one of m/2 terms moves the norm by at most 2B/(m/2)",
        ),
        Step.of(
            "sum",
            sqrt(2) * B / sqrt(m) + 2 * B * sqrt(log(1 / delta) / m),
            "<=",
            rms,
            given=(le(B, L0 * norm_nu), *IN_UNIT),
            because="B = L ||nu|| in the rms norm",
        ),
    ),
)

uniform: Expr = (2 * L0 * norm_nu * union + half * beta_nu * norm_nu**2) / sqrt(m)
PROP_5 = Statement(
    id="prop-5",
    title="Approximating a target by a finite network, at all samples and times",
    hypotheses=PROP_3.hypotheses,
    relation=r"\max_{j,t}|F_t(x^j;\bar\Theta)-F^*_t(x^j)|\le\frac{1}{\sqrt m}\left[2L^0_T\|\nu\|\sqrt{\log(2nT/\delta)}"
    r"+\tfrac12\beta_T\|\nu\|^2\right]\quad\text{w.p.}\ge1-\delta",
    quantities=(
        Quantity(
            name="bound",
            meaning="largest deviation of the finite network at the point of attraction from the target",
            forms=(Form(value=uniform, where=(LIPSCHITZ_0, SMOOTHNESS_NU)),),
        ),
    ),
    kind="probabilistic",
    source=Source(origin="restored", where="Proposition 5"),
    depends_on=("prop-3", "prop-4", "union-bound"),
    derivation=(
        Step.of(
            "union",
            pointwise.subs(delta, x),
            "==",
            2 * L0 * norm_nu * union / sqrt(m),
            given=(equal(x, delta / (n * T)), *IN_UNIT),
            because="union bound over nT events: Proposition 3 with delta/(nT)",
        ),
        Step.of(
            "sum",
            x + y,
            "<=",
            uniform,
            given=(le(x, 2 * L0 * norm_nu * union / sqrt(m)), le(y, beta_nu * norm_nu**2 / (2 * sqrt(m))), *IN_UNIT),
            because="triangle inequality: Proposition 3 and Proposition 4 at rho = nu",
        ),
    ),
)

symmetric: Expr = gamma3 * norm_nu**3 / (6 * m)
PROP_5_SYMMETRIC = Statement(
    id="prop-5-symmetric",
    title="Linearisation at the point of attraction: symmetric pairs cancel the second order",
    hypotheses=(
        Condition(text="sigma is C^3 with sup|sigma'''| <= sigma3"),
        BALL,
        SYMMETRIC,
    ),
    relation=r"|F_t(x;\bar\Theta)-F^{\mathrm{Lin}}_t(x;\bar\Theta)|\le\frac{\gamma_3\|\nu\|^3}{6m}",
    quantities=(
        Quantity(
            name="bound",
            meaning="linearisation error at the point of attraction",
            forms=(Form(value=symmetric, where=(THIRD_NU,)),),
        ),
    ),
    source=Source(origin="ours", where="Proposition 5'"),
    depends_on=("lemma-1",),
    derivation=(
        Step.of(
            "pair",
            x - y,
            "==",
            2 * v,
            given=(equal(x, u + v + k), equal(y, u - v + k)),
            because="theta + delta and theta - delta with opposite signs c: zeroth and second order cancel",
        ),
        Step.of(
            "sum",
            m * (gamma3 * x**3 / 6) / sqrt(m),
            "<=",
            symmetric,
            given=(le(x, norm_nu / sqrt(m)),),
            because="third-order remainder gamma3 |delta|^3/6 per neuron, |delta| <= ||nu||/sqrt(m)",
        ),
    ),
)

STATEMENTS = (PROP_3, PROP_3_RMS, PROP_5, PROP_5_SYMMETRIC)
