import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from certification_problems import small_problem  # noqa: E402

from boundcheck.certificates.ingredients import kernel_spectrum, table_for  # noqa: E402
from boundcheck.network.rounding import OUTWARD  # noqa: E402


@pytest.fixture(scope="session")
def problem():
    return small_problem()


@pytest.fixture(scope="session")
def table(problem):
    return table_for(problem)


@pytest.fixture(scope="session")
def spectrum(problem, table):
    return kernel_spectrum(problem, table, OUTWARD)
