"""The small checker alone: what it accepts, and that no altered certificate passes unless it still proves its claim."""

from __future__ import annotations

import ast
import copy
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from boundcheck.algebra import prove, replay

CLAIMS = [
    ("x + 1/x >= 2", ["x > 0"]),
    ("q(t,x) <= t*p(t,x)", ["integer(t)", "t >= 0", "x >= 0"]),
    ("sqrt(r) <= f + sqrt(f**2 + A)", ["r <= A + 2*f*sqrt(r)", "r >= 0", "f >= 0", "A >= 0"]),
    ("a*c <= b*d", ["0 <= a", "a <= b", "0 <= c", "c <= d"]),
    ("tanh(x) >= x - x**3/3", ["x >= 0"]),
    ("x**5 - x + 1 > 0", ["x >= 0", "x <= 2"]),
    ("abs(x + y) <= abs(x) + abs(y)", []),
    ("sum(k, 1, n, k) == n*(n + 1)/2", ["integer(n)", "n >= 1"]),
    ("y**2 <= 4", ["x == 1/2", "y == 4*x"]),
    ("x**2 > 2", ["x > 3/2"]),
]


@pytest.fixture(scope="module")
def certificates():
    found = []
    for claim, given in CLAIMS:
        verdict = prove(claim, given, timeout=20)
        assert verdict.status == "proved", (claim, verdict.reason)
        found.append(json.loads(json.dumps(verdict.certificate)))
    return found


def test_certificates_survive_json_and_are_accepted(certificates):
    for certificate in certificates:
        result = replay(certificate)
        assert result, result.reason
        assert result.accepted is True


def false_variants(claim):
    """Change a true claim into false ones."""
    left, op, right = claim.partition(">=") if ">=" in claim else claim.partition("<=")
    if op:
        yield f"{left}{op}({right}){'+' if op == '>=' else '-'}1000*(1 + 0*({right}))"


def test_the_same_steps_do_not_prove_another_claim(certificates):
    for certificate in certificates:
        for claim in false_variants(certificate["claim"]):
            assert not replay({**certificate, "claim": claim}), claim
        assert not replay({**certificate, "claim": "0 >= 1"})


def test_hypotheses_cannot_be_left_out(certificates):
    """Each hypothesis of these claims is needed; without one the steps must fail."""
    needed = {0: [0], 2: [0], 3: [0, 1, 2, 3], 4: [0], 8: [0, 1], 9: [0]}
    for k, places in needed.items():
        for place in places:
            given = [text for j, text in enumerate(certificates[k]["given"]) if j != place]
            assert not replay({**certificates[k], "given": given}), (CLAIMS[k], place)


