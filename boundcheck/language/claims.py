"""Relations, hypotheses and claims: what a prover is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import sympy
from sympy import Expr, Symbol

from boundcheck.language.latex import latex
from boundcheck.language.text import to_text
from boundcheck.language.unicode import unicode_form

Operator = Literal["==", "<=", "<", ">=", ">"]
OPERATORS: tuple[Operator, ...] = ("==", "<=", "<", ">=", ">")
_MIRROR: dict[str, Operator] = {"==": "==", "<=": ">=", "<": ">", ">=": "<=", ">": "<"}
_SYMPY = {"==": sympy.Eq, "<=": sympy.Le, "<": sympy.Lt, ">=": sympy.Ge, ">": sympy.Gt}


@dataclass(frozen=True, slots=True)
class Relation:
    """``left op right`` between real expressions; op is one of == <= < >= >."""

    left: Expr
    op: Operator
    right: Expr

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            message = f"a relation must be one of {' '.join(OPERATORS)}; got {self.op!r}"
            raise ValueError(message)
        object.__setattr__(self, "left", sympy.sympify(self.left, strict=True))
        object.__setattr__(self, "right", sympy.sympify(self.right, strict=True))

    @property
    def free_symbols(self) -> set[Symbol]:
        """Symbols on either side."""
        return self.left.free_symbols | self.right.free_symbols

    def mirrored(self) -> Relation:
        """Return the same relation read from right to left."""
        return Relation(self.right, _MIRROR[self.op], self.left)

    def subs(self, *args: object) -> Relation:
        """Substitute on both sides."""
        return Relation(self.left.subs(*args), self.op, self.right.subs(*args))

    def xreplace(self, rule: dict[Expr, Expr]) -> Relation:
        """Replace exactly on both sides."""
        return Relation(self.left.xreplace(rule), self.op, self.right.xreplace(rule))

    @property
    def text(self) -> str:
        """The relation in the language of claims."""
        return f"{to_text(self.left)} {self.op} {to_text(self.right)}"

    def latex(self) -> str:
        """Write the relation in LaTeX."""
        op = {"==": "=", "<=": r"\le", ">=": r"\ge"}.get(self.op, self.op)
        return f"{latex(self.left)} {op} {latex(self.right)}"

    def pretty(self, columns: int | None = None) -> str:
        """Write the relation in Unicode, in two dimensions, wrapped at ``columns``."""
        return unicode_form(_SYMPY[self.op](self.left, self.right, evaluate=False), columns)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class IsInteger:
    """The hypothesis that a symbol takes integer values."""

    symbol: Symbol

    @property
    def free_symbols(self) -> set[Symbol]:
        """The symbol."""
        return {self.symbol}

    @property
    def text(self) -> str:
        """The hypothesis in the language of claims."""
        return f"integer({self.symbol.name})"

    def latex(self) -> str:
        """Write the hypothesis in LaTeX."""
        return rf"{latex(self.symbol)} \in \mathbb{{Z}}"

    def __str__(self) -> str:
        return self.text


Hypothesis = Relation | IsInteger


@dataclass(frozen=True, slots=True)
class Claim:
    """A conclusion with all that it may assume.

    ``given`` together with the SymPy assumptions of the symbols is what holds; ``explicit`` writes the latter out.
    """

    conclusion: Relation
    given: tuple[Hypothesis, ...] = ()
    id: str = ""

    @property
    def free_symbols(self) -> set[Symbol]:
        """Symbols of the conclusion and of the hypotheses."""
        return self.conclusion.free_symbols.union(*(item.free_symbols for item in self.given))

    def explicit(self) -> Claim:
        """Return the same claim over plain real symbols, with every assumption of a symbol as a hypothesis."""
        symbols = sorted(self.free_symbols, key=lambda symbol: symbol.name)
        plain = {symbol: Symbol(symbol.name, real=True) for symbol in symbols}
        written = tuple(_plain(item, plain) for item in (*self.given, *domain_hypotheses(symbols)))
        return replace(self, conclusion=self.conclusion.xreplace(plain), given=tuple(dict.fromkeys(written)))

    @property
    def text(self) -> str:
        """The claim in the language of claims, for people; hypotheses follow "given"."""
        given = ", ".join(item.text for item in self.given)
        return self.conclusion.text + (f"  given {given}" if given else "")

    def __str__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        given = r",\ ".join(item.latex() for item in self.given)
        return rf"${self.conclusion.latex()}" + (rf"\quad\text{{given }}{given}$" if given else "$")


def _plain(item: Hypothesis, plain: dict[Symbol, Symbol]) -> Hypothesis:
    if isinstance(item, IsInteger):
        return IsInteger(plain[item.symbol])
    return item.xreplace(plain)


def domain_hypotheses(symbols: Iterable[Symbol]) -> tuple[Hypothesis, ...]:
    """Write the SymPy assumptions of symbols out as hypotheses (integer, sign)."""
    found: list[Hypothesis] = []
    for symbol in symbols:
        if symbol.is_integer:
            found.append(IsInteger(symbol))
        if symbol.is_positive:
            whole = bool(symbol.is_integer)
            found.append(Relation(symbol, ">=" if whole else ">", sympy.Integer(int(whole))))
        elif symbol.is_nonnegative:
            found.append(Relation(symbol, ">=", sympy.S.Zero))
    return tuple(found)
