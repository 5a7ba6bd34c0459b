"""The formulas of Theorem 1 and Corollary 1: bounds of the risk; width and iterations that a target risk needs."""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, log, sqrt

from boundcheck.language import (
    Reference,
)
from boundcheck.notation import T, delta, epsilon, kappa, m, n, norm_nu, norm_rho, nu_u, nu_w, rho_u, rho_w, tau
from boundcheck.theory.linearization import beta
from boundcheck.theory.norms import L0, LIPSCHITZ, LIPSCHITZ_0, L

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

# Arbitrary targets: the comparator's squared distance from the start, and its risk.
V_init, R_bar = Symbol("V_0", nonnegative=True), Symbol("R_comparator", nonnegative=True)
any_target: Expr = sqrt(R_bar) + beta * V_init / (2 * sqrt(m))
delta_lin: Expr = beta * norm_rho**2 / (2 * sqrt(m))
