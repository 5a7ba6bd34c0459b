import hashlib
import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundcheck.series import load_series, sample_path


def csv(tmp_path, text, name="s.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def npz(tmp_path, **arrays):
    path = tmp_path / "s.npz"
    np.savez(path, **arrays)
    return path


def test_the_sample_becomes_overlapping_windows_with_one_step_ahead_targets():
    series = load_series(sample_path(), T=8)
    assert series.columns == ("SUNACTIVITY",)
    assert series.rows == 309
    assert series.X.shape == (301, 8, 1)
    assert series.y.shape == (301, 8)
    assert series.target_scale == 190.2
    np.testing.assert_array_equal(series.X[:, 1:, 0], series.y[:, :-1])
    np.testing.assert_array_equal(series.X[1:, :-1], series.X[:-1, 1:])
    raw = np.loadtxt(sample_path(), delimiter=",", skiprows=1)[:, 1]
    np.testing.assert_array_equal(series.X[5, :, 0], raw[5:13] / 190.2)
    np.testing.assert_array_equal(series.y[5], raw[6:14] / 190.2)
    assert series.sha256 == hashlib.sha256(sample_path().read_bytes()).hexdigest()
    assert series.as_dict()["windows"] == 301


def test_a_header_is_optional_and_text_columns_are_passed_over(tmp_path):
    plain = load_series(csv(tmp_path, "1,2\n3,4\n5,8\n"), T=2)
    assert plain.columns == ("2",)
    named = load_series(csv(tmp_path, '"a","b","day"\n1,2,mon\n3,4,tue\n5,8,wed\n'), T=2)
    assert named.columns == ("b",)
    np.testing.assert_array_equal(plain.X, named.X)
    np.testing.assert_array_equal(named.X[0, :, 0], [0.25, 0.5])
    np.testing.assert_array_equal(named.y[0], [0.5, 1.0])


def test_a_column_is_chosen_by_name_and_several_are_several_inputs(tmp_path):
    path = csv(tmp_path, "a;b\n1;-2\n3;4\n-5;8\n")
    assert load_series(path, "a", T=2).target_scale == 5
    both = load_series(path, ["b", "a"], T=2)
    assert both.shape == (1, 2, 2)
    assert both.target == "a"
    np.testing.assert_allclose(both.X[0] * both.input_scales, [[-2, 1], [4, 3]])
    np.testing.assert_allclose(both.y[0] * both.target_scale, [3, -5])


def test_the_windows_kept_are_spread_evenly_from_first_to_last():
    series = load_series(sample_path(), T=8, max_windows=7)
    assert series.starts == (0, 50, 100, 150, 200, 250, 300)
    assert series.windows == 301
    assert load_series(sample_path(), T=8, max_windows=1).starts == (0,)


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 3), min_size=4, max_size=12))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_scaled_inputs_have_exact_norm_at_most_one(tmp_path_factory, rows):
    values = np.array(rows)
    if (np.abs(values).max(axis=0) < 1e-3).any():
        values += 1.0
    if (np.abs(values).max(axis=0) == 0).any():
        return
    path = tmp_path_factory.mktemp("n") / "s.npz"
    np.savez(path, s=values)
    series = load_series(path, ["1", "2", "3"], T=3)
    assert all(sum(Fraction(float(v)) ** 2 for v in x) <= 1 for x in series.X.reshape(-1, 3))
    assert np.abs(series.y).max() <= 1


def test_samples_of_an_npz_are_taken_as_they_are(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5, 4, 3))
    X /= np.linalg.norm(X, axis=2, keepdims=True)
    y = 3 * rng.normal(size=(5, 4))
    series = load_series(npz(tmp_path, X=X, y=y), T=99)
    np.testing.assert_array_equal(series.X, X)
    np.testing.assert_array_equal(series.y, y)
    norms = [sum(Fraction(float(v)) ** 2 for v in x) for x in X.reshape(-1, 3)]
    assert Fraction(series.norm_bound) ** 2 >= max(norms)
    assert series.norm_bound < 1 + 1e-12


def test_a_bare_array_of_an_npz_is_a_series(tmp_path):
    assert load_series(npz(tmp_path, s=np.arange(9)), T=4).shape == (5, 4, 1)
    assert load_series(npz(tmp_path, s=np.ones((9, 2))), "1", T=4).columns == ("1",)


