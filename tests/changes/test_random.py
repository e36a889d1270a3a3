"""A fixed share of the random changes; `python -m tests.changes.random` runs many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from cep.runtime.kernels import compile as kernels
from tests.changes.random import Case, outcome

BLOCK = 20

SEEDS = [
    int(line.split("#")[0])
    for line in Path(__file__).with_name("seeds.txt").read_text().splitlines()
    if line.split("#")[0].strip()
]
"""The cases that have failed once."""


BLOCKS = [tuple(range(first, first + BLOCK)) for first in range(0, 200, BLOCK)]


@pytest.mark.parametrize("seeds", [*BLOCKS, *([tuple(SEEDS)] if SEEDS else [])])
def test_random_changes(seeds: tuple[int, ...]) -> None:
    said = {seed: outcome(Case.of(seed)) for seed in seeds}
    assert not {seed: what for seed, what in said.items() if what.startswith("wrong")}
    assert list(said.values()).count("agree") > 0.8 * len(seeds)


def test_compiled() -> None:
    before = kernels.use("compiled")
    try:
        assert {outcome(Case.of(seed)) for seed in range(3)} <= {"agree", "refused"}
    finally:
        kernels.use(before)
