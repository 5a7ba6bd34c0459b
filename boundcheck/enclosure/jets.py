"""Jets: Taylor coefficients on a ball, f^(k)(X)/k! for every point of X, by automatic differentiation.

A program run on the jet of its variable over a ball X gives enclosures of the value and of the derivatives over all of
X. At a kink (abs, min, max on a straddle) the first coefficient holds the generalised gradient, so that the mean value
theorem and the monotonicity test stay valid, and higher ones are not finite. A jet of one coefficient is a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from flint import arb, fmpq
from sympy import Expr

from boundcheck.enclosure import balls
from boundcheck.enclosure.program import Algebra, Runner
from boundcheck.enclosure.sums import geometric_sums_of, sum_in

Jet = tuple[arb, ...]
_ZERO, _ONE, _NOWHERE = arb(0), arb(1), arb("nan")


def variable(ball: arb, order: int) -> Jet:
    """Return the jet of the identity over a ball, with coefficients up to ``order``."""
    return (ball, _ONE, *(_ZERO for _ in range(order - 1)))[: order + 1]


def padded(jet: Jet, order: int) -> Jet:
    """Write a constant with its coefficients, all zero."""
    return jet if len(jet) > 1 else (jet[0], *(_ZERO for _ in range(order)))


def constant(ball: arb) -> Jet:
    """Return the jet of a constant."""
    return (ball,)


def add(*terms: Jet) -> Jet:
    """Add jets; a constant has no effect on the derivatives."""
    total = terms[0]
    for term in terms[1:]:
        if len(total) == 1 or len(term) == 1:
            longer = total if len(total) > 1 else term
            total = (total[0] + term[0], *longer[1:])
        else:
            total = tuple(x + y for x, y in zip(total, term, strict=False))
    return total


def multiply(*factors: Jet) -> Jet:
    """Multiply jets by Cauchy's rule."""
    product = factors[0]
    for factor in factors[1:]:
        product = _product(product, factor)
    return product


def _product(x: Jet, y: Jet) -> Jet:
    if len(x) == 1:
        return tuple(x[0] * term for term in y)
    if len(y) == 1:
        return tuple(y[0] * term for term in x)
    if x is y:
        return integer_power(2, x)
    return tuple(_convolve(x, y, k) for k in range(min(len(x), len(y))))


def _convolve(x: Sequence[arb], y: Sequence[arb], k: int) -> arb:
    total = x[0] * y[k]
    for j in range(1, k + 1):
        total = total + x[j] * y[k - j]
    return total


def divide(x: Jet, y: Jet) -> Jet:
    """Divide jets; not finite where the divisor's value holds zero."""
    if len(y) == 1:
        return tuple(term / y[0] for term in x)
    quotient: list[arb] = []
    for k in range(len(y) if len(x) == 1 else min(len(x), len(y))):
        rest = x[k] if k < len(x) else _ZERO
        for j in range(1, k + 1):
            rest = rest - y[j] * quotient[k - j]
        quotient.append(rest / y[0])
    return tuple(quotient)


def compose(outer: Sequence[arb], inner: Jet) -> Jet:
    """Compose: Taylor coefficients of the outer function over the inner value, with the inner jet."""
    if len(inner) == 1:
        return (outer[0],)
    if inner[1] == 1 and all(term == 0 for term in inner[2:]):
        return tuple(outer)
    # Horner's rule, each partial result only as far as it counts: an outer coefficient that is not finite spoils none
    # of lower order.
    result = [outer[len(inner) - 1]]
    for i in range(len(inner) - 2, -1, -1):
        result = [outer[i], *(_dot(inner, result, k) for k in range(1, len(inner) - i))]
    return tuple(result)


def _dot(inner: Jet, result: Sequence[arb], k: int) -> arb:
    total = inner[1] * result[k - 1]
    for j in range(2, k + 1):
        total = total + inner[j] * result[k - j]
    return total


def integer_power(exponent: int, x: Jet) -> Jet:
    """Raise to an integer power >= 0: coefficients binomial(n, k) x^(n-k), each tight."""
    outer = [
        balls.integer_power(exponent - k, x[0]) * math.comb(exponent, k) if k <= exponent else _ZERO
        for k in range(len(x))
    ]
    return compose(outer, x)


def rational_power(exponent: tuple[int, int], x: Jet) -> Jet:
    """Raise to a rational power, x > 0 (at x = 0 the derivatives are not finite)."""
    power = fmpq(*exponent)
    outer = [balls.rational_power(exponent, x[0])]
    for k in range(1, len(x)):
        outer.append(outer[-1] * (power - (k - 1)) / (k * x[0]))
    return compose(outer, x)


