"""Write the kernels of an activation as a Python module in the cache folder, and import it.

The text is this package's `recurrence` and `features` with the activation's value and slope in place of those of tanh.
It lies in a real file, named by the hash of its own text and of the functions it inlines, so that numba keeps the
machine code beside it: a second process neither generates nor compiles.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boundcheck.network.activation_functions import as_activation, binary_extrema, derivative_expressions
from boundcheck.network.taylor import Series, series_of

if TYPE_CHECKING:
    from types import ModuleType

    import sympy

    from boundcheck.activations import Activation

FUNCTIONS = ("tanh", "exp", "sin", "cos", "atan", "erf", "log", "maximum", "minimum", "sign")
"""Functions of an expression that `elementary` has under the same name."""
PRIVATE = ("absolute", "bounded_tanh", "inverse", "sqrt", "square", "step")
"""Others that it has."""
TANH_REACH = 350.0
"""Arguments that `elementary.bounded_tanh` serves: the power of two in it stays a normal double."""
INLINED = ("lanes", "elementary", "blocks")
"""Modules whose functions are compiled into the generated ones."""
TEMPLATE_IMPORT = re.compile(r"^from boundcheck\.network\.kernels\.tanh import .*$", re.MULTILINE)


class NoKernel(ValueError):
    """The activation has a function without a vectorised form; the NumPy version serves instead."""


def kernels(
    activation: Activation | str, template: str = "recurrence", inputs: int = 0, *, bounded: bool = False
) -> ModuleType:
    """Return the compiled-on-first-use kernels `recurrence` or `features` of the activation.

    Args:    inputs: the input dimension, if it is worth a compilation of its own; 0 for kernels that serve any;
             bounded: faster ones for |z| <= REACH, where `has_bounded_kernels`.
    Raises:  NoKernel if sigma or sigma' uses a function that `elementary` lacks.
    """
    chosen = as_activation(activation)
    return _module(chosen.expression, series_of(chosen), template, inputs, bounded)


def has_bounded_kernels(activation: Activation | str) -> bool:
    """Say whether the activation is A + B tanh(r z + s), whose kernels are faster where |z| is bounded."""
    return _is_affine_tanh(as_activation(activation).expression)


@lru_cache(maxsize=64)
def _is_affine_tanh(expression: sympy.Expr) -> bool:
    z, (sigma, _) = derivative_expressions(expression, 1)
    return affine_tanh(sigma, z) is not None


def has_kernels(activation: Activation | str) -> bool:
    """Say whether the activation and its slope can be written with the functions of `elementary`."""
    chosen = as_activation(activation)
    try:
        activation_source(chosen.expression, series_of(chosen))
    except NoKernel:
        return False
    return True


@lru_cache(maxsize=64)
def _module(
    expression: sympy.Expr, series: tuple[Series, ...], template: str, inputs: int, bounded: bool
) -> ModuleType:
    package = resources.files("boundcheck.network.kernels")
    text = package.joinpath(f"{template}.py").read_text(encoding="utf-8")
    before, after = TEMPLATE_IMPORT.split(text)
    source = f"{before}{activation_source(expression, series, bounded)}\n\nINPUTS = {inputs}\n{after}"
    inlined = "".join(package.joinpath(f"{part}.py").read_text(encoding="utf-8") for part in INLINED)
    digest = hashlib.sha256((source + inlined).encode()).hexdigest()[:24]
    return _import(f"boundcheck_{template}_{digest}", source)


def _import(name: str, source: str) -> ModuleType:
    path = _cache_folder() / f"{name}.py"
    if not path.is_file() or path.read_text(encoding="utf-8") != source:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
            file.write(source)
        os.replace(file.name, path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        message = f"a generated kernel must be importable; got {path}"
        raise ImportError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=1)
def _cache_folder() -> Path:
    """Return $BOUNDCHECK_CACHE, else $XDG_CACHE_HOME/boundcheck, else ~/.cache/boundcheck; else a temporary folder."""
    base = os.environ.get("BOUNDCHECK_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "boundcheck"
    folder = (Path(base) if base else home) / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="boundcheck-kernels-"))


@lru_cache(maxsize=64)
def activation_source(expression: sympy.Expr, series: tuple[Series, ...] = (), bounded: bool = False) -> str:
    """Return the source of value(z), slope(z, h) and PAIR for sigma = expression, with its series near some points.

    bounded: of an `affine_tanh` on |z| <= REACH only.
    """
    import sympy

    z, (sigma, derivative) = derivative_expressions(expression, 1)
    h = sympy.Dummy("h")
    affine = affine_tanh(sigma, z)
    from_value = None if affine is None else affine.slope(h)
    reach, largest = (affine.reach, affine.largest) if bounded and affine else (math.inf, 0.0)
    lines = [
        "from boundcheck.network.kernels.elementary import (  # functions that sigma may use",
        *(f"    {name}," for name in sorted({*FUNCTIONS, *PRIVATE})),
        ")",
        "from boundcheck.network.kernels.lanes import inlined, magnitude, polynomial, same, where_less",
        "",
        f"PAIR = {from_value is None}",
        f"REACH, LARGEST = float('{reach!r}'), {largest!r}",
        *(["tanh = bounded_tanh"] if reach < math.inf else []),
        *_function("value", ("z",), {z: "z"}, sigma, _patches(series, 0)),
        *_function(
            "slope",
            ("z", "h"),
            {z: "z", h: "h"},
            derivative if from_value is None else from_value,
            _patches(series, 1) if from_value is None else [],
        ),
    ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class AffineTanh:
    """sigma(z) = offset + factor tanh(rate z + shift), all constants."""

    offset: sympy.Expr
    factor: sympy.Expr
    rate: sympy.Expr
    shift: sympy.Expr

    @property
    def largest(self) -> float:
        """Return a bound of |sigma|."""
        return (1 + 1e-9) * (abs(float(self.offset)) + abs(float(self.factor)))

    @property
    def reach(self) -> float:
        """Return how large |z| may be in `elementary.bounded_tanh`; below 0: it must not be used."""
        return (TANH_REACH - abs(float(self.shift))) / abs(float(self.rate))

    def slope(self, h: sympy.Symbol) -> sympy.Expr:
        """Return sigma'(z) for h = sigma(z): rate factor (1 - T^2) with T = (h - offset)/factor."""
        import sympy

        return sympy.expand(self.rate * self.factor * (1 - ((h - self.offset) / self.factor) ** 2))


