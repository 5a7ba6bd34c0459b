"""Terms and relations of the language of claims as plain tuples: read, write, substitute.

The small checker reads a certificate's texts with this module alone (Python's syntax tree, nothing evaluated). A term:

    ("num", Fraction)  ("var", name)  ("pi",)  ("+", u, v)  ("*", u, v)  ("/", u, v)  ("**", u, v)
    (function, argument, ...)  ("sum", index name, low, high, summand)

Nothing is simplified on reading: ``x/x`` stays a quotient, so that its domain is not lost.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from boundcheck.algebra.refusals import TermError, refuse

Term = tuple[Any, ...]
ARITY = {
    "sqrt": 1, "exp": 1, "log": 1, "tanh": 1, "erf": 1, "sin": 1, "cos": 1, "atan": 1, "abs": 1, "min": -1, "max": -1,
    "p": 2, "q": 2,
}  # fmt: skip
OPERATORS = ("==", "<=", "<", ">=", ">", "!=")
MIRROR = {"==": "==", "!=": "!=", "<=": ">=", "<": ">", ">=": "<=", ">": "<"}
NEGATION = {"==": "!=", "!=": "==", "<=": ">", "<": ">=", ">=": "<", ">": "<="}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">",
}  # fmt: skip
_BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
MAX_CHARACTERS = 100_000
MAX_DEPTH = 400
ZERO: Term = ("num", Fraction(0))
ONE: Term = ("num", Fraction(1))


class Rel(NamedTuple):
    """``left op right``; op is one of == != <= < >= >."""

    left: Term
    op: str
    right: Term

    def negated(self) -> Rel:
        """Return the relation that holds exactly where this one, being defined, fails."""
        return Rel(self.left, NEGATION[self.op], self.right)


def num(value: int | Fraction) -> Term:
    """Return the constant term."""
    return ("num", Fraction(value))


def add(u: Term, v: Term) -> Term:
    """Return u + v."""
    return ("+", u, v)


def sub(u: Term, v: Term) -> Term:
    """Return u - v."""
    return ("+", u, ("*", num(-1), v))


def mul(u: Term, v: Term) -> Term:
    """Return u * v."""
    return ("*", u, v)


def read(text: str) -> Term:
    """Read a term; TermError if the text is none."""
    return _translate(_tree(text), text, 0)


def read_relation(text: str) -> Rel:
    """Read a relation; TermError if the text is none."""
    node = _tree(text)
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or type(node.ops[0]) not in _COMPARISONS:
        refuse(TermError, f"no relation: {text[:60]!r}")
    left, right = (_translate(side, text, 0) for side in (node.left, node.comparators[0]))
    return Rel(left, _COMPARISONS[type(node.ops[0])], right)


def _tree(text: str) -> ast.expr:
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        refuse(TermError, "a term must be a text of reasonable length")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        refuse(TermError, f"cannot read {text[:60]!r}")


def _translate(node: ast.expr, text: str, depth: int) -> Term:
    if depth > MAX_DEPTH:
        refuse(TermError, "a term is nested too deep")
    match node:
        case ast.Constant(value=value) if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _number(node, text)
        case ast.Name(id=name):
            return ("pi",) if name == "pi" else ("var", _name(name))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return mul(num(-1), _translate(operand, text, depth + 1))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _translate(operand, text, depth + 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            u, v = _translate(left, text, depth + 1), _translate(right, text, depth + 1)
            return sub(u, v) if type(op) is ast.Sub else (_BINARY[type(op)], u, v)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, arguments, text, depth)
    refuse(TermError, f"no part of the language of claims: {text[:60]!r}")


def _number(node: ast.Constant, text: str) -> Term:
    written = str(node.value) if isinstance(node.value, int) else ast.get_source_segment(text.strip(), node)
    if written is None or len(written) > 5000 or "_" in written:
        refuse(TermError, "a number must be written in plain digits")
    try:
        mantissa, _, exponent = written.lower().partition("e")
        if abs(int(exponent or 0)) > 5000:
            raise ValueError
        return ("num", Fraction(mantissa) * Fraction(10) ** int(exponent or 0))
    except (ValueError, ZeroDivisionError):
        refuse(TermError, f"no finite number: {written[:60]!r}")


def _name(name: str) -> str:
    if not name.isascii() or name.startswith("_") or "__" in name or (name in ARITY and name not in ("p", "q")):
        refuse(TermError, f"no name of a symbol: {name[:60]!r}")
    return name


def _call(name: str, arguments: list[ast.expr], text: str, depth: int) -> Term:
    if name == "sum":
        if len(arguments) != 4 or not isinstance(arguments[0], ast.Name):
            refuse(TermError, "a sum is written sum(k, low, high, summand)")
        return ("sum", _name(arguments[0].id), *(_translate(item, text, depth + 1) for item in arguments[1:]))
    count = ARITY.get(name, 0)
    if not count or not arguments or (count > 0 and len(arguments) != count):
        refuse(TermError, f"unknown function or wrong number of arguments: {name[:60]!r}")
    return (name, *(_translate(item, text, depth + 1) for item in arguments))


def children(term: Term) -> tuple[Term, ...]:
    """Return the direct subterms."""
    head = term[0]
    if head in ("num", "var", "pi"):
        return ()
    return term[2:] if head == "sum" else term[1:]


def subterms(term: Term) -> Iterator[Term]:
    """Yield the term and all subterms, depth first (summands with their index free)."""
    yield term
    for child in children(term):
        yield from subterms(child)


def free(term: Term) -> frozenset[str]:
    """Return the names of free variables."""
    head = term[0]
    if head == "var":
        return frozenset((term[1],))
    if head == "sum":
        return free(term[2]) | free(term[3]) | (free(term[4]) - {term[1]})
    return frozenset().union(*(free(child) for child in children(term)))


def sum_depth(term: Term) -> int:
    """Return how many sums, p or q are nested in one another."""
    return (term[0] in ("sum", "p", "q")) + max((sum_depth(child) for child in children(term)), default=0)


def substitute(term: Term, rule: Mapping[str, Term]) -> Term:
    """Replace free variables; a bound index is renamed where it would capture."""
    head = term[0]
    if head == "var":
        return rule.get(term[1], term)
    if head in ("num", "pi"):
        return term
    if head == "sum":
        return _substitute_sum(term, rule)
    return (head, *(substitute(child, rule) for child in term[1:]))


def _substitute_sum(term: Term, rule: Mapping[str, Term]) -> Term:
    _, index, low, high, summand = term
    inner = {name: value for name, value in rule.items() if name != index and name in free(summand)}
    taken = frozenset().union(*(free(value) for value in inner.values()))
    if index in taken:
        fresh = next(name for n in range(1000) if (name := f"{index}_{n}") not in taken | free(summand))
        index, summand = fresh, substitute(summand, {index: ("var", fresh)})
    return ("sum", index, substitute(low, rule), substitute(high, rule), substitute(summand, inner))


def substitute_relation(relation: Rel, rule: Mapping[str, Term]) -> Rel:
    """Replace free variables on both sides."""
    return Rel(substitute(relation.left, rule), relation.op, substitute(relation.right, rule))


def free_relation(relation: Rel) -> frozenset[str]:
    """Return the names of free variables of both sides."""
    return free(relation.left) | free(relation.right)


_LEVEL = {"+": 1, "*": 2, "/": 2, "**": 4}


def write(term: Term) -> str:
    """Write a term so that ``read`` gives an equal one back."""
    return _write(term, 0)


def _write(term: Term, level: float) -> str:
    head = term[0]
    if head == "num":
        value = term[1]
        simple = value >= 0 and (value.denominator == 1 or level < 2)
        return str(value) if simple else f"({value})"
    if head == "var":
        return str(term[1])
    if head == "pi":
        return "pi"
    if head == "sum":
        return f"sum({term[1]}, {', '.join(write(child) for child in term[2:])})"
    if head not in _LEVEL:
        return f"{head}({', '.join(write(child) for child in term[1:])})"
    own = _LEVEL[head]
    text = _write_operation(term, own)
    return text if own > level or (own == level == 1) else f"({text})"


def _write_operation(term: Term, own: int) -> str:
    head, u, v = term
    if head == "+":
        if v[0] == "*" and v[1] == num(-1):
            return f"{_write(u, 1)} - {_write(v[2], 2)}"
        return f"{_write(u, 1)} + {_write(v, 1)}"
    if head == "*":
        return f"-{_write(v, 2)}" if u == num(-1) else f"{_write(u, 1.5)}*{_write(v, 2)}"
    if head == "/":
        return f"{_write(u, 1.5)}/{_write(v, 2)}"
    return f"{_write(u, 4)}**{_write(v, 4)}"


def write_relation(relation: Rel) -> str:
    """Write a relation so that ``read_relation`` gives an equal one back."""
    return f"{write(relation.left)} {relation.op} {write(relation.right)}"
