"""A theorem turned round: the smallest even width, with iterations, step size and radii, for a target risk.

Rule: the width and the number of iterations are the smallest that the theorem's own quantities ``width`` and
``iterations`` ask for, which split the budget epsilon (theorem-1 classic, sharpened: half for the width, half for the
iterations; lyapunov and theorem-1-descent: epsilon_m <= kappa sqrt(epsilon); theorem-2 as stated). Radii: those given,
else nu, for projected descent; the least fixed point, rounded up, without projection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from flint import arb
from sympy import Expr, Rational, Symbol

from boundcheck.activations import Activation
from boundcheck.enclosure import Enclosure, precision
from boundcheck.enclosure.decimals import decimal_text, dyadic
from boundcheck.evaluation.balls import Balls
from boundcheck.evaluation.binding import binding_term
from boundcheck.evaluation.closed_form import closed_form, exact_rational
from boundcheck.evaluation.conditions import Asker, Conditions, check_length, required_symbols
from boundcheck.evaluation.request import Request, request
from boundcheck.evaluation.terms import has_directions
from boundcheck.evaluation.values import read
from boundcheck.evaluation.widths import Width, smallest_width
from boundcheck.notation import eta, kappa, m, nu_u, nu_w, parameter, rho_u, rho_w, tau

THEOREMS = ("theorem-1", "theorem-1-descent", "theorem-2")
DIGITS = 30
JSON_INTEGER = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A width with which a theorem promises the risk epsilon.

    m: even width; tau: iterations; eta: step size (rounded down, in the 30th digit or later, where irrational: the
    bound is for this eta); rho_w, rho_u: radii, exact; bound: certified upper end of the theorem's risk bound, <=
    epsilon; trivial: what it is compared with; informative: bound < trivial; binding: the largest term of the width
    condition.
    refuted: largest even width that certainly does not suffice; m is certainly the smallest if that is m - 2.
    """

    theorem: str
    variant: str | None
    tier: str | None
    activation: str
    m: int
    tau: int
    eta: Fraction
    rho_w: Fraction
    rho_u: Fraction
    bound: Fraction
    trivial: Fraction
    informative: bool
    binding: str
    refuted: int

    @property
    def is_smallest(self) -> bool:
        """Tell whether the next smaller even width certainly does not suffice."""
        return self.refuted == self.m - 2

    def to_json(self) -> dict[str, Any]:
        """Return the keys of ``boundcheck plan``; numbers that are no small integers as decimal text."""
        whole = {name: _json_integer(getattr(self, name)) for name in ("m", "tau")}
        down = {"eta": decimal_text(self.eta, _digits_of_step(self.tau), up=False)}
        up = {name: decimal_text(getattr(self, name), DIGITS, up=True) for name in ("rho_w", "rho_u", "bound")}
        return {**whole, **down, **up, "informative": self.informative, "binding": self.binding}

    def _repr_html_(self) -> str:
        asked = {"theorem": self.theorem, "variant": self.variant, "tier": self.tier, "activation": self.activation}
        shown = {**asked, **self.to_json()}
        rows = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in shown.items())
        return f"<table>{rows}</table>"


def _digits_of_step(iterations: int) -> int:
    """Return the digits of a step size: more than tau has, since rounding tau up leaves about 1/tau to spare."""
    return DIGITS if iterations <= JSON_INTEGER else DIGITS + len(str(iterations))


def _json_integer(value: int) -> int | str:
    return value if value <= JSON_INTEGER else str(value)


