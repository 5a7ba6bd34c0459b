"""The proof of Lemma 1 and Lemma 2, step by step: scalar claims that the checker decides.

Symbols of a step: A = |w| bound alpha_m, a = alpha_m sigma_1; h, g, b bound |h_{t-1}|, the gradient and the Hessian of
h_{t-1}; a step's hypotheses are the bounds that earlier steps gave.
"""

from __future__ import annotations

from sympy import Expr, Integer, Sum, Symbol, sqrt

from boundcheck.language import Relation, Step
from boundcheck.notation import p, q, sigma0, sigma1, sigma2, sigma3, sigma4


def nonnegative(names: str) -> tuple[Symbol, ...]:
    """Make non-negative real symbols for a derivation."""
    return tuple(Symbol(name, nonnegative=True, real=True) for name in names.split())


t = Symbol("t", integer=True, positive=True)
k = Symbol("k", integer=True)
a, A, h, Dw, Du, Dwp, Dup, Gp, G, B, Lp, w = nonnegative("a A h D_w D_u Dw_prev Du_prev G_prev G B L_prev w")
x, s0, s1, s2 = nonnegative("x abs_s0 abs_s1 abs_s2")
root: Expr = sqrt(sigma0**2 + 1)
L_paper = root * sigma1 * p(t, a)
PQ = ((p, q),)


def beta_paper(index: Expr) -> Expr:
    """Write beta of tier paper at an index, in the symbol a."""
    return (sigma0**2 + 1) * sigma2 * p(index, a) * q(index, a) + 2 * root * sigma1**2 * q(index - 1, a)


def le(left: Expr, right: Expr) -> Relation:
    """Write left <= right."""
    return Relation(left, "<=", right)


def equal(left: Expr, right: Expr) -> Relation:
    """Write left == right."""
    return Relation(left, "==", right)


GEOMETRIC = (
    Step.of("I1", p(t + 1, a), "==", 1 + a * p(t, a), because="split off the term k = 0"),
    Step.of(
        "I2",
        Sum(a**k * p(t - k, a), (k, 0, t - 1)),
        "==",
        q(t, a),
        because="a^j stands once in each of the terms k = 0, ..., j",
        swaps=PQ,
    ),
    Step.of(
        "I3",
        Sum(a**k * p(t - k - 1, a), (k, 0, t - 1)),
        "==",
        q(t - 1, a),
        because="(I2) at t - 1; the term k = t - 1 is zero",
        swaps=PQ,
    ),
    Step.of("I4", q(t + 1, a), "==", p(t + 1, a) + a * q(t, a), because="shift the index by one"),
    Step.of("I5a", p(t, a), "<=", q(t, a), because="k + 1 >= 1 term by term", swaps=PQ),
    Step.of("I5b", q(t, a), "<=", t * p(t, a), because="k + 1 <= t term by term", swaps=PQ),
    Step.of(
        "I5c", q(t, a), "<=", p(t, a) ** 2, because="p_t^2 counts each pair i + j = k at least k + 1 times for k < t"
    ),
    Step.of("I6a", p(t, a), "<=", p(t + 1, a), because="one more non-negative term"),
    Step.of("I6b", q(t, a), "<=", q(t + 1, a), because="one more non-negative term"),
)

FIRST_DERIVATIVES = (
    Step.of(
        "D_w",
        s1 * (h + w * Dwp),
        "<=",
        sigma0 * sigma1 * p(t, a),
        given=(
            le(s1, sigma1),
            le(h, sigma0),
            le(w, A),
            le(Dwp, sigma0 * sigma1 * p(t - 1, a)),
            Relation(a, "==", A * sigma1),
        ),
        because="Proposition 1: the w-derivative of h_{t+1} is s1 (h_t + w dh_t/dw); induct with (I1)",
    ),
    Step.of(
        "D_u",
        s1 * (1 + w * Dup),
        "<=",
        sigma1 * p(t + 1, a),
        given=(le(s1, sigma1), le(w, A), le(Dup, sigma1 * p(t, a)), Relation(a, "==", A * sigma1)),
        because="Proposition 1: the u-derivative of h_{t+1} is s1 (x + w dh_t/du) with ||x|| <= 1; induct with (I1)",
    ),
    Step.of(
        "L",
        sqrt(Dw**2 + Du**2),
        "<=",
        sigma1 * sqrt(sigma0**2 * p(t - 1, a) ** 2 + p(t, a) ** 2),
        given=(le(Dw, sigma0 * sigma1 * p(t - 1, a)), le(Du, sigma1 * p(t, a))),
        because="the gradient stacks the two parts",
    ),
    Step.of(
        "L-paper",
        sigma1 * sqrt(sigma0**2 * p(t - 1, a) ** 2 + p(t, a) ** 2),
        "<=",
        L_paper,
        because="p_{t-1} <= p_t (I6)",
    ),
)

