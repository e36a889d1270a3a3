"""LATE ROWS CORRECT WITHIN on random streams; the whole of it is tests/late/random.py."""

from __future__ import annotations

import pytest

from cep.runtime.kernels import compile as kernels
from tests.late.random import Case


@pytest.mark.parametrize("seed", range(0, 100, 20))
def test_random_streams(seed: int) -> None:
    for one in range(seed, seed + 20):
        assert Case.of(one).check() is None, f"seed {one}"


def test_compiled_kernels_agree() -> None:
    before = kernels.use("compiled")
    try:
        for seed in range(1000, 1020):
            assert Case.of(seed).check() is None, f"seed {seed}"
    finally:
        kernels.use(before)
