"""Hops and sessions against an independent oracle; the whole of it is tests/windows/random.py."""

from __future__ import annotations

import pytest

from tests.windows.random import Case


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_random_streams(seed: int) -> None:
    for one in range(seed, seed + 20):
        assert Case.of(one).check() is None, f"seed {one}"
