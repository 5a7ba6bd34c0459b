"""Theorem 1 by descent: no step of projected gradient descent lets the empirical risk grow, and what follows.

Ours. For targets in the class the risk at the start is at most L^2 ||nu||^2. If beta/sqrt(m) is at most 3L/(4||nu||),
Taylor's formula along a step of size at most 1/(2L^2) shows that the risk falls; what it falls by pays for the square
of the step in the distance to the comparator. With e = C/sqrt(m) and N = ||nu||^2 the sum over s < tau is

    4 sum_{s<tau} (R_s - e sqrt(R_s)) - 2 R_0 <= N/eta,

so that the smallest risk, which is the last one, satisfies chi R - 2 e sqrt(R) <= N/(2 eta tau), chi = 2 - 1/tau. At
smaller widths e exceeds sqrt(R_0) and nothing is to be shown. The same argument on the event of Proposition 5, with C'
in place of C, gives half of the bound ``sharpened`` of Theorem 1 for the smallest risk. All of it is about the
empirical risk.
"""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, sqrt

from boundcheck.language import Condition, Form, Quantity, Relation, Source, Statement, Step
from boundcheck.notation import epsilon, eta, kappa, m, norm_nu, tau
from boundcheck.theory.convergence import PROJECTED, THEOREM_1
from boundcheck.theory.convergence_bounds import CONSTANTS, SMOOTHNESS, SMOOTHNESS_NU, beta_nu, mean_tail
from boundcheck.theory.convergence_steps import abbreviated
from boundcheck.theory.hidden_state_steps import equal, le, nonnegative
from boundcheck.theory.linearization import beta
from boundcheck.theory.norms import L0, LIPSCHITZ, LIPSCHITZ_0, L

OF_C = (LIPSCHITZ_0, SMOOTHNESS, SMOOTHNESS_NU)
OWN_STEP = Condition(text="projected gradient descent with step size 1/(2 L^2)")
SOURCE = Source(origin="ours", where="Theorem 1 by descent")
C_descent: Expr = Rational(5, 3) * beta * norm_nu**2 + beta_nu * norm_nu**2 / 2 + L0 * norm_nu * mean_tail
share: Expr = 2 - 1 / tau
descent_bound: Expr = ((C_descent / sqrt(m) + sqrt(C_descent**2 / m + share * L**2 * norm_nu**2 / tau)) / share) ** 2
descent_width: Expr = (4 * beta * norm_nu / (3 * L)) ** 2
# What a target risk epsilon needs: e is at most kappa sqrt(epsilon); proved for kappa < 1, a kappa given is below 1/2.
width: Expr = C_descent**2 / (kappa**2 * epsilon)
iterations: Expr = (L**2 * norm_nu**2 / epsilon + 1) / (2 * (1 - kappa))

R0, Rs, R_next, r, mu, x = nonnegative("R_0 R R_next root mu x")
V, D, length, steep, w, along = nonnegative("V step_sq step_length steepness w s")
taylor, third, approx, eps, A = nonnegative("taylor third approximation eps_m A")
dot, slope = Symbol("dot", real=True), Symbol("slope", real=True)
chi = Symbol("chi", positive=True)
MAJORANT: Expr = Rs + slope * along + (L**2 * along**2 + steep * r * (along**2 + along**3 / 3)) * D
SMALL_STEP = (le(2 * eta * L**2, 1), Relation(eta, ">", 0))
GENTLE = Relation(steep * norm_nu, "<=", 3 * L / 4)
ROOT: Expr = (eps + sqrt(eps**2 + chi * A)) / chi

