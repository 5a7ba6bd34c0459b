"""The generated kernels: elementary functions, other activations, threads, the cache."""

import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import sympy

from boundcheck.activations import ACTIVATIONS, Activation
from boundcheck.network.evaluator import Evaluator
from boundcheck.network.features import jacobian_into, tangent_sum
from boundcheck.network.gradient import plain_loss_and_gradient, risk_and_gradient
from boundcheck.network.kernels.crew import share, thread_count
from boundcheck.network.kernels.generation import NoKernel, activation_source, has_kernels, kernels
from boundcheck.network.kernels.layout import Layout
from boundcheck.notation import z

MIXED = Activation(
    name="mixed", expression=z * sympy.exp(-(z**2)) + sympy.sin(z) / 2 + sympy.erf(z) * z / sympy.sqrt(1 + z**2) ** 3
)
ELEMENTARY = {
    "tanh": (mpmath.tanh, 3.0, 2.5),
    "bounded_tanh": (mpmath.tanh, 3.0, 2.5),
    "exp": (mpmath.exp, 60.0, 2.5),
    "sin": (mpmath.sin, 30.0, 2.0),
    "cos": (mpmath.cos, 30.0, 2.0),
    "atan": (mpmath.atan, 4.0, 2.5),
    "erf": (mpmath.erf, 2.0, 4.0),
    "log": (lambda x: mpmath.log(abs(x)), 5.0, 2.5),
}


@pytest.fixture(scope="module")
def elementary():
    """Each function of the module as one compiled loop over an array."""
    from numba import njit

    from boundcheck.network.kernels import elementary as functions
    from boundcheck.network.kernels.lanes import loader, store

    load = loader(8)

    def compile_loop(function):
        @njit(error_model="numpy")
        def loop(a, b):
            for i in range(0, a.size, 8):
                store(b, i, function(load(a, i)))

        return loop

    return {name: compile_loop(getattr(functions, name)) for name in ELEMENTARY}


@pytest.mark.parametrize("name", ELEMENTARY)
def test_elementary_functions_are_accurate_to_a_few_units_in_the_last_place(name, elementary, rng):
    exact, scale, units = ELEMENTARY[name]
    x = rng.normal(size=2000) * scale * np.exp(rng.normal(size=2000) / 2)
    x = np.abs(x) if name == "log" else x
    found = np.empty_like(x)
    elementary[name](x, found)
    expected = np.array([float(exact(mpmath.mpf(value))) for value in x])
    assert np.abs((found - expected) / np.spacing(np.abs(expected))).max() <= units


def test_tanh_without_a_clip_has_the_same_bits_within_its_reach(elementary, rng):
    x = np.clip(rng.normal(size=4096) * np.exp(2 * rng.normal(size=4096)), -350, 350)
    x[6:1000] = rng.uniform(-350, 350, 994)
    x[:6] = [22.0, -22.0, np.nextafter(22, 23), 350.0, -350.0, 0.0]
    assert (np.abs(x) <= 350).all()
    found, expected = np.empty_like(x), np.empty_like(x)
    elementary["bounded_tanh"](x, found)
    elementary["tanh"](x, expected)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tanh", [0, 1e-300, 1, -1, 1, np.nan]),
        ("exp", [1, 1, 8.218407e307, 0, 8.218407e307, np.nan]),
        ("atan", [0, 1e-300, np.pi / 2, -np.pi / 2, np.pi / 2, np.nan]),
        ("erf", [0, 1.128379e-300, 1, -1, 1, np.nan]),
        ("log", [-np.inf, -690.7755, np.inf, np.nan, 230.2585, np.nan]),
    ],
)
def test_elementary_functions_at_the_ends(name, expected, elementary):
    x = np.array([0, 1e-300, np.inf, -np.inf, 1e100, np.nan, 0, 0])
    found = np.empty_like(x)
    elementary[name](x, found)
    np.testing.assert_allclose(found[:6], expected, rtol=1e-6, atol=1e-300)


def test_every_registered_activation_has_kernels():
    assert all(has_kernels(name) for name in ACTIVATIONS)


def test_an_activation_without_kernels_is_computed_by_arrays(problem):
    sigma = Activation(name="mine", expression=sympy.cbrt(1 + z**2))
    assert not has_kernels(sigma)
    with pytest.raises(NoKernel, match="power 1/3"):
        activation_source(sigma.expression)
    weights, X, y = problem
    found = risk_and_gradient(X, y, weights.m, sigma)(weights.w, weights.u, weights.c)
    np.testing.assert_array_equal(found[1], plain_loss_and_gradient(weights, X, y, sigma)[1])


