"""Lemma 1: Lipschitz and smoothness constants of the hidden state h_t on |w| <= alpha_m; Lemma 2: of z_t.

Four tiers, loosest first: ``paper`` (closed form), ``recursive``, ``coupled`` (|sigma| and |sigma'| cannot both be
large at one z) and ``directional`` (couples the w- and u-parts). All values are dimensionless; they hold iff sigma is
C^2 (C^3 and C^4 for the third and fourth derivatives) and ||x_t|| <= 1.
"""

from __future__ import annotations

from typing import TypeAlias

from sympy import Expr, Integer, Symbol, cos, pi, sin, sqrt

from boundcheck.language import TIERS, Condition, Form, Quantity, Recurrence, Source, Statement, Supremum
from boundcheck.notation import T, a, alpha_m, p, phi, q, sigma0, sigma1, sigma2, sigma3, sigma4, sigma_z, z
from boundcheck.theory.hidden_state_steps import LEMMA_1_STEPS, LEMMA_2_STEPS

s0_abs, s1_abs, s2_abs = (abs(symbol) for symbol in sigma_z[:3])
ZERO, ONE = Integer(0), Integer(1)
ROOT: Expr = sqrt(sigma0**2 + 1)


def _state(*names: str) -> tuple[Symbol, ...]:
    return tuple(Symbol(name, nonnegative=True) for name in names)


def _sup_z(value: Expr) -> Supremum:
    return Supremum(variable=z, value=value)


PAPER_L = ROOT * sigma1 * p(T, a)
PAPER_BETA = (sigma0**2 + 1) * sigma2 * p(T, a) * q(T, a) + 2 * ROOT * sigma1**2 * q(T - 1, a)
RECURSIVE_L = sigma1 * sqrt(sigma0**2 * p(T - 1, a) ** 2 + p(T, a) ** 2)


def _recursive(output: str) -> Recurrence:
    """Carry p_{t-1}, p_{t-2} and the derivative bounds; local names hold what Lemma 1 calls G, chi and zeta."""
    P, P1, B, g3, g4, chi_t, zeta_t, G_t = _state("P", "P1", "B", "g3", "g4", "chi_t", "zeta_t", "G_t")
    P_new, G, chi, zeta = _state("P_new", "G", "chi", "zeta")
    local = (
        (P_new, 1 + a * P),
        (G, sqrt(sigma0**2 * P**2 + P_new**2)),
        (chi, sigma0 * sigma1 * P1 + sigma1 * G_t + alpha_m * B),
        (zeta, 3 * B + alpha_m * g3),
    )
    return _with_derivatives(
        (P, P1),
        (ONE, ZERO),
        (P_new, P),
        local,
        (B, g3, g4, G_t, chi_t, zeta_t),
        (G, chi, zeta),
        sigma2 * G**2 + sigma1 * chi,
        output,
    )


def _with_derivatives(
    state: tuple[Symbol, ...],
    start: tuple[Expr, ...],
    step: tuple[Expr, ...],
    local: tuple[tuple[Symbol, Expr | Supremum], ...],
    carried: tuple[Symbol, ...],
    names: tuple[Symbol, ...],
    hessian: Expr | Supremum,
    output: str,
) -> Recurrence:
    """Add the recursion of B_t, gamma3_t, gamma4_t (and G_t, chi_t, zeta_t) to one tier's first derivatives."""
    B, g3, g4, G_t, chi_t, zeta_t = carried
    G, chi, zeta = names
    outputs = {"beta": B, "gamma3": g3, "gamma4": g4, "Lambda": G_t, "chi": chi_t, "L": sigma1 * G_t}
    third = sigma3 * G**3 + 3 * sigma2 * G * chi + sigma1 * zeta
    fourth = (
        sigma4 * G**4
        + 6 * sigma3 * G**2 * chi
        + sigma2 * (3 * chi**2 + 4 * G * zeta)
        + sigma1 * (4 * g3 + alpha_m * g4)
    )
    # Only what the output needs: the third and fourth derivatives ask more of sigma than C^2.
    depth = {"gamma3": 1, "gamma4": 2}.get(output, 0)
    higher = ((g3, sigma3, third), (g4, sigma4, fourth))[:depth]
    kept_local = local if depth else local[:-1]
    tail = ((G_t, ONE, G), (chi_t, ZERO, chi), (B, sigma2, hessian), *higher)
    return Recurrence(
        state=(*state, *(entry[0] for entry in tail)),
        start=(*start, *(entry[1] for entry in tail)),
        step=(*step, *(entry[2] for entry in tail)),
        local=kept_local,
        output=outputs[output],
    )


