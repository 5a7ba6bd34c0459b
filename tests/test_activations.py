"""Activations: exact constants against certified ones, a user's own, and refusals with their reason."""

import pickle
import time
from fractions import Fraction

import mpmath
import pytest
import sympy

import boundcheck as bc
from boundcheck.activations import ACTIVATIONS, Activation, activation
from boundcheck.enclosure.closed_form import closed_form
from boundcheck.enclosure.supremum import derivative_supremum
from boundcheck.notation import z

SMOOTH = [name for name in ACTIVATIONS if name != "relu"]
TABLE = {
    "tanh": ("1", "1", "0.769800358919501019345531707335"),
    "logistic": ("1", "0.25", "0.0962250448649376274181914634169"),
    "gaussian": ("1", "0.606530659712633423603799534991", "1"),
    "erf": ("1", "1.12837916709551257389615890312", "0.967882898076573399191320771742"),
    "sin": ("1", "1", "1"),
    "arctan": ("1.57079632679489661923132169163", "1", "0.649519052838328985072792378064"),
    "algebraic": ("1", "1", "0.858650103359919243421122688792"),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_exact_constants_are_the_certified_suprema(name):
    found = activation(name)
    for order in range(5):
        exact = found.constant(order).enclosure(25)
        certified = derivative_supremum(found.expression, z, order, 25).value
        assert exact.overlaps(certified)
        assert certified.relative_width < 1e-25
        assert exact.relative_width < 1e-25


@pytest.mark.parametrize("name", SMOOTH)
def test_the_constants_of_equation_4(name):
    for order, text in enumerate(TABLE[name]):
        value = activation(name).constant(order).enclosure(30)
        assert abs(value.midpoint - Fraction(text)) <= Fraction(text) * Fraction(1, 10**28)


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_and_parity(name):
    found = activation(name)
    for order in range(1, 5):
        difference = found.derivative(order) - sympy.diff(found.expression, z, order)
        for point in (-1.3, 0.2, 2.5):
            assert abs(difference.subs(z, point).evalf(20)) < 1e-12
    mirrored = found.expression.subs(z, -z)
    assert found.parity == {"gaussian": "even", "logistic": None}.get(name, "odd")
    assert sympy.simplify(mirrored - found.expression) == 0 or found.parity != "even"
    assert sympy.simplify(mirrored + found.expression) == 0 or found.parity != "odd"


def test_relu_is_refused_where_a_constant_is_needed():
    relu = activation("relu")
    assert relu.constant(1).enclosure(10).contains(1)
    assert relu.smoothness == 0
    for order, reason in ((0, "unbounded"), (2, "jumps at z = 0"), (3, "jumps")):
        with pytest.raises(ValueError, match=rf"relu has no constant sigma{order}: .*{reason}.*Remark 2"):
            relu.constant(order)


def test_text_that_is_a_registered_one_is_that_one():
    assert bc.activation("tanh(z)") is activation("tanh")
    assert bc.activation("z/sqrt(1+z**2)") is activation("algebraic")
    assert bc.activation(activation("erf")) is activation("erf")


OWN = {
    "sin(z)/z": ("1", "0.436181817271458495088788056882", "1/3"),
    "tanh(1000*z)": ("1", "1000", "769800.358919501019345531707335"),
    "1/(1+exp(-z))": ("1", "1/4", "0.0962250448649376274181914634169"),
    "exp(-z**4)": ("1", "1.52277268312390107688933286768", "3.83433233048673353278394143169"),
    "(exp(z)-exp(-z))/(exp(z)+exp(-z))": ("1", "1", "0.769800358919501019345531707335"),
    "(1-cos(z))/z**2": ("1/2", "0.135041459562335587447771013980", "1/12"),
    "tanh(z)**1000": ("1", "0.735759004969412040513521545554", "1.23602022259957773150335921547"),
    "exp(-exp(z))": ("1", "0.367879441171442321595523770161", "0.309004785987675710235148771213"),
    "(exp(z)-1)/z*exp(-z**2)": (
        "1.06738932629194922712591968071",
        "0.896840913302007974830441905981",
        "2.04613158588028471034163200703",
    ),
    "exp(-(z-100)**2*10**6)": ("1", "857.763884960706796480189641279", "2000000"),
    "1/(1+exp(-100*z-50))": ("1", "25", "962.250448649376274181914634170"),
    "max(0,1-z**2)**4": ("1", "1.90414754915435757617109205426", "8"),
    "exp(-abs(z)**3)": ("1", "1.17543177705461481754987531481", "2.15244326592111494521007300153"),
}


@pytest.mark.parametrize("text", OWN)
def test_a_users_own_is_certified_to_thirty_digits(text):
    own = bc.activation(text)
    for order, value in enumerate(OWN[text]):
        found = own.constant(order).enclosure(30)
        reference = Fraction(value)
        assert abs(found.midpoint - reference) <= reference * Fraction(1, 10**28)
        assert found.relative_width <= 1e-30
    assert pickle.loads(pickle.dumps(own)) == own
    data = own.as_dict(30)
    assert set(data) >= {"sigma0", "sigma1", "sigma2"}
    assert all(set(entry) == {"lower", "upper", "exact"} for entry in data.values())
    assert Fraction(data["sigma2"]["lower"]) <= Fraction(data["sigma2"]["upper"])


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("tanh(2*z)", 2, 16 / (3 * sympy.sqrt(3))),
        ("1/(1+exp(-z))", 2, sympy.sqrt(3) / 18),
        ("1/(1+z**2)", 1, 3 * sympy.sqrt(3) / 8),
        ("z*exp(-z**2)", 0, sympy.exp(-sympy.Rational(1, 2)) / sympy.sqrt(2)),
        ("tanh(z)**3", 1, sympy.Rational(3, 4)),
        ("tanh(z)**5", 1, sympy.Rational(20, 27)),
        ("exp(-(z-1000)**2)", 1, sympy.sqrt(2) * sympy.exp(-sympy.Rational(1, 2))),
        ("1/(1+exp(-3*z))", 2, sympy.sqrt(3) / 2),
        ("z**2*exp(-z**2)", 0, sympy.exp(-1)),
        ("sin(z)+cos(z)", 0, sympy.sqrt(2)),
    ],
)
def test_closed_forms_are_recognised_and_proved(text, order, value):
    constant = bc.activation(text).constant(order)
    assert sympy.simplify(constant.exact - value) == 0
    certified = derivative_supremum(constant.activation.expression, z, order, 30).value
    assert constant.enclosure(30).overlaps(certified)