def affine_tanh(sigma: sympy.Expr, z: sympy.Symbol) -> AffineTanh | None:
    """Return the parts of sigma if it is an affine function of one tanh of an affine function of z."""
    import sympy

    tangents = list(sigma.atoms(sympy.tanh))
    if len(tangents) != 1 or not tangents[0].args[0].is_polynomial(z):
        return None
    argument, unit = tangents[0].args[0], sympy.Dummy("T")
    rate, replaced = sympy.diff(argument, z), sigma.subs(tangents[0], unit)
    if replaced.has(z) or rate.has(z) or sympy.degree(replaced, unit) != 1:
        return None
    factor, offset = sympy.Poly(replaced, unit).all_coeffs()
    return AffineTanh(offset=offset, factor=factor, rate=rate, shift=argument.subs(z, 0))


def _patches(series: tuple[Series, ...], order: int) -> list[str]:
    """Return the lines that put sigma^(order)'s Taylor series in the place of `result` near each point."""
    lines = []
    for part in series:
        lines.append(f"    y = z + {-part.point!r}" if part.point else "    y = z")
        coefficients = part.derivative(order)
        parity = next((p for p in (0, 1) if not any(coefficients[1 - p :: 2])), None)
        if parity is None or not any(coefficients):
            code = f"polynomial({coefficients!r}, y)"
        else:
            code = f"polynomial({coefficients[parity::2]!r}, y * y)" + " * y" * parity
        lines.append(f"    result = where_less(magnitude(y), same(y, {part.radius!r}), {code}, result)")
    return lines