def _coupled_first(component: str) -> Recurrence:
    """S^w_t or S^u_t: bounds of the partial derivatives of z_t; the derivative of h_t is at most sigma_1 S_t."""
    (S,) = _state("S")
    if component == "w":
        return Recurrence(state=(S,), start=(ZERO,), step=(_sup_z(s0_abs + alpha_m * s1_abs * S),), output=sigma1 * S)
    return Recurrence(state=(S,), start=(ONE,), step=(1 + a * S,), output=sigma1 * S)


def _coupled_gradient(output: str) -> Recurrence:
    """G_t, and with it L_t = sigma_1 G_t, without the second derivatives (cheaper when only L is asked for)."""
    Sw, Su, G = _state("S_w", "S_u", "G")
    square = (s0_abs + alpha_m * s1_abs * Sw) ** 2 + (1 + alpha_m * s1_abs * Su) ** 2
    (G2,) = _state("G2")
    return Recurrence(
        state=(Sw, Su, G),
        start=(ZERO, ONE, ONE),
        step=(_sup_z(s0_abs + alpha_m * s1_abs * Sw), 1 + a * Su, sqrt(G2)),
        local=((G2, _sup_z(square)),),
        output=sigma1 * G if output == "L" else G,
    )


def _coupled(output: str) -> Recurrence:
    Sw, Su, B, g3, g4, G_t, chi_t, zeta_t = _state("S_w", "S_u", "B", "g3", "g4", "G_t", "chi_t", "zeta_t")
    G2, G, chi, zeta = _state("G2", "G", "chi", "zeta")
    square = (s0_abs + alpha_m * s1_abs * Sw) ** 2 + (1 + alpha_m * s1_abs * Su) ** 2
    local = (
        (G2, _sup_z(square)),
        (G, sqrt(G2)),
        (chi, sigma1 * Sw + sigma1 * G_t + alpha_m * B),
        (zeta, 3 * B + alpha_m * g3),
    )
    return _with_derivatives(
        (Sw, Su),
        (ZERO, ONE),
        (_sup_z(s0_abs + alpha_m * s1_abs * Sw), 1 + a * Su),
        local,
        (B, g3, g4, G_t, chi_t, zeta_t),
        (G, chi, zeta),
        _sup_z(s2_abs * G2 + s1_abs * chi),
        output,
    )


def _directional(output: str) -> Supremum:
    """S_t(nu) bounds |<grad z_t, v>| for |v_w| <= nu_w, ||v_u|| <= nu_u; B_t(phi) the Hessian of h_t along v."""
    along_w, along_u = cos(phi), sin(phi)
    S, B, chi_t, S_new, peak, chi = _state("S", "B", "chi_t", "S_new", "peak", "chi")
    local: tuple[tuple[Symbol, Expr | Supremum], ...] = (
        (peak, _sup_z(s0_abs * along_w + alpha_m * s1_abs * S)),
        (S_new, along_u + peak),
    )
    if output in ("L", "Lambda"):
        outcome = sigma1 * S if output == "L" else S
        return _over_directions(Recurrence(state=(S,), start=(along_u,), step=(S_new,), local=local, output=outcome))
    local += ((chi, 2 * along_w * sigma1 * S + alpha_m * B),)
    return _over_directions(
        Recurrence(
            state=(S, B, chi_t),
            start=(along_u, sigma2 * along_u**2, ZERO),
            step=(S_new, _sup_z(s2_abs * S_new**2 + s1_abs * chi), chi),
            local=local,
            output=B if output == "beta" else chi_t,
        )
    )


def _over_directions(value: Recurrence) -> Supremum:
    return Supremum(variable=phi, value=value, domain=(ZERO, pi / 2))


Value: TypeAlias = Expr | Recurrence | Supremum


def _forms(
    paper: Value, recursive: Value, coupled: Value, directional: Value, where: str = "Lemma 1"
) -> tuple[Form, ...]:
    """List the forms of the four tiers, loosest first."""
    ours = Source(origin="ours", where=where, note="a smaller constant with its own proof")
    restored = Source(origin="restored", where=where)
    unrelaxed = Source(origin="restored", where=where, note="the recursion, not relaxed")
    listed = ((paper, restored), (recursive, unrelaxed), (coupled, ours), (directional, ours))
    return tuple(
        Form(tier=tier, value=value, source=source) for tier, (value, source) in zip(TIERS, listed, strict=True)
    )


