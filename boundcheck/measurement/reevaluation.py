"""Evaluate a witness again, rigorously, in Arb: the only thing that may contradict a bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb, fmpq
from sympy import Heaviside, Max, diff, sign

from boundcheck.enclosure import Enclosure, compile_arb, precision
from boundcheck.measurement.directional import advance, compose
from boundcheck.measurement.witness import fractions
from boundcheck.notation import z

DIGITS = 40
BallDerivatives = Callable[[arb, int], list[arb]]


def ball(value: Fraction) -> arb:
    """Enclose an exact fraction at the precision in force."""
    return arb(fmpq(value.numerator, value.denominator))


def ball_derivatives(activation: Any) -> BallDerivatives:
    """Return f(z, order) -> [sigma(z), ..., sigma^(order)(z)] on balls."""
    from boundcheck.activations import activation as find

    expression = find(activation).expression
    return lambda point, order: [_compiled(expression, k)(point) for k in range(order + 1)]


@lru_cache(maxsize=128)
def _compiled(expression: Any, order: int) -> Callable[..., arb]:
    """Compile a derivative of sigma; that of a kink is its left one there (sigma'(0) = 0 for ReLU, Remark 2)."""
    found = diff(expression, z, order) if order else expression
    return compile_arb(found.replace(Heaviside, lambda at, *_: Max(sign(at), 0)), (z,))


def reevaluate(statement_id: str, quantity: str, witness: dict[str, Any]) -> Enclosure:
    """Enclose the value that a witness attains, in exact arithmetic on its point.

    The witness's lower end above a bound's upper end contradicts the bound.

    Args:    statement_id, quantity: for messages only; the witness says what it is a point of (``form``).
    Raises:  ValueError if the point leaves the statement's domain, or the witness holds no such point.
    """
    from boundcheck.measurement import comparator_witness, expectation_witness, pair_witness

    forms: dict[Any, Callable[[dict[str, Any]], arb]] = {
        "direction": _direction,
        "pair": pair_witness.pair_value,
        "kernel": pair_witness.kernel_value,
        "expectation": expectation_witness.expectation_value,
        "start": comparator_witness.start_value,
    }
    form = witness.get("form")
    if form not in forms:
        message = f"a witness must be an exact point to be re-evaluated; got {form!r} for {statement_id}.{quantity}"
        raise ValueError(message)
    try:
        with precision(DIGITS):
            return Enclosure.from_arb(forms[form](witness))
    except (KeyError, TypeError, IndexError) as error:
        message = f"a witness of form {form!r} must hold its point; got one that is damaged ({error})"
        raise ValueError(message) from error


def _direction(witness: dict[str, Any]) -> arb:
    """|D^k h_T[v, ..., v]| / ||v||^k at one neuron (or of z_T)."""
    w, u, x = fractions(witness["w"]), fractions(witness["u"]), fractions(witness["x"])
    v_w, v_u = fractions(witness["v_w"]), fractions(witness["v_u"])
    check_scale(abs(w), witness)
    check_ball(x)
    order = int(witness["order"])
    h, z_last = states(ball_derivatives(witness["activation"]), w, u, x, v_w, v_u, order)
    value = z_last[order] if witness["of"] == "z" else h[-1][order]
    return abs(value) / ball(v_w**2 + dot(v_u, v_u)).sqrt() ** order


def states(
    sigma: BallDerivatives, w: Fraction, u: Sequence[Fraction], x: Any, v_w: Fraction, v_u: Any, order: int
) -> tuple[list[list[arb]], list[arb]]:
    """Directional derivatives 0..order of h_1, ..., h_T and of z_T, on balls."""
    h, states_, last = [arb(0)] * (order + 1), [], []
    for row in x:
        last = advance(h, ball(w), ball(v_w), ball(dot(v_u, row)), ball(dot(u, row)), order)
        h = compose(sigma(last[0], order), last, order)
        states_.append(h)
    return states_, last


def dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    """Exact inner product."""
    return sum((p * q for p, q in zip(left, right, strict=True)), Fraction(0))


def check_ball(x: Any) -> None:
    """ValueError unless every input keeps ||x_t|| <= 1 exactly."""
    largest = max(dot(row, row) for row in x)
    if largest > 1:
        message = f"inputs must keep ||x_t|| <= 1; got {float(largest) ** 0.5:.17g} (section 2)"
        raise ValueError(message)


def check_scale(size: Fraction, witness: dict[str, Any]) -> None:
    """ValueError unless |w| <= alpha + rho_w/sqrt(m) exactly."""
    excess = size - Fraction(witness["alpha"])
    if excess > 0 and excess**2 * int(witness["m"]) > Fraction(witness["rho_w"]) ** 2:
        message = f"|w| must be <= alpha + rho_w/sqrt(m); got {float(size):.17g} (Lemma 1)"
        raise ValueError(message)
