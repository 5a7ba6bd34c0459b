"""What is known at one point of a proof: facts, the signs that follow from them at sight, and what is defined.

Every fact is a relation P op 0 with a polynomial P over atoms, and every term in a fact is defined wherever the
hypotheses hold; so (sqrt u)^2 = u and multiplying by denominators are legitimate in all that follows.
"""

from __future__ import annotations

from flint import fmpq

from boundcheck.algebra.definedness import require_term
from boundcheck.algebra.normal import Table
from boundcheck.algebra.polynomials import Poly
from boundcheck.algebra.quotients import Atom, Frac, constant
from boundcheck.algebra.refusals import NotDefined, require
from boundcheck.algebra.signs import ANY, SIGNS, mirrored, power_sign, sign_product, sign_sum
from boundcheck.algebra.terms import ZERO, Rel, Term, free, sub, substitute


class Fact:
    """P op 0, with op one of >= > == !=."""

    __slots__ = ("op", "polynomial")

    def __init__(self, polynomial: Poly, op: str) -> None:
        self.polynomial = polynomial
        self.op = op


class Context:
    """Facts known here. ``child`` opens a sub-proof."""

    def __init__(self, table: Table | None = None) -> None:
        self.table = table or Table()
        self.facts: list[Fact] = []
        self.integers: set[str] = set()
        self.contradiction = False
        self._signs: dict[Poly, frozenset[str]] = {}

    def child(self) -> Context:
        """Return a copy to which more can be added."""
        copy = Context(self.table)
        copy.facts = list(self.facts)
        copy.integers = set(self.integers)
        copy.contradiction = self.contradiction
        copy._signs = dict(self._signs)
        return copy

    def signature(self) -> int:
        """Return a number that is the same for contexts with the same facts."""
        return hash((frozenset((fact.polynomial.key, fact.op) for fact in self.facts), frozenset(self.integers)))

    def adopt(self, other: Context) -> None:
        """Take over what a child knows beyond this context."""
        self.facts, self.integers, self.contradiction = other.facts, other.integers, other.contradiction
        self._signs = other._signs

    def without(self, name: str) -> Context:
        """Return a copy that knows nothing about a variable."""
        copy = Context(self.table)
        copy.integers = self.integers - {name}
        for fact in self.facts:
            if not self.is_about(fact, name):
                copy.add(fact)
        return copy

    def substituted(self, name: str, by: Term, also: tuple[Rel, ...] = ()) -> Context:
        """Return a copy with a term of the same value put for a variable; ``also`` holds in it."""
        copy = Context(self.table)
        copy.integers = set(self.integers)
        for relation in also:
            copy.add(copy.fact(relation))
        for fact in self.facts:
            if not self.is_about(fact, name):
                copy.add(fact)
        for fact in self.facts:
            if self.is_about(fact, name):
                term = substitute(self.table.polynomial_term(fact.polynomial), {name: by})
                copy.add(copy.fact(Rel(term, fact.op, ZERO)))
        return copy

    def is_about(self, fact: Fact, name: str) -> bool:
        """Whether a variable occurs in a fact."""
        return any(name in self.table.atoms[g].free for g in fact.polynomial.generators())

    # Facts.

    def establish(self, relation: Rel) -> None:
        """Add a relation that has been proved; NotDefined if its terms are not known to be defined."""
        self.require_defined(relation)
        self.add(self.fact(relation))

    def fact(self, relation: Rel) -> Fact:
        """Return P op 0 for a relation whose terms are defined."""
        left, right = (relation.left, relation.right) if relation.op not in ("<=", "<") else relation[::-2]
        difference = self.table.normal(sub(left, right))
        op = relation.op.replace("<", ">")
        return Fact(self.cleared(difference, op), op)

    def cleared(self, value: Frac, op: str) -> Poly:
        """Multiply by the denominator (or by factors of its sign), divide by known signs and the content."""
        polynomial = value.numerator
        for factor, power in value.denominator if op in (">=", ">") else ():
            if power % 2:
                sign = self.sign(factor)
                if sign <= SIGNS["<="]:
                    polynomial = -polynomial
                elif not sign <= SIGNS[">="]:
                    polynomial = polynomial * factor
        polynomial = self._divided(self.table.reduce(polynomial), op)
        return polynomial.primitive()[1]

    def _divided(self, polynomial: Poly, op: str) -> Poly:
        """Divide out powers of generators, common to all monomials, whose sign is known (not zero)."""
        wanted = SIGNS[">"] if op in (">=", ">") else SIGNS["!="]
        by = []
        for g, power in polynomial.common_monomial():
            sign = self.generator_sign(g)
            if sign <= wanted or (power > 1 and sign <= SIGNS["!="]):
                by.append((g, power if sign <= wanted else power - power % 2))
        return polynomial.without_monomial(tuple(by)) if by else polynomial

    def add(self, fact: Fact) -> None:
        """Add P op 0, with P - 1 >= 0 beside it where P > 0 has integer values."""
        polynomial, op = fact.polynomial, fact.op
        self.facts.append(fact)
        if polynomial.is_constant():
            self.contradiction = self.contradiction or not self.constant_holds(polynomial, op)
            return
        self._note(polynomial, SIGNS[op])
        constant = polynomial.constant_value()
        if op in (">", ">=") and constant < 0:
            self._note(polynomial - Poly.constant(constant), SIGNS[">"])
        if op == ">" and self.is_integer_valued(polynomial):
            self.add(Fact(polynomial - Poly.constant(1), ">="))

    def _note(self, polynomial: Poly, signs: frozenset[str]) -> None:
        _, primitive = polynomial.primitive()
        if primitive.leading_sign() < 0:
            primitive, signs = -primitive, mirrored(signs)
        self._signs[primitive] = self._signs.get(primitive, ANY) & signs
        self.contradiction = self.contradiction or not self._signs[primitive]

    # Signs at sight.

    @staticmethod
    def constant_holds(polynomial: Poly, op: str) -> bool:
        """Decide a relation of a rational number to zero."""
        value = polynomial.constant_value()
        return {">=": value >= 0, ">": value > 0, "==": value == 0, "!=": value != 0}[op]

    def holds(self, relation: Rel) -> bool:
        """Whether a relation between defined terms is known or follows from signs."""
        fact = self.fact(relation)
        return self.fact_holds(fact)

    def fact_holds(self, fact: Fact) -> bool:
        """Whether P op 0 is known or follows from signs."""
        return self.sign(fact.polynomial) <= SIGNS[fact.op]

    def sign(self, polynomial: Poly) -> frozenset[str]:
        """Possible signs of a polynomial, from facts about it and from the signs of its terms."""
        if polynomial.is_constant():
            value = polynomial.constant_value()
            return SIGNS["=="] if value == 0 else SIGNS[">" if value > 0 else "<"]
        _, primitive = polynomial.primitive()
        flip = primitive.leading_sign() < 0
        known = self._signs.get(-primitive if flip else primitive, ANY)
        known = mirrored(known) if flip else known
        known &= self._term_signs(primitive)
        if len(known) > 1 and (constant := primitive.constant_value()) != 0:
            known &= self._shifted_sign(primitive, constant)
        return known & self._product_sign(primitive) if len(known) > 1 and len(primitive) > 1 else known

    def _shifted_sign(self, polynomial: Poly, constant: fmpq) -> frozenset[str]:
        """Possible signs of Q + c by what is known about Q."""
        _, rest = (polynomial - Poly.constant(constant)).primitive()
        flip = rest.leading_sign() < 0
        known = self._signs.get(-rest if flip else rest, ANY)
        return sign_sum(mirrored(known) if flip else known, SIGNS[">" if constant > 0 else "<"])

    def _product_sign(self, polynomial: Poly) -> frozenset[str]:
        """Possible signs of (a monomial) * (the rest) by what is known about the rest."""
        common = polynomial.common_monomial()
        if not common:
            return ANY
        result = self.sign(polynomial.without_monomial(common))
        for g, power in common:
            result = sign_product(result, power_sign(self.generator_sign(g), power))
        return result

    def _term_signs(self, polynomial: Poly) -> frozenset[str]:
        result: frozenset[str] | None = None
        for monomial, value in polynomial.terms.items():
            sign = SIGNS[">"] if value > 0 else SIGNS["<"]
            for generator, power in monomial:
                sign = sign_product(sign, power_sign(self.generator_sign(generator), power))
            result = sign if result is None else sign_sum(result, sign)
            if result == ANY:
                break
        return SIGNS["=="] if result is None else result

    def generator_sign(self, g: int) -> frozenset[str]:
        """Possible signs of an atom."""
        known = self._signs.get(Poly.generator(g), ANY)
        return known & self._natural_sign(g) if len(known) > 1 else known

    def _natural_sign(self, g: int) -> frozenset[str]:
        atom = self.table.atoms[g]
        if atom.head in ("exp", "pi"):
            return SIGNS[">"]
        if atom.head in ("sqrt", "root", "abs"):
            inside = self.fraction_sign(atom.arguments[0])
            return SIGNS[">"] if "0" not in inside else SIGNS[">="]
        if atom.head in ("p", "q"):
            return SIGNS[">="]
        if atom.head == "**":
            base = self.fraction_sign(atom.arguments[0])
            return base if base == SIGNS[">"] else (SIGNS[">="] if base <= SIGNS[">="] else ANY)
        if atom.head == "sum":
            return self._sum_sign(atom)
        if atom.head == "log":
            return self.fraction_sign(self.table.add(atom.arguments[0], constant(-1)))
        if atom.head in ("tanh", "erf", "atan"):
            return self.fraction_sign(atom.arguments[0])
        return ANY

    def _sum_sign(self, atom: Atom) -> frozenset[str]:
        """Sign of a sum whose summands, over its range, have one sign (an empty sum is 0)."""
        low, high, body = atom.arguments
        inner = self.without(atom.index)
        index: Term = ("var", atom.index)
        inner.integers.add(atom.index)
        inner.add(inner.fact(Rel(index, ">=", self.table.term(low))))
        inner.add(inner.fact(Rel(index, "<=", self.table.term(high))))
        sign = inner.fraction_sign(body)
        return next((found | {"0"} for found in (SIGNS[">"], SIGNS["<"]) if sign <= found | {"0"}), ANY)

    def fraction_sign(self, value: Frac) -> frozenset[str]:
        """Possible signs of a quotient (its denominator is not zero)."""
        result = self.sign(value.numerator)
        for factor, power in value.denominator:
            result = sign_product(result, power_sign(self.sign(factor) - {"0"} or SIGNS["!="], power))
        return result

    # Integers and definedness.

    def is_integer_valued(self, polynomial: Poly) -> bool:
        """Whether the polynomial has integer coefficients in integer variables (and halves of k(k+1) nowhere)."""
        return all(value.q == 1 for value in polynomial.terms.values()) and all(
            self._is_integer_atom(g) for g in polynomial.generators()
        )

    def _is_integer_atom(self, g: int) -> bool:
        atom = self.table.atoms[g]
        if atom.head == "var":
            return atom.term[1] in self.integers
        return atom.head == "abs" and self.is_integer(atom.arguments[0])

    def is_integer(self, value: Frac) -> bool:
        """Whether a normal form has integer values."""
        return not value.denominator and self.is_integer_valued(value.numerator)

    def require_defined(self, item: Rel | Term) -> None:
        """Check that a term or both sides of a relation are defined here; NotDefined names what is missing."""
        for term in (item.left, item.right) if isinstance(item, Rel) else (item,):
            require_term(self, term)

    def binder(self, sum_: Term, fresh: str | None = None) -> tuple[Context, Term]:
        """Return a context in which a fresh integer runs over the range of a sum, and the summand at it.

        Raises:  NotDefined if the name asked for is in use.
        """
        _, index, low, high, summand = sum_
        fresh = self.unused(summand, low, high) if fresh is None else fresh
        require(self.is_fresh(fresh, summand, low, high), f"a name that is not in use; {fresh} is", NotDefined)
        inner, variable = self.child(), ("var", fresh)
        inner.integers.add(fresh)
        inner.add(inner.fact(Rel(variable, ">=", low)))
        inner.add(inner.fact(Rel(variable, "<=", high)))
        return inner, substitute(summand, {index: variable})

    def unused(self, *terms: Term) -> str:
        """Return the name of a new variable."""
        return next(name for n in range(10_000) if self.is_fresh(name := f"k_{n}", *terms))

    def is_fresh(self, name: object, *terms: Term) -> bool:
        """Whether a name is a new variable's: in no fact, no integer, and none of the terms."""
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_") or name in self.integers:
            return False
        return not any(name in free(term) for term in terms) and not any(self.is_about(f, name) for f in self.facts)
