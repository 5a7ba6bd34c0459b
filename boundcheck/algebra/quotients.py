"""Quotients of polynomials over atoms, in a form that is equal for equal normal forms."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.terms import Term


class UndefinedTerm(Exception):  # noqa: N818 - a finding about the claim, not a failure of the program
    """A term has no value for any values of its variables, such as 1/0 or sqrt(-1)."""


@dataclass(frozen=True, slots=True)
class Atom:
    """What a generator stands for."""

    head: str
    term: Term
    arguments: tuple[Frac, ...]
    free: frozenset[str]
    index: str = ""


@dataclass(frozen=True, slots=True)
class Frac:
    """numerator / product of factor**power; factors are primitive with positive leading coefficient."""

    numerator: Poly
    denominator: tuple[tuple[Poly, int], ...] = ()

    @property
    def key(self) -> tuple:
        """A hashable value equal for equal normal forms."""
        return self.numerator.key, frozenset((factor.key, power) for factor, power in self.denominator)

    def is_constant(self) -> bool:
        """Whether it is a rational number."""
        return not self.denominator and self.numerator.is_constant()

    def rational(self) -> Fraction:
        """Return the number, if it is one."""
        value = self.numerator.constant_value()
        return Fraction(int(value.p), int(value.q))

    def generators(self) -> set[int]:
        """Return the generators that occur."""
        return self.numerator.generators().union(*(factor.generators() for factor, _ in self.denominator))


def constant(value: int | Fraction) -> Frac:
    """Return a rational number."""
    return Frac(Poly.constant(value))


def generator(index: int) -> Frac:
    """Return one atom."""
    return Frac(Poly.generator(index))
