"""Tables and joins by time against the oracle: a fixed share of the random cases."""

from __future__ import annotations

import pytest

from cep.runtime.kernels import compile as kernels
from tests.tables.random import Case, outcome


@pytest.mark.parametrize("seed", range(0, 300, 25))
def test_random(seed: int) -> None:
    found = {one: outcome(Case.of(one)) for one in range(seed, seed + 25)}
    assert not {one: problem for one, problem in found.items() if problem is not None}


@pytest.mark.slow
def test_compiled() -> None:
    before = kernels.use("compiled")
    try:
        found = {seed: outcome(Case.of(seed)) for seed in range(1000, 1100)}
    finally:
        kernels.use(before)
    assert not {seed: problem for seed, problem in found.items() if problem is not None}
