"""Theorem 1 and Corollary 1: projected gradient descent on the empirical risk.

Variants: ``classic`` is the paper's argument (step size 1/sqrt(tau)); ``sharpened`` uses the self-bounding gradient
(step size 1/(2L^2)); ``lyapunov`` follows the distance to the comparator, so that rho enters through alpha_m only.
All bounds are about the empirical risk; nothing here is about generalisation.
"""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, log, sqrt

from boundcheck.language import Condition, Form, Quantity, Reference, Relation, Source, Statement, Step
from boundcheck.notation import T, delta, eta, m, n, norm_nu, norm_rho, nu_u, nu_w, rho_u, rho_w, tau
from boundcheck.theory.hidden_state import BALL, SMOOTH
from boundcheck.theory.hidden_state_steps import equal, le, nonnegative
from boundcheck.theory.linearization import RHO_NU, beta
from boundcheck.theory.norms import L0, LIPSCHITZ, LIPSCHITZ_0, REALISABLE, L

half = Rational(1, 2)
beta_nu = Symbol("beta_nu", nonnegative=True)
AT_NU = ((rho_w, nu_w), (rho_u, nu_u))
SMOOTHNESS = (beta, Reference(quantity="lemma-1.beta"))
SMOOTHNESS_NU = (beta_nu, Reference(quantity="lemma-1.beta", at=AT_NU))
CONSTANTS = (LIPSCHITZ, LIPSCHITZ_0, SMOOTHNESS, SMOOTHNESS_NU)

union: Expr = sqrt(log(2 * n * T / delta))
mean_tail: Expr = sqrt(2) + 2 * sqrt(log(1 / delta))
C_classic: Expr = beta * norm_rho * (norm_rho + norm_nu) + half * beta * norm_rho**2 + 2 * L0 * norm_nu * union
C_direct: Expr = half * beta * (norm_rho + norm_nu) ** 2 + half * beta_nu * norm_nu**2 + 2 * L0 * norm_nu * union
C_lyapunov: Expr = half * (beta + beta_nu) * norm_nu**2 + L0 * norm_nu * mean_tail

classic_bound: Expr = (norm_nu**2 / 4 + L**4 * (norm_rho + norm_nu) ** 2) / sqrt(tau) + L * (
    norm_rho + norm_nu
) * C_classic / sqrt(m)
sharpened_bound: Expr = 4 * C_direct**2 / m + 2 * L**2 * norm_nu**2 / tau
# Step size 1/(2 L^2), hence chi = 1 - eta L^2 = 1/2.
lyapunov_bound: Expr = (C_lyapunov / sqrt(m) + sqrt(C_lyapunov**2 / m + L**2 * norm_nu**2 / tau)) ** 2

ROOM = (
    Condition(text="rho_w >= nu_w", relation=Relation(rho_w, ">=", nu_w)),
    Condition(text="rho_u >= nu_u", relation=Relation(rho_u, ">=", nu_u)),
)
PROJECTED = Condition(text="projected gradient descent with the step size of the variant")
SYMMETRIC = Condition(text="symmetric random initialisation (Definition 1)")


def _forms(*values: tuple[str, Expr], where: str = "Theorem 1") -> tuple[Form, ...]:
    restored, ours = Source(origin="restored", where=where), Source(origin="ours", where=where)
    return tuple(
        Form(value=value, variant=variant, where=_used(value), source=restored if variant == "classic" else ours)
        for variant, value in values
    )


def _used(value: Expr) -> tuple[tuple[Symbol, Reference], ...]:
    return tuple(entry for entry in CONSTANTS if entry[0] in value.free_symbols)


V, V_next, E, Rs, eps, N, A, Rbar = nonnegative("V V_next E R eps_m gradient A R_mean")
r_signed, e_signed = Symbol("r_s", real=True), Symbol("e_s", real=True)
x, inner, V0, S, s_sqrt = nonnegative("x inner V_0 sum_R sum_root_R")
c4b, clin, capp = nonnegative("change linear approximation")

CHANGE_OF_FEATURE = (
    Step.of(
        "change-of-feature",
        c4b + clin + capp,
        "<=",
        C_classic / sqrt(m),
        given=(
            le(c4b, beta * norm_rho * (norm_rho + norm_nu) / sqrt(m)),
            le(clin, beta * norm_rho**2 / (2 * sqrt(m))),
            le(capp, 2 * L0 * norm_nu * union / sqrt(m)),
        ),
        because="r = [change of gradient] + [F^Lin - F at Theta] + [y - F^Lin at Theta_bar]: Propositions "
        "4b, 4, 3 (eq. 19)",
        swaps=RHO_NU,
    ),
    Step.of(
        "direct",
        c4b + clin + capp,
        "<=",
        C_direct / sqrt(m),
        given=(
            le(c4b, beta * (norm_rho + norm_nu) ** 2 / (2 * sqrt(m))),
            le(clin, beta_nu * norm_nu**2 / (2 * sqrt(m))),
            le(capp, 2 * L0 * norm_nu * union / sqrt(m)),
        ),
        because="Taylor at Theta towards Theta_bar, then Proposition 5 for y - F(Theta_bar)",
        swaps=RHO_NU,
    ),
    Step.of(
        "direct-never-larger",
        half * beta * (norm_rho + norm_nu) ** 2 + half * beta_nu * norm_nu**2,
        "<=",
        beta * norm_rho * (norm_rho + norm_nu) + half * beta * norm_rho**2,
        given=(le(beta_nu, beta), le(nu_w, rho_w), le(nu_u, rho_u)),
        because="rho >= nu",
    ),
)

