"""Every symbol of the paper once, with its domain; the geometric sums p_t and q_t; exact numbers.

Source: Cayci & Eryilmaz, section 2. All symbols are dimensionless unless PARAMETERS says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from sympy import Abs, Dummy, Expr, Function, Integer, Rational, S, Sum, Symbol, sqrt


class p(Function):  # noqa: N801 - the mathematics calls it p
    """Geometric sum p_t(x) = sum_{k=0}^{t-1} |x|^k; zero for t <= 0."""

    nargs = 2
    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, t: Expr, x: Expr) -> Expr | None:
        """Rules that hold for every t: p_t = 0 for t <= 0, p_1 = 1, p_t(0) = 1 and p_t(1) = t for t >= 1, 0."""
        return _small_index(t, x, at_one=t)

    def fdiff(self, argindex: int = 2) -> Expr:
        """Differentiate in x >= 0: dp_t/dx = q_{t-1}(x)."""
        return _differentiate(self, argindex, lambda t, x: q(t - 1, x))

    def _eval_rewrite_as_Sum(self, t: Expr, x: Expr, **_: Any) -> Expr:
        k = Dummy("k", integer=True, nonnegative=True)
        return Sum(Abs(x) ** k, (k, 0, t - 1))

    def _eval_expand_func(self, **_: Any) -> Expr:
        return _expand(self, lambda k: S.One)

    def _eval_evalf(self, prec: int) -> Expr | None:
        return _evalf(self, prec, lambda k: 1)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _index_latex("p", self, printer, exp)


class q(Function):  # noqa: N801 - the mathematics calls it q
    """Arithmetic-geometric sum q_t(x) = sum_{k=0}^{t-1} (k+1)|x|^k; zero for t <= 0."""

    nargs = 2
    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, t: Expr, x: Expr) -> Expr | None:
        """Rules that hold for every t: q_t = 0 for t <= 0, q_1 = 1, q_t(0) = 1, q_t(1) = t(t+1)/2."""
        return _small_index(t, x, at_one=t * (t + 1) / 2)

    def fdiff(self, argindex: int = 2) -> Expr:
        """Differentiate in x >= 0: dq_t/dx = sum_{k=1}^{t-1} (k+1) k x^(k-1)."""
        k = Dummy("k", integer=True, positive=True)
        return _differentiate(self, argindex, lambda t, x: Sum(k * (k + 1) * x ** (k - 1), (k, 1, t - 1)))

    def _eval_rewrite_as_Sum(self, t: Expr, x: Expr, **_: Any) -> Expr:
        k = Dummy("k", integer=True, nonnegative=True)
        return Sum((k + 1) * Abs(x) ** k, (k, 0, t - 1))

    def _eval_expand_func(self, **_: Any) -> Expr:
        return _expand(self, lambda k: Integer(k + 1))

    def _eval_evalf(self, prec: int) -> Expr | None:
        return _evalf(self, prec, lambda k: k + 1)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _index_latex("q", self, printer, exp)


def _small_index(t: Expr, x: Expr, *, at_one: Expr) -> Expr | None:
    if t.is_integer and t.is_nonpositive:
        return S.Zero
    if t is S.One:
        return S.One
    if t.is_integer and t.is_positive and x.is_zero:
        return S.One
    if t.is_integer and t.is_nonnegative and x is S.One:
        return at_one
    return None


def _differentiate(value: Function, argindex: int, in_x: Any) -> Expr:
    if argindex != 2:
        raise sympy.function.ArgumentIndexError(value, argindex)
    return in_x(*value.args)


def _expand(value: Function, coefficient: Any) -> Expr:
    t, x = value.args
    if not t.is_Integer:
        return value
    base = x if x.is_nonnegative else Abs(x)
    return sympy.Add(*(coefficient(k) * base**k for k in range(int(t))))


def _evalf(value: Function, prec: int, coefficient: Any) -> Expr | None:
    """Sum by Horner's rule in mpmath (all terms are non-negative: no cancellation near x = 1)."""
    import mpmath

    t, x = value.args
    if not t.is_Integer:
        return None
    number = x._eval_evalf(prec + 10)
    if number is None or not number.is_Float:
        return None
    with mpmath.workprec(prec + 20 + int(t).bit_length()):
        base = abs(mpmath.mpf(number._mpf_))
        total = mpmath.mpf(0)
        for k in range(int(t) - 1, -1, -1):
            total = total * base + coefficient(k)
        return Expr._from_mpmath(total, prec)


def _index_latex(name: str, value: Function, printer: Any, exp: str | None) -> str:
    index, argument = (printer._print(arg) for arg in value.args)
    power = f"^{{{exp}}}" if exp else ""
    return rf"{name}_{{{index}}}{power}\left({argument}\right)"