def test_no_closed_form_is_claimed_of_a_point_that_only_lies_near():
    function = sympy.tanh(z) + z * sympy.Rational(1, 10**12) * sympy.exp(-(z**2))
    found = derivative_supremum(function, z, 2, 30)
    assert closed_form(function, z, 2, found) is None
    mistaken = derivative_supremum(sympy.tanh(z), z, 2, 30)
    assert closed_form(function, z, 2, mistaken) is None


def test_the_constants_hold_every_sample_of_a_removable_singularity():
    own = bc.activation("sin(z)/z")
    with mpmath.workdps(40):
        for order in range(3):
            size = own.constant(order).enclosure(20)
            function = sympy.lambdify(z, own.derivative(order), "mpmath")
            best = max(abs(function(mpmath.mpf(k) / 50 + mpmath.mpf(1) / 1000)) for k in range(500))
            assert float(best) <= float(size.upper) <= float(best) * 1.001


@pytest.mark.parametrize(
    "text",
    [
        "cos(z)",
        "sin(z)",
        "tanh(1000*z)",
        "1/(1+exp(-3*z))",
        "z/(1+z**2)",
        "1/(1+z**2)",
        "exp(-abs(z)**3)",
        "z*exp(-z**2/2)",
        "cos(z)*exp(-z**2)",
        "tanh(z)+sin(z)/3",
        "tanh(z)**2",
        "tanh(z)/z",
        "erf(z)*cos(z)",
        "tanh(z)*exp(-z**2)",
    ],
)
def test_constants_hold_dense_samples_are_narrow_and_take_seconds_at_most(text):
    start = time.process_time()
    own = bc.activation(text)
    sizes = [own.constant(order).enclosure(30) for order in range(3)]
    assert time.process_time() - start < 5
    scale = 1000 if "1000" in text else 1
    points = [mpmath.mpf(2 * k + 1) / 128 / scale for k in range(-640, 640)]
    for order, size in enumerate(sizes):
        assert size.relative_width <= Fraction(1, 10**29)
        function = sympy.lambdify(z, own.derivative(order).replace(sympy.DiracDelta, lambda *_: sympy.S.Zero), "mpmath")
        best = float(max(abs(function(point)) for point in points))
        assert best * (1 - 1e-12) <= size.upper
        assert size.lower <= best * 1.001


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("z**2", r"sigma is unbounded towards [+-]oo"),
        ("1/z", "pole: z vanishes at z = 0"),
        ("z/(1+exp(-z))", r"sigma is unbounded towards \+oo"),
        ("z*(1+erf(z/sqrt(2)))/2", r"sigma is unbounded towards \+oo"),
        ("z*tanh(log(1+exp(z)))", r"sigma is unbounded towards \+oo"),
        ("exp(z)", r"unbounded towards \+oo"),
        ("exp(-z)", "unbounded towards -oo"),
        ("z", "unbounded towards"),
        ("log(1+exp(z))", r"unbounded towards \+oo"),
        ("sin(z**2)", r"sigma' has no bound that can be certified.*\|sigma'\| >="),
        ("abs(z)", "kink at z = 0"),
        ("z/(1+abs(z))", "not C.2.*kink at z = 0"),
        ("exp(-abs(z))", "kink at z = 0"),
        ("min(1,max(-1,z))", "kink at z = "),
        ("1/(z-1)", "pole: z - 1 vanishes at z = 1"),
        ("1/(z**2-2)", r"pole: z\*\*2 - 2 vanishes near z in \[.?1\.4142135"),
        ("exp(-z**2)/z", "pole"),
        ("sqrt(z)", r"complex values: sqrt\(z\) at z = -"),
        ("log(z)", "complex values"),
        ("5", "one variable z"),
        ("x+z", "one variable z; got variables: x z"),
        ("tanh(y)", "one variable z; got variables: y"),
        ("sin(z)**2+cos(z)**2", "must depend on z"),
        ("swish", "unknown activation 'swish'; choose tanh"),
        ("__import__('os')", "name|function|language"),
        ("z.real", "part of the language"),
        ("", "cannot read"),
    ],
)
def test_a_refusal_names_its_reason_in_one_line(text, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        bc.activation(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tanh(z)+exp(-abs(z-100))/1000", "z = 100"),
        ("max(0,1-z**2)**2", "z = 1"),
        ("max(tanh(z),exp(-z**2))", r"z in \[0\.70554142"),
        ("z*abs(z)*exp(-z**2)", "z = 0"),
    ],
)
def test_a_kink_is_named_with_its_point(text, place):
    with pytest.raises(ValueError, match=f"not C.2: .* has a kink at {place}"):
        bc.activation(text)