@pytest.mark.parametrize("name", [MIXED, *(pytest.param(name, marks=pytest.mark.slow) for name in ACTIVATIONS)])
def test_kernels_agree_with_arrays(name, rng, make_problem):
    """Both variants of the gradient: states kept, and computed again."""
    weights, X, y = make_problem(rng, n=11, T=5, d=3, m=30)
    expected = plain_loss_and_gradient(weights, X, y, name)
    for kept_bytes in (1 << 40, 0):
        found = Evaluator(X, y, weights.m, name, kept_bytes=kept_bytes)(weights.w, weights.u, weights.c)
        for value, reference in zip(found, expected, strict=True):
            np.testing.assert_allclose(value, reference, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("name", ["tanh", MIXED])
def test_states_kept_of_some_parts_or_of_none_give_the_same_bits(name, rng, make_problem, monkeypatch):
    monkeypatch.setenv("BOUNDCHECK_THREADS", "2")
    weights, X, y = make_problem(rng, n=19, T=5, d=2, m=300)
    every = Evaluator(X, y, weights.m, name, kept_bytes=1 << 40)
    expected = every(weights.w, weights.u, weights.c)
    total = 8 * len(every._H)
    kept = []
    for kept_bytes in (0, total // 3, total - 8, total):
        evaluate = Evaluator(X, y, weights.m, name, kept_bytes=kept_bytes)
        assert 8 * len(evaluate._H) <= kept_bytes
        kept.append(int(np.sum(evaluate._places >= 0)))
        for value, reference in zip(evaluate(weights.w, weights.u, weights.c), expected, strict=True):
            np.testing.assert_array_equal(value, reference)
    assert kept == sorted(set(kept))
    assert kept[0] == 0 < kept[1]
    assert kept[3] == len(every._parts)


def test_each_thread_keeps_the_parts_that_it_comes_to_last(rng, make_problem, monkeypatch):
    monkeypatch.setenv("BOUNDCHECK_THREADS", "2")
    weights, X, y = make_problem(rng, n=16, T=4, d=1, m=512)
    every = Evaluator(X, y, weights.m, "tanh", kept_bytes=1 << 40)
    parts = len(every._parts)
    half = Evaluator(X, y, weights.m, "tanh", kept_bytes=4 * len(every._H))
    assert np.flatnonzero(half._places >= 0).tolist() == [*range(parts // 4, parts // 2), *range(3 * parts // 4, parts)]


def test_features_agree_with_arrays(rng, make_problem):
    from boundcheck.network.derivatives import plain_jacobian
    from boundcheck.network.kernels.layout import aligned_empty

    weights, X, _ = make_problem(rng, n=16, T=3, d=2, m=10)
    expected = plain_jacobian(weights, X, "tanh")
    memory = aligned_empty(expected.size + 1)
    for offset in (0, 1):
        J = memory[offset : offset + expected.size].reshape(expected.shape)
        J[...] = np.nan
        jacobian_into(J, weights, X, "tanh")
        np.testing.assert_allclose(J, expected, rtol=1e-12, atol=1e-14)
    v_w, v_u = rng.normal(size=10), rng.normal(size=(10, 2))
    found = tangent_sum(weights.w, weights.u, v_w, v_u, weights.c, X, "tanh")
    v = np.column_stack([v_w, v_u])
    np.testing.assert_allclose(found, np.einsum("i,iatn,ia->nt", weights.c, expected, v), rtol=1e-11, atol=1e-14)


def test_read_only_and_padded_weights_are_no_second_compilation(rng, make_problem):
    for m in (6, 8):
        weights, X, y = make_problem(rng, n=3, T=2, d=2, m=m)
        evaluate = Evaluator(X, y, m, "tanh")
        evaluate(weights.w, weights.u, weights.c)
        evaluate(weights.w.copy(), weights.u.copy(), weights.c)
    assert len(kernels("tanh", bounded=True).gradient.signatures) == 1


def test_the_number_of_threads_does_not_change_a_bit(rng, make_problem, monkeypatch):
    weights, X, y = make_problem(rng, n=9, T=7, d=2, m=700)
    results = []
    for count in ("1", "2", "3"):
        monkeypatch.setenv("BOUNDCHECK_THREADS", count)
        assert thread_count() == int(count)
        evaluate = Evaluator(X, y, weights.m, "tanh")
        results += [evaluate(weights.w, weights.u, weights.c) for _ in range(20)]
    for other in results[1:]:
        for first, second in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(first, second)


def test_another_block_of_neurons_changes_sums_by_rounding_only(rng, make_problem, monkeypatch):
    """Documented tolerance: 1e-12 relative to the largest entry."""
    from boundcheck.network.kernels import layout

    weights, X, y = make_problem(rng, n=40, T=7, d=2, m=700)
    first = Evaluator(X, y, weights.m, "tanh")(weights.w, weights.u, weights.c)
    monkeypatch.setattr(layout, "PARTS", 3)
    monkeypatch.setattr(layout, "TILE_BYTES", 1 << 11)
    second = Evaluator(X, y, weights.m, "tanh")(weights.w, weights.u, weights.c)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * np.abs(one).max())


def test_kernels_for_one_input_dimension_are_those_for_any(rng, make_problem, monkeypatch):
    from boundcheck.network import evaluator

    weights, X, y = make_problem(rng, n=19, T=70, d=3, m=18)
    for kept_bytes in (1 << 40, 0):
        results = []
        for least in (1 << 30, 0):
            monkeypatch.setattr(evaluator, "OWN_CODE", least)
            evaluate = Evaluator(X, y, weights.m, "tanh", kept_bytes=kept_bytes)
            assert (kernels("tanh", inputs=3) is evaluate._kernels) == (least == 0)
            results.append(evaluate(weights.w, weights.u, weights.c))
        for one, other in zip(*results, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * np.abs(one).max())


@pytest.mark.parametrize("count", ["0", "-1", "two"])
def test_a_wrong_number_of_threads_is_refused(count, monkeypatch):
    monkeypatch.setenv("BOUNDCHECK_THREADS", count)
    with pytest.raises(ValueError, match="positive integer"):
        thread_count()


def test_every_part_is_done_once_and_errors_come_through(monkeypatch):
    monkeypatch.setenv("BOUNDCHECK_THREADS", "4")
    done = []
    share(done.append, 100)
    assert sorted(done) == list(range(100))

    def fail(part):
        if part == 7:
            message = "part 7"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="part 7"):
        share(fail, 20)


@pytest.mark.parametrize(("n", "T", "d", "m"), [(1, 1, 1, 1), (32, 16, 4, 256), (33, 700, 2, 99), (128, 64, 8, 4096)])
def test_parts_cover_the_neurons_in_two_like_halves(n, T, d, m, rng):
    layout = Layout(n=n, T=T, d=d, m=m)
    parts = layout.parts()
    half = len(parts) // 2
    assert [hi for _, hi in parts] == [lo for lo, _ in parts[1:]] + [2 * layout.half]
    assert [(lo + layout.half, hi + layout.half) for lo, hi in parts[:half]] == parts[half:]
    assert all(lo % 4 == 0 for lo, _ in parts)
    array = rng.normal(size=(m, d))
    np.testing.assert_array_equal(layout.unpack(layout.pack(array), d), array)
    y = rng.normal(size=(n, T))
    np.testing.assert_array_equal(layout.from_tiles(layout.values(y)), y)
    mask = layout.mask()
    assert n * T == mask.sum()


def test_a_generated_module_is_written_once_and_replaced_if_it_was_changed(tmp_path, monkeypatch):
    from boundcheck.network.kernels import generation

    monkeypatch.setenv("BOUNDCHECK_CACHE", str(tmp_path))
    generation._cache_folder.cache_clear()
    generation._module.cache_clear()
    try:
        module = kernels("z/(1+z**2)")
        path = tmp_path / "kernels" / f"{module.__name__}.py"
        text = path.read_text()
        assert "PAIR = True" in text
        path.write_text("raise SystemExit('planted')")
        generation._module.cache_clear()
        kernels("z/(1+z**2)")
        assert path.read_text() == text
    finally:
        generation._cache_folder.cache_clear()
        generation._module.cache_clear()


def test_an_unwritable_cache_falls_back_to_a_temporary_folder(tmp_path, monkeypatch):
    from boundcheck.network.kernels import generation

    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BOUNDCHECK_CACHE", str(tmp_path / "file"))
    generation._cache_folder.cache_clear()
    try:
        assert "boundcheck-kernels-" in str(generation._cache_folder())
    finally:
        generation._cache_folder.cache_clear()


def test_numba_is_not_imported_before_training():
    code = (
        "import sys, numpy as np, boundcheck.network as network\n"
        "w = network.symmetric_initialization(4, 1, 0.5, np.random.default_rng(0))\n"
        "network.forward(w, np.ones((1, 2, 1)), 'tanh'); network.hessian(w, np.ones((1, 2, 1)), 'tanh')\n"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code], env={**os.environ}, check=False).returncode == 0


def test_a_forked_child_can_train(rng, make_problem):
    import multiprocessing

    weights, X, y = make_problem(rng, n=9, T=7, d=2, m=700)
    evaluate = Evaluator(X, y, weights.m, "tanh")
    expected = evaluate(weights.w, weights.u, weights.c)[0]
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_risk, (X, y, weights.w, weights.u, weights.c)) == expected


def _risk(X, y, w, u, c):
    return Evaluator(X, y, len(w), "tanh")(w, u, c)[0]