def places(value, path=()):
    """Yield the path of every leaf."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for k, item in enumerate(value):
            yield from places(item, (*path, k))
        if value:
            yield path
    else:
        yield path


def altered(value):
    """Return other values for a leaf."""
    if isinstance(value, bool):
        return [not value, None, 3]
    if isinstance(value, int):
        return [value + 1, value - 1, -1, 10**9, "1", None]
    if isinstance(value, str):
        changed = [f"({value})*2" if value else "2", f"-({value})", value[:-1]]
        return ["", "0", "1", "-1", "x", *changed, "1/0", "sqrt(-1)", 7]
    if isinstance(value, list):
        return [value[1:], value[:-1], value[::-1], []]
    return [0]


def put(certificate, path, value):
    changed = copy.deepcopy(certificate)
    here = changed
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return changed


def get(certificate, path):
    for key in path:
        certificate = certificate[key]
    return certificate


def test_altering_any_datum_of_the_steps_never_proves_a_false_claim(certificates):
    """With the claim made false, no alteration of any one field may be accepted."""
    for certificate in certificates:
        for claim in false_variants(certificate["claim"]):
            wrong = {**certificate, "claim": claim}
            for path in places(certificate["steps"], ("steps",)):
                for value in altered(get(certificate, path))[:2]:
                    assert not replay(put(wrong, path, value)), (claim, path, value)


def test_altering_what_matters_is_rejected(certificates):
    """Coefficients, facts, squares and axiom instances: most alterations spoil the proof, and none crashes."""
    changes = [
        put(certificate, path, value)
        for certificate in certificates
        for path in places(certificate["steps"], ("steps",))
        if path[-1] not in ("goal", "rule", "name")
        for value in altered(get(certificate, path))
        if value != get(certificate, path)
    ]
    sample = random.Random(5).sample(changes, 300)
    rejected = sum(not replay(change) for change in sample)
    assert rejected > 0.75 * len(sample), (rejected, len(sample))


@pytest.mark.parametrize(
    "certificate",
    [
        None, 3, "text", [], {}, {"kind": "proof"}, {"kind": 7}, {"kind": "unknown", "claim": "x >= 0"},
        {"kind": "proof", "claim": "x >= 0", "given": "x >= 0", "steps": []},
        {"kind": "proof", "claim": "x >= 0", "given": ["x >= 0"], "steps": [{"rule": "combination"}]},
        {"kind": "proof", "claim": "x >= 0", "given": [], "steps": [{"rule": "axiom", "name": "nothing", "with": {}}]},
        {"kind": "proof", "claim": "x >= 0", "given": [], "steps": [{"rule": ["a"]}]},
        {"kind": "proof", "claim": "__import__('os') >= 0", "given": [], "steps": []},
        {"kind": "proof", "claim": "x/x == 1", "given": [], "steps": []},
        {"kind": "proof", "claim": "sqrt(x)**2 == x", "given": [], "steps": []},
        {"kind": "refutation", "claim": "x > 0", "given": [], "point": {}},
        {"kind": "refutation", "claim": "x > 0", "given": ["x > 1"], "point": {"x": "0"}},
        {"kind": "refutation", "claim": "x > 0", "given": [], "point": {"x": "1"}},
        {"kind": "refutation", "claim": "x > 0", "given": [], "point": {"x": "1/0"}},
        {"kind": "refutation", "claim": "sqrt(x) >= 0", "given": [], "point": {"x": "-1"}},
        {"kind": "refutation", "claim": "t >= 0", "given": ["integer(t)"], "point": {"t": "-1/2"}},
        {"kind": "contradiction", "given": ["x >= 0"], "steps": []},
    ],
)  # fmt: skip
def test_what_proves_nothing_is_rejected_with_a_reason(certificate):
    result = replay(certificate)
    assert not result
    assert result.reason


@pytest.mark.parametrize(
    "claim",
    [
        "sum(i, 1, n, sum(j, -10, 2*i, j)) >= 0",
        "sum(i, 1, n, sum(j, -n - 10, 2*i, j)) >= -1",
        "sum(i, 1, n, sum(j, 1, n, i*sum(k, 1, n, j*k))) == n*sum(k, 1, n, k)*sum(k, 1, n, k**2)",
        "sum(k, 1, n, sum(k, k, k, k)) == n**2",
    ],
)
def test_the_index_of_an_inner_sum_is_not_taken_for_that_of_an_outer_one(claim):
    """False at n = 1 or n = 2; an inner end that names the outer index says nothing of the inner index."""
    certificate = {"kind": "proof", "claim": claim, "given": ["integer(n)", "n >= 1"]}
    assert not replay({**certificate, "steps": []})
    assert not replay({**certificate, "steps": [{"rule": "sight", "goal": claim}]})


def combination(*terms, goal="x >= 0", given=()):
    steps = [{"rule": "contradiction", "goal": goal, "steps": [{"rule": "combination", "terms": list(terms)}]}]
    return {"kind": "proof", "claim": goal, "given": list(given), "steps": steps}


def test_signs_of_products_are_checked():
    assert replay(combination({"c": "1", "facts": [[1, 1]]}, {"c": "1", "facts": [[0, 1]]}, given=["x >= 0"]))
    assert not replay(combination({"c": "1", "facts": [[0, 1]]}, {"c": "1", "times": "x"}))
    assert not replay(combination({"c": "-1", "facts": [[0, 1]]}, {"c": "-1", "facts": [[0, 1]]}))
    assert not replay(combination({"c": "0", "facts": [[0, 1]]}))
    assert not replay(combination({"c": "1", "facts": [[0, 1]]}, {"c": "-1", "facts": [[0, 1]]}))
    assert not replay(combination({"c": "1", "facts": [[0, 2]]}, {"c": "-1", "square": "x"}))
    assert not replay(combination({"c": "1e3", "facts": [[0, 1]]}))
    assert not replay(combination({"c": 1, "facts": [[0, 1]]}))


def test_a_weak_combination_does_not_prove_a_strict_claim():
    terms = ({"c": "1", "facts": [[0, 1]]}, {"c": "1", "square": "x"})
    assert not replay(combination(*terms, goal="x**2 > 0"))
    assert replay(combination(*terms, goal="x**2 >= 0"))


def test_induction_needs_an_integer_and_uses_no_other_hypothesis_on_it():
    step = {"rule": "induction", "variable": "t", "from": "0", "goal": "t >= 0", "base": [], "step": []}
    claim = {"kind": "proof", "claim": "t >= 0", "steps": [step]}
    assert replay({**claim, "given": ["integer(t)", "t >= 0"]})
    assert not replay({**claim, "given": ["t >= 0"]})
    assert not replay({**claim, "given": ["integer(t)"]})
    looped = {**step, "goal": "t <= 3"}
    assert not replay({"kind": "proof", "claim": "t <= 3", "given": ["integer(t)", "t >= 0"], "steps": [looped]})


def test_cases_must_cover_every_sign():
    for operators, good in ((("<", ">"), False), (("<=", ">"), True), ((">=",), False), (("<", "==", ">"), True)):
        above = {"rule": "axiom", "name": "abs-above", "with": {"u": "x"}}
        branches = [{"op": op, "steps": [above]} for op in operators]
        step = {"rule": "cases", "on": "x", "goal": "abs(x) >= x", "branches": branches}
        claim = {"kind": "proof", "claim": "abs(x) >= x", "given": [], "steps": [step]}
        assert bool(replay(claim)) is good, operators


def test_a_slope_needs_the_right_direction_and_a_continuous_term():
    step = {"rule": "slope", "variable": "x", "direction": "+", "from": "0", "start": [], "slope": []}
    step["goal"] = "x**3 >= 0"
    claim = {"kind": "proof", "claim": "x**3 >= 0", "given": ["x >= 0"], "steps": [step]}
    assert replay(claim)
    assert not replay({**claim, "given": []})
    assert not replay({**claim, "given": ["x >= -1"], "steps": [{**step, "from": "-1"}]})
    jump = {**step, "goal": "0**x <= 1/2", "from": "1"}
    assert not replay({"kind": "proof", "claim": "0**x <= 1/2", "given": ["x >= 1"], "steps": [jump]})
    pole = {**step, "goal": "-1/x >= 1", "from": "-1"}
    assert not replay({"kind": "proof", "claim": "-1/x >= 1", "given": ["x >= -1"], "steps": [pole]})


def test_boxes_must_cover_and_be_decided():
    step = {"rule": "boxes", "goal": "x**2 + 1 > x", "box": {"x": ["0", "1"]}, "cover": "leaf"}
    claim = {"kind": "proof", "claim": "x**2 + 1 > x", "given": ["x >= 0", "x <= 1"]}
    cut = {**step, "cover": ["x", "1/2", "leaf", "leaf"]}
    assert replay({**claim, "steps": [cut]})
    assert not replay({**claim, "steps": [{**cut, "box": {"x": ["0", "1/2"]}}]})
    for place in ("2", "1/0", "sqrt(-1)", "x"):
        assert not replay({**claim, "steps": [{**cut, "cover": ["x", place, "leaf", "leaf"]}]}), place
    assert not replay({**claim, "steps": [{**cut, "box": {}}]})
    false = {**step, "goal": "x**2 > x - 1/5", "cover": ["x", "1/2", "leaf", "leaf"]}
    assert not replay({**claim, "claim": "x**2 > x - 1/5", "steps": [false]})


TRUSTED = sorted(
    "axioms balls boxes checker context definedness hypotheses normal polynomials quotients refusals rules "
    "rules.analysis rules.arithmetic rules.logic rules.sums signs slopes steps sum_forms terms witness".split()
)


def trusted_sources():
    import boundcheck.algebra

    root = Path(boundcheck.algebra.__file__).parent
    paths = {name: name.replace(".", "/") if name != "rules" else "rules/__init__" for name in TRUSTED}
    return {name: (root / f"{path}.py").read_text(encoding="utf-8") for name, path in paths.items()}


def test_what_must_be_trusted_stays_small():
    sources = trusted_sources().values()
    assert sum(len(source.splitlines()) for source in sources) < 2610
    assert sum(map(lines_of_code, sources)) < 1730


def test_the_checker_proper_with_its_rules_stays_below_300_lines():
    sources = trusted_sources()
    proper = [name for name in sources if name == "checker" or name.split(".")[0] == "rules"]
    assert len(proper) == 6
    assert sum(lines_of_code(sources[name]) for name in proper) <= 300


def lines_of_code(source):
    """Count lines that are neither blank, nor comments, docstrings or imports: how a file is cut up does not matter."""
    silent = set()
    for node in ast.walk(ast.parse(source)):
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if text or isinstance(node, (ast.Import, ast.ImportFrom)):
            silent.update(range(node.lineno, node.end_lineno + 1))
    lines = enumerate(source.splitlines(), 1)
    return sum(bool(line.strip()) and not line.strip().startswith("#") and k not in silent for k, line in lines)


def test_lines_of_code_are_counted():
    assert lines_of_code('"""Text\nof two lines."""\n\nimport ast\n\n# a comment\nx = (\n    1\n)\n') == 3


def test_replay_stays_a_function():
    import boundcheck
    import boundcheck.algebra
    from boundcheck.algebra import checker

    assert boundcheck.replay is boundcheck.algebra.replay is checker.replay


def test_the_checker_needs_neither_sympy_nor_the_tactics():
    code = (
        "import sys\n"
        "from boundcheck.algebra import replay\n"
        "step = {'rule': 'combination', 'terms': [{'c': '1', 'facts': [[0, 1]]}, {'c': '1', 'square': 'x'}]}\n"
        "claim = {'kind': 'proof', 'claim': 'x**2 >= 0', 'given': [],\n"
        "         'steps': [{'rule': 'contradiction', 'goal': 'x**2 >= 0', 'steps': [step]}]}\n"
        "assert replay(claim)\n"
        "bad = [name for name in sys.modules if name.split('.')[0] in ('sympy', 'numpy', 'scipy', 'mpmath')]\n"
        "bad += [name for name in sys.modules if name.startswith('boundcheck') and 'tactics' in name]\n"
        "assert not bad, bad\n"
        "used = sorted(n.removeprefix('boundcheck.algebra.') for n in sys.modules if 'boundcheck.algebra.' in n)\n"
        f"assert used == {TRUSTED}, used\n"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("claim", "summand"), [("x**2 > 0", "1/x"), ("x >= 0", "sqrt(x)"), ("x > 0", "log(x)"), ("x**2 > 0", "x**(-k)")]
)
def test_an_empty_sum_says_nothing_about_where_its_summand_has_a_value(claim, summand):
    given = [f"sum(k, 0, t - 1, {summand}) < 5", "integer(t)", "t == 0"]
    steps = [
        {"rule": "combination", "terms": [{"c": "1", "facts": [[1, 1]]}, {"c": "1", "facts": [[0, 1]], "times": "x"}]},
        {"rule": "eliminate", "variable": "t", "by": "0", "goal": claim, "steps": [{"rule": "sight", "goal": claim}]},
    ]
    for chosen in (steps, steps[:1], steps[1:]):
        assert not replay({"kind": "proof", "claim": claim, "given": given, "steps": chosen})
    assert prove(claim, given, timeout=3).status == "refuted"