HESSIAN = (
    Step.of(
        "rank-two",
        x * Gp + Gp,
        "<=",
        2 * Gp,
        given=(le(x, 1),),
        because="||e g' + g e'|| = |<e, g>| + ||g|| <= 2||g|| for a unit vector e",
    ),
    Step.of(
        "B",
        s2 * G**2 + s1 * (Dwp + Lp + w * B),
        "<=",
        sigma2 * G**2 + sigma1 * (Dwp + Lp) + a * B,
        given=(le(s2, sigma2), le(s1, sigma1), le(w, A), Relation(a, "==", A * sigma1)),
        because="Hessian h = s2 grad z grad z' + s1 (e_w grad h' + grad h e_w' + w Hessian h_{t-1})",
    ),
    Step.of(
        "B-base",
        sigma2,
        "<=",
        beta_paper(t).subs(t, 1),
        because="h_1 = sigma(<u, x_1>): the Hessian is sigma'' x x'",
    ),
    Step.of(
        "B-gradient",
        sigma0**2 * p(t, a) ** 2 + p(t + 1, a) ** 2,
        "<=",
        (sigma0**2 + 1) * p(t + 1, a) ** 2,
        because="p_t <= p_{t+1} (I6)",
    ),
    Step.of(
        "B-cross",
        sigma0 * sigma1 * p(t - 1, a) + sigma1 * sqrt(sigma0**2 * p(t - 1, a) ** 2 + p(t, a) ** 2),
        "<=",
        2 * root * sigma1 * p(t, a),
        because="sigma0 <= sqrt(sigma0^2 + 1) and p_{t-1} <= p_t",
    ),
    Step.of(
        "B-paper",
        sigma2 * (sigma0**2 + 1) * p(t + 1, a) ** 2 + 2 * root * sigma1**2 * p(t, a) + a * B,
        "<=",
        beta_paper(t + 1),
        given=(le(B, beta_paper(t)),),
        because="induct with (I1), (I4) and p_t <= p_{t+1}",
        swaps=PQ,
    ),
)

