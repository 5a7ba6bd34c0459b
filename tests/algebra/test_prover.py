from __future__ import annotations

import json
import time

import pytest

from boundcheck.algebra import check, prove, replay
from boundcheck.language import LanguageError, Relation, Statement, parse_claim
from boundcheck.notation import T, a, p, sigma0


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("x**2 + y**2 >= 2*x*y", []),
        ("x + 1/x >= 2", ["x > 0"]),
        ("p(t + 1,x) == 1 + x*p(t,x)", ["integer(t)", "t >= 0", "x >= 0"]),
        ("q(t,x) <= p(t,x)**2", ["integer(t)", "t >= 0", "x >= 0"]),
        ("sqrt(r) <= e + sqrt(e**2 + A)", ["r <= A + 2*e*sqrt(r)", "r >= 0", "e >= 0", "A >= 0"]),
        ("abs(s0) + a*abs(s1)*S <= c0 + a*c1*S", ["abs(s0) <= c0", "abs(s1) <= c1", "a >= 0", "S >= 0"]),
        ("0.1*x <= x/10", []),
        ("p + q >= p", ["q >= 0"]),
        ("x >= 0", ["sqrt(x) >= 1"]),
        ("t >= 1", ["integer(t)", "t > 0"]),
        ("exp(x) >= 1 + x", []),
        ("sum(k, 1, n, 1/(4*k**2 - 1)) == n/(2*n + 1)", ["integer(n)", "n >= 1"]),
        ("sum(k, n + 1, 2*n, 1/k) >= 0", ["integer(n)", "n >= 1"]),
        ("d**2 <= r**2/m", ["d <= r/sqrt(m)", "d >= 0", "r >= 0"]),
        ("y/sqrt(m) <= 11/10*e", ["m >= y**2/e**2", "y >= 0", "e > 0", "m >= 1"]),
        ("x >= y/(1 - k)", ["x >= max(z, (y + w)/(1 - k))", "k < 1", "w >= 0"]),
        ("sqrt(u + 9/10)*p(t - 1, x) <= sqrt(u + 1)*q(t, x)", ["u > 0", "x >= 0", "integer(t)", "t >= 1"]),
        ("sqrt(r) <= e + sqrt(e**2 + A/n)", ["r <= A/n + 2*e*sqrt(r)", "r >= 0", "e >= 0", "A >= 0", "integer(n)"]),
    ],
)
def test_true_claims_are_proved_with_a_certificate_that_replays(claim, given):
    verdict = prove(claim, given, timeout=20)
    assert verdict.status == "proved", verdict.reason
    assert replay(json.loads(json.dumps(verdict.certificate)))
    assert verdict.counterexample is None
    assert verdict.method


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("x + 1/x >= 2", ["x >= -5"]),
        ("x**2 > 0", []),
        ("sqrt(x**2) == x", []),
        ("x < sqrt(2)", ["x**2 <= 2"]),
        ("p(t,x) <= t", ["integer(t)", "t >= 1", "x >= 0"]),
        ("t >= 1", ["t > 0"]),
        ("x == 1", ["x**2 == 1"]),
        ("1/x > 0", []),
        ("p(t+1,x) == 1 + abs(x)*p(t,x)", ["integer(t)"]),
    ],
)
def test_false_claims_are_refuted_by_a_witness_that_replays(claim, given):
    verdict = prove(claim, given, timeout=20)
    assert verdict.status == "refuted", verdict.reason
    assert verdict.counterexample
    assert all(isinstance(value, str) for value in verdict.counterexample.values())
    assert replay(json.loads(json.dumps(verdict.certificate)))


@pytest.mark.parametrize(
    ("claim", "given", "needs"),
    [
        ("sqrt(x) >= 0", [], "x >= 0"),
        ("x/x == 1", [], "x != 0"),
        ("0*log(x) == 0", [], "x > 0"),
        ("sqrt(x)**2 == x", [], "x >= 0"),
        ("p(t,x) >= 0", [], "integer(t)"),
        ("sum(k, 0, t, 1) == t + 1", ["integer(t)"], "t + 1 >= 0"),
        ("x**t >= 0", ["x >= 0"], "x > 0"),
        ("(x**2 - 1)/(x - 1) == x + 1", [], "x - 1 != 0"),
    ],
)
def test_domain_trouble_is_undecided_and_names_the_condition(claim, given, needs):
    verdict = prove(claim, given, timeout=5)
    assert verdict.status == "undecided"
    assert "domain trouble" in verdict.reason
    assert needs in verdict.reason


