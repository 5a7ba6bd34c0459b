"""Certificates A and B for given data and initialisation: the algebra of their proofs (ours; any targets)."""

from __future__ import annotations

from sympy import Symbol, sqrt

from boundcheck.language import Condition, IsInteger, Relation, Source, Statement, Step
from boundcheck.notation import m
from boundcheck.theory.hidden_state_steps import equal, le, nonnegative

V, R, eps, Lam, eta, tau, V0, Rbar, x, dot, g2 = nonnegative("V R eps Lambda eta tau V_0 R_mean x dot gradient_sq")
chi = Symbol("chi", positive=True)
k0, N, j, i, xi2, y, lam, b = nonnegative("k_0 N j i xi_sq y lam b")
dp, dm, gp, q3 = (Symbol(name, real=True) for name in ("d_plus", "d_minus", "g", "h"))
OURS = Source(origin="ours", where="certificate for the data at hand")
POSITIVE = (Relation(eta, ">", 0), Relation(tau, ">", 0))
SMOOTH_3 = Condition(text="sigma is C^3 on the balls around the initial weights")

CERTIFICATE_A = Statement(
    id="certificate-a",
    title="Certificate A (Lyapunov): projected gradient descent on given data, any number of steps",
    hypotheses=(SMOOTH_3, Condition(text="a witness in Omega_rho; step size below 1/Lambda")),
    relation=r"\min_{s<\tau}R\le\left(\frac{\varepsilon+\sqrt{\varepsilon^2+\chi V_0/(\eta\tau)}}{2\chi}\right)^2",
    source=OURS,
    depends_on=("theorem-1-any-target",),
    derivation=(
        Step.of(
            "drift",
            V - 2 * eta * dot + eta**2 * g2,
            "<=",
            V - 4 * eta * chi * R + 4 * eta * eps * sqrt(R),
            given=(
                Relation(dot, ">=", 2 * R - 2 * sqrt(R) * eps),
                le(g2, 4 * Lam * R),
                equal(chi, 1 - eta * Lam),
            ),
            because="Lambda bounds the top eigenvalue of the kernel on Omega, so ||grad R||^2 <= 4 Lambda R",
        ),
        Step.of(
            "mean",
            chi * Rbar,
            "<=",
            V0 / (4 * eta * tau) + eps * sqrt(Rbar),
            given=(
                Relation(0, "<=", V0 - 4 * eta * chi * tau * Rbar + 4 * eta * eps * tau * x),
                le(x**2, Rbar),
                *POSITIVE,
            ),
            because="telescoping and Jensen",
        ),
        Step.of(
            "root",
            sqrt(Rbar),
            "<=",
            (eps + sqrt(eps**2 + chi * V0 / (eta * tau))) / (2 * chi),
            given=(le(chi * Rbar, V0 / (4 * eta * tau) + eps * sqrt(Rbar)), *POSITIVE),
            because="the quadratic inequality",
        ),
    ),
)

CERTIFICATE_B = Statement(
    id="certificate-b",
    title="Certificate B (tracking): every step of gradient descent stays near the linear path",
    hypotheses=(SMOOTH_3, Condition(text="symmetric pairs; eta <= 1/(2 lambda_max(k_0)); displacements within r_p")),
    relation=r"R(\Theta(s))\le\varepsilon_s^2",
    source=OURS,
    depends_on=("prop-5-symmetric",),
    derivation=(
        Step.of(
            "antisymmetric",
            (q3 + gp * dp) - (q3 + gp * dm),
            "==",
            2 * gp * (dp - dm) / 2,
            because="within a pair the value at the centre cancels: the linear part sees (d_plus - d_minus)/2 only",
        ),
        Step.of(
            "spectral",
            j * (1 - eta * j**2 / N) ** i * (eta / N) * j,
            "==",
            2 * eta * k0 * (1 - 2 * eta * k0) ** i,
            given=(equal(j**2, 2 * N * k0), Relation(N, ">", 0), IsInteger(i)),
            because="J (I - M)^i (eta/N) J' in the eigenbasis of k_0 = J J'/(2N)",
        ),
        Step.of(
            "contraction",
            (1 - 2 * eta * lam) ** 2,
            "<=",
            1,
            given=(le(2 * eta * lam, 1),),
            because="eta <= 1/(2 lambda_max)",
        ),
        Step.of(
            "gradient-error",
            m / 2 * (2 * eta / sqrt(m)) ** 2 * xi2 * y**2,
            "==",
            (sqrt(2) * eta * x * y) ** 2,
            given=(equal(x**2, xi2),),
            because="sum of squares over m/2 pairs with mean xi^2 = x^2: ||g|| <= sqrt(2) eta x ||e||",
        ),
        Step.of(
            "even-part",
            ((b + x) ** 2 + (b - x) ** 2) / 2,
            "==",
            b**2 + x**2,
            because="the quadratic part of half the sum of the two gradients",
        ),
    ),
)

STATEMENTS = (CERTIFICATE_A, CERTIFICATE_B)