def power(x: Jet, y: Jet) -> Jet:
    """Raise to any power: an exact integer exponent for any base, else x > 0."""
    if len(y) == 1:
        whole = y[0].unique_fmpz() if y[0].is_exact() else None
        if whole is not None:
            return integer_power(int(whole), x) if whole >= 0 else divide((_ONE,), integer_power(-int(whole), x))
    if len(x) == 1 and len(y) == 1:
        return (balls.power(x[0], y[0]),)
    return exponential(_product(y, natural_log(x)))


def exponential(x: Jet) -> Jet:
    """Apply exp: every Taylor coefficient is exp / k!."""
    value = balls.OPERATIONS["exp"](x[0])
    return compose([value / math.factorial(k) for k in range(len(x))], x)


def natural_log(x: Jet) -> Jet:
    """Apply log on x > 0."""
    outer = [balls.natural_log(x[0])]
    if len(x) > 1 and not x[0] > 0:
        return (outer[0], *(_NOWHERE for _ in x[1:]))
    for k in range(1, len(x)):
        outer.append((-1) ** (k - 1) / (k * balls.integer_power(k, x[0])))
    return compose(outer, x)


def hyperbolic_tangent(x: Jet) -> Jet:
    """Apply tanh by y' = 1 - y^2, with 1 - y^2 = sech^2 enclosed without cancellation."""
    y = [balls.OPERATIONS["tanh"](x[0])]
    slope = [_sech_squared(x[0])] if len(x) > 1 else []
    for k in range(1, len(x)):
        y.append(slope[k - 1] / k)
        slope.append(-_convolve(y, y, k))
    return compose(y, x)


def _sech_squared(x: arb) -> arb:
    if x.rel_accuracy_bits() >= 20:
        return x.sech() ** 2
    return (x.abs_lower().sech() ** 2).union(x.abs_upper().sech() ** 2)


def error_function(x: Jet) -> Jet:
    """Apply erf by Hermite's recurrence of exp(-x^2)."""
    outer = [balls.OPERATIONS["erf"](x[0])]
    bell = [2 / arb.pi().sqrt() * (-balls.integer_power(2, x[0])).exp()]
    for k in range(1, len(x)):
        outer.append(bell[k - 1] / k)
        tail = bell[k - 2] if k > 1 else _ZERO
        bell.append(-2 * (x[0] * bell[k - 1] + tail) / k)
    return compose(outer, x)


def sine(x: Jet) -> Jet:
    """Apply sin."""
    return compose(_turning(balls.sine(x[0]), balls.cosine(x[0]), len(x)), x)


def cosine(x: Jet) -> Jet:
    """Apply cos."""
    return compose(_turning(balls.cosine(x[0]), -balls.sine(x[0]), len(x)), x)


def _turning(value: arb, slope: arb, count: int) -> list[arb]:
    cycle = (value, slope, -value, -slope)
    return [cycle[k % 4] / math.factorial(k) for k in range(count)]


def arc_tangent(x: Jet) -> Jet:
    """Apply atan by (1 + x^2) y' = 1."""
    outer = [balls.OPERATIONS["atan"](x[0])]
    weight = 1 + balls.integer_power(2, x[0])
    slope: list[arb] = []
    for k in range(1, len(x)):
        before = slope[k - 2] if k > 1 else _ZERO
        earlier = slope[k - 3] if k > 2 else _ZERO
        slope.append((1 / weight) if k == 1 else -(2 * x[0] * before + earlier) / weight)
        outer.append(slope[-1] / k)
    return compose(outer, x)


def absolute(x: Jet) -> Jet:
    """Take the absolute value; on a straddle the slope is any of [-1, 1] times the inner one."""
    if x[0] >= 0 or (len(x) == 1):
        return x if x[0] >= 0 else (balls.absolute(x[0]),)
    if x[0] <= 0:
        return tuple(-term for term in x)
    return (balls.absolute(x[0]), x[1] * arb(0, 1), *(_NOWHERE for _ in x[2:]))


def absolute_power(exponent: tuple[int, int], x: Jet) -> Jet:
    """Raise |x| to a power r > 0; across x = 0 derivatives of order < r exist, the r-th jumps, later ones do not."""
    power = fmpq(*exponent)
    side = balls.sign(x[0])
    straddles = not (x[0] > 0 or x[0] < 0)
    outer = [balls.absolute_power(exponent, x[0])]
    binomial = fmpq(1)
    for k in range(1, len(x)):
        binomial = binomial * (power - (k - 1)) / k
        rest = power - k
        if binomial == 0:
            outer.append(_NOWHERE if straddles and exponent[0] % 2 else _ZERO)
            continue
        if rest < 0 and straddles:
            outer.append(_NOWHERE)
            continue
        size = _ONE if rest == 0 else _magnitude(rest, x[0])
        outer.append(binomial * size * (side if k % 2 else _ONE))
    return compose(outer, x)


