"""Theorem 1 turned round: its conditions solved for width and iterations, and why a smaller width asks for more.

A planner looks for the smallest width m with m >= g(m). That g falls with m is in the last steps: alpha_m falls, and
what tiers are made of (p, q, the recursive root, the supremum of a step, products) grows with it.
"""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, sqrt

from boundcheck.language import Relation, Step
from boundcheck.notation import alpha, epsilon, kappa, m, norm_nu, norm_rho, p, q, rho_w, tau
from boundcheck.theory.convergence_bounds import C_classic, C_direct, C_lyapunov
from boundcheck.theory.convergence_steps import A, X, Y, eps
from boundcheck.theory.hidden_state_steps import le, nonnegative
from boundcheck.theory.norms import L

narrow = Symbol("m_narrow", positive=True)
t = Symbol("t", integer=True, positive=True)
a, b, S, R, s0, s1 = nonnegative("a b S R abs_s0 abs_s1")
size: Expr = norm_rho + norm_nu
BELOW_HALF = Relation(kappa, "<", Rational(1, 2))
ROOT_SPLIT = (le(eps, kappa * sqrt(epsilon)), le(A, (1 - 2 * kappa) * epsilon), BELOW_HALF)
PLANNING = (
    Step.of(
        "width-classic",
        L * size * C_classic / sqrt(m),
        "<=",
        epsilon / 2,
        given=(Relation(m, ">=", (2 * L * size * C_classic / epsilon) ** 2),),
        because="the width condition, solved for m",
    ),
    Step.of(
        "iterations-classic",
        (norm_nu**2 / 4 + L**4 * size**2) / sqrt(tau),
        "<=",
        epsilon / 2,
        given=(Relation(tau, ">=", (2 * (norm_nu**2 / 4 + L**4 * size**2) / epsilon) ** 2),),
        because="the condition on the iterations, solved for tau",
    ),
    Step.of(
        "width-sharpened",
        4 * C_direct**2 / m,
        "<=",
        epsilon / 2,
        given=(Relation(m, ">=", 8 * C_direct**2 / epsilon),),
        because="the width condition, solved for m",
    ),
    Step.of(
        "iterations-sharpened",
        2 * L**2 * norm_nu**2 / tau,
        "<=",
        epsilon / 2,
        given=(Relation(tau, ">=", 4 * L**2 * norm_nu**2 / epsilon),),
        because="the condition on the iterations, solved for tau",
    ),
    Step.of(
        "width-lyapunov",
        C_lyapunov / sqrt(m),
        "<=",
        kappa * sqrt(epsilon),
        given=(Relation(m, ">=", C_lyapunov**2 / (kappa**2 * epsilon)),),
        because="the width condition, solved for m",
    ),
    Step.of(
        "iterations-lyapunov",
        L**2 * norm_nu**2 / tau,
        "<=",
        (1 - 2 * kappa) * epsilon,
        given=(Relation(tau, ">=", L**2 * norm_nu**2 / (epsilon * (1 - 2 * kappa))), BELOW_HALF),
        because="the condition on the iterations, solved for tau",
    ),
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
    Step.of(
        "alpha-falls",
        alpha + rho_w / sqrt(m),
        "<=",
        alpha + rho_w / sqrt(narrow),
        given=(Relation(narrow, ">", 0), le(narrow, m)),
        because="alpha_m at a larger width is smaller",
    ),
    Step.of("p-grows", p(t, a), "<=", p(t, b), given=(le(a, b),), because="term by term", swaps=((p, q),)),
    Step.of("q-grows", q(t, a), "<=", q(t, b), given=(le(a, b),), because="term by term", swaps=((p, q),)),
    Step.of(
        "root-grows",
        sqrt((X + 1) ** 2 + (a * S) ** 2),
        "<=",
        sqrt((Y + 1) ** 2 + (b * R) ** 2),
        given=(le(X, Y), le(a, b), le(S, R)),
        because="tier recursive: one step of the bound of the gradient, entry by entry",
    ),
    Step.of(
        "supremum-grows",
        s0 + a * S * s1,
        "<=",
        s0 + b * R * s1,
        given=(le(a, b), le(S, R)),
        because="tiers coupled and directional: at every z, hence the suprema",
    ),
)
