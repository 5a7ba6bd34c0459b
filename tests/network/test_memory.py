import resource
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from boundcheck.network import estimate_memory, gradient_descent, gram_matrix, jacobian, symmetric_initialization
from boundcheck.network.memory import LIBRARIES, available_bytes, control_group


def test_a_training_step_at_a_million_neurons_stays_under_a_gibibyte():
    assert estimate_memory(n=32, T=16, d=8, m=1 << 20, work="descent") < 1 << 30


@pytest.mark.parametrize("work", ["descent", "jacobian", "gram"])
def test_the_estimate_is_an_upper_one_within_a_factor_of_three(work, rng):
    n, T, d, m = 24, 8, 2, 8192
    start, X, y = symmetric_initialization(m, d, 0.5, rng), rng.normal(size=(n, T, d)) / 4, rng.normal(size=(n, T))
    run = {
        "descent": lambda: gradient_descent(start, X, y, "tanh", step_size=0.1, iterations=8),
        "jacobian": lambda: jacobian(start, X, "tanh"),
        "gram": lambda: gram_matrix(start, X, "tanh"),
    }[work]
    run()
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    estimate = estimate_memory(n=n, T=T, d=d, m=m, work=work, pair=False) - LIBRARIES
    assert peak <= estimate <= 3 * peak


def test_the_gradient_needs_no_array_of_size_n_T_m(rng):
    n, T, d, m = 32, 16, 2, 1 << 13
    start, X, y = symmetric_initialization(m, d, 0.5, rng), rng.normal(size=(n, T, d)) / 4, rng.normal(size=(n, T))
    from boundcheck.network import loss_and_gradient

    loss_and_gradient(start, X, y, "tanh")
    tracemalloc.start()
    loss_and_gradient(start, X, y, "tanh")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.1 * 8 * n * T * m


def test_sizes_must_be_positive_and_the_work_known():
    with pytest.raises(ValueError, match="sizes must be >= 1"):
        estimate_memory(n=0, T=1, d=1, m=2)
    with pytest.raises(ValueError, match="work one of"):
        estimate_memory(n=1, T=1, d=1, m=2, work="dance")
    assert np.isfinite(estimate_memory(n=1, T=1, d=1, m=2))


def test_a_limit_of_the_address_space_counts():
    before, limits = available_bytes(), resource.getrlimit(resource.RLIMIT_AS)
    occupied = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    try:
        resource.setrlimit(resource.RLIMIT_AS, (occupied + (100 << 20), limits[1]))
        assert 0 <= available_bytes() <= 100 << 20
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
    assert before > 100 << 20


@pytest.mark.parametrize(
    ("line", "folder", "names"),
    [
        ("0::/box", "box", ("memory.max", "memory.current", "inactive_file")),
        ("0::/elsewhere", ".", ("memory.max", "memory.current", "inactive_file")),
        (
            "4:cpu,memory:/box",
            "memory/box",
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ),
    ],
)
def test_a_limit_of_the_control_group_counts(tmp_path, line, folder, names):
    limit, used, idle = names
    place, groups = tmp_path / folder, tmp_path / "groups"
    place.mkdir(parents=True, exist_ok=True)
    groups.write_text(f"1:cpu:/\n{line}\n")
    (place / limit).write_text("1000\n")
    (place / used).write_text("700\n")
    (place / "memory.stat").write_text(f"anon 500\n{idle} 100\n")
    assert control_group(tmp_path, groups) == 400
    (place / limit).write_text("max\n")
    assert control_group(tmp_path, groups) is None
    assert control_group(tmp_path, tmp_path / "missing") is None