THE_RISK_FALLS = (
    Step.of(
        "start",
        R0,
        "<=",
        norm_nu**2 / (2 * eta),
        given=(le(R0, L0**2 * norm_nu**2), le(L0, L), *SMALL_STEP),
        because="F(Theta(0)) = 0 and |F*| <= L0 ||nu|| (Proposition 6): the risk at the start is at most L^2 ||nu||^2",
    ),
    Step.of(
        "steep",
        L * norm_nu,
        "<=",
        eps,
        given=(Relation(steep * norm_nu, ">=", 3 * L / 4), Relation(eps, ">=", 5 * steep * norm_nu**2 / 3)),
        because="where beta/sqrt(m), here the steepness, is above 3L/(4||nu||), e exceeds the root of the first risk",
    ),
    Step.of(
        "step-length",
        L * length,
        "<=",
        r,
        given=(le(length, 2 * eta * L * r), *SMALL_STEP),
        because="||grad R|| <= 2L sqrt(R) (6b), and the projection does not lengthen a step; r is the root of R at "
        "its beginning. The rms residual is L-Lipschitz: at the share s of the step it is at most r (1 + s)",
    ),
    Step.of(
        "curvature",
        2 * L**2 * D + 2 * steep * r * D + 2 * steep * r * along * D,
        "==",
        MAJORANT.diff(along, 2),
        because="along the step the second derivative of R is at most the left side: that of the polynomial "
        "R_s + slope s + (L^2 s^2 + steepness r (s^2 + s^3/3)) ||step||^2, which has R's value and slope at s = 0",
    ),
    Step.of(
        "taylor",
        MAJORANT.subs(along, 1),
        "==",
        Rs + slope + L**2 * D + 4 * steep * r * D / 3,
        because="so R is at most that polynomial at the end of the step, s = 1",
    ),
    Step.of(
        "gentle",
        4 * steep * r / 3,
        "<=",
        L**2,
        given=(le(r, L * norm_nu), GENTLE),
        because="while the risk is at most L^2 ||nu||^2, at a width beyond the steep case",
    ),
    Step.of(
        "descent-width",
        beta * norm_nu / sqrt(m),
        "<=",
        3 * L / 4,
        given=(Relation(m, ">=", descent_width), Relation(L, ">", 0)),
        because="the condition beyond the steep case, solved for m",
    ),
    Step.of(
        "risk-falls",
        Rs + slope + (L**2 + w) * D,
        "<=",
        Rs,
        given=(le(slope, -D / eta), le(w, L**2), *SMALL_STEP),
        because="the projection is on a convex set: <grad R, step> <= -||step||^2/eta; so R_s <= R_0 for every s",
    ),
)

THE_DISTANCE = (
    Step.of(
        "drift",
        V - 2 * eta * dot - 2 * eta * slope - D,
        "<=",
        V - 2 * eta * dot + 2 * eta * (Rs - R_next) + 2 * eta * w * D,
        given=(le(R_next, Rs + slope + (L**2 + w) * D), *SMALL_STEP),
        because="the left side bounds the next squared distance to the comparator, which lies in the convex set; the "
        "slope along the step comes from Taylor's formula",
    ),
    Step.of(
        "third-order",
        2 * eta * w * D,
        "<=",
        4 * eta * r * (2 * steep * norm_nu**2 / 3),
        given=(
            equal(w, 4 * steep * r / 3),
            le(D, (2 * eta * L * r) ** 2),
            le(r, L * norm_nu),
            *SMALL_STEP,
        ),
        because="||step|| <= 2 eta L r <= ||nu||",
    ),
    Step.of(
        "feature",
        taylor + third + approx,
        "<=",
        C_descent / sqrt(m),
        given=(
            le(taylor, beta * V / (2 * sqrt(m))),
            le(V, 2 * norm_nu**2),
            le(third, 2 * beta * norm_nu**2 / (3 * sqrt(m))),
            le(approx, beta_nu * norm_nu**2 / (2 * sqrt(m)) + L0 * norm_nu * mean_tail / sqrt(m)),
        ),
        because="Taylor at Theta(s) towards the comparator, the step before, and Propositions 3' and 4 at nu",
    ),
    Step.of(
        "drift-descent",
        V - 2 * eta * dot + 2 * eta * (Rs - R_next) + 4 * eta * r * third,
        "<=",
        V - 4 * eta * (r**2 - eps * r) + 2 * eta * (Rs - R_next),
        given=(Relation(dot, ">=", 2 * r**2 - 2 * r * (taylor + approx)), le(taylor + third + approx, eps)),
        because="Cauchy-Schwarz in the rms norm, as in Theorem 1",
    ),
    Step.of(
        "no-growth",
        norm_nu**2 + 2 * eta * (R0 - Rs),
        "<=",
        2 * norm_nu**2,
        given=(le(R0, norm_nu**2 / (2 * eta)), Relation(eta, ">", 0)),
        because="sum the drift while sqrt(R_s) >= e: the squared distance stays below 2||nu||^2",
    ),
)