def _function(
    name: str, arguments: tuple[str, ...], names: dict[Any, str], expression: sympy.Expr, patches: list[str]
) -> list[str]:
    import sympy

    numbered = sympy.numbered_symbols("x", cls=sympy.Dummy)
    steps, (result,) = sympy.cse([binary_extrema(_in_known_functions(expression))], symbols=numbered)
    names = names | {symbol: f"x{i}" for i, (symbol, _) in enumerate(steps)}
    body = [f"    {names[symbol]} = {_code(step, names)}" for symbol, step in steps]
    returned = _code(result, names)
    if not result.free_symbols:
        returned = f"same({arguments[0]}, {returned})"
    head = ["@inlined", f"def {name}({', '.join(arguments)}):"]
    return ["", "", *head, *body, f"    result = {returned}", *patches, "    return result"]


def _code(expression: sympy.Expr, names: dict[Any, str]) -> str:
    """Print an expression with the functions of `elementary`; scalars are Python floats."""
    import sympy

    if not expression.free_symbols:
        return repr(float(expression))
    if expression.is_Symbol:
        return names[expression]
    if expression.is_Add:
        number, rest = expression.as_coeff_Add()
        parts = [_code(part, names) for part in sympy.Add.make_args(rest)]
        return "(" + " + ".join(parts if number == 0 else [*parts, repr(float(number))]) + ")"
    if expression.is_Mul:
        return _product(expression, names)
    if expression.is_Pow:
        return _power(_code(expression.base, names), expression.exp)
    name = {"Abs": "absolute", "Heaviside": "step"}.get(expression.func.__name__, expression.func.__name__)
    if name not in (*FUNCTIONS, "absolute", "step"):
        message = f"no vectorised form of {expression.func.__name__} is at hand"
        raise NoKernel(message)
    arguments = expression.args[:1] if isinstance(expression, sympy.Heaviside) else expression.args
    return f"{name}({', '.join(_code(part, names) for part in arguments)})"


def _product(expression: sympy.Expr, names: dict[Any, str]) -> str:
    import sympy

    number = sympy.Mul(*(factor for factor in expression.args if not factor.free_symbols))
    codes = [_code(factor, names) for factor in expression.args if factor.free_symbols]
    return f"({' * '.join(codes if number == 1 and codes else [repr(float(number)), *codes])})"


def _power(base: str, exponent: sympy.Expr) -> str:
    """Print base**exponent for a multiple of 1/2, by repeated squaring.

    A negative power is one of the inverse of the base or of its root, so that sigma and sigma' share that division.
    """
    if not (2 * exponent).is_Integer or abs(exponent) > 64:
        message = f"no vectorised form of a power {exponent} is at hand"
        raise NoKernel(message)
    whole, half = divmod(int(2 * abs(exponent)), 2)
    factors = [f"sqrt({base})"] if half else []
    if exponent < 0:
        base = f"inverse({factors[0] if half else base})"
        whole, factors = (int(2 * abs(exponent)), []) if half else (whole, [])
    while whole:
        if whole % 2:
            factors.append(base)
        base, whole = f"square({base})", whole // 2
    return "(" + " * ".join(factors) + ")"


def _in_known_functions(expression: sympy.Expr) -> sympy.Expr:
    """Write hyperbolic and circular functions that `elementary` lacks with those that it has."""
    import sympy

    rules: dict[Any, Any] = {
        sympy.sinh: lambda x: (sympy.exp(x) - sympy.exp(-x)) / 2,
        sympy.cosh: lambda x: (sympy.exp(x) + sympy.exp(-x)) / 2,
        sympy.tan: lambda x: sympy.sin(x) / sympy.cos(x),
        sympy.asinh: lambda x: sympy.log(x + sympy.sqrt(x**2 + 1)),
        sympy.erfc: lambda x: 1 - sympy.erf(x),
    }
    for function, rule in rules.items():
        expression = expression.replace(function, rule)
    return expression
