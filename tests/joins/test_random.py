"""Joins against an oracle that tries all pairs; the whole of it is tests/joins/random.py."""

from __future__ import annotations

import pytest

from tests.joins.random import Case


@pytest.mark.parametrize("seed", range(100))
def test_random_streams(seed: int) -> None:
    problem = Case.of(seed).check()
    assert problem is None, f"{Case.of(seed).query()}\n{problem}"
