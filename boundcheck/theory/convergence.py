"""Theorem 1 and Corollary 1: projected gradient descent on the empirical risk.

Variants: ``classic`` is the paper's argument (step size 1/sqrt(tau)); ``sharpened`` uses the self-bounding gradient
(step size 1/(2L^2)); ``lyapunov`` follows the distance to the comparator, so that rho enters through alpha_m only.
All bounds are about the empirical risk; nothing here is about generalisation.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational, Symbol, log, sqrt

from boundcheck.language import (
    Claim,
    Condition,
    Form,
    IsInteger,
    Quantity,
    Reference,
    Relation,
    Source,
    Statement,
    Step,
)
from boundcheck.notation import T, delta, epsilon, eta, kappa, m, n, norm_nu, norm_rho, nu_u, nu_w, rho_u, rho_w, tau
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
x, inner, V0, S, X, Y = nonnegative("x inner V_0 sum_R X Y")
c4b, clin, capp = nonnegative("change linear approximation")

# In a derivation the two roots of logarithms are numbers >= 0; their values matter only where they are instantiated.
ROOTS: dict[Expr, Expr] = {
    union: Symbol("union_root", nonnegative=True),
    sqrt(log(1 / delta)): Symbol("tail_root", nonnegative=True),
}


def abbreviated(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Write symbols for the roots of logarithms in every step."""
    found = []
    for step in steps:
        given = tuple(item if isinstance(item, IsInteger) else item.xreplace(ROOTS) for item in step.claim.given)
        claim = Claim(step.claim.conclusion.xreplace(ROOTS), given, step.claim.id)
        found.append(replace(step, claim=claim))
    return tuple(found)


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

chi = Symbol("chi", positive=True)
Vs, taylor, approx, r_rms, g_sq, dot = nonnegative("V_s taylor approximation r_rms gradient_sq dot")
LYAPUNOV = (
    Step.of(
        "rms-change-of-feature",
        taylor + approx,
        "<=",
        C_lyapunov / sqrt(m),
        given=(
            le(taylor, beta * Vs / (2 * sqrt(m))),
            le(Vs, norm_nu**2),
            le(approx, beta_nu * norm_nu**2 / (2 * sqrt(m)) + L0 * norm_nu * mean_tail / sqrt(m)),
        ),
        because="Taylor at Theta(s): the sum of squared distances to the comparator is V_s; Propositions 3' "
        "and 4 at nu",
    ),
    Step.of(
        "drift-lyapunov",
        V - 2 * eta * dot + eta**2 * g_sq,
        "<=",
        V - 4 * eta * (1 - eta * L**2) * Rs + 4 * eta * eps * sqrt(Rs),
        given=(Relation(dot, ">=", 2 * Rs - 2 * sqrt(Rs) * eps), le(g_sq, 4 * L**2 * Rs)),
        because="Cauchy-Schwarz in the rms norm and the self-bounding gradient (Proposition 6b)",
    ),
    Step.of(
        "no-increase",
        V - 4 * eta * chi * Rs + 4 * eta * eps * sqrt(Rs),
        "<=",
        V,
        given=(Relation(sqrt(Rs), ">=", eps / chi),),
        because="while the root of the risk is above eps_m/chi the distance to the comparator does not grow",
    ),
    Step.of(
        "lyapunov-mean",
        chi * Rbar,
        "<=",
        norm_nu**2 / (4 * eta * tau) + eps * sqrt(Rbar),
        given=(
            Relation(0, "<=", norm_nu**2 - 4 * eta * chi * tau * Rbar + 4 * eta * eps * tau * x),
            le(x**2, Rbar),
        ),
        because="sum over s < tau; the mean root x of R is at most the root of its mean",
    ),
    Step.of(
        "lyapunov-root",
        sqrt(Rbar),
        "<=",
        (eps + sqrt(eps**2 + chi * V0 / (eta * tau))) / (2 * chi),
        given=(le(chi * Rbar, V0 / (4 * eta * tau) + eps * sqrt(Rbar)),),
        because="solve the quadratic inequality in sqrt(R_mean)",
    ),
    Step.of(
        "lyapunov-first-case",
        eps / chi,
        "<=",
        (eps + sqrt(eps**2 + chi * V0 / (eta * tau))) / (2 * chi),
        because="if some R_s is at most (eps_m/chi)^2 the same bound holds",
    ),
    Step.of(
        "lyapunov-step-size",
        ((eps + sqrt(eps**2 + chi * norm_nu**2 / (eta * tau))) / (2 * chi)) ** 2,
        "==",
        lyapunov_bound,
        given=(
            equal(chi, Rational(1, 2)),
            equal(eta, 1 / (2 * L**2)),
            equal(eps, C_lyapunov / sqrt(m)),
            Relation(L, ">", 0),
        ),
        because="eta = 1/(2 L^2) gives chi = 1 - eta L^2 = 1/2",
    ),
)

