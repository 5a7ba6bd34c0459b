"""Sparse polynomials with rational coefficients: the exact arithmetic of the checker.

A monomial is a tuple of (generator, exponent) pairs, sorted, exponents >= 1; generators are small integers, whose
meaning a ``normal.Table`` holds. Large products and factorisations go through FLINT.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from boundcheck.algebra.refusals import TooLarge, refuse, require

Monomial = tuple[tuple[int, int], ...]
UNIT: Monomial = ()
MAX_TERMS = 4000
MAX_DEGREE = 400
MAX_FACTORED = 100


def monomial_product(a: Monomial, b: Monomial) -> Monomial:
    """Multiply two monomials."""
    if not a or not b:
        return a or b
    exponents = dict(a)
    for generator, power in b:
        exponents[generator] = exponents.get(generator, 0) + power
    return tuple(sorted(exponents.items()))


def monomial_quotient(a: Monomial, b: Monomial) -> Monomial | None:
    """Divide a by b, or return None if b does not divide a."""
    exponents = dict(a)
    for generator, power in b:
        left = exponents.get(generator, 0) - power
        if left < 0:
            return None
        if left:
            exponents[generator] = left
        else:
            del exponents[generator]
    return tuple(sorted(exponents.items()))


class Poly:
    """An immutable sparse polynomial."""

    __slots__ = ("_key", "terms")

    def __init__(self, terms: Mapping[Monomial, fmpq]) -> None:
        self.terms = {monomial: value for monomial, value in terms.items() if value != 0}
        self._key: frozenset[tuple[Monomial, fmpq]] | None = None
        if len(self.terms) > MAX_TERMS:
            refuse(TooLarge, f"a polynomial has more than {MAX_TERMS} terms")

    @staticmethod
    def constant(value: int | Fraction | fmpq) -> Poly:
        """Return the constant polynomial."""
        number = fmpq(value.numerator, value.denominator) if isinstance(value, Fraction) else fmpq(value)
        return Poly({UNIT: number})

    @staticmethod
    def generator(index: int) -> Poly:
        """Return one generator."""
        return Poly({((index, 1),): fmpq(1)})

    @property
    def key(self) -> frozenset[tuple[Monomial, fmpq]]:
        """A hashable value equal for equal polynomials."""
        if self._key is None:
            self._key = frozenset(self.terms.items())
        return self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def is_constant(self) -> bool:
        """Whether no generator occurs."""
        return not self.terms or (len(self.terms) == 1 and UNIT in self.terms)

    def constant_value(self) -> fmpq:
        """Return the coefficient of 1."""
        return self.terms.get(UNIT, fmpq(0))

    def generators(self) -> set[int]:
        """Return the generators that occur."""
        return {generator for monomial in self.terms for generator, _ in monomial}

    def degree(self) -> int:
        """Return the total degree."""
        return max((sum(power for _, power in monomial) for monomial in self.terms), default=0)

    def common_monomial(self) -> Monomial:
        """Return the largest monomial that divides every term."""
        common: dict[int, int] | None = None
        for monomial in self.terms:
            here = dict(monomial)
            common = here if common is None else {g: min(e, here[g]) for g, e in common.items() if g in here}
            if not common:
                return UNIT
        return tuple(sorted((common or {}).items()))

    def without_monomial(self, by: Monomial) -> Poly:
        """Divide by a monomial that divides every term."""
        return Poly({monomial_quotient(monomial, by) or UNIT: value for monomial, value in self.terms.items()})

    def degree_in(self, generator: int) -> int:
        """Return the degree in one generator."""
        return max((power for monomial in self.terms for g, power in monomial if g == generator), default=0)

    def __add__(self, other: Poly) -> Poly:
        terms = dict(self.terms)
        for monomial, value in other.terms.items():
            terms[monomial] = terms.get(monomial, fmpq(0)) + value
        return Poly(terms)

    def __neg__(self) -> Poly:
        return Poly({monomial: -value for monomial, value in self.terms.items()})

    def __sub__(self, other: Poly) -> Poly:
        return self + (-other)

    def scaled(self, factor: fmpq) -> Poly:
        """Multiply by a rational number."""
        return Poly({monomial: factor * value for monomial, value in self.terms.items()})

    def shifted(self, by: Monomial) -> Poly:
        """Multiply by a monomial."""
        return Poly({monomial_product(monomial, by): value for monomial, value in self.terms.items()})

    def __mul__(self, other: Poly) -> Poly:
        if len(self.terms) > len(other.terms):
            return other * self
        if len(self.terms) * len(other.terms) > 3000:
            return _through_flint((self, other), lambda a, b: a * b)
        terms: dict[Monomial, fmpq] = {}
        for left, factor in self.terms.items():
            for right, value in other.terms.items():
                monomial = monomial_product(left, right)
                terms[monomial] = terms.get(monomial, fmpq(0)) + factor * value
        return Poly(terms)

    def __pow__(self, exponent: int) -> Poly:
        small = exponent <= MAX_DEGREE and self.degree() * exponent <= MAX_DEGREE
        require(small, f"a power has degree above {MAX_DEGREE}", TooLarge)
        bits = max((int(max(abs(v.p), v.q)).bit_length() for v in self.terms.values()), default=1)
        small = bits * exponent <= 100_000 and len(self.terms) ** min(exponent, 12) <= 10**7
        require(small, "a power is too large to be written out", TooLarge)
        result = Poly.constant(1)
        base = self
        while exponent:
            if exponent & 1:
                result = result * base
            exponent >>= 1
            if exponent:
                base = base * base
        return result

    def by_power(self, generator: int) -> dict[int, Poly]:
        """Collect powers of a generator: exponent -> coefficient."""
        parts: dict[int, dict[Monomial, fmpq]] = {}
        for monomial, value in self.terms.items():
            power = dict(monomial).get(generator, 0)
            rest = tuple(pair for pair in monomial if pair[0] != generator)
            parts.setdefault(power, {})[rest] = value
        return {power: Poly(terms) for power, terms in parts.items()}

    def replaced(self, generator: int, value: Poly) -> Poly:
        """Substitute a polynomial for a generator."""
        parts = self.by_power(generator)
        if set(parts) <= {0}:
            return self
        result = Poly({})
        for power, coefficient in parts.items():
            result = result + coefficient * value**power
        return result

    def divided_by(self, divisor: Poly) -> Poly | None:
        """Return the exact quotient, or None if the division leaves a remainder."""
        if len(divisor.terms) == 1:
            ((by, factor),) = divisor.terms.items()
            quotients = {monomial_quotient(m, by): value / factor for m, value in self.terms.items()}
            return None if None in quotients else Poly(quotients)  # type: ignore[arg-type]
        if not divisor.generators() <= self.generators():
            return Poly({}) if not self else None
        (context, used), a, b = _context((self, divisor))
        quotient, remainder = divmod(_to_flint(a, context, used), _to_flint(b, context, used))
        return None if remainder != 0 else _from_flint(quotient, used)

    def primitive(self) -> tuple[fmpq, Poly]:
        """Split into a positive rational content and a primitive polynomial (keeping the sign)."""
        if not self.terms:
            return fmpq(1), self
        numerator, denominator = 0, 1
        for value in self.terms.values():
            numerator = math.gcd(numerator, int(value.p))
            denominator = math.lcm(denominator, int(value.q))
        content = fmpq(numerator, denominator)
        return content, self if content == 1 else self.scaled(1 / content)

    def leading_sign(self) -> int:
        """Sign of the coefficient of the largest monomial in a fixed order."""
        if not self.terms:
            return 0
        return 1 if self.terms[max(self.terms)] > 0 else -1

    def factors(self) -> tuple[fmpq, list[tuple[Poly, int]]]:
        """Factor over the rationals; a large polynomial is its own only factor."""
        if self.is_constant():
            return self.constant_value(), []
        if len(self.terms) > 60 or self.degree() > (MAX_FACTORED if len(self.generators()) == 1 else 16):
            content, primitive = self.primitive()
            sign = primitive.leading_sign()
            return content * sign, [(primitive if sign > 0 else -primitive, 1)]
        (context, used), polynomial = _context((self,))
        unit, found = _to_flint(polynomial, context, used).factor()
        result = []
        constant = fmpq(unit)
        for factor, power in found:
            content, primitive = _from_flint(factor, used).primitive()
            sign = primitive.leading_sign()
            constant *= (content * sign) ** int(power)
            result.append((primitive if sign > 0 else -primitive, int(power)))
        return constant, result


def _context(polynomials: tuple[Poly, ...]) -> tuple:
    used = sorted(set().union(*(polynomial.generators() for polynomial in polynomials)))
    context = fmpq_mpoly_ctx.get([f"g{k}" for k in range(max(1, len(used)))], Ordering.degrevlex)
    return (context, used), *polynomials


def _to_flint(polynomial: Poly, context: fmpq_mpoly_ctx, used: list[int]) -> Any:
    place = {generator: k for k, generator in enumerate(used)}
    width = max(1, len(used))
    terms = {}
    for monomial, value in polynomial.terms.items():
        exponents = [0] * width
        for generator, power in monomial:
            exponents[place[generator]] = power
        terms[tuple(exponents)] = value
    return context.from_dict(terms)


def _from_flint(polynomial: Any, used: list[int]) -> Poly:
    terms = {}
    for exponents, value in polynomial.to_dict().items():
        monomial = tuple((used[k], int(power)) for k, power in enumerate(exponents) if power)
        terms[monomial] = value
    return Poly(terms)


def _through_flint(operands: tuple[Poly, Poly], operation: Callable) -> Poly:
    require(len(operands[0]) * len(operands[1]) <= 4_000_000, "a product is too large to be written out", TooLarge)
    (context, used), *polynomials = _context(operands)
    return _from_flint(operation(*(_to_flint(item, context, used) for item in polynomials)), used)


def total(polynomials: Iterable[Poly]) -> Poly:
    """Add polynomials."""
    terms: dict[Monomial, fmpq] = {}
    for polynomial in polynomials:
        for monomial, value in polynomial.terms.items():
            terms[monomial] = terms.get(monomial, fmpq(0)) + value
    return Poly(terms)
