"""Proposition 4: the linearisation error, and (4b) the change of the gradient, on the neighbourhood Omega_{rho,m}.

Dimensionless, deterministic; holds iff sigma is C^2, ||x_t|| <= 1 and every neuron stays within rho_w/sqrt(m) and
rho_u/sqrt(m) of its initialisation.
"""

from __future__ import annotations

from sympy import Symbol, sqrt

from boundcheck.language import Condition, Form, Quantity, Reference, Source, Statement, Step
from boundcheck.notation import m, norm_nu, norm_rho, nu_u, nu_w, rho_u, rho_w, sigma1, sigma2
from boundcheck.theory.hidden_state import BALL, SMOOTH
from boundcheck.theory.hidden_state_steps import le, nonnegative

beta = Symbol("beta", nonnegative=True)
Lambda, chi = Symbol("Lambda", nonnegative=True), Symbol("chi", nonnegative=True)
BETA = ((beta, Reference(quantity="lemma-1.beta")),)
NEIGHBOURHOOD = Condition(
    text="Theta in Omega_{rho,m}: |w_i - w_i(0)| <= rho_w/sqrt(m), ||u_i - u_i(0)|| <= rho_u/sqrt(m)"
)
COMPARATOR = Condition(text="Theta_bar in Omega_{nu,m}: the point of attraction of eq. 20 is one")

D, g, dw, du = nonnegative("D g dw du")
RHO_NU = ((rho_w, nu_w), (rho_u, nu_u))

PROP_4 = Statement(
    id="prop-4",
    title="Linearisation error on the neighbourhood of the initialisation",
    hypotheses=(SMOOTH, BALL, NEIGHBOURHOOD),
    relation=r"|F_t(x;\Theta)-F^{\mathrm{Lin}}_t(x;\Theta)|\le\frac{\beta_T\|\rho\|^2}{2\sqrt m}",
    quantities=(
        Quantity(
            name="bound",
            meaning="bound of |F_t - F_t^Lin| on Omega_{rho,m}",
            latex=r"\varepsilon^{\mathrm{Lin}}_T",
            forms=(Form(value=beta * norm_rho**2 / (2 * sqrt(m)), where=BETA),),
        ),
        Quantity(
            name="bound_pre_activation",
            meaning="the same through Lemma 2 (tier paper only: the chain of constants is reversed in tier coupled)",
            latex=r"\varepsilon^{\mathrm{Lin}}_T",
            forms=(
                Form(
                    tier="paper",
                    value=(sigma2 * Lambda**2 + sigma1 * chi) * norm_rho**2 / (2 * sqrt(m)),
                    where=((Lambda, Reference(quantity="lemma-2.Lambda")), (chi, Reference(quantity="lemma-2.chi"))),
                ),
            ),
        ),
    ),
    source=Source(origin="restored", where="Proposition 4"),
    depends_on=("lemma-1", "lemma-2"),
    derivation=(
        Step.of(
            "displacement",
            dw**2 + du**2,
            "<=",
            norm_rho**2 / m,
            given=(le(dw, rho_w / sqrt(m)), le(du, rho_u / sqrt(m))),
            because="the neighbourhood, per neuron",
            swaps=RHO_NU,
        ),
        Step.of(
            "sum",
            m * (beta / 2) * D / sqrt(m),
            "<=",
            beta * norm_rho**2 / (2 * sqrt(m)),
            given=(le(D, norm_rho**2 / m),),
            because="Taylor with the Hessian bound beta per neuron, D = ||theta_i - theta_i(0)||^2, m "
            "neurons, weight 1/sqrt(m)",
            swaps=RHO_NU,
        ),
        Step.of(
            "pre-activation",
            (sigma2 * Lambda**2 + sigma1 * chi) * norm_rho**2 / (2 * sqrt(m)),
            "<=",
            beta * norm_rho**2 / (2 * sqrt(m)),
            given=(le(sigma2 * Lambda**2 + sigma1 * chi, beta),),
            because="Lemma 2, tier paper",
        ),
    ),
)

PROP_4B = Statement(
    id="prop-4b",
    title="Change of the gradient on the neighbourhood of the initialisation",
    hypotheses=(SMOOTH, BALL, NEIGHBOURHOOD, COMPARATOR),
    relation=r"|\langle\nabla F_t(\Theta)-\nabla F_t(\Theta(0)),\Theta-\bar\Theta\rangle|"
    r"\le\frac{\beta_T\|\rho\|(\|\rho\|+\|\nu\|)}{\sqrt m}",
    quantities=(
        Quantity(
            name="bound",
            meaning="bound of the change of the gradient along Theta - Theta_bar",
            forms=(Form(value=beta * norm_rho * (norm_rho + norm_nu) / sqrt(m), where=BETA),),
        ),
    ),
    source=Source(origin="restored", where="proof of Theorem 1, change of feature"),
    depends_on=("lemma-1",),
    derivation=(
        Step.of(
            "distance",
            sqrt(D) + sqrt(g),
            "<=",
            (norm_rho + norm_nu) / sqrt(m),
            given=(le(D, norm_rho**2 / m), le(g, norm_nu**2 / m)),
            because="triangle inequality through theta_i(0); D and g are the squared displacements of "
            "theta_i and its comparator",
            swaps=RHO_NU,
        ),
        Step.of(
            "sum",
            m * (beta * du * dw) / sqrt(m),
            "<=",
            beta * norm_rho * (norm_rho + norm_nu) / sqrt(m),
            given=(le(du, norm_rho / sqrt(m)), le(dw, (norm_rho + norm_nu) / sqrt(m))),
            because="the gradient of h is beta-Lipschitz: per neuron beta |displacement| |distance to the comparator|",
            swaps=RHO_NU,
        ),
    ),
)

STATEMENTS = (PROP_4, PROP_4B)
