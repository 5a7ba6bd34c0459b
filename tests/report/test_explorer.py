"""The explorer in a real browser: every number that it shows against Python's; no error, no request."""

from __future__ import annotations

import itertools
from fractions import Fraction
from types import SimpleNamespace

import pytest

from boundcheck.activations import activation
from boundcheck.evaluation import evaluate_double, plan
from boundcheck.report.explorer import explorer
from boundcheck.report.explorer.content import NEEDED, PARAMETERS, TABLE_ALPHAS, TABLE_LENGTHS, TABLE_TIERS
from boundcheck.report.html import asset, environment, playground

START = {"T": 8, "alpha": "1/2", "m": 1024, "n": 16, "d": 3, "rho_w": "1/2", "rho_u": 1, "nu_w": "1/2", "nu_u": 1,
         "delta": "1/10", "tau": 200, "epsilon": "1/100", "kappa": "1/4"}  # fmt: skip
SETTINGS = (
    {},
    {"T": 1, "m": 2, "tier": "paper", "variant": "classic"},
    {"T": 16, "alpha": 1, "rho_w": 0.5, "activation": "erf", "variant": "sharpened"},
    {"T": 24, "alpha": 1.25, "m": 65536, "n": 100000, "tier": "paper", "activation": "arctan"},
    {"T": 5, "alpha": 2, "activation": "logistic", "delta": 0.001, "epsilon": 0.0625, "tau": 100000},
    {"nu_w": 0, "nu_u": 0.25, "rho_w": 0, "rho_u": 2, "activation": "gaussian", "variant": "classic"},
)
TRIVIAL = 0.1
LENGTHS = (1, 8, 40)
SCALES = ({"alpha": 0.5}, {"alpha": 1, "rho_w": 0, "nu_w": 0}, {"alpha": 1.25})  # below, at and above the cutoff
WIDTHS = (2, 1024, 10**12)
GRID_ACTIVATIONS = ("tanh", "erf", "arctan", "logistic", "gaussian", "algebraic", "sin")


def grid():
    """Yield settings: every tier, variant, side of the cutoff, length and width; the activations take turns.

    epsilon is such that no number of iterations is exactly an integer: there the planner, undecided, takes one more.
    """
    product = itertools.product(("paper", "recursive"), ("classic", "sharpened", "lyapunov"), SCALES, LENGTHS)
    for place, (tier, variant, scale, length) in enumerate(product):
        yield {
            "tier": tier, "variant": variant, "T": length, "m": WIDTHS[place % 3],
            "activation": "tanh" if scale is SCALES[1] else GRID_ACTIVATIONS[place % 7],
            "tau": 10 ** (2 + place % 4), "n": (4, 1000)[place % 2], "epsilon": 0.0123, **scale,
        }  # fmt: skip


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">
</head><body>{% include "explorer.html" %}<script type="application/json" id="explorer-data">{{ explorer | tojson }}
</script><script>document.documentElement.classList.add("scripted");{{ explorer_script | safe }}</script>
</body></html>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory, driver):
    values = {name: Fraction(value) for name, value in START.items()}
    report = SimpleNamespace(
        comparisons=[SimpleNamespace(id=name) for name in NEEDED],
        setting=SimpleNamespace(activation=activation("tanh"), values=values),
        data={"meta": {"trivial_bound": TRIVIAL}},
    )
    text = environment().from_string(PAGE).render(**playground(explorer(report)))
    path = tmp_path_factory.mktemp("explorer") / "page.html"
    path.write_text(text + f"<style>{asset('style.css')}</style>")
    driver.get(path.as_uri())
    return path


def choose(driver, setting):
    driver.execute_script("document.querySelector('[data-reset]').click()")
    for name, value in setting.items():
        if name in ("tier", "variant", "activation"):
            script = "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
            driver.execute_script(script + "s.dispatchEvent(new Event('change'))", f"[data-choice={name}]", value)
        else:
            script = "const f = document.querySelector(arguments[0]); f.value = arguments[1];"
            driver.execute_script(script + "f.dispatchEvent(new Event('input'))", f"[data-parameter={name}]", value)


def shown(driver):
    cells = "document.querySelectorAll('data[data-value]')"
    script = f"return [...{cells}].map(x => [x.dataset.value, x.value, x.textContent])"
    return {name: (value, text) for name, value, text in driver.execute_script(script)}


