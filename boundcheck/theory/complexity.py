"""Theorem 2: gradient descent without projection, by a bound on the exit time from the neighbourhood.

L, D, beta depend on rho_w through alpha_m and rho on them: a fixed point that the planner solves for the width.
"""

from __future__ import annotations

from sympy import Expr, Integer, Max, Rational, sqrt

from boundcheck.language import Condition, Form, Quantity, Reference, Relation, Source, Statement, Step
from boundcheck.notation import epsilon, eta, kappa, m, norm_nu, norm_rho, nu_u, nu_w, tau
from boundcheck.theory.approximation import APART, CONFIDENCE, SYMMETRIC
from boundcheck.theory.convergence import ROOM
from boundcheck.theory.convergence_bounds import CONSTANTS, ITERATIONS, WIDTHS, C_classic, C_direct, C_lyapunov
from boundcheck.theory.convergence_steps import abbreviated
from boundcheck.theory.hidden_state import BALL, SMOOTH
from boundcheck.theory.hidden_state_steps import equal, le, nonnegative
from boundcheck.theory.norms import REALISABLE, L
from boundcheck.theory.planning_steps import BELOW_HALF, size

Dw, Du, D, nu = nonnegative("D_w D_u D nu")
DERIVATIVES = (
    *CONSTANTS,
    (Dw, Reference(quantity="lemma-1.D_w")),
    (Du, Reference(quantity="lemma-1.D_u")),
)
root: Expr = norm_nu**2 / sqrt(epsilon)
FACTORS = (
    ("classic", Integer(1)),
    ("sharpened", sqrt(2) + sqrt(6)),
    ("lyapunov", 1 / (1 - 2 * kappa)),
)


def _forms(*values: tuple[str, Expr]) -> tuple[Form, ...]:
    restored, ours = Source(origin="restored", where="Theorem 2"), Source(origin="ours", where="Theorem 2")
    return tuple(
        Form(
            value=value,
            variant=variant,
            where=tuple(entry for entry in DERIVATIVES if entry[0] in value.free_symbols),
            source=restored if variant == "classic" else ours,
        )
        for variant, value in values
    )


def _radius(least: Expr, bound: Expr) -> Expr:
    return Max(least, bound, evaluate=False)  # neither is known to be larger, and finding that out takes 20 ms


RADIUS_W = tuple((variant, _radius(nu_w, factor * Dw * root)) for variant, factor in FACTORS)
RADIUS_U = tuple((variant, _radius(nu_u, factor * Du * root)) for variant, factor in FACTORS)
FREE_WIDTHS = (("classic", (4 * L * (norm_rho + norm_nu) * C_classic / epsilon) ** 2), *WIDTHS[1:])
FREE_ITERATIONS = (
    ("classic", 2 * norm_nu**2 * L**4 * (norm_rho + norm_nu) ** 2 / epsilon**2),
    *ITERATIONS[1:],
)
FREE_STEP_SIZES = (
    ("classic", norm_nu**2 / (2 * epsilon * tau)),
    ("sharpened", 2 * norm_nu**2 / (epsilon * tau)),
    ("lyapunov", 1 / (2 * L**2)),
)

S, s, y, x, eps, E, A, R, k_sum, rho = nonnegative("sum_R s y x eps_m E A R sum_root_R rho")
positive_nu = Relation(norm_nu, ">", 0)

CLASSIC = (
    Step.of(
        "budget",
        norm_nu**2 / (4 * eta * tau) + eps * E + eta * L**4 * size**2,
        "<=",
        epsilon,
        given=(
            equal(eta, norm_nu**2 / (2 * epsilon * tau)),
            le(eps * E, epsilon / 4),
            Relation(tau, ">=", 2 * norm_nu**2 * L**4 * size**2 / epsilon**2),
            positive_nu,
        ),
        because="half, a quarter and a quarter of epsilon",
    ),
    Step.of(
        "width",
        L * size * C_classic / sqrt(m),
        "<=",
        epsilon / 4,
        given=(Relation(m, ">=", (4 * L * size * C_classic / epsilon) ** 2),),
        because="the width condition, solved for m",
    ),
    Step.of(
        "partial-sum",
        S,
        "<=",
        tau * epsilon,
        given=(
            le(S, norm_nu**2 / (4 * eta) + s * epsilon / 2),
            equal(eta, norm_nu**2 / (2 * epsilon * tau)),
            le(s, tau),
            positive_nu,
        ),
        because="telescoping up to any s <= tau",
    ),
    Step.of(
        "root-sum",
        k_sum,
        "<=",
        tau * sqrt(epsilon),
        given=(le(k_sum**2, s * S), le(S, tau * epsilon), le(s, tau)),
        because="Cauchy-Schwarz over the steps",
    ),
    Step.of(
        "no-exit",
        2 * eta * D / sqrt(m) * k_sum,
        "<=",
        D * root / sqrt(m),
        given=(le(k_sum, tau * sqrt(epsilon)), equal(eta, norm_nu**2 / (2 * epsilon * tau))),
        because="the drift per coordinate stays within rho/sqrt(m) with rho >= D ||nu||^2/sqrt(epsilon)",
    ),
)