CLASSIC = (
    Step.of(
        "residual",
        L * norm_rho + L0 * norm_nu,
        "<=",
        L * (norm_rho + norm_nu),
        given=(le(L0, L),),
        because="Proposition 6: |e| <= |F| + |F*|, and the constant at 0 is smaller",
    ),
    Step.of(
        "inner-product",
        2 * e_signed * (e_signed + r_signed),
        ">=",
        2 * e_signed**2 - 2 * E * eps,
        given=(
            le(e_signed, E),
            le(-e_signed, E),
            le(r_signed, eps),
            le(-r_signed, eps),
        ),
        because="<grad R, Theta - Theta_bar> is the mean of 2 e (e + r)",
    ),
    Step.of(
        "drift",
        V - 2 * eta * inner + eta**2 * N**2,
        "<=",
        V - 4 * eta * Rs + 4 * eta * E * eps + 4 * eta**2 * L**4 * (norm_rho + norm_nu) ** 2,
        given=(
            Relation(inner, ">=", 2 * Rs - 2 * E * eps),
            le(N, 2 * L**2 * (norm_rho + norm_nu)),
        ),
        because="eq. 21 with the two bounds",
    ),
    Step.of(
        "telescope",
        S / tau,
        "<=",
        norm_nu**2 / (4 * eta * tau) + E * eps + eta * L**4 * (norm_rho + norm_nu) ** 2,
        given=(
            Relation(
                0,
                "<=",
                norm_nu**2
                - 4 * eta * S
                + 4 * eta * tau * E * eps
                + 4 * eta**2 * tau * L**4 * (norm_rho + norm_nu) ** 2,
            ),
        ),
        because="sum the drift over s < tau; V_0 <= ||nu||^2 and V_tau >= 0",
    ),
    Step.of(
        "step-size",
        norm_nu**2 / (4 * eta * tau) + E * eps + eta * L**4 * (norm_rho + norm_nu) ** 2,
        "==",
        classic_bound,
        given=(
            equal(eta, 1 / sqrt(tau)),
            equal(E, L * (norm_rho + norm_nu)),
            equal(eps, C_classic / sqrt(m)),
        ),
        because="eta = 1/sqrt(tau) (eq. 18)",
    ),
)

SHARPENED = (
    Step.of(
        "cauchy-schwarz",
        2 * Rs + 2 * r_signed,
        ">=",
        2 * Rs - 2 * sqrt(Rs) * eps,
        given=(Relation(r_signed**2, "<=", Rs * eps**2),),
        because="the mean of e r is at least -rms(e) rms(r); here r_s is that mean",
    ),
    Step.of(
        "drift-self-bounding",
        V - 2 * eta * (2 * Rs - 2 * sqrt(Rs) * eps) + eta**2 * (4 * L**2 * Rs),
        "<=",
        V - 2 * eta * Rs + 4 * eta * eps * sqrt(Rs),
        given=(le(2 * eta * L**2, 1),),
        because="Proposition 6b and eta <= 1/(2 L^2)",
    ),
    Step.of(
        "mean-drift",
        Rbar,
        "<=",
        A + 2 * eps * sqrt(Rbar),
        given=(
            Relation(0, "<=", norm_nu**2 - 2 * eta * tau * Rbar + 4 * eta * eps * tau * x),
            le(x**2, Rbar),
            Relation(A, "==", norm_nu**2 / (2 * eta * tau)),
        ),
        because="sum over s < tau, divide by 2 eta tau; the mean root x of R is at most the root of its mean (Jensen)",
    ),
    Step.of(
        "quadratic-root",
        sqrt(Rbar),
        "<=",
        eps + sqrt(eps**2 + A),
        given=(le(Rbar, A + 2 * eps * sqrt(Rbar)),),
        because="solve the quadratic inequality in sqrt(R_mean)",
    ),
    Step.of(
        "square",
        (eps + sqrt(eps**2 + A)) ** 2,
        "<=",
        4 * eps**2 + 2 * A,
        because="(a + b)^2 <= 2a^2 + 2b^2",
    ),
    Step.of(
        "sharpened-step-size",
        4 * eps**2 + 2 * A,
        "==",
        sharpened_bound,
        given=(
            equal(A, norm_nu**2 / (2 * eta * tau)),
            equal(eta, 1 / (2 * L**2)),
            equal(eps, C_direct / sqrt(m)),
            Relation(L, ">", 0),
        ),
        because="eta = 1/(2 L^2)",
    ),
)

THEOREM_1 = Statement(
    id="theorem-1",
    title="Convergence of projected gradient descent",
    hypotheses=(SMOOTH, BALL, SYMMETRIC, REALISABLE, *ROOM, PROJECTED),
    relation=r"\min_{s<\tau}R(\Theta(s))\le\frac1\tau\sum_{s<\tau}R(\Theta(s))\le\mathrm{bound}\quad"
    r"\text{w.p.}\ge 1-\delta",
    quantities=(
        Quantity(
            name="bound",
            meaning="bound of the smallest empirical risk over s < tau",
            risk=True,
            forms=_forms(("classic", classic_bound), ("sharpened", sharpened_bound)),
        ),
        Quantity(
            name="C",
            meaning="constant of the change of feature: |r| <= C/sqrt(m)",
            forms=_forms(("classic", C_classic), ("sharpened", C_direct)),
        ),
    ),
    kind="probabilistic",
    source=Source(origin="restored", where="Theorem 1, eqs. 18-25", note="sharpened is ours"),
    depends_on=("lemma-1", "prop-4", "prop-4b", "prop-6", "prop-6b"),
    derivation=(*CHANGE_OF_FEATURE, *CLASSIC, *SHARPENED),
)

STATEMENTS = (THEOREM_1,)