THE_SUM = (
    Step.of(
        "each-term",
        mu**2 - eps * mu,
        "<=",
        x**2 - eps * x,
        given=(le(mu, x), le(eps, mu)),
        because="r^2 - e r grows with r from e/2 on; mu is the smallest root of the risk",
    ),
    Step.of(
        "first-term",
        2 * mu**2 - 4 * eps * mu,
        "<=",
        2 * x**2 - 4 * eps * x,
        given=(le(mu, x), le(eps, mu)),
        because="the term of s = 0, less 2 R_0, grows from e on",
    ),
    Step.of(
        "sum",
        chi * mu**2,
        "<=",
        norm_nu**2 / (2 * eta * tau) + 2 * eps * mu,
        given=(
            le(4 * (tau - 1) * (mu**2 - eps * mu) + 2 * mu**2 - 4 * eps * mu, norm_nu**2 / eta),
            equal(chi, share),
            Relation(tau, ">=", 1),
            Relation(eta, ">", 0),
        ),
        because="sum the drift over s < tau; the last squared distance and the last risk are at least 0",
    ),
    Step.of(
        "root",
        mu,
        "<=",
        ROOT,
        given=(le(chi * mu**2, A + 2 * eps * mu),),
        because="solve the quadratic inequality in the root of the smallest risk",
    ),
    Step.of(
        "other-cases",
        eps,
        "<=",
        ROOT,
        given=(le(chi, 2),),
        because="if the root of some R_s is at most e, as in the steep case that of R_0, the same bound holds",
    ),
    Step.of(
        "step-size",
        ROOT**2,
        "==",
        descent_bound,
        given=(
            equal(chi, share),
            equal(A, norm_nu**2 / (2 * eta * tau)),
            equal(eta, 1 / (2 * L**2)),
            equal(eps, C_descent / sqrt(m)),
            Relation(L, ">", 0),
            Relation(tau, ">=", 1),
        ),
        because="eta = 1/(2 L^2)",
    ),
    Step.of(
        "half-of-sharpened",
        ROOT**2,
        "<=",
        (4 * eps**2 + 2 * A) / 2,
        given=(Relation(chi, ">=", Rational(3, 2)),),
        because="from the second step on; at tau = 1 the smallest risk is R_0 <= ||nu||^2/(2 eta) = A",
    ),
)

BELOW_ONE = Relation(kappa, "<", 1)
PLANNING = (
    Step.of(
        "width",
        C_descent / sqrt(m),
        "<=",
        kappa * sqrt(epsilon),
        given=(Relation(m, ">=", width),),
        because="the width condition, solved for m",
    ),
    Step.of(
        "iterations",
        L**2 * norm_nu**2 / tau,
        "<=",
        (share - 2 * kappa) * epsilon,
        given=(Relation(tau, ">=", iterations), BELOW_ONE),
        because="the condition on the iterations, solved for tau",
    ),
    Step.of(
        "plan",
        ROOT,
        "<=",
        sqrt(epsilon),
        given=(
            le(eps, kappa * sqrt(epsilon)),
            le(A, (chi - 2 * kappa) * epsilon),
            Relation(chi, ">=", 1),
            BELOW_ONE,
        ),
        because="both conditions put in",
    ),
)

THEOREM_1_DESCENT = Statement(
    id="theorem-1-descent",
    title="Convergence of projected gradient descent whose risk falls at every step",
    hypotheses=tuple(OWN_STEP if item is PROJECTED else item for item in THEOREM_1.hypotheses),
    relation=r"\min_{s<\tau}R(\Theta(s))\le\left(\frac{e+\sqrt{e^2+\chi L_T^2\|\nu\|^2/\tau}}{\chi}\right)^2,\quad "
    r"e=\tfrac{C}{\sqrt m},\ \chi=2-\tfrac1\tau\quad\text{w.p.}\ge1-\delta;\quad "
    r"\text{if }\tfrac{\beta_T\|\nu\|}{\sqrt m}\le\tfrac34L_T:\ R(\Theta(s+1))\le R(\Theta(s))",
    quantities=(
        Quantity(
            name="bound",
            meaning="bound of the smallest empirical risk over s < tau, at step size 1/(2L^2)",
            risk=True,
            latex=r"\mathrm{bound}",
            forms=(Form(value=descent_bound, where=CONSTANTS, source=SOURCE),),
        ),
        Quantity(
            name="C",
            meaning="constant of the change of feature and of the third order of a step: e = C/sqrt(m)",
            forms=(Form(value=C_descent, where=OF_C, source=SOURCE),),
        ),
        Quantity(
            name="descent_width",
            meaning="the risk falls at every step if the width m is at least this",
            forms=(Form(value=descent_width, where=(LIPSCHITZ, SMOOTHNESS), source=SOURCE),),
        ),
        *(
            Quantity(name=name, meaning=meaning, forms=(Form(value=value, where=where, source=SOURCE),))
            for name, meaning, value, where in (
                ("width", "width m that suffices for the risk epsilon", width, OF_C),
                ("iterations", "iterations that suffice for the risk epsilon", iterations, (LIPSCHITZ,)),
                ("step_size", "step size", 1 / (2 * L**2), (LIPSCHITZ,)),
            )
        ),
    ),
    kind="probabilistic",
    source=SOURCE,
    depends_on=("lemma-1", "prop-3-rms", "prop-4", "prop-6", "prop-6b", "theorem-1"),
    derivation=abbreviated((*THE_RISK_FALLS, *THE_DISTANCE, *THE_SUM, *PLANNING)),
)
STATEMENTS = (THEOREM_1_DESCENT,)