def expected(setting):
    """Return what Python says of every number that the explorer shows."""
    values = {name: Fraction(value) for name, value in START.items() if name != "d"}
    values |= {name: Fraction(value) for name, value in setting.items() if name in values}
    sigma, tier = activation(setting.get("activation", "tanh")), setting.get("tier", "recursive")
    given = {name: (int(value) if name in ("T", "m", "n", "tau") else value) for name, value in values.items()}

    def double(quantity, variant=None):
        return evaluate_double(quantity, tier=tier, variant=variant, activation=sigma, **given)

    single = ("lemma-1.D_w", "lemma-1.D_u", "lemma-1.L", "lemma-1.beta", "prop-4.bound", "theorem-1-descent.bound")
    found = {name: double(name) for name in single}
    found["trivial"] = double("prop-6.target") ** 2
    of_the_data = ("T", "alpha", "n", "nu_w", "nu_u")
    same = sigma.name == "tanh" and all(values[name] == Fraction(START[name]) for name in of_the_data)
    found["mean_square"] = TRIVIAL if same else None
    found |= {f"sigma{k}": float(sigma.constant(k).enclosure()) for k in range(3)}
    found["alpha_m"] = float(values["alpha"]) + float(values["rho_w"]) / float(values["m"]) ** 0.5
    found["a"] = found["alpha_m"] * found["sigma1"]
    for variant in ("classic", "sharpened", "lyapunov"):
        found[f"theorem-1.bound {variant}"] = double("theorem-1.bound", variant)
    for theorem, left_out in (("theorem-1", {"m", "tau"}), ("theorem-2", {"m", "tau", "rho_w", "rho_u"})):
        asked = {name: value for name, value in given.items() if name not in left_out}
        try:
            made = plan(theorem, variant=setting.get("variant", "lyapunov"), tier=tier, activation=sigma, **asked)
        except ValueError:
            made = SimpleNamespace(m=None, tau=None)
        found |= {f"{theorem} m": made.m, f"{theorem} tau": made.tau}
    return found


def test_every_displayed_number_is_pythons(driver, page):
    settings = (*SETTINGS, *grid())
    assert len(settings) >= 60
    for setting in settings:
        compare(driver, setting)


def compare(driver, setting):
    choose(driver, setting)
    found, wanted = shown(driver), expected(setting)
    assert set(found) == set(wanted)
    for name, (value, text) in found.items():
        if wanted[name] is None:
            assert value == "", (setting, name)
            continue
        if wanted[name] == float("inf"):
            assert (value, text) == ("Infinity", "beyond the range of doubles"), (setting, name)
            continue
        assert float(value) == pytest.approx(float(wanted[name]), rel=1e-9, abs=1e-300), (setting, name)
        digits = text.replace("·10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        assert float(digits) == pytest.approx(float(wanted[name]), rel=1e-5), (setting, name)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({}, "vacuous for these data: at or above mean y²"),
        ({"m": 10**12, "tau": 10**9}, "informative: below mean y²"),
        ({"T": 7}, "below (L⁰‖ν‖)²: it says something of targets that large"),
        ({"T": 7, "variant": "classic"}, "vacuous: at or above (L⁰‖ν‖)², it says nothing"),
    ],
)
def test_the_explorer_calls_vacuous_what_the_report_calls_vacuous(driver, page, setting, words):
    choose(driver, setting)
    assert driver.execute_script("return document.querySelector('[data-says]').textContent") == words


def test_tables_of_the_other_tiers_are_pythons(driver, page):
    script = """return [...document.querySelectorAll("#explorer details table")].map(table =>
      [...table.querySelectorAll("tbody tr")].map(row => [...row.cells].map(cell => cell.textContent)))"""
    tables = driver.execute_script(script)
    base = {name: Fraction(value) for name, value in START.items()}
    assert [len(table) for table in tables] == [len(TABLE_ALPHAS) * len(TABLE_LENGTHS)] * 2
    for name, table in zip(("lemma-1.L", "lemma-1.beta"), tables, strict=True):
        for alpha, length, *values in table:
            given = {**base, "alpha": Fraction(alpha), "T": int(length), "rho_w": 0, "rho_u": 0}
            for tier, text in zip(TABLE_TIERS, values, strict=True):
                wanted = evaluate_double(name, tier=tier, activation="tanh", **given)
                digits = text.replace("·10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
                assert float(digits) == pytest.approx(wanted, rel=1e-5), (name, alpha, length, tier)


def test_bad_settings_are_said_and_show_no_numbers_of_their_own(driver, page):
    choose(driver, {"m": 3})
    message = driver.execute_script("return document.querySelector('.explorer-problem').textContent")
    assert message == "m must be even; got 3 (neurons come in pairs)"
    choose(driver, {"rho_w": 0.25})
    assert "rho_w must be at least nu_w" in driver.execute_script(
        "return document.querySelector('.explorer-problem').textContent"
    )


def test_sliders_move_their_fields(driver, page):
    choose(driver, {})
    driver.execute_script(
        "const s = document.querySelector('[data-slides=m]'); s.value = 12; s.dispatchEvent(new Event('input'))"
    )
    assert driver.execute_script("return document.querySelector('[data-parameter=m]').value") == "4096"
    assert driver.execute_script("return document.querySelectorAll('svg.live path.line').length") == 4


def test_settings_beyond_the_range_of_doubles_are_said_and_drawn(driver, page):
    choose(driver, {"T": 256, "alpha": 10, "rho_w": 1000, "rho_u": 1000})
    script = "return document.querySelector('svg.live').textContent"
    assert driver.execute_script(script) == "all bounds are beyond the range of doubles here"
    choose(driver, {"T": 100, "alpha": 10})
    assert "NaN" not in driver.execute_script("return document.querySelector('svg.live').innerHTML")
    choose(driver, {})
    assert "width m" in driver.execute_script(script)


def test_no_console_error_and_no_request(driver, page):
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []
    requests = [entry["message"] for entry in driver.get_log("performance") if "requestWillBeSent" in entry["message"]]
    assert requests
    assert all('"url":"file://' in item or '"url":"data:' in item for item in requests)


def test_settings_cover_the_parameters():
    names = {name for name, *_ in PARAMETERS}
    assert names == set(START) - {"d"}
