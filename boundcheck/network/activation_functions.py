"""sigma and its derivatives as vectorised double-precision functions, generated from the activation's expression."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.network.taylor import Series, series_of

if TYPE_CHECKING:
    import sympy

    from boundcheck.activations import Activation

MAX_ORDER = 4
"""Highest derivative of sigma that any statement needs (sigma_4, in the fourth-derivative bound)."""


_ELSEWHERE = 0.7236
"""Where, in radii of a series, the closed form is evaluated for nothing: away from other singularities."""


class SmoothnessError(ValueError):
    """A derivative was asked for that the activation does not have everywhere."""


def as_activation(activation: Activation | str) -> Activation:
    """Accept an Activation, or a name or expression such as ``"tanh"`` or ``"z/sqrt(1+z**2)"``."""
    from boundcheck.activations import activation as build

    return build(activation) if isinstance(activation, str) else activation


def gradient_functions(activation: Activation | str, order: int = 3) -> tuple[Callable[[Any], Any], ...]:
    """Return (sigma, sigma', ..., sigma^(order)), each a vectorised function of an array of doubles.

    Args:    order: highest derivative, 0 to 4.
    Raises:  ValueError if a derivative does not exist as a function (ReLU beyond sigma').
    """
    functions = derivative_functions(as_activation(activation), order)
    return tuple(lambda z, k=k: functions(z)[k] for k in range(order + 1))


def derivative_functions(activation: Activation | str, order: int) -> Callable[[Any], tuple[Any, ...]]:
    """Return one function z -> (sigma(z), ..., sigma^(order)(z)); common subexpressions are computed once."""
    chosen = as_activation(activation)
    function = _compiled(chosen.expression, order)
    return reduce(lambda outer, series: _with_series(outer, series, order), series_of(chosen), function)


def _with_series(
    function: Callable[[Any], tuple[Any, ...]], series: Series, order: int
) -> Callable[[Any], tuple[Any, ...]]:
    """Return the function with its Taylor series near a removable singularity."""
    polynomials = [np.array(series.derivative(k)[::-1]) for k in range(order + 1)]

    def evaluate(z: Any) -> tuple[Any, ...]:
        shift = np.asarray(z) - series.point
        near = np.abs(shift) < series.radius
        if not near.any():
            return function(z)
        values = function(np.where(near, series.point + _ELSEWHERE * series.radius, z))
        inside = np.where(near, shift, 0.0)
        return tuple(
            np.where(near, np.polyval(polynomial, inside), value)
            for polynomial, value in zip(polynomials, values, strict=True)
        )

    return evaluate


@lru_cache(maxsize=128)
def _compiled(expression: sympy.Expr, order: int) -> Callable[[Any], tuple[Any, ...]]:
    import sympy

    symbol, derivatives = derivative_expressions(expression, order)
    printable = [binary_extrema(derivative) for derivative in derivatives]
    function = sympy.lambdify([symbol], printable, modules=[_special_functions(expression), "numpy"], cse=True)

    def evaluate(z: Any) -> tuple[Any, ...]:
        return tuple(np.broadcast_to(value, np.shape(z)) if np.ndim(value) == 0 else value for value in function(z))

    return evaluate


@lru_cache(maxsize=128)
def derivative_expressions(expression: sympy.Expr, order: int) -> tuple[sympy.Symbol, list[sympy.Expr]]:
    """Return (z, [sigma, ..., sigma^(order)]) in a form that is stable in doubles.

    A rational function of exp(cz) that is a polynomial in tanh(cz/2), such as the logistic function, is written as
    that polynomial, for exp(-z)/(1+exp(-z))**2 overflows to inf/inf.
    """
    import sympy

    if not 0 <= order <= MAX_ORDER:
        message = f"the order of a derivative of sigma must be 0 to {MAX_ORDER}; got {order}"
        raise ValueError(message)
    symbols = expression.free_symbols
    if len(symbols) > 1:
        message = f"an activation must be an expression in z alone; got {expression} in {sorted(map(str, symbols))}"
        raise ValueError(message)
    z = next(iter(symbols), sympy.Symbol("z", real=True))
    current = _in_tanh(expression, z)
    derivatives = [current]
    for k in range(1, order + 1):
        current = _simplest(_without_vanishing_deltas(sympy.diff(current, z), expression, z, k), z)
        if current.has(sympy.DiracDelta, sympy.Derivative, sympy.Subs):
            message = f"sigma must have a derivative of order {k} here; got {expression} (choose a smoother activation)"
            raise SmoothnessError(message)
        derivatives.append(current)
    return z, derivatives


def binary_extrema(expression: sympy.Expr) -> sympy.Expr:
    """Write Max and Min as nested functions `maximum` and `minimum` of two arguments, as array libraries have them."""
    import sympy

    for extremum, name in ((sympy.Max, "maximum"), (sympy.Min, "minimum")):
        pair = sympy.Function(name)
        expression = expression.replace(extremum, lambda *args, pair=pair: reduce(pair, args))
    return expression


def _without_vanishing_deltas(
    derivative: sympy.Expr, expression: sympy.Expr, z: sympy.Symbol, order: int
) -> sympy.Expr:
    """Drop point masses from sigma^(order) where sigma^(order - 1) is continuous, as for |z|^3 up to order 3."""
    import sympy

    from boundcheck.enclosure.kinks import kinks
    from boundcheck.enclosure.objective import vanishes_nowhere

    if not derivative.has(sympy.DiracDelta):
        return derivative
    if any(not vanishes_nowhere(kink.argument, z) for kink in kinks(expression, z, order - 1)):
        return derivative
    return derivative.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)


def _simplest(expression: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    import sympy

    if expression.has(sympy.Heaviside, sympy.Piecewise, sympy.sign, sympy.Abs):
        return expression
    from boundcheck.enclosure.objective import factored

    return min((expression, factored(expression, symbol)), key=lambda form: form.count_ops())


def _in_tanh(expression: sympy.Expr, z: sympy.Symbol) -> sympy.Expr:
    import sympy

    rates = [power.exp.coeff(z) for power in expression.atoms(sympy.exp) if power.exp == power.exp.coeff(z) * z]
    if not rates or len(rates) != len(expression.atoms(sympy.exp)) or not all(rate.is_Rational for rate in rates):
        return expression
    base = abs(sympy.gcd_list(rates))
    half = sympy.Dummy("T", real=True)
    ratio = (1 + half) / (1 - half)
    rewritten = expression.subs({sympy.exp(rate * z): ratio ** (rate / base) for rate in rates})
    rewritten = sympy.cancel(sympy.together(rewritten))
    if rewritten.has(sympy.exp) or not rewritten.is_polynomial(half):
        return expression
    return rewritten.subs(half, sympy.tanh(base * z / 2))


def _special_functions(expression: sympy.Expr) -> dict[str, Callable[..., Any]]:
    import sympy

    # At a kink the derivative is one-sided, all factors from one side: sign(0)^2 must be 1 as it is on both.
    functions: dict[str, Callable[..., Any]] = {
        "Heaviside": lambda z, at_zero=0.0: np.heaviside(z, 0.0),
        "sign": lambda z: np.where(np.asarray(z) < 0, -1.0, 1.0),
    }
    if expression.has(sympy.erf, sympy.erfc, sympy.gamma, sympy.loggamma):
        from scipy import special

        functions |= {name: getattr(special, name) for name in ("erf", "erfc", "gamma", "loggamma")}
    return functions
