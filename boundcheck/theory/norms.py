"""Proposition 6: norm bounds of the output, the target and the gradient; (6b) the self-bounding gradient.

Dimensionless, deterministic; y is realisable in Proposition 6 and arbitrary in 6b.
"""

from __future__ import annotations

from sympy import Symbol, sqrt

from boundcheck.language import Condition, Form, Quantity, Reference, Source, Statement, Step
from boundcheck.notation import T as length
from boundcheck.notation import m, n, norm_nu, norm_rho, rho_u, rho_w
from boundcheck.theory.hidden_state import BALL, SMOOTH
from boundcheck.theory.hidden_state_steps import le, nonnegative
from boundcheck.theory.linearization import NEIGHBOURHOOD, RHO_NU

L, L0, Dw, Du = nonnegative("L L0 D_w D_u")
R = Symbol("R", nonnegative=True, real=True)
AT_0 = ((rho_w, 0 * rho_w), (rho_u, 0 * rho_u))
LIPSCHITZ = (L, Reference(quantity="lemma-1.L"))
LIPSCHITZ_0 = (L0, Reference(quantity="lemma-1.L", at=AT_0))
REALISABLE = Condition(text="y is realisable: y_t^j = F*_t(x^j) for transportation maps bounded by nu_w, nu_u")

v, e, G, S1, S2 = nonnegative("v e G S1 S2")

PROP_6 = Statement(
    id="prop-6",
    title="Norm bounds of the output, the target and the gradient",
    hypotheses=(SMOOTH, BALL, NEIGHBOURHOOD, REALISABLE),
    relation=r"|F_t|\le L_T\|\rho\|,\quad |F^*_t|\le L^0_T\|\nu\|,\quad"
    r"\|\nabla_{\theta_i}R\|\le\frac{2}{\sqrt m}L_T^2(\|\rho\|+\|\nu\|)",
    quantities=(
        Quantity(
            name="output",
            meaning="bound of |F_t| on Omega_{rho,m}",
            forms=(Form(value=L * norm_rho, where=(LIPSCHITZ,)),),
        ),
        Quantity(
            name="target",
            meaning="bound of |F*_t|",
            forms=(Form(value=L0 * norm_nu, where=(LIPSCHITZ_0,)),),
        ),
        Quantity(
            name="gradient",
            meaning="bound of the norm of one neuron's gradient of the empirical risk",
            forms=(Form(value=2 * L**2 * (norm_rho + norm_nu) / sqrt(m), where=(LIPSCHITZ,)),),
        ),
    ),
    source=Source(origin="restored", where="Proposition 6"),
    depends_on=("lemma-1",),
    derivation=(
        Step.of(
            "output",
            m * (L * v) / sqrt(m),
            "<=",
            L * norm_rho,
            given=(le(v, norm_rho / sqrt(m)),),
            because="F_t(Theta(0)) = 0 by symmetry; each h_t is L-Lipschitz on the neighbourhood",
            swaps=RHO_NU,
        ),
        Step.of(
            "target",
            L0 * v,
            "<=",
            L0 * norm_nu,
            given=(le(v, norm_nu),),
            because="Cauchy-Schwarz under the expectation with ||v(theta)|| <= ||nu||",
        ),
        Step.of(
            "gradient",
            2 / (n * length) * (n * length) * e * L / sqrt(m),
            "<=",
            2 * L**2 * (norm_rho + norm_nu) / sqrt(m),
            given=(le(e, L * norm_rho + L0 * norm_nu), le(L0, L)),
            because="mean over samples and times of |e| |c_i| ||grad h||/sqrt(m), and the Lipschitz constant "
            "at 0 is smaller",
            swaps=RHO_NU,
        ),
    ),
)

PROP_6B = Statement(
    id="prop-6b",
    title="Self-bounding gradient of the empirical risk, any targets",
    hypotheses=(SMOOTH, BALL, NEIGHBOURHOOD),
    relation=r"\|\nabla R\|^2\le 4L_T^2R,\quad|\partial_{w_i}R|\le\tfrac{2}{\sqrt m}D^w_T\sqrt R,\quad"
    r"\|\partial_{u_i}R\|\le\tfrac{2}{\sqrt m}D^u_T\sqrt R",
    quantities=(
        Quantity(
            name="factor",
            meaning="bound of ||grad R||^2 / R",
            forms=(Form(value=4 * L**2, where=(LIPSCHITZ,)),),
        ),
        Quantity(
            name="factor_w",
            meaning="bound of |dR/dw_i| / sqrt(R)",
            forms=(Form(value=2 * Dw / sqrt(m), where=((Dw, Reference(quantity="lemma-1.D_w")),)),),
        ),
        Quantity(
            name="factor_u",
            meaning="bound of ||dR/du_i|| / sqrt(R)",
            forms=(Form(value=2 * Du / sqrt(m), where=((Du, Reference(quantity="lemma-1.D_u")),)),),
        ),
    ),
    source=Source(origin="ours", where="used in the variants sharpened and lyapunov"),
    depends_on=("lemma-1",),
    derivation=(
        Step.of(
            "mean-absolute",
            e,
            "<=",
            sqrt(R),
            given=(le(e**2, R),),
            because="Cauchy-Schwarz (Jensen): the mean of |e| is at most the root of the mean of e^2",
        ),
        Step.of(
            "neuron",
            2 * L * e / sqrt(m),
            "<=",
            2 * L * sqrt(R) / sqrt(m),
            given=(le(e, sqrt(R)),),
            because="one neuron's gradient is the mean of 2 e c_i grad h/sqrt(m)",
        ),
        *(
            Step.of(
                f"neuron-{name}",
                2 * D * e / sqrt(m),
                "<=",
                2 * D * sqrt(R) / sqrt(m),
                given=(le(e, sqrt(R)),),
                because=f"the part of that gradient in {name}, with D^{name} in place of L",
            )
            for name, D in (("w", Dw), ("u", Du))
        ),
        Step.of(
            "sum",
            m * G**2,
            "<=",
            4 * L**2 * R,
            given=(le(G, 2 * L * sqrt(R) / sqrt(m)),),
            because="sum of squares over m neurons",
        ),
    ),
)

STATEMENTS = (PROP_6, PROP_6B)