@pytest.mark.parametrize("claim", ["sum(k, 0, n, 1/k) >= 0", "sum(k, 1, n, 1/(2*k - 1/4)) >= -n"])
def test_no_point_is_named_for_a_summand_without_a_value_whose_index_it_cannot_hold(claim):
    verdict = prove(claim, ["integer(n)", "n >= 1"], timeout=2)
    assert verdict.status != "refuted"
    assert "fails within" not in verdict.reason


@pytest.mark.parametrize(
    "given", [["x < 0", "x > 1"], ["x**2 < 0"], ["x + y <= 1", "x >= 1", "y >= 1"], ["x >= 0", "x == -1"]]
)
@pytest.mark.parametrize("claim", ["x >= 5", "x < 5"])
def test_hypotheses_that_contradict_one_another_are_named(claim, given):
    verdict = prove(claim, given, timeout=10)
    assert verdict.status == "undecided"
    assert "contradict" in verdict.reason
    assert replay(verdict.certificate)
    assert verdict.certificate["kind"] == "contradiction"


def test_out_of_time_is_undecided_and_says_so():
    verdict = prove("q(t,x) <= p(t,x)**2", ["integer(t)", "t >= 0", "x >= 0"], timeout=0.001)
    assert verdict.status == "undecided"
    assert "out of time" in verdict.reason


def test_the_timeout_bounds_a_hard_claim():
    hard = "x**8*y**8*z**8 + w**24 + 1 >= 3*x**5*y**5*z**5*w**2 - a*b*c*d*w*x*y*z + a**12 - a**11"
    start = time.monotonic()
    assert prove(hard, timeout=1.0).status != "proved"
    assert time.monotonic() - start < 10


def test_a_verdict_is_no_truth_value():
    verdict = prove("x >= x")
    with pytest.raises(TypeError, match="status"):
        bool(verdict)
    assert set(verdict.to_json()) >= {"id", "status", "method", "certificate", "counterexample", "seconds"}
    json.dumps(verdict.to_json())


def test_an_id_is_no_statement():
    with pytest.raises(TypeError, match="takes a Statement; got 'prop-4'"):
        check("prop-4")


def test_objects_are_taken_as_well_as_text():
    assert prove(Relation(p(T, a), "<=", (1 + sigma0) * p(T, a))).status == "proved"
    assert prove(parse_claim("x*y >= 0", ["x >= 0", "y >= 0"])).status == "proved"
    statement = Statement(id="mine", hypotheses=("x > 0",), derivation=("x + 1/x >= 2", "x >= 1"))
    assert [(v.id, v.status) for v in check(statement)] == [("mine/1", "proved"), ("mine/2", "refuted")]


@pytest.mark.parametrize(
    "claim",
    ["x", "x <= y <= z", "foo(x) >= 0", "(x >= 0", "x.real >= 0", "_x >= 0", "a__b >= 0", "x" * 10**6, "9**9**9 >= 0",
     "(" * 10**4 + "x" + ")" * 10**4 + " >= 0", "1/0 >= 0", "'a' >= 0", ""],
)  # fmt: skip
def test_bad_text_is_refused_in_one_line(claim):
    start = time.monotonic()
    with pytest.raises(LanguageError) as caught:
        prove(claim)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - start < 5


def test_huge_but_legal_claims_end_within_reason():
    for claim in ("(x + y + z + w)**300 >= 0", "p(100000, x) >= 1", "sum(k, 0, 1000000, k*x) >= x", "x**4000 >= 0"):
        assert prove(claim, timeout=2).status in ("undecided", "proved", "refuted")


