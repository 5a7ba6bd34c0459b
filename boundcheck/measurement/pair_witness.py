"""Witnesses made of one symmetric pair repeated m/2 times, and their rigorous evaluation."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from boundcheck.measurement.pairs import PairPoint, PairSpace
from boundcheck.measurement.reevaluation import ball, ball_derivatives, check_ball, states
from boundcheck.measurement.values import Problem
from boundcheck.measurement.witness import encode, fractions, realise

MOVES = ("plus", "minus", "comparator_plus", "comparator_minus")


def pair_witness(problem: Problem, space: PairSpace, point: PairPoint, m: int) -> dict[str, Any]:
    """Write a pair as exact numbers; displacements of u lie along one unit axis (the second; d = 1: the first)."""
    neuron = realise(point.base, problem.d)
    axis = np.zeros(problem.d)
    axis[min(1, problem.d - 1)] = 1.0
    moves = {name: {"w": encode(a), "u": encode(b * axis)} for name, (a, b) in zip(MOVES, point.moves, strict=False)}
    if space.functional == "symmetric":
        (a, b), *_ = point.moves
        moves["minus"] = {"w": encode(-a), "u": encode(-b * axis)}
    parameters = problem.exact_parameters() | {"m": str(m)}
    names = ("alpha", "rho_w", "rho_u", "nu_w", "nu_u", "m")
    return {
        "form": "pair",
        "functional": space.functional,
        "activation": problem.activation_text,
        **{name: parameters[name] for name in names},
        "w_sign": int(point.base.w),
        "u": encode(neuron["u"]),
        "x": encode(neuron["x"]),
        **moves,
    }


def pair_value(witness: dict[str, Any]) -> arb:
    """Absolute value of the functional at the network of m/2 such pairs."""
    functional = witness["functional"]
    x = fractions(witness["x"])
    check_ball(x)
    w0 = Fraction(witness["alpha"]) * int(witness["w_sign"])
    base = (w0, fractions(witness["u"]))
    moves = {name: _move(witness, name, functional) for name in MOVES if name in witness}
    sigma = ball_derivatives(witness["activation"])
    if functional == "risk-gradient":
        return _risk_gradient(base, moves, x, sigma, int(witness["m"]))
    total = arb(0)
    for sign in ("plus", "minus"):
        part = _half(functional, base, moves, sign, x, sigma)
        total = total + part if sign == "plus" else total - part
    return abs(total) * arb(int(witness["m"])).sqrt() / 2


def _half(functional: str, base: Any, moves: dict[str, Any], sign: str, x: Any, sigma: Any) -> arb:
    (w, u), (a, b) = base, moves[sign]
    moved = (w + a, [p + q for p, q in zip(u, b, strict=True)])
    if functional == "gradient-change":
        bar_a, bar_b = moves[f"comparator_{sign}"]
        v_w, v_u = a - bar_a, [p - q for p, q in zip(b, bar_b, strict=True)]
        there = states(sigma, *moved, x, v_w, v_u, 1)[0][-1][1]
        return there - states(sigma, w, u, x, v_w, v_u, 1)[0][-1][1]
    there = states(sigma, *moved, x, Fraction(0), [Fraction(0)] * len(u), 0)[0][-1][0]
    if functional == "output":
        return there
    here = states(sigma, w, u, x, a, b, 1)[0][-1]
    return there - here[0] - here[1]


def _risk_gradient(base: Any, moves: dict[str, Any], x: Any, sigma: Any, m: int) -> arb:
    """Norm of the gradient of the risk in one neuron with c = +1, one sample x, targets y = 0.

    F_t = sqrt(m)/2 (h_t(theta^+) - h_t(theta^-)); the gradient is (2/T) sum_t F_t grad h_t(theta^+)/sqrt(m).
    """
    (w, u), d = base, len(base[1])
    points = [(w + a, [p + q for p, q in zip(u, b, strict=True)]) for a, b in (moves["plus"], moves["minus"])]
    none = [Fraction(0)] * d
    plus, minus = ([h[0] for h in states(sigma, w_, u_, x, Fraction(0), none, 0)[0]] for w_, u_ in points)
    square = arb(0)
    for k in range(1 + d):
        axis = [Fraction(k == j + 1) for j in range(d)]
        slopes = [h[1] for h in states(sigma, *points[0], x, Fraction(k == 0), axis, 1)[0]]
        part = sum(((p - q) * g for p, q, g in zip(plus, minus, slopes, strict=True)), arb(0))
        square += part * part  # a power would be NaN for a ball around 0
    return square.nonnegative_part().sqrt() / len(x)


def _move(witness: dict[str, Any], name: str, functional: str) -> tuple[Fraction, list[Fraction]]:
    """Read a displacement; ValueError if it leaves its neighbourhood, exactly."""
    a, b = fractions(witness[name]["w"]), fractions(witness[name]["u"])
    small = name.startswith("comparator") or functional == "symmetric"
    radii = ("nu_w", "nu_u") if small else ("rho_w", "rho_u")
    m = int(witness["m"])
    for size, radius in ((a * a, radii[0]), (sum(p * p for p in b), radii[1])):
        if size * m > Fraction(witness[radius]) ** 2:
            message = f"the {name} displacement must be <= {radius}/sqrt(m); got {float(size) ** 0.5:.17g} (section 0)"
            raise ValueError(message)
    return a, b


def kernel_value(witness: dict[str, Any]) -> arb:
    """Ratio ||grad R||^2/R, |dR/dw_i|/sqrt(R) or ||dR/du_i||/sqrt(R) of m equal neurons at one sample (n = 1).

    With residuals e_t and F's gradient c_i grad h_t/sqrt(m): grad R = (2/T) sum_t e_t c_i grad h_t/sqrt(m) per neuron.
    """
    from boundcheck.measurement.reevaluation import check_scale

    w, u, x = fractions(witness["w"]), fractions(witness["u"]), fractions(witness["x"])
    e = [ball(value) for value in fractions(witness["residuals"])]
    check_scale(abs(w), witness)
    check_ball(x)
    sigma = ball_derivatives(witness["activation"])
    d, part = len(u), witness["part"]
    axes = [(Fraction(k == 0), [Fraction(k == j + 1) for j in range(d)]) for k in range(1 + d)]
    chosen = {"all": axes, "w": axes[:1], "u": axes[1:]}[part]
    square = arb(0)
    for v_w, v_u in chosen:
        slopes = [h[1] for h in states(sigma, w, u, x, v_w, v_u, 1)[0]]
        along = sum((r * g for r, g in zip(e, slopes, strict=True)), arb(0))
        square += along * along
    risk = sum((r * r for r in e), arb(0)) / len(e)
    ratio = 4 * square / (len(e) ** 2 * risk)
    return ratio if part == "all" else (ratio / int(witness["m"])).sqrt()
