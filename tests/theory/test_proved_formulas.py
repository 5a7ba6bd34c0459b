"""Every formula that is evaluated is a side of a step of its statement's proof, so that the checker sees its constants.

Both are compared as numbers at one point. Recursions: every entry (locals put in, except suprema), or the terms that
the proof treats apart, are sides of steps of Lemma 1 or 2.
"""

import hashlib
import math

import pytest
from sympy import Abs, Add, Expr, Sum, Symbol, cos, sin, sqrt

from boundcheck.language import Recurrence, Supremum, to_text
from boundcheck.notation import phi, sigma_z
from boundcheck.theory import statement, statements
from boundcheck.theory.hidden_state_steps import t


def drawn(name):
    """A number in (1, 3) for a symbol, from its name."""
    return 1 + 2 * int(hashlib.sha256(name.encode()).hexdigest()[:12], 16) / 16**12


class At(dict):
    """The point: symbols that the proofs abbreviate have the values of what they stand for."""

    def __missing__(self, name):
        return drawn(name)


def geometric(t, x):
    return sum(x**k for k in range(int(t)))


def weighted(t, x):
    return sum((k + 1) * x**k for k in range(int(t)))


FUNCTIONS = {"sqrt": math.sqrt, "log": math.log, "exp": math.exp, "pi": math.pi, "tanh": math.tanh}
FUNCTIONS |= {"p": geometric, "q": weighted, "max": max, "abs": abs, "__builtins__": {}}
POINT = At(FUNCTIONS, T=5, t=5, delta=0.3, kappa=0.2, c=0.4)
POINT["A"] = drawn("alpha") + drawn("rho_w") / math.sqrt(drawn("m"))
POINT["a"] = POINT["A"] * drawn("sigma1")
POINT["union_root"] = math.sqrt(math.log(2 * drawn("n") * 5 / 0.3))
POINT["tail_root"] = math.sqrt(math.log(1 / 0.3))
# Bounds at t - 1 and the names that different steps have for one thing.
POINT["P"], POINT["P_new"], POINT["P1"] = (geometric(t, POINT["a"]) for t in (4, 5, 3))
POINT["Dw_prev"] = drawn("sigma0") * drawn("sigma1") * POINT["P1"]
POINT["L_prev"] = drawn("sigma1") * drawn("G_prev")


def number(expression, rename=None):
    """Evaluate an expression (in the language of claims) at the point; NaN outside its domain."""
    if expression.has(Sum):
        expression = expression.subs(t, int(POINT["t"])).doit()
    names = {symbol: (rename or {}).get(symbol.name, symbol.name) for symbol in expression.free_symbols}
    text = to_text(expression.xreplace({symbol: Symbol(name, positive=True) for symbol, name in names.items()}))
    try:
        return eval(text, {**POINT}, POINT)  # noqa: S307 - the project's own text
    except (ValueError, ZeroDivisionError):
        return math.nan


def sides(*owners):
    steps = [step for each in owners for step in statement(each).derivation]
    claims = [relation for step in steps for relation in (step.claim.conclusion, *step.claim.given)]
    return [number(side) for each in claims if hasattr(each, "left") for side in (each.left, each.right)]


def is_among(value, known):
    return any(abs(value - side) <= 1e-12 * abs(value) for side in known)


# A bound of a quotient: the step bounds the numerator, with this factor.
FACTORS = {"prop-6b.factor": "R", "prop-6b.factor_w": "R**(1/2)", "prop-6b.factor_u": "R**(1/2)"}
# C is bounded together with its factor 1/sqrt(m).
FACTORS |= {"theorem-1.C": "m**(-1/2)", "theorem-1-descent.C": "m**(-1/2)"}
CLOSED = [
    (f"{item.id}.{quantity.name}", form)
    for item in statements()
    for quantity in item.quantities
    for form in quantity.forms
    if isinstance(form.value, Expr)
]


@pytest.mark.parametrize(("name", "form"), CLOSED, ids=[f"{n}-{f.tier}-{f.variant}" for n, f in CLOSED])
def test_closed_formulas_are_sides_of_steps(name, form):
    if name.startswith("theorem-2.radius_"):  # one step serves w and u
        steps = [step for step in statement("theorem-2").derivation if step.label.startswith("radius-")]
        known = [number(item.right) for step in steps for item in step.claim.given]
        assert form.value.args[0].name == f"nu_{name[-1]}"
        value = max(drawn("nu"), number(form.value.args[1], {f"D_{name[-1]}": "D"}))
    else:
        known = sides(name.partition(".")[0])
        value = number(form.value) * eval(FACTORS.get(name, "1"), {}, POINT)
    assert is_among(value, known)


def entries(recurrence):
    """Yield what a recursion evaluates at each step in the names of the proof, locals other than suprema put in."""
    moduli = {Abs(symbol): Symbol(f"abs_s{k}", positive=True) for k, symbol in enumerate(sigma_z[:3])}
    moduli |= {cos(phi): Symbol("nu_w", positive=True), sin(phi): Symbol("nu_u", positive=True)}
    inside = {symbol: value for symbol, value in recurrence.local if isinstance(value, Expr)}
    kept = {"G", "S_new", "chi", "zeta"}
    for value in (*recurrence.step, *(value for _, value in recurrence.local)):
        body = value.value if isinstance(value, Supremum) else value
        whole = body.xreplace({symbol: item for symbol, item in inside.items() if symbol.name not in kept})
        yield whole.xreplace(moduli)


RECURSIONS = [
    (name, quantity.name, tier)
    for name in ("lemma-1", "lemma-2")
    for quantity in statement(name).quantities
    for tier in ("recursive", "coupled", "directional")
    if not isinstance(quantity.form(tier).value, Expr)
]


@pytest.mark.parametrize(("owner", "name", "tier"), RECURSIONS)
def test_recursions_are_made_of_sides_of_steps(owner, name, tier):
    value = statement(owner).quantity(name).form(tier).value
    recurrence = value if isinstance(value, Recurrence) else value.value
    along, summed = isinstance(value, Supremum), "P" in map(str, recurrence.state)
    rename = {"g3": "gamma3_prev", "g4": "gamma4_prev", "G_t": "G_prev"}
    rename |= {"S": "S_prev", "S_new": "S", "peak": "r"} if along else {"S": f"S_{name[-1]}"}
    known = sides("lemma-1", "lemma-2")
    gradients = {
        (True, False): 2 * drawn("nu_w") * drawn("sigma1") * drawn("S_prev"),
        (False, False): drawn("sigma1") * (drawn("S_w") + drawn("G_prev")),
        (False, True): POINT["Dw_prev"] + POINT["L_prev"],
    }
    chi = gradients[along, summed] + POINT["A"] * drawn("B")
    for entry in entries(recurrence):
        if entry.is_Symbol or entry == sqrt(Symbol("G2", nonnegative=True)):
            continue
        found = []
        for POINT["chi"] in (chi, drawn("chi")):  # put in for the Hessian, a name for higher derivatives
            parts = [number(part, rename) for part in Add.make_args(entry)]
            found.append(is_among(number(entry, rename), [*known, chi]) or all(is_among(part, known) for part in parts))
        POINT.pop("chi")
        assert any(found), entry


def test_the_wrong_constant_is_no_side():
    value = statement("theorem-1").quantity("bound").form(None, "sharpened").value
    known = sides("theorem-1")
    assert is_among(number(value), known)
    for part in value.args:
        assert not is_among(number(value + part), known)