def positive_power(exponent: int, x: Jet) -> Jet:
    """Raise max(0, x) to a power n > 1; across x = 0 the derivative of order n jumps, later ones do not exist."""
    straddles = not (x[0] > 0 or x[0] < 0)
    outer = []
    for k in range(len(x)):
        if k < exponent:
            outer.append(balls.positive_power(exponent - k, x[0]) * math.comb(exponent, k))
        elif k > exponent:
            outer.append(_NOWHERE if straddles else _ZERO)
        else:
            outer.append((1 + balls.sign(x[0])) / 2)
    return compose(outer, x)


def _magnitude(power: fmpq, x: arb) -> arb:
    if power > 0:
        return balls.absolute_power((int(power.p), int(power.q)), x)
    return 1 / balls.absolute_power((int(-power.p), int(power.q)), x)


def sign(x: Jet) -> Jet:
    """Take the sign; a jump has no finite derivative."""
    value = balls.sign(x[0])
    definite = value.is_exact() and value != 0
    return (value,) if definite or len(x) == 1 else (value, *(_NOWHERE for _ in x[1:]))


def _pick(choose: Callable[[arb, arb], arb], prefers: Callable[[arb, arb], bool]) -> Callable[..., Jet]:
    def pick(*values: Jet) -> Jet:
        best = values[0]
        for value in values[1:]:
            if prefers(value[0], best[0]):
                best = value
            elif not prefers(best[0], value[0]):
                best = _merge(choose(best[0], value[0]), best, value)
        return best

    return pick


def _merge(value: arb, x: Jet, y: Jet) -> Jet:
    if len(x) == 1 and len(y) == 1:
        return (value,)
    slopes = [jet[1] if len(jet) > 1 else _ZERO for jet in (x, y)]
    return (value, slopes[0].union(slopes[1]), *(_NOWHERE for _ in range(max(len(x), len(y)) - 2)))


def _geometric(which: int) -> Callable[[Jet, Jet], Jet]:
    def apply(t: Jet, x: Jet) -> Jet:
        if len(x) == 1:
            return (balls.OPERATIONS["pq"[which]](t[0], x[0]),)
        sums = geometric_sums_of(t[0], absolute(x), add, multiply, lambda k: (arb(k),))
        return (_NOWHERE,) * len(x) if sums is None else sums[which]

    return apply


def _sum(body: Any, low: Jet, high: Jet, *values: Jet) -> Jet:
    return sum_in(add, multiply, lambda k: (arb(k),), body, low[0], high[0], *values)


def regular(payload: Any, x: Jet) -> Jet:
    """Take a quotient continued to its removable singularities."""
    from boundcheck.enclosure.expansions import derivative_jet  # built on this arithmetic

    return compose(derivative_jet(payload, x[0], len(x) - 1), x)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": add,
    "mul": multiply,
    "div": divide,
    "power": integer_power,
    "root": rational_power,
    "abspower": absolute_power,
    "pospower": positive_power,
    "pow": power,
    "exp": exponential,
    "log": natural_log,
    "tanh": hyperbolic_tangent,
    "erf": error_function,
    "sin": sine,
    "cos": cosine,
    "atan": arc_tangent,
    "abs": absolute,
    "sign": sign,
    "min": _pick(arb.min, lambda x, y: bool(x <= y)),
    "max": _pick(arb.max, lambda x, y: bool(x >= y)),
    "p": _geometric(0),
    "q": _geometric(1),
    "sum": _sum,
    "regular": regular,
}


def centred_registers(runner: Runner, ball: arb, order: int) -> list[Jet]:
    """Run on the jet of the variable over a ball, each result narrowed by the mean value form before it is used.

    It costs twice a plain run, and keeps apart from 0 what loses to dependency, as z^2 - 2z + 1.1.
    """
    middle = ball.mid()
    exact, away = runner.registers((variable(middle, order),)), ball - middle
    values = [variable(ball, order)]
    for index, (function, inputs) in enumerate(runner.steps, 1):
        values.append(_narrowed(function(*[values[k] for k in inputs]), exact[index], away))
    return values


def _narrowed(jet: Jet, exact: Jet, away: arb) -> Jet:
    """Enclose each coefficient a_k also by a_k(c) + (k + 1) a_{k+1}(X) (X - c)."""
    if len(jet) == 1 or len(exact) < len(jet):
        return jet
    forms = [exact[k] + (k + 1) * jet[k + 1] * away for k in range(len(jet) - 1)]
    return (*(balls.narrower(one, other) for one, other in zip(jet, forms, strict=False)), jet[-1])


def _constant(node: Expr) -> Jet:
    return (balls.constant(node),)


JETS = Algebra(OPERATIONS, _constant)
