"""Activations: sigma as a SymPy expression in z, with exact or certified suprema of its derivatives.

Source: section 0, activations, for the constants sigma0, sigma1, sigma2 (equation 4) and sigma3; sigma4 is derived
from the zeros of the fifth derivative. A user's own expression gets certified constants, or a refusal with its reason.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from time import thread_time
from typing import Any, Literal

import sympy
from flint import arb
from sympy import Expr, Rational, S, exp, pi, sqrt

from boundcheck.enclosure import Enclosure, SingularError, UnboundedError, certify, compile_arb
from boundcheck.enclosure.closed_form import closed_form
from boundcheck.enclosure.kinks import is_rough, kinks
from boundcheck.enclosure.objective import differentiate, vanishes_nowhere
from boundcheck.enclosure.pieces import pieces
from boundcheck.enclosure.regularity import explain
from boundcheck.enclosure.removable import Removable, continued
from boundcheck.enclosure.supremum import CertifiedSupremum, derivative_supremum
from boundcheck.notation import z

ANALYTIC = 64
"""Smoothness of an analytic activation: continuous derivatives of at least this order."""

_DIGITS = 30
_SECONDS, _SHARE = 3.5, 0.85
"""Processor time for the suprema of a user's own; a share of it for sigma0, sigma1 and sigma2."""
_MOST_REMOVABLE = 8

Parity = Literal["odd", "even"] | None


@dataclass(frozen=True, slots=True)
class Constant:
    """The supremum over R of |sigma^(k)|: exact where known, and an enclosure at any precision."""

    order: int
    exact: Expr | None
    activation: Activation

    @property
    def function(self) -> Expr:
        """Return sigma^(order) as an expression in z."""
        return self.activation.derivative(self.order)

    def enclosure(self, digits: int = 30) -> Enclosure:
        """Enclose the supremum, certified to ``digits`` significant digits."""
        return _constant_enclosure(self, digits)

    def supremum(self, digits: int = 15) -> CertifiedSupremum:
        """Certify the supremum afresh, with every place where it may be attained: points, sets, or an end of R."""
        source = self.activation
        return derivative_supremum(source.expression, z, self.order, digits, source.removable)

    def __str__(self) -> str:
        return f"sigma{self.order} = sup|{self.function}| = {self.enclosure()}"

    def _repr_latex_(self) -> str:
        inside = self.enclosure()._repr_latex_().strip("$")
        name = rf"\sigma_{self.order} = \sup_z \left|{sympy.latex(self.function)}\right|"
        return f"${name} = {inside}$" if self.exact is not None else rf"${name} \in {inside}$"