SHARPENED = (
    Step.of(
        "step-admissible",
        eta,
        "<=",
        1 / (2 * L**2),
        given=(
            equal(eta, 2 * norm_nu**2 / (epsilon * tau)),
            Relation(tau, ">=", 4 * L**2 * norm_nu**2 / epsilon),
            Relation(L, ">", 0),
            positive_nu,
        ),
        because="tau >= 4 L^2 ||nu||^2/epsilon",
    ),
    Step.of(
        "budget-sharpened",
        4 * eps**2 + 2 * A,
        "<=",
        epsilon,
        given=(
            le(eps**2, epsilon / 8),
            equal(A, norm_nu**2 / (2 * eta * tau)),
            equal(eta, 2 * norm_nu**2 / (epsilon * tau)),
            positive_nu,
        ),
        because="both halves of epsilon",
    ),
    Step.of(
        "width-sharpened",
        (C_direct / sqrt(m)) ** 2,
        "<=",
        epsilon / 8,
        given=(Relation(m, ">=", 8 * C_direct**2 / epsilon),),
        because="the width condition, solved for m: eps_m = C'/sqrt(m)",
    ),
    Step.of(
        "partial-roots",
        (eps * x) ** 2,
        "<=",
        tau * epsilon / 8 * y**2,
        given=(le(x**2, s * y**2), le(s, tau), le(eps**2, epsilon / 8)),
        because="y is the root of the partial sum of R up to any s <= tau, x the partial sum of the roots: "
        "Cauchy-Schwarz",
    ),
    Step.of(
        "partial-sum-sharpened",
        y**2,
        "<=",
        tau * epsilon / 4 + 2 * sqrt(tau * epsilon / 8) * y,
        given=(
            le(y**2, norm_nu**2 / (2 * eta) + 2 * E),
            le(E, sqrt(tau * epsilon / 8) * y),
            equal(eta, 2 * norm_nu**2 / (epsilon * tau)),
            positive_nu,
        ),
        because="telescoping up to s; E is eps_m times the partial sum of the roots",
    ),
    Step.of(
        "partial-root",
        y,
        "<=",
        sqrt(tau * epsilon / 8) + sqrt(3 * tau * epsilon / 8),
        given=(le(y**2, tau * epsilon / 4 + 2 * sqrt(tau * epsilon / 8) * y),),
        because="y is the root of the partial sum of R; eps_m^2 s <= tau epsilon/8 and ||nu||^2/(2 eta) = "
        "tau epsilon/4",
    ),
    Step.of(
        "no-exit-sharpened",
        2 * eta * D / sqrt(m) * sqrt(tau) * y,
        "<=",
        (sqrt(2) + sqrt(6)) * D * root / sqrt(m),
        given=(
            le(y, sqrt(tau * epsilon / 8) + sqrt(3 * tau * epsilon / 8)),
            equal(eta, 2 * norm_nu**2 / (epsilon * tau)),
        ),
        because="the sum of roots is at most sqrt(tau) y; 4 (sqrt(1/8) + sqrt(3/8)) = sqrt(2) + sqrt(6)",
    ),
)

