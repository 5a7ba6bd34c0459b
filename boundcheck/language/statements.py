"""Statements as data: quantities with their tiers and variants, hypotheses, derivation steps, provenance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import sympy
from sympy import Expr, Symbol

from boundcheck import notation
from boundcheck.language.claims import Claim, Hypothesis, IsInteger, Relation
from boundcheck.language.latex import latex as latex_of
from boundcheck.language.parsing import parse_expression, parse_hypothesis, parse_relation

TIERS = ("paper", "recursive", "coupled", "directional")
VARIANTS = ("classic", "sharpened", "lyapunov")
Origin = Literal["source", "restored", "ours"]
KNOWN_SYMBOLS: dict[str, Symbol] = {
    symbol.name: symbol
    for symbol in (*(entry.symbol for entry in notation.PARAMETERS), notation.t, *notation.sigma_constants)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a statement or a form comes from: the paper itself, restored from its prose, or ours."""

    origin: Origin = "ours"
    where: str = ""
    note: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.origin, self.where, self.note) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A hypothesis of a statement: words, and a relation that decides it at a configuration where there is one."""

    text: str
    relation: Relation | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a derivation: a claim with its hypotheses, and why it holds.

    ``swaps`` names look-alikes (pairs of expressions) that a mutation may exchange, such as p and q, rho and nu.
    """

    label: str
    claim: Claim
    justification: str = ""
    swaps: tuple[tuple[Expr, Expr], ...] = ()

    @classmethod
    def of(
        cls,
        label: str,
        left: Any,
        op: Any,
        right: Any,
        *,
        given: Iterable[Hypothesis] = (),
        because: str = "",
        swaps: Iterable[tuple[Any, Any]] = (),
    ) -> Step:
        """Write a step in one call."""
        claim = Claim(Relation(left, op, right), tuple(given), label)
        return cls(label=label, claim=claim, justification=because, swaps=tuple(swaps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another quantity inside a form; ``at`` replaces parameters in it (rho_w -> 0 for "at 0")."""

    quantity: str
    at: tuple[tuple[Symbol, Expr], ...] = ()
    tier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A quantity defined by recursion on the index t = first, ..., T.

    ``start`` holds the state at ``first``. At each later t the ``local`` values are computed in order (each may use the
    state at t-1 and earlier locals), then ``step`` gives the state at t, all at once. ``output`` is in the state at T.
    """

    state: tuple[Symbol, ...]
    start: tuple[Expr, ...]
    step: tuple[Expr | Supremum, ...]
    output: Expr
    local: tuple[tuple[Symbol, Expr | Supremum], ...] = ()
    index: Symbol = notation.t
    first: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Supremum:
    """The supremum of a value over one variable.

    Over z (``domain`` None: all of R) the value is an expression in ``notation.sigma_z`` (s_k for the k-th derivative
    of the activation at z). Over phi in [0, pi/2] the value may be a Recurrence.
    """

    variable: Symbol
    value: Expr | Recurrence
    domain: tuple[Expr, Expr] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One expression of a quantity: for a tier and a variant, or for all (None).

    ``where`` names the quantities that symbols of ``value`` stand for; they are taken at the tier asked for.
    """

    value: Expr | Recurrence | Supremum
    tier: str | None = None
    variant: str | None = None
    where: tuple[tuple[Symbol, Reference], ...] = ()
    source: Source = Source()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A named constant or bound, with a form per tier and variant.

    A user's own may give ``expression`` (text or SymPy) in place of forms. ``risk`` marks a bound on the empirical
    risk, which is compared with the trivial bound mean y^2. ``given``: what must hold for it to mean anything; where
    that is certainly broken it has no value.
    """

    name: str
    meaning: str = ""
    forms: tuple[Form, ...] = ()
    latex: str = ""
    risk: bool = False
    expression: Any = None
    given: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", tuple(_condition(item) for item in self.given))
        if self.expression is not None and not self.forms:
            object.__setattr__(self, "forms", (Form(value=_expression(self.expression)),))
        if not self.forms:
            message = f"a quantity needs an expression or forms; {self.name!r} has neither"
            raise ValueError(message)

    @property
    def variants(self) -> tuple[str, ...]:
        """Variants in the order of the forms; empty if the quantity has none."""
        return tuple(dict.fromkeys(form.variant for form in self.forms if form.variant))

    @property
    def own_tiers(self) -> tuple[str, ...]:
        """Tiers that the quantity's own forms name; a form that refers to others has their tiers too."""
        return tuple(dict.fromkeys(form.tier for form in self.forms if form.tier))

    def form(self, tier: str | None, variant: str | None = None) -> Form:
        """Pick the form for a tier and variant; ValueError listing what exists."""
        fitting = [item for item in self.forms if variant is None or item.variant in (None, variant)]
        if not fitting:
            message = f"{self.name} has no variant {variant!r}; variants are: {' '.join(self.variants) or '(none)'}"
            raise ValueError(message)
        for item in fitting:
            if item.tier == tier:
                return item
        for item in fitting:
            if item.tier is None:
                return item
        message = f"{self.name} has no tier {tier!r}; tiers are: {' '.join(self.own_tiers)}"
        raise ValueError(message)

    def _repr_latex_(self) -> str:
        head = self.latex or self.name
        shown = [form for form in self.forms if isinstance(form.value, Expr)]
        return "$" + r",\quad ".join(f"{head} = {latex_of(form.value)}" for form in shown) + "$" if shown else head


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A lemma, proposition, theorem or remark as data.

    A user's own takes plain text: hypotheses and derivation steps as relations in the language of claims
    (``"x + 1/x >= 2"``), hypotheses holding in every step.

    Args:    id: such as ``lemma-1``; title: one line; relation: what is asserted, in LaTeX.
             kind: ``deterministic`` or ``probabilistic`` (with failure probability delta).
             depends_on: ids of the statements that it rests on.
    """

    id: str
    title: str = ""
    hypotheses: tuple[Condition, ...] = ()
    relation: str = ""
    quantities: tuple[Quantity, ...] = ()
    variants: tuple[str, ...] = ()
    kind: Literal["deterministic", "probabilistic"] = "deterministic"
    source: Source = Source()
    depends_on: tuple[str, ...] = ()
    derivation: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not self.id or not self.id.replace("-", "").replace("_", "").isalnum():
            message = f"a statement's id must be letters, digits and hyphens; got {self.id!r}"
            raise ValueError(message)
        hypotheses = tuple(_condition(item) for item in self.hypotheses)
        given = tuple(item.relation for item in hypotheses if item.relation is not None)
        put(self, "hypotheses", hypotheses)
        put(self, "derivation", tuple(_step(item, self.id, k, given) for k, item in enumerate(self.derivation, 1)))
        put(self, "quantities", tuple(_attributed(item, self.source) for item in self.quantities))
        put(self, "depends_on", tuple(self.depends_on))
        found = dict.fromkeys(v for quantity in self.quantities for v in quantity.variants)
        put(self, "variants", tuple(self.variants) or tuple(found))
        if self.kind not in ("deterministic", "probabilistic"):
            message = f"kind must be deterministic or probabilistic; got {self.kind!r}"
            raise ValueError(message)

    def quantity(self, name: str) -> Quantity:
        """Look a quantity up by its short name; ValueError listing what exists."""
        for item in self.quantities:
            if item.name == name:
                return item
        message = f"{self.id} has no quantity {name!r}; it has: {' '.join(q.name for q in self.quantities) or '(none)'}"
        raise ValueError(message)

    def __str__(self) -> str:
        return f"{self.id}: {self.title}"

    def _repr_latex_(self) -> str:
        return rf"$\textbf{{{self.id}}}\quad {self.relation}$" if self.relation else self.id


def _attributed(quantity: Quantity, source: Source) -> Quantity:
    """Give forms that name no source of their own the statement's."""
    forms = tuple(replace(form, source=source) if form.source == Source() else form for form in quantity.forms)
    return replace(quantity, forms=forms)


def _expression(value: Any) -> Expr:
    return parse_expression(value, KNOWN_SYMBOLS) if isinstance(value, str) else sympy.sympify(value, strict=True)


def _condition(item: Any) -> Condition:
    if isinstance(item, Condition):
        return item
    if isinstance(item, Relation):
        return Condition(text=item.text, relation=item)
    hypothesis = parse_hypothesis(item, KNOWN_SYMBOLS)
    return Condition(text=item, relation=None if isinstance(hypothesis, IsInteger) else hypothesis)


def _step(item: Any, owner: str, number: int, given: tuple[Relation, ...]) -> Step:
    if isinstance(item, Step):
        return item
    label = f"{owner}/{number}"
    if isinstance(item, Relation):
        return Step(label=label, claim=Claim(item, given, label))
    if isinstance(item, Claim):
        return Step(label=item.id or label, claim=Claim(item.conclusion, (*item.given, *given), item.id or label))
    return Step(label=label, claim=Claim(parse_relation(item, KNOWN_SYMBOLS), given, label))