# What a target risk epsilon needs: classic and sharpened give each of the two terms half of epsilon; lyapunov splits
# the root of epsilon by kappa.
WIDTHS = (
    ("classic", (2 * L * (norm_rho + norm_nu) * C_classic / epsilon) ** 2),
    ("sharpened", 8 * C_direct**2 / epsilon),
    ("lyapunov", C_lyapunov**2 / (kappa**2 * epsilon)),
)
ITERATIONS = (
    ("classic", (2 * (norm_nu**2 / 4 + L**4 * (norm_rho + norm_nu) ** 2) / epsilon) ** 2),
    ("sharpened", 4 * L**2 * norm_nu**2 / epsilon),
    ("lyapunov", L**2 * norm_nu**2 / (epsilon * (1 - 2 * kappa))),
)
STEP_SIZES = (("classic", 1 / sqrt(tau)), ("sharpened", 1 / (2 * L**2)), ("lyapunov", 1 / (2 * L**2)))
BELOW_HALF = Relation(kappa, "<", Rational(1, 2))
ROOT_SPLIT = (le(eps, kappa * sqrt(epsilon)), le(A, (1 - 2 * kappa) * epsilon), BELOW_HALF)
PLANNING = (
    Step.of(
        "plan-classic",
        X / sqrt(tau) + Y / sqrt(m),
        "<=",
        epsilon,
        given=(Relation(tau, ">=", (2 * X / epsilon) ** 2), Relation(m, ">=", (2 * Y / epsilon) ** 2)),
        because="each of the two terms is at most half of epsilon",
    ),
    Step.of(
        "plan-sharpened",
        4 * X**2 / m + 2 * Y / tau,
        "<=",
        epsilon,
        given=(Relation(m, ">=", 8 * X**2 / epsilon), Relation(tau, ">=", 4 * Y / epsilon)),
        because="each of the two terms is at most half of epsilon",
    ),
    Step.of(
        "plan-lyapunov",
        eps + sqrt(eps**2 + A),
        "<=",
        sqrt(epsilon),
        given=ROOT_SPLIT,
        because="eps_m takes the part kappa of sqrt(epsilon): (1 - kappa)^2 - kappa^2 = 1 - 2 kappa is left for A",
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
            latex=r"\mathrm{bound}",
            forms=_forms(("classic", classic_bound), ("sharpened", sharpened_bound), ("lyapunov", lyapunov_bound)),
        ),
        Quantity(
            name="C",
            meaning="constant of the change of feature: |r| <= C/sqrt(m)",
            forms=_forms(("classic", C_classic), ("sharpened", C_direct), ("lyapunov", C_lyapunov)),
        ),
        Quantity(name="width", meaning="width m that suffices for the risk epsilon", forms=_forms(*WIDTHS)),
        Quantity(name="iterations", meaning="iterations that suffice for the risk epsilon", forms=_forms(*ITERATIONS)),
        Quantity(name="step_size", meaning="step size of the variant", forms=_forms(*STEP_SIZES)),
    ),
    kind="probabilistic",
    source=Source(origin="restored", where="Theorem 1, eqs. 18-25", note="sharpened and lyapunov are ours"),
    depends_on=("lemma-1", "prop-3", "prop-3-rms", "prop-4", "prop-4b", "prop-5", "prop-6", "prop-6b"),
    derivation=abbreviated((*CHANGE_OF_FEATURE, *CLASSIC, *SHARPENED, *LYAPUNOV, *PLANNING)),
)

