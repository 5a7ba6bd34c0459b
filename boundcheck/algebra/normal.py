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

from boundcheck.algebra.polynomials import MAX_DEGREE, Poly
from boundcheck.algebra.quotients import Field, Frac, constant, generator
from boundcheck.algebra.refusals import TooLarge, UndefinedTerm, require
from boundcheck.algebra.sum_forms import MAX_EXPANDED, sum_form
from boundcheck.algebra.terms import Term, num

MAX_MULTIPLE = 80
ODD = ("tanh", "erf", "sin", "atan")
AT_ZERO = {"exp": 1, "tanh": 0, "erf": 0, "sin": 0, "atan": 0, "cos": 1}


class Table(Field):
    """Normal forms of terms over the atoms met so far."""

    def __init__(self, tick: Callable[[], None] = lambda: None) -> None:
        super().__init__(tick)
        self._memory: dict[Term, Frac] = {}

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
        return self._function(head, arguments[0])

    def _power(self, base: Frac, exponent: Frac) -> Frac:
        if exponent.is_constant():
            value = exponent.rational()
            require(abs(value) <= MAX_DEGREE, "an exponent is too large", TooLarge)
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
        require(not base.is_constant() or base.rational() >= 0, "the root of a negative number", UndefinedTerm)

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
            good = count.denominator == 1 and count <= MAX_EXPANDED
            require(good, f"{head} of a fractional or too large index", TooLarge)
            result = Frac(Poly({}))
            for k in range(int(count) - 1, -1, -1):
                result = self.add(self.multiply(result, x), constant(k + 1 if head == "q" else 1))
            return result
        return generator(self.atom(head, (head, self.term(index), self.term(x)), (index, x)))

    def _function(self, head: str, a: Frac) -> Frac:
        """Return the normal form of a function of one argument."""
        if head == "sqrt":
            return self.sqrt(a)
        if head == "abs":
            return self.absolute(a)
        if head == "exp":
            return self._exp(a)
        if not a.numerator and head in AT_ZERO:
            return constant(AT_ZERO[head])
        if head == "log" and a.is_constant():
            require(a.rational() > 0, "the logarithm of a number <= 0", UndefinedTerm)
            if a.rational() == 1:
                return constant(0)
        if head in (*ODD, "cos") and a.numerator.leading_sign() < 0:
            positive = self._function(head, Frac(-a.numerator, a.denominator))
            return positive if head == "cos" else Frac(-positive.numerator, positive.denominator)
        if head == "atan" and a.is_constant() and a.rational() == 1:
            return self.scale(self.normal(("pi",)), Fraction(1, 4))
        if head in ("sin", "cos") and (turn := self._turn(a)) is not None:
            return self._at_turn(turn + (Fraction(1, 2) if head == "cos" else 0))
        return generator(self.atom(head, (head, self.term(a)), (a,)))

    def _turn(self, a: Frac) -> Fraction | None:
        """Return c if the argument is c * pi."""
        if a.denominator or len(a.numerator) != 1 or a.numerator.degree() != 1:
            return None
        (g,) = a.numerator.generators()
        value = min(a.numerator.terms.values())
        return Fraction(int(value.p), int(value.q)) if self.atoms[g].head == "pi" else None

    def _at_turn(self, turn: Fraction) -> Frac:
        """sin(turn * pi) where it is 0, 1/2, sqrt(2)/2, sqrt(3)/2 or 1; else the atom in its first form."""
        sign = 1 if turn % 2 < 1 else -1
        turn = min(turn % 1, 1 - turn % 1)
        squares = {Fraction(0): 0, Fraction(1, 6): 1, Fraction(1, 4): 2, Fraction(1, 3): 3, Fraction(1, 2): 4}
        if turn in squares:
            return self.scale(self.sqrt(constant(squares[turn])), Fraction(sign, 2))
        argument = self.scale(self.normal(("pi",)), turn)
        return self.scale(generator(self.atom("sin", ("sin", self.term(argument)), (argument,))), Fraction(sign))

    def _exp(self, a: Frac) -> Frac:
        if a.denominator:
            if a.numerator.leading_sign() < 0:
                return self.inverse(self._exp(Frac(-a.numerator, a.denominator)))
            return generator(self.atom("exp", ("exp", self.term(a)), (a,)))
        result = Frac(Poly.constant(1))
        for monomial, value in a.numerator.terms.items():
            times, parts = int(value.p), int(value.q)
            if abs(times) > MAX_MULTIPLE:
                times, parts = (1 if times > 0 else -1), 0
            unit = Frac(Poly({monomial: fmpq(1, parts) if parts else abs(value)}))
            factor = generator(self.atom("exp", ("exp", self.term(unit)), (unit,)))
            result = self.multiply(result, self.power(factor, times))
        return result


def _exact_root(value: fmpq, order: int) -> Fraction | None:
    """Return the root of a number >= 0 if it is rational."""
    top, below = (round(float(int(part)) ** (1 / order)) if 0 <= part < 2**50 else 0 for part in (value.p, value.q))
    return Fraction(top, below) if below and fmpq(top**order, below**order) == value else None


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