CONVERGENCE = [
    # what proofs of convergence need: requirements on width and iterations, geometric sums, exponentials, extrema
    ("2*exp(-m*epsilon**2/2) <= delta", "m >= 2*log(2/delta)/epsilon**2; delta > 0; epsilon > 0", "log(2/", "log(1/"),
    ("x**t*R <= epsilon", "t >= log(R/epsilon)/(1 - x); 0 < x; x < 1; R > 0; epsilon > 0; integer(t); t >= 0",
     "/(1 - x)", "/(2 - 2*x)"),
    ("sum(k, 0, t - 1, exp(-eta*k)) <= 1/(1 - exp(-eta))", "integer(t); t >= 1; eta > 0", "<= 1/", "<= 999/1000/"),
    ("sum(k, 0, t - 1, a**(t - 1 - k)) == p(t, a)", "integer(t); t >= 1; a >= 0", "t - 1 - k", "t - k"),
    ("2*n*e**2 >= log(2/delta)", "2*exp(-2*n*e**2) <= delta; n > 0; e > 0; delta > 0; delta < 1", "log(2", "log(3"),
    ("exp(lam**2*s**2/2 - lam*e) >= exp(-e**2/(2*s**2))", "s > 0; lam > 0; e > 0", "(2*s**2)", "(3*s**2)"),
    ("(1 - x)**n <= 1/(1 + n*x)", "integer(n); n >= 0; 0 <= x; x <= 1", "1 + n*x", "1 + 11/10*n*x"),
    ("sum(k, t, 2*t, k) == 3*t*(t + 1)/2", "integer(t); t >= 0", "3*t", "2*t"),
    ("sum(k, n, 2*n - 1, x**k) == x**n*p(n, x)", "integer(n); n >= 1; x >= 0", "2*n - 1", "2*n"),
    ("log(x) <= x*exp(-2) + 1", "x > 0", "+ 1", "+ 999/1000"),
    ("x**s >= x**t", "0 <= x; x <= 1; integer(s); integer(t); 0 <= s; s <= t", "x <= 1", "x <= 2"),
    ("(x**s)**t == x**(s*t)", "integer(s); integer(t); s >= 0; t >= 0", "s*t", "s + t"),
    ("p(t, x)**2 <= t*p(t, x**2)", "integer(t); t >= 0", "<= t*", "<= (t - 1)*"),
    ("(1 + x)**t >= 1 + t*x", "x >= -2; integer(t); t >= 0", "x >= -2", "x >= -3"),
    ("erf(x)**2 <= 1 - exp(-4*x**2/pi)", "", "4*x", "(3 + 9/10)*x"),
    ("y - y**3 <= 2*sqrt(3)/9", "y >= 0", "2*sqrt(3)/9", "2*sqrt(3)/9 - 1/10000"),
    ("x**2*y <= 2/5", "x**2 + y**2 <= 1", "2/5", "3/8"),
    ("max(abs(x), abs(y)) <= sqrt(x**2 + y**2)", "", "y**2)", "y**2/2)"),
    ("exp(1000)*x >= x", "x >= 0", "x >= 0", "x >= -1"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "given", "part", "changed"), CONVERGENCE)
def test_claims_of_convergence_proofs_and_what_is_false_beside_them(claim, given, part, changed):
    hypotheses = [text.strip() for text in given.split(";") if text.strip()]
    verdict = prove(claim, hypotheses, timeout=30)
    assert verdict.status == "proved", verdict.reason
    assert replay(verdict.certificate)
    assert (part in claim) or (part in given)
    false = prove(claim.replace(part, changed), [text.replace(part, changed) for text in hypotheses], timeout=10)
    assert false.status == "refuted", false.reason


@pytest.mark.parametrize(
    ("claim", "given", "said"),
    [
        (3, (), r"^prove takes text such as 'x \+ 1/x >= 2', a Relation, Claim or Step; got 3$"),
        (None, (), "got None"),
        (b"x >= x", (), "got b'x >= x'"),
        ("x >= x", 3, r"^given takes a list of hypotheses, each text such as 'x > 0', a Relation or IsInteger; got 3$"),
        ("x >= x", None, "got None"),
        ("x >= x", "x > 0", "got 'x > 0'$"),
        ("x >= x", [3], "got 3 in it$"),
        ("x >= x", ["x > 0", None], "got None in it$"),
    ],
)
def test_another_kind_of_claim_or_hypothesis_is_named(claim, given, said):
    with pytest.raises(TypeError, match=said):
        prove(claim, given)