V_init, R_bar = Symbol("V_0", nonnegative=True), Symbol("R_comparator", nonnegative=True)
any_target: Expr = sqrt(R_bar) + beta * V_init / (2 * sqrt(m))
THEOREM_1_ANY_TARGET = Statement(
    id="theorem-1-any-target",
    title="Convergence of projected gradient descent to any targets, against any comparator",
    hypotheses=(
        SMOOTH,
        BALL,
        SYMMETRIC,
        Condition(
            text="a comparator Theta_bar in Omega_{rho,m} with V_0 = ||Theta_bar - Theta(0)||^2 and risk R_comparator"
        ),
        PROJECTED,
    ),
    relation=r"\sqrt{\min_{s<\tau}R(\Theta(s))}\le\varepsilon+\sqrt{\varepsilon^2+L^2V_0/\tau},\quad"
    r"\varepsilon=\sqrt{R(\bar\Theta)}+\frac{\beta V_0}{2\sqrt m}",
    quantities=(
        Quantity(
            name="bound",
            meaning="bound of the smallest empirical risk over s < tau at step size 1/(2L^2)",
            risk=True,
            forms=(
                Form(
                    value=(any_target + sqrt(any_target**2 + L**2 * V_init / tau)) ** 2,
                    variant="lyapunov",
                    where=(LIPSCHITZ, SMOOTHNESS),
                    source=Source(origin="ours", where="Theorem 1 without realisability"),
                ),
            ),
        ),
    ),
    source=Source(origin="ours", where="Theorem 1 without realisability"),
    depends_on=("lemma-1", "prop-6b", "theorem-1"),
    derivation=(
        Step.of(
            "rms-residual",
            approx + taylor,
            "<=",
            any_target,
            given=(le(approx, sqrt(R_bar)), le(taylor, beta * Vs / (2 * sqrt(m))), le(Vs, V_init)),
            because="r = [y - F(Theta_bar)] + Taylor remainder at Theta(s), in the rms norm",
        ),
        Step.of(
            "root",
            sqrt(Rbar),
            "<=",
            eps + sqrt(eps**2 + L**2 * V_init / tau),
            given=(le(Rbar, L**2 * V_init / tau + 2 * eps * sqrt(Rbar)),),
            because="the lyapunov argument with V_0 in place of ||nu||^2 at step size 1/(2L^2)",
        ),
    ),
)

delta_lin: Expr = beta * norm_rho**2 / (2 * sqrt(m))
dl, mean_lin, avg_lin, R_hat = nonnegative("delta_lin R_lin mean_R_lin R_hat")
COROLLARY_1 = Statement(
    id="corollary-1",
    title="Average iterate of projected gradient descent",
    hypotheses=THEOREM_1.hypotheses,
    relation=r"R(\hat\Theta)\le 4\bar R+6\delta_{\mathrm{lin}}^2\ \text{(classic)},\quad"
    r"\sqrt{R(\hat\Theta)}\le\sqrt{\bar R}+\delta_{\mathrm{lin}}\ \text{(sharpened)}",
    quantities=(
        Quantity(
            name="bound",
            meaning="bound of the empirical risk of the average iterate",
            risk=True,
            forms=_forms(
                ("classic", 4 * classic_bound + 6 * delta_lin**2),
                ("sharpened", (sqrt(sharpened_bound) + delta_lin) ** 2),
                where="Corollary 1",
            ),
        ),
    ),
    kind="probabilistic",
    source=Source(origin="restored", where="Corollary 1", note="sharpened is ours"),
    depends_on=("theorem-1", "prop-4"),
    derivation=(
        Step.of(
            "to-linear",
            2 * mean_lin + 2 * dl**2,
            "<=",
            4 * Rbar + 6 * dl**2,
            given=(le(mean_lin, avg_lin), le(avg_lin, 2 * Rbar + 2 * dl**2)),
            because="(a + b)^2 <= 2a^2 + 2b^2 twice, and Jensen: the linear model's risk is convex in Theta",
        ),
        Step.of(
            "square-of-sum",
            (x + dl) ** 2,
            "<=",
            2 * x**2 + 2 * dl**2,
            because="(a + b)^2 <= 2a^2 + 2b^2",
        ),
        Step.of(
            "sharpened",
            sqrt(R_hat),
            "<=",
            sqrt(Rbar) + dl,
            given=(le(sqrt(R_hat), x + dl), le(x**2, Rbar)),
            because="Taylor at the average: the linear terms average to zero; x is the rms of the averaged residuals",
        ),
        Step.of(
            "spread",
            beta / (2 * sqrt(m)) * Vs,
            "<=",
            delta_lin,
            given=(le(Vs, norm_rho**2),),
            because="the spread of the iterates about their mean is at most that about Theta(0)",
            swaps=RHO_NU,
        ),
    ),
)

STATEMENTS = (THEOREM_1, THEOREM_1_ANY_TARGET, COROLLARY_1)