Sw, Su, S, nw, nu, r = nonnegative("S_w S_u S nu_w nu_u r")
cosine, sine = Symbol("cosine", real=True), Symbol("sine", real=True)
Xw, Xu, Y, Z, vw, vu, Sp, G2 = nonnegative("X_w X_u Y Z v_w v_u S_prev G2")
COUPLED = (
    Step.of(
        "coupled-S_w",
        s0 + w * s1 * Xw,
        "<=",
        s0 + A * s1 * Sw,
        given=(le(w, A), le(Xw, Sw)),
        because="dz_{t+1}/dw = h_t + w sigma'(z_t) dz_t/dw: |sigma| and |sigma'| at the same z = z_t, hence at most "
        "the supremum over z, which is S^w_{t+1}; and dh/dw = sigma' dz/dw is at most sigma_1 S^w",
    ),
    Step.of(
        "coupled-S_u",
        x + w * s1 * Xu,
        "<=",
        1 + a * Su,
        given=(le(x, Integer(1)), le(w, A), le(s1, sigma1), le(Xu, Su), Relation(a, "==", A * sigma1)),
        because="dz_{t+1}/du = x_{t+1} + w sigma'(z_t) dz_t/du with ||x|| <= 1",
    ),
    Step.of(
        "coupled-G",
        (s0 + w * s1 * Xw) ** 2 + (x + w * s1 * Xu) ** 2,
        "<=",
        (s0 + A * s1 * Sw) ** 2 + (1 + A * s1 * Su) ** 2,
        given=(le(x, Integer(1)), le(w, A), le(Xw, Sw), le(Xu, Su)),
        because="||grad z_{t+1}||^2, both parts at the same z; its supremum over z is G^2",
    ),
    Step.of(
        "coupled-B",
        s2 * Y + s1 * (Dwp + Lp + w * Z),
        "<=",
        s2 * G2 + s1 * (sigma1 * Sw + sigma1 * Gp + A * B),
        given=(le(Y, G2), le(Dwp, sigma1 * Sw), le(Lp, sigma1 * Gp), le(w, A), le(Z, B)),
        because="the Hessian as in tier recursive, |sigma''| and |sigma'| at the same z; Y is ||grad z||^2, Z the norm "
        "of the Hessian before",
    ),
    Step.of(
        "coupled-below-recursive",
        s0 + A * s1 * Sw,
        "<=",
        sigma0 * p(t + 1, a),
        given=(le(s0, sigma0), le(s1, sigma1), le(Sw, sigma0 * p(t, a)), Relation(a, "==", A * sigma1)),
        because="|sigma| <= sigma0 and |sigma'| <= sigma1 at every z: the coupled supremum is at most the "
        "recursive value",
    ),
    Step.of(
        "coupled-hessian-below-recursive",
        s2 * G**2 + s1 * (Dwp + Lp + A * B),
        "<=",
        sigma2 * G**2 + sigma1 * (Dwp + Lp) + a * B,
        given=(le(s2, sigma2), le(s1, sigma1), Relation(a, "==", A * sigma1)),
        because="each factor is at most its supremum",
    ),
    Step.of(
        "directional-peak",
        s0 * vw + w * s1 * Y,
        "<=",
        s0 * nw + A * s1 * Sp,
        given=(le(vw, nw), le(w, A), le(Y, Sp)),
        because="<grad z_{t+1}, v> = v_w h_t + <v_u, x_{t+1}> + w sigma'(z_t) <grad z_t, v>: sigma and sigma' at the "
        "same z = z_t",
    ),
    Step.of(
        "directional-S",
        x * vu + Z,
        "<=",
        nu + r,
        given=(le(x, Integer(1)), le(vu, nu), le(Z, r)),
        because="r is that supremum over z: S_{t+1}(nu) = nu_u + r; and <grad h, v> is at most sigma_1 S",
    ),
    Step.of(
        "directional-B",
        s2 * Y**2 + s1 * (2 * vw * Xw + w * Z),
        "<=",
        s2 * S**2 + s1 * (2 * nw * sigma1 * Sp + A * B),
        given=(le(Y, S), le(vw, nw), le(Xw, sigma1 * Sp), le(w, A), le(Z, B)),
        because="v' Hessian h v = sigma'' <grad z, v>^2 + sigma' (2 v_w <grad h_{t-1}, v> + w v' Hessian h_{t-1} v)",
    ),
    Step.of(
        "directional-below-coupled",
        nu + s0 * nw + A * s1 * (Sw * nw + Su * nu),
        "==",
        (s0 + A * s1 * Sw) * nw + (1 + A * s1 * Su) * nu,
        because="S_t(nu) is at most S^w_t nu_w + S^u_t nu_u, at the same z",
    ),
    Step.of(
        "directional-unit",
        (Dw * nw + Du * nu) ** 2,
        "<=",
        (Dw**2 + Du**2) * (nw**2 + nu**2),
        because="Cauchy-Schwarz: the directional value is at most the norm of the pair",
    ),
    Step.of(
        "double-angle",
        (2 * nw**2 - 1) ** 2 + (2 * nw * nu) ** 2,
        "==",
        1,
        given=(equal(nw**2 + nu**2, 1),),
        because="(2 nw^2 - 1, 2 nw nu) is a unit vector too",
    ),
    Step.of(
        "directional-cauchy-schwarz",
        (Sw * cosine + Su * sine) ** 2,
        "<=",
        (Sw**2 + Su**2) * (cosine**2 + sine**2),
        because="Cauchy-Schwarz along that unit vector, whose norm is 1",
    ),
    Step.of(
        "directional-hessian",
        2 * nw * S,
        "<=",
        Sw + r,
        given=(
            le(S, Sw * nw + Su * nu),
            le(Sw * (2 * nw**2 - 1) + Su * (2 * nw * nu), r),
        ),
        because="2 <e, v><g, v> is at most |<e, g>| + ||g|| over unit v, with r = ||g||",
    ),
)

