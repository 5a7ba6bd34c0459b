"""Theorem 1 and Corollary 1: projected gradient descent on the empirical risk.

Variants: ``classic`` is the paper's argument (step size 1/sqrt(tau)); ``sharpened`` uses the self-bounding gradient
(step size 1/(2L^2)); ``lyapunov`` follows the distance to the comparator, so that rho enters through alpha_m only.
All bounds are about the empirical risk; nothing here is about generalisation.
"""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, sqrt

from boundcheck.language import (
    Condition,
    Form,
    Quantity,
    Reference,
    Relation,
    Source,
    Statement,
    Step,
)
from boundcheck.notation import eta, m, norm_rho, nu_u, nu_w, rho_u, rho_w, tau
from boundcheck.theory.approximation import APART, CONFIDENCE, SYMMETRIC
from boundcheck.theory.convergence_bounds import (
    CONSTANTS,
    ITERATIONS,
    SMOOTHNESS,
    STEP_SIZES,
    WIDTHS,
    C_classic,
    C_direct,
    C_lyapunov,
    R_bar,
    V_init,
    any_target,
    classic_bound,
    delta_lin,
    lyapunov_bound,
    sharpened_bound,
)
from boundcheck.theory.convergence_steps import (
    CHANGE_OF_FEATURE,
    CLASSIC,
    LYAPUNOV,
    SHARPENED,
    Rbar,
    Vs,
    abbreviated,
    approx,
    chi,
    eps,
    taylor,
    x,
)
from boundcheck.theory.hidden_state import BALL, SMOOTH
from boundcheck.theory.hidden_state_steps import equal, le, nonnegative
from boundcheck.theory.linearization import RHO_NU, beta
from boundcheck.theory.norms import LIPSCHITZ, REALISABLE, L
from boundcheck.theory.planning_steps import PLANNING

ROOM = (
    Condition(text="rho_w >= nu_w", relation=Relation(rho_w, ">=", nu_w)),
    Condition(text="rho_u >= nu_u", relation=Relation(rho_u, ">=", nu_u)),
)
PROJECTED = Condition(text="projected gradient descent with the step size of the variant")


def _forms(*values: tuple[str, Expr], where: str = "Theorem 1") -> tuple[Form, ...]:
    restored, ours = Source(origin="restored", where=where), Source(origin="ours", where=where)
    return tuple(
        Form(value=value, variant=variant, where=_used(value), source=restored if variant == "classic" else ours)
        for variant, value in values
    )


def _used(value: Expr) -> tuple[tuple[Symbol, Reference], ...]:
    return tuple(entry for entry in CONSTANTS if entry[0] in value.free_symbols)


THEOREM_1 = Statement(
    id="theorem-1",
    title="Convergence of projected gradient descent",
    hypotheses=(SMOOTH, BALL, SYMMETRIC, APART, REALISABLE, *ROOM, PROJECTED, CONFIDENCE),
    relation=r"\min_{s<\tau}R(\Theta(s))\le\mathrm{bound}\quad\text{w.p.}\ge 1-\delta;\quad"
    r"\text{classic, sharpened: also }\frac1\tau\sum_{s<\tau}R(\Theta(s))\le\mathrm{bound}",
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
    depends_on=("lemma-1", "prop-3", "prop-3-rms", "prop-4", "prop-4b", "prop-5", "prop-6", "prop-6b", "union-bound"),
    derivation=abbreviated((*CHANGE_OF_FEATURE, *CLASSIC, *SHARPENED, *LYAPUNOV, *PLANNING)),
)

any_target_bound: Expr = (any_target + sqrt(any_target**2 + L**2 * V_init / tau)) ** 2
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
                    value=any_target_bound,
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
            "mean",
            Rbar,
            "<=",
            L**2 * V_init / tau + 2 * eps * sqrt(Rbar),
            given=(
                le(chi * Rbar, V_init / (4 * eta * tau) + eps * sqrt(Rbar)),
                equal(chi, Rational(1, 2)),
                equal(eta, 1 / (2 * L**2)),
                Relation(L, ">", 0),
            ),
            because="Theorem 1 lyapunov, sum over s < tau, with V_0 in place of ||nu||^2; step size 1/(2L^2)",
        ),
        Step.of(
            "root",
            sqrt(Rbar),
            "<=",
            eps + sqrt(eps**2 + L**2 * V_init / tau),
            given=(le(Rbar, L**2 * V_init / tau + 2 * eps * sqrt(Rbar)),),
            because="solve the quadratic inequality in sqrt(R_mean)",
        ),
        Step.of(
            "bound",
            Rbar,
            "<=",
            any_target_bound,
            given=(le(sqrt(Rbar), any_target + sqrt(any_target**2 + L**2 * V_init / tau)),),
            because="square both sides",
        ),
    ),
)

dl, mean_lin, avg_lin, R_hat, X, Y = nonnegative("delta_lin R_lin mean_R_lin R_hat X Y")
COROLLARY_BOUNDS = (
    ("classic", 4 * classic_bound + 6 * delta_lin**2),
    ("sharpened", (sqrt(sharpened_bound) + delta_lin) ** 2),
)
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
            forms=_forms(*COROLLARY_BOUNDS, where="Corollary 1"),
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
        Step.of(
            "bound-classic",
            R_hat,
            "<=",
            4 * X + 6 * Y**2,
            given=(le(R_hat, 4 * Rbar + 6 * dl**2), le(Rbar, X), le(dl, Y)),
            because="X is the bound of Theorem 1, Y that of Proposition 4",
        ),
        Step.of(
            "bound-sharpened",
            R_hat,
            "<=",
            (sqrt(X) + Y) ** 2,
            given=(le(sqrt(R_hat), sqrt(Rbar) + dl), le(Rbar, X), le(dl, Y)),
            because="X is the bound of Theorem 1, Y that of the spread",
        ),
        *abbreviated(
            tuple(
                Step.of(
                    f"instance-{variant}",
                    left,
                    "==",
                    bound,
                    given=(equal(X, inner), equal(Y, delta_lin)),
                    because="both bounds put in",
                )
                for variant, left, inner, bound in (
                    ("classic", 4 * X + 6 * Y**2, classic_bound, COROLLARY_BOUNDS[0][1]),
                    ("sharpened", (sqrt(X) + Y) ** 2, sharpened_bound, COROLLARY_BOUNDS[1][1]),
                )
            )
        ),
    ),
)

STATEMENTS = (THEOREM_1, THEOREM_1_ANY_TARGET, COROLLARY_1)
