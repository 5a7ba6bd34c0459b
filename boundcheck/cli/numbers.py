"""Commands that answer with numbers: eval, plan, activation."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from boundcheck.cli.frame import (
    HOLDS,
    Format,
    FormatOption,
    QuietOption,
    bad_input,
    write_fields,
    write_json,
)
from boundcheck.cli.own import OwnOption, read_own

MOST_DIGITS = 100_000
ActivationOption = Annotated[str, typer.Option("--activation", metavar="A", help="A name, or an expression in z.")]
SetOption = Annotated[list[str] | None, typer.Option("--set", metavar="a=1/2,b=3", help="Exact values of symbols.")]
TierOption = Annotated[str | None, typer.Option("--tier", help="paper, recursive, coupled or directional.")]
VariantOption = Annotated[str | None, typer.Option("--variant", help="classic, sharpened or lyapunov.")]
DigitsOption = Annotated[int, typer.Option("--digits", metavar="N", help="Certified decimal digits.")]


def evaluate(
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="Such as lemma-1.beta or theorem-1.bound.")],
    tier: TierOption = None,
    variant: VariantOption = None,
    activation: ActivationOption = "tanh",
    values: SetOption = None,
    digits: DigitsOption = 30,
    statements_from: OwnOption = None,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Evaluate a quantity rigorously: certified ends, rounded outward."""
    from boundcheck.configuration import parse_values

    # Some statements have symbols of their own, which their quantity knows.
    given = parse_values(",".join(values or ()), known=None)
    own = read_own(statements_from).statements
    digits = checked_digits(digits)
    from boundcheck import evaluation

    evaluation.check_hypotheses(quantity, own, given)
    asked: dict[str, Any] = {"tier": tier, "variant": variant, "activation": activation, "statements": own, **given}
    result = evaluation.evaluation(quantity, digits=digits, **asked)
    shown = result.to_json()
    if format is Format.json:
        write_json(shown)
        return HOLDS
    shown |= _in_doubles(result.enclosure, evaluation.evaluate_double(quantity, **asked))
    write_fields({name: value for name, value in shown.items() if value is not None})
    return HOLDS


def _in_doubles(enclosure: Any, double: float) -> dict[str, str]:
    """Say what plain doubles give, and how far that is from the certified value at most."""
    from fractions import Fraction

    if double - double != 0:
        return {"in doubles": f"{double} (beyond their range)"}
    point = Fraction(double)
    error = max(abs(point - enclosure.lower), abs(point - enclosure.upper))
    scale = max(abs(enclosure.lower), abs(enclosure.upper))
    relative = float(error / scale) if scale else float(error)
    return {"in doubles": f"{double!r} (relative error <= {relative:.1e})"}


def plan(
    theorem: Annotated[str, typer.Argument(metavar="THEOREM", help="Such as theorem-1 or theorem-2.")],
    variant: VariantOption = None,
    tier: TierOption = None,
    activation: ActivationOption = "tanh",
    values: SetOption = None,
    trivial: Annotated[str | None, typer.Option("--trivial", metavar="VALUE", help="The risk of F = 0.")] = None,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Find the smallest width, with iterations, step size and radii, that a theorem needs for a target risk.

    Smallest by the theorem's own conditions, which share the risk out between width and iterations (`boundcheck show`).
    With m and tau set, the other way round: the best epsilon for a delta, or the best delta for an epsilon.
    """
    from boundcheck.configuration import exact_number, parse_values

    given = parse_values(",".join(values or ()))
    extra: dict[str, Any] = {} if trivial is None else {"trivial": exact_number("--trivial", trivial)}
    from boundcheck import evaluation

    if {"m", "tau"} <= set(given):
        if trivial is not None:
            bad_input("--trivial goes with a plan for a target risk; got m and tau set as well (leave one out)")
        asked: dict[str, Any] = {"variant": variant, "tier": tier, "activation": activation, **given}
        return _write_reach(evaluation.best(theorem, **asked), format)
    result = evaluation.plan(theorem, variant=variant, tier=tier, activation=activation, **extra, **given)
    shown = result.to_json()
    if format is Format.json:
        write_json(shown)
    else:
        asked = {"theorem": result.theorem, "variant": result.variant or "-", "tier": result.tier or "-"}
        write_fields({**asked, "activation": result.activation, **shown})
    return HOLDS


def _write_reach(result: Any, format: Format) -> int:
    """Print the best epsilon or delta within reach, rounded up."""
    from boundcheck.enclosure import Enclosure

    reached = Enclosure(result.value, result.value).upper_text(7)
    shown = {"theorem": result.theorem, "variant": result.variant, "tier": result.tier, result.symbol: reached}
    if format is Format.json:
        write_json(shown)
    else:
        write_fields({name: value for name, value in shown.items() if value is not None})
    return HOLDS


def activation(
    expression: Annotated[str, typer.Argument(metavar='"EXPR in z"', help='Such as "z/sqrt(1+z**2)".')],
    digits: DigitsOption = 30,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Certify the constants of an activation: sup|sigma|, sup|sigma'|, sup|sigma''| over all of R, and where they are.

    And sup|sigma'''| where it exists.
    """
    digits = checked_digits(digits)
    from boundcheck import activations

    chosen = activations.activation(expression)
    shown = {}
    for k in dict.fromkeys((0, 1, 2, *chosen.orders[:4])):
        constant = chosen.constant(k)
        ends = constant.enclosure(digits).as_dict(digits)
        shown[f"sigma{k}"] = {**ends, "at": constant.supremum().places()}
    if format is Format.json:
        write_json(shown)
    else:
        write_fields({name: _ends(ends) for name, ends in shown.items()})
    return HOLDS


def checked_digits(digits: int) -> int:
    """Return a number of digits that can be certified in reasonable time and memory."""
    if not 1 <= digits <= MOST_DIGITS:
        bad_input(f"--digits must be between 1 and {MOST_DIGITS}; got {digits}")
    return digits


def _ends(ends: dict[str, Any]) -> str:
    point = ends["lower"] == ends["upper"]
    text = ends["lower"] if point else f"[{ends['lower']}, {ends['upper']}]"
    text = f"{ends['exact']} in {text}" if ends["exact"] and not point else text
    return f"{text} at {' or '.join(ends['at'])}" if ends["at"] else text
