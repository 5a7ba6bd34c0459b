"""The whitelist parser: text of a user's own becomes a SymPy expression, and nothing of Python is evaluated.

The text is read into Python's syntax tree (which runs nothing) and only listed kinds of node are translated.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterable, Mapping

import sympy
from sympy import Expr, Symbol

from boundcheck.language.claims import Claim, Hypothesis, IsInteger, Operator, Relation
from boundcheck.notation import exact, p, q

MAX_CHARACTERS = 10_000
MAX_DEPTH = 100
MAX_BITS = 12_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")

FUNCTIONS: dict[str, tuple[Callable[..., Expr], int]] = {
    "sqrt": (sympy.sqrt, 1),
    "exp": (sympy.exp, 1),
    "log": (sympy.log, 1),
    "tanh": (sympy.tanh, 1),
    "erf": (sympy.erf, 1),
    "sin": (sympy.sin, 1),
    "cos": (sympy.cos, 1),
    "atan": (sympy.atan, 1),
    "abs": (sympy.Abs, 1),
    "min": (sympy.Min, -1),
    "max": (sympy.Max, -1),
    "p": (p, 2),
    "q": (q, 2),
}
BOUNDED = (sympy.tanh, sympy.erf, sympy.sin, sympy.cos, sympy.atan)
_COMPARISONS: dict[type[ast.cmpop], Operator] = {ast.Eq: "==", ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">"}


class LanguageError(ValueError):
    """The text is not in the language of claims; the message is one line with rule, value and remedy."""


def parse_expression(text: str, symbols: Mapping[str, Symbol] | None = None) -> Expr:
    """Read an expression such as ``"sqrt(x) + p(t,a)/2"``; decimals are exact (``0.1`` is 1/10).

    Args:    text: at most 10 000 characters, nested at most 100 deep.
             symbols: names that are known already; others become real symbols.
    Raises:  LanguageError, one line.
    """
    return _Translator(text, symbols).expression(_syntax_tree(text))


def parse_relation(text: str, symbols: Mapping[str, Symbol] | None = None) -> Relation:
    """Read one relation such as ``"p(t,x) <= q(t,x)"``."""
    return _Translator(text, symbols).relation(_syntax_tree(text))


def parse_hypothesis(text: str, symbols: Mapping[str, Symbol] | None = None) -> Hypothesis:
    """Read a relation, or ``integer(t)``."""
    node = _syntax_tree(text)
    translator = _Translator(text, symbols)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "integer":
        symbol = translator.expression(node.args[0]) if len(node.args) == 1 and not node.keywords else None
        if not isinstance(symbol, Symbol):
            message = f"integer(...) takes one symbol, as in integer(t); got {_short(text)}"
            raise LanguageError(message)
        return IsInteger(symbol)
    return translator.relation(node)


def parse_claim(text: str, given: Iterable[str] = (), symbols: Mapping[str, Symbol] | None = None) -> Claim:
    """Read a claim and its hypotheses."""
    return Claim(parse_relation(text, symbols), tuple(parse_hypothesis(item, symbols) for item in given))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    line = " ".join(text[:200].split())
    return repr(line if len(line) <= 60 else line[:57] + "...")


def _syntax_tree(text: object) -> ast.expr:
    if not isinstance(text, str):
        message = f"a claim must be text; got {type(text).__name__}"
        raise LanguageError(message)
    if len(text) > MAX_CHARACTERS:
        message = f"an expression may have at most {MAX_CHARACTERS} characters; got {len(text)}"
        raise LanguageError(message)
    _check_nesting(text)
    try:
        return ast.parse(_one_line(text), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        message = f"cannot read {_short(text)}: write it as in 'sqrt(x) + 1/2 <= y' (** for powers, == for equality)"
        raise LanguageError(message) from None


def _check_nesting(text: str) -> None:
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            break
        if depth > MAX_DEPTH:
            message = f"an expression may be nested at most {MAX_DEPTH} deep; got {_short(text)}"
            raise LanguageError(message)
    if depth != 0:
        message = f"brackets do not match in {_short(text)}"
        raise LanguageError(message)


class _Translator:
    """Translate a syntax tree, node by node, by whitelist."""

    def __init__(self, text: str, symbols: Mapping[str, Symbol] | None) -> None:
        self.text = _one_line(text)
        self.symbols = dict(symbols or {})

    def relation(self, node: ast.expr) -> Relation:
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or type(node.ops[0]) not in _COMPARISONS:
            message = f"a claim needs one relation (== <= < >= >), as in 'x + 1/x >= 2'; got {_short(self.text)}"
            raise LanguageError(message)
        left, right = self.expression(node.left), self.expression(node.comparators[0])
        return Relation(left, _COMPARISONS[type(node.ops[0])], right)

    def expression(self, node: ast.expr, depth: int = 0) -> Expr:
        if depth > 4 * MAX_DEPTH:
            message = f"an expression may be nested at most {4 * MAX_DEPTH} operations deep; got {_short(self.text)}"
            raise LanguageError(message)
        value = self._node(node, depth + 1)
        if value.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I):
            message = f"not a real number (a pole or the root of a negative?): {self._source(node)}"
            raise LanguageError(message)
        return value

    def _node(self, node: ast.expr, depth: int) -> Expr:
        if isinstance(node, ast.Constant):
            return self._number(node)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            operand = self.expression(node.operand, depth)
            return -operand if isinstance(node.op, ast.USub) else operand
        if isinstance(node, ast.BinOp):
            return self._binary(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Compare):
            message = f"one relation only, and none inside an expression; got {_short(self.text)}"
            raise LanguageError(message)
        message = f"only + - * / ** and functions are part of the language; got {self._source(node)}"
        raise LanguageError(message)

    def _number(self, node: ast.Constant) -> Expr:
        written = ast.get_source_segment(self.text, node) or str(node.value)
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            message = f"numbers are written 3, 1/2 or 0.1; got {_short(written)}"
            raise LanguageError(message)
        try:
            return sympy.Integer(node.value) if isinstance(node.value, int) else exact(written)
        except ValueError as error:
            raise LanguageError(str(error)) from None

    def _name(self, name: str) -> Expr:
        if not _NAME.match(name) or "__" in name or len(name) > 60:
            message = f"a name must begin with a letter and hold no double underscore; got {_short(name)}"
            raise LanguageError(message)
        if name == "pi":
            return sympy.pi
        if name in FUNCTIONS or name in ("sum", "integer"):
            # p and q are also common names of numbers: bare, they are symbols.
            if name not in ("p", "q"):
                example = {"sum": "sum(k, 0, t-1, k)", "integer": "integer(t)"}.get(name, f"{name}(x)")
                message = f"{name} is a function and needs arguments, as in {example}"
                raise LanguageError(message)
        if name not in self.symbols:
            self.symbols[name] = Symbol(name, real=True)
        return self.symbols[name]

    def _binary(self, node: ast.BinOp, depth: int) -> Expr:
        left, right = self.expression(node.left, depth), self.expression(node.right, depth)
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return left / right
            case ast.Pow():
                self._check_power(left, right, node)
                return left**right
        message = f"only + - * / ** are part of the language; got {self._source(node)}"
        raise LanguageError(message)

    def _check_power(self, base: Expr, exponent: Expr, node: ast.BinOp) -> None:
        if not exponent.is_number:
            return
        size = _largest(exponent)
        bits = max((_bits(atom) for atom in base.atoms(sympy.Rational)), default=1) if base.is_number else 1
        if size * bits > MAX_BITS:
            limits = f"a power may have at most {MAX_BITS} bits, an exponent at most {MAX_BITS}"
            message = f"{limits}; got {self._source(node)}"
            raise LanguageError(message)

    def _call(self, node: ast.Call, depth: int) -> Expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            message = f"functions take plain arguments, as in max(x, y); got {self._source(node)}"
            raise LanguageError(message)
        if name == "sum":
            return self._sum(node, depth)
        if name not in FUNCTIONS:
            message = f"unknown function {self._source(node.func)}; functions are: {' '.join([*FUNCTIONS, 'sum'])}"
            raise LanguageError(message)
        function, count = FUNCTIONS[name]
        if (count >= 0 and len(node.args) != count) or not node.args:
            message = f"{name} takes {count if count >= 0 else 'one or more'} argument(s); got {self._source(node)}"
            raise LanguageError(message)
        arguments = [self.expression(argument, depth) for argument in node.args]
        self._check_argument(name, arguments, node)
        return function(*arguments)

    def _check_argument(self, name: str, arguments: list[Expr], node: ast.Call) -> None:
        if name in ("exp", "sum", "p", "q") or not arguments[0].is_Rational:
            return
        if _bits(arguments[0]) > MAX_BITS:
            message = f"the number in {self._source(node)} is too large"
            raise LanguageError(message)

    def _sum(self, node: ast.Call, depth: int) -> Expr:
        if len(node.args) != 4 or not isinstance(node.args[0], ast.Name):
            message = f"a sum is written sum(k, 0, t-1, expression in k); got {self._source(node)}"
            raise LanguageError(message)
        outer = self.symbols.get(node.args[0].id)
        self._name(node.args[0].id)
        index = Symbol(node.args[0].id, integer=True)
        low, high = (self.expression(argument, depth) for argument in node.args[1:3])
        self.symbols[index.name] = index
        summand = self.expression(node.args[3], depth)
        self.symbols.pop(index.name)
        if outer is not None:
            self.symbols[index.name] = outer
        return sympy.Sum(summand, (index, low, high))

    def _source(self, node: ast.AST) -> str:
        return _short(ast.get_source_segment(self.text, node) or self.text)


def _largest(number: Expr) -> float:
    """Return an upper bound of the size of a number, read off its form; infinity where none is at hand."""
    if number.is_Rational:
        return abs(float(number)) if number.p.bit_length() < 900 else math.inf
    inside = [_largest(part) for part in number.args]
    if number in (sympy.pi, sympy.E) or isinstance(number, BOUNDED):
        return 4.0
    if number.is_Add:
        return sum(inside)
    if number.is_Mul:
        return math.prod(inside)
    if isinstance(number, sympy.exp):
        return math.exp(inside[0]) if inside[0] < 50 else math.inf
    if number.is_Pow and number.exp.is_Rational and 0 < number.exp <= 50:
        return max(1.0, inside[0]) ** float(number.exp)
    return math.inf


def _bits(number: sympy.Rational) -> int:
    return max(abs(int(number.p)).bit_length(), int(number.q).bit_length())
