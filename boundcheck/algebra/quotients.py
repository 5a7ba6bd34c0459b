"""Quotients of polynomials over atoms: equal in form if equal as quotients; their arithmetic; written as terms.

Roots and absolute values are reduced by what they satisfy: (sqrt u)^2 = u, |u|^2 = u^2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from boundcheck.algebra.polynomials import Monomial, Poly, total
from boundcheck.algebra.refusals import UndefinedTerm, require
from boundcheck.algebra.terms import ONE, Term, add, free, mul, num


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


class Field:
    """The atoms met so far, numbered, and the arithmetic of quotients over them."""

    def __init__(self, tick: Callable[[], None] = lambda: None) -> None:
        self.tick = tick
        self.atoms: list[Atom] = []
        self._index: dict[object, int] = {}
        self._roots: list[tuple[int, Poly] | None] = []

    def atom(self, head: str, term: Term, arguments: tuple[Frac, ...] = (), label: object = None) -> int:
        """Return the number of an atom, new or met before."""
        key = (head, label, tuple(item.key for item in arguments))
        if key not in self._index:
            self._index[key] = len(self.atoms)
            self.atoms.append(Atom(head, term, arguments, free(term), str(label) if head == "sum" else ""))
        return self._index[key]

    def add(self, a: Frac, b: Frac) -> Frac:
        """Add."""
        if not a.denominator and not b.denominator:
            return Frac(self.reduce(a.numerator + b.numerator))
        left, right = dict(a.denominator), dict(b.denominator)
        common = {f: max(left.get(f, 0), right.get(f, 0)) for f in (*left, *right)}
        numerators = []
        for fraction, own in ((a, left), (b, right)):
            numerator = fraction.numerator
            for factor, power in common.items():
                numerator = numerator * factor ** (power - own.get(factor, 0))
            numerators.append(numerator)
        return self.quotient(numerators[0] + numerators[1], common)

    def multiply(self, a: Frac, b: Frac) -> Frac:
        """Multiply."""
        powers = dict(a.denominator)
        for factor, power in b.denominator:
            powers[factor] = powers.get(factor, 0) + power
        return self.quotient(a.numerator * b.numerator, powers)

    def inverse(self, a: Frac) -> Frac:
        """Invert; UndefinedTerm for zero."""
        require(a.numerator, "division by zero", UndefinedTerm)
        unit, factors = a.numerator.factors()
        numerator = Poly.constant(1 / unit)
        for factor, power in a.denominator:
            numerator = numerator * factor**power
        return self.quotient(numerator, dict(factors))

    def scale(self, a: Frac, by: Fraction) -> Frac:
        """Multiply by a rational number."""
        return self.multiply(a, constant(by))

    def power(self, a: Frac, exponent: int) -> Frac:
        """Raise to an integer power."""
        if exponent < 0:
            return self.power(self.inverse(a), -exponent)
        return self.quotient(a.numerator**exponent, {f: e * exponent for f, e in a.denominator})

    def reduce(self, polynomial: Poly) -> Poly:
        """Replace s^k by powers of u for roots s = u^(1/k), and |u|^2 by u^2."""
        highest: dict[int, int] = {}
        for monomial in polynomial.terms:
            for g, power in monomial:
                if power > 1 and power > highest.get(g, 1):
                    highest[g] = power
        for g in sorted(highest, reverse=True):
            relation = self.root_relation(g)
            if relation is None or highest[g] < relation[0]:
                continue
            self.tick()
            order, value = relation
            parts = []
            for power, coefficient in polynomial.by_power(g).items():
                rest = Poly.generator(g) ** (power % order)
                parts.append(coefficient * value ** (power // order) * rest)
            return self.reduce(total(parts))
        return polynomial

    def root_relation(self, g: int) -> tuple[int, Poly] | None:
        """Return (k, u) if the generator s satisfies s^k = u with a polynomial u."""
        while len(self._roots) <= g:
            self._roots.append(self._root_relation(self.atoms[len(self._roots)]))
        return self._roots[g]

    def _root_relation(self, atom: Atom) -> tuple[int, Poly] | None:
        if atom.head in ("sqrt", "root") and not atom.arguments[-1].denominator:
            return (2 if atom.head == "sqrt" else atom.term[2][1].denominator), atom.arguments[-1].numerator
        if atom.head == "abs":
            return 2, atom.arguments[0].numerator ** 2
        return None

    def quotient(self, numerator: Poly, powers: dict[Poly, int]) -> Frac:
        """Return numerator / product of factor**power in lowest terms."""
        numerator = self.reduce(numerator)
        if not numerator:
            return Frac(numerator)
        powers = {factor: power for factor, power in powers.items() if power}
        for factor in tuple(powers):
            numerator = self._reduce_factor(numerator, powers, factor)
        for factor in tuple(powers):
            while powers[factor] and (quotient := numerator.divided_by(factor)) is not None:
                numerator = quotient
                powers[factor] -= 1
        left = tuple((factor, power) for factor, power in powers.items() if power)
        return Frac(self.reduce(numerator), left)

    def _reduce_factor(self, numerator: Poly, powers: dict[Poly, int], factor: Poly) -> Poly:
        """Replace s^2 by u in the denominator, and u/s by s, s/u by 1/s, for a single square root s."""
        generators = factor.generators()
        if len(factor) != 1 or len(generators) != 1 or self.atoms[min(generators)].head not in ("sqrt", "abs"):
            return numerator
        relation = self.root_relation(min(generators))
        if relation is None or factor.degree() != 1:
            return numerator
        unit, inside = relation[1].factors()
        if powers[factor] >= 2:
            half = powers[factor] // 2
            powers[factor] -= 2 * half
            for item, power in inside:
                powers[item] = powers.get(item, 0) + half * power
            numerator = numerator.scaled(1 / unit**half)
        if powers[factor] and (quotient := numerator.divided_by(relation[1])) is not None:
            powers[factor] -= 1
            numerator = quotient * factor
        return numerator

    def term(self, a: Frac) -> Term:
        """Write a normal form as a term."""
        result = self.polynomial_term(a.numerator)
        for factor, power in a.denominator:
            below = self.polynomial_term(factor)
            result = ("/", result, below if power == 1 else ("**", below, num(power)))
        return result

    def polynomial_term(self, polynomial: Poly) -> Term:
        """Write a polynomial as a term."""
        parts = [self._monomial_term(m, polynomial.terms[m]) for m in sorted(polynomial.terms, reverse=True)]
        if not parts:
            return num(0)
        result = parts[0]
        for part in parts[1:]:
            result = add(result, part)
        return result

    def _monomial_term(self, monomial: Monomial, value: fmpq) -> Term:
        result: Term | None = None
        for g, power in monomial:
            factor = self.atoms[g].term if power == 1 else ("**", self.atoms[g].term, num(power))
            result = factor if result is None else mul(result, factor)
        coefficient = num(Fraction(int(value.p), int(value.q)))
        if result is None:
            return coefficient
        return result if coefficient == ONE else mul(coefficient, result)