@pytest.mark.parametrize("text", ["tanh(z)/z", "sin(z)/z", "(1-cos(z))/z**2", "tanh(z)**5", "exp(-exp(z))"])
def test_few_digits_and_many_agree(text):
    for order in range(3):
        few, many = (bc.activation(text).constant(order).supremum(digits).value for digits in (6, 40))
        assert few.overlaps(many)
        assert few.relative_width <= 1e-6
        assert many.relative_width <= 1e-40


def test_a_third_derivative_that_jumps_has_no_constant():
    own = bc.activation("exp(-abs(z)**3)")
    assert own.smoothness == 2
    assert set(own.as_dict()) == {"sigma0", "sigma1", "sigma2"}
    with pytest.raises(ValueError, match=r"sigma3: not C\^3: sigma'' has a kink at z = 0"):
        own.constant(3)


def test_other_kinds_are_refused():
    with pytest.raises(TypeError, match="an activation is a name"):
        bc.activation(3)
    with pytest.raises(ValueError, match="order"):
        activation("tanh").constant(5)
    with pytest.raises(ValueError, match="order of a derivative"):
        activation("tanh").derivative(-1)


def test_display():
    tanh = activation("tanh")
    assert isinstance(tanh, Activation)
    assert "tanh" in str(tanh)
    assert "\\tanh" in tanh._repr_latex_()
    assert "4*sqrt(3)/9" in str(tanh.constant(2))
    assert "\\sup_z" in tanh.constant(2)._repr_latex_()
    assert [tanh.sigma0, tanh.sigma1, tanh.sigma2, tanh.sigma3] == [tanh.constant(k).enclosure() for k in range(4)]


@pytest.mark.parametrize("text", ["sin(z)/z", "tanh(z)/z", "cos(z)*exp(-z**2)"])
def test_a_loose_bound_on_a_wide_cell_names_no_place_of_the_maximum(text):
    """|sin z|/|z| is at most 1 on [1, 2] by the ranges of its parts, and nowhere near 1 in truth."""
    found = bc.activation(text).constant(0).supremum(12)
    assert found.maximisers
    assert not found.at_infinity
    assert all(max(abs(place.lower), abs(place.upper)) < Fraction(1, 1000) for place in found.maximisers)
