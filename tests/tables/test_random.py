"""Tables and joins by time against the oracle: a fixed share of the random cases."""

from __future__ import annotations

import pytest

from cep.runtime.kernels import compile as kernels
from tests.tables.random import case, problem


@pytest.mark.parametrize("seed", range(0, 120, 10))
def test_random(seed: int) -> None:
    for one in range(seed, seed + 10):
        found = problem(case(one))
        assert found is None, f"seed {one}: {found}"


@pytest.mark.slow
def test_compiled() -> None:
    before = kernels.use("compiled")
    try:
        for seed in range(1000, 1020):
            found = problem(case(seed))
            assert found is None, f"seed {seed}: {found}"
    finally:
        kernels.use(before)