def test_arrays_are_frozen():
    series = load_series(sample_path(), T=8)
    with pytest.raises(ValueError, match="read-only"):
        series.X[0] = 0


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "must not be empty"),
        ("  \n\n", "must not be empty"),
        ("a\n1\nnan\n3\n", "got 'nan' at row 3"),
        ("a\n1\n2\nfoo\n", "got 'foo' at row 4, column 'a'"),
        ("a\n1\n1_0\n", "got '1_0' at row 3"),
        ('"abc\n1\n2\n', "columns: abc 1 2"),
        ("1\n2\nfoo\n", "got 'foo' at row 3"),
        ("a\n1\ninf\n", "got 'inf' at row 3"),
        ("a\n1\n1e999\n", "got '1e999' at row 3"),
        ("a,b\n1,2\n1,\n", "got '' at row 3"),
        ("a,b\n1,2\n1\n", "every row must have 2 cells"),
        ("a\n1\n2\n", "at least T + 1 = 5 rows; got 2"),
        ("a\n", "numeric column"),
        ("a\nx\ny\n", "numeric column"),
        ("a\n0\n0\n0\n0\n0\n", "not be 0 everywhere"),
        ("a\0\n1\n", "binary content"),
    ],
)
def test_bad_text_is_named(tmp_path, text, part):
    with pytest.raises(ValueError, match="must") as caught:
        load_series(csv(tmp_path, text), T=4)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_column_is_named_with_those_that_exist(tmp_path):
    with pytest.raises(ValueError, match="column 'c' is not there; .* has the columns: a, b"):
        load_series(csv(tmp_path, "a,b\n1,2\n"), "c", T=1)
    with pytest.raises(ValueError, match="named once"):
        load_series(csv(tmp_path, "a,b\n1,2\n"), ["a", "a"], T=1)
    with pytest.raises(ValueError, match="more than once"):
        load_series(csv(tmp_path, "a,a\n1,2\n"), "a", T=1)


def test_decimal_commas_where_cells_are_separated_by_semicolons(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("\ufefft;v\r\n" + "".join(f"{k};{k},5\r\n" for k in range(6)), encoding="utf-8")
    found = load_series(path, T=4)
    assert found.columns == ("v",)
    assert found.input_scales == (5.5,)


def test_a_damaged_archive_is_named_whatever_zipfile_raises(tmp_path):
    path, whole = tmp_path / "data.npz", io.BytesIO()
    np.savez(whole, X=np.full((2, 3, 1), 0.5), y=np.ones((2, 3)))
    rng, refused = np.random.default_rng(0), []
    for _ in range(150):
        content = bytearray(whole.getvalue())
        for place in rng.integers(len(content), size=3):
            content[place] = rng.integers(256)
        path.write_bytes(bytes(content))
        try:
            load_series(path)
        except ValueError as error:
            refused.append(str(error))
    assert len(refused) > 50
    assert not any("\n" in message for message in refused)


@pytest.mark.parametrize("make", ["missing", "folder", "binary", "not-npz"])
def test_unreadable_files_are_named(tmp_path, make):
    path = tmp_path / "data.csv"
    if make == "folder":
        path.mkdir()
    if make == "binary":
        path.write_bytes(bytes(range(256)))
    if make == "not-npz":
        path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(ValueError, match="data must be"):
        load_series(path)


@pytest.mark.parametrize(
    ("arrays", "part"),
    [
        ({"X": np.full((2, 3, 2), 0.9), "y": np.ones((2, 3))}, "must be <= 1; got 1.27279 at sample 0, t = 1"),
        ({"X": np.full((2, 3, 2), 0.1)}, "must hold y of shape (n, T)"),
        ({"X": np.full((2, 3, 2), 0.1), "y": np.ones((3, 2))}, "got y of shape (3, 2)"),
        ({"X": np.full((2, 3), 0.1), "y": np.ones((2, 3))}, "shape (n, T, d)"),
        ({"X": np.full((2, 3, 1), np.nan), "y": np.ones((2, 3))}, "got nan at X[0, 0, 0]"),
        ({"X": np.full((2, 3, 1), 0.5), "y": np.full((2, 3), np.inf)}, "got inf at y[0, 0]"),
        ({"X": np.array([["a"]])}, "real numbers"),
        ({"X": np.full((2, 3, 1), 1j), "y": np.ones((2, 3))}, "real numbers"),
        ({"a": np.ones(9), "b": np.ones(9)}, "X and y, or one series"),
        ({"a": np.ones((9, 2, 2))}, "1-D or 2-D"),
        ({"a": np.array([1.0, np.nan] * 9)}, "got nan"),
        ({"a": np.array([{}], dtype=object)}, "plain arrays"),
    ],
)
def test_bad_arrays_are_named(tmp_path, arrays, part):
    with pytest.raises(ValueError, match="must") as caught:
        load_series(npz(tmp_path, **arrays), T=4)
    assert part in str(caught.value)
