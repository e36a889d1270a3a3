"""A fixed share of the random patterns; `python -m tests.patterns.random` runs many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from cep.runtime.kernels import compile as kernels
from tests.patterns.random import Case, outcome

BLOCK = 50

SEEDS = [
    int(line.split("#")[0])
    for line in Path(__file__).with_name("seeds.txt").read_text().splitlines()
    if line.split("#")[0].strip()
]
"""The cases that have failed once."""


@pytest.mark.parametrize("first", range(0, 1000, BLOCK))
def test_random_patterns(first: int) -> None:
    compared = [outcome(Case.of(seed)) for seed in range(first, first + BLOCK)]
    assert compared.count("agree") > 0.8 * BLOCK


@pytest.mark.parametrize("seed", SEEDS)
def test_patterns_that_failed_once(seed: int) -> None:
    assert outcome(Case.of(seed)) == "agree"


def test_compiled() -> None:
    before = kernels.use("compiled")
    try:
        assert {outcome(Case.of(seed)) for seed in range(3)} == {"agree"}
    finally:
        kernels.use(before)