D_W = Quantity(
    name="D_w",
    latex=r"D^w_T",
    meaning="bound of |dh_t/dw|",
    forms=_forms(
        sigma0 * sigma1 * p(T - 1, a), sigma0 * sigma1 * p(T - 1, a), _coupled_first("w"), _coupled_first("w")
    ),
)
D_U = Quantity(
    name="D_u",
    latex=r"D^u_T",
    meaning="bound of ||dh_t/du||",
    forms=_forms(sigma1 * p(T, a), sigma1 * p(T, a), _coupled_first("u"), _coupled_first("u")),
)
L = Quantity(
    name="L",
    latex="L_T",
    meaning="Lipschitz constant: bound of ||grad h_t||",
    forms=_forms(PAPER_L, RECURSIVE_L, _coupled_gradient("L"), _directional("L")),
)
BETA = Quantity(
    name="beta",
    latex=r"\beta_T",
    meaning="smoothness constant: bound of the operator norm of the Hessian of h_t",
    forms=_forms(PAPER_BETA, _recursive("beta"), _coupled("beta"), _directional("beta")),
)
GAMMA3 = Quantity(
    name="gamma3",
    latex=r"\gamma_{3,T}",
    meaning="bound of the third derivative of h_t (needs sigma in C^3)",
    forms=_forms(_recursive("gamma3"), _recursive("gamma3"), _coupled("gamma3"), _coupled("gamma3")),
)
GAMMA4 = Quantity(
    name="gamma4",
    latex=r"\gamma_{4,T}",
    meaning="bound of the fourth derivative of h_t (needs sigma in C^4)",
    forms=_forms(_recursive("gamma4"), _recursive("gamma4"), _coupled("gamma4"), _coupled("gamma4")),
)

SMOOTH = Condition(text="sigma is C^2 with sup|sigma| <= sigma0, sup|sigma'| <= sigma1, sup|sigma''| <= sigma2 (eq. 4)")
BALL = Condition(text="||x_t||_2 <= 1 for every t")
BOX = Condition(text="|w| <= alpha_m = alpha + rho_w/sqrt(m)")

LEMMA_1 = Statement(
    id="lemma-1",
    title="Local Lipschitz and smoothness constants of the hidden state",
    hypotheses=(SMOOTH, BALL, BOX),
    relation=r"|\partial_w h_t|\le D^w_t,\ \|\partial_u h_t\|\le D^u_t,\ \|\nabla h_t\|\le L_t,\ \|\nabla^2 "
    r"h_t\|\le\beta_t",
    quantities=(D_W, D_U, L, BETA, GAMMA3, GAMMA4),
    source=Source(
        origin="restored",
        where="Lemma 1 and Appendix A.1",
        note="constants restored from the proof; beta_T carries no factor d",
    ),
    depends_on=("prop-1",),
    derivation=LEMMA_1_STEPS,
)

LAMBDA = Quantity(
    name="Lambda",
    latex=r"\Lambda_T",
    meaning="bound of ||grad z_t||",
    forms=_forms(ROOT * p(T, a), RECURSIVE_L / sigma1, _coupled_gradient("Lambda"), _directional("Lambda"), "Lemma 2"),
)
# At T = 1 both L_{T-1} and beta_{T-1} vanish, because p and q of index <= 0 are 0.
PAPER_CHI = 2 * PAPER_L.subs(T, T - 1) + alpha_m * PAPER_BETA.subs(T, T - 1)
CHI = Quantity(
    name="chi",
    latex=r"\chi_T",
    meaning="bound of the operator norm of the Hessian of z_t",
    forms=_forms(PAPER_CHI, _recursive("chi"), _coupled("chi"), _directional("chi"), "Lemma 2"),
)
LEMMA_2 = Statement(
    id="lemma-2",
    title="Local Lipschitz and smoothness constants of the pre-activation",
    hypotheses=(SMOOTH, BALL, BOX),
    relation=r"\|\nabla z_t\|\le\Lambda_t,\quad \|\nabla^2 z_t\|\le\chi_t,\quad \sigma_2\Lambda_t^2+\sigma_1"
    r"\chi_t\le\beta_t\ \text{(tier paper)}",
    quantities=(LAMBDA, CHI),
    source=Source(
        origin="restored",
        where="Lemma 2 and eq. 13",
        note="the chain to beta holds in tier paper (equality in recursive, reversed in coupled)",
    ),
    depends_on=("lemma-1",),
    derivation=LEMMA_2_STEPS,
)

STATEMENTS = (LEMMA_1, LEMMA_2)
