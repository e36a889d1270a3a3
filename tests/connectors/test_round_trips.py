"""What a sink writes, a source reads again: every format, every compression, every type."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal as Number
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cep.runtime.connectors.base import Chunk, PartitionEnd, Read, Signal
from cep.runtime.connectors.console import StdinConnector, StdoutConnector
from cep.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DAY_INTERVAL,
    DOUBLE,
    MONTH_INTERVAL,
    REAL,
    SMALLINT,
    VARCHAR,
    Array,
    DataType,
    Decimal,
    Field,
    Map,
    Row,
    Schema,
    Time,
    Timestamp,
    TimestampLtz,
)
from tests.connectors.reading import CONNECTORS, drain, read

UTC = dt.UTC
FLAT: dict[str, tuple[DataType, list[object]]] = {
    "b": (BOOLEAN, [True, False]),
    "i": (SMALLINT, [-(2**15), 2**15 - 1]),
    "l": (BIGINT, [-(2**63), 2**63 - 1]),
    "r": (REAL, [0.5, -1e10]),
    "f": (DOUBLE, [0.1, 1e300]),
    "d": (Decimal(38, 10), [Number("-0.0000000001"), Number("9" * 28)]),
    "s": (VARCHAR, ['a,"b"\n\\ \t', "NA"]),
    "e": (VARCHAR, ["", "ä€𝄞"]),
    "x": (BYTES, [b"", b"\x00\xff"]),
    "day": (DATE, [dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "t": (Time(3), [dt.time(0), dt.time(23, 59, 59, 999000)]),
    "ts": (Timestamp(6), [dt.datetime(1900, 1, 1, 0, 0, 0, 1), dt.datetime(2262, 1, 1)]),
    "ltz": (TimestampLtz(3), [dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)] * 2),
    "span": (DAY_INTERVAL, [dt.timedelta(days=-1, microseconds=1), dt.timedelta(0)]),
    "months": (MONTH_INTERVAL, [-13, 25]),
}
NESTED: dict[str, tuple[DataType, list[object]]] = {
    "a": (Array(VARCHAR), [["x", None, '"'], []]),
    "aa": (Array(Array(BIGINT)), [[[1], [], None], [[2, 3]]]),
    "row": (
        Row((Field("x", BIGINT), Field("y", Array(Timestamp(3))))),
        [{"x": 1, "y": [dt.datetime(2024, 1, 1)]}, {"x": None, "y": None}],
    ),
    "m": (Map(VARCHAR, DOUBLE), [[("k", 1.5), ('"', None)], []]),
}
FORMATS = [
    ("csv", "none"),
    ("csv", "gzip"),
    ("csv", "zstd"),
    ("csv", "zip"),
    ("json", "none"),
    ("json", "gzip"),
    ("json", "zstd"),
    ("json", "zip"),
    ("arrow", "none"),
    ("arrow", "gzip"),
    ("arrow", "zstd"),
    ("arrow", "zip"),
    ("parquet", "none"),
]


def made(kind: str) -> tuple[Schema, pa.RecordBatch]:
    """Return rows of every type the format has, NULLs among them."""
    columns = FLAT if kind == "csv" else FLAT | NESTED
    schema = Schema(tuple(Field(n, t) for n, (t, _) in columns.items()))
    arrays = [pa.array([v[0], None, v[1]], t.arrow) for t, v in columns.values()]
    return schema, pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)


@pytest.mark.parametrize(("kind", "compression"), FORMATS)
@pytest.mark.parametrize("size", [1, 1000])
def test_files(tmp_path: Path, kind: str, compression: str, size: int) -> None:
    schema, batch = made(kind)
    extension = {"gzip": ".gz", "zstd": ".zst", "zip": ".zip", "none": ""}[compression]
    options = {"path": str(tmp_path / f"data.{kind}{extension}")}
    connector = CONNECTORS.lookup("file")
    sink = connector.sink(options, schema)
    sink.write(batch)
    sink.write(batch.slice(1, 1))
    sink.write(batch.slice(2, 0))
    sink.write(batch.slice(2, 1))
    sink.close()
    source = connector.source(options, Read(schema.fields))
    heard = drain(source, size)
    source.close()
    assert heard.broken == []
    expected = pa.Table.from_batches([batch, batch.slice(1, 2)])
    assert pa.Table.from_batches([c.batch for c in heard.chunks]) == expected


@pytest.mark.parametrize("kind", ["csv", "jsonl", "arrow"])
@pytest.mark.parametrize("size", [1, 1000])
def test_pipes(kind: str, size: int) -> None:
    schema, batch = made(kind)
    pipe = io.BytesIO()
    sink = StdoutConnector(stream=pipe).sink({"format": kind}, schema)
    for i in range(10):
        sink.write(batch.slice(i % 3))
    sink.close()
    pipe.seek(0)
    source = StdinConnector(stream=pipe).source({"format": kind}, Read(schema.fields))
    chunks, said = [], []
    while True:
        now = source.poll(size)
        if isinstance(now, Chunk):
            chunks.append(now.batch)
            assert now.broken == ()
        elif now is not Signal.IDLE:
            said.append(now)
            if now is Signal.END:
                break
    expected = pa.Table.from_batches([batch.slice(i % 3) for i in range(10)])
    assert pa.Table.from_batches(chunks) == expected
    assert said == [PartitionEnd("stdin"), Signal.END]
    assert source.offsets() == {"stdin": expected.num_rows}
    source.close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])),
            st.none() | st.floats(width=64),
            st.none() | st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)),
        ),
        max_size=5,
    ),
    kind=st.sampled_from(["csv", "json", "arrow", "parquet"]),
)
def test_any_values(
    tmp_path: Path, rows: list[tuple[str | None, float | None, dt.datetime | None]], kind: str
) -> None:
    schema = Schema((Field("s", VARCHAR), Field("f", DOUBLE), Field("ts", Timestamp(6))))
    columns = [pa.array([r[i] for r in rows], t.arrow) for i, t in enumerate(schema.types)]
    batch = pa.RecordBatch.from_arrays(columns, schema=schema.arrow)
    options = {"path": str(tmp_path / f"any.{kind}")}
    sink = CONNECTORS.lookup("file").sink(options, schema)
    sink.write(batch)
    sink.close()
    source = CONNECTORS.lookup("file").source(
        options, read({"s": VARCHAR, "f": DOUBLE, "ts": Timestamp(6)})
    )
    heard = drain(source, 2)
    source.close()
    assert heard.broken == []
    assert str(heard.rows) == str(list(zip(*(c.to_pylist() for c in columns), strict=True)))
