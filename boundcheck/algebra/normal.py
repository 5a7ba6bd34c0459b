"""Normal forms: a term as a quotient of polynomials over atoms.

Atoms are variables, pi and applications that arithmetic does not see through (sqrt, exp, abs, p, q, powers with a
symbolic exponent, sums ...), each with its arguments in normal form. Every rewriting here is an identity wherever the
term is defined: (sqrt u)^2 = u, |u v| = |u||v|, exp(u+v) = exp(u) exp(v), max(u,v) = (u+v+|u-v|)/2, odd functions, and
linearity of sums. What needs a side condition is an axiom instead (``axioms``). Whoever uses a normal form must have
shown the term to be defined (``context``).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import fmpq, fmpz

from boundcheck.algebra.functions import function
from boundcheck.algebra.polynomials import Monomial, Poly, TooLarge, total
from boundcheck.algebra.quotients import Atom, Frac, UndefinedTerm, constant, generator
from boundcheck.algebra.sum_forms import MAX_EXPANDED, sum_form
from boundcheck.algebra.terms import ONE, Term, add, free, mul, num


class Table:
    """The atoms met so far, numbered, and normal forms over them."""

    def __init__(self, tick: Callable[[], None] = lambda: None) -> None:
        self.tick = tick
        self.atoms: list[Atom] = []
        self._index: dict[object, int] = {}
        self._memory: dict[Term, Frac] = {}
        self._roots: list[tuple[int, Poly] | None] = []

    def atom(self, head: str, term: Term, arguments: tuple[Frac, ...] = (), label: object = None) -> int:
        """Return the number of an atom, new or met before."""
        key = (head, label, tuple(item.key for item in arguments))
        if key not in self._index:
            self._index[key] = len(self.atoms)
            self.atoms.append(Atom(head, term, arguments, free(term), str(label) if head == "sum" else ""))
        return self._index[key]

    def normal(self, term: Term) -> Frac:
        """Return the normal form of a term."""
        found = self._memory.get(term)
        if found is None:
            self.tick()
            found = self._memory[term] = self._normal(term)
        return found

    def _normal(self, term: Term) -> Frac:
        head = term[0]
        if head == "num":
            return constant(term[1])
        if head in ("var", "pi"):
            return generator(self.atom(head, term, label=term[1:]))
        if head == "sum":
            return sum_form(self, term)
        arguments = [self.normal(child) for child in term[1:]]
        if head == "+":
            return self.add(*arguments)
        if head == "*":
            return self.multiply(*arguments)
        if head == "/":
            return self.multiply(arguments[0], self.inverse(arguments[1]))
        if head == "**":
            return self._power(*arguments)
        if head in ("min", "max"):
            return self._extremum(head, arguments)
        if head in ("p", "q"):
            return self._geometric(head, *arguments)
        return function(self, head, arguments[0])

    # Arithmetic of quotients.

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
        if not a.numerator:
            message = "division by zero"
            raise UndefinedTerm(message)
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

    # Functions.

    def _power(self, base: Frac, exponent: Frac) -> Frac:
        if exponent.is_constant():
            value = exponent.rational()
            if abs(value) > 400:
                message = "an exponent is too large"
                raise TooLarge(message)
            if value.denominator == 1:
                return self.power(base, value.numerator)
            root = self.sqrt(base) if value.denominator == 2 else self._root(base, value.denominator)
            return self.power(root, value.numerator)
        if base.is_constant() and base.rational() == 1:
            return base
        term = ("**", self.term(base), self.term(exponent))
        return generator(self.atom("**", term, (base, exponent)))

    def _root(self, base: Frac, order: int) -> Frac:
        self._refuse_negative(base)
        unit, factors = base.numerator.factors()
        powers = [*factors, *((factor, -power) for factor, power in base.denominator)]
        exact = _exact_root(unit, order)
        if exact is not None and all(power % order == 0 for _, power in powers):
            result = constant(exact)
            for factor, power in powers:
                result = self.multiply(result, self.power(self.absolute(Frac(factor)), power // order))
            return result
        term = ("**", self.term(base), num(Fraction(1, order)))
        return generator(self.atom("root", term, (base,), label=order))

    def _refuse_negative(self, base: Frac) -> None:
        if base.is_constant() and base.rational() < 0:
            message = "the root of a negative number"
            raise UndefinedTerm(message)

    def sqrt(self, a: Frac) -> Frac:
        """Take the root of N/D as the root of N D' over |D''|, with squares taken out as absolute values."""
        self._refuse_negative(a)
        if not a.numerator:
            return a
        inside, outside = a.numerator, Frac(Poly.constant(1))
        for factor, power in a.denominator:
            if power % 2:
                inside = inside * factor
            outside = self.multiply(outside, self.power(self.absolute(Frac(factor)), (power + 1) // 2))
        outside = self.inverse(outside)
        content, primitive = self.reduce(inside).primitive()
        rational, primes = _square_part(content)
        outside = self.multiply(outside, constant(rational))
        for prime in primes:
            outside = self.multiply(outside, self._sqrt_atom(Poly.constant(prime)))
        unit, factors = primitive.factors()
        if unit > 0 and unit == 1 and all(power % 2 == 0 for _, power in factors):
            for factor, power in factors:
                outside = self.multiply(outside, self.power(self.absolute(Frac(factor)), power // 2))
            return outside
        return self.multiply(outside, self._sqrt_atom(primitive))

    def _sqrt_atom(self, radicand: Poly) -> Frac:
        if radicand.is_constant() and radicand.constant_value() == 1:
            return Frac(radicand)
        argument = Frac(radicand)
        return generator(self.atom("sqrt", ("sqrt", self.term(argument)), (argument,)))

    def absolute(self, a: Frac) -> Frac:
        """|N/D| as a product of absolute values of factors."""
        if a.is_constant():
            return constant(abs(a.rational()))
        unit, factors = a.numerator.factors()
        result = Frac(Poly.constant(unit if unit >= 0 else -unit))
        for factor, power in factors:
            result = self.multiply(result, self.power(self._absolute_factor(factor, power), power))
        for factor, power in a.denominator:
            result = self.multiply(result, self.power(self._absolute_factor(factor, power), -power))
        return result

    def _absolute_factor(self, factor: Poly, power: int) -> Frac:
        if power % 2 == 0 or (len(factor) == 1 and all(self.is_nonnegative(g) for g in factor.generators())):
            return Frac(factor)
        argument = Frac(factor)
        return generator(self.atom("abs", ("abs", self.term(argument)), (argument,)))

    def is_nonnegative(self, g: int) -> bool:
        """Whether an atom is >= 0 by its nature."""
        return self.atoms[g].head in ("sqrt", "root", "abs", "exp", "p", "q", "pi")

    def _extremum(self, head: str, arguments: list[Frac]) -> Frac:
        result = arguments[0]
        for other in arguments[1:]:
            gap = self.absolute(self.add(result, self.scale(other, Fraction(-1))))
            signed = gap if head == "max" else self.scale(gap, Fraction(-1))
            result = self.scale(self.add(self.add(result, other), signed), Fraction(1, 2))
        return result

    def _geometric(self, head: str, index: Frac, x: Frac) -> Frac:
        x = self.absolute(x)
        if index.is_constant():
            count = index.rational()
            if count.denominator != 1 or count > MAX_EXPANDED:
                message = f"{head} of a fractional or too large index"
                raise TooLarge(message)
            result = Frac(Poly({}))
            for k in range(int(count) - 1, -1, -1):
                result = self.add(self.multiply(result, x), constant(k + 1 if head == "q" else 1))
            return result
        return generator(self.atom(head, (head, self.term(index), self.term(x)), (index, x)))

    # Back to terms.

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


def _exact_root(value: fmpq, order: int) -> Fraction | None:
    """Return the root of a number >= 0 if it is rational."""
    if value < 0:
        return None
    parts = [round(float(int(part)) ** (1 / order)) if part < 2**50 else 0 for part in (value.p, value.q)]
    return Fraction(*parts) if Fraction(parts[0] ** order, max(1, parts[1] ** order)) == _fraction(value) else None


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _square_part(value: fmpq) -> tuple[Fraction, list[int]]:
    """Write value = s^2 r with r a product of distinct primes (or one large number); return s and these factors."""
    whole = int(value.p * value.q)
    root, rest = 1, []
    if whole < 10**40:
        for prime, power in fmpz(whole).factor():
            root *= int(prime) ** (int(power) // 2)
            rest += [int(prime)] * (int(power) % 2)
    else:
        exact = int(fmpz(whole).isqrt())
        root, rest = (exact, []) if exact * exact == whole else (1, [whole])
    return Fraction(root, int(value.q)), rest
