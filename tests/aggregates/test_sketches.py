"""Approximate aggregates stay within what they promise, also after rows have been taken back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.aggregates import percentiles
from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.sketches import Registers, Rounded
from cep.types import BIGINT, DOUBLE, VARCHAR, DataType

ONE = np.zeros(1, np.int64)


def rows(n: int, weight: int = 1) -> Rows:
    return Rows(ONE, np.zeros(n, np.int64), np.full(n, weight))


def texts(numbers: np.ndarray) -> pa.Array:
    return pa.array([f"user {n}" for n in numbers], pa.string())


@pytest.mark.parametrize("kind", [BIGINT, VARCHAR])
@pytest.mark.parametrize("n", [1, 100, 3_000, 100_000])
def test_distinct_values(kind: DataType, n: int) -> None:
    kept, other = Registers([kind]), Registers([kind])
    kept.reserve(1)
    other.reserve(1)
    numbers = np.arange(n)
    values = pa.array(numbers) if kind == BIGINT else texts(numbers)
    kept.add(rows(n), [values])
    other.add(rows(n - n // 3), [values.slice(n // 3)])
    off = abs(kept.estimate(ONE, BIGINT)[0][0].as_py() - n)
    assert off <= 0.05 * n  # three times 1.6 %
    kept.merge(ONE, other, ONE)
    assert abs(kept.estimate(ONE, BIGINT)[0][0].as_py() - n) == off
    kept.add(rows(n, -1), [values])
    left = kept.estimate(ONE, BIGINT)[0][0].as_py()
    assert left == other.estimate(ONE, BIGINT)[0][0].as_py()


def test_percentiles() -> None:
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.lognormal(3, 2, 20_000), -rng.lognormal(0, 1, 5_000), [0.0] * 99])
    kept = Rounded([DOUBLE])
    kept.reserve(1)
    kept.add(rows(len(values)), [pa.array(values)])
    kept.add(rows(100), [pa.array(np.full(100, 1e300))])
    kept.add(rows(100, -1), [pa.array(np.full(100, 1e300))])
    for part in (0.0, 0.001, 0.1, 0.2, 0.5, 0.9, 0.999, 1.0):
        found = percentiles.discrete(kept, ONE, DOUBLE, part, False)[0][0].as_py()
        right = float(np.quantile(values, part, method="inverted_cdf"))
        assert found == pytest.approx(right, rel=0.0101)
    assert kept.bags.nbytes < 500_000