def plan(
    theorem: str,
    *,
    variant: str | None = None,
    tier: str | None = None,
    activation: str | Expr | Activation = "tanh",
    trivial: Any = None,
    **values: Any,
) -> Plan:
    """Find the smallest even width, with iterations, step size and radii, that a theorem needs for a target risk.

    Args:    theorem: ``theorem-1`` or ``theorem-1-descent`` (projected), or ``theorem-2`` (without projection);
             variant: default classic, none for theorem-1-descent.
             trivial: risk of the zero function; default (L0 ||nu||)^2.
             values: epsilon, delta, T, alpha, nu_w, nu_u; n where the variant needs it; rho_w, rho_u for projected
             descent (default nu); kappa for lyapunov and theorem-1-descent (default 1/4).
    Raises:  ValueError for missing or inadmissible values, or where no width up to 10^300 suffices.
    """
    conditions = conditions_of(theorem, variant=variant, tier=tier, activation=activation, values=values)
    width = smallest_width(conditions)
    known = conditions.at(width.m, width.radii)
    with precision(DIGITS + 20 + 2 * len(str(width.m))):
        asker = Asker(conditions, Balls(conditions.width.activation, _effort(conditions), width.known))
        iterations = _iterations(conditions, asker, known)
        known[tau] = Rational(iterations)
        step, instead = _step_size(conditions, asker, known, _digits_of_step(iterations))
        bound = asker.ask(conditions.bound, known, instead)
        compared = _trivial(conditions, asker, known, trivial)
        epsilon = conditions.values[parameter("epsilon").symbol]
        is_target = conditions.bound.term.value == epsilon_symbol()
        broken = not is_target and bool(bound > asker.arithmetic.number(epsilon))
        informative = bool(bound < compared)
        # The conditions on m and tau are certified, and they prove bound <= epsilon; a wide ball may not show it.
        reached = _fraction(epsilon) if is_target else min(_rounded(dyadic(bound.upper()), up=True), _fraction(epsilon))
    if broken:
        message = f"{theorem}: the bound at the plan must be <= epsilon; got {bound.str(10)}"
        raise ArithmeticError(message)
    return Plan(
        theorem=theorem,
        variant=conditions.variant,
        tier=conditions.tier,
        activation=conditions.width.activation.name,
        m=width.m,
        tau=iterations,
        eta=step,
        rho_w=_fraction(width.radii[0]),
        rho_u=_fraction(width.radii[1]),
        bound=reached,
        trivial=Enclosure.from_arb(compared).lower,
        informative=informative,
        binding=_binding(conditions, width, known, informative),
        refuted=width.refuted,
    )


def epsilon_symbol() -> Symbol:
    """Return the symbol of the target risk."""
    return parameter("epsilon").symbol


def conditions_of(
    theorem: str, *, variant: str | None, tier: str | None, activation: Any, values: Mapping[str, Any]
) -> Conditions:
    """Resolve the quantities that a plan needs and check the values."""
    if theorem not in THEOREMS:
        message = f"a plan is made for one of {' '.join(THEOREMS)}; got {theorem!r}"
        raise ValueError(message)
    known = read(values, set())
    for symbol in (m, tau, eta):
        if symbol in known:
            message = f"{symbol.name} is what a plan finds; got {symbol.name}={known[symbol]} (leave it out)"
            raise ValueError(message)
    free = theorem == "theorem-2"
    names = ["bound", "width", "iterations", "step_size", *(("radius_w", "radius_u") if free else ())]

    def asked(name: str) -> Request:
        return unchecked(f"{theorem}.{name}", tier=tier, variant=variant, activation=activation)

    found = {name: asked(name) for name in names}
    lead = found["width"]
    target = unchecked("prop-6.target", tier=tier or lead.tier, variant=None, activation=activation)
    known = _completed(known, found, lead, free=free)
    check_length(lead, known)
    return Conditions(
        theorem=theorem,
        variant=lead.variant,
        tier=lead.tier,
        target=target,
        radius_w=found.get("radius_w"),
        radius_u=found.get("radius_u"),
        values=known,
        **{name: found[name] for name in ("bound", "width", "iterations", "step_size")},
    )


