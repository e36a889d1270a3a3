"""The first rows of many: those that are let go on the way are never missed."""

import math

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.batch import Batch
from cep.runtime.operators import sort, topn
from cep.runtime.ordering import Key
from cep.runtime.ranks import Ranks, Top
from cep.runtime.time import END
from cep.types import BIGINT, BOOLEAN, DOUBLE, VARCHAR, DataType, Field, Schema

_VALUES: dict[str, tuple[DataType, list[object]]] = {
    "doubles": (DOUBLE, [1.5, -0.0, 0.0, math.nan, None, -7.0, math.inf]),
    "numbers": (BIGINT, [3, 1, 2, None, 9, -4]),
    "texts": (VARCHAR, ["b", "a", "", None, "ba"]),
    "truths": (BOOLEAN, [True, False, None]),
}


def _batches(kind: str, seed: int) -> list[Batch]:
    type_, values = _VALUES[kind]
    schema = Schema((Field("v", type_, True), Field("n", BIGINT, False)))
    chance = np.random.default_rng(seed)
    made, n = [], 0
    for _ in range(40):
        rows = int(chance.integers(1, 8))
        drawn = [values[i] for i in chance.integers(0, len(values), rows)]
        columns = (pa.array(drawn, type_.arrow), pa.array(range(n, n + rows), pa.int64()))
        made.append(Batch(schema, columns, rows))
        n += rows
    return made


def _said(operator: sort.Sort | topn.FinalTopN, batches: list[Batch]) -> list[int]:
    """Return the numbers of the rows that an operator says of batches."""
    for batch in batches:
        assert not list(operator.process(0, batch))
    out = list(operator.advance(0, END))
    return [n for batch in out for n in batch.columns[1].to_pylist()]


@pytest.mark.parametrize("kind", _VALUES)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("nulls_first", [False, True])
@pytest.mark.parametrize("limit", [0, 1, 5, 60])
def test_nobody_misses_a_row(
    kind: str, descending: bool, nulls_first: bool, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = _batches(kind, limit)
    schema, key = batches[0].schema, Key(0, descending, nulls_first)

    def sorting() -> sort.Sort:
        return sort.Sort(schema, [key], limit, 2, append_only=True)

    def first() -> topn.FinalTopN:
        top = Top(Ranks.ROW_NUMBER, (key,), (), 1, limit)
        how = {"number": False, "timed": False, "append_only": True}
        return topn.FinalTopN(schema, schema, (), top, **how)

    wanted = [_said(make(), batches) for make in (sorting, first)]
    monkeypatch.setattr(sort, "_BUFFERED", 3)
    monkeypatch.setattr(topn, "_BUFFERED", 3)
    assert [_said(make(), batches) for make in (sorting, first)] == wanted
    assert len(wanted[0]) == limit


def test_rows_that_can_be_taken_back_keep_those_behind_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sort, "_BUFFERED", 3)
    monkeypatch.setattr(topn, "_BUFFERED", 3)
    schema = Schema((Field("v", BIGINT, False), Field("n", BIGINT, False)))
    numbers = pa.array(range(20), pa.int64())
    come = Batch(schema, (numbers, numbers), 20)
    go = Batch(schema, (numbers.slice(0, 5), numbers.slice(0, 5)), 5, weight=np.full(5, -1))
    key = Key(0, False, False)
    top = Top(Ranks.ROW_NUMBER, (key,), (), 1, 3)
    how = {"number": False, "timed": False, "append_only": False}
    for operator in (
        sort.Sort(schema, [key], 3, 0, append_only=False),
        topn.FinalTopN(schema, schema, (), top, **how),
    ):
        assert _said(operator, [come, go]) == [5, 6, 7]
