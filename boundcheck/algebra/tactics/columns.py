"""Columns of a combination: products of facts, monomials, squares, built towards the monomials that must cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from boundcheck.algebra.context import Context
from boundcheck.algebra.polynomials import UNIT, Monomial, Poly, monomial_product, monomial_quotient
from boundcheck.algebra.signs import SIGNS, power_sign, sign_product
from boundcheck.algebra.tactics.linear import cancelling
from boundcheck.algebra.tactics.square_candidates import halves_of, pairs_inside, squares_between
from boundcheck.algebra.terms import write

Step = dict[str, Any]
Signs = frozenset[str]


@dataclass(frozen=True, slots=True)
class Column:
    """One product that may be added: its polynomial, its possible signs and how a certificate writes it."""

    polynomial: Poly
    signs: Signs
    facts: tuple[tuple[int, int], ...] = ()
    times: Monomial = UNIT
    square: Poly | None = None

    @property
    def free(self) -> bool:
        """Whether any multiple may be added."""
        return self.signs == SIGNS["=="]

    @property
    def strict(self) -> bool:
        """Whether it is known to be positive."""
        return self.signs == SIGNS[">"]

    @property
    def cost(self) -> float:
        """Preference for short and simple products."""
        return 1.0 + 0.3 * sum(power for _, power in (*self.facts, *self.times)) + 0.02 * len(self.polynomial)


class Workshop:
    """Builds columns over the facts of a context."""

    def __init__(self, context: Context, obsolete: set[int], limit: int, tick: Callable[[], None]) -> None:
        self.context = context
        self.obsolete = obsolete
        self.limit = limit
        self.tick = tick
        self.columns: dict[tuple, Column] = {}
        self._sign_of: dict[int, Signs] = {}
        self._squared: set[tuple[Poly, Monomial]] = set()
        self.base = self._base()

    def _base(self) -> list[Column]:
        found: dict[tuple, Column] = {}
        for index, fact in enumerate(self.context.facts):
            if index in self.obsolete or fact.op == "!=" or fact.polynomial.is_constant() or len(fact.polynomial) > 150:
                continue
            if len(fact.polynomial) == 1 and self.at_sight(fact.polynomial, fact.op):
                continue
            column = Column(fact.polynomial, SIGNS[fact.op], ((index, 1),))
            before = found.get((fact.polynomial.key, column.free))
            if before is None or column.signs < before.signs:
                found[fact.polynomial.key, column.free] = column
        return list(found.values())

    def at_sight(self, polynomial: Poly, op: str) -> bool:
        """Whether a monomial's sign is known from its generators."""
        ((monomial, value),) = polynomial.terms.items()
        sign = self.monomial_sign(monomial)
        return sign_product(sign, SIGNS[">" if value > 0 else "<"]) <= SIGNS[op]

    def generator_sign(self, g: int) -> Signs:
        """Possible signs of a generator."""
        if g not in self._sign_of:
            self._sign_of[g] = self.context.generator_sign(g)
        return self._sign_of[g]

    def monomial_sign(self, monomial: Monomial) -> Signs:
        """Possible signs of a monomial."""
        sign = SIGNS[">"]
        for g, power in monomial:
            sign = sign_product(sign, power_sign(self.generator_sign(g), power))
        return sign

    def put(self, column: Column) -> bool:
        """Keep a column if it is new and of use."""
        if not (column.free or column.signs <= SIGNS[">="]) or not column.polynomial or len(self.columns) >= self.limit:
            return False
        if len(column.polynomial) > 300 or column.polynomial.degree() > 40:
            return False
        key = (column.polynomial.key, column.free)
        before = self.columns.get(key)
        if before is None or (column.strict and not before.strict):
            self.columns[key] = column
            return before is None
        return False

    def multiplied(self, column: Column, by: Monomial) -> Column | None:
        """Multiply a column by a monomial of known sign."""
        if by == UNIT:
            return column
        signs = column.signs if column.free else sign_product(column.signs, self.monomial_sign(by))
        if not column.free and not signs <= SIGNS[">="]:
            return None
        polynomial = self.context.table.reduce(column.polynomial.shifted(by))
        return Column(polynomial, signs, column.facts, monomial_product(column.times, by), column.square)

    def product(self, a: Column, b: Column) -> Column:
        """Multiply two columns."""
        powers = dict(a.facts)
        for index, power in b.facts:
            powers[index] = powers.get(index, 0) + power
        polynomial = self.context.table.reduce(a.polynomial * b.polynomial)
        signs = sign_product(a.signs, b.signs)
        if a.facts == b.facts and a.times == b.times == UNIT and not a.free:
            signs = power_sign(a.signs, 2)
        return Column(polynomial, signs, tuple(sorted(powers.items())), monomial_product(a.times, b.times))

    def towards(self, columns: Iterable[Column], targets: Iterable[Monomial], *, simplest_first: bool = False) -> None:
        """Add multiples of columns that contain a target monomial, until there are enough."""
        wanted = sorted(targets, key=lambda monomial: (len(monomial), monomial))
        found: list[tuple[int, Column, Monomial]] = []
        for column in columns:
            self.tick()
            multipliers = dict.fromkeys(
                by
                for monomial in column.polynomial.terms
                for target in wanted
                if (by := monomial_quotient(target, monomial)) is not None
            )
            found += [(sum(power for _, power in by), column, by) for by in multipliers]
        for _, column, by in sorted(found, key=lambda item: item[0]) if simplest_first else found:
            if len(self.columns) >= self.limit:
                return
            made = self.multiplied(column, by)
            if made is not None:
                self.put(made)

    def targets(self) -> set[Monomial]:
        """All monomials that occur."""
        return set().union(*(column.polynomial.terms for column in self.columns.values()))

    def add_monomials(self) -> None:
        """Add every monomial that occurs and has a known sign."""
        for monomial in self.targets():
            sign = self.monomial_sign(monomial)
            if sign <= SIGNS[">="]:
                self.put(Column(Poly({monomial: fmpq(1)}), sign, (), monomial))
            elif sign <= SIGNS["<="]:
                self.put(Column(Poly({monomial: fmpq(-1)}), sign_product(sign, SIGNS["<"]), (), monomial))

    def add_squares(self, columns: Iterable[Column]) -> None:
        """Add (u - v)^2 w and (u + v)^2 w for monomials u, v that split the monomials that occur."""
        for column in list(columns)[:2]:
            self._put_squares(pairs_inside(column.polynomial))
        halves: dict[Monomial, int] = {UNIT: 1}
        for column in list(columns):
            for monomial in column.polynomial.terms:
                for half in halves_of(monomial):
                    halves[half] = halves.get(half, 0) + 1
            terms = list(column.polynomial.terms)[:12]
            for i, a in enumerate(terms):
                for b in terms[:i]:
                    self._put_squares(squares_between(a, b))
            self._put_cubes(column.polynomial)
        chosen = sorted(halves, key=lambda half: (-halves[half], half))[:14]
        for i, a in enumerate(chosen):
            for b in chosen[:i]:
                roots = [Poly({m: fmpq(1)}) for m in (a, b)]
                self._put_squares(((roots[0] - roots[1], UNIT), (roots[0] + roots[1], UNIT)))

    def _put_cubes(self, polynomial: Poly) -> None:
        """Add u (v - w)^2 for roots u, v, w of the cubes that occur: x^3 + y^3 + z^3 >= 3 x y z, and its like."""
        cubes = [m for m in polynomial.terms if m and all(power % 3 == 0 for _, power in m)][:4]
        roots = [tuple((g, power // 3) for g, power in m) for m in cubes]
        for i, a in enumerate(roots):
            for b in roots[:i]:
                gap = Poly({a: fmpq(1)}) - Poly({b: fmpq(1)})
                self._put_squares((gap, by) for by in roots)

    def add_goal_squares(self, own: Iterable[Column]) -> None:
        """Add goal * u^2 and goal * (u - v)^2, (u + v)^2 for its own atoms u, v."""
        for column in own:
            atoms = [Poly.generator(g) for g in sorted(column.polynomial.generators())][:4]
            if len(column.polynomial) > 6:
                continue
            roots = [*atoms, *(a + b for i, a in enumerate(atoms) for b in atoms[:i])]
            roots += [a - b for i, a in enumerate(atoms) for b in atoms[:i]]
            if len(column.polynomial) <= 3 and not column.free:
                self.put(self.product(self.product(column, column), column))
            for root in roots:
                polynomial = self.context.table.reduce(column.polynomial * root * root)
                signs = sign_product(column.signs, SIGNS[">="])
                self.put(Column(polynomial, signs, column.facts, UNIT, root))

    def _put_squares(self, squares: Iterable[tuple[Poly, Monomial]]) -> None:
        for square, by in squares:
            if len(self.columns) >= self.limit:
                return
            if (square, by) in self._squared:
                continue
            self._squared.add((square, by))
            if self.monomial_sign(by) <= SIGNS[">="]:
                reduced = self.context.table.reduce(square * square)
                made = self.multiplied(Column(reduced, SIGNS[">="], (), UNIT, square), by)
                if made is not None:
                    self.put(made)

    def solve(self, seconds: float) -> list[Step] | None:
        """Look for a contradiction among the columns."""
        columns = list(self.columns.values())
        if not columns:
            return None
        found = cancelling(
            [column.polynomial for column in columns],
            [column.strict for column in columns],
            [column.free for column in columns],
            [column.cost for column in columns],
            seconds,
        )
        if found is None:
            return None
        terms = [self.item(columns[j], value) for j, value in found]
        return [{"rule": "combination", "terms": terms}]

    def item(self, column: Column, value: fmpq) -> dict[str, Any]:
        """Write a column as a certificate's item."""
        factor = column.polynomial
        item: dict[str, Any] = {"c": str(value)}
        if column.facts:
            item["facts"] = [list(pair) for pair in column.facts]
        if column.square is not None:
            item["square"] = write(self.context.table.polynomial_term(column.square))
        if column.times:
            sign = -1 if not column.facts and column.square is None and next(iter(factor.terms.values())) < 0 else 1
            item["times"] = write(self.context.table.polynomial_term(Poly({column.times: fmpq(sign)})))
        return item
