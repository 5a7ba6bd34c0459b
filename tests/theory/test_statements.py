"""The statements as data: they are complete, connected, readable back from text, and their steps "
"hold at random points."""

import math
import random

import mpmath
import pytest
import sympy

from boundcheck import theory
from boundcheck.language import Form, IsInteger, Recurrence, Supremum, parse_relation
from boundcheck.notation import p, q

CONTRACT = (
    "prop-1 prop-2 prop-2a prop-2b lemma-1 lemma-2 prop-3 prop-3-rms prop-4 prop-4b prop-5 "
    "prop-5-symmetric prop-6 prop-6b "
    "theorem-1 theorem-1-any-target corollary-1 theorem-2 certificate-a certificate-b remark-1 "
    "remark-3 remark-5 remark-6 "
    "remark-7"
).split()
EVERYTHING = (*theory.statements(), *theory.findings())
STEPS = [(item.id, step) for item in EVERYTHING for step in item.derivation]
NAMES = [f"{owner}/{step.label}" for owner, step in STEPS]


def test_every_id_of_the_contract_exists():
    assert set(CONTRACT) <= {item.id for item in theory.statements()}
    assert {quantity.name for quantity in theory.statement("lemma-1").quantities} >= {"D_w", "D_u", "L", "beta"}
    assert {quantity.name for quantity in theory.statement("lemma-2").quantities} >= {"Lambda", "chi"}


def test_ids_and_step_labels_are_unique():
    ids = [item.id for item in EVERYTHING]
    assert len(set(ids)) == len(ids)
    assert len(set(NAMES)) == len(NAMES)


def test_dependencies_form_a_graph_without_cycles():
    depends = {item.id: item.depends_on for item in EVERYTHING}
    done: set[str] = set()

    def visit(identifier: str, path: tuple[str, ...]) -> None:
        assert identifier not in path, f"cycle through {identifier}"
        for other in depends[identifier]:
            visit(other, (*path, identifier))
        done.add(identifier)

    for identifier in depends:
        visit(identifier, ())
    assert done == set(depends)


def test_every_statement_has_a_derivation_a_source_and_a_formula():
    for item in EVERYTHING:
        assert item.derivation, item.id
        assert item.relation, item.id
        assert item.source.where, item.id


def _expressions(form: Form):
    stack = [form.value]
    while stack:
        value = stack.pop()
        if isinstance(value, Recurrence):
            stack += [*value.start, *value.step, value.output, *(entry for _, entry in value.local)]
        elif isinstance(value, Supremum):
            stack.append(value.value)
        else:
            yield value


def test_theory_holds_no_floats():
    for item in EVERYTHING:
        for quantity in item.quantities:
            for form in quantity.forms:
                assert not any(expression.has(sympy.Float) for expression in _expressions(form)), (
                    item.id,
                    quantity.name,
                )


def test_references_resolve():
    for item in EVERYTHING:
        for quantity in item.quantities:
            for form in quantity.forms:
                for symbol, reference in form.where:
                    theory.quantity(reference.quantity)
                    assert any(symbol in expression.free_symbols for expression in _expressions(form))


@pytest.mark.parametrize(("owner", "step"), STEPS, ids=NAMES)
def test_steps_read_back_from_their_text(owner, step):
    claim = step.claim.explicit()
    symbols = {symbol.name: symbol for symbol in claim.free_symbols}
    for relation in (claim.conclusion, *(item for item in claim.given if not isinstance(item, IsInteger))):
        again = parse_relation(relation.text, symbols)
        assert (again.left - relation.left).equals(0), relation.text
        assert (again.right - relation.right).equals(0), relation.text


def _sample(step, generator: random.Random):
    """Draw a point of the step's hypotheses: free symbols at random, defined and bounded ones within their bound."""
    values = {}
    symbols = sorted(step.claim.free_symbols, key=lambda symbol: symbol.name)
    for symbol in symbols:
        low = 1 if symbol.is_integer else 0
        values[symbol] = (
            sympy.Integer(generator.randint(low, 5))
            if symbol.is_integer
            else sympy.Rational(generator.randint(0 if not symbol.is_positive else 1, 40), 20)
        )
        if symbol.is_nonnegative is None and generator.random() < 0.5:
            values[symbol] = -values[symbol]
    for item in step.claim.given:
        if not isinstance(item, IsInteger) and item.left.is_Symbol and item.op in ("==", "<="):
            bound = sympy.sympify(item.right).subs(values, simultaneous=True)
            if bound.is_finite and bound.is_real:
                factor = 1 if item.op == "==" else sympy.Rational(generator.randint(0, 20), 20)
                values[item.left] = bound * factor
    return values


def _holds(relation, values) -> bool | None:
    def number(expression):
        value = expression.subs(values).doit()
        for function in (p, q):
            value = value.replace(function, lambda t, x, f=function: f(t, x).expand(func=True))
        try:
            return mpmath.mpf(sympy.N(value, 30))
        except (TypeError, ValueError, AttributeError):
            return None

    left, right = number(relation.left), number(relation.right)
    if left is None or right is None or not (math.isfinite(left) and math.isfinite(right)):
        return None
    slack = mpmath.mpf("1e-20") * (1 + abs(left) + abs(right))
    return {
        "==": abs(left - right) <= slack,
        "<=": left <= right + slack,
        "<": left < right + slack,
        ">=": left >= right - slack,
        ">": left > right - slack,
    }[relation.op]


@pytest.mark.slow
@pytest.mark.parametrize(("owner", "step"), STEPS, ids=NAMES)
def test_no_sampled_point_violates_a_step(owner, step):
    generator = random.Random(owner + step.label)
    for _ in range(12):
        values = _sample(step, generator)
        given = [item for item in step.claim.given if not isinstance(item, IsInteger)]
        if all(_holds(item, values) for item in given):
            assert _holds(step.claim.conclusion, values) is not False, values


def test_unknown_names_list_what_exists():
    with pytest.raises(ValueError, match="statements are: prop-1"):
        theory.statement("lemma-9")
    with pytest.raises(ValueError, match="D_w D_u L beta"):
        theory.quantity("lemma-1.X")
    with pytest.raises(ValueError, match="named as in lemma-1.L"):
        theory.quantity("lemma-1")
    with pytest.raises(ValueError, match="tiers are: paper recursive coupled directional"):
        theory.quantity("lemma-1.L").form("loose")
    with pytest.raises(ValueError, match="variants are: classic sharpened lyapunov"):
        theory.quantity("theorem-1.bound").form("paper", "best")
