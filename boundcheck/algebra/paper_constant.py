"""A paper's own constant beside ours: equal, tighter, looser or incomparable, proved or with witnesses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sympy import Expr, Symbol

from boundcheck import notation
from boundcheck.algebra.prover import prove
from boundcheck.algebra.verdicts import Verdict
from boundcheck.language import (
    KNOWN_SYMBOLS,
    Claim,
    Form,
    Quantity,
    Relation,
    parse_expression,
    parse_hypothesis,
    to_text,
)

Outcome = Literal["equal", "tighter", "looser", "incomparable", "undecided"]
ABBREVIATIONS: dict[str, Expr] = {
    "alpha_m": notation.alpha_m,
    "a": notation.a,
    "norm_rho": notation.norm_rho,
    "norm_nu": notation.norm_nu,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How a typed expression stands to a quantity: ``tighter`` means that the typed one is never larger.

    ``below`` decides typed <= ours, ``above`` decides typed >= ours, each with certificate or witness.
    """

    quantity: str
    tier: str | None
    outcome: Outcome
    ours: str
    typed: str
    below: Verdict
    above: Verdict

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for JSON, verdicts included."""
        return {
            "quantity": self.quantity,
            "tier": self.tier,
            "outcome": self.outcome,
            "ours": self.ours,
            "typed": self.typed,
            "reason": self.reason,
            "below": self.below.to_json(),
            "above": self.above.to_json(),
        }

    @property
    def reason(self) -> str:
        """One line for people."""
        parts = []
        for text, verdict in (("typed <= ours", self.below), ("typed >= ours", self.above)):
            where = ", ".join(f"{name} = {value}" for name, value in (verdict.counterexample or {}).items())
            why = f" ({verdict.reason})" if verdict.status == "undecided" and verdict.reason else ""
            parts.append(f"{text}: {verdict.status}" + (f" at {where}" if where else why))
        return "; ".join(parts)


def compare(
    quantity: str | Expr,
    expression: str | Expr,
    given: Iterable[Any] = (),
    *,
    tier: str | None = None,
    variant: str | None = None,
    timeout: float = 10.0,
) -> Compared:
    """Compare a constant that a reader holds in a paper with a quantity of ours.

    Args:    quantity: such as ``lemma-1.beta`` (at ``tier`` and ``variant``), or an expression.
             expression: the constant as printed; ``alpha_m``, ``a``, ``norm_rho``, ``norm_nu`` and the quantities that
             ours refers to may be used as names.
             given: further hypotheses.
    Raises:  ValueError where the quantity has no closed form at this tier or a symbol is unknown,
             LanguageError for text outside the language.
    """
    name, ours, names, tier = _ours(quantity, tier, variant)
    typed = _typed(expression, names)
    assumed = tuple(_assumed(item, names) for item in given)
    _refuse_unknown(typed, ours, names, assumed)
    verdicts = [prove(Claim(Relation(typed, op, ours)), assumed, timeout) for op in ("<=", ">=")]
    return Compared(
        quantity=name,
        tier=tier,
        outcome=_outcome(*verdicts),
        ours=to_text(ours),
        typed=to_text(typed),
        below=verdicts[0],
        above=verdicts[1],
    )


def _refuse_unknown(typed: Expr, ours: Expr, names: dict[str, Expr], assumed: tuple[Any, ...]) -> None:
    """Refuse a typed symbol that nothing says anything about: it is a slip, not a variable."""
    said = {symbol.name for item in assumed for symbol in getattr(item, "free_symbols", ())}
    known = {symbol.name for symbol in ours.free_symbols} | set(names) | set(ABBREVIATIONS) | set(KNOWN_SYMBOLS)
    unknown = sorted({symbol.name for symbol in typed.free_symbols} - known - said)
    if unknown:
        message = (
            f"unknown symbol {unknown[0]!r}; known are: {' '.join(sorted(known, key=str.lower))} "
            f'(a hypothesis makes another one known: --given "{unknown[0]} > 0")'
        )
        raise ValueError(message)


def _outcome(below: Verdict, above: Verdict) -> Outcome:
    statuses = below.status, above.status
    if statuses == ("proved", "proved"):
        return "equal"
    if statuses == ("refuted", "refuted"):
        return "incomparable"
    if below.status == "proved":
        return "tighter"
    return "looser" if above.status == "proved" else "undecided"


def _ours(quantity: str | Expr, tier: str | None, variant: str | None) -> tuple[str, Expr, dict[str, Expr], str | None]:
    if not isinstance(quantity, str):
        return to_text(quantity), quantity, {}, None
    _refuse_statement(quantity)
    if "." not in quantity or not quantity.split(".")[0].replace("-", "").isalnum():
        return quantity, parse_expression(quantity, KNOWN_SYMBOLS), {}, None
    from boundcheck.theory import quantity as look_up

    form = _closed_form(look_up(quantity), quantity, tier, variant)
    names = {symbol.name: _resolved(reference, form.tier or tier or "paper") for symbol, reference in form.where}
    value = form.value.xreplace({symbol: names[symbol.name] for symbol, _ in form.where})  # type: ignore[union-attr]
    return quantity, value, names, form.tier or tier


def _refuse_statement(name: str) -> None:
    from boundcheck.theory import statements

    found = next((item for item in statements() if item.id == name.strip()), None)
    if found is not None:
        own = " ".join(f"{name}.{item.name}" for item in found.quantities) or "(none)"
        message = f"{name} is a statement, not a quantity; its quantities are: {own}"
        raise ValueError(message)


def _closed_form(found: Quantity, name: str, tier: str | None, variant: str | None) -> Form:
    form = found.form(tier, variant) if tier or variant else None
    if form is None:
        form = next((item for item in found.forms if isinstance(item.value, Expr)), found.forms[0])
    if not isinstance(form.value, Expr):
        closed = [item.tier for item in found.forms if isinstance(item.value, Expr) and item.tier]
        message = (
            f"{name} is no closed expression at tier {tier or form.tier!r}; "
            f"compare at one of: {' '.join(closed) or '(none)'}"
        )
        raise ValueError(message)
    return form


def _resolved(reference: Any, tier: str) -> Expr:
    from boundcheck.theory import quantity as look_up

    found = look_up(reference.quantity)
    wanted = reference.tier or tier
    form = _closed_form(found, reference.quantity, wanted if wanted in found.own_tiers else None, None)
    inner = {symbol: _resolved(item, wanted) for symbol, item in form.where}
    value: Expr = form.value.xreplace(inner)  # type: ignore[union-attr]
    return value.subs(list(reference.at), simultaneous=True) if reference.at else value


def _typed(expression: str | Expr, names: dict[str, Expr]) -> Expr:
    if not isinstance(expression, str):
        return expression
    symbols, replacements = _stand_ins(names)
    return parse_expression(expression, symbols).xreplace(replacements)


def _assumed(hypothesis: Any, names: dict[str, Expr]) -> Any:
    """Read a hypothesis in the same names as the typed constant."""
    if not isinstance(hypothesis, str):
        return hypothesis
    symbols, replacements = _stand_ins(names)
    parsed = parse_hypothesis(hypothesis, symbols)
    return parsed.xreplace(replacements) if isinstance(parsed, Relation) else parsed


def _stand_ins(names: dict[str, Expr]) -> tuple[dict[str, Symbol], dict[Expr, Expr]]:
    """Symbols that text may use, and what abbreviations among them stand for."""
    abbreviations = {**ABBREVIATIONS, **names}
    symbols = {name: Symbol(name, real=True) for name in abbreviations}
    return {**KNOWN_SYMBOLS, **symbols}, {symbols[name]: value for name, value in abbreviations.items()}
