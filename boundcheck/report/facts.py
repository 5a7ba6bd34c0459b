"""What a configuration settles of hypotheses that are words, by a phrase of their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from boundcheck.comparison import Fact
from boundcheck.report.wording import number

if TYPE_CHECKING:
    from boundcheck.report.setting import Setting

Status = Literal["met", "unmet", "undecided"]
REALISABLE_REAL = (
    "real data: nobody knows maps nu that make y exactly realisable, so nothing that assumes it is claimed here; "
    "nu is hypothetical, and the statements for any targets hold all the same"
)
DRAWN = "every run draws Theta(0) by Definition 1"
INSIDE = "the search and the runs stay inside by construction"
BY_CONSTRUCTION = (
    ("|w| <= alpha_m", INSIDE),
    ("Theta in Omega", INSIDE),
    ("Theta_bar in Omega", "the comparator is built within radius nu"),
    ("symmetric random initialisation", DRAWN),
    ("w ~ Unif{-alpha, alpha}", DRAWN),
    ("the data do not depend on Theta(0)", "the data are read or made before Theta(0) is drawn"),
    ("sigma is differentiable", "its derivative is taken symbolically"),
    ("delta in (0, 1)", "checked when the configuration is read"),
    ("delta < 1;", "delta < 1 is checked when the configuration is read; the rest says where log(2nT/delta) enters"),
    ("a = alpha_m sigma_1", "it defines a"),
    ("N independent terms", "where it is used: the m/2 pairs of Definition 1, each in an interval from Lemma 1"),
    ("changing one of N independent coordinates", "where it is used: the m/2 pairs of Definition 1"),
    ("each of N events fails", "where it is used: nT events, each with delta/(nT)"),
)


def facts(setting: Setting) -> tuple[Fact, ...]:
    """List what is known of hypotheses in words at a configuration."""
    made = tuple(Fact(phrase=phrase, status="met", detail=detail) for phrase, detail in BY_CONSTRUCTION)
    about = (*_about_activation(setting.activation), *_about_data(setting), *_about_width(setting))
    return (*about, *_about_choices(setting), *made)


def _about_activation(chosen: Any) -> tuple[Fact, ...]:
    found = [_smooth("sigma is C^2", chosen, (0, 1, 2))]
    for order in (3, 4):
        found += [_smooth(f"sigma {verb} C^{order}", chosen, (order,)) for verb in ("is", "in")]
    return tuple(found)


def _smooth(phrase: str, chosen: Any, orders: tuple[int, ...]) -> Fact:
    try:
        bounds = [f"sigma{k} <= {chosen.constant(k).enclosure(8).upper_text(6)}" for k in orders]
    except ValueError as error:
        return Fact(phrase=phrase, status="unmet", detail=str(error).splitlines()[0])
    return Fact(phrase=phrase, status="met", detail=f"{chosen.name}: certified {', '.join(bounds)}")


def _about_data(setting: Setting) -> tuple[Fact, ...]:
    import numpy as np

    problem = setting.problem
    norm = float(np.sqrt((problem.X**2).sum(axis=2)).max())
    one: Status = "met" if problem.T == 1 else "unmet"
    found = (
        Fact(phrase="||x_t||", status="met", detail=f"the largest norm in the data is {norm:.6g}"),
        Fact(phrase="T = 1", status=one, detail=f"T = {problem.T} here"),
    )
    if setting.series is not None:
        return (*found, Fact(phrase="realisable", status="undecided", detail=REALISABLE_REAL))
    error = float(np.max(problem.target_error)) if problem.target_error is not None else 0.0
    detail = f"y is made as F* for known maps; each value carries an error of at most {number(error, 2)} (statistical)"
    return (*found, Fact(phrase="realisable", status="met", detail=detail))


def _about_choices(setting: Setting) -> tuple[Fact, ...]:
    """Tell of the target risk and the step size that were chosen."""
    numbers = setting.configuration.parameters
    small: Status = "met" if numbers.epsilon <= 1 else "unmet"
    chosen: Status = "met" if numbers.eta is None else "undecided"
    step = "each variant of Theorem 2 takes its own" if numbers.eta is None else f"eta = {numbers.eta} is given"
    own = "the measured run is projected and takes that step size"
    given = f"eta = {numbers.eta} is given: the runs are projected, the bounds are those of another step size"
    step_taken = Fact(
        phrase="projected gradient descent",
        status="met" if numbers.eta is None else "unmet",
        detail=own if numbers.eta is None else given,
    )
    return (
        step_taken,
        Fact(phrase="0 < epsilon <= 1", status=small, detail=f"epsilon = {numbers.epsilon}; the radius is Theorem 2's"),
        Fact(phrase="a step size that is chosen for tau", status=chosen, detail=step),
    )


def _about_width(setting: Setting) -> tuple[Fact, ...]:
    """Hold m, tau and the radii against what Theorem 2 asks for in its least demanding variant."""
    from boundcheck.evaluation import plan

    phrase, here = "satisfy the variant's conditions", setting.values
    found = {name: value for name, value in here.items() if name not in ("m", "tau", "eta", "rho_w", "rho_u", "d")}
    try:
        asked = plan("theorem-2", variant="lyapunov", tier="coupled", activation=setting.activation, **found)
    except (ValueError, ArithmeticError) as error:
        return (Fact(phrase=phrase, status="undecided", detail=str(error).splitlines()[0]),)
    enough = all(here[name] >= getattr(asked, name) for name in ("m", "tau", "rho_w", "rho_u"))
    needed = f"the least demanding variant (lyapunov, tier coupled) asks for m >= {asked.m} and tau >= {asked.tau}"
    detail = f"{needed} with its own radii; here m = {here['m']}, tau = {here['tau']}"
    return (Fact(phrase=phrase, status="met" if enough else "unmet", detail=detail),)
