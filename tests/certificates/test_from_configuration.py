import numpy as np
import pytest

from boundcheck.certificates import certify, certify_from_configuration, replay
from boundcheck.certificates.problem import check_memory
from boundcheck.configuration import preset
from boundcheck.measurement import prepare
from boundcheck.measurement.from_configuration import problem_of


def small(**values):
    base = {"m": 32, "T": 3, "n": 3, "d": 2, "tau": 20, "rho_w": 2, "rho_u": 4}
    return preset("quick").with_values(base | values)


def test_a_configuration_is_certified_and_replays():
    certificate = certify(small())
    assert sorted({item.tau for item in certificate.guarantees}) == [10, 20]
    assert certificate.measured is not None
    assert replay(certificate).accepted


@pytest.mark.parametrize(("name", "seed"), [("quick", 0), ("paper", 3)])
def test_certificates_and_measurements_are_about_the_same_data(name, seed):
    sizes = {"m": 16, "T": 2, "n": 2, "d": 2, "tau": 2, "rho_w": 2, "rho_u": 4, "run": {"seed": seed}}
    configuration = preset(name).with_values(sizes)
    certified = certify_from_configuration(configuration, fast=True, train=False).problem
    measured = prepare(problem_of(configuration))
    assert np.array_equal(certified.X, measured.X)
    assert np.array_equal(certified.y, measured.y)


def test_the_seed_decides():
    one, two, three = (certify_from_configuration(small(run={"seed": seed}), train=False) for seed in (1, 1, 2))
    assert np.array_equal(one.bounds, two.bounds)
    assert not np.array_equal(one.problem.X, three.problem.X)


def test_statements_choose_the_method():
    certificate = certify_from_configuration(small(run={"statements": ["certificate-a"]}), train=False)
    assert {item.method for item in certificate.guarantees} == {"A"}


def test_an_initialisation_file_is_used(tmp_path):
    path, rng = tmp_path / "w.npz", np.random.default_rng(0)
    u = rng.normal(size=(8, 2))
    np.savez(path, w=np.full(16, 0.5), u=np.concatenate([u, u]), c=np.repeat([1.0, -1.0], 8))
    certificate = certify_from_configuration(small(network={"initialization": str(path)}), train=False)
    assert certificate.problem.m == 16


@pytest.mark.parametrize("content", [b"", b"no file"])
def test_a_bad_initialisation_file_is_refused(tmp_path, content):
    path = tmp_path / "w.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="must be an NPZ file with w, u, c"):
        certify_from_configuration(small(network={"initialization": str(path)}), train=False)


def test_targets_that_vanish_leave_nothing_to_bound():
    with pytest.raises(ValueError, match="got y = 0"):
        certify_from_configuration(small(nu_w=0, nu_u=0))


def test_progress_is_told():
    seen = []
    certify_from_configuration(small(), fast=True, progress=lambda what, done, of: seen.append((done, of)))
    assert seen
    assert all(done <= of for done, of in seen)


@pytest.mark.parametrize("sizes", [{"m": 10**9}, {"n": 10**6}, {"m": 2 * 10**400}, {"T": 10**400}])
def test_sizes_beyond_memory_are_refused_before_the_work(sizes):
    with pytest.raises(ValueError, match="memory must suffice") as caught:
        certify_from_configuration(sizes)
    assert len(str(caught.value)) < 300


def test_what_fits_is_not_refused():
    check_memory(16, 8, 3, 1 << 20, available=1 << 30)