LYAPUNOV = (
    Step.of(
        "width-lyapunov",
        C_lyapunov / sqrt(m),
        "<=",
        kappa * sqrt(epsilon),
        given=(Relation(m, ">=", C_lyapunov**2 / (kappa**2 * epsilon)),),
        because="the width condition, solved for m: eps_m = C''/sqrt(m)",
    ),
    Step.of(
        "drift-lyapunov",
        -4 * eta * R / 2 + 4 * eta * eps * sqrt(R),
        "<=",
        -2 * eta * (1 - 2 * kappa) * R,
        given=(le(eps, kappa * sqrt(epsilon)), Relation(R, ">=", epsilon), BELOW_HALF),
        because="while R > epsilon: eps_m <= kappa sqrt(R) and chi = 1/2",
    ),
    Step.of(
        "sum-lyapunov",
        S,
        "<=",
        L**2 * norm_nu**2 / (1 - 2 * kappa),
        given=(
            Relation(0, "<=", norm_nu**2 - 2 * eta * (1 - 2 * kappa) * S),
            equal(eta, 1 / (2 * L**2)),
            Relation(L, ">", 0),
            BELOW_HALF,
        ),
        because="telescoping; V >= 0",
    ),
    Step.of(
        "iterations-lyapunov",
        S / tau,
        "<=",
        epsilon,
        given=(
            le(S, L**2 * norm_nu**2 / (1 - 2 * kappa)),
            Relation(tau, ">=", L**2 * norm_nu**2 / (epsilon * (1 - 2 * kappa))),
            BELOW_HALF,
        ),
        because="if R_s > epsilon for all s < tau, their mean is at most epsilon: a contradiction",
    ),
    Step.of(
        "root-below",
        sqrt(R),
        "<=",
        R / sqrt(epsilon),
        given=(Relation(R, ">=", epsilon),),
        because="while R >= epsilon",
    ),
    Step.of(
        "no-exit-lyapunov",
        2 * eta * D / sqrt(m) * k_sum,
        "<=",
        D * root / ((1 - 2 * kappa) * sqrt(m)),
        given=(
            le(k_sum, S / sqrt(epsilon)),
            le(S, L**2 * norm_nu**2 / (1 - 2 * kappa)),
            equal(eta, 1 / (2 * L**2)),
            Relation(L, ">", 0),
            BELOW_HALF,
        ),
        because="the drift per coordinate stays within rho/sqrt(m)",
    ),
    Step.of(
        "quarter",
        1 / (1 - 2 * kappa),
        "==",
        2,
        given=(equal(kappa, Rational(1, 4)),),
        because="at kappa = 1/4: rho >= 2 D ||nu||^2/sqrt(epsilon), tau >= 2 L^2 ||nu||^2/epsilon, m >= 16 "
        "C''^2/epsilon",
    ),
)

RADII = tuple(
    Step.of(
        f"radius-{variant}",
        factor * D * root / sqrt(m),
        "<=",
        rho / sqrt(m),
        given=(Relation(rho, ">=", _radius(nu, factor * D * root)), *((BELOW_HALF,) if variant == "lyapunov" else ())),
        because="a radius of at least this much holds the drift (for w; for u with D^u and nu_u)",
    )
    for variant, factor in FACTORS
)

THEOREM_2 = Statement(
    id="theorem-2",
    title="Convergence of gradient descent without projection",
    hypotheses=(
        SMOOTH,
        BALL,
        SYMMETRIC,
        APART,
        REALISABLE,
        *ROOM,
        CONFIDENCE,
        Condition(text="rho_w, rho_u, tau, m and the step size satisfy the variant's conditions (a fixed point)"),
    ),
    relation=r"\min_{s<\tau}R(\Theta(s))\le\varepsilon\ \text{and}\ \tau_{\mathrm{exit}}\ge\tau\quad"
    r"\text{w.p.}\ge1-\delta",
    quantities=(
        Quantity(
            name="bound",
            meaning="bound of the smallest empirical risk over s < tau, under the conditions",
            risk=True,
            forms=_forms(("classic", epsilon), ("sharpened", epsilon), ("lyapunov", epsilon)),
        ),
        Quantity(name="radius_w", meaning="smallest rho_w", forms=_forms(*RADIUS_W)),
        Quantity(name="radius_u", meaning="smallest rho_u", forms=_forms(*RADIUS_U)),
        Quantity(name="iterations", meaning="smallest number of iterations tau", forms=_forms(*FREE_ITERATIONS)),
        Quantity(name="step_size", meaning="step size of the variant", forms=_forms(*FREE_STEP_SIZES)),
        Quantity(name="width", meaning="smallest width m, at the given rho", forms=_forms(*FREE_WIDTHS)),
    ),
    kind="probabilistic",
    source=Source(origin="restored", where="Theorem 2, eqs. 26-29", note="sharpened and lyapunov are ours"),
    depends_on=("theorem-1", "prop-6b", "lemma-1"),
    derivation=abbreviated((*CLASSIC, *SHARPENED, *LYAPUNOV, *RADII)),
)

STATEMENTS = (THEOREM_2,)