@lru_cache(maxsize=512)
def _constant_enclosure(constant: Constant, digits: int) -> Enclosure:
    value = constant.exact
    if value is None:
        return constant.supremum(digits).value
    if value.is_Rational:
        return Enclosure.from_exact(value)
    return Enclosure.from_arb(certify(compile_arb(value), digits), value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """An activation: ``expression`` in ``notation.z``, of class C^``smoothness``; parity as a function of z.

    ``known`` holds the exact suprema of |sigma|, |sigma'|, ... from order 0, None where they must be certified;
    ``reasons`` says of an order why its constant does not exist; ``removable`` lists the removable singularities.
    """

    name: str
    expression: Expr
    parity: Parity = None
    smoothness: int = ANALYTIC
    known: tuple[Expr | None, ...] = ()
    reasons: tuple[tuple[int, str], ...] = ()
    removable: tuple[Removable, ...] = ()

    def derivative(self, order: int = 1) -> Expr:
        """Return sigma^(order) as an expression in z; ValueError beyond the smoothness."""
        if order < 0:
            message = f"the order of a derivative must be >= 0; got {order}"
            raise ValueError(message)
        if order > self.smoothness + 1:
            raise ValueError(self._refusal(order))
        return differentiate(self.expression, z, order)

    @property
    def continued(self) -> Expr:
        """Return the expression with its removable singularities filled in, for numbers on balls and in doubles."""
        return continued(self.expression, self.removable)

    def continued_derivative(self, order: int = 1) -> Expr:
        """Return sigma^(order) likewise; errors as in ``derivative``."""
        if not self.removable:
            return self.derivative(order)
        if order > self.smoothness + 1:
            raise ValueError(self._refusal(order))
        return differentiate(self.continued, z, order)

    def constant(self, order: int) -> Constant:
        """Return sup over R of |sigma^(order)|, 0 <= order <= 4; ValueError with the reason where there is none."""
        if not 0 <= order <= 4:
            message = f"constants are sigma0 to sigma4; got order {order}"
            raise ValueError(message)
        if order in dict(self.reasons) or order > self.smoothness + 1:
            raise ValueError(self._refusal(order))
        exact = self.known[order] if order < len(self.known) else None
        return Constant(order, exact, self)

    @property
    def sigma0(self) -> Enclosure:
        """Return sup|sigma| over R to 30 digits, as ``constant(0).enclosure()``. ValueError where there is none."""
        return self.constant(0).enclosure()

    @property
    def sigma1(self) -> Enclosure:
        """Return the supremum over R of the first derivative's size, likewise."""
        return self.constant(1).enclosure()

    @property
    def sigma2(self) -> Enclosure:
        """Return the supremum over R of the second derivative's size, likewise."""
        return self.constant(2).enclosure()

    @property
    def sigma3(self) -> Enclosure:
        """Return the supremum over R of the third derivative's size, likewise."""
        return self.constant(3).enclosure()

    def as_dict(self, digits: int = 30) -> dict[str, Any]:
        """Return sigma0, sigma1, ... as decimal ends rounded outward with the exact value, as in the CLI's JSON."""
        return {f"sigma{order}": self.constant(order).enclosure(digits).as_dict(digits) for order in self.orders}

    @property
    def orders(self) -> tuple[int, ...]:
        """Return the orders of the derivatives whose constants exist."""
        return tuple(order for order in range(len(self.known)) if order not in dict(self.reasons))

    def _refusal(self, order: int) -> str:
        reason = dict(self.reasons).get(order, f"{self.name} is only of class C^{self.smoothness}")
        return f"{self.name} has no constant sigma{order}: {reason} (paper Remark 2: choose an activation with it)"

    def __str__(self) -> str:
        return f"{self.name}: sigma(z) = {self.expression}"

    def _repr_latex_(self) -> str:
        return rf"$\sigma(z) = {sympy.latex(self.expression)}$"


_R5, _R6, _R7, _R105 = sqrt(5), sqrt(6), sqrt(7), sqrt(105)
_TANH4 = 8 * sqrt(S.Half - _R105 / 30) * (S.Half + _R105 / 10) * (S.Half + _R105 / 30)
_ALGEBRAIC4_SQUARE = (3 - _R7) / 4
_ALGEBRAIC4 = 15 * sqrt(_ALGEBRAIC4_SQUARE) * _R7 / (1 + _ALGEBRAIC4_SQUARE) ** Rational(9, 2)
_NO_BOUND = "it is unbounded towards +oo"
_KINK = "its derivative jumps at z = 0"

_REGISTRY: tuple[Activation, ...] = (
    Activation(
        name="tanh",
        expression=sympy.tanh(z),
        parity="odd",
        known=(S(1), S(1), 4 / (3 * sqrt(3)), S(2), _TANH4),
    ),
    Activation(
        name="logistic",
        expression=(1 + sympy.tanh(z / 2)) / 2,
        known=(S(1), Rational(1, 4), 1 / (6 * sqrt(3)), Rational(1, 8), _TANH4 / 32),
    ),
    Activation(
        name="gaussian",
        expression=exp(-(z**2) / 2),
        parity="even",
        known=(S(1), exp(-S.Half), S(1), _R6 * sqrt(3 - _R6) * exp(-(3 - _R6) / 2), S(3)),
    ),
    Activation(
        name="erf",
        expression=sympy.erf(z),
        parity="odd",
        known=(
            S(1),
            2 / sqrt(pi),
            4 / sqrt(2 * pi * sympy.E),
            4 / sqrt(pi),
            8 * _R6 * sqrt((3 - _R6) / 2) * exp(-(3 - _R6) / 2) / sqrt(pi),
        ),
    ),
    Activation(name="sin", expression=sympy.sin(z), parity="odd", known=(S(1), S(1), S(1), S(1), S(1))),
    Activation(
        name="arctan",
        expression=sympy.atan(z),
        parity="odd",
        known=(pi / 2, S(1), 3 * sqrt(3) / 8, S(2), 6 * (sqrt(10 + 2 * _R5) / 4) ** 5),
    ),
    Activation(
        name="algebraic",
        expression=z / sqrt(1 + z**2),
        parity="odd",
        known=(S(1), S(1), 48 / (25 * _R5), S(3), _ALGEBRAIC4),
    ),
    Activation(
        name="relu",
        expression=sympy.Max(z, 0),
        smoothness=0,
        known=(None, S(1)),
        reasons=((0, _NO_BOUND), (2, _KINK), (3, _KINK), (4, _KINK)),
    ),
)
ACTIVATIONS: tuple[str, ...] = tuple(entry.name for entry in _REGISTRY)


def activation(expression: str | Expr | Activation) -> Activation:
    """Return an activation by name, or from a user's own expression in z with certified constants.

    Args:    expression: a name of ``ACTIVATIONS``, text in the language of claims, or a SymPy expression in z.
    Raises:  ValueError (LanguageError for text outside the language) with the reason for a refusal.
    """
    if isinstance(expression, Activation):
        return expression
    if isinstance(expression, str):
        for entry in _REGISTRY:
            if entry.name == expression.strip():
                return entry
    parsed = _read(expression)
    for entry in _REGISTRY:
        if entry.expression == parsed:
            return entry
    return _certified(parsed)


def _is_constant(expression: Expr) -> bool:
    """Tell whether an expression with a z in it is constant all the same."""
    function = compile_arb(expression, [z])
    values = [function(arb(point)) for point in (1, 2, 5, -3)]
    if any(x.is_finite() and y.is_finite() and not x.overlaps(y) for x in values for y in values):
        return False
    return bool(sympy.simplify(sympy.diff(expression, z)) == 0)


@lru_cache(maxsize=128)
def _certified(expression: Expr) -> Activation:
    """Certify sigma0, sigma1, sigma2 of a user's own expression, and sigma3 if it exists; or refuse with the reason.

    The second derivative comes first: it shows poles, kinks and complex values at once.
    """
    reasons: dict[int, str] = {}
    exact: dict[int, Expr | None] = {}
    removable: tuple[Removable, ...] = ()
    start = thread_time()
    for order in (2, 0, 1, 3):
        deadline = start + _SECONDS * (1 if order == 3 else _SHARE)
        removable, reason, is_local, exact[order] = _attempt(expression, order, removable, deadline)
        if reason is not None:
            reasons[order] = reason
        if order in reasons and (order < 2 or is_local) or (order == 1 and reasons):
            break
    if min(reasons, default=3) <= 2:
        message = f"{expression} cannot be used as an activation: {reasons[min(reasons)]} (equation 4)"
        raise ValueError(message)
    rough = bool(reasons) or is_rough(expression)
    return Activation(
        name=str(expression),
        expression=expression,
        parity=_parity(expression),
        smoothness=(2 if reasons else 3) if rough else ANALYTIC,
        known=tuple(exact[order] for order in range(3 if reasons else 4)),
        reasons=tuple(reasons.items()),
        removable=removable,
    )


def _attempt(
    expression: Expr, order: int, removable: tuple[Removable, ...], deadline: float
) -> tuple[tuple[Removable, ...], str | None, bool, Expr | None]:
    """Certify one constant.

    Returns the removable singularities met, why it fails (or None), whether that is at a point, and its closed form.
    """
    kink = _kink(expression, order)
    if kink is not None:
        return removable, kink, True, None
    while True:
        try:
            found = derivative_supremum(expression, z, order, _DIGITS, removable, deadline)
        except SingularError as error:
            cause = explain(expression, z, error, removable)
            if not isinstance(cause, Removable):
                return removable, cause, True, None
            if cause in removable or len(removable) == _MOST_REMOVABLE:
                return removable, str(error), True, None
            removable += (cause,)
        except ValueError as error:
            return removable, _worded(expression, order, error), False, None
        else:
            smooth = not removable and not is_rough(expression)
            return removable, None, False, closed_form(expression, z, order, found) if smooth else None


def _kink(expression: Expr, order: int) -> str | None:
    """Say where sigma^(order) is not continuous; None where it is, or where that is seen only as it is enclosed."""
    if not is_rough(expression):
        return None
    found = pieces(expression, z)
    if found is not None:
        where = found.undefined()
        if where is not None:
            return f"a division by zero for every z {where}"
        smoothness, place = found.smoothness(z, order)
        if smoothness >= order:
            return None
        name = "sigma" + "'" * max(smoothness, 0)
        return f"not C^{max(order, 2)}: {name} {'has a kink' if smoothness >= 0 else 'jumps'} at z = {place}"
    if order < 3:
        return None
    for kink in kinks(expression, z, 3):
        if not vanishes_nowhere(kink.argument, z):
            return f"sigma''' is not seen to be continuous where {kink.argument} = 0"
    return None


def _worded(expression: Expr, order: int, error: ValueError) -> str:
    name = "sigma" + "'" * order
    if not isinstance(error, UnboundedError):
        return f"{name}: {error}"
    if error.proved:
        return f"{name} is {error}"
    value, place = _largest_seen(expression, order, error.side)
    seen = f"; |{name}| >= {value:.3g} at z = {place}" if value > 0 else ""
    return f"{name} has no bound that can be certified: {error}{seen}"


def _largest_seen(expression: Expr, order: int, side: int) -> tuple[float, int]:
    function = compile_arb(differentiate(expression, z, order), [z])
    sizes = [(float(abs(function(arb(side * k))).lower()), side * k) for k in range(900, 1000)]
    return max((pair for pair in sizes if 0 < pair[0] < math.inf), default=(0.0, 0))


def _parity(expression: Expr) -> Parity:
    mirrored = expression.subs(z, -z)
    if sympy.expand(mirrored - expression) == 0:
        return "even"
    return "odd" if sympy.expand(mirrored + expression) == 0 else None


def _read(expression: Any) -> Expr:
    from boundcheck.language import parse_expression

    if isinstance(expression, str):
        if expression.strip().isidentifier() and expression.strip() != "z":
            names = ", ".join(ACTIVATIONS)
            message = f"unknown activation {expression.strip()!r}; choose {names}, or an expression in z"
            raise ValueError(message)
        parsed = parse_expression(expression, {"z": z})
    elif isinstance(expression, Expr):
        parsed = expression
    else:
        message = f"an activation is a name, text or a SymPy expression in z; got {type(expression).__name__}"
        raise TypeError(message)
    if parsed.free_symbols != {z}:
        found = " ".join(sorted(symbol.name for symbol in parsed.free_symbols)) or "none"
        message = f"an activation is an expression in the one variable z; got variables: {found}"
        raise ValueError(message)
    if _is_constant(parsed):
        message = f"an activation must depend on z; got the constant {parsed}"
        raise ValueError(message)
    return parsed