def exact(value: object) -> Rational:
    """Read a number exactly.

    Args:    value: int, Fraction, SymPy Rational, a string ("1/2", "0.1", "1e-3"), or a float, taken as the binary
             number it is.
    Raises:  TypeError for another kind, ValueError for text that is no finite number.
    """
    if isinstance(value, bool):
        message = f"a number must be an int, Fraction, string or float; got the truth value {value}"
        raise TypeError(message)
    if isinstance(value, Rational):
        return value
    if not isinstance(value, (int, float, str, Fraction)):
        message = f"a number must be an int, Fraction, string or float; got {type(value).__name__}"
        raise TypeError(message)
    try:
        fraction = _fraction(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        message = f"a number must be finite, such as 3, 1/2 or 0.1; got {str(value)[:60]!r}"
        raise ValueError(message) from None
    return Rational(fraction.numerator, fraction.denominator)


def _fraction(value: int | float | str | Fraction) -> Fraction:
    if isinstance(value, str):
        text = value.strip()
        exponent = text.lower().rpartition("e")[2] if "e" in text.lower() else "0"
        if len(text) > 10_000 or "_" in text or abs(int(exponent)) > 100_000:
            raise ValueError
        return Fraction(text)
    return Fraction(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A symbol that a user sets: its meaning, domain and the rule that a value must keep."""

    symbol: Symbol
    meaning: str
    rule: str
    low: Rational = S.Zero
    low_included: bool = False
    high: Rational | None = None

    @property
    def name(self) -> str:
        """Name in ``--set`` and in TOML."""
        return self.symbol.name

    def check(self, value: object) -> Rational:
        """Return the exact value; ValueError naming the rule and the value if it lies outside the domain."""
        number = exact(value)
        low_ok = number >= self.low if self.low_included else number > self.low
        whole = number.is_Integer or not self.symbol.is_integer
        high_ok = self.high is None or number < self.high
        even = self.symbol is not m or (whole and number % 2 == 0)
        if not (low_ok and whole and high_ok and even):
            message = f"{self.name} must be {self.rule}; got {value} ({self.meaning})"
            raise ValueError(message)
        return number


def _real(name: str, **assumptions: bool) -> Symbol:
    return Symbol(name, real=True, **assumptions)


alpha = _real("alpha", positive=True)
T = Symbol("T", integer=True, positive=True)
n = Symbol("n", integer=True, positive=True)
d = Symbol("d", integer=True, positive=True)
m = Symbol("m", integer=True, positive=True)
tau = Symbol("tau", integer=True, positive=True)
t = Symbol("t", integer=True, nonnegative=True)
rho_w, rho_u = _real("rho_w", nonnegative=True), _real("rho_u", nonnegative=True)
nu_w, nu_u = _real("nu_w", nonnegative=True), _real("nu_u", nonnegative=True)
delta, epsilon = _real("delta", positive=True), _real("epsilon", positive=True)
eta, kappa = _real("eta", positive=True), _real("kappa", positive=True)
z = _real("z")
phi = _real("phi", nonnegative=True)

sigma_constants = tuple(_real(f"sigma{k}", positive=True) for k in range(5))
sigma0, sigma1, sigma2, sigma3, sigma4 = sigma_constants
# s_k stands for the k-th derivative of the activation at z inside a Supremum over z.
sigma_z = tuple(_real(f"s_{k}") for k in range(5))

alpha_m: Expr = alpha + rho_w / sqrt(m)
a: Expr = alpha_m * sigma1
norm_rho: Expr = sqrt(rho_w**2 + rho_u**2)
norm_nu: Expr = sqrt(nu_w**2 + nu_u**2)

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(symbol=alpha, meaning="recurrent scale at initialisation, Definition 1", rule="> 0"),
    Parameter(symbol=T, meaning="sequence length", rule="an integer >= 1"),
    Parameter(symbol=n, meaning="number of samples", rule="an integer >= 1"),
    Parameter(symbol=d, meaning="input dimension", rule="an integer >= 1"),
    Parameter(symbol=m, meaning="width: neurons come in symmetric pairs, Definition 1", rule="an even integer >= 2"),
    Parameter(symbol=rho_w, meaning="projection radius of w", rule=">= 0", low_included=True),
    Parameter(symbol=rho_u, meaning="projection radius of u", rule=">= 0", low_included=True),
    Parameter(symbol=nu_w, meaning="sup-norm bound of the transportation map v_w", rule=">= 0", low_included=True),
    Parameter(symbol=nu_u, meaning="sup-norm bound of the transportation map v_u", rule=">= 0", low_included=True),
    Parameter(symbol=delta, meaning="failure probability", rule="in (0, 1)", high=S.One),
    Parameter(symbol=epsilon, meaning="target risk", rule="> 0"),
    Parameter(symbol=tau, meaning="number of iterations", rule="an integer >= 1"),
    Parameter(symbol=eta, meaning="step size", rule="> 0"),
    Parameter(symbol=kappa, meaning="split of the error budget, Theorem 2", rule="in (0, 1/2)", high=S.Half),
)


def parameter(name: str) -> Parameter:
    """Look a parameter up by its name in ``--set``; ValueError listing what exists."""
    for entry in PARAMETERS:
        if entry.name == name:
            return entry
    message = f"unknown symbol {name!r}; symbols are: {' '.join(entry.name for entry in PARAMETERS)}"
    raise ValueError(message)
