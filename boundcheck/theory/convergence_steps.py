"""The proof of Theorem 1, step by step, per variant: scalar claims that the checker decides."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational, Symbol, log, sqrt

from boundcheck.language import (
    Claim,
    IsInteger,
    Relation,
    Step,
)
from boundcheck.notation import delta, eta, m, norm_nu, norm_rho, nu_u, nu_w, rho_u, rho_w, tau
from boundcheck.theory.convergence_bounds import (
    C_classic,
    C_direct,
    C_lyapunov,
    beta_nu,
    classic_bound,
    half,
    lyapunov_bound,
    mean_tail,
    sharpened_bound,
    union,
)
from boundcheck.theory.hidden_state_steps import equal, le, nonnegative
from boundcheck.theory.linearization import RHO_NU, beta
from boundcheck.theory.norms import L0, L

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