def unchecked(quantity: str, *, tier: str | None, variant: str | None, activation: Any) -> Request:
    """Resolve a quantity whose values are set later."""
    return request(quantity, tier=tier, variant=variant, activation=activation, statements=(), given={}, complete=False)


def _completed(
    known: dict[Symbol, Any], found: Mapping[str, Request], lead: Request, *, free: bool
) -> dict[Symbol, Any]:
    """Fill defaults in and check that nothing is missing and rho >= nu."""
    known = dict(known)
    if free and (rho_w in known or rho_u in known):
        message = "theorem-2 finds rho_w and rho_u as a fixed point; got them set (leave them out)"
        raise ValueError(message)
    known.setdefault(kappa, Rational(1, 4))
    needed = set().union(*(required_symbols(item) for item in found.values())) | {nu_w, nu_u}
    needed -= {m, tau, eta, rho_w, rho_u}
    missing = sorted(symbol.name for symbol in needed if symbol not in known)
    if missing:
        listed = " ".join(sorted(symbol.name for symbol in needed))
        message = (
            f"a plan by {lead.name.partition('.')[0]} needs a value of {', '.join(missing)}; it depends on: {listed}"
        )
        raise ValueError(message)
    if known[nu_w] == 0 and known[nu_u] == 0:
        message = "nu_w and nu_u must not both be 0; got the zero target, which the network meets at initialisation"
        raise ValueError(message)
    for radius, nu in ((rho_w, nu_w), (rho_u, nu_u)):
        if not free and known.setdefault(radius, known[nu]) < known[nu]:
            message = f"{radius.name} must be >= {nu.name}; got {known[radius]} < {known[nu]} (section 7)"
            raise ValueError(message)
    return known


def _effort(conditions: Conditions) -> int:
    return 9 if has_directions(conditions.width.term) else DIGITS


def _step_size(
    conditions: Conditions, asker: Asker, known: dict[Symbol, Any], digits: int
) -> tuple[Fraction, dict[str, Any]]:
    """Return a rational step size and, if it had to be rounded down, the L >= L_T of which it is 1/(2L^2).

    Args:    digits: of the step size.
    """
    exact = closed_form(replace(conditions.step_size, values=known))
    if exact is not None and exact.is_Rational:
        return _fraction(exact), {}
    step = asker.ask(conditions.step_size, known)
    rounded = Fraction(decimal_text(dyadic(step.lower()), digits, up=False))
    if conditions.variant == "classic":
        return rounded, {}
    number = asker.arithmetic.number(Rational(rounded.numerator, rounded.denominator))
    return rounded, {"L": (1 / (2 * number)).sqrt()}


def _trivial(conditions: Conditions, asker: Asker, known: Mapping[Symbol, Any], trivial: Any) -> arb:
    if trivial is None:
        return asker.ask(conditions.target, known) ** 2
    from boundcheck.notation import exact

    value = exact(trivial)
    if not value > 0:
        message = f"the trivial bound must be > 0; got {trivial} (mean y^2)"
        raise ValueError(message)
    return asker.arithmetic.number(value)


def _binding(conditions: Conditions, width: Width, known: Mapping[Symbol, Any], informative: bool) -> str:
    if not informative:
        return "none: epsilon is not below the trivial bound, so the network at initialisation does as well"
    if width.m == 2:
        return "none: the smallest width suffices"
    return binding_term(conditions, known)


def _iterations(conditions: Conditions, asker: Asker, known: dict[Symbol, Any]) -> int:
    """Round up to an integer that is certainly enough; where a ball holds one, by the exact value if there is one."""
    ball = asker.ask(conditions.iterations, known)
    least, most = (int(end.ceil().unique_fmpz()) for end in (ball.lower(), ball.upper()))
    exact = exact_rational(conditions.iterations, known) if least < most else None
    return max(1, most if exact is None else int(exact.ceiling()))


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _rounded(value: Fraction, *, up: bool) -> Fraction:
    return Fraction(decimal_text(value, DIGITS, up=up))
