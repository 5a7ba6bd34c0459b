"""A closed formula of a quantity is a side of a step of its statement's derivation, or is listed here as not."""

from sympy import Symbol, log, sqrt

from boundcheck.language import Recurrence, Supremum
from boundcheck.notation import T, a, delta, n
from boundcheck.theory import statements

# Not a side of a step, letter for letter: the step has abstract symbols, only one side of a square, or is missing.
ALL = ("classic", "sharpened", "lyapunov")
OPEN = {
    *((name, None, each) for name in ("theorem-1.C", "theorem-1.width", "theorem-1.iterations") for each in ALL),
    *((f"theorem-2.{name}", None, each) for name in ("radius_w", "radius_u", "width") for each in ALL),
    ("theorem-2.iterations", None, "classic"),
    ("theorem-2.iterations", None, "lyapunov"),
    ("corollary-1.bound", None, "classic"),
    ("corollary-1.bound", None, "sharpened"),
    *((f"prop-6b.{name}", None, None) for name in ("factor", "factor_w", "factor_u")),
    ("prop-2b.erf", None, None),
    ("prop-2b.gaussian", None, None),
    ("lemma-2.Lambda", "recursive", None),
    ("lemma-2.chi", "paper", None),
}


def spelled(expression):
    """Text in the symbols of the derivations: t for T, a for alpha_m sigma_1, names for roots of logarithms."""
    roots = {sqrt(log(2 * n * T / delta)): Symbol("union_root"), sqrt(log(1 / delta)): Symbol("tail_root")}
    return str(expression.xreplace(roots).subs(a, Symbol("a")).subs(T, Symbol("t"))).replace("t - 1 + 1", "t")


def unproved():
    for statement in statements():
        claims = [relation for step in statement.derivation for relation in (step.claim.conclusion, *step.claim.given)]
        sides = {spelled(side) for each in claims if hasattr(each, "left") for side in (each.left, each.right)}
        for quantity in statement.quantities:
            for form in quantity.forms:
                if not isinstance(form.value, (Recurrence, Supremum)) and spelled(form.value) not in sides:
                    yield f"{statement.id}.{quantity.name}", form.tier, form.variant


def test_closed_formulas_are_sides_of_steps():
    assert set(unproved()) == OPEN
