"""The net of a batch, whichever columns tell its rows apart."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.batch import Batch
from cep.runtime.consolidate import consolidate
from cep.types import BIGINT, VARCHAR, Field, Schema

FIELDS = (Field("k", BIGINT, True), Field("a", VARCHAR, True), Field("b", VARCHAR, True))


@pytest.mark.parametrize("which", [(0,), (1,), (0, 1), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("values", [2, 1000])
def test_equal_rows_are_put_together(which: tuple[int, ...], values: int) -> None:
    chance = np.random.default_rng(0)
    schema = Schema(tuple(FIELDS[i] for i in which))
    for rows in (0, 1, 5, 400):
        drawn = [chance.integers(0, values, rows).tolist() for _ in which]
        columns = tuple(
            pa.array([None if v == 1 else v if f.type is BIGINT else str(v) for v in column], t)
            for f, t, column in zip(
                schema.fields, (f.type.arrow for f in schema.fields), drawn, strict=True
            )
        )
        weights = chance.integers(-2, 3, rows)
        net = consolidate(Batch(schema, columns, rows, weight=weights))
        wanted: Counter[tuple[object, ...]] = Counter()
        table = list(zip(*(c.to_pylist() for c in columns), strict=True))
        for row, weight in zip(table, weights.tolist(), strict=True):
            wanted[row] += weight
        said = list(zip(*(c.to_pylist() for c in net.columns), strict=True))
        found = dict(zip(said, net.weights().tolist(), strict=True))
        assert len(found) == net.rows
        assert found == {row: n for row, n in wanted.items() if n}
        assert said == [row for row in dict.fromkeys(table) if wanted[row]]