chi, g3, g4, zeta = nonnegative("chi gamma3_prev gamma4_prev zeta")
y1, y2, y3, y4 = nonnegative("y1 y2 y3 y4")
s3, s4 = nonnegative("abs_s3 abs_s4")
HIGHER = (
    Step.of(
        "gamma3",
        s3 * y1**3 + 3 * s2 * y1 * y2 + s1 * y3,
        "<=",
        sigma3 * G**3 + 3 * sigma2 * G * chi + sigma1 * zeta,
        given=(
            le(s1, sigma1),
            le(s2, sigma2),
            le(s3, sigma3),
            le(y1, G),
            le(y2, chi),
            le(y3, zeta),
        ),
        because="third derivative of sigma(z) by Faa di Bruno, term by term",
    ),
    Step.of(
        "zeta",
        3 * y1 * y2 + w * y3,
        "<=",
        3 * B + A * g3,
        given=(le(y1, Integer(1)), le(y2, B), le(w, A), le(y3, g3)),
        because="third derivative of w h_{t-1} along a unit vector v: 3 v_w h^(2) + w h^(3)",
    ),
    *(
        Step.of(
            f"gamma4-sigma{order}",
            left,
            "<=",
            right,
            given=given,
            because="fourth derivative of sigma(z) by Faa di Bruno, the term with this derivative of sigma",
        )
        for order, left, right, given in (
            (4, s4 * y1**4, sigma4 * G**4, (le(s4, sigma4), le(y1, G))),
            (3, 6 * s3 * y1**2 * y2, 6 * sigma3 * G**2 * chi, (le(s3, sigma3), le(y1, G), le(y2, chi))),
            (
                2,
                s2 * (3 * y2**2 + 4 * y1 * y3),
                sigma2 * (3 * chi**2 + 4 * G * zeta),
                (le(s2, sigma2), le(y1, G), le(y2, chi), le(y3, zeta)),
            ),
            (1, s1 * y4, sigma1 * (4 * g3 + A * g4), (le(s1, sigma1), le(y4, 4 * g3 + A * g4))),
        )
    ),
    Step.of(
        "zeta4",
        4 * y1 * y2 + w * y3,
        "<=",
        4 * g3 + A * g4,
        given=(le(y1, Integer(1)), le(y2, g3), le(w, A), le(y3, g4)),
        because="fourth derivative of w h_{t-1} along a unit vector v: 4 v_w h^(3) + w h^(4)",
    ),
)

LEMMA_1_STEPS = (*GEOMETRIC, *FIRST_DERIVATIVES, *HESSIAN, *COUPLED, *HIGHER)

LEMMA_2_STEPS = (
    Step.of(
        "Lambda-recursive",
        sqrt((h + w * Dwp) ** 2 + (1 + w * Dup) ** 2),
        "<=",
        sqrt(sigma0**2 * p(t - 1, a) ** 2 + p(t, a) ** 2),
        given=(
            le(h + w * Dwp, sigma0 * p(t - 1, a)),
            le(1 + w * Dup, p(t, a)),
        ),
        because="grad z_t = (h + w dh/dw, x + w dh/du), without the last relaxation",
    ),
    Step.of(
        "chi",
        x * Gp + Gp + w * B,
        "<=",
        2 * root * sigma1 * p(t - 1, a) + A * beta_paper(t - 1),
        given=(le(x, 1), le(Gp, root * sigma1 * p(t - 1, a)), le(w, A), le(B, beta_paper(t - 1))),
        because="Hessian z_t = e_w grad h' + grad h e_w' + w Hessian h_{t-1}, with the bounds of Lemma 1 at t-1",
        swaps=PQ,
    ),
    Step.of(
        "Lambda",
        sqrt(h**2 + 2 * h * w * Dwp + w**2 * Dwp**2 + (1 + w * Dup) ** 2),
        "<=",
        root * p(t, a),
        given=(
            le(h + w * Dwp, sigma0 * p(t, a)),
            le(1 + w * Dup, p(t, a)),
        ),
        because="grad z_t = (h + w dh/dw, x + w dh/du)",
    ),
    Step.of(
        "chain",
        sigma2 * (root * p(t, a)) ** 2 + sigma1 * 2 * root * sigma1 * p(t - 1, a) + a * beta_paper(t - 1),
        "<=",
        beta_paper(t),
        because="sigma2 Lambda^2 + sigma1 chi <= beta in tier paper, by (I1)-(I4)",
        swaps=PQ,
    ),
)
