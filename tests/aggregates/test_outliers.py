"""What is left when an outlier has passed: as many digits as if it had never come."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.comoments import CoMoments, correlation, slope
from cep.types import DOUBLE

ONE = np.zeros(1, np.int64)


def rows(n: int, weight: int) -> Rows:
    return Rows(ONE, np.zeros(n, np.int64), np.full(n, weight))


@pytest.mark.parametrize("outlier", [1e7, 1e10, 1e13, 1e16])
@pytest.mark.parametrize("first", [True, False])
def test_variance_after_an_outlier(outlier: float, first: bool) -> None:
    rng = random.Random(int(outlier))
    values = [rng.gauss(5, 1) for _ in range(1000)]
    kept = CoMoments([DOUBLE])
    kept.reserve(1)
    odd = pa.array([outlier, outlier / 3])
    if first:
        kept.add(rows(2, 1), [odd])
    for start in range(0, 1000, 100):
        kept.add(rows(100, 1), [pa.array(values[start : start + 100])])
        if start == 300 and not first:
            kept.add(rows(2, 1), [odd])
    kept.add(rows(2, -1), [odd])
    exact = [Fraction(v) for v in values]
    mean = sum(exact, Fraction(0)) / 1000
    right = float(sum(((v - mean) ** 2 for v in exact), Fraction(0)) / 999)
    found, some = kept.variance(ONE, sample=True)
    assert some.all()
    assert math.isclose(found[0], right, rel_tol=1e-12)


def test_nothing_varies_after_an_outlier() -> None:
    kept = CoMoments([DOUBLE, DOUBLE])
    kept.reserve(1)
    kept.add(rows(1, 1), [pa.array([1e15]), pa.array([0.7e12])])
    kept.add(rows(3, 1), [pa.array([0.1, 0.2, 0.3]), pa.array([0.1] * 3)])
    kept.add(rows(1, -1), [pa.array([1e15]), pa.array([0.7e12])])
    assert correlation(kept, ONE, DOUBLE)[0].to_pylist() == [None]
    assert slope(kept, ONE, DOUBLE)[0].to_pylist() == [None]


def test_nan_and_infinity_can_leave() -> None:
    kept = CoMoments([DOUBLE])
    kept.reserve(1)
    odd = pa.array([math.nan, math.inf, -math.inf])
    kept.add(rows(3, 1), [odd])
    kept.add(rows(2, 1), [pa.array([1.0, 3.0])])
    assert math.isnan(kept.variance(ONE, sample=False)[0][0])
    kept.add(rows(3, -1), [odd])
    assert kept.variance(ONE, sample=False)[0][0] == 1.0
